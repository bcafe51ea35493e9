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


def to_json(quizzes: Iterable[QuizFigures]) -> dict[str, Any]:
    """The JSON form: the fields of `QuizFigures` and below, and the flags of each quiz."""
    return {
        "version": 1,
        "quizzes": [{**asdict(quiz), "flags": [asdict(flag) for flag in flags_of(quiz)]} for quiz in quizzes],
    }


def to_csv(quizzes: Iterable[QuizFigures]) -> str:
    """A table with a row per question and, below it, one per option: its `option` is empty in the row of a question."""
    stream = io.StringIO()
    head = ("quiz", "question", "option", "key", "learners", "mean", "discrimination", *_GROUPS, "flags")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(head)
    for quiz in quizzes:
        flags = flags_of(quiz)
        for item in quiz.items:
            mine = " ".join(flag.name for flag in flags if flag.question == item.question)
            figures = (item.learners, _cell(item.difficulty), _cell(item.discrimination))
            writer.writerow((quiz.quiz, item.question, "", "", *figures, "", "", "", mine))
            for option in item.options:
                found = (option.count, _cell(option.share), _cell(option.discrimination))
                groups = map(_cell, option.groups)
                name = _harmless(option.name)
                writer.writerow((quiz.quiz, item.question, name, int(option.key), *found, *groups, ""))
    return stream.getvalue()


def _cell(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}"


def _harmless(text: str) -> str:
    """A learner's text as a spreadsheet shows it, rather than computes it."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
