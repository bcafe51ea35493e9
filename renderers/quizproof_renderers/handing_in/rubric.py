"""Rubrics: what a teacher marks by hand, point by point, and how that becomes marks.

A *rubric mark* says how far a learner made a point of an `open` question, 0 to 1. The score is the mean of the points,
as in a self-test. While a point has no mark, the question stays to be marked.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from quizproof.displays import OpenInput, Point
from quizproof.errors import UsageError
from quizproof_renderers.handing_in.grading import Row
from quizproof_renderers.handing_in.marker import Item
from quizproof_renderers.text import listed

Answer: TypeAlias = tuple[str, str, str]
"""Learner, quiz and question; the learner's name however it is spelled."""
TO_BE_MARKED = "to be marked"


@dataclass(frozen=True)
class RubricMarks:
    """What a teacher says of one answer."""

    place: str
    """Where it is written, for messages."""
    marks: Mapping[str, float | None]
    """By the ids of points; None of one that is still to be marked."""
    response: str | None = None
    """The answer that was marked; None where the file does not say."""
    comment: str = ""


@dataclass(frozen=True)
class Rubric:
    """The marks that a teacher gave by hand."""

    answers: Mapping[Answer, RubricMarks] = field(default_factory=dict)

    def applied(self, rows: Iterable[Row], items: Mapping[str, Item]) -> list[Row]:
        """Rows of marks of one learner, with those of the rubric in them.

        items  the questions of the learner's sheet, by their ids
        """
        return [self._row(row, items.get(row["question"])) for row in rows]

    def require_answers(self, rows: Iterable[Row], points: Mapping[tuple[str, str], Sequence[Point]]) -> None:
        """Raise UsageError for a mark of an answer, or of a point, that there is not: it would be lost.

        points  of every `open` question, by quiz and question
        """
        known = {answer_of(row) for row in rows if row["response"] is not None}
        for answer, given in self.answers.items():
            learner, quiz, question = answer
            if (quiz, question) not in points:
                raise UsageError(f"{given.place}: no `open` question `{question}` of `{quiz}` was handed in")
            if answer not in known:
                raise UsageError(f"{given.place}: nobody called {learner!r} has answered `{question}`")
            ids = [point.id for point in points[quiz, question]]
            if unknown := [id_ for id_ in given.marks if id_ not in ids]:
                raise UsageError(f"{given.place}: `{question}` has no point `{unknown[0]}`; it has {listed(ids)}")

    def _row(self, row: Row, item: Item | None) -> Row:
        if item is None or not isinstance(item.form, OpenInput) or row["standing"] != "unmarked":
            return row
        given = self.answers.get(answer_of(row))
        points = item.form.points
        if given is not None and given.response is not None and plain(given.response) != plain(row["response"]):
            return row | {"note": f"{TO_BE_MARKED}: the answer has changed since {given.place} was written"}
        marks = [given.marks.get(point.id) if given else None for point in points]
        found = [mark for mark in marks if mark is not None]
        if len(found) < len(points):
            missing = [point.id for point, mark in zip(points, marks, strict=True) if mark is None]
            return row | {"note": f"{TO_BE_MARKED}: {'point' if len(missing) == 1 else 'points'} {listed(missing)}"}
        score = math.fsum(found) / len(found)
        standing = "right" if score == 1 else "partly" if score else "wrong"
        said = [f"- {_made(mark)}: {point.text.strip()}" for point, mark in zip(points, found, strict=True)]
        comment = [given.comment, ""] if given and given.comment else []
        return row | {"score": score, "standing": standing, "note": "", "feedback": "\n".join([*comment, *said])}


def answer_of(row: Row) -> Answer:
    """Whose answer to what a row is."""
    return key_of_answer(row["learner"], row["quiz"], row["question"])


def key_of_answer(learner: str, quiz: str, question: str) -> Answer:
    """An answer, with the learner's name in one spelling."""
    return " ".join(learner.casefold().split()), quiz, question


def plain(response: object) -> str:
    """An answer without what spreadsheets and editors change in it."""
    return " ".join(str(response).removeprefix("'").split())


def _made(mark: float) -> str:
    return "made" if mark == 1 else "not made" if mark == 0 else f"partly made ({mark:.2g})"
