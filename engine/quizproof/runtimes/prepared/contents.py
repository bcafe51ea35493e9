"""What a step may leave in the folder `prepared`, and what its files are known by.

A stranger's program has filled the folder, so nothing in it is believed: it holds regular files and folders, within
bounds, with names that a terminal and a page can show.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

FOLDER = "prepared"
"""Its name in the working folder of a run."""
MAX_MIB = 128
"""Of all files together."""
MAX_ENTRIES = 1_000
"""Files and folders."""
MAX_DEPTH = 8
"""Folders that a file is in, `prepared` included."""
MAX_NAME = 100
"""Characters of the name of a file or folder."""

_DIGEST = re.compile("[0-9a-f]{64}")

Files = Mapping[str, str]
"""What is in the folder: the SHA-256 of each file, by its path from there: {"base.pt": "9f86…", "data/x.npy": "60…"}.

Empty folders, times and permissions do not count.
"""


def is_sane(path: object) -> bool:
    """Whether a file in the folder may have this path: `data/x.npy`."""
    if not isinstance(path, str):
        return False
    names = path.split("/")
    return len(names) <= MAX_DEPTH and all(map(is_sane_name, names))


def is_sane_name(name: str) -> bool:
    """Whether a file or folder may have this name: short, and without line breaks and what is no character."""
    # Half of a surrogate pair, by which Python shows bytes that are not UTF-8, is not printable either.
    return name not in ("", ".", "..") and "/" not in name and name.isprintable() and len(name) <= MAX_NAME


def files_in(value: object) -> Files | None:
    """The files that a value lists, which a lock, a cache or another machine may have given; None if it lists none.

    value  JSON data
    """
    if not isinstance(value, dict) or not 0 < len(value) <= MAX_ENTRIES:
        return None
    sound = all(
        is_sane(path) and isinstance(digest, str) and _DIGEST.fullmatch(digest) for path, digest in value.items()
    )
    # A file cannot be a folder of others, too.
    folders = {path[:at] for path in value if sound for at, letter in enumerate(path) if letter == "/"}
    return value if sound and folders.isdisjoint(value) else None
