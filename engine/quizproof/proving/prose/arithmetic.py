"""Arithmetic in prose: sums that an author worked out by hand, such as "3 * 200 + 50 = 650"."""

from __future__ import annotations

import ast
import math
import operator
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from quizproof.comparison.numbers import is_number

_NUMBER = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:e[-+]?\d+)?"
_OPERATOR = r"(?:\*\*|//|[-+*/×·−^]|x(?=\s*[\d(]))"
_SIDE = rf"\(*\s*{_NUMBER}\s*\)*(?:\s*{_OPERATOR}\s*\(*\s*{_NUMBER}\s*\)*)"
_EQUATION = re.compile(rf"(?P<left>{_SIDE}+)`?\s*=\s*`?(?P<right>{_NUMBER})(?P<after>`?\*{{0,2}}\s*\S?)")
_BEFORE = re.compile(r"[-+*/×·−^=%<>.\[(,\w]\s*$")
"""What makes a sum a part of a longer one."""
_OPERATORS: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Pow: operator.pow,
}
_MAX_POWER = 100


@dataclass(frozen=True)
class Equation:
    """A sum and what its author says that it comes to."""

    left: str
    right: str
    index: int
    """Where in the text the right side begins."""
    value: float
    """What it does come to."""

    @property
    def holds(self) -> bool:
        """Whether the right side is right at the digits typed. A quotient may be rounded in any way."""
        stated = float(self.right.replace(",", ""))
        mantissa = self.right.lower().partition("e")[0]
        step = 10.0 ** -len(mantissa.partition(".")[2])
        # A quotient is off by less than one of the last digit typed; another decimal by half of it.
        divides = re.search(r"(?<!/)/(?!/)", self.left)
        reach = step * (1 - 1e-9) if divides else step / 2 * (1 + 1e-9) if "." in mantissa else 0.0
        reals = (self.value, 100 * self.value)
        return any(abs(stated - real) <= reach + 1e-12 * abs(real) for real in reals)


def equations(text: str) -> Iterator[Equation]:
    """Every sum of plain numbers in a text, from left to right; what has names or units in it is left out."""
    for found in _EQUATION.finditer(text):
        goes_on = re.fullmatch(r"`?\*{0,2}\s*[-+*/×·−^=(]|`?\*{0,2}[\d%]", found["after"])
        before = text[: found.start()]
        if goes_on or (_BEFORE.search(before) and not re.search(r"[A-Za-z,]\s+$", before)):
            continue
        value = _value(found["left"])
        if value is not None:
            yield Equation(" ".join(found["left"].split()), found["right"], found.start("right"), value)


def _value(source: str) -> float | None:
    """What a sum comes to; None when it cannot be computed."""
    python = re.sub(r"[×·x]", "*", source.replace(",", "").replace("−", "-").replace("^", "**"))
    try:
        return _computed(ast.parse(python.strip(), mode="eval").body)
    except (SyntaxError, ValueError, ArithmeticError, RecursionError, MemoryError):
        return None


def _computed(node: ast.expr) -> float:
    match node:
        case ast.Constant(value) if is_number(value):
            return value
        case ast.BinOp(left, op, right) if type(op) in _OPERATORS:
            one, other = _computed(left), _computed(right)
            if isinstance(op, ast.Pow) and (abs(other) > _MAX_POWER or abs(one) > 1e6):
                raise ValueError("the power is too large")
            value = _OPERATORS[type(op)](one, other)
            if isinstance(value, complex) or not math.isfinite(value):
                raise ValueError("not a finite number")
            return value
    raise ValueError("not a sum of numbers")
