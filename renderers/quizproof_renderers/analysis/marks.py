"""Marks: what each learner answered to each question, and what it earned. It is all that an analysis needs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class MarkRow:
    """One answer of one learner."""

    learner: str
    quiz: str
    """Empty where it is not known."""
    question: str
    kind: str
    response: str | tuple[str, ...] | None
    """As marking takes it; None where nothing was answered, or it is not known."""
    options: tuple[str, ...]
    """The ids of all options, in the author's order; empty where the answer is no choice, or they are not known."""
    score: float
    """0 to 1."""

    @property
    def chosen(self) -> tuple[str, ...]:
        """The options that were chosen; of another answer, the answer itself in one line."""
        if self.response is None:
            return ()
        if self.options and not isinstance(self.response, str):
            return self.response
        parts = (self.response,) if isinstance(self.response, str) else self.response
        return (" | ".join(" ".join(part.split()) for part in parts),)


def first_answers(rows: Iterable[MarkRow]) -> tuple[MarkRow, ...]:
    """The first answer of each learner to each question: later ones were given with its solution in mind.

    rows  in the order in which they were given
    """
    found: dict[tuple[str, str, str], MarkRow] = {}
    for row in rows:
        found.setdefault((row.learner, row.quiz, row.question), row)
    return tuple(found.values())
