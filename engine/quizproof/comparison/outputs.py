"""When two printed outputs are the same, and how two of them differ."""

from __future__ import annotations

import math
import re
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal

from quizproof.comparison.printed import take_apart

_SIGN = r"[^A-Za-z0-9_\s]"
_LITERAL = r"\"(?:[^\"\\]|\\[\s\S])*\"|'(?:[^'\\]|\\[\s\S])*'"
# Literals are matched first, so that what is inside quotes is kept. Spaces next to a sign do not count; those between
# two words do.
_SPACING = re.compile(rf"({_LITERAL})|(?<={_SIGN})\s+|\s+(?={_SIGN})|(\s+)")

# Only after these words, because a hexadecimal number may be what the question is about.
_ADDRESS = re.compile(r"(?:(?<=\bat )|(?<=\bobject @ ))0x[0-9a-fA-F]{6,16}\b")
_EXACT = Context(prec=60, Emin=MIN_EMIN, Emax=MAX_EMAX)
"""Decimals with as many digits as any float or integer that is printed in practice."""


def masked(text: str) -> str:
    """The text with all memory addresses replaced by `0x...`.

    Addresses are what comes after "at" or "object @", as in `<function f at 0x7f3a5c0>`; other hexadecimal numbers
    stay.
    """
    return _ADDRESS.sub("0x...", text)


def fold(text: str) -> str:
    r"""Output without what no reader compares: trailing spaces, empty lines at the end, memory addresses.

    >>> fold("1  \n2\n\n")
    '1\n2'
    """
    lines = [line.rstrip() for line in masked(text).split("\n")]
    while lines and not lines[-1]:
        lines.pop()
    return "\n".join(lines)


def fold_expression(text: str) -> str:
    """Code in which spacing does not count, and single and double quotes are equivalent: `a = 'b'` is `a="b"`.

    What is inside quotes is kept: `", "` is not `","`.
    """
    return _SPACING.sub(_folded_piece, text.strip())


def _folded_piece(match: re.Match[str]) -> str:
    literal, space = match.groups()
    if literal is None:
        return " " if space else ""
    # With a double quote inside, the other quotes would not enclose it.
    return literal if '"' in literal else f'"{literal[1:-1]}"'


def fold_program(text: str) -> str:
    """A program without what does not change it: empty lines, comment lines, trailing spaces.

    It goes line by line, so lines inside a string of several lines are dropped too. Two texts are compared after it,
    and neither is run.
    """
    lines = (line.rstrip() for line in text.replace("\r\n", "\n").split("\n"))
    return "\n".join(line for line in lines if line.strip() and not line.lstrip().startswith("#"))


def same_output(one: str, other: str, tolerance: float | None = None) -> bool:
    """Whether two outputs are equal after folding.

    one, other  as they were printed
    tolerance   by how much numbers in them may differ, absolute; None when they must be the same to the letter

        >>> same_output("loss: 0.503", "loss: 0.5", 0.01)
        True
    """
    one, other = fold(one), fold(other)
    if one == other or tolerance is None:
        return one == other
    ours, theirs = take_apart(one), take_apart(other)
    if ours.text != theirs.text:
        return False
    # Printed numbers are decimals and compared as such, so that long ones count to the last digit. Because what is
    # printed has been rounded, they may differ by a billionth more.
    max_difference = Decimal(tolerance) * Decimal("1.000000001")
    pairs = zip(ours.numbers, theirs.numbers, strict=True)
    return all(-max_difference <= _EXACT.subtract(a, b) <= max_difference for a, b in pairs)


def difference(stated: str, real: str, tolerance: float | None = None) -> str:
    """How the real output differs from the stated one, in a few words: `'3'`, `line 2 is '3'`, `it ends after line 1`.

    stated, real  outputs that are not the same
    tolerance     for numbers in them; of several lines, it names the first that differs by more
    """
    ours, theirs = fold(stated).split("\n"), fold(real).split("\n")
    if len(ours) == len(theirs) == 1:
        return quoted(theirs[0])
    differ = [n for n, (a, b) in enumerate(zip(ours, theirs, strict=False)) if a != b]
    beyond = [n for n in differ if not same_output(ours[n], theirs[n], tolerance)]
    end = min(len(ours), len(theirs))
    line = next(iter(beyond or (differ if len(ours) == len(theirs) else [])), end)
    return f"line {line + 1} is {quoted(theirs[line])}" if line < len(theirs) else f"it ends after line {len(theirs)}"


def quoted(value: object, max_length: int = 80) -> str:
    """A value as Python writes it, cut when it is longer than `max_length` characters.

    >>> quoted("abc" * 100, 8)
    "'abcabca …"
    """
    text = repr(value)
    return text if len(text) <= max_length else f"{text[:max_length]} …"


def same_number(one: float, other: float, tolerance: float) -> bool:
    """Whether two numbers differ by at most the tolerance, give or take a rounding error.

    one, other  may be infinite, and are then the same only if equal
    tolerance   absolute, in the unit of the numbers

    The rounding error is four units in the last place of the larger: 0.1 + 0.2 is 0.3 with the tolerance 0.
    """
    if not (math.isfinite(one) and math.isfinite(other)):
        return one == other
    # An author's 0.1 and a run's 0.1 may have been computed in different ways.
    return abs(one - other) <= tolerance + 4 * max(math.ulp(one), math.ulp(other))


def same_to_digits(typed: str, value: float) -> bool:
    """Whether a decimal, as typed, is `value` rounded to the digits typed.

    typed  text that `Decimal` reads
    value  the real one; one that is not finite is never the same

    0.895 is 0.8947. A whole number without a point is exact: 85 is 85 only.
    """
    if not math.isfinite(value):
        return False
    number = Decimal(typed)
    if number == number.to_integral_value() and "." not in typed:
        return same_number(float(number), value, 0)
    # A billionth more, because half of a decimal is not exact as a float.
    half = 0.5 * 10.0 ** int(number.as_tuple().exponent)
    return abs(float(number) - value) <= half * (1 + 1e-9)
