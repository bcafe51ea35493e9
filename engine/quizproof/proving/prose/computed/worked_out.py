"""What prose states that needs no run: sums of numbers, and expressions of literals with what they give."""

from __future__ import annotations

import re
from collections.abc import Iterator

from quizproof.comparison.numbers import is_number
from quizproof.comparison.quantity import same_number
from quizproof.findings import DataPath
from quizproof.proving.prose.computed.arithmetic import Equation, equations
from quizproof.proving.prose.computed.claimed import Claimed, claimed
from quizproof.proving.prose.computed.literals import Printed, Raises
from quizproof.proving.prose.evidence import Evidence, number_of
from quizproof.proving.prose.sentences import Sentence, Stated, is_elsewhere, sentences
from quizproof.quizfile.template import show

_ON_PURPOSE = frozenset(["mistake", "otherwise"])
"""Fields that tell how a learner goes wrong: `2 + 3 * 4` is 20 there, from left to right."""

_MAX_CHARACTERS = 1_000
"""Of a sentence. What is longer is no sentence, and would take its time."""
_BITS = re.compile(r"(?i)\b(?:u?int\d+|bytes?|bits?)\b")
_PRECISION = re.compile(r"(?i)\b(?:b?float\d+|half|single|double|precision|mantissa|digits?|round\w*|exact\w*)\b")


def of_worked_out(
    sentence: Sentence, at: DataPath, field: str, evidence: Evidence
) -> Iterator[tuple[Stated, str, str]]:
    """What a sentence works out falsely: where, in which words, and the expression to write instead.

    at     the place of the prose, which may be about one wrong response
    field  of the prose
    """
    if len(sentence.text) > _MAX_CHARACTERS:
        return
    on_purpose = field in _ON_PURPOSE
    own = evidence.own_numbers(at) if on_purpose else []
    for equation in equations(sentence.text):
        # A run may show that 200 + 100 is 44, in a type of one byte.
        given = (*evidence.key_numbers, *evidence.printed)
        shown = any(same_number(equation.stated, known, 0) for known in given) and not on_purpose
        if equation.holds or shown or is_elsewhere(sentence.text, equation.index) or _is_short(equation, sentence.text):
            continue
        if not on_purpose or _is_own(equation.value, equation.stated, own):
            yield _false_sum(equation, sentence)
    for each in claimed(sentence, evidence.code):
        if not each.holds and (not on_purpose or _is_own_value(each, own, evidence.own_outputs(at))):
            yield Stated(each.text, each.index), f"the text says {each.text}, but {each.message}", ""


def true_belief(prose: str, evidence: Evidence) -> Iterator[tuple[Stated, str, str]]:
    """What somebody is said to believe, and is so: of a prose that says nothing else."""
    found = list(sentences(prose[:_MAX_CHARACTERS]))
    # What follows the belief may say what is false about it.
    if len([each for each in found if each.text.strip(" .\n")]) != 1:
        return
    for each in (each for sentence in found for each in claimed(sentence, evidence.code, believed=True)):
        if each.whole and each.holds:
            yield Stated(each.text, each.index), f"this belief is true: {each.message}", ""


def _false_sum(equation: Equation, sentence: Sentence) -> tuple[Stated, str, str]:
    stated = Stated(equation.right, sentence.at(equation.index))
    if not is_number_text(equation.right):
        message = f"{equation.left} is {show(equation.value)}, but {equation.right} is {show(equation.stated)}"
    elif not is_number_text(equation.left):
        message = f"{equation.left} is {show(equation.value)}, not {equation.right}"
    else:
        message = f"{equation.right} is {show(equation.stated)}, not {equation.left}"
    return stated, message, ""


def is_number_text(text: str) -> bool:
    """Whether a side of an equation is one number, with no sum to work out."""
    try:
        number_of(text.replace("_", "").replace("\u202f", ""))
    except ValueError:
        return False
    return True


def _is_short(equation: Equation, text: str) -> bool:
    """Whether a sum is what numbers of few bits come to, and the sentence is about these."""
    value, stated = equation.value, equation.stated
    if _BITS.search(text) and float(value).is_integer() and float(stated).is_integer():
        return any((int(value) - int(stated)) % 2**bits == 0 for bits in (8, 16, 32, 64))
    return bool(_PRECISION.search(text)) and abs(value - stated) <= 0.01 * abs(value)


def _is_own(value: float, stated: float, own: list[float]) -> bool:
    """Whether a wrong response is what a sum comes to, and not what its feedback says that it does."""
    return any(same_number(value, each, 0) for each in own) and not any(same_number(stated, each, 0) for each in own)


def _is_own_value(each: Claimed, own: list[float], outputs: list[str]) -> bool:
    if isinstance(each.value, Raises):
        return False
    if is_number(each.value) and not isinstance(each.value, bool):
        return any(same_number(each.value, number, 0) for number in own)
    text = each.value.text if isinstance(each.value, Printed) else str(each.value)
    return any(text.strip() == output.strip() for output in outputs)
