"""Tolerances: by how much a number may differ from the real one and still count as the same."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias


@dataclass(frozen=True)
class Tolerance:
    """A distance, a share of the real value, or both; then the larger of the two counts."""

    absolute: float = 0.0
    """In the unit of the value; 0 or more."""
    relative: float = 0.0
    """0.05 for 5 % of the real value; 0 or more."""

    def around(self, value: Fraction | complex) -> Fraction:
        """The largest distance from a real value that counts as the same, exactly.

        value  the real one, not the one that is stated; finite

            >>> Tolerance(relative=0.05).around(Fraction(200))
            Fraction(10, 1)
        """
        size = abs(value) if isinstance(value, Fraction) else Fraction(abs(value))
        return max(decimal_fraction(self.absolute), decimal_fraction(self.relative) * size)

    def __bool__(self) -> bool:
        """Whether anything may differ."""
        return bool(self.absolute or self.relative)

    def __str__(self) -> str:
        """As learners read it: `±0.01`, `±5 %`; empty when nothing may differ."""
        parts = [f"±{_short(self.absolute)}"] if self.absolute else []
        parts += [f"±{_short(self.relative * 100)} %"] if self.relative else []
        return " or ".join(parts)


Allowed: TypeAlias = Tolerance | float
"""A tolerance, or a number for an absolute one."""


def tolerance_of(allowed: Allowed) -> Tolerance:
    """What is allowed, as a tolerance."""
    return allowed if isinstance(allowed, Tolerance) else Tolerance(allowed)


def decimal_fraction(value: float) -> Fraction:
    """The decimal that a float is written as, exactly: what 0.1 stands for is a tenth.

    value  an integer of any size, or a finite float
    """
    return Fraction(value) if isinstance(value, int) else Fraction(repr(float(value)))


def _short(value: float) -> str:
    return f"{value:.12g}"
