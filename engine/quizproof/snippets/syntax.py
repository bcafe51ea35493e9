"""The syntax of snippets: parsed without warnings, and without an exception where they are not valid Python.

Snippets run under the same version of Python as we do, so what we can parse, a run can parse too.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Callable
from functools import partial
from typing import TypeVar

Result = TypeVar("Result")

_FAILURES = (SyntaxError, ValueError, RecursionError, MemoryError)
"""What Python's parser and compiler raise. The last two come from nesting that is too deep for them."""


def parse(source: str) -> ast.Module | None:
    """The tree of a program; None if it cannot be parsed."""
    tree = _attempt(partial(ast.parse, source))
    return None if isinstance(tree, Exception) else tree


def parse_compilable(source: str) -> ast.Module | None:
    """The tree of a program; None if it cannot be compiled, such as with `return` outside a function.

    source  the text of a program; nothing of it is run
    """
    code = _attempt(partial(compile, source, "snippet.py", "exec", dont_inherit=True))
    return None if isinstance(code, Exception) else parse(source)


def is_expression(source: str) -> bool:
    """Whether it is one expression, which has a value: `a + 1` is, `a = 1` is not.

    source  with or without space around it; it may take several lines where its brackets allow that
    """
    return not isinstance(_attempt(partial(ast.parse, source.strip(), mode="eval")), Exception)


def is_invalid(source: str) -> bool:
    """Whether the parser refuses a program as invalid Python. What is too deep for the parser is left to a run."""
    return isinstance(_attempt(partial(ast.parse, source)), SyntaxError)


def same_program(source: str, *others: str) -> bool:
    """Whether one of some other texts is the same program, but for comments and layout."""
    tree = parse(source)
    trees = (parse(other) for other in others)
    return tree is not None and any(other is not None and ast.dump(other) == ast.dump(tree) for other in trees)


def names_bound(source: str) -> frozenset[str]:
    """The names that a program gives a value at its top level, but for imports."""
    tree = parse(source)
    return frozenset().union(*map(_bound, tree.body)) if tree else frozenset()


def names_read(source: str) -> frozenset[str]:
    """The names that a program reads and has not given a value before, built-in ones included."""
    tree = parse(source)
    read: set[str] = set()
    bound: set[str] = set()
    for statement in tree.body if tree else ():
        names = [node for node in ast.walk(statement) if isinstance(node, ast.Name)]
        read.update(name.id for name in names if isinstance(name.ctx, ast.Load) and name.id not in bound)
        if isinstance(statement, ast.AugAssign):
            read.update(_bound(statement) - bound)
        bound |= _bound(statement)
    return frozenset(read)


def _bound(statement: ast.stmt) -> frozenset[str]:
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return frozenset([statement.name])
    stored = (node for node in ast.walk(statement) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store))
    return frozenset(node.id for node in stored)


def _attempt(step: Callable[[], Result]) -> Result | Exception:
    """What a step gives, or what it raises; without warnings, which Python gives of `1 is x` or unknown escapes."""
    try:
        with warnings.catch_warnings(action="ignore"):
            return step()
    except _FAILURES as error:
        return error
