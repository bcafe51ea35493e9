"""Reading: marks from whatever holds them: mark files, attempts of one learner each, and progress files of the site."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path

from quizproof.errors import QuizproofError, UsageError
from quizproof_renderers.analysis import mark_files
from quizproof_renderers.analysis.mark_files import MalformedMarks
from quizproof_renderers.analysis.marks import MarkRow
from quizproof_renderers.attempts.event import Event
from quizproof_renderers.attempts.exchange import formats, site_progress, table
from quizproof_renderers.attempts.history import current
from quizproof_renderers.attempts.store import AttemptStore
from quizproof_renderers.text import why_no_json

ENDINGS = (".json", ".jsonl", ".csv", ".sqlite3")
"""The files of a folder that are read."""
_SQLITE = b"SQLite format 3\x00"
_MAX_BYTES = 256 << 20
_JSON_LINES = re.compile(r"\s*\{.*\}\s*\n\s*\{")
"""A whole object in the first line, and another in the second."""


def read(paths: Iterable[Path]) -> tuple[MarkRow, ...]:
    """The marks in some files and folders.

    paths  mark files, exports of attempts, attempt stores, progress files of the site, and folders of them

    A file of one learner's attempts has no name in it: its own, without the ending, is that of the learner. Raises
    UsageError, which names the first file that cannot be read, and when there is no mark at all.
    """
    files = [file for path in paths for file in _files(path)]
    names = _learners(files)
    rows = tuple(row for file in files for row in _rows(file, names[file]))
    if not rows:
        raise UsageError("there is no mark in these files")
    return rows


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    found = sorted(each for each in path.rglob("*") if each.suffix in ENDINGS and each.is_file())
    if not found:
        raise UsageError(f"{path} has no file that ends in {', '.join(ENDINGS)}")
    return found


def _learners(files: Iterable[Path]) -> dict[Path, str]:
    """What the learner of each file is called: by the file's name, with its folder where two have the same."""
    names = {file: file.stem for file in files}
    stems = [*names.values()]
    return {file: name if stems.count(name) == 1 else str(file.with_suffix("")) for file, name in names.items()}


def _rows(file: Path, learner: str) -> tuple[MarkRow, ...]:
    try:
        with file.open("rb") as stream:
            content = stream.read(_MAX_BYTES + 1)
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}") from None
    if content.startswith(_SQLITE):
        with AttemptStore(file) as store:
            return _of_events(store.events(), learner)
    if len(content) > _MAX_BYTES:
        raise UsageError(f"{file} has more than {_MAX_BYTES:,} bytes, which is all that it may have")
    try:
        return _of_text(content.decode("utf-8-sig"), learner)
    except UnicodeDecodeError:
        raise UsageError(f"{file} is not UTF-8 text") from None
    except UsageError:
        raise
    except QuizproofError as error:
        raise UsageError(f"{file}: {error}") from None


def _of_text(text: str, learner: str) -> tuple[MarkRow, ...]:
    if text.lstrip()[:1] != "{":
        if mark_files.is_table(text):
            return mark_files.read_csv(text)
        if text.strip() and not table.is_one(text):
            wrong = mark_files.why_no_table(text)
            raise MalformedMarks(f"a mark file needs the columns `learner`, `question` and `score`: {wrong}")
        return _of_events(formats.read(text, 0, {}), learner)
    if site_progress.is_one(text) or _JSON_LINES.match(text) or '"uid"' in text[:200]:
        return _of_events(formats.read(text, 0, {}), learner)
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise MalformedMarks(f"not JSON: {why_no_json(error)}") from None
    return mark_files.read_json(data)


def _of_events(events: tuple[Event, ...], learner: str) -> tuple[MarkRow, ...]:
    """The marks of one learner's answers to questions as they are now."""
    return tuple(
        MarkRow(learner, each.quiz, each.question, each.kind, each.response, each.options, each.score)
        for each in current(events)
        if each.score is not None
    )
