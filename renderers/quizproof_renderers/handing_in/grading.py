"""Grading: response files become rows of marks, chunk by chunk, with the runs of a chunk beside each other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

from quizproof_renderers.attempts.recorder import plain_response
from quizproof_renderers.handing_in.account import Entry
from quizproof_renderers.handing_in.journal import Journal, digest_of
from quizproof_renderers.handing_in.marker import Item, Key, Marking, Sheets, key_of, mark_file, needs_run
from quizproof_renderers.handing_in.response_file import GivenResponse, ResponseFile

MarkMany: TypeAlias = Callable[[Sequence[tuple[Item, GivenResponse]]], Iterable[Marking]]
"""Marks responses that need runs, in their order."""
Row: TypeAlias = dict[str, Any]
"""A mark, with the keys of a mark file and more."""

COLUMNS = (
    "learner",
    "quiz",
    "question",
    "kind",
    "response",
    "options",
    "score",
    "points",
    "standing",
    "note",
    "feedback",
)
CHUNK = 50
"""Files that are marked together, and lost together when the process is killed."""


def grade(
    entries: Sequence[Entry], sheets: Sheets, journal: Journal, mark_many: MarkMany
) -> Iterator[tuple[Entry, list[Row]]]:
    """The rows of every file that is marked, in the order of the files.

    entries    the account of all files
    sheets     the questions of each sheet
    journal    has what was marked before, and gets what is marked now
    mark_many  marks what needs runs
    """
    known: dict[Key, Marking] = {}
    marked = [entry for entry in entries if entry.fate == "marked"]
    for start in range(0, len(marked), CHUNK):
        chunk = marked[start : start + CHUNK]
        new = [entry for entry in chunk if digest_of(entry.content) not in journal.known]
        _mark_runs(new, sheets, known, mark_many)
        rows = {digest_of(entry.content): _rows(entry, sheets, known) for entry in new}
        journal.add(rows)
        rows |= journal.known
        for entry in chunk:
            yield entry, rows[digest_of(entry.content)]


def _mark_runs(entries: Iterable[Entry], sheets: Sheets, known: dict[Key, Marking], mark_many: MarkMany) -> None:
    """Mark what needs a run, each different response once."""
    wanted: dict[Key, Item] = {}
    for entry in entries:
        assert entry.found is not None, "a file that is marked was read"
        items, found = _asked(entry.found, sheets)
        for item in items:
            given = found.responses.get(item.block.id)
            key = key_of(item, given) if given else None
            if key and given and key not in known and key not in wanted and needs_run(item, given):
                wanted[key] = item
    tasks = [(item, key[-1]) for key, item in wanted.items()]
    known.update(zip(wanted, mark_many(tasks), strict=True))


def _rows(entry: Entry, sheets: Sheets, known: dict[Key, Marking]) -> list[Row]:
    found = entry.found
    assert found is not None, "a file that is marked was read"
    items, found = _asked(found, sheets)
    rows = [_row(found.learner, item, marking) for item, marking in mark_file(found, items, known)]
    asked = {item.block.id for item in items}
    return rows + [_unknown(found, id_) for id_ in found.responses if id_ not in asked]


def _asked(found: ResponseFile, sheets: Sheets) -> tuple[Sequence[Item], ResponseFile]:
    """The questions that a file answers, and its responses to them. A script answers one, as it is now."""
    items = sheets.items(found.quiz, found.draw)
    if not found.script:
        return items, found
    items = tuple(item for item in items if item.block.id == found.script)
    given = {item.block.id: replace(found.responses[found.script], asked=item.asked.fingerprint) for item in items}
    return items, replace(found, responses=given or found.responses)


def _unknown(found: ResponseFile, question: str) -> Row:
    """The row of a response to a question that the bank no longer has: nothing that was handed in is lost."""
    given = found.responses[question].response
    response = list(given) if isinstance(given, tuple) else given
    row: Row = {"learner": found.learner, "quiz": found.quiz, "question": question, "kind": "", "response": response}
    note = "the bank has no such question"
    return row | {"options": [], "score": None, "points": 0.0, "standing": "unmarked", "note": note, "feedback": ""}


def _row(learner: str, item: Item, marking: Marking) -> Row:
    response = None if marking.response is None else plain_response(marking.response)
    return {
        "learner": learner,
        "quiz": item.quiz.id,
        "question": item.block.id,
        "kind": item.block.kind,
        "response": list(response) if isinstance(response, tuple) else response,
        "options": list(item.options),
        "score": marking.score,
        "points": item.block.points,
        "standing": marking.standing,
        "note": marking.note,
        "feedback": marking.feedback,
    }
