"""One input: functions that every check calls with the same arguments.

Then a program that returns this one result is as right as the solution, and so is a solution that is wrong elsewhere.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from quizproof import rules
from quizproof.findings import Advice
from quizproof.kinds.base import Block
from quizproof.kinds.questions.write_code import WriteCode
from quizproof.snippets.syntax import parse


def one_input(block: Block) -> Iterator[Advice]:
    """Each function of a solution that the checks try with one input alone.

    block  its first variant; only `write-code` questions are looked at
    """
    if not isinstance(block, WriteCode):
        return
    trees = [parse(check.code) for check in block.checks]
    functions = _functions(block.solution)
    for name in functions:
        calls = [node for tree in trees if tree for node in ast.walk(tree) if _is_call(node, name)]
        if not calls or any(isinstance(node, ast.Name) and node.id == name for node in _others(trees, calls)):
            continue
        inputs = {ast.unparse(call).partition("(")[2] for call in calls}
        if len(inputs) == 1 and all(_is_literal(call) for call in calls):
            message = (
                f"every check calls `{name}` with the same input, so a program that returns this one result passes"
            )
            yield Advice(rules.ONE_INPUT, ("checks", 0, "code"), message, help="Check it with another input, too.")


def _functions(source: str) -> list[str]:
    """The functions with parameters that a program defines at its top level."""
    tree = parse(source)
    return [node.name for node in tree.body if isinstance(node, ast.FunctionDef) and node.args.args] if tree else []


def _is_call(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name


def _others(trees: list[ast.Module | None], calls: list[ast.AST]) -> Iterator[ast.AST]:
    """Every node but the functions of these calls: a function may be handed on, too."""
    own = {id(call.func) for call in calls if isinstance(call, ast.Call)}
    return (node for tree in trees if tree for node in ast.walk(tree) if id(node) not in own)


def _is_literal(call: ast.AST) -> bool:
    assert isinstance(call, ast.Call)
    try:
        for each in (*call.args, *(keyword.value for keyword in call.keywords)):
            ast.literal_eval(each)
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        return False
    return True
