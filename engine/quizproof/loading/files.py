"""The files of a bank: which there are, and how their paths are shown."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from quizproof import rules
from quizproof.errors import UsageError
from quizproof.loading.walk import Unread, leads_out, read_regular, walk
from quizproof.quizfile.source_text import MAX_BYTES

if TYPE_CHECKING:
    from quizproof.loading.quiz import Loaded

SUFFIXES = (".yaml", ".yml")
MAX_FILES_MIB = 1024
"""Of a folder of files, in all."""
MAX_FILES = 20_000
FILES = "files"
"""The name of the folder, beside a quiz file, that its snippets can read."""


def find_files(paths: Sequence[str | Path]) -> list[Path | Loaded]:
    """The quiz files under some paths, each once, however it is named.

    paths  files, which are taken whatever their names, and folders, whose files are sorted; hidden ones are skipped,
           and so is every folder named `files`

    In place of a folder below these that cannot be read, and of a link that leads out of them, comes a file that has
    nothing but the finding about that.

    Raises UsageError for a path that cannot be used, and when there is no quiz file at all.
    """
    # A dictionary is a set that keeps its order.
    found: dict[str, Path | Loaded] = {}
    for given in map(Path, paths):
        try:
            if given.is_dir():
                for path, file in _below(given):
                    found.setdefault(_name(path), file)
            elif given.is_file():
                found.setdefault(_name(given), given)
            elif given.exists():
                raise UsageError(f"{given} is neither a file nor a folder")
            else:
                raise UsageError(f"{given} does not exist")
        except (OSError, ValueError) as error:
            raise UsageError(f"{given} cannot be read: {error}") from None
    if not found:
        raise UsageError(f"no quiz files (*.yaml, *.yml) found in {', '.join(map(str, paths))}")
    return list(found.values())


def _name(path: Path) -> str:
    """What two ways of naming one file have in common; links are files of their own."""
    return os.path.abspath(path)  # noqa: PTH100


def _below(folder: Path) -> Iterator[tuple[Path, Path | Loaded]]:
    """The paths of the quiz files below a folder, each with what is to be loaded there."""
    for path in walk(folder, skip=lambda name: name.startswith(".") or name == FILES):
        if isinstance(path, Unread):
            if path.path == folder:
                raise UsageError(f"{folder} cannot be read: {path.why}")
            yield path.path, _refused(rules.UNREADABLE, path.path, f"the folder cannot be read: {path.why}")
        elif path.name.endswith(SUFFIXES) and not path.name.startswith(".") and path.is_file():
            if leads_out(path, folder):
                message = f"it is a link that leads out of {shown_path(folder)}, and is not read"
                yield path, _refused(rules.LINKED_ELSEWHERE, path, message)
            else:
                yield path, path


def _refused(code: str, path: Path, message: str) -> Loaded:
    """A file of which nothing is read, and why."""
    # Only here: most banks have none, and these take long to import.
    from quizproof.findings import Finding, Span
    from quizproof.loading.quiz import Loaded

    shown = shown_path(path)
    return Loaded(shown, None, (Finding(code, shown, Span(1, 1, 1, 1), message),))


@dataclass(frozen=True)
class SourceFile:
    """A quiz file as it was found on disk, read once: passed on to everything that needs its text or its folder."""

    path: Path
    shown: str
    """The path as people should see it."""
    content: bytes | None
    """None when the file cannot be read."""
    error: str
    """Why it cannot be read: "Permission denied"; empty when it can."""
    data_folder: str | None
    """The folder of files that its snippets may read; None when there is none, or none that can be used."""
    size: int = 0
    """In bytes; of a larger file than any quiz has, `content` is only the beginning."""
    folder_error: tuple[str, str] | None = None
    """The rule that the folder of files breaks, and the message about it."""

    @classmethod
    def read(cls, path: Path) -> SourceFile:
        """Read a file. Raises nothing: a file that cannot be read is a finding, which the loader makes.

        path  of the file, as it was found
        """
        content, error, size = None, "", 0
        try:
            content, size = read_regular(path, MAX_BYTES + 1)
        except OSError as failure:
            error = str(failure.strerror)
        folder, problem = data_folder(path)
        return cls(path, shown_path(path), content, error, folder, size, problem)


def typed_file(content: bytes, path: Path | None) -> SourceFile:
    """A quiz file whose content was read elsewhere, as from standard input.

    content  its bytes
    path     where it belongs: reports name it, and its snippets can read the folder `files` beside it; None for nowhere
    """
    if path is None:
        return SourceFile(Path("stdin.yaml"), "<stdin>", content, "", None, len(content))
    folder, problem = data_folder(path)
    return SourceFile(path, shown_path(path), content, "", folder, len(content), problem)


def shown_path(file: Path) -> str:
    """The path as people see it: relative if it is below the working folder, and always printable.

    file  as it was given or found; bytes of its name that are not UTF-8 are shown as U+FFFD
    """
    with contextlib.suppress(ValueError, OSError):
        file = file.absolute().relative_to(Path.cwd())
    # Names of files are bytes, and need not be UTF-8.
    return os.fsencode(file).decode("utf-8", "replace")


def data_folder(file: Path) -> tuple[str | None, tuple[str, str] | None]:
    """The folder of files that the snippets of a quiz file can read, as an absolute path; None when there is none.

    file  the quiz file; the folder `files` beside it serves all quizzes there

    Where there is one that cannot be used, it is None too, with the rule that it breaks and the message about it.
    """
    folder = file.absolute().parent / FILES
    if not folder.is_dir():
        return None, None
    problem = _problem(folder, folder.lstat().st_mtime_ns)
    return (None, problem) if problem else (str(folder), None)


@lru_cache(maxsize=64)
def _problem(folder: Path, changed: int) -> tuple[str, str] | None:
    """Why a folder of files cannot be used; asked for once, because many quizzes share it.

    changed  when it was, so that it is looked at again after it was
    """
    if folder.is_symlink():
        return rules.LINKED_ELSEWHERE, f"`{FILES}` is a link, and runs would read what it leads to"
    total = 0
    for count, path in enumerate(walk(folder), 1):
        if isinstance(path, Unread):
            return rules.UNREADABLE, f"`{FILES}`: {shown_path(path.path)} cannot be read: {path.why}"
        with contextlib.suppress(OSError):
            total += path.stat().st_size
        if total > MAX_FILES_MIB << 20 or count > MAX_FILES:
            message = f"`{FILES}` has more than {MAX_FILES_MIB:,} MiB, or more than {MAX_FILES:,} files"
            return rules.TOO_DEEP, message
    return None
