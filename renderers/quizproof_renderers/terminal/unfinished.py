"""Tests that were left before their end: what was answered and typed is kept in a file, so that they can go on.

One file per test, in the folder `tests` where the platform keeps what programs remember. It is written whole after each
answer, so that even a test that is killed loses at most what is being typed.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from quizproof.marking.mark import Mark
from quizproof_renderers.edition import edition_of
from quizproof_renderers.reports.whole_file import whole_file
from quizproof_renderers.terminal.questioning.draft import Draft
from quizproof_renderers.terminal.record import Answer
from quizproof_renderers.terminal.selection import Item
from quizproof_renderers.text import plural

VERSION = 1
"""Of the form of these files; what has another one is not read."""
_MAX_KEPT = 20
"""Tests that are kept; the oldest ones go."""


@dataclass(frozen=True)
class Progress:
    """How far a test has come."""

    answers: Mapping[str, Answer] = field(default_factory=dict)
    """By the ids of the questions."""
    flagged: frozenset[str] = frozenset()
    drafts: Mapping[str, Draft] = field(default_factory=dict)
    seconds: float = 0.0
    """How long the test took."""
    dropped: int = 0
    """Answers that could not be restored, because their questions have changed or are not put."""


class Unfinished:
    """One test in a file."""

    def __init__(self, path: Path, request: Mapping[str, Any], data: Mapping[str, Any] | None = None) -> None:
        """Nothing is written before `save`.

        path     the file
        request  what the test was asked for with, as JSON data; whoever starts tests decides what is in it
        data     what the file has; None of a new test
        """
        self.request = request
        self._path = path
        self._data = data or {}
        self._editions: dict[str, str] = {}

    @property
    def age(self) -> float:
        """Seconds since it was left."""
        return max(0.0, time.time() - float(self._data.get("saved", 0.0)))

    @property
    def answered(self) -> int:
        """How many of its questions are answered or skipped."""
        return len(self._data.get("answers", []))

    @property
    def summary(self) -> str:
        """What it is, in a few words: "4 answered, left 12 minutes ago"."""
        minutes = round(self.age / 60)
        hours, days = round(minutes / 60), round(minutes / 60 / 24)
        ago = plural(days, "day") if days > 1 else plural(hours, "hour") if hours > 1 else plural(minutes, "minute")
        return f"{self.answered} answered, left {ago} ago"

    def is_of(self, questions: Sequence[Item]) -> bool:
        """Whether any of its questions is among these, changed or not; of a test without answers, they always are."""
        answered = {entry["id"] for entry in self._data.get("answers", [])}
        return not answered or any(item.proof.id in answered for item in questions)

    def restored(self, questions: Sequence[Item]) -> Progress:
        """What was answered and typed, as far as the questions are still the same.

        questions  of the test, as they are put now
        """
        items = {item.proof.id: item for item in questions}
        self._editions = {id_: edition_of((item.display,)) for id_, item in items.items()}

        def is_same(entry: Mapping[str, Any]) -> bool:
            return entry["id"] in items and self._editions[entry["id"]] == entry["edition"]

        answers = [entry for entry in self._data.get("answers", []) if is_same(entry)]
        drafts = [entry for entry in self._data.get("drafts", []) if is_same(entry)]
        return Progress(
            {entry["id"]: _answer(entry, items[entry["id"]]) for entry in answers},
            frozenset(self._data.get("flagged", [])) & items.keys(),
            {entry["id"]: Draft(tuple(entry["done"]), entry["typed"], entry["hints"]) for entry in drafts},
            float(self._data.get("seconds", 0.0)),
            len(self._data.get("answers", [])) - len(answers),
        )

    def save(self, progress: Progress) -> None:
        """Write the file anew. A disk that takes nothing is no reason to end the test."""
        data = {
            "version": VERSION,
            "process": os.getpid(),
            "saved": time.time(),
            "seconds": progress.seconds,
            "request": self.request,
            "answers": [
                {"edition": self._editions[id_], **_entry(id_, each)} for id_, each in progress.answers.items()
            ],
            "flagged": sorted(progress.flagged),
            "drafts": [
                {"edition": self._editions[id_], "id": id_, "done": each.done, "typed": each.typed, "hints": each.hints}
                for id_, each in progress.drafts.items()
            ],
        }
        with contextlib.suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with whole_file(self._path) as stream:
                json.dump(data, stream)

    def remove(self) -> None:
        """Forget the test."""
        with contextlib.suppress(OSError):
            self._path.unlink(missing_ok=True)


def folder() -> Path:
    """Where unfinished tests are kept: below XDG_STATE_HOME, ~/Library/Application Support or LOCALAPPDATA.

    Raises RuntimeError when there is no home folder.
    """
    if os.environ.get("XDG_STATE_HOME"):
        base = Path(os.environ["XDG_STATE_HOME"])
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Application Support"
    elif sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA", Path.home()))
    else:
        base = Path.home() / ".local" / "state"
    return base / "quizproof" / "tests"


def begun(request: Mapping[str, Any]) -> Unfinished | None:
    """A new test, which will be kept; None where there is no place for it.

    request  as `Unfinished` takes it
    """
    try:
        place = folder()
    except RuntimeError:
        return None
    for old in _files(place)[_MAX_KEPT - 1 :]:
        with contextlib.suppress(OSError):
            old.unlink()
    return Unfinished(place / f"{time.time_ns()}-{os.getpid()}.json", request)


def last() -> Unfinished | None:
    """The test that was left last, and that no other process is putting now; None when there is none."""
    try:
        files = _files(folder())
    except RuntimeError:
        return None
    return next(_readable(files), None)


def _files(place: Path) -> list[Path]:
    """The files of tests, the newest first."""
    return sorted(place.glob("*.json"), key=lambda path: path.name, reverse=True)


def _readable(files: Sequence[Path]) -> Iterator[Unfinished]:
    for path in files:
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
            data = json.loads(path.read_text(encoding="utf-8"))
            if data["version"] == VERSION and not _is_alive(data["process"]) and isinstance(data["request"], dict):
                yield Unfinished(path, data["request"], data)


def _is_alive(process: int) -> bool:
    """Whether another process with this number runs; on Windows nobody can ask without harm."""
    if process == os.getpid() or sys.platform == "win32":
        return False
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _entry(id_: str, answer: Answer) -> dict[str, Any]:
    mark = answer.mark
    return {
        "id": id_,
        "response": answer.response,
        "mark": None if mark is None else {"score": mark.score, "feedback": mark.feedback, "right": mark.right},
        "hints": answer.hints,
        "confidence": answer.confidence,
        "started": answer.started,
        "seconds": answer.seconds,
        "tries": answer.tries,
        "held": answer.is_held,
    }


def _answer(entry: Mapping[str, Any], item: Item) -> Answer:
    mark = entry["mark"] and Mark(
        entry["mark"]["score"], entry["mark"]["feedback"], None, tuple(entry["mark"]["right"])
    )
    header = item.quiz.header
    return Answer(
        item.proof,
        item.params,
        entry["response"],
        mark,
        entry["hints"],
        header.hint_cost if header else 0,
        entry["confidence"],
        entry["started"],
        entry["seconds"],
        entry["tries"],
        entry["held"],
    )
