"""The cache: texts by key in one SQLite file. Whatever is in it can be computed again by running.

It has one table, `texts (key TEXT PRIMARY KEY, text TEXT, used INTEGER)`, in which `used` is the day of the last use,
counted from 1970. Keys begin with what kind of text it is and a colon; `store.proof_cache` says what the texts are.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from quizproof.errors import UsageError

SCHEMA = 1
MAX_MIB = 512
"""The size of the file above which texts are dropped."""
_COLUMNS = ["key", "text", "used"]
_BATCH = 64
_BATCH_SECONDS = 1.0
"""At most this many texts, or those of this time, are not written yet, and lost when the process is killed."""
_DAY = 24 * 60 * 60
_KEPT_WHEN_FULL = 0.8
"""The share of the maximum size that is left after the oldest texts were dropped."""


def default_path() -> Path:
    """Where the platform keeps caches: a file below XDG_CACHE_HOME, ~/Library/Caches or LOCALAPPDATA.

    Raises RuntimeError when there is no home folder.
    """
    if os.environ.get("XDG_CACHE_HOME"):
        folder = Path(os.environ["XDG_CACHE_HOME"])
    elif sys.platform == "darwin":
        folder = Path.home() / "Library" / "Caches"
    elif sys.platform == "win32":
        folder = Path(os.environ.get("LOCALAPPDATA", Path.home()))
    else:
        folder = Path.home() / ".cache"
    return folder / "quizproof" / "cache.sqlite3"


@dataclass(frozen=True)
class CacheStats:
    """What a cache holds."""

    path: Path
    entries: dict[str, int]
    """How many texts there are of each kind, which is what their keys begin with: {"run": 199, "quiz": 4}."""
    bytes: int
    """The size of the file."""
    max_bytes: int


class Cache:
    """Texts by key. A context manager; safe for several processes at once.

    A file that is not a database, or another program's, is renamed, and a new one is created. Where nothing can be
    written, on a full or a read-only disk, texts are forgotten.

        with Cache(Path("cache.sqlite3")) as cache:
            cache.put("run:9b1f", '{"status": "finished"}')
            cache.get("run:9b1f")
    """

    def __init__(self, path: Path | None = None, max_mib: int = MAX_MIB) -> None:
        """Open the file, or create it with its folder.

        path     where it is; `default_path()` when None
        max_mib  its size in MiB, above which `close` drops what was not used for longest

        Raises UsageError when there can be none at `path`.
        """
        try:
            self.path = path or default_path()
        except RuntimeError as error:  # without HOME, and unknown to the system
            raise UsageError(f"there is no place for a cache: {error}") from None
        self.max_bytes = max_mib * 1024 * 1024
        self.set_aside: Path | None = None
        """Where a damaged file was moved, when there was one."""
        self._new: dict[str, str] = {}
        self._written = time.monotonic()
        self._today = int(time.time()) // _DAY
        self._used: list[str] = []
        self._base = self._open()

    def __enter__(self) -> Cache:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def get(self, key: str) -> str | None:
        """The text under `key`; None if there is none, or if the file cannot be read now."""
        if key in self._new:
            return self._new[key]
        with contextlib.suppress(sqlite3.Error):
            row = self._base.execute("SELECT text, used FROM texts WHERE key = ?", (key,)).fetchone()
            if row:
                if row[1] != self._today:  # one write per text and day, not per use
                    self._used.append(key)
                return str(row[0])
        return None

    def put(self, key: str, text: str) -> None:
        """Keep a text, in place of what was under the key. It is written with others a moment later: see `flush`.

        key   its kind, a colon, and a digest: "run:9b1f…"
        text  any text; SQLite stores it as UTF-8
        """
        self._new[key] = text
        if len(self._new) >= _BATCH or time.monotonic() - self._written > _BATCH_SECONDS:
            self.flush()

    def flush(self) -> None:
        """Write what is new, and which texts were used today.

        Raises nothing: where nothing can be written, what is new is forgotten.
        """
        # A full disk or a locked file costs a later run, never this one's verdict.
        with contextlib.suppress(sqlite3.Error), self._base:
            rows = [(key, text, self._today) for key, text in self._new.items()]
            self._base.executemany("INSERT OR REPLACE INTO texts VALUES (?, ?, ?)", rows)
            self._base.executemany("UPDATE texts SET used = ? WHERE key = ?", [(self._today, k) for k in self._used])
        self._new.clear()
        self._used.clear()
        self._written = time.monotonic()

    def stats(self) -> CacheStats:
        """What is in it. Raises UsageError when it cannot be read."""
        self.flush()
        with self._usable():
            # The kind: what comes before the colon.
            rows = self._base.execute("SELECT substr(key, 1, instr(key, ':') - 1), COUNT(*) FROM texts GROUP BY 1")
            return CacheStats(self.path, dict(rows.fetchall()), self._size(), self.max_bytes)

    def clear(self) -> int:
        """Forget everything, and give the space back to the system.

        Returns how many texts there were. Raises UsageError when another process is writing to it.
        """
        self.flush()
        with self._usable():
            with self._base:
                count = self._base.execute("DELETE FROM texts").rowcount
            # Otherwise the file would keep its size.
            self._base.execute("VACUUM")
            return count

    @contextlib.contextmanager
    def _usable(self) -> Iterator[None]:
        """Turns errors of SQLite into UsageError."""
        try:
            yield
        except sqlite3.Error as error:
            raise UsageError(f"the cache {self.path} cannot be used: {error}") from None

    def close(self) -> None:
        """Write what is new, drop texts if there are too many, and close. Raises nothing.

        The texts that were not used for longest go first, until a fifth of the maximum size is free.
        """
        self.flush()
        with contextlib.suppress(sqlite3.Error):
            self._shrink()
        self._base.close()

    def _size(self) -> int:
        pages, free, size = (
            # Without free pages, which a full file keeps for what comes next.
            self._base.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("page_count", "freelist_count", "page_size")
        )
        return int((pages - free) * size)

    def _shrink(self) -> None:
        over = self._size() - self.max_bytes
        if over <= 0:
            return
        # More than is needed, so that not every later command has to drop some.
        over += round((1 - _KEPT_WHEN_FULL) * self.max_bytes)
        # First all, then the deletions: SQLite does not define what a query gives while its rows are deleted.
        dropped = []
        for key, length in self._base.execute("SELECT key, LENGTH(text) FROM texts ORDER BY used, rowid"):
            if over <= 0:
                break
            dropped.append((key,))
            over -= length
        with self._base:
            self._base.executemany("DELETE FROM texts WHERE key = ?", dropped)

    def _open(self) -> sqlite3.Connection:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            try:
                return self._connect()
            # This one first, because it is a DatabaseError too.
            except sqlite3.OperationalError:  # a folder, no permission, locked for good: nothing is damaged
                raise
            except sqlite3.DatabaseError:
                # With the time in its name, so that no earlier one is overwritten.
                self.set_aside = self.path.with_name(f"{self.path.name}.damaged-{time.time_ns()}")
                self.path.replace(self.set_aside)
                # SQLite would read the old file's log into the new one.
                for suffix in ("-wal", "-shm"):
                    self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)
                return self._connect()
        except (OSError, sqlite3.Error) as error:
            raise UsageError(f"the cache {self.path} cannot be used: {error}") from None

    def _connect(self) -> sqlite3.Connection:
        base = sqlite3.connect(self.path, timeout=5)
        try:
            (version,) = base.execute("PRAGMA user_version").fetchone()
            columns = [row[1] for row in base.execute("PRAGMA table_info(texts)")]
            # Zero is a new file. Any other is another program's, or of a later version of ours.
            if version not in (0, SCHEMA) or columns not in ([], _COLUMNS):
                raise sqlite3.DatabaseError(f"schema {version}")
            with contextlib.suppress(sqlite3.OperationalError):
                base.execute("PRAGMA journal_mode = WAL")  # network file systems have no WAL, and do without
            base.execute("PRAGMA synchronous = NORMAL")  # a power cut may cost the last texts, not the file
            if version == 0:
                with base:
                    # Another process may create it at the same moment.
                    base.execute("CREATE TABLE IF NOT EXISTS texts (key TEXT PRIMARY KEY, text TEXT, used INTEGER)")
                    base.execute(f"PRAGMA user_version = {SCHEMA}")
            # Reads the table itself, so that a file that is damaged further in is noticed here.
            base.execute("SELECT key, text, used FROM texts LIMIT 1").fetchone()
        except sqlite3.Error:
            base.close()
            raise
        return base
