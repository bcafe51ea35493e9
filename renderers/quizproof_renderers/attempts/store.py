"""The attempt store: the events of one learner, in one SQLite file that only grows.

Each event is on the disk when `add` returns. A process that is killed loses at most the answer that is being typed.
Events are never changed; they are only taken out where the learner asks for it.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
import time
from collections.abc import Iterable, Iterator
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any

from quizproof.errors import UsageError
from quizproof_renderers.attempts.event import Event, MalformedEvent, from_json, to_json
from quizproof_renderers.attempts.place import VARIABLE, default_path
from quizproof_renderers.attempts.schema import VERSION, migrate, version_of

_BUSY_SECONDS = 30
"""How long one process waits for the writes of others. A write takes milliseconds."""
_FIELDS = tuple(field.name for field in fields(Event))
_JSON = ("response", "options", "tags")
"""The fields that are kept as JSON."""
_READ = f"SELECT {', '.join(_FIELDS)} FROM events"


class UnusableStore(UsageError):
    """The file cannot be used as it is. Nothing in it was changed."""


class AttemptStore:
    """The events of one learner. A context manager; safe for several processes at once.

    with AttemptStore(Path("attempts.sqlite3")) as store:
        store.add([event])
        store.events()
    """

    def __init__(self, path: Path | None = None) -> None:
        """Open the file, or create it with its folder; a file of an earlier version is migrated.

        path  where it is; `default_path()` when None

        Raises UnusableStore for a damaged file, one of a newer version, and one that cannot be opened or written.
        """
        self.path = path or default_path()
        with self._explained():
            self.path.parent.mkdir(parents=True, exist_ok=True)
            if self.path.exists() and self.path.stat().st_size:
                self._examine()
            self._base = self._connect()

    def __enter__(self) -> AttemptStore:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._base.close()

    def add(self, events: Iterable[Event]) -> int:
        """Keep events: all of them are on the disk when this returns, or none if it raises.

        Returns how many were new: one whose uid is known is skipped. Raises UnusableStore where nothing can be written.
        """
        rows = [_row(event) for event in events]
        marks = ", ".join("?" * len(_FIELDS))
        with self._explained(), self._writing():
            before = self._base.total_changes
            self._base.executemany(f"INSERT OR IGNORE INTO events ({', '.join(_FIELDS)}) VALUES ({marks})", rows)
            return self._base.total_changes - before

    def events(self) -> tuple[Event, ...]:
        """All events, the oldest first. Raises UnusableStore where one cannot be read."""
        with self._explained():
            return tuple(map(_event, self._base.execute(f"{_READ} ORDER BY at, number")))

    def delete(self, *, quiz: str | None = None, question: str | None = None) -> int:
        """Take events out for good: those of a quiz, of a question, or all when neither is given.

        Returns how many there were. Raises UnusableStore where nothing can be written.
        """
        named = [(name, value) for name, value in (("quiz", quiz), ("question", question)) if value is not None]
        where = " AND ".join(f"{name} = ?" for name, _ in named) or "TRUE"
        with self._explained():
            # What was deleted must not stay readable in free pages of the file.
            self._base.execute("PRAGMA secure_delete = ON")
            with self._writing():
                count = self._base.execute(f"DELETE FROM events WHERE {where}", [value for _, value in named]).rowcount
            # Nor in the log.
            self._base.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            return count

    def _connect(self) -> sqlite3.Connection:
        base = sqlite3.connect(self.path, timeout=_BUSY_SECONDS, isolation_level=None)
        try:
            _use_log(base)
            base.text_factory = bytes.decode  # raises for itself what SQLite would report as an error of operation
            base.execute("PRAGMA synchronous = FULL")  # an answer outlives a power cut too
            migrate(base)
        except BaseException:
            base.close()
            raise
        return base

    def _examine(self) -> None:
        """Refuse a file that is damaged, of a newer version, or not ours, before anything is written to it."""
        base = sqlite3.connect(f"{self.path.absolute().as_uri()}?mode=ro", timeout=_BUSY_SECONDS, uri=True)
        with contextlib.closing(base):
            version = version_of(base)
            if version > VERSION:
                raise UnusableStore(
                    f"{self.path} was written by a newer quizproof (schema {version}, and this one knows {VERSION}); "
                    f"upgrade quizproof, or set {VARIABLE} to another folder"
                )
            tables = {name for (name,) in base.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            if tables and (not version or "events" not in tables):
                raise UnusableStore(f"{self.path} belongs to another program; set {VARIABLE} to another folder")
            (faults,) = base.execute("PRAGMA quick_check(1)").fetchone()
            if faults != "ok":
                raise sqlite3.DatabaseError(str(faults).partition("\n")[0])

    @contextlib.contextmanager
    def _writing(self) -> Iterator[None]:
        """A transaction that has the lock from its start, so that it never has to be given up for another's write."""
        self._base.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._base.execute("COMMIT")
        except BaseException:
            if self._base.in_transaction:  # a full disk has ended it already
                self._base.execute("ROLLBACK")
            raise

    @contextlib.contextmanager
    def _explained(self) -> Iterator[None]:
        """Turns errors of SQLite and of the system into sentences."""
        try:
            yield
        # This one first, because it is a DatabaseError too.
        except sqlite3.OperationalError as error:  # no permission, a full disk, locked for good: nothing is damaged
            raise UnusableStore(f"attempts cannot be kept in {self.path}: {error}") from None
        except (sqlite3.DatabaseError, UnicodeDecodeError, MalformedEvent) as error:
            raise UnusableStore(
                f"{self.path} is damaged ({error}); nothing in it was changed. Move it away to start a new one, and "
                f"rescue what it holds with `sqlite3 FILE .recover`"
            ) from None
        except OSError as error:
            raise UnusableStore(f"attempts cannot be kept in {self.path}: {error.strerror}") from None


def _use_log(base: sqlite3.Connection) -> None:
    """Use a write-ahead log, with which readers never wait; network file systems have none, and do without."""
    patience = time.monotonic() + _BUSY_SECONDS
    # SQLite does not wait for the lock that this takes when several processes open a new file.
    while True:
        try:
            base.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > patience:
                return
            time.sleep(0.01)


def _row(event: Event) -> tuple[Any, ...]:
    data = to_json(event) | {"at": event.at}
    for name in _JSON:
        data[name] = json.dumps(data[name], ensure_ascii=False)
    return tuple(data[name] for name in _FIELDS)


def _event(row: tuple[Any, ...]) -> Event:
    """The event of a row. Raises MalformedEvent: the file may have been edited, or be damaged in a text."""
    data = dict(zip(_FIELDS, row, strict=True))
    try:
        for name in _JSON:
            data[name] = json.loads(data[name])
        data["at"] = _written(data["at"])
    except (ValueError, TypeError) as error:
        raise MalformedEvent(f"an event cannot be read: {error}") from None
    return from_json(data)


def _written(at: object) -> str:
    if not isinstance(at, int):
        raise TypeError("its time is not a number")
    try:
        return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=at)).isoformat()
    except OverflowError:
        raise ValueError("its time is too large") from None
