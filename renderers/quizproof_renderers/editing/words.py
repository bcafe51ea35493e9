"""The words of a bank that a shell completes: ids, topics and tags. Files are searched as text, which takes moments."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

_SLUG = r"[\"']?([a-z0-9]+(?:-[a-z0-9]+)*)[\"']?"
_PATTERNS = {
    "ids": re.compile(rf"^\s*(?:- )?(?:quiz|id):\s+{_SLUG}\s*(?:#.*)?$", re.MULTILINE),
    "blocks": re.compile(rf"^\s*(?:- )?id:\s+{_SLUG}\s*(?:#.*)?$", re.MULTILINE),
    "quizzes": re.compile(rf"^quiz:\s+{_SLUG}\s*(?:#.*)?$", re.MULTILINE),
    "topics": re.compile(rf"^topic:\s+{_SLUG}\s*(?:#.*)?$", re.MULTILINE),
}
_TAGS = re.compile(r"^\s*(?:- )?tags:\s*\[([^\]]*)\]", re.MULTILINE)
_SUFFIXES = (".yaml", ".yml")
MAX_FILES = 2_000
"""Of a bank that are searched: a shell waits for the answer."""


def words(sort: str, places: Sequence[Path]) -> list[str]:
    """The words of one sort, in alphabetical order.

    sort    "ids" (of quizzes and blocks), "blocks", "quizzes", "topics" or "tags"
    places  files and folders of the bank; those that cannot be read have no words

    A file that is no valid quiz gives what looks like one: completing proves nothing.
    """
    found: set[str] = set()
    for text in _texts(places):
        if sort == "tags":
            found |= {tag.strip(" \"'") for tags in _TAGS.findall(text) for tag in tags.split(",")}
        else:
            found |= set(_PATTERNS[sort].findall(text))
    return sorted(found - {""})


def _texts(places: Sequence[Path]) -> Iterator[str]:
    for path in _files(places)[:MAX_FILES]:
        try:
            yield path.read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue


def _files(places: Sequence[Path]) -> list[Path]:
    return [
        path
        for place in places
        for path in (sorted(place.rglob("*")) if place.is_dir() else [place])
        if path.suffix in _SUFFIXES and path.is_file()
    ]
