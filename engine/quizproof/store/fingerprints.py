"""The environment of runs: all that, beside the program itself, decides what comes of a run."""

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
"""The folder of this package; what is measured is named from here, so that a move cannot leave it out unseen."""


def digest(*what: Any) -> str:
    """A fingerprint of JSON data."""
    text = json.dumps(what, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


@cache
def machine() -> str:
    """A fingerprint of the interpreter, the processor, everything installed, the variables that runs get, and our code.

    All that is installed, not just the framework: frameworks behave otherwise when an optional package is there.
    Found without importing any of it.
    """
    return digest(sys.version, platform.machine(), processor(), distributions(), deciding(), carrying())


@cache
def engine() -> str:
    """A fingerprint of the code that loads, plans and judges."""
    return sources([_ENGINE])


def carrying() -> str:
    """A fingerprint of the code that carries out runs on one machine: the runtimes and the pool.

    Not of what spreads runs over machines, nor of what knows quizzes: neither changes what comes of a run.
    """
    return sources([_ENGINE / "runtimes", _ENGINE / "runners" / "pool.py"])


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
    """What can be seen of one file, link or folder, without waiting for anything."""
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
    """What is installed, with versions, by the names of its folders of metadata."""
    places = [Path(place) for place in sys.path]
    return sorted({each.name for place in places for each in place.glob("*-info")})


def processor() -> list[str]:
    """Model and abilities of the processor: numerical libraries choose their code by them."""
    try:
        lines = Path("/proc/cpuinfo").read_text().partition("\n\n")[0].splitlines()
    except OSError:
        return [platform.processor()]
    return [line for line in lines if line.startswith(("model name", "flags", "Features", "CPU part"))]
