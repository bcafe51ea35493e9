"""Collisions: two responses to one question that a reader could not tell apart."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

from quizproof.comparison.number_match import NumberMatch
from quizproof.comparison.outputs import fold, fold_expression, fold_program, quoted, same_output
from quizproof.displays import (
    Attempt,
    Blank,
    Blanks,
    Code,
    Display,
    Input,
    LineInput,
    Matching,
    MatchItem,
    Mistake,
    NumberInput,
    Option,
    Options,
    Ordering,
    OrderLine,
    Output,
    ProgramInput,
    TextInput,
    Written,
)
from quizproof.findings import DataPath


def clash(display: Display, tolerance: float | None) -> tuple[str, DataPath, DataPath] | None:
    """The first two possible responses that are the same: what to say of them, and the places of both.

    display    one variant of a question
    tolerance  by how much numbers in printed text may differ and still look the same; None when they may not

    None when all can be told apart. Responses are compared as `marking` compares them, so that no two earn different
    marks for the same.
    """
    for group in _groups(display.input):
        for one, other in itertools.combinations(group, 2):
            if message := _coincidence(display.input, one, other, tolerance):
                return message, one.at, other.at
    return None


def _groups(question: Input | None) -> Iterator[tuple[Option | Mistake | MatchItem | OrderLine | Attempt, ...]]:
    """The responses that must differ from each other, group by group."""
    match question:
        case Options():
            yield question.options
        case NumberInput() | TextInput() | LineInput():
            yield question.mistakes
        case Blanks():
            yield from ((*_accepted(blank), *blank.mistakes) for blank in question.blanks)
        case Matching():
            yield question.left
            yield question.right
        case Ordering():
            yield tuple(line for line in question.lines if line.distractor)
        case ProgramInput():
            yield tuple(a for a in question.attempts if a.origin in ("solution", "starter", "wrong"))


def _accepted(blank: Blank) -> Iterator[Mistake]:
    """The right texts of a gap, in the form of mistakes, to be compared with each other and with these."""
    return (Mistake(text, "", at=(*blank.at, "accept", index)) for index, text in enumerate(blank.accepted))


def _coincidence(question: Input | None, one: Any, other: Any, tolerance: float | None) -> str:
    """In which way two options or mistakes are the same; empty when they are not."""
    match question:
        case Options() if _same_content(one.content, other.content, tolerance):
            return _the_same("options", _text(one.content).strip(), _text(other.content).strip())
        case NumberInput():
            return _same_numbers(one.value, other.value, question.tolerance)
        case TextInput() if same_output(one.value, other.value, tolerance):
            return _the_same("mistakes", one.value, other.value)
        case Blanks() if fold_expression(one.value) == fold_expression(other.value):
            return f"two texts for a gap are the same: {quoted(one.value)} and {quoted(other.value)}"
        case ProgramInput() if fold_program(one.source) == fold_program(other.source):
            return f"two programs are the same: {quoted(other.source.strip())}"
        case Matching() if _same_content(one.content, other.content, tolerance):
            return _the_same("items", _text(one.content).strip(), _text(other.content).strip())
        case Ordering() if (fold_expression(one.source), one.indent) == (fold_expression(other.source), other.indent):
            return f"two distractors are the same line: {quoted(other.source)}"
        case LineInput() if one.value == other.value:
            return f"two mistakes name line {other.value}"
    return ""


def _same_numbers(one: str, other: str, tolerance: float) -> str:
    """In which way two foreseen numbers or ranges are the same. A number may lie in a range: it comes first."""
    first, second = NumberMatch.parse(one), NumberMatch.parse(other)
    if first.is_range and second.is_range:
        return f"two mistakes share numbers: those {one} and those {other}" if first.overlaps(second) else ""
    if first.number is None or second.number is None or not first.fits(second.number, tolerance):
        return ""
    if one == other:
        return f"two mistakes are the same number: {other}"
    return f"two mistakes lie within the tolerance of each other: {one} and {other}"


def _the_same(what: str, one: str, other: str) -> str:
    if fold(one) == fold(other):
        return f"two {what} are the same: {quoted(other)}"
    return f"two {what} are the same within the tolerance: {quoted(one)} and {quoted(other)}"


def _same_content(one: Written, other: Written, tolerance: float | None) -> bool:
    if type(one) is not type(other):
        return False
    # The tolerance is for what a program prints; in code and prose every digit is meant.
    return same_output(_text(one), _text(other), tolerance if isinstance(one, Output) else None)


def _text(content: Written) -> str:
    return content.source if isinstance(content, Code) else content.text
