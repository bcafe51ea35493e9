"""Mastery: how much of a topic, or of a quiz, a learner would answer right today; and which quiz to take next."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from quizproof.kinds.base import Question
from quizproof.loading.quiz import Bank, Quiz
from quizproof_renderers.attempts.history import Key
from quizproof_renderers.attempts.schedule import Review


@dataclass(frozen=True)
class Mastery:
    """How far a learner has come with some questions."""

    name: str
    """The id of a topic or of a quiz."""
    title: str
    questions: int
    answered: int
    """Questions that were answered at least once."""
    right: int
    """Questions whose last answer was right."""
    share: float
    """0 to 1: the mean chance to remember; 0 for a question that was never answered or was answered wrong last."""


@dataclass(frozen=True)
class Standing:
    """How far a learner has come with a bank."""

    topics: tuple[Mastery, ...]
    """In the order of the bank."""
    quizzes: tuple[Mastery, ...]
    next_quiz: Mastery | None
    """The quiz to take next; None when all questions of all quizzes were answered right."""


def standing(bank: Bank, reviews: Iterable[Review]) -> Standing:
    """How far a learner has come with each topic and each quiz of a bank.

    bank     where the questions are
    reviews  of the questions that were answered
    """
    known = {review.key: review for review in reviews}
    keys = {quiz.id: _questions(quiz) for quiz in bank.quizzes}
    quizzes = tuple(_mastery(quiz.id, quiz.header.title, keys[quiz.id], known) for quiz in bank.quizzes)
    topics: dict[str, list[Key]] = {}
    for quiz in bank.quizzes:
        topics.setdefault(quiz.header.topic, []).extend(keys[quiz.id])
    topic_of = {quiz.id: quiz.header.topic for quiz in bank.quizzes}
    begun = {topic_of[each.name] for each in quizzes if each.answered}
    return Standing(
        topics=tuple(_mastery(name, name, found, known) for name, found in topics.items() if found),
        quizzes=quizzes,
        next_quiz=_next([each for each in quizzes if topic_of[each.name] in begun]) or _next(quizzes),
    )


def _next(quizzes: Sequence[Mastery]) -> Mastery | None:
    """The quiz of which least is mastered, the first of equals. What was begun goes before what was not."""
    open_ = [quiz for quiz in quizzes if quiz.right < quiz.questions]
    return min(open_, key=lambda quiz: (not quiz.answered, quiz.share), default=None)


def _questions(quiz: Quiz) -> list[Key]:
    return [(quiz.id, item.block.id) for item in quiz.items if isinstance(item.block, Question)]


def _mastery(name: str, title: str, keys: Sequence[Key], known: dict[Key, Review]) -> Mastery:
    answered = [known[key] for key in keys if key in known]
    right = [review for review in answered if review.right]
    share = math.fsum(review.recall for review in right) / len(keys) if keys else 0.0
    return Mastery(name, title, len(keys), len(answered), len(right), share)
