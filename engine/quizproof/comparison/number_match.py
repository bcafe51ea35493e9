"""Numbers that belong together: one number, all between two bounds, or every number. Mistakes are foreseen by them."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from fractions import Fraction

from quizproof.comparison.quantity import Quantity, quantity
from quizproof.comparison.tolerance import decimal_fraction

_RANGE = re.compile(r"(?:above (?P<above>\S+))?(?:, )?(?:below (?P<below>\S+))?")
_ANY = "any other number"


@dataclass(frozen=True)
class NumberMatch:
    """Either one number, or all real numbers between two bounds."""

    number: Quantity | None = None
    """None for a range."""
    above: int | float = -math.inf
    """The lower bound, which does not belong to the range."""
    below: int | float = math.inf
    """The upper bound, which does not belong to the range."""

    @classmethod
    def parse(cls, text: str) -> NumberMatch:
        """Read what `str` of a range writes, or a number as `quantity` reads it. Raises ValueError for anything else.

        >>> NumberMatch.parse("above 3, below 4").fits(Quantity(Fraction(7, 2)))
        True
        """
        if text == _ANY:
            return cls()
        found = _RANGE.fullmatch(text)
        if text and found:
            return cls(None, _bound(found["above"], -math.inf), _bound(found["below"], math.inf))
        return cls(quantity(text))

    def __str__(self) -> str:
        above = f"above {_short(self.above)}" if self.above > -math.inf else ""
        below = f"below {_short(self.below)}" if self.below < math.inf else ""
        return ", ".join(filter(None, (above, below))) or _ANY

    @property
    def is_range(self) -> bool:
        """Whether it has a bound."""
        return self.number is None and (self.above > -math.inf or self.below < math.inf)

    def fits(self, value: Quantity, distance: Fraction = Fraction(0)) -> bool:
        """Whether a number is meant. `distance`: by how much it may differ from one number; it widens no range."""
        if self.number is not None:
            return self.number.within(distance, value)
        return not self.is_range or self._holds(value, Fraction(0))

    def touches(self, value: Quantity, distance: Fraction) -> bool:
        """Whether a range has a number that is closer to a value than a distance.

        distance  less than 0 where the value is not known exactly: then only what is further inside the range counts
        """
        return self._holds(value, distance)

    def _holds(self, value: Quantity, distance: Fraction) -> bool:
        over = self.above == -math.inf or value.real + distance > decimal_fraction(self.above)
        return (
            not value.imaginary
            and over
            and (self.below == math.inf or value.real - distance < decimal_fraction(self.below))
        )

    def overlaps(self, other: NumberMatch) -> bool:
        """Whether two ranges have a number in common."""
        return max(self.above, other.above) < min(self.below, other.below)


def _bound(text: str | None, otherwise: float) -> int | float:
    """A bound as `_short` writes it. Whole ones stay exact."""
    if text is None:
        return otherwise
    return int(text) if text.removeprefix("-").isdecimal() else float(text)


def _short(bound: int | float) -> str:
    """A bound as an author types it: `3`, not `3.0`."""
    return str(int(bound)) if isinstance(bound, int) or (bound.is_integer() and abs(bound) < 1e15) else repr(bound)
