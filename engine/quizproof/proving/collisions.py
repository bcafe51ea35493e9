"""Collisions: two responses to one question that a reader could not tell apart."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from quizproof.comparison.code import same_code
from quizproof.comparison.happens import canonical
from quizproof.comparison.number_match import NumberMatch
from quizproof.comparison.outputs import fold, fold_expression, fold_program, quoted, same_output
from quizproof.comparison.seen import rendered, skeleton
from quizproof.comparison.tolerance import Allowed, decimal_fraction
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
    Prose,
    TextInput,
    Written,
)
from quizproof.findings import DataPath

_FORM = re.compile(
    r"\b(json|pep[- ]?8|style guide|white ?space|unicode|markdown|quotation marks?|quotes)\b", re.IGNORECASE
)
_JSON = re.compile(r"\bjson\b")
_SPAN = re.compile(r"`([^`]+)`")
"""A piece of code in a statement."""


def clash(display: Display, tolerance: Allowed | None) -> tuple[str, DataPath, DataPath] | None:
    """The first two possible responses that are the same: what to say of them, and the places of both.

    display    one variant of a question
    tolerance  by how much numbers in printed text may differ and still look the same; None when they may not

    None when all can be told apart. Responses are the same as `marking` compares them, as one literal or one syntax
    tree, or because they look alike.
    """
    view = _View(tolerance, _real_output(display.input), _is_about_form(display))
    for group in _groups(display.input):
        for one, other in itertools.combinations(group, 2):
            if message := _coincidence(display.input, one, other, view):
                return message, one.at, other.at
    return None


@dataclass(frozen=True)
class _View:
    """What decides whether two texts of one question look the same."""

    tolerance: Allowed | None
    real: str
    """The real output, whose layout may count: the right option, or what is to be typed. Empty when there is none."""
    is_about_form: bool
    """Whether the question is about how something is written, so that spacing and quotes in a text count."""


def _real_output(question: Input | None) -> str:
    match question:
        case Options():
            return next((o.content.text for o in question.options if o.correct and isinstance(o.content, Output)), "")
        case TextInput():
            return question.accepted
    return ""


def _is_about_form(display: Display) -> bool:
    """Whether the stem or a program is about JSON, or the stem about style or characters."""
    prompt = [item for item in display.prompt if isinstance(item, (Prose, Code))]
    options = display.input.options if isinstance(display.input, Options) else ()
    programs = [option.evidence.code for option in options if option.evidence]
    programs += [item.source for item in prompt if isinstance(item, Code)]
    stems = [item.text for item in prompt if isinstance(item, Prose)]
    return any(map(_FORM.search, stems)) or any(map(_JSON.search, programs))


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


def _coincidence(question: Input | None, one: Any, other: Any, view: _View) -> str:
    """In which way two options or mistakes are the same; empty when they are not."""
    match question:
        case Options() if _same_content(one.content, other.content, view):
            return _the_same("options", _text(one.content).strip(), _text(other.content).strip(), view)
        case NumberInput():
            return _same_numbers(one.value, other.value, question.tolerance)
        case TextInput() if _same_printed(one.value, other.value, view):
            return _the_same("mistakes", one.value, other.value, view)
        case Blanks() if fold_expression(one.value) == fold_expression(other.value) or (
            # Right texts may be listed in several forms; what is wrong in two forms is one mistake.
            "accept" not in (*one.at, *other.at) and same_code(one.value, other.value)
        ):
            return f"two texts for a gap are the same: {quoted(one.value)} and {quoted(other.value)}"
        case ProgramInput() if fold_program(one.source) == fold_program(other.source) or (
            one.origin == other.origin == "wrong" and same_code(one.source, other.source)
        ):
            return f"two programs are the same: {quoted(other.source.strip())}"
        case Matching() if _same_content(one.content, other.content, view):
            return _the_same("items", _text(one.content).strip(), _text(other.content).strip(), view)
        case Ordering() if one.indent == other.indent and same_code(one.source, other.source):
            return f"two distractors are the same line: {quoted(other.source)}"
        case LineInput() if one.value == other.value:
            return f"two mistakes name line {other.value}"
    return ""


def _same_numbers(one: str, other: str, tolerance: float) -> str:
    """In which way two foreseen numbers or ranges are the same. A number may lie in a range: it comes first."""
    first, second = NumberMatch.parse(one), NumberMatch.parse(other)
    if first.is_range and second.is_range:
        return f"two mistakes share numbers: those {one} and those {other}" if first.overlaps(second) else ""
    if first.number is None or second.number is None or not first.fits(second.number, decimal_fraction(tolerance)):
        return ""
    if one == other:
        return f"two mistakes are the same number: {other}"
    return f"two mistakes lie within the tolerance of each other: {one} and {other}"


def _the_same(what: str, one: str, other: str, view: _View) -> str:
    if fold(one) == fold(other):
        return f"two {what} are the same: {quoted(other)}"
    if skeleton(one) == skeleton(other):
        return f"two {what} look the same: {one!a} and {other!a}"
    pair = f"{quoted(one)} and {quoted(other)}"
    if what != "mistakes" and rendered(one) == rendered(other):
        return f"two {what} look the same: {pair}"
    alike = same_output(one, other, model=view.real) or _unpunctuated(one) == _unpunctuated(other)
    if view.tolerance is None or alike:
        return f"two {what} mean the same: {pair}"
    return f"two {what} are the same within the tolerance: {pair}"


def _same_content(one: Written, other: Written, view: _View) -> bool:
    if isinstance(one, Output) and isinstance(other, Output):
        return _same_printed(one.text, other.text, view)
    if isinstance(one, Code) and isinstance(other, Code):
        return fold(one.source) == fold(other.source) or (
            not view.is_about_form and same_code(one.source, other.source)
        )
    if isinstance(one, Prose) and isinstance(other, Prose):
        return _same_statement(one.text.strip(), other.text.strip(), view)
    return False


def _same_printed(one: str, other: str, view: _View) -> bool:
    """Whether two outputs are the same. The tolerance is around the real one, so either may be."""
    if canonical(one) == canonical(other):
        return True
    pair, model = [skeleton(text) for text in (one, other)], skeleton(view.real)
    return any(same_output(a, b, view.tolerance, model=model) for a, b in (pair, reversed(pair)))


def _same_statement(one: str, other: str, view: _View) -> bool:
    """Whether two statements read the same. No program has printed them, so no layout in them is on purpose."""
    first, second = (rendered(_SPAN.sub(_canonical, text)) for text in (one, other))
    if first == second or view.is_about_form:
        return first == second
    if same_output(first, second, model="") or _unpunctuated(one) == _unpunctuated(other):
        return True
    spans = _SPAN.fullmatch(one), _SPAN.fullmatch(other)
    return bool(spans[0] and spans[1]) and same_code(first, second)


def _unpunctuated(text: str) -> tuple[str, list[str]]:
    """A statement without its capital and its full stop, and the pieces of code in it, which count to the letter.

    A single word is itself: `True` is a value, "true" may be none.
    """
    words = rendered(text)
    if " " not in words:
        return words, [text]
    if words.endswith(".") and not words.endswith(".."):
        words = words[:-1].rstrip()
    # The capital of O(n) and of a name is more than that of a sentence.
    if not text.startswith("`") and re.match(r"(?:[A-Z][a-z]+|A) ", words):
        words = words[0].lower() + words[1:]
    return words, _SPAN.findall(text)


def _canonical(span: re.Match[str]) -> str:
    """A piece of code; of the names of one exception, `OSError` and `IOError`, the first."""
    return f"`{canonical(span[1])}`"


def _text(content: Written) -> str:
    return content.source if isinstance(content, Code) else content.text
