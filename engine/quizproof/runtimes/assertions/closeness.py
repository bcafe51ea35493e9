"""Closeness: assertions of what a number is, that hold by their tolerance alone, because it is another number.

`assert abs(loss - 0.5) < 0.25` says nothing about one half when the loss is 0.69.
"""

from __future__ import annotations

import ast
import math
import re
import types
from collections.abc import Callable, Iterator
from typing import Any

from quizproof.runtimes.assertions.syntax import last_name

_COMPARING = re.compile(
    r"(is_?close|all_?close|assert_close|assert_all_?close|assert_near|assert_almost_equal|assertAlmostEqual|approx)$"
)
_CHANCE = re.compile(r"rand|seed|shuffle|sample|choice|drop|normal|uniform|\bnn\.|layers|fit\(", re.IGNORECASE)
_FAR = 0.2
"""A share of what was stated, by which a number that is meant to be it may differ."""
_MAX_NUMBERS = 1_000
_MAX_QUOTED = 40

Evaluate = Callable[[ast.expr], Any]
"""Gives the value of an expression as the assertion saw it."""


def speaks_of_chance(text: str) -> bool:
    """Whether code has a word for random numbers, or makes layers, which draw their weights."""
    return bool(_CHANCE.search(text))


def misses(test: ast.expr, evaluate: Evaluate, *, by_chance: bool) -> str:
    """What was compared with which number, when they are not close but for the tolerance; empty when they are.

    test       what is asserted, and holds
    evaluate   gives the values of its pieces
    by_chance  whether the program draws random numbers, of which nobody expects the last digit

    Far apart are numbers that differ by a fifth of the stated one, and two decimals of as many digits that differ.
    """
    for one, other in _pairs(test):
        for stated, found in ((one, other), (other, one)):
            if _is_written(stated, evaluate) and not _is_written(found, evaluate):
                numbers, expected = _numbers(evaluate(found)), _numbers(evaluate(stated))
                if len(numbers) == len(expected):
                    for number, wanted in zip(numbers, expected, strict=True):
                        if _is_far(number, wanted, ast.unparse(stated), by_chance=by_chance):
                            return f"{ast.unparse(found)[:_MAX_QUOTED]} is {number:.6g}, and not {wanted:.6g}"
    return ""


def _pairs(test: ast.expr) -> Iterator[tuple[ast.expr, ast.expr]]:
    """The pairs of expressions that a condition says to be close to each other."""
    match test:
        case ast.BoolOp(op=ast.And(), values=values):
            for value in values:
                yield from _pairs(value)
        case ast.Compare(left=left, ops=[ast.Lt() | ast.LtE()], comparators=[_]):
            for node in ast.walk(left):
                match node:
                    case ast.Call(func=function, args=[ast.BinOp(left=one, op=ast.Sub(), right=other)]) if last_name(
                        function
                    ) in ("abs", "fabs", "absolute"):
                        yield one, other
                    case ast.Call(func=ast.Attribute(value=ast.BinOp(left=one, op=ast.Sub(), right=other), attr="abs")):
                        yield one, other
        case ast.Compare(left=one, ops=[ast.Eq()], comparators=[ast.Call(func=function, args=[other, *_])]):
            if last_name(function) == "approx":
                yield one, other
        case ast.Call(func=function, args=[one, other, *_]) if _COMPARING.match(last_name(function)):
            yield one, other
        case ast.Call(func=ast.Name(id="all" | "bool" | "any"), args=[inner]):
            yield from _pairs(inner)
        case ast.Call(func=ast.Attribute(value=inner, attr="all" | "item")):
            yield from _pairs(inner)


def _is_written(node: ast.expr, evaluate: Evaluate) -> bool:
    """Whether a value is one that the author wrote: numbers, or a tensor of nothing but numbers."""
    names = [each for each in ast.walk(node) if isinstance(each, ast.Name)]
    numbers = any(isinstance(each, ast.Constant) and type(each.value) in (int, float) for each in ast.walk(node))
    return numbers and all(isinstance(evaluate(name), (types.ModuleType, type)) for name in names)


def _numbers(value: Any) -> list[float]:
    """The numbers in a number, a tensor or a nested list; none of anything else, or of many."""
    for name in ("detach", "numpy"):
        method = getattr(value, name, None)
        value = method() if callable(method) else value
    method = getattr(value, "tolist", None)
    if getattr(value, "size", 1) is not None and callable(method):
        size = value.size if isinstance(getattr(value, "size", None), int) else 1
        if size > _MAX_NUMBERS:
            return []
        value = method()
    found: list[float] = []
    waiting = [value]
    while waiting and len(found) <= _MAX_NUMBERS:
        each = waiting.pop()
        if isinstance(each, (list, tuple)):
            waiting.extend(reversed(each))
        elif type(each) in (int, float):
            found.append(float(each))
        else:
            return []
    return found if len(found) <= _MAX_NUMBERS else []


def _is_far(number: float, wanted: float, written: str, *, by_chance: bool) -> bool:
    if not (math.isfinite(number) and math.isfinite(wanted)) or number == wanted:
        return False
    difference = abs(number - wanted)
    if wanted and difference >= _FAR * abs(wanted):
        return True
    digits = len(written.partition(".")[2]) if re.fullmatch(r"-?\d+\.\d+", written) else 0
    return bool(digits) and not by_chance and float(f"{number:.{digits}f}") == number
