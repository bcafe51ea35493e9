"""Precision: how many decimals a prompt asks for, and whether the tolerance of its answer fits them."""

from __future__ import annotations

import re
from fractions import Fraction

from quizproof.comparison.quantity import quantity
from quizproof.displays import NumberInput

_COUNTS = dict(zip(["one", "two", "three", "four", "five", "six", "seven", "eight"], range(1, 9), strict=True))
_NEAREST = {"tenth": 1, "hundredth": 2, "thousandth": 3}
_ASKED = re.compile(
    rf"(?i)\b(?:to|rounded to) (?P<n>\d|{'|'.join(_COUNTS)}) (?:decimals?\b|decimal (?:places?|digits?)\b"
    r"|(?:places?|digits?) after the (?:decimal )?(?:point|comma)\b)"
    rf"|\bto the nearest (?P<part>{'|'.join(_NEAREST)})\b"
)


def decimals_asked(prompt: str) -> int | None:
    """How many decimals a prompt asks for, as in "to three decimals"; None where it asks for no number of them.

    prompt  Markdown
    """
    found = _ASKED.search(re.sub(r"`[^`\n]*`", "…", prompt))
    if not found:
        return None
    if found["part"]:
        return _NEAREST[found["part"].lower()]
    return int(found["n"]) if found["n"].isdigit() else _COUNTS[found["n"].lower()]


def misfit(prompt: str, question: NumberInput) -> str:
    """In which way the tolerance does not fit the decimals that the prompt asks for; empty where it does."""
    decimals = decimals_asked(prompt)
    real = quantity(question.value)
    if decimals is None or real.imaginary:
        return ""
    unit = Fraction(1, 10**decimals)
    tolerance = Fraction(repr(float(question.tolerance)))
    plural = "decimal" if decimals == 1 else "decimals"
    if tolerance >= 10 * unit:
        return f"the prompt asks for {decimals} {plural}, but with this tolerance the last one makes no difference"
    rounded = unit * round(real.real / unit)
    if abs(rounded - real.real) > tolerance + Fraction(repr(float(question.slack))):
        typed = f"{float(rounded):.{decimals}f}"
        return f"the prompt asks for {decimals} {plural}, but {typed} is outside the tolerance and would count as wrong"
    return ""
