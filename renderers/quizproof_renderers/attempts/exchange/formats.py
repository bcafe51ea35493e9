"""The formats of files with attempts, by their names, and how a file shows which it has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal, TypeAlias, assert_never

from quizproof_renderers.attempts.event import Event
from quizproof_renderers.attempts.exchange import lines, site_progress, table
from quizproof_renderers.attempts.history import Key

Format: TypeAlias = Literal["jsonl", "csv", "site"]


def write(events: Iterable[Event], format_: Format) -> Iterator[str]:
    """The text of a file, piece by piece.

    events   the oldest first
    format_  what to write
    """
    match format_:
        case "jsonl":
            yield from lines.write(events)
        case "csv":
            yield from table.write(events)
        case "site":
            yield site_progress.write(events)
        case _:
            assert_never(format_)


def read(content: str, at: int, known: Mapping[Key, tuple[str, str, str]]) -> tuple[Event, ...]:
    """The events of a file in any of the formats.

    content  its text
    at       when answers were given of which the file does not say it
    known    topic, kind and title of questions, by the ids of quiz and question

    Raises MalformedEvent, which says what is wrong with which line.
    """
    content = content.removeprefix("\ufeff")
    match format_of(content):
        case "jsonl":
            return lines.read(content)
        case "csv":
            return table.read(content)
        case "site":
            return site_progress.read(content, at, known)


def format_of(content: str) -> Format:
    """The format that a text seems to have."""
    if site_progress.is_one(content):
        return "site"
    return "jsonl" if content.lstrip()[:1] in ("{", "") else "csv"
