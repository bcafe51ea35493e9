"""The account: every response file is counted once, with what became of it and why."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from quizproof.errors import UsageError
from quizproof_renderers.handing_in.response_file import MAX_BYTES, MalformedResponses, ResponseFile, read

Fate: TypeAlias = Literal["marked", "malformed", "doubled"]


@dataclass(frozen=True)
class Entry:
    """One file."""

    path: Path
    fate: Fate
    reason: str = ""
    """Why it is not marked."""
    found: ResponseFile | None = None
    """What it holds; None of a malformed one."""
    content: bytes = b""


def account(paths: Iterable[Path], quizzes: Collection[str]) -> tuple[Entry, ...]:
    """What becomes of some files and of all files in some folders, in the order of their names.

    paths    files and folders; of a folder, every file that does not begin with a dot
    quizzes  the ids of the quizzes that can be marked

    Of several files of one learner and one quiz, the one that was handed in last is marked. Raises UsageError when a
    path does not exist, and when there is no file.
    """
    files = sorted({file.absolute(): file for path in paths for file in _files(path)}.values(), key=str)
    if not files:
        raise UsageError("there is no response file")
    entries = [_entry(file, quizzes) for file in files]
    return tuple(_without_doubles(entries))


def _files(path: Path) -> Sequence[Path]:
    if path.is_dir():
        return [each for each in path.rglob("*") if each.is_file() and not each.name.startswith(".")]
    if not path.exists():
        raise UsageError(f"{path} does not exist")
    return [path]


def _entry(file: Path, quizzes: Collection[str]) -> Entry:
    try:
        with file.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except OSError as error:
        return Entry(file, "malformed", f"it cannot be read: {error.strerror}")
    try:
        found = read(content)
    except MalformedResponses as error:
        return Entry(file, "malformed", str(error))
    if found.quiz not in quizzes:
        return Entry(file, "malformed", f"the bank has no quiz `{found.quiz}`")
    return Entry(file, "marked", found=found, content=content)


def _without_doubles(entries: Sequence[Entry]) -> list[Entry]:
    last: dict[tuple[str, str], Entry] = {}
    for entry in entries:
        if entry.found:
            other = last.get(entry.found.who)
            # Of two equal times the later name counts.
            if other is None or other.found is None or entry.found.handed_in >= other.found.handed_in:
                last[entry.found.who] = entry
    counted = []
    for entry in entries:
        if entry.found is None or last[entry.found.who] is entry:
            counted.append(entry)
            continue
        chosen = last[entry.found.who]
        same = "the same as" if chosen.content == entry.content else "handed in before"
        counted.append(Entry(entry.path, "doubled", f"{same} {chosen.path}, which counts", entry.found))
    return counted
