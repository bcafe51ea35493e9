"""Alternatives: what a piece of an assertion could have been instead."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from itertools import islice
from typing import Any

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

_KEEPS_SIGN = frozenset(
    ["sum", "mean", "max", "min", "amax", "amin", "median", "item", "float", "int", "sqrt", "detach"]
)
"""Functions that give no negative number of numbers that are none."""


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
    never_negative = _is_never_negative(piece)
    known = list(islice(changes(value, nan=speaks_of_nan(ast.unparse(test))), _MAX_CHANGES))
    for new in (*(changed for _, changed in known), *others):
        if not (never_negative and _is_negative(new)):
            yield new
    if isinstance(value, ITERATORS):
        yield from ([-1], [0, 1], [None])
    # Not among the changes of an answer, of which no check need notice all.
    yield from _of_other_kinds(value)
    yield from _containing(piece, value, test, others)
    if never_negative or (known and not _looks_at_types(test)):
        return
    of_none = _says_that_it_is_there(test, piece)
    for alien in _aliens():
        # That it is not None is what is asserted: whether it could be is judged by where it comes from.
        if alien is not None or not of_none or origins.can_be_none(piece):
            yield alien


def _of_other_kinds(value: Any) -> Iterator[Any]:
    """What questions such as `x.is_integer()` and `issubdtype(a.dtype, floating)` have another answer for."""
    numpy, torch, tensorflow = (sys.modules.get(name) for name in ("numpy", "torch", "tensorflow"))
    if type(value) is float:
        yield value + 0.5
    elif numpy is not None and isinstance(value, numpy.ndarray) and numpy.issubdtype(value.dtype, numpy.number):
        yield numpy.ones(value.shape, int)
        yield numpy.full(value.shape, 0.5)
    elif numpy is not None and isinstance(value, numpy.dtype):
        yield from map(numpy.dtype, (int, float, "U1"))
    elif torch is not None and isinstance(value, torch.Tensor):
        yield torch.ones(value.shape, dtype=torch.int64)
    elif torch is not None and isinstance(value, torch.dtype):
        yield from (torch.int64, torch.float64, torch.bool)
    elif tensorflow is not None and isinstance(value, getattr(tensorflow, "DType", ())):
        yield from (tensorflow.int64, tensorflow.float64, tensorflow.string)


def _is_never_negative(node: ast.expr) -> bool:
    """Whether an expression gives no negative number by its form: `len(xs)`, `x.numel()`, `x.abs().sum()`."""
    match node:
        case ast.Call(func=ast.Attribute(value=inner, attr=name)):
            return name in _NEVER_NEGATIVE or (name in _KEEPS_SIGN and _is_never_negative(inner))
        case ast.Call(func=ast.Name(id=name), args=args):
            return name in _NEVER_NEGATIVE or (name in _KEEPS_SIGN and any(map(_is_never_negative, args[:1])))
        case ast.Attribute(attr=name):
            return name in _NEVER_NEGATIVE
    return False


def _is_negative(value: Any) -> bool:
    """Of a number, or of a tensor of one element."""
    try:
        negative = value < 0
        return bool(negative.any()) if hasattr(negative, "any") else bool(negative)
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


class _Always:
    """Whatever is asked of it, it is true; or, made so, false. It has every attribute, and one item: itself."""

    def __init__(self, answer: bool) -> None:
        self.__dict__["_answer"] = answer

    def __bool__(self) -> bool:
        answer: bool = self.__dict__["_answer"]
        return answer

    def _self(self, *args: Any, **kwargs: Any) -> _Always:
        return self

    __getattr__ = __call__ = __getitem__ = __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = _self
    __truediv__ = __rtruediv__ = __neg__ = __abs__ = __and__ = __or__ = __invert__ = __enter__ = __matmul__ = _self
    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = _self  # type: ignore[assignment]

    def __exit__(self, *_: object) -> None:
        pass

    def __contains__(self, item: object) -> bool:
        return bool(self)

    def __iter__(self) -> Iterator[_Always]:
        yield self

    def __len__(self) -> int:
        return 1

    def __hash__(self) -> int:
        return 0


def _aliens() -> Iterator[Any]:
    """Values of no known type, to see whether an assertion looks at a value at all.

    They are one that is always false, one that is always true, one that has nothing, and None.
    """
    yield _Always(False)
    yield _Always(True)
    yield object()
    yield None
