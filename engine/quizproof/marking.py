"""Marking: one rule for each way of answering. The page's script follows the same rules, and tests hold it to them."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from quizproof.blocks import Evidence, Input, LineInput, Mistake, NumberInput, Options, TextInput
from quizproof.compare import fold, same_number
from quizproof.errors import QuizproofError
from quizproof.printed import ungrouped

Response: TypeAlias = str | int | Sequence[str]
"""Option ids for Options; text as typed for a number or a text; a line number for a line."""

_DECIMAL = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")


class MalformedResponse(QuizproofError):
    """The response cannot be marked, because it is not of the form that was asked for. Ask again."""


@dataclass(frozen=True)
class Mark:
    """The mark of one response."""

    score: float
    """0 to 1."""
    feedback: str = ""
    """Markdown about the response that was given; empty when there is nothing particular to say."""
    evidence: Evidence | None = None
    """What the foreseen mistake behind the response really does, where a run tells."""

    @property
    def correct(self) -> bool:
        """Whether it earned the full score."""
        return self.score == 1


def mark(shown: Input, response: Response) -> Mark:
    """Mark a response. Raises MalformedResponse when it is not of the form that `shown` asks for."""
    match shown:
        case Options():
            return _mark_options(shown, response)
        case NumberInput():
            return _mark_number(shown, str(response))
        case TextInput():
            return _mark_text(shown, str(response))
        case LineInput():
            return _mark_line(shown, response)


def parse_number(text: str, unit: str = "") -> float:
    """Read a typed number: `12`, `-0.5`, `1e-3`, `1,526,400`, `85/95`, each with or without its unit.

    Raises MalformedResponse for anything else.
    """
    bare = text.strip()
    if unit and bare.endswith(unit):
        bare = bare.removesuffix(unit).strip()
    top, slash, bottom = bare.partition("/")
    try:
        value = _decimal(top) / _decimal(bottom) if slash else _decimal(bare)
    except ZeroDivisionError:
        raise MalformedResponse("a number cannot be divided by zero") from None
    if not math.isfinite(value):
        raise MalformedResponse("the number is too large")
    return value


def _decimal(text: str) -> float:
    text = ungrouped(text.strip())
    if not _DECIMAL.fullmatch(text):
        raise MalformedResponse(f"{text[:40]!r} is not a number; write for instance 12, 0.5, 1e-3 or 3/4")
    return float(text)


def _mark_options(shown: Options, response: Response) -> Mark:
    chosen = {response} if isinstance(response, str) else set(response) if isinstance(response, Sequence) else None
    known = {option.id: option for option in shown.options}
    if not chosen or not chosen <= set(known):
        raise MalformedResponse(f"choose from {', '.join(sorted(known))}")
    if len(chosen) > 1 and not shown.multiple:
        raise MalformedResponse("choose one option")
    right = {option.id for option in shown.options if option.correct}
    told = [known[i].feedback for i in sorted(chosen) if known[i].feedback]
    return Mark(float(chosen == right), "\n\n".join(told))


def _mark_number(shown: NumberInput, response: str) -> Mark:
    value = parse_number(response, shown.unit)
    if same_number(value, shown.value, shown.tolerance):
        return Mark(1.0)
    return _mistaken(m for m in shown.mistakes if same_number(value, float(m.value), shown.tolerance))


def _mark_text(shown: TextInput, response: str) -> Mark:
    if not response.strip():
        raise MalformedResponse("type what the program prints")
    typed = fold(response)
    if typed == fold(shown.accepted):
        return Mark(1.0)
    return _mistaken(m for m in shown.mistakes if fold(m.value) == typed)


def _mark_line(shown: LineInput, response: Response) -> Mark:
    count = len(shown.source.split("\n"))
    text = str(response).strip()
    if not text.isdecimal() or not 1 <= int(text) <= count:
        raise MalformedResponse(f"give the number of a line, 1 to {count}")
    if int(text) in shown.correct:
        return Mark(1.0)
    return _mistaken(m for m in shown.mistakes if int(m.value) == int(text))


def _mistaken(made: Iterator[Mistake]) -> Mark:
    """The mark of a wrong response, with the feedback of the first foreseen mistake that it is."""
    mistake = next(made, None)
    return Mark(0.0, mistake.feedback, mistake.evidence) if mistake else Mark(0.0)
