"""Axes: round numbers that enclose the figures, how they are written, and where they are in the picture."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

from quizproof_renderers.site.languages.messages import number, spoken


@dataclass(frozen=True)
class Axis:
    """A range of numbers, and where they are in the picture, in its units."""

    ticks: tuple[float, ...]
    """The numbers that are written beside the axis."""
    low: float
    """The number at `start`."""
    high: float
    """The number at `end`."""
    start: float
    end: float

    def place(self, value: float) -> float:
        """Where a value is in the picture."""
        share = (value - self.low) / (self.high - self.low)
        return round(self.start + share * (self.end - self.start), 1)

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """The ticks as they are written."""
        return tick_labels(self.ticks)


def tick_labels(ticks: tuple[float, ...]) -> tuple[str, ...]:
    """Ticks as they are written, all with the same number of decimals: "0.00", "0.25", "0.50".

    ticks  at equal distances, in ascending order
    """
    step = ticks[1] - ticks[0] if len(ticks) > 1 else 1.0
    return tuple(written(tick, decimals(step)) for tick in ticks)


def nice_ticks(low: float, high: float, most: int, *, whole: bool = False) -> tuple[float, ...]:
    """Round numbers that enclose a range, in steps of 1, 2, 2.5 or 5 times a power of ten.

    low    the smallest number of the range
    high   the largest; when it is not above `low`, a range around `low` is taken
    most   about how many steps there are at most
    whole  whether all ticks are whole numbers, as for epochs

    From 0 to 7 in at most 5 steps they are 0, 2, 4, 6 and 8. A variant of Paul Heckbert's "Nice numbers for graph
    labels" (Graphics Gems, 1990): the step is always rounded up, and 2.5 is one more factor.
    """
    if high <= low:
        half = abs(low) / 2 or 0.5
        low, high = (low - 1, high + 1) if whole else (low - half, high + half)
    rough = (high - low) / most
    power = 10.0 ** math.floor(math.log10(rough))
    steps = (power * factor for factor in (1, 2, 2.5, 5, 10) if not (whole and (power * factor) % 1))
    # The factors allow for rounding errors: a step of 0.1 is not exact in binary.
    step = next((step for step in steps if step >= rough * 0.999), max(1.0, power * 10))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    # A multiple of 0.1 may end in 0.30000000000000004, which no label should show.
    return tuple(round(index * step, 12) for index in range(first, last + 1))


def y_ticks(low: float, high: float) -> tuple[float, ...]:
    """Vertical ticks for figures from `low` to `high`.

    Zero is among them when the figures come near it. Shares, which are figures from 0 to 1, end at 1 when they come
    near it, rather than beyond.
    """
    if 0 <= low < 0.4 * high:
        low = 0.0
    if low >= 0 and 0.6 < high <= 1 < nice_ticks(low, high, 5)[-1]:
        high = 1.0
    return nice_ticks(low, high, 5)


def decimals(step: float) -> int:
    """How many decimals a number needs so that those `step` apart differ, and `step` itself is exact."""
    return next((n for n in range(12) if abs(round(step, n) - step) < step * 1e-6), 12)


def written(value: float, digits: int) -> str:
    """A number with `digits` decimals, a real minus sign and separated thousands: "−1,250.5"."""
    # What is rounded to zero loses its sign: "-0.00" is no number that people write.
    text = f"{value:,.{digits}f}"
    has_sign = float(text.replace(",", ""))
    return number(text.replace("-", "\N{MINUS SIGN}") if has_sign else text.removeprefix("-"))


def brief(value: float) -> str:
    """A number with up to four significant digits: "0.8125", "12", "1,526,400"."""
    if value == int(value) and abs(value) < 1e15:
        return written(value, 0)
    digits = max(0, 3 - math.floor(math.log10(abs(value))))
    if digits > 9:
        return number(f"{value:.3g}".replace("-", "\N{MINUS SIGN}"))
    return written(round(value, digits), digits).rstrip("0").rstrip(spoken().marks[1])
