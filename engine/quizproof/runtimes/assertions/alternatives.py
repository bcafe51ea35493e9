"""Alternatives: what a piece of an assertion could have been instead."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from quizproof.runtimes.assertions.aliens import aliens
from quizproof.runtimes.assertions.origins import Origins
from quizproof.runtimes.assertions.syntax import last_name
from quizproof.runtimes.assertions.truthiness import ITERATORS, TYPE_TESTS
from quizproof.runtimes.assertions.values import changes

_MAX_CHANGES = 12
_NEVER_NEGATIVE = frozenset(
    [
        "len",
        "abs",
        "count",
        "size",
        "ndim",
        "dim",
        "rank",
        "numel",
        "nelement",
        "num_elements",
        "nbytes",
        "norm",
        "std",
        "var",
    ]
)
"""Functions and attributes that never give a negative number."""
_NOT_A_NUMBER = re.compile(r"nan|finite|inf\b", re.IGNORECASE)


def speaks_of_nan(text: str) -> bool:
    """Whether code asks for numbers that are none. Elsewhere NaN would fail any comparison, and so show nothing."""
    return bool(_NOT_A_NUMBER.search(text))


def alternatives(piece: ast.expr, value: Any, others: list[Any], test: ast.expr, origins: Origins) -> Iterator[Any]:
    """What a piece could have been: values of its type, values of the other pieces, and aliens where types matter.

    piece    an expression within the assertion
    value    what it was
    others   what other pieces were that could stand in its place
    test     the assertion
    origins  where its names are from
    """
    never_negative = last_name(piece.func if isinstance(piece, ast.Call) else piece) in _NEVER_NEGATIVE
    never_negative = never_negative and not isinstance(piece, ast.Name)
    known = list(islice(changes(value, nan=speaks_of_nan(ast.unparse(test))), _MAX_CHANGES))
    for new in (*(changed for _, changed in known), *others):
        if not (never_negative and _is_negative(new)):
            yield new
    if isinstance(value, ITERATORS):
        yield from ([-1], [0, 1], [None])
    yield from _containing(piece, value, test, others)
    if never_negative or (known and not _looks_at_types(test)):
        return
    of_none = _says_that_it_is_there(test, piece)
    for alien in aliens():
        # That it is not None is what is asserted: whether it could be is judged by where it comes from.
        if alien is not None or not of_none or origins.can_be_none(piece):
            yield alien


def _is_negative(value: Any) -> bool:
    """Of a number, or of a tensor of one element."""
    try:
        return bool(value < 0)
    except Exception:
        return False


def _containing(piece: ast.expr, value: Any, test: ast.expr, others: list[Any]) -> Iterator[Any]:
    """A collection with what is looked for in it, for `x not in xs`."""
    match test:
        case ast.Compare(ops=[ast.NotIn()], comparators=[container]) if container is piece:
            for other in others:
                if isinstance(value, str) and isinstance(other, str):
                    yield value + other
            if isinstance(value, (dict, set, frozenset, list, tuple)):
                yield _Everything()


class _Everything:
    """A collection in which everything is."""

    def __contains__(self, item: object) -> bool:
        return True


def _looks_at_types(test: ast.expr) -> bool:
    """Whether an assertion is about what kind of thing something is, or which."""
    return any(
        (isinstance(node, ast.Compare) and any(isinstance(each, (ast.Is, ast.IsNot)) for each in node.ops))
        or (isinstance(node, ast.Call) and last_name(node.func) in (*TYPE_TESTS, "type", "assertIsInstance"))
        for node in ast.walk(test)
    )


def _says_that_it_is_there(test: ast.expr, piece: ast.expr) -> bool:
    """Whether an assertion only says that this piece is not None."""
    match test:
        case ast.Compare(left=left, ops=[ast.IsNot() | ast.NotEq()], comparators=[ast.Constant(value=None)]):
            return left is piece
        case ast.Call(func=function, args=[first, *_]) if last_name(function) == "assertIsNotNone":
            return first is piece
    return False
