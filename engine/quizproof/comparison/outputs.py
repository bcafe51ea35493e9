"""When two printed outputs are the same, and how two of them differ."""

from __future__ import annotations

import math
import re
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal
from itertools import zip_longest

from quizproof.comparison.layout import STRING, arranged, has_own_layout
from quizproof.comparison.printed import take_apart
from quizproof.comparison.quantity import is_single, same_number, slack
from quizproof.comparison.seen import skeleton
from quizproof.comparison.tolerance import Allowed, Tolerance, tolerance_of

_SIGN = r"[^A-Za-z0-9_\s]"
_LITERAL = r"\"(?:[^\"\\]|\\[\s\S])*\"|'(?:[^'\\]|\\[\s\S])*'"
# Literals are matched first, so that what is inside quotes is kept. Spaces next to a sign do not count; those between
# two words do.
_MAX_QUOTES = 1_000
_SPACING = re.compile(rf"({_LITERAL})|(?<={_SIGN})\s+|\s+(?={_SIGN})|(\s+)")

# Only after these words, because a hexadecimal number may be what the question is about.
_ADDRESS = re.compile(r"(?:(?<=\bat )|(?<=\bobject @ ))0x[0-9a-fA-F]{6,16}\b")
_SPACE = re.compile(r"\s+")
_PLAIN_NUMBER = re.compile(
    rf"(?<![\w\\])[bru]?{STRING}(?!\w)"
    r"|(?P<number>(?<![\w.])[-+]?(?:[0-9]++(?:\.[0-9]*+)?|\.[0-9]++)(?:[eE][-+]?[0-9]{1,4})?+(?![\w.]))"
)
_NEVER_PRINTED = re.compile(
    r"(?<![\w.])[-+]?(?:\.[0-9]++(?:e[-+]?[0-9]++)?+|[0-9]++(?:\.[0-9]*+)?e[-+]?[0-9])(?![\w.])"
)
"""Numbers as people type them, and Python does not print them: exponents have two digits at least."""
_SINGLE_DIGITS = 9
"""Digits that a 32-bit float needs at most where nobody rounds it."""
_EXACT = Context(prec=60, Emin=MIN_EMIN, Emax=MAX_EMAX)
"""Decimals with as many digits as any float or integer that is printed in practice."""


def masked(text: str) -> str:
    """The text with all memory addresses replaced by `0x...`.

    Addresses are what comes after "at" or "object @", as in `<function f at 0x7f3a5c0>`; other hexadecimal numbers
    stay.
    """
    return _ADDRESS.sub("0x...", text)


def fold(text: str) -> str:
    r"""Output without what no reader compares: trailing spaces, empty lines at both ends, memory addresses.

    >>> fold("\n1  \n2\n\n")
    '1\n2'
    """
    lines = [line.rstrip() for line in masked(text).split("\n")]
    while lines and not lines[-1]:
        lines.pop()
    start = next((number for number, line in enumerate(lines) if line), 0)
    return "\n".join(lines[start:])


def fold_expression(text: str) -> str:
    """Code in which spacing does not count, and single and double quotes are equivalent: `a = 'b'` is `a="b"`.

    What is inside quotes is kept: `", "` is not `","`. A text with more than a thousand quotes stays as it is.
    """
    # Of one that is never closed, everything behind it is looked at, and so behind the next.
    if text.count("'") + text.count('"') > _MAX_QUOTES:
        return text.strip()
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


def same_output(one: str, other: str, tolerance: Allowed | None = None, *, model: str | None = None) -> bool:
    """Whether two outputs are equal but for their layout.

    one, other  as they are stated and as they were printed
    tolerance   by how much numbers in them may differ; None when they must be the same to the letter
    model       the real output, which decides whether its layout was made on purpose; `other` when None

        >>> same_output("loss: 0.503", "loss: 0.5", 0.01)
        True
        >>> same_output("[1,2]", "[1, 2]"), same_output("[1, 2]", "[1,2]")
        (True, False)
    """
    one, other = fold(one), fold(other)
    if one == other:
        return True
    own = has_own_layout(fold(other if model is None else model))
    one, other = arranged(one, own=own), arranged(other, own=own)
    if one == other or _same_in_other_words(one, other):
        return True
    return tolerance is not None and _same_within(one, other, tolerance_of(tolerance))


def same_again(before: str, now: str, tolerance: Allowed | None = None) -> bool:
    """Whether a program printed the same twice. No reader wrote one of the two, so the order of a set counts as well.

    before, now  what two runs of one program printed
    tolerance    by how much numbers may differ; None when they must be the same to the letter
    """
    before, now = fold(before), fold(now)
    return before == now or (tolerance is not None and _same_within(before, now, tolerance_of(tolerance)))


def _same_in_other_words(one: str, other: str) -> bool:
    """Whether all that differs is how numbers are written, and one way is such as no program prints: `1e-3`, `.5`."""
    if not (_NEVER_PRINTED.search(one) or _NEVER_PRINTED.search(other)):
        return False
    (text, ours), (other_text, theirs) = _numbers_apart(one), _numbers_apart(other)
    if text != other_text or len(ours) != len(theirs):
        return False
    return all(
        a == b
        or (
            bool(_NEVER_PRINTED.fullmatch(a) or _NEVER_PRINTED.fullmatch(b))
            and all(not number.lstrip("+-").isdigit() for number in (a, b))
            and _EXACT.compare(Decimal(a), Decimal(b)) == 0
        )
        for a, b in zip(ours, theirs, strict=True)
    )


def _numbers_apart(text: str) -> tuple[str, list[str]]:
    numbers: list[str] = []

    def keep(found: re.Match[str]) -> str:
        if found["number"] is None:
            return found[0]
        numbers.append(found[0])
        return "\0"

    return _PLAIN_NUMBER.sub(keep, text), numbers


def _same_within(one: str, other: str, tolerance: Tolerance) -> bool:
    ours, theirs = take_apart(one), take_apart(other)
    return ours.text == theirs.text and all(
        _is_near(a, b, tolerance) for a, b in zip(ours.numbers, theirs.numbers, strict=True)
    )


def _is_near(stated: Decimal, real: Decimal, tolerance: Tolerance) -> bool:
    """Whether two printed numbers are the same within the tolerance around the real one.

    Printed numbers are decimals and compared as such, so that long ones count to the last digit. Because what is
    printed has been rounded, they may differ by a billionth more; a 32-bit float may be off in its last places.
    """
    share = _EXACT.multiply(Decimal(repr(tolerance.relative)), abs(real))
    most = max(Decimal(repr(tolerance.absolute)), share) * Decimal("1.000000001")
    most += max(map(_single_slack, (stated, real)))
    return -most <= _EXACT.subtract(stated, real) <= most


def _single_slack(number: Decimal) -> Decimal:
    # Whole numbers are exact, and no shorter number was a 32-bit float that needs more digits than it has.
    _, digits, exponent = number.as_tuple()
    if len(digits) < _SINGLE_DIGITS or not isinstance(exponent, int) or exponent >= 0 or not is_single(float(number)):
        return Decimal(0)
    return Decimal(slack(float(number)))


def disagreement(stated: str, real: str, tolerance: Allowed | None = None) -> str:
    """What is wrong about a stated output, in a few words; where only white space differs, these words say so.

    stated, real, tolerance  as for `difference`
    """
    ours, theirs = fold(stated).split("\n"), fold(real).split("\n")
    place = next((n for n, (a, b) in enumerate(zip_longest(ours, theirs)) if a != b), 0)
    mine, line = (lines[place] if place < len(lines) else "" for lines in (ours, theirs))
    if _SPACE.sub("", stated) == _SPACE.sub("", real):
        words = "only white space differs"
        if not line.strip() and place:
            return f"{words}: it has an empty line after line {place}"
        if not mine.strip() and place:
            return f"{words}: it has no empty line after line {place}"
        where = f"line {place + 1} is " if len(theirs) > 1 or len(ours) > 1 else "it is "
        return f"{words}: {where}{quoted(line)}, not {quoted(mine)}"
    if skeleton(mine) == skeleton(line):
        return f"it looks the same, but is {line!a}, not {mine!a}"
    return difference(stated, real, tolerance)


def difference(stated: str, real: str, tolerance: Allowed | None = None) -> str:
    """How the real output differs from the stated one, in a few words: `'3'`, `line 2 is '3'`, `it ends after line 1`.

    stated, real  outputs that are not the same
    tolerance     for numbers in them; of several lines, it names the first that differs by more
    """
    ours, theirs = fold(stated).split("\n"), fold(real).split("\n")
    if len(ours) != len(theirs):
        # Arrays may be broken into other lines.
        own = has_own_layout(fold(real))
        ours, theirs = (arranged(fold(text), own=own).split("\n") for text in (stated, real))
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
        return same_number(typed, value)
    # A billionth more, because half of a decimal is not exact as a float.
    half = 0.5 * 10.0 ** int(number.as_tuple().exponent)
    return abs(float(number) - value) <= half * (1 + 1e-9)
