"""When two printed outputs are the same."""

from __future__ import annotations

import math
import re

_ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{6,16}\b")
_NUMBER = re.compile(r"(?<![\w.])[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?(?![\w])")


def fold(text: str) -> str:
    """Output without what no reader sees: trailing spaces, empty lines at the end, memory addresses."""
    lines = [line.rstrip() for line in _ADDRESS.sub("0x...", text).split("\n")]
    while lines and not lines[-1]:
        lines.pop()
    return "\n".join(lines)


def same_output(one: str, other: str, tolerance: float | None = None) -> bool:
    """Whether two outputs are equal after folding; with a tolerance, numbers in them may differ by so much."""
    one, other = fold(one), fold(other)
    if one == other or tolerance is None:
        return one == other
    if _NUMBER.sub("#", one).split() != _NUMBER.sub("#", other).split():
        return False
    pairs = zip(_NUMBER.findall(one), _NUMBER.findall(other), strict=True)
    return all(same_number(float(a), float(b), tolerance) for a, b in pairs)


def same_number(one: float, other: float, tolerance: float) -> bool:
    """Whether two numbers differ by at most `tolerance` (absolute), give or take a rounding error."""
    return abs(one - other) <= tolerance + 4 * max(math.ulp(one), math.ulp(other))
