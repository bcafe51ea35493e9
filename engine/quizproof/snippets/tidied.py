"""Tidied snippets: what people read of a short snippet, without what filling in a template leaves in it.

    40 * 0.1 if 0.99 == 0.9 else 40 * 0.01          is shown as    40 * 0.01
    ["precision", "recall"].index("recall")         is shown as    1
    __import__("sklearn.metrics").metrics.f1_score  is shown as    sklearn.metrics.f1_score

The value is the same. Programs that learners are asked about are never changed.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Iterator
from typing import Any, TypeGuard

from quizproof.snippets.syntax import parse

_COMPARISONS: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
_LITERAL = (ast.Constant, ast.Tuple, ast.List, ast.Set, ast.Dict, ast.UnaryOp, ast.USub, ast.UAdd, ast.expr_context)
_UNKNOWN = object()


def computes(source: str) -> bool:
    """Whether a snippet does more than to print what is typed in it: `2 * 3` does, `-3` and `print(2, 3)` do not.

    source  the text of an expression or of a program; of what is not valid Python, the answer is yes
    """
    tree = parse(source)
    if tree is None or len(tree.body) != 1 or not isinstance(tree.body[0], ast.Expr):
        return True
    value = tree.body[0].value
    shown = [*value.args, *(keyword.value for keyword in value.keywords)] if _is_call(value, "print") else [value]
    return not all(isinstance(node, _LITERAL) for each in shown for node in ast.walk(each))


def tidied(source: str) -> str:
    """A snippet as an author would have typed it for this variant alone.

    source  the text of an expression or of a program, with all parameters filled in

    Returns it as it is when it is not valid Python.
    """
    source = source.strip("\n")
    tree = parse(source)
    if tree is None:
        return source
    # Python counts columns in bytes.
    lines = [line.encode("utf-8", "surrogatepass") for line in source.splitlines(keepends=True)]
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    text = b"".join(lines)

    def span(node: ast.AST) -> tuple[int, int]:
        if not isinstance(node, ast.expr) or node.end_lineno is None or node.end_col_offset is None:
            return 0, len(text)  # the whole program
        return starts[node.lineno - 1] + node.col_offset, starts[node.end_lineno - 1] + node.end_col_offset

    def written(node: ast.AST) -> bytes:
        """The text of a node with everything in it tidied."""
        position, end = span(node)
        made = b""
        for inner, replacement in _replaced(node):
            first, last = span(inner)
            made += text[position:first] + (
                replacement.encode() if isinstance(replacement, str) else written(replacement)
            )
            position = last
        return made + text[position:end]

    return written(tree).decode("utf-8", "surrogatepass")


def _replaced(tree: ast.AST) -> Iterator[tuple[ast.expr, ast.expr | str]]:
    """The outermost expressions in a tree that templates leave, in their order, each with what it stands for."""
    if isinstance(tree, ast.expr) and (replacement := _stands_for(tree)) is not None:
        yield tree, replacement
        return
    for node in sorted(
        ast.iter_child_nodes(tree), key=lambda n: (getattr(n, "lineno", 0), getattr(n, "col_offset", 0))
    ):
        yield from _replaced(node)


def _stands_for(node: ast.expr) -> ast.expr | str | None:
    """What an expression that a template leaves stands for; None for every other expression."""
    if isinstance(node, ast.IfExp):
        test = _value(node.test)
        return None if test is _UNKNOWN else node.body if test else node.orelse
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "index":
        among, of = _value(node.func.value), [_value(argument) for argument in node.args]
        if among is not _UNKNOWN and len(of) == 1 and not node.keywords and isinstance(among, (list, tuple)):
            return str(among.index(of[0])) if of[0] in among else None
    if _is_call(node, "__import__"):
        name = _value(node.args[0]) if len(node.args) == 1 and not node.keywords else _UNKNOWN
        return name.partition(".")[0] if isinstance(name, str) else None
    return None


def _value(node: ast.expr) -> Any:
    """The value of a literal, or of a comparison of two; `_UNKNOWN` for everything else."""
    try:
        if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in _COMPARISONS:
            compare = _COMPARISONS[type(node.ops[0])]
            return compare(ast.literal_eval(node.left), ast.literal_eval(node.comparators[0]))
        return ast.literal_eval(node)
    except (ValueError, TypeError, RecursionError, MemoryError):
        return _UNKNOWN


def _is_call(node: ast.expr, name: str) -> TypeGuard[ast.Call]:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name
