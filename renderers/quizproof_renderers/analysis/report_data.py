"""An analysis as data: JSON, and the rows of two tables."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from quizproof_renderers.analysis.flags import flags_of
from quizproof_renderers.analysis.items import QuizFigures

_GROUPS = ("lower", "middle", "upper")
_RASCH = ("logits", "logits_error", "infit", "outfit")
"""Of a question alone: its place on the scale of the Rasch model, and how well its answers follow it."""


def to_json(quizzes: Iterable[QuizFigures]) -> dict[str, Any]:
    """The JSON form: the fields of `QuizFigures` and below, and the flags of each quiz."""
    return {
        "version": 1,
        "quizzes": [{**asdict(quiz), "flags": [asdict(flag) for flag in flags_of(quiz)]} for quiz in quizzes],
    }


def to_csv(quizzes: Iterable[QuizFigures]) -> str:
    """A table with a row per question and, below it, one per option: its `option` is empty in the row of a question."""
    stream = io.StringIO()
    shares = ("learners", "mean", "discrimination", *_GROUPS)
    head = ("quiz", "question", "option", "key", *shares, *_RASCH, "flags")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(head)
    for quiz in quizzes:
        flags = flags_of(quiz)
        places = {each.question: each for each in quiz.rasch.items} if quiz.rasch else {}
        for item in quiz.items:
            mine = " ".join(flag.name for flag in flags if flag.question == item.question)
            figures = (item.learners, _cell(item.difficulty), _cell(item.discrimination))
            place = places.get(item.question)
            scale = (place.difficulty, place.error, place.infit, place.outfit) if place else (None,) * len(_RASCH)
            row = (quiz.quiz, item.question, "", "", *figures, *("" for _ in _GROUPS), *map(_cell, scale), mine)
            writer.writerow(row)
            for option in item.options:
                found = (option.count, _cell(option.share), _cell(option.discrimination))
                groups = map(_cell, option.groups)
                name = _harmless(option.name)
                writer.writerow(
                    (quiz.quiz, item.question, name, int(option.key), *found, *groups, *("" for _ in _RASCH), "")
                )
    return stream.getvalue()


def _cell(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}"


def _harmless(text: str) -> str:
    """A learner's text as a spreadsheet shows it, rather than computes it."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
