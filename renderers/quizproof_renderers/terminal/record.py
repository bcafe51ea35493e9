"""The record of a self-test: the answers and their marks, as data."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from quizproof.marking.mark import Mark, Response
from quizproof.marking.scoring import Confidence, after_hints
from quizproof.proof import BlockProof
from quizproof_renderers.terminal.faces.base import Standing

Ending: TypeAlias = Literal["finished", "quit", "end of input", "interrupted", "out of time"]
"""Why a test ended."""


def shown_score(score: float) -> str:
    """A score with at most two digits after the point."""
    return f"{score:.2f}".rstrip("0").rstrip(".")


@dataclass(frozen=True)
class Answer:
    """A question that was put, and how the learner answered it."""

    question: BlockProof
    params: Mapping[str, Any]
    """The variant that was put."""
    response: Response | None
    """As marking takes it; of an answer that is not marked yet, as the form has read it; None when the question was
    skipped."""
    mark: Mark | None
    """None when it was skipped, is not marked yet, or could not be marked."""
    hints: int = 0
    """How many hints were taken."""
    hint_cost: float = 0
    """What each took from the score, 0 to 1."""
    confidence: Confidence | None = None
    """How sure the learner was, in quizzes that ask."""
    started: float = 0.0
    """When the question was put, in seconds since the epoch."""
    seconds: float = 0.0
    """From there to the answer, or from the last mark of the same question."""
    tries: int = 1
    """Which answer to the question it is: 1 for the first."""
    is_held: bool = False
    """Whether it waits for the end of an exam to be marked."""

    @property
    def score(self) -> float:
        """What it earned, 0 to 1: its mark, less what the hints cost."""
        return after_hints(self.mark.score, self.hints, self.hint_cost) if self.mark else 0.0

    @property
    def points(self) -> str:
        """The score as it is shown."""
        return shown_score(self.score)

    @property
    def counts(self) -> bool:
        """Whether it is a part of the score: it was marked, or skipped."""
        return self.standing not in ("unmarked", "answered")

    @property
    def standing(self) -> Standing:
        """Its mark in a word. Hints lower the score, but a right answer stays right."""
        if self.response is None:
            return "skipped"
        if self.is_held:
            return "answered"
        if self.mark is None:
            return "unmarked"
        return "right" if self.mark.correct else "partly" if self.mark.score else "wrong"


@dataclass(frozen=True)
class Marked:
    """One mark, for whoever keeps what a learner did. A session tells it before anything of the solution is shown."""

    id: str
    """The question's."""
    quiz: str
    """The id of its quiz."""
    variant: Mapping[str, Any]
    """The parameters of the variant that was put; empty where the question has none."""
    response: Response
    """As marking takes it."""
    score: float | None
    """0 to 1, less what the hints cost; None when the response could not be marked."""
    correct: bool
    """Whether it is entirely right, whatever hints have cost."""
    started: float
    """When the question was put, in seconds since the epoch."""
    seconds: float
    """From there to the answer, or from the last mark of the same question."""
    hints: int
    """How many were taken."""
    confidence: Confidence | None = None
    """How sure the learner was, in quizzes that ask."""
    tries: int = 1
    """1 for the first answer to the question, 2 for the second, and so on."""
    is_skipped: bool = False
    """Whether the learner has skipped it: then the response is an empty text, and there is no score."""


def marked(answer: Answer, quiz: str) -> Marked:
    """What is told of an answer that is not held, or of a question that was skipped.

    quiz  the id of its quiz
    """
    return Marked(
        id=answer.question.id,
        quiz=quiz,
        variant=answer.params,
        response="" if answer.response is None else answer.response,
        score=answer.score if answer.mark else None,
        correct=answer.mark is not None and answer.mark.correct,
        started=answer.started,
        seconds=answer.seconds,
        hints=answer.hints,
        confidence=answer.confidence,
        tries=answer.tries,
        is_skipped=answer.response is None,
    )


OnMark: TypeAlias = Callable[[Marked], None]
"""Is told each mark."""


@dataclass(frozen=True)
class Result:
    """The result of a self-test."""

    answers: tuple[Answer, ...]
    """In the order of the questions; those that were not reached have none."""
    left_out: tuple[BlockProof, ...]
    """Blocks that were left out, because they are not proven here."""
    total: int
    """Questions that could be put."""
    ending: Ending
    exhibits: int = 0
    """Exhibits that could be shown."""
    flagged: tuple[str, ...] = ()
    """The ids of questions that the learner has flagged, in the order of the questions."""

    @property
    def score(self) -> float:
        """What the answers earned, each as a share of the points of its question."""
        return math.fsum(answer.score * answer.question.points for answer in self.answers)

    @property
    def worth(self) -> float:
        """The points of the questions that were put and marked. What could not be marked counts neither way."""
        return math.fsum(answer.question.points for answer in self.answers if answer.counts)
