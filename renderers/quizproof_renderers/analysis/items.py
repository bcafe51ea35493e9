"""The analysis of quizzes: figures of each question, of each of its options, and of the quiz as a whole."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from quizproof_renderers.analysis.formulas import (
    EXTREME_GROUP,
    alpha,
    correlation,
    deviation,
    mean,
    standard_error,
)
from quizproof_renderers.analysis.marks import MarkRow, first_answers
from quizproof_renderers.analysis.rasch import RaschFigures, rasch

Weights: TypeAlias = tuple[float, float, float]
"""How much of a learner is in the lower group, in the middle and in the upper group; together 1."""

MAX_TYPED = 8
"""How many different answers of a question that is no choice are listed, the most frequent first."""


@dataclass(frozen=True)
class OptionFigures:
    """An option of a choice, or one answer to a question that is none."""

    name: str
    key: bool
    """Whether it is right: everyone who chose it, and nothing else, earned the full score."""
    count: int
    """The learners who chose it."""
    share: float
    """Of all who answered, 0 to 1."""
    groups: tuple[float, float, float]
    """The share who chose it of the lower 27 % of learners by their other answers, of the middle, of the upper 27 %."""
    discrimination: float | None
    """The correlation of choosing it with the mean score on the other questions."""


@dataclass(frozen=True)
class ItemFigures:
    """A question in figures."""

    question: str
    kind: str
    learners: int
    """Who answered it."""
    difficulty: float
    """The mean score, 0 to 1: the higher, the easier."""
    discrimination: float | None
    """The correlation of its score with the mean score on the other questions: the corrected point-biserial."""
    extremes: float | None
    """The mean score of the upper 27 % less that of the lower 27 %."""
    alpha_without: float | None
    """Alpha of the quiz without this question."""
    options: tuple[OptionFigures, ...]
    complete: bool
    """Whether all options are known, also those that nobody chose."""


@dataclass(frozen=True)
class QuizFigures:
    """A quiz in figures."""

    quiz: str
    learners: int
    items: tuple[ItemFigures, ...]
    mean: float
    """The mean share of the full score of those who answered every question; of all learners where nobody did."""
    spread: float | None
    """The standard deviation of these shares."""
    complete: int
    """How many learners answered every question. Alpha and the standard error are of these."""
    alpha: float | None
    error: float | None
    """The standard error of measurement, as a share of the full score."""
    rasch: RaschFigures | None
    """Questions and learners on one scale; None where there is no fit."""
    no_rasch: str
    """Why there is none, as a clause."""


def analyse(rows: Iterable[MarkRow]) -> tuple[QuizFigures, ...]:
    """The figures of all quizzes in some marks, in the order in which they occur.

    rows  in the order in which they were given; only first answers count
    """
    quizzes: dict[str, list[MarkRow]] = {}
    for row in first_answers(rows):
        quizzes.setdefault(row.quiz, []).append(row)
    return tuple(_quiz(quiz, found) for quiz, found in quizzes.items())


def _quiz(quiz: str, rows: Sequence[MarkRow]) -> QuizFigures:
    by_learner: dict[str, dict[str, float]] = {}
    by_question: dict[str, list[MarkRow]] = {}
    for row in rows:
        by_learner.setdefault(row.learner, {})[row.question] = row.score
        by_question.setdefault(row.question, []).append(row)
    questions = list(by_question)
    table = [[scores[name] for name in questions] for scores in by_learner.values() if len(scores) == len(questions)]
    shares = [mean(row) for row in table] or [mean([*scores.values()]) for scores in by_learner.values()]
    reliability, spread = alpha(table), deviation(shares)
    items = []
    for place, (name, answers) in enumerate(by_question.items()):
        others = [[*row[:place], *row[place + 1 :]] for row in table]
        items.append(_item(name, answers, by_learner, alpha(others) if others and others[0] else None))
    fitted = rasch(by_learner)
    return QuizFigures(
        quiz=quiz,
        learners=len(by_learner),
        items=tuple(items),
        mean=mean(shares),
        spread=spread,
        complete=len(table),
        alpha=reliability,
        error=None if reliability is None or spread is None else standard_error(spread, reliability),
        rasch=None if isinstance(fitted, str) else fitted,
        no_rasch=fitted if isinstance(fitted, str) else "",
    )


def _item(
    name: str, answers: Sequence[MarkRow], scores: Mapping[str, Mapping[str, float]], alpha_without: float | None
) -> ItemFigures:
    """One question.

    name           its id
    answers        one of each learner who answered it
    scores         of every learner on every question that was answered
    alpha_without  of the quiz without it
    """
    rest = _rest(name, answers, scores)
    compared = [row for row in answers if row.learner in rest]
    weights = _weights(compared, rest)
    lower, _, upper = (_weighted((row.score, weights[row.learner][group]) for row in compared) for group in range(3))
    names, complete = _option_names(answers)
    return ItemFigures(
        question=name,
        kind=answers[0].kind,
        learners=len(answers),
        difficulty=mean([row.score for row in answers]),
        discrimination=correlation([row.score for row in compared], [rest[row.learner] for row in compared]),
        extremes=upper - lower if any(weight[2] for weight in weights.values()) else None,
        alpha_without=alpha_without,
        options=tuple(_option(each, answers, compared, rest, weights) for each in names),
        complete=complete,
    )


def _rest(name: str, answers: Iterable[MarkRow], scores: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
    """The mean score of learners on the other questions that they answered; of those who answered another at all."""
    found = {}
    for row in answers:
        others = [score for question, score in scores[row.learner].items() if question != name]
        if others:
            found[row.learner] = mean(others)
    return found


def _weights(rows: Iterable[MarkRow], rest: Mapping[str, float]) -> dict[str, Weights]:
    """How much of each learner is in the lower 27 %, in the middle, and in the upper 27 %.

    Learners of equal rest scores at the edge of a group share its places, so that no order decides among them.
    """
    ranked = sorted((rest[row.learner], row.learner) for row in rows)
    size = math.floor(EXTREME_GROUP * len(ranked) + 0.5)
    found: dict[str, Weights] = {}
    start = 0
    for _, group in itertools.groupby(ranked, key=lambda pair: pair[0]):
        names = [name for _, name in group]
        end = start + len(names)
        lower = max(0, size - start) / len(names)
        upper = max(0, end - (len(ranked) - size)) / len(names)
        lower, upper = min(1.0, lower), min(1.0, upper)
        found |= dict.fromkeys(names, (lower, 1 - lower - upper, upper))
        start = end
    return found


def _weighted(values: Iterable[tuple[float, float]]) -> float:
    """The mean of values, each with its weight; 0 where there is no weight."""
    pairs = list(values)
    total = math.fsum(weight for _, weight in pairs)
    return math.fsum(value * weight for value, weight in pairs) / total if total else 0.0


def _option_names(answers: Sequence[MarkRow]) -> tuple[list[str], bool]:
    """What could be chosen, in the author's order, and whether that is known; else the most frequent answers."""
    known = next((row.options for row in answers if row.options), ())
    counts = Counter(each for row in answers for each in row.chosen)
    if known:
        return [*known, *(name for name in counts if name not in known)], True
    frequent = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return [name for name, _ in frequent[:MAX_TYPED]], False


def _option(
    name: str,
    answers: Sequence[MarkRow],
    compared: Sequence[MarkRow],
    rest: Mapping[str, float],
    weights: Mapping[str, Weights],
) -> OptionFigures:
    takers = [row for row in answers if name in row.chosen]
    chose = [float(name in row.chosen) for row in compared]
    shares = [
        _weighted((taken, weights[row.learner][group]) for taken, row in zip(chose, compared, strict=True))
        for group in range(3)
    ]
    return OptionFigures(
        name=name,
        key=_is_key(name, takers, answers),
        count=len(takers),
        share=len(takers) / len(answers),
        groups=(shares[0], shares[1], shares[2]),
        discrimination=correlation(chose, [rest[row.learner] for row in compared]),
    )


def _is_key(name: str, takers: Sequence[MarkRow], answers: Sequence[MarkRow]) -> bool:
    """Whether an option is right, as far as scores show it.

    Of several that had to be chosen together, those are right that everyone with the full score has chosen.
    """
    full = [row for row in answers if row.score == 1]
    if any(len(row.chosen) > 1 for row in answers):
        return bool(full) and all(name in row.chosen for row in full)
    return any(row.score == 1 for row in takers)
