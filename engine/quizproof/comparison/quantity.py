"""Quantities: numbers as they are meant, exactly, and when two of them are the same.

A float stands for the decimal that it is written as, so that 0.3 is within 0.1 of 0.2. What a run computed has a
precision besides: a float32 that is written as 71.9000015258789 is 71.9. That precision is the `slack` of a value.
"""

from __future__ import annotations

import math
import re
import struct
from collections.abc import Callable
from fractions import Fraction
from typing import NamedTuple, TypeAlias

from quizproof.comparison.tolerance import Allowed, decimal_fraction, tolerance_of

Number: TypeAlias = int | float | str
"""A value as runs report it: of a `Fraction` "1/3", of a `Decimal` "0.10", of a complex number "(1+2j)"."""

_ULPS = 4
"""Units in the last place by which a sum of a few floats may be off, whatever its order."""
_EXACT_FROM = 2.0**53
"""From here on, not every whole number is a float."""
_COMPLEX = re.compile(
    r"\(?(?:(?P<real>[-+]?[0-9.]+(?:[eE][-+]?[0-9]+)?)(?=[-+]))?(?P<imaginary>[-+]?[0-9.]+(?:[eE][-+]?[0-9]+)?)j\)?"
)
_MAX_EXPONENT = 5_000


class Quantity(NamedTuple):
    """An exact number."""

    real: Fraction
    imaginary: Fraction = Fraction(0)

    def within(self, distance: Fraction, other: Quantity) -> bool:
        """Whether another number is no further away than `distance`."""
        across, up = self.real - other.real, self.imaginary - other.imaginary
        # Not squared where it can be helped, because numbers may have thousands of digits.
        return abs(across) <= distance if not up else across * across + up * up <= distance * distance

    def __abs__(self) -> Fraction:
        """Its size; of a complex number to a float's precision."""
        return abs(self.real) if not self.imaginary else Fraction(math.hypot(float(self.real), float(self.imaginary)))


def quantity(value: Number) -> Quantity:
    """The number that a value stands for.

    value  finite; see `Number`

    Raises ValueError when it is no finite number.
    """
    if isinstance(value, str):
        if found := _COMPLEX.fullmatch(value):
            return Quantity(decimal(found["real"] or "0"), decimal(found["imaginary"]))
        top, slash, bottom = value.partition("/")
        return Quantity(decimal(top) / decimal(bottom) if slash else decimal(value))
    # An integer may be too large for `isfinite`.
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"{value} is not finite")
    return Quantity(decimal_fraction(value))


def decimal(text: str) -> Fraction:
    """A decimal as text, exactly. Exponents beyond 5,000 count as 5,000: no float is as large or as small.

    Raises ValueError for any other text.
    """
    mantissa, _, exponent = text.lower().partition("e")
    power = max(-_MAX_EXPONENT, min(int(exponent or 0), _MAX_EXPONENT))
    return Fraction(mantissa) * (Fraction(10) ** power)


def slack(value: Number, dtype: str = "") -> float:
    """By how much a value may be off because of its precision alone.

    value  as a run reports it
    dtype  what it was computed in, where that is known: "float32", "float16", "bfloat16"

    0 for what is exact: integers, fractions, decimals, and whole floats up to 2 ** 53.

        >>> slack(3), 0 < slack(0.3) < 1e-15, 1e-8 < slack(0.30000001192092896) < 1e-6
        (0.0, True, True)
    """
    if not isinstance(value, float) or not math.isfinite(value):
        return 0.0
    if dtype in ("float16", "bfloat16"):
        # One unit, because four of them would be a tenth of what such numbers are for.
        return _ulp(value, *((10, -14) if dtype == "float16" else (7, -126)))
    if value.is_integer() and abs(value) < _EXACT_FROM:
        return 0.0
    if dtype == "float32" or is_single(value):
        return _ULPS * _ulp(value, 23, -126)
    return _ULPS * math.ulp(value)


def _ulp(value: float, digits: int, least: int) -> float:
    """The unit in the last place of a float with so many binary digits after the first."""
    exponent = math.frexp(value)[1] - 1 if value else least
    return 2.0 ** (max(exponent, least) - digits)


def is_single(value: float) -> bool:
    """Whether a float was a 32-bit float before: it has the value of one, and more digits than it would need there."""
    return _as_single(value) == value and len(shortest(value)) < len(repr(value))


def _as_single(value: float) -> float:
    try:
        single: float = struct.unpack("f", struct.pack("f", value))[0]
    except OverflowError:
        return math.inf
    return single


def shortest(value: float, dtype: str = "") -> str:
    """The shortest decimal that stands for a float among those of its precision.

    value  finite
    dtype  as for `slack`

        >>> shortest(71.9000015258789), shortest(0.1 + 0.2)
        ('71.9', '0.30000000000000004')
    """
    if dtype in ("float16", "bfloat16"):
        room = slack(value, dtype) / 2
        return _first(value, lambda other: abs(other - value) < room)
    if _as_single(value) == value:
        return _first(value, lambda other: _as_single(other) == value)
    return repr(value)


def _first(value: float, is_same: Callable[[float], bool]) -> str:
    texts = (f"{value:.{digits}g}" for digits in range(1, 18))
    return next((repr(float(text)) for text in texts if is_same(float(text))), repr(value))


def same_number(one: Number, other: Number, tolerance: Allowed = 0, dtype: str = "") -> bool:
    """Whether a number is the real one, give or take the tolerance and what the real one's precision leaves open.

    one, other  the stated and the real number; infinite ones are the same only if equal
    tolerance   absolute, in the unit of the numbers, or a `Tolerance` around the real one
    dtype       what the real one was computed in: see `slack`

    Whole numbers, fractions and decimals are exact: 2 ** 64 is not 2 ** 64 - 1, and no float but 0.3 is Decimal("0.3").
    But 0.1 + 0.2 is 0.3 with the tolerance 0.
    """
    if any(isinstance(value, float) and not math.isfinite(value) for value in (one, other)):
        return one == other
    stated, real = quantity(one), quantity(other)
    stated_room = slack(one) if isinstance(one, float) and not isinstance(other, str) else 0.0
    room = max(stated_room, slack(other, dtype))
    return real.within(tolerance_of(tolerance).around(abs(real)) + Fraction(room), stated)
