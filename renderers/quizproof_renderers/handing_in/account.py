"""The account: every response file and every script is counted once, with what became of it and why."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Literal, TypeAlias

from quizproof.errors import UsageError
from quizproof.quizfile.header import Exam
from quizproof_renderers.handing_in.drawing import Learner
from quizproof_renderers.handing_in.response_file import MAX_BYTES, MalformedResponses, ResponseFile, read
from quizproof_renderers.handing_in.script_file import is_script
from quizproof_renderers.handing_in.script_file import read as read_script_file
from quizproof_renderers.script import max_bytes
from quizproof_renderers.text import plural

Fate: TypeAlias = Literal["marked", "malformed", "doubled"]

_GRACE = 30
"""Seconds after the time limit that are no lateness."""


@dataclass(frozen=True)
class Entry:
    """One file."""

    path: Path
    fate: Fate
    reason: str = ""
    """Why it is not marked; of one that is marked, what a teacher should know."""
    found: ResponseFile | None = None
    """What it holds; None of a malformed one."""
    content: bytes = b""


def account(
    paths: Iterable[Path],
    quizzes: Mapping[str, Exam | None],
    learners: Mapping[str, Learner] | None = None,
    programs: Mapping[str, str] = {},
) -> tuple[Entry, ...]:
    """What becomes of some files and of all files in some folders, in the order of their names.

    paths     files and folders; of a folder, every file that does not begin with a dot
    quizzes   the quizzes that can be marked, by their ids, with what their headers say about tests
    programs  the quizzes of the questions that ask for a program, by their ids
    learners  those that pages were drawn for, by their names as `Learner.key` has them; None where that is not known

    Of several files of one learner and one quiz, the one that was handed in last is marked, as long as attempts were
    left. Of scripts that is so by question, and where a page was handed in for the quiz, the page counts. Raises
    UsageError when a path does not exist, and when there is no file.
    """
    folders = {file.absolute(): (file, folder) for path in paths for file, folder in _files(path)}
    if not folders:
        raise UsageError("there is no response file")
    files = sorted(folders.values(), key=lambda pair: str(pair[0]))
    entries = [
        _script(file, folder, programs) if is_script(file) else _entry(file, quizzes, learners)
        for file, folder in files
    ]
    return tuple(_without_doubles(entries, quizzes))


def _files(path: Path) -> Sequence[tuple[Path, Path]]:
    """Each file with the folder in which learners have folders."""
    if path.is_dir():
        found = (each for each in path.rglob("*") if each.is_file())
        # Names that begin with a dot are those of programs: `.DS_Store`, `.ipynb_checkpoints`.
        return [(each, path) for each in found if not any(part[0] == "." for part in each.relative_to(path).parts)]
    if not path.exists():
        raise UsageError(f"{path} does not exist")
    whole = path.absolute()
    return [(whole if is_script(path) else path, whole.parent.parent)]


def _script(file: Path, folder: Path, programs: Mapping[str, str]) -> Entry:
    try:
        with file.open("rb") as stream:
            content = stream.read(max_bytes(file.suffix) + 1)
        found = read_script_file(content, file, folder, programs)
    except OSError as error:
        return Entry(file, "malformed", f"it cannot be read: {error.strerror}")
    except MalformedResponses as error:
        return Entry(file, "malformed", str(error))
    # Equal programs of two learners, or for two questions, are two answers.
    return Entry(file, "marked", "", found, repr((found.who, found.script)).encode() + content)


def _entry(file: Path, quizzes: Mapping[str, Exam | None], learners: Mapping[str, Learner] | None) -> Entry:
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
    if learners is not None and (wrong := _why_not_theirs(found, learners)):
        return Entry(file, "malformed", wrong)
    return Entry(file, "marked", _lateness(found, quizzes[found.quiz]), found, content)


def _why_not_theirs(found: ResponseFile, learners: Mapping[str, Learner]) -> str:
    """Why a file is not from the page that was drawn for its learner; empty where it is."""
    learner = learners.get(found.who[0])
    if learner is None:
        return f"no page was drawn for {found.learner}"
    return "" if found.draw == learner.draw else f"it is not from the page that was drawn for {learner.name}"


def _lateness(found: ResponseFile, exam: Exam | None) -> str:
    """By how much a time limit was exceeded, if it was."""
    if exam is None or exam.time_limit is None or found.seconds is None:
        return ""
    over = found.seconds - 60 * exam.time_limit
    # A page stops by itself; what it takes to notice is not held against anyone.
    if over <= _GRACE:
        return ""
    return f"its last change came {plural(math.ceil(over / 60), 'minute')} after the time limit"


def _without_doubles(entries: Sequence[Entry], quizzes: Mapping[str, Exam | None]) -> list[Entry]:
    by_learner: dict[tuple[str, str, str], list[Entry]] = {}
    for entry in entries:
        if entry.found:
            by_learner.setdefault((*entry.found.who, entry.found.script), []).append(entry)
    fates: dict[Path, Entry] = {}
    for (learner, quiz, script), handed in by_learner.items():
        if script and (pages := by_learner.get((learner, quiz, ""))):
            reason = f"{pages[-1].path} answers the same quiz, and counts"
            fates |= {entry.path: replace(entry, fate="doubled", reason=reason, content=b"") for entry in handed}
            continue
        # Of two equal times the later name counts.
        ordered = sorted(handed, key=_moment)
        different = [*{entry.content: None for entry in ordered}]
        exam = None if script else quizzes[quiz]
        counted = different[: exam.attempts] if exam else different
        chosen = [entry for entry in ordered if entry.content == counted[-1]][-1]
        for entry in ordered:
            if entry is chosen:
                continue
            if entry.content not in counted:
                reason = f"attempt {different.index(entry.content) + 1}, and {len(counted)} may be handed in"
            else:
                same = "the same as" if chosen.content == entry.content else "handed in before"
                reason = f"{same} {chosen.path}, which counts"
            fates[entry.path] = replace(entry, fate="doubled", reason=reason, content=b"")
    return [fates.get(entry.path, entry) for entry in entries]


def _moment(entry: Entry) -> datetime:
    assert entry.found is not None, "it was read"
    return entry.found.handed_in
