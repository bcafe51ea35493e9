"""CSV: one event per row below a row of names. Fields with lists are JSON; an empty cell is a missing value."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import fields
from typing import Any

from quizproof_renderers.attempts.event import Event, MalformedEvent, from_json, to_json
from quizproof_renderers.text import why_no_json

NAMES = tuple(field.name for field in fields(Event))
_JSON = ("response", "options", "tags")
_WHOLE = ("variant", "hints", "tries")
_NUMBERS = ("score", "seconds")
_MISSING = ("score", "confidence", "seconds")
"""The fields of which an empty cell means that there is no value; in others it is an empty text."""


def write(events: Iterable[Event]) -> Iterator[str]:
    """The rows of a file, each with its end."""
    head: list[object] = [*NAMES]
    for cells in (head, *map(_cells, events)):
        stream = io.StringIO()
        csv.writer(stream, lineterminator="\n").writerow(cells)
        yield stream.getvalue()


def read(text: str) -> tuple[Event, ...]:
    """The events of a file. Raises MalformedEvent, which names the first line that holds none."""
    rows = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    if tuple(rows.fieldnames or ()) != NAMES:
        raise MalformedEvent(f"the first row of a table of attempts is {','.join(NAMES)}")
    found = []
    try:
        for row in rows:
            try:
                found.append(from_json(_data(row)))
            except (ValueError, TypeError, RecursionError) as error:
                raise MalformedEvent(f"line {rows.line_num}: a cell cannot be read: {why_no_json(error)}") from None
            except MalformedEvent as error:
                raise MalformedEvent(f"line {rows.line_num}: {error}") from None
    except csv.Error as error:
        raise MalformedEvent(f"line {rows.line_num}: {error}") from None
    return tuple(found)


def is_one(text: str) -> bool:
    """Whether a text begins with the first column of a table of attempts, which no mark file has."""
    return text.lstrip()[: len(NAMES[0]) + 1] == f"{NAMES[0]},"


def _cells(event: Event) -> list[object]:
    data = to_json(event)
    for name in _JSON:
        data[name] = json.dumps(data[name], ensure_ascii=False)
    return ["" if data[name] is None else data[name] for name in NAMES]


def _data(row: dict[str, str]) -> dict[str, Any]:
    """A row as the JSON form of an event. Raises ValueError and TypeError for what cannot be one."""
    data: dict[str, Any] = dict(row)
    for name in _MISSING:
        data[name] = data[name] or None
    for name in _JSON:
        data[name] = json.loads(data[name])
    for name in _WHOLE:
        data[name] = int(data[name])
    for name in _NUMBERS:
        data[name] = None if data[name] is None else float(data[name])
    return data
