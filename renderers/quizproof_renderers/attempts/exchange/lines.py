"""JSON lines: one event per line, in the JSON form of `attempts.event`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from quizproof_renderers.attempts.event import Event, MalformedEvent, from_json, to_json
from quizproof_renderers.text import why_no_json


def write(events: Iterable[Event]) -> Iterator[str]:
    """The lines of a file, each with its end."""
    for event in events:
        yield json.dumps(to_json(event), ensure_ascii=False) + "\n"


def read(text: str) -> tuple[Event, ...]:
    """The events of a file. Raises MalformedEvent, which names the first line that holds none."""
    found = []
    # Not `splitlines`, which also splits at characters that JSON leaves in texts.
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            found.append(from_json(json.loads(line)))
        except (ValueError, RecursionError) as error:
            raise MalformedEvent(f"line {number} is not JSON: {why_no_json(error)}") from None
        except MalformedEvent as error:
            raise MalformedEvent(f"line {number}: {error}") from None
    return tuple(found)
