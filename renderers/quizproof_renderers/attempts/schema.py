"""The schema of the attempt store: steps that lead from each version to the next. A step is never changed."""

from __future__ import annotations

import sqlite3

_FIRST = """
CREATE TABLE events (
    number     INTEGER PRIMARY KEY AUTOINCREMENT,
    uid        TEXT NOT NULL UNIQUE,
    at         INTEGER NOT NULL,
    source     TEXT NOT NULL,
    session    TEXT NOT NULL,
    quiz       TEXT NOT NULL,
    topic      TEXT NOT NULL,
    question   TEXT NOT NULL,
    kind       TEXT NOT NULL,
    title      TEXT NOT NULL,
    edition    TEXT NOT NULL,
    variant    INTEGER NOT NULL,
    response   TEXT NOT NULL,  -- JSON: a text or a list of texts
    standing   TEXT NOT NULL,
    score      REAL,
    hints      INTEGER NOT NULL,
    confidence TEXT,
    seconds    REAL
);
"""
_WITH_TRIES_AND_OPTIONS = """
ALTER TABLE events ADD COLUMN options TEXT NOT NULL DEFAULT '[]';  -- JSON: a list of texts
ALTER TABLE events ADD COLUMN tries INTEGER NOT NULL DEFAULT 1;
CREATE INDEX events_by_question ON events (question, at);
"""

_WITH_TAGS = """
ALTER TABLE events ADD COLUMN tags TEXT NOT NULL DEFAULT '[]';  -- JSON: a list of texts
"""

_WITH_SKIPPED = ""
"""No other column: the standing `skipped`, which earlier programs do not know, so they must not read such a file."""

STEPS = (_FIRST, _WITH_TRIES_AND_OPTIONS, _WITH_TAGS, _WITH_SKIPPED)
"""The step at place n leads from version n to version n + 1. A new file has version 0."""
VERSION = len(STEPS)
"""The version that this program writes, in the file's `PRAGMA user_version`."""


def version_of(base: sqlite3.Connection) -> int:
    """The version of a file."""
    return int(base.execute("PRAGMA user_version").fetchone()[0])


def migrate(base: sqlite3.Connection) -> None:
    """Bring a file of an earlier version to this one: all steps, or none if one fails.

    base  open, in autocommit mode

    Raises sqlite3.Error.
    """
    if version_of(base) == VERSION:
        return
    # The lock first: another process may migrate the same file at the same moment.
    base.execute("BEGIN IMMEDIATE")
    try:
        for step in STEPS[version_of(base) :]:
            for statement in _statements(step):
                base.execute(statement)
        base.execute(f"PRAGMA user_version = {VERSION}")
        base.execute("COMMIT")
    except BaseException:
        base.execute("ROLLBACK")
        raise


def _statements(script: str) -> list[str]:
    """The statements of a script. `executescript` would end the transaction."""
    lines = [line.partition("--")[0] for line in script.splitlines()]
    return [statement for statement in "\n".join(lines).split(";") if statement.strip()]
