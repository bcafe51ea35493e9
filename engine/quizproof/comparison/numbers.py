"""Numbers: which values are numbers, and how tables and charts show them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, TypeGuard, TypeVar

Item = TypeVar("Item")

MAX_POINTS = 200
"""Of one line of a chart: more cannot be distinguished."""


def is_number(value: Any) -> TypeGuard[float]:
    """Whether `value` is one finite number, and no larger than a float can be. A boolean is none."""
    try:
        return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
    # `math.isfinite` makes a float of it, which an integer may be too large for.
    except OverflowError:
        return False


def figure(value: float) -> str:
    """A number with four significant digits, large ones with separators: 0.8947, 12.5, 1,526,400.

    Whole numbers, and those from 10,000 on, are written out, up to 1e15; NaN and infinities as Python writes them.
    """
    if not math.isfinite(value):
        return str(value)
    if float(value).is_integer() or abs(value) >= 10_000:
        return f"{round(value):,}" if abs(value) < 1e15 else f"{value:.4g}"
    return f"{value:.4g}"


def exact(value: float) -> str:
    """A number with every digit, for what a claim states: rounded it would be another claim.

    >>> exact(1526400.0), exact(0.1234567)
    ('1,526,400', '0.1234567')
    """
    return f"{int(value):,}" if float(value).is_integer() and abs(value) < 1e15 else repr(float(value))


def spread(values: Sequence[float]) -> str:
    """The mean of some values, and their range where they are not all the same.

    values  one per seed, at least one

        >>> spread([0.84, 0.87])
        '0.855 (0.84 to 0.87)'
    """
    low, high = min(values), max(values)
    mean = figure(sum(values) / len(values)) if low != high else figure(low)
    return mean if low == high else f"{mean} ({figure(low)} to {figure(high)})"


def thinned(items: Sequence[Item], max_items: int = MAX_POINTS) -> tuple[Item, ...]:
    """At most `max_items` of some items, evenly spaced, with the first and the last.

    items      in their order, such as the points of a line
    max_items  2 or more
    """
    last = len(items) - 1
    if last < max_items:
        return tuple(items)
    return tuple(items[round(step * last / (max_items - 1))] for step in range(max_items))
