"""Folders, files and devices of the machine that runs may see, at the levels that hide all others."""

from __future__ import annotations

import os
import sys
import sysconfig
from pathlib import Path

SCRATCH = "/scratch"
"""The scratch folder of a run under `namespaces`, a file system of its own. Not /tmp: packages may be in there."""
SETTINGS = ("/etc/ld.so.cache", "/etc/localtime", "/etc/nsswitch.conf", "/etc/passwd", "/etc/group")
"""Files that the loader, the C library and Python read."""
DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")
_SYSTEM = ("/usr", "/lib", "/lib32", "/lib64", "/libx32", "/bin", "/sbin")


def readable() -> list[str]:
    """The folders that snippets need, as absolute paths, none below another.

    They are the interpreter, its libraries, and everything that it imports packages from.
    """
    places = [sys.prefix, sys.base_prefix, *sysconfig.get_paths().values(), *sys.path, *_SYSTEM]
    existing = [place for place in places if place and Path(place).exists()]
    # Both a link and its target: the loader follows links on its own.
    both = dict.fromkeys([*existing, *(os.path.realpath(place) for place in existing)])
    kept: list[str] = []
    # A folder sorts before what is in it, so one that is kept covers those after it.
    for place in sorted(both):
        # With `/` among them, nothing would be hidden.
        if place != "/" and not any(place == k or place.startswith(k + "/") for k in kept):
            kept.append(place)
    return kept


def open_folder(path: str) -> int:
    """A descriptor of a folder that is not itself a link, to be mounted or linked for a run. Raises OSError."""
    return os.open(path, os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
