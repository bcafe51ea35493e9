"""Rubric files: CSV with a row per learner, question and point, or YAML with an item per learner and question.

    learner,quiz,question,point,text,response,mark,comment
    Ada,exam,why-freeze,a,It saves memory.,Because ...,1,

    - learner: Ada
      quiz: exam
      question: why-freeze
      response: Because ...
      comment: ""
      points:
        a: {text: It saves memory., mark: 1}

`mark` is 0 to 1, and empty or null while it is to be marked. `text` and `response` are for the reader; `text` is left
alone, and where `response` is given, the marks are of that answer alone.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from quizproof.displays import Point
from quizproof.errors import UsageError
from quizproof.quizfile.source_text import SourceError
from quizproof.quizfile.yaml_document import parse, written
from quizproof_renderers.handing_in.grading import Row
from quizproof_renderers.handing_in.mark_table import harmless
from quizproof_renderers.handing_in.rubric import Answer, Rubric, RubricMarks, answer_of, key_of_answer, plain

COLUMNS = ("learner", "quiz", "question", "point", "text", "response", "mark", "comment")
_REQUIRED = ("learner", "quiz", "question", "point", "mark")
_KEYS = {"learner", "quiz", "question", "response", "comment", "points"}
_YAML = (".yaml", ".yml")
_MAX_BYTES = 64 << 20


def read(file: Path) -> Rubric:
    """The marks in a file. Raises UsageError, which names the place of what is wrong."""
    try:
        with file.open("rb") as stream:
            content = stream.read(_MAX_BYTES + 1)
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}") from None
    if len(content) > _MAX_BYTES:
        raise UsageError(f"{file} has more than {_MAX_BYTES:,} bytes, which is all that it may have")
    if file.suffix in _YAML:
        return Rubric(_of_yaml(str(file), content))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError(f"{file} is not UTF-8 text") from None
    return Rubric(_of_csv(str(file), text))


def write(
    file: Path, rows: Iterable[Row], points: Mapping[tuple[str, str], Sequence[Point]], rubric: Rubric
) -> tuple[str, int]:
    """A rubric file for the answers in words that were handed in, with the marks that there are.

    file    its name decides whether it is YAML or CSV
    rows    the marks of all learners
    points  of every `open` question, by quiz and question
    rubric  the marks that there are

    Returns the text, and the number of answers in it.
    """
    asked = [row for row in rows if (row["quiz"], row["question"]) in points and row["response"] is not None]
    entries = []
    for row in asked:
        given = rubric.answers.get(answer_of(row))
        # Marks of an earlier answer are not those of this one.
        if given and given.response is not None and plain(given.response) != plain(row["response"]):
            given = None
        entries.append((row, points[row["quiz"], row["question"]], given))
    return (_as_yaml if file.suffix in _YAML else _as_csv)(entries), len(entries)


_Entries = Sequence[tuple[Row, Sequence[Point], RubricMarks | None]]


def _as_csv(entries: _Entries) -> str:
    stream = io.StringIO()
    table = csv.writer(stream, lineterminator="\n")
    table.writerow(COLUMNS)
    for row, points, given in entries:
        for point in points:
            mark = given.marks.get(point.id) if given else None
            name, response = harmless(row["learner"]), harmless(str(row["response"]))
            shown = (name, row["quiz"], row["question"], point.id, harmless(point.text.strip()), response)
            table.writerow((*shown, "" if mark is None else f"{mark:g}", harmless(given.comment) if given else ""))
    return stream.getvalue()


def _as_yaml(entries: _Entries) -> str:
    data = [
        {
            "learner": row["learner"],
            "quiz": row["quiz"],
            "question": row["question"],
            "response": str(row["response"]),
            "comment": given.comment if given else "",
            "points": {
                point.id: {"text": point.text.strip(), "mark": given.marks.get(point.id) if given else None}
                for point in points
            },
        }
        for row, points, given in entries
    ]
    return yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=100)


def _of_csv(file: str, text: str) -> dict[Answer, RubricMarks]:
    rows = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    if missing := [name for name in _REQUIRED if name not in (rows.fieldnames or ())]:
        raise UsageError(f"{file}: its first row lacks `{missing[0]}`; `grade --rubric-template` writes such a file")
    found: dict[Answer, RubricMarks] = {}
    try:
        for row in rows:
            place = f"{file}, line {rows.line_num}"
            names = [(row[name] or "").strip() for name in ("learner", "quiz", "question", "point")]
            if not all(names):
                raise UsageError(f"{place}: learner, quiz, question and point must not be empty")
            answer = key_of_answer(names[0].removeprefix("'"), names[1], names[2])
            earlier = found.get(answer, RubricMarks(place, {}))
            if names[3] in earlier.marks:
                raise UsageError(f"{place}: the point `{names[3]}` has two marks")
            marks = {**earlier.marks, names[3]: _mark(place, (row["mark"] or "").strip() or None)}
            comment = earlier.comment or (row.get("comment") or "").strip().removeprefix("'")
            found[answer] = RubricMarks(earlier.place, marks, row.get("response"), comment)
    except csv.Error as error:
        raise UsageError(f"{file}, line {rows.line_num}: {error}") from None
    return found


def _of_yaml(file: str, content: bytes) -> dict[Answer, RubricMarks]:
    try:
        document = parse(file, content)
    except SourceError as error:
        raise UsageError(f"{error.finding.place}: {error.finding.message}") from None
    if not isinstance(document.data, list):
        raise UsageError(f"{file} is not a list of answers; `grade --rubric-template` writes such a file")
    found: dict[Answer, RubricMarks] = {}
    for index, item in enumerate(document.data):
        place = f"{file}:{document.span((index,)).line}"
        if not isinstance(item, dict) or not {"learner", "quiz", "question", "points"} <= item.keys() <= _KEYS:
            raise UsageError(f"{place}: an answer has the keys learner, quiz, question and points")
        if not isinstance(item["points"], dict):
            raise UsageError(f"{place}: `points` is not a mapping from points to marks")
        names = [str(written(item[name])) for name in ("learner", "quiz", "question")]
        answer = key_of_answer(*names)
        if answer in found:
            raise UsageError(f"{place}: `{names[2]}` of {names[0]} is in it twice")
        marks = {id_: _mark(place, _of_point(place, each)) for id_, each in item["points"].items()}
        response = item.get("response")
        shown = None if response is None else str(written(response))
        found[answer] = RubricMarks(place, marks, shown, str(written(item.get("comment") or "")))
    return found


def _of_point(place: str, each: Any) -> object:
    if isinstance(each, dict):
        if "mark" not in each:
            raise UsageError(f"{place}: a point lacks `mark`")
        each = each["mark"]
    return None if each is None else written(each)


def _mark(place: str, data: object) -> float | None:
    if data is None:
        return None
    try:
        mark = float(str(data))
    except ValueError:
        mark = -1.0
    if not 0 <= mark <= 1:
        raise UsageError(f"{place}: the mark is {str(data)[:40]!r}, not a number from 0 to 1")
    return mark
