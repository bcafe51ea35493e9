"""Fingerprints of everything that affects an outcome besides the program: code, machine, installed packages, files."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import sys
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from quizproof.runtimes.variables import deciding

_ENGINE = Path(__file__).parents[1]
"""The folder of this package; code is named from here, so that a move cannot leave it out unnoticed."""
_CARRYING = ("outcome.py", "runtimes", "runners/job.py", "runners/pool.py", "runners/zygote_handle.py")
"""The files and folders whose code decides what a run on one machine comes to, and how its outcome is written down.

Not what spreads runs over machines, nor what knows quizzes: neither changes an outcome.
"""


def digest(*what: Any) -> str:
    """A fingerprint of JSON data."""
    text = json.dumps(what, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


@cache
def machine() -> str:
    """A fingerprint of the interpreter, the processor, everything installed, the variables that runs get, and our code.

    Everything installed, not just the framework: frameworks behave differently when an optional package is there.
    Computed without importing any of it.
    """
    return digest(sys.version, platform.machine(), processor(), distributions(), deciding(), carrying())


@cache
def engine() -> str:
    """A fingerprint of the code that loads, plans and judges."""
    return sources([_ENGINE])


def carrying(engine: Path = _ENGINE) -> str:
    """A fingerprint of the code that carries out runs on one machine, in a copy of this package."""
    return sources(carrying_files(engine))


def carrying_files(engine: Path = _ENGINE) -> list[Path]:
    """The files whose code carries out runs on one machine. Raises FileNotFoundError when one has been moved."""
    places = [(engine / name).resolve(strict=True) for name in _CARRYING]
    return [path for place in places for path in ([place] if place.is_file() else sorted(place.rglob("*.py")))]


def sources(places: Iterable[Path]) -> str:
    """A fingerprint of some Python files, and of all below some folders."""
    files = sorted(path for place in places for path in ([place] if place.is_file() else place.rglob("*.py")))
    return digest([hashlib.sha256(path.read_bytes()).hexdigest() for path in files])


def contents(folder: str | None) -> str:
    """A fingerprint of the files below a folder, by name and content; empty when there is no folder."""
    if folder is None:
        return ""
    found = []
    for root, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted([*folders, *names]):
            path = Path(root, name)
            found.append((str(path.relative_to(folder)), _content(path)))
    return digest(found)


def _content(path: Path) -> str:
    """One file, link or folder as a string, without waiting for anything: a pipe is not read."""
    try:
        link = f"-> {path.readlink()} " if path.is_symlink() else ""
        if path.is_dir():
            return f"{link}/"
        if not path.is_file():  # a pipe or a device
            return f"{link}special"
        with path.open("rb") as file:
            return link + hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        return str(error.strerror)


def distributions() -> list[str]:
    """What is installed, with versions, as names of folders of metadata: `torch-2.13.0.dist-info`."""
    places = [Path(place) for place in sys.path]
    return sorted({each.name for place in places for each in place.glob("*-info")})


def processor() -> list[str]:
    """Model and abilities of the processor, by which numerical libraries choose their code."""
    try:
        lines = Path("/proc/cpuinfo").read_text().partition("\n\n")[0].splitlines()
    except OSError:
        return [platform.processor()]
    return [line for line in lines if line.startswith(("model name", "flags", "Features", "CPU part"))]
