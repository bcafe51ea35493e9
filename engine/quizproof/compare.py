"""When two printed outputs are the same."""

from __future__ import annotations

import math
import re

_ADDRESS = re.compile(r"(?:(?<=\bat )|(?<=\bobject @ ))0x[0-9a-fA-F]{6,16}\b")
_NUMBER = re.compile(r"(?<![\w.])[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?(?![\w])")


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
    # NUL stands for a number, so it must not stand for itself.
    one, other = one.replace("\0", "\ufffd"), other.replace("\0", "\ufffd")
    if _NUMBER.sub("\0", one).split() != _NUMBER.sub("\0", other).split():
        return False
    pairs = zip(_NUMBER.findall(one), _NUMBER.findall(other), strict=True)
    return all(same_number(float(a), float(b), tolerance) for a, b in pairs)


def difference(stated: str, real: str) -> str:
    """How the real output differs from the stated one, in a few words."""
    ours, theirs = fold(stated).split("\n"), fold(real).split("\n")
    if len(ours) == len(theirs) == 1:
        return quoted(theirs[0])
    line = next((n for n, (a, b) in enumerate(zip(ours, theirs, strict=False)) if a != b), min(len(ours), len(theirs)))
    return f"line {line + 1} is {quoted(theirs[line])}" if line < len(theirs) else f"it ends after line {len(theirs)}"


def quoted(value: object, most: int = 80) -> str:
    """A value as Python writes it, cut when it is long."""
    text = repr(value)
    return text if len(text) <= most else f"{text[:most]} …"


def same_number(one: float, other: float, tolerance: float) -> bool:
    """Whether two numbers differ by at most `tolerance` (absolute), give or take a rounding error."""
    if not (math.isfinite(one) and math.isfinite(other)):
        return one == other
    return abs(one - other) <= tolerance + 4 * max(math.ulp(one), math.ulp(other))
