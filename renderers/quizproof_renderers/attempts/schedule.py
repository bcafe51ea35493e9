"""The schedule of reviews: when each question should be asked again, by FSRS as the package `fsrs` computes it.

As on the site (`schedule.js`), without learning steps, and with the published default weights: a question is due when
the chance to remember it has fallen to 90 %. A wrong or partly right answer counts as *again*, a right one with a hint
or at the second try as *hard*, any other right one as *good*.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from quizproof.errors import UsageError
from quizproof_renderers.attempts.event import Event
from quizproof_renderers.attempts.history import Key, by_question, current, marked

if TYPE_CHECKING:
    from fsrs import Rating, Scheduler

RETENTION = 0.9
"""The chance to remember at which a question is due."""


@dataclass(frozen=True)
class Review:
    """When a question should be asked again."""

    key: Key
    topic: str
    title: str
    due: datetime
    """In UTC."""
    recall: float
    """The chance, 0 to 1, that the learner remembers it at the moment for which it was computed."""
    right: bool
    """Whether the last answer was right."""
    variant: int
    """The variant that was asked last."""


def reviews(events: Sequence[Event], moment: datetime) -> tuple[Review, ...]:
    """When each question that was answered should be asked again, what is due first in front.

    events  the oldest first
    moment  the present, with its time zone

    Answers to a question that has changed since do not count, nor do those that could not be marked. Raises UsageError
    when `fsrs` is not installed.
    """
    scheduler = _scheduler()
    answered = by_question(marked(current(events)))
    found = [_review(scheduler, key, answers, moment) for key, answers in answered.items()]
    return tuple(sorted(found, key=lambda review: (review.due, review.key)))


def _scheduler() -> Scheduler:
    try:
        from fsrs import Scheduler
    except ModuleNotFoundError:
        raise UsageError('`review` needs fsrs; pip install "quizproof[review]"') from None
    # Without fuzzing, so that two looks at the same answers show the same.
    return Scheduler(desired_retention=RETENTION, learning_steps=(), relearning_steps=(), enable_fuzzing=False)


def _review(scheduler: Scheduler, key: Key, answers: Sequence[Event], moment: datetime) -> Review:
    from fsrs import Card

    card = Card(card_id=1)  # without an id it waits until the clock gives one that is new
    for event in answers:
        card, _ = scheduler.review_card(card, grade_of(event), datetime.fromtimestamp(event.at / 1000, UTC))
    last = answers[-1]
    recall = scheduler.get_card_retrievability(card, moment.astimezone(UTC))
    return Review(key, last.topic, last.title, card.due, recall, last.standing == "right", last.variant)


def grade_of(event: Event) -> Rating:
    """The grade of an answer that was marked, as FSRS takes it."""
    from fsrs import Rating

    if event.standing != "right":
        return Rating.Again
    return Rating.Hard if event.hints or event.tries > 1 else Rating.Good
