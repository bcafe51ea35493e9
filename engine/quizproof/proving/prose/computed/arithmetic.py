"""Arithmetic in prose: sums that an author worked out by hand, such as "3 * 200 + 50 = 650"."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from quizproof.comparison.numbers import is_number
from quizproof.proving.prose.computed.literals import Raises, evaluated

_NUMBER = r"(?:\d{1,3}(?:[,_\u202f]\d{3})+(?![\d_])|\d+)(?:\.\d+)?(?:e[-+]?\d+)?"
_OPERATOR = r"(?:\*\*|//|[-+*/×·÷−–^%]|x(?=\s*[-−(\d]))"
_OPERAND = rf"(?:[-−]?\({{1,9}}\s*)?[-−]?{_NUMBER}(?:\s*\))*"
_SIDE = rf"{_OPERAND}(?:\s*{_OPERATOR}\s*{_OPERAND})*"
_EQUALS = r"[`$]?\s*(?<![=!<>:+*/-])=(?!=)\s*(?:\*\*)?[`$]?"
_CHAIN = re.compile(rf"{_SIDE}(?:{_EQUALS}{_SIDE})*")
"""One side or several. It always takes all that there is, so that no text makes the search slow."""
_SAID = re.compile(
    rf"`?\s+(?:is|are|gives|makes|equals|yields|comes to)\s+[`*]{{0,3}}(?P<n>[-−]?{_NUMBER})"
    r"(?=[`*]{0,3}\s*(?:[.,;:!?)](?!\d)|$|(?:and|but|because|since|as|which|so)\b))"
)
_GOES_ON_BEFORE = re.compile(r"(?:[-+*/×·÷−–^%<>.\[{\w\\@&|]|(?<![\w`)\]])=|[=!<>:]=)$")
_OPERAND_BEFORE = re.compile(
    r"(?:[-+*/×·÷−–^%<>.\[{\\@&|]|\d|[=!<>:]=|(?<![\w])(?!(?:a|A|I)\b)[A-Za-z]|\w*[_\d]\w*)\s+$"
)
"""What makes a sum a part of a longer one: an operator or an operand beside it."""
_VERSION = re.compile(r"(?i)\b(?:python|pytorch|torch|tensorflow|keras|numpy|cuda|versions?)\s+$")
"""What a number after it is no number."""
_BULLET = re.compile(r"(?:^|\n)[ \t]*[-*+][ \t]+$")
_GOES_ON_AFTER = re.compile(
    r"[`$]?(?:\w|[.,]\d|\s*[/×·÷^(\[]|\s*\+(?!\W*$)|\s*\*{1,2}[ \w(]|\s*[-−–](?! [A-Za-z]{2})|\s+x\b"
    r"|\s*(?:thousand|million|billion|[kMGT]|[kKMGT]i?[Bb](?:ytes?)?|[cmkµn]?m|[mµn]?s|min|hours?|h|days?)\b)"
)
"""What makes the last side something else than its number: more of a sum, or another unit."""
_WORDS = {"times": "*", "plus": "+", "minus": "-", r"\times": "×", r"\cdot": "·", r"\div": "÷"}
_IN_WORDS = re.compile(r"(?<=[\d)] )(?:times|plus|minus)(?= [\d(])|\\(?:times|cdot|div)\b")
_OTHER = re.compile(r"\b\d{4}-\d\d-\d\d\b|\b0x")
"""A date or a number in base 16."""
_BESIDE = 40
"""Characters before a sum that tell whether it goes on."""
_MAX_CHARACTERS = 200
"""Of one side. Nobody works out a longer one by hand."""


@dataclass(frozen=True)
class Equation:
    """A sum and what its author says that it comes to."""

    left: str
    right: str
    index: int
    """Where in the text the right side begins."""
    value: float
    """What it does come to."""
    stated: float
    """What its author says, in the same unit."""
    holds: bool
    """Whether that is right at the digits typed. A quotient may be rounded in any way."""


def equations(text: str) -> Iterator[Equation]:
    """Every sum of plain numbers in a text, from left to right; what has names or units in it is left out."""
    text = _IN_WORDS.sub(lambda found: _WORDS[found[0]].ljust(len(found[0])), text)
    for found in _CHAIN.finditer(text):
        before, after = text[max(0, found.start() - _BESIDE) : found.start()], text[found.end() :]
        sides = [(side[0], found.start() + side.start()) for side in re.finditer(_SIDE, found[0])]
        said = _SAID.match(after) if len(sides) == 1 else None
        if said:
            sides.append((said["n"], found.end() + said.start("n")))
            after = ""
        elif sides and _GOES_ON_AFTER.match(after):
            sides.pop()
        if sides and _is_part(before):
            del sides[0]
        percent = bool(re.match(r"[`*$]{0,3}\s*%", after))
        for (left, _), (right, index) in itertools.pairwise(sides):
            last = index == sides[-1][1]
            if equation := _equation(left, right, index, percent=percent and last):
                yield equation


def _is_part(before: str) -> bool:
    """Whether what is before a sum belongs to it."""
    if _BULLET.search(before):
        return False
    return bool(_VERSION.search(before) or _GOES_ON_BEFORE.search(before) or _OPERAND_BEFORE.search(before))


def _equation(left: str, right: str, index: int, *, percent: bool) -> Equation | None:
    left, right = _balanced(left.strip()), _balanced(right.strip())
    operators = [bool(re.search(rf"(?<=[\d)\s]){_OPERATOR}", side)) for side in (left, right)]
    is_other = any(_OTHER.search(side) or _is_range(side) for side in (left, right))
    if not any(operators) or is_other or max(len(left), len(right)) > _MAX_CHARACTERS:
        return None
    readings = [(one, other) for one in _values(left) for other in _values(right)]
    if not readings:
        return None
    value, stated = readings[0]
    if operators == [False, True]:
        # "650 = 3 * 200 + 50": the number is what is stated.
        holds = any(_is_rounded(left, right, one, other, percent=False) for other, one in readings)
    elif operators == [True, True]:
        holds = any(abs(one - other) <= _reach_of_both(left, right, one) for one, other in readings)
    else:
        holds = any(_is_rounded(right, left, other, one, percent=percent) for one, other in readings)
    return Equation(" ".join(left.split()), " ".join(right.split()), index, value, stated, holds)


def _is_range(side: str) -> bool:
    """Whether it stands for the numbers from one to another: "10-20 = 15 %"."""
    found = re.fullmatch(r"(\d+)[-–](\d+)", side)
    return found is not None and int(found[1]) < int(found[2])


def _reach_of_both(left: str, right: str, value: float) -> float:
    """How far two sums may be from each other: those of decimals and quotients have been rounded on the way."""
    return 0.01 * abs(value) if re.search(r"[./÷]", left + right) else 0.0


def _is_rounded(number: str, total: str, stated: float, value: float, *, percent: bool) -> bool:
    """Whether a typed number is what a sum comes to, rounded to the digits typed.

    number   as typed
    total    the sum
    stated   what the number is
    value    what the sum comes to
    percent  whether it is typed as a percentage
    """
    mantissa = number.lower().partition("e")[0]
    step = 10.0 ** -len(mantissa.partition(".")[2])
    # A quotient is off by less than one of the last digit typed; another decimal by half of it. Of what is no whole
    # number, a whole one may be the floor: 0.7 * 13 = 9 items.
    divides = re.search(r"(?<!/)[/÷](?!/)", total)
    loose = divides or ("." not in mantissa and not float(value).is_integer())
    reach = step * (1 - 1e-9) if loose else step / 2 * (1 + 1e-9) if "." in mantissa else 0.0
    reach += _imprecision(total) * abs(value)
    reals = (100 * value,) if percent else (value, 100 * value)
    return any(abs(stated - real) <= reach + 1e-12 * abs(real) for real in reals)


def _imprecision(total: str) -> float:
    """By which share a sum may be off, because a decimal of three digits and more in it has been rounded before."""
    decimals = re.findall(r"\d*\.\d{3,}|\d*\.\d*(?:33|66|67)\b", total)
    return sum(0.5 * 10.0 ** -len(each.partition(".")[2]) / max(float(each), 1e-9) for each in decimals)


def _balanced(side: str) -> str:
    """A side without the brackets around the whole equation."""
    while side.startswith("(") and side.count("(") > side.count(")"):
        side = side[1:].lstrip()
    while side.endswith(")") and side.count(")") > side.count("("):
        side = side[:-1].rstrip()
    return side


def _values(source: str) -> Iterator[float]:
    """What a sum comes to, in every reading of `^`; none when it cannot be computed."""
    python = re.sub(r"[×·x]", "*", re.sub(r"[,_\u202f]", "", source)).replace("÷", "/")
    python = re.sub(r"\b0+(?=\d)", "", re.sub(r"[−–]", "-", python))
    for power in ("**", "^") if "^" in python else ("**",):
        value = evaluated(python.replace("^", power))
        if not isinstance(value, Raises) and is_number(value):
            yield value
