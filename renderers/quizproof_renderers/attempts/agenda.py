"""The agenda: what is due, what comes later, how much is mastered, and which quiz to take next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from quizproof.kinds.base import Question
from quizproof.loading.quiz import Bank
from quizproof.proof import BlockProof, QuizProof
from quizproof_renderers.attempts.event import Event
from quizproof_renderers.attempts.mastery import Standing, standing
from quizproof_renderers.attempts.schedule import Review, reviews


@dataclass(frozen=True)
class Agenda:
    """What a learner should do next with a bank."""

    moment: datetime
    due: tuple[Review, ...]
    """What is due, what was due first in front."""
    later: tuple[Review, ...]
    """What is due later, the next first."""
    standing: Standing

    @property
    def answered(self) -> int:
        """How many questions of the bank were answered."""
        return len(self.due) + len(self.later)

    def to_json(self) -> dict[str, Any]:
        """As JSON data; times are ISO 8601 in UTC, chances are 0 to 1."""
        following = self.standing.next_quiz
        return {
            "version": 1,
            "moment": self.moment.isoformat(timespec="seconds"),
            "due": [_json(review) for review in self.due],
            "later": [_json(review) for review in self.later],
            "topics": [asdict(topic) for topic in self.standing.topics],
            "quizzes": [asdict(quiz) for quiz in self.standing.quizzes],
            "next_quiz": following.name if following else None,
        }


def agenda(events: Sequence[Event], bank: Bank, moment: datetime, topic: str | None = None) -> Agenda:
    """What to do next.

    events  of the learner, the oldest first
    bank    whose questions are asked: what was answered and is not in it is left out
    moment  the present, with its time zone
    topic   the only topic to look at; None for all

    Raises UsageError when `fsrs` is not installed.
    """
    files = tuple(f for f in bank.files if f.quiz and topic in (None, f.quiz.header.topic))
    chosen = replace(bank, files=files)
    known = {
        (quiz.id, item.block.id) for quiz in chosen.quizzes for item in quiz.items if isinstance(item.block, Question)
    }
    found = [review for review in reviews(events, moment) if review.key in known]
    return Agenda(
        moment=moment,
        due=tuple(review for review in found if review.due <= moment),
        later=tuple(review for review in found if review.due > moment),
        standing=standing(chosen, found),
    )


def to_ask(quizzes: Sequence[QuizProof], due: Sequence[Review]) -> tuple[QuizProof, ...]:
    """Quizzes with the questions that are due and nothing else, what is due first in front.

    quizzes  proven, with displays
    due      in the order in which to ask

    The questions of one quiz follow each other, so that its head is shown once. A question with several variants has
    all but the one that was asked last.
    """
    reviews = {review.key: review for review in due}
    places = {review.key: place for place, review in enumerate(due)}
    found: list[tuple[int, QuizProof]] = []
    for quiz in quizzes:
        blocks = sorted(
            (block for block in quiz.blocks if (quiz.id, block.id) in places),
            key=lambda block: places[quiz.id, block.id],
        )
        if blocks and quiz.header:
            header = quiz.header.model_copy(update={"intro": "", "minutes": None, "insight": None})
            drawn = tuple(_without(block, reviews[quiz.id, block.id].variant) for block in blocks)
            found.append((places[quiz.id, blocks[0].id], replace(quiz, header=header, blocks=drawn)))
    return tuple(quiz for _, quiz in sorted(found, key=lambda each: each[0]))


def _without(block: BlockProof, variant: int) -> BlockProof:
    """A question without one of its variants, if it has others; `variant` counts those that can be shown."""
    shown = [each for each in block.variants if each.display]
    if len(shown) < 2 or variant >= len(shown):
        return block
    return replace(block, variants=tuple(each for each in block.variants if each is not shown[variant]))


def _json(review: Review) -> Mapping[str, Any]:
    quiz, question = review.key
    return {
        "quiz": quiz,
        "question": question,
        "topic": review.topic,
        "title": review.title,
        "due": review.due.isoformat(timespec="seconds"),
        "recall": round(review.recall, 4),
        "right": review.right,
    }
