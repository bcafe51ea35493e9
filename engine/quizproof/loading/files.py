"""The files of a bank: which there are, and how their paths are shown."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from quizproof.errors import UsageError

SUFFIXES = (".yaml", ".yml")
FILES = "files"
"""The name of the folder, beside a quiz file, that its snippets can read."""


def find_files(paths: Sequence[str | Path]) -> list[Path]:
    """The quiz files under some paths, each once.

    paths  files, which are taken whatever their names, and folders, whose files are sorted; hidden ones are skipped,
           and so is every folder named `files`

    Raises UsageError for a path that cannot be used, and when there is no quiz file at all.
    """
    # A dictionary is a set that keeps its order.
    found: dict[Path, None] = {}
    for given in map(Path, paths):
        try:
            if given.is_dir():
                found.update(dict.fromkeys(_walk(given)))
            elif given.is_file():
                found[given] = None
            elif given.exists():
                raise UsageError(f"{given} is neither a file nor a folder")
            else:
                raise UsageError(f"{given} does not exist")
        except (OSError, ValueError) as error:
            raise UsageError(f"{given} cannot be read: {error}") from None
    if not found:
        raise UsageError(f"no quiz files (*.yaml, *.yml) found in {', '.join(map(str, paths))}")
    return list(found)


def _walk(folder: Path) -> Iterator[Path]:
    # os.walk skips a folder that it cannot read, and a quiz would be missing without a word.
    def fail(error: OSError) -> None:
        raise error

    for root, folders, names in os.walk(folder, onerror=fail):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name != FILES)
        for name in sorted(names):
            path = Path(root, name)
            if name.endswith(SUFFIXES) and not name.startswith(".") and path.is_file():
                yield path


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
    """The folder of files that its snippets may read; None when there is none."""

    @classmethod
    def read(cls, path: Path) -> SourceFile:
        """Read a file. Raises nothing: a file that cannot be read is a finding, which the loader makes.

        path  of the file, as it was found
        """
        content, error = None, ""
        try:
            content = path.read_bytes()
        except OSError as failure:
            error = str(failure.strerror)
        return cls(path, shown_path(path), content, error, data_folder(path))


def shown_path(file: Path) -> str:
    """The path as people see it: relative if it is below the working folder, and always printable.

    file  as it was given or found; bytes of its name that are not UTF-8 are shown as U+FFFD
    """
    with contextlib.suppress(ValueError, OSError):
        file = file.absolute().relative_to(Path.cwd())
    # Names of files are bytes, and need not be UTF-8.
    return os.fsencode(file).decode("utf-8", "replace")


def data_folder(file: Path) -> str | None:
    """The folder of files that the snippets of a quiz file can read, as an absolute path; None when there is none.

    file  the quiz file; the folder `files` beside it serves all quizzes there
    """
    folder = file.absolute().parent / FILES
    return str(folder) if folder.is_dir() else None
