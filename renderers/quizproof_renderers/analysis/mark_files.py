"""Mark files: the marks of many learners, as `grade` writes them and as other programs may.

JSON: `{"version": 1, "marks": [{"learner": "ada", "quiz": "python-floats", "question": "sum-of-tenths", "kind":
"choice", "response": ["b"], "options": ["a", "b", "c"], "score": 0.0}]}`. CSV: the same keys as columns, `response` and
`options` as JSON. Only `learner`, `question` and `score` are required; other keys and columns are left alone. An empty
score is of an answer that could not be marked, and is skipped.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from typing import Any

from quizproof.errors import QuizproofError
from quizproof_renderers.analysis.marks import MarkRow
from quizproof_renderers.text import listed

VERSION = 1
REQUIRED = ("learner", "question", "score")


class MalformedMarks(QuizproofError):
    """The text holds no marks; the message says what is wrong with which of them."""


def read_json(data: object) -> tuple[MarkRow, ...]:
    """The marks in JSON data. Raises MalformedMarks."""
    if not isinstance(data, dict) or not isinstance(data.get("marks"), list):
        raise MalformedMarks('marks are a list under the key "marks"')
    if data.get("version") != VERSION:
        raise MalformedMarks(f"marks of version {data.get('version')!r}, and this quizproof knows {VERSION}")
    return _rows((f"mark {number}", mark) for number, mark in enumerate(data["marks"], 1))


def read_csv(text: str) -> tuple[MarkRow, ...]:
    """The marks in a table. Raises MalformedMarks."""
    rows = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    try:
        return _rows((f"line {rows.line_num}", _data(row, rows.line_num)) for row in rows)
    except csv.Error as error:
        raise MalformedMarks(f"line {rows.line_num}: {error}") from None


def is_table(text: str) -> bool:
    """Whether a text begins with the head of a table of marks."""
    return set(REQUIRED) <= set(_head(text))


def why_no_table(text: str) -> str:
    """What the first row of a text that is no table of marks lacks."""
    names = set(_head(text, ";"))
    if set(REQUIRED) <= names:
        return "its columns are separated by semicolons; separate them by commas"
    missing = [f"`{name}`" for name in REQUIRED if name not in names | set(_head(text))]
    return f"its first row lacks {listed(missing)}"


def _head(text: str, separator: str = ",") -> list[str]:
    """The first row of a table."""
    return next(csv.reader(io.StringIO(text[:10_000], newline=""), delimiter=separator), [])


def _rows(found: Iterable[tuple[str, object]]) -> tuple[MarkRow, ...]:
    rows = []
    for place, data in found:
        if not isinstance(data, dict):
            raise MalformedMarks(f"{place} is not a mapping")
        if missing := [name for name in REQUIRED if name not in data]:
            raise MalformedMarks(f"{place} lacks `{missing[0]}`")
        if data["score"] is not None:
            rows.append(_row(place, data))
    return tuple(rows)


def _row(place: str, data: Mapping[str, Any]) -> MarkRow:
    score = data["score"]
    if type(score) not in (int, float) or not 0 <= score <= 1:
        raise MalformedMarks(f"{place}: the score is {score!r}, not a number from 0 to 1")
    response, options = data.get("response"), data.get("options") or []
    if not (response is None or isinstance(response, str) or _are_texts(response)):
        raise MalformedMarks(f"{place}: the response is neither a text nor a list of texts")
    if not _are_texts(options):
        raise MalformedMarks(f"{place}: the options are no list of texts")
    names = [data.get(name, "") for name in ("learner", "quiz", "question", "kind")]
    if not all(isinstance(name, str) for name in names) or not names[0] or not names[2]:
        raise MalformedMarks(f"{place}: learner, quiz, question and kind are texts, the first and the third not empty")
    answer = tuple(response) if isinstance(response, list) else response
    return MarkRow(names[0], names[1], names[2], names[3], answer, tuple(options), float(score))


def _are_texts(data: object) -> bool:
    return isinstance(data, list) and all(isinstance(each, str) for each in data)


def _data(row: Mapping[str, str | None], line: int) -> dict[str, Any]:
    data: dict[str, Any] = {name: value for name, value in row.items() if name and value is not None}
    try:
        if "score" in data:
            data["score"] = float(data["score"]) if data["score"].strip() else None
    except ValueError:
        raise MalformedMarks(f"line {line}: the score is {data['score'][:40]!r}, not a number from 0 to 1") from None
    for name in ("response", "options"):
        if data.get(name):
            data[name] = _listed(data[name])
        else:
            data.pop(name, None)
    return data


def _listed(cell: str) -> object:
    """What is in a cell: JSON where it is a text or a list, else the text as it is, as other programs write it."""
    if cell[:1] in '["':
        try:
            return json.loads(cell)
        except (ValueError, RecursionError):
            return cell
    return cell
