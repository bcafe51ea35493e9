"""Literals: what an expression of literals comes to, worked out here because nothing in it can do harm.

A bank may say anything, so nothing is handed to `eval`. The tree of an expression is walked, and only what is known to
be cheap is done: every intermediate value is bounded, and so is every operation before it is carried out.
"""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from quizproof.snippets.syntax import parse

_MAX_SOURCE = 200
"""Characters of an expression."""
_MAX_SIZE = 10_000
"""Characters and items of a value, with those of its items."""
_MAX_BITS = 4_096
"""Of a whole number. What is longer cannot be written in decimal without care."""
_MAX_WIDTH = 200
"""Columns that a text is filled up to."""

_BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
    ast.BitAnd: operator.and_,
    ast.BitOr: operator.or_,
    ast.BitXor: operator.xor,
    ast.LShift: operator.lshift,
    ast.RShift: operator.rshift,
}
_UNARY: dict[type[ast.unaryop], Callable[[Any], Any]] = {
    ast.UAdd: operator.pos,
    ast.USub: operator.neg,
    ast.Invert: operator.invert,
    ast.Not: operator.not_,
}
_COMPARISONS: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda one, other: one in other,
    ast.NotIn: lambda one, other: one not in other,
}
_TYPES: dict[str, type] = {
    each.__name__: each for each in (bool, complex, dict, float, frozenset, int, list, object, set, str, tuple)
}
_FUNCTIONS: dict[str, Callable[..., Any]] = {
    **{each.__name__: each for each in (abs, all, any, bin, chr, divmod, hex, isinstance, issubclass, len, max, min)},
    **{each.__name__: each for each in (oct, ord, repr, round, sorted, sum, type)},
    "enumerate": lambda items, start=0: list(enumerate(items, start)),
    "range": range,
    "reversed": lambda items: list(reversed(items)),
    "zip": lambda *items: list(zip(*items, strict=False)),
    **_TYPES,
}
_LISTED = frozenset(["enumerate", "reversed", "zip"])
"""Functions that give an iterator, which equals nothing else. They count where another function takes its items."""
_TAKES_ITEMS = frozenset(
    ["all", "any", "dict", "join", "list", "max", "min", "set", "sorted", "sum", "tuple", *_LISTED]
)
_CALLABLE = frozenset(_FUNCTIONS) - _LISTED - {"object"}
_KEYWORDS = frozenset(["reverse", "start", "ndigits", "base", "default", "sep", "maxsplit", "keepends"])
_METHODS: dict[type, frozenset[str]] = {
    str: frozenset(
        [
            "capitalize",
            "casefold",
            "center",
            "count",
            "endswith",
            "find",
            "index",
            "isalnum",
            "isalpha",
            "isascii",
            "isdecimal",
            "isdigit",
            "isidentifier",
            "islower",
            "isnumeric",
            "isspace",
            "istitle",
            "isupper",
            "join",
            "ljust",
            "lower",
            "lstrip",
            "partition",
            "removeprefix",
            "removesuffix",
            "replace",
            "rfind",
            "rindex",
            "rjust",
            "rpartition",
            "rsplit",
            "rstrip",
            "split",
            "splitlines",
            "startswith",
            "strip",
            "swapcase",
            "title",
            "upper",
            "zfill",
        ]
    ),
    list: frozenset(
        ["append", "clear", "copy", "count", "extend", "index", "insert", "pop", "remove", "reverse", "sort"]
    ),
    tuple: frozenset(["count", "index"]),
    dict: frozenset(["get", "pop", "update"]),
    set: frozenset(
        ["add", "difference", "discard", "intersection", "isdisjoint", "issubset", "issuperset", "remove", "union"]
    ),
    int: frozenset(["bit_length"]),
    float: frozenset(["is_integer"]),
}
_WIDTHS = frozenset(["center", "ljust", "rjust", "zfill"])
_ORDERS = frozenset(["list", "tuple", "str", "repr", "enumerate", "zip", "join", "extend"])
"""What shows the order of a set, which is another one in every process."""
_REAL = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""What an expression may raise for its author to know about."""


class Unsupported(Exception):
    """Something that is not worked out here: a name, or more than a few steps."""


@dataclass(frozen=True)
class Raises:
    """That an expression has no value: what it raises instead, or that it is not worked out here."""

    exception: type[Exception] | None
    """None where it is not worked out."""


@dataclass(frozen=True)
class Printed:
    """What a call of `print` shows, whose own value nobody means."""

    text: str


def evaluated(source: str) -> Any:
    """What an expression of literals comes to; `Raises` where it has no value, `Printed` for a call of `print`.

    source  Python; a name, a comprehension or a large value makes it one that is not worked out
    """
    expression = parsed(source)
    if expression is None:
        return Raises(None)
    try:
        match expression:
            case ast.Call(func=ast.Name(id="print"), args=args, keywords=[]):
                return Printed(" ".join(str(_ordered(_value(each))) for each in args))
        return _value(expression)
    except Unsupported:
        return Raises(None)
    except _REAL as raised:
        return Raises(type(raised))
    except (RecursionError, MemoryError):
        return Raises(None)


@lru_cache(maxsize=256)
def parsed(source: str) -> ast.expr | None:
    """The tree of an expression; None where it is none, or too long."""
    if len(source) > _MAX_SOURCE:
        return None
    tree = parse(source.strip())
    body = tree.body if tree else []
    return body[0].value if len(body) == 1 and isinstance(body[0], ast.Expr) else None


def names_in(source: str) -> frozenset[str]:
    """The names that an expression reads, which a program may have given values of its own."""
    tree = parsed(source)
    return frozenset(node.id for node in ast.walk(tree) if isinstance(node, ast.Name)) if tree else frozenset()


def _value(node: ast.expr) -> Any:
    return _bounded(_computed(node))


def _computed(node: ast.expr) -> Any:
    match node:
        case ast.Constant(value) if value is None or isinstance(value, (bool, int, float, complex, str)):
            return value
        case ast.List(items):
            return [_value(each) for each in items]
        case ast.Tuple(items):
            return tuple(_value(each) for each in items)
        case ast.Set(items):
            return {_value(each) for each in items}
        case ast.Dict(keys, values):
            if any(key is None for key in keys):
                raise Unsupported
            return {_value(key): _value(value) for key, value in zip(keys, values, strict=True) if key}
        case ast.Name(id=name) if name in _TYPES:
            return _TYPES[name]
    return _applied(node)


def _applied(node: ast.expr) -> Any:
    """What an operator, a comparison, a call or an index gives."""
    match node:
        case ast.UnaryOp(op, operand):
            return _UNARY[type(op)](_value(operand))
        case ast.BinOp(left, op, right) if type(op) in _BINARY:
            one, other = _value(left), _value(right)
            _check_operation(op, one, other)
            return _BINARY[type(op)](one, other)
        case ast.BoolOp(op, values):
            return _chosen(op, values)
        case ast.Compare(left, ops, comparators):
            return _compared(left, ops, comparators)
        case ast.IfExp(test, body, orelse):
            return _value(body) if _value(test) else _value(orelse)
        case ast.Subscript(value, ast.Slice(lower, upper, step)):
            bounds = [None if each is None else _value(each) for each in (lower, upper, step)]
            return _value(value)[slice(*bounds)]
        case ast.Subscript(value, index):
            return _value(value)[_value(index)]
        case ast.Call(func=ast.Name(id=name), args=args, keywords=keywords) if name in _CALLABLE:
            return _called(name, _arguments(name, args), _named(keywords))
        case ast.Call(func=ast.Attribute(value=value, attr=name), args=args, keywords=keywords):
            return _method(_value(value), name, _arguments(name, args), _named(keywords))
    raise Unsupported


def _arguments(function: str, nodes: list[ast.expr]) -> list[Any]:
    return [_items(node) if function in _TAKES_ITEMS else _value(node) for node in nodes]


def _items(node: ast.expr) -> Any:
    """A value of which only the items are taken, so that it may be an iterator."""
    match node:
        case ast.Call(func=ast.Name(id=name), args=args, keywords=keywords) if name in _LISTED:
            return _bounded(_called(name, _arguments(name, args), _named(keywords)))
    return _value(node)


def _chosen(op: ast.boolop, values: list[ast.expr]) -> Any:
    result: Any = None
    for each in values:
        result = _value(each)
        if bool(result) is isinstance(op, ast.Or):
            break
    return result


def _compared(left: ast.expr, ops: list[ast.cmpop], comparators: list[ast.expr]) -> Any:
    one = _value(left)
    for op, each in zip(ops, comparators, strict=True):
        other = _value(each)
        if isinstance(op, (ast.Is, ast.IsNot)):
            # Whether two numbers are one object is up to Python; there is one None only.
            if one is not None and other is not None:
                raise Unsupported
            holds = (one is other) is isinstance(op, ast.Is)
        else:
            holds = bool(_COMPARISONS[type(op)](one, other))
        if not holds:
            return False
        one = other
    return True


def _check_operation(op: ast.operator, one: Any, other: Any) -> None:
    """Refuse an operation whose result would be large, before it is done."""
    whole = isinstance(one, int) and isinstance(other, int)
    if isinstance(op, ast.Mult):
        for items, times in ((one, other), (other, one)):
            if isinstance(times, int) and _size(items) * max(times, 1) > _MAX_SIZE and not isinstance(items, int):
                raise Unsupported
    if isinstance(op, ast.Pow) and whole and (abs(other) > _MAX_BITS or one.bit_length() * abs(other) > _MAX_BITS):
        raise Unsupported
    if isinstance(op, ast.LShift) and whole and other > _MAX_BITS:
        raise Unsupported
    # A width in a format makes a text of any length.
    if isinstance(op, ast.Mod) and isinstance(one, str) and re.search(r"\d{3}|\*|\.\d\d", one):
        raise Unsupported


def _called(name: str, args: list[Any], named: Mapping[str, Any]) -> Any:
    if name in _ORDERS:
        args = [_ordered(each) for each in args]
    if name == "range" and any(isinstance(each, int) and abs(each) > _MAX_SIZE for each in args):
        raise Unsupported
    if name == "type" and len(args) != 1:
        raise Unsupported
    return _FUNCTIONS[name](*args, **named)


def _method(value: Any, name: str, args: list[Any], named: Mapping[str, Any]) -> Any:
    if name not in _METHODS.get(type(value), ()):
        if hasattr(value, name) or type(value) is type:
            raise Unsupported
        raise AttributeError(name)
    if name in _ORDERS:
        args = [_ordered(each) for each in args]
    numbers = [each for each in args if isinstance(each, int)]
    if name in _WIDTHS and any(number > _MAX_WIDTH for number in numbers):
        raise Unsupported
    # What `replace` and `join` put in comes once for every character or item.
    texts = _size(args) if name in ("join", "replace") else 0
    if (len(value) + 1 if texts else 0) * (texts + 1) > _MAX_SIZE:
        raise Unsupported
    return getattr(value, name)(*args, **named)


def _named(keywords: list[ast.keyword]) -> dict[str, Any]:
    if any(keyword.arg not in _KEYWORDS for keyword in keywords):
        raise Unsupported
    return {str(keyword.arg): _value(keyword.value) for keyword in keywords}


def _ordered(value: Any) -> Any:
    """A value whose order is the same in every process."""
    if isinstance(value, (set, frozenset)) and len(value) > 1:
        raise Unsupported
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, (list, tuple)) else ():
        _ordered(each)
    return value


def _bounded(value: Any) -> Any:
    if _size(value) > _MAX_SIZE or (isinstance(value, int) and value.bit_length() > _MAX_BITS):
        raise Unsupported
    return value


def _size(value: Any) -> int:
    """Characters and items of a value, with those of its items. A list that holds itself is too large."""
    if isinstance(value, (str, range)):
        return len(value)
    if isinstance(value, dict):
        return sum(1 + _size(key) + _size(each) for key, each in value.items())
    if isinstance(value, (list, tuple, set, frozenset)):
        return sum(1 + _size(each) for each in value)
    return 1
