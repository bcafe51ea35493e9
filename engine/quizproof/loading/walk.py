"""Walk: the files below a folder, however deep, odd or unreadable what is there may be."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

MAX_DEPTH = 64
"""Folders in folders."""
_MADE_ON_DEMAND = ("/proc/", "/sys/")
"""Where files have no size, and may never end or block."""

_TO_READ = os.O_RDONLY
for _name in ("O_CLOEXEC", "O_NONBLOCK", "O_BINARY"):  # which not every platform has
    _TO_READ |= getattr(os, _name, 0)


@dataclass(frozen=True)
class Unread:
    """A folder below which nothing was looked at."""

    path: Path
    why: str
    """As the end of a sentence: "Permission denied"."""


def walk(folder: Path, skip: Callable[[str], bool] = lambda name: False) -> Iterator[Path | Unread]:
    """Everything below a folder that is no folder itself, by name; links to folders are not followed.

    folder  an existing one
    skip    whether to leave out a folder of this name

    Raises nothing: a folder that cannot be read, or is too deep, is an `Unread`.
    """
    waiting = [(folder, 0)]
    while waiting:
        current, depth = waiting.pop()
        try:
            with os.scandir(current) as found:
                entries = sorted(found, key=lambda entry: entry.name)
        except OSError as error:
            yield Unread(current, str(error.strerror))
            continue
        below = []
        for entry in entries:
            if not entry.is_dir(follow_symlinks=False):
                yield current / entry.name
            elif not skip(entry.name):
                below.append(current / entry.name)
        if below and depth == MAX_DEPTH:
            yield Unread(below[0], f"it is more than {MAX_DEPTH} folders deep")
        else:
            waiting.extend((each, depth + 1) for each in reversed(below))


def leads_out(path: Path, folder: Path) -> bool:
    """Whether a link leads out of a folder; also where it leads in circles. What is no link does not."""
    if not path.is_symlink():
        return False
    try:
        return not path.resolve(strict=True).is_relative_to(folder.resolve())
    except (OSError, RuntimeError):
        return True


def read_regular(path: Path, max_bytes: int) -> tuple[bytes, int]:
    """The first bytes of a regular file, and its size; it is measured before it is read, and never waited for.

    path       links are followed
    max_bytes  how much to read at most

    Raises OSError when it cannot be read, and when it is a folder, a pipe, a device, or made on demand as in /proc.
    """
    descriptor = os.open(path, _TO_READ)
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or is_made_on_demand(path):
            raise OSError(None, "it is not a regular file")
        content = file.read(max_bytes)
        return content, max(status.st_size, len(content))


def is_made_on_demand(path: Path) -> bool:
    """Whether a file, or what a link leads to, is in a file system that the kernel makes up: /proc, /sys."""
    return os.path.realpath(path).startswith(_MADE_ON_DEMAND)
