"""Fingerprints: short texts that differ when code, files or data differ. `this_machine` has that of the machine."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from quizproof.loading.walk import Unread, is_made_on_demand, walk

_ENGINE = Path(__file__).parents[1]
"""The folder of this package; code is named from here, so that a move cannot leave it out unnoticed."""
_CARRYING = (
    "json_forms.py",
    "outcome.py",
    "runtimes",
    *(f"runners/{name}.py" for name in ("job", "pool", "preparing", "sharing", "zygote_handle")),
)
"""The files and folders whose code decides what a run on one machine comes to, and how its outcome is written down.

Not what spreads runs over machines, nor what knows quizzes: neither changes an outcome.
"""


def digest(*what: Any) -> str:
    """A fingerprint of JSON data: the SHA-256 of its JSON, as 64 hexadecimal digits.

    what  any JSON data; keys of mappings are sorted, so their order does not count
    """
    text = json.dumps(what, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


@cache
def engine() -> str:
    """A fingerprint of the code that loads, plans and judges: of every Python file of this package.

    Computed once per process: the code does not change while it runs.
    """
    return sources([_ENGINE])


def carrying(engine: Path = _ENGINE) -> str:
    """A fingerprint of the code that carries out runs on one machine.

    engine  the folder of the package; another copy of it than this one, to compare the two
    """
    return sources(carrying_files(engine))


def carrying_files(engine: Path = _ENGINE) -> list[Path]:
    """The files whose code carries out runs on one machine. Raises FileNotFoundError when one has been moved."""
    places = [(engine / name).resolve(strict=True) for name in _CARRYING]
    return [path for place in places for path in ([place] if place.is_file() else sorted(place.rglob("*.py")))]


def sources(places: Iterable[Path]) -> str:
    """A fingerprint of some Python files, and of all below some folders.

    places  files and folders; only the contents of the files count, in the order of their paths
    """
    files = sorted(path for place in places for path in ([place] if place.is_file() else place.rglob("*.py")))
    return digest([hashlib.sha256(path.read_bytes()).hexdigest() for path in files])


def contents(folder: str | None) -> str:
    """A fingerprint of the files below a folder, by name and content.

    folder  a path; None for no folder, which gives an empty string

    Raises nothing: of a file that cannot be read, the reason counts. Links are followed for contents, not for folders.
    """
    if folder is None:
        return ""
    found = []
    for path in walk(Path(folder)):
        if isinstance(path, Unread):
            found.append((str(path.path.relative_to(folder)), path.why))
        else:
            found.append((str(path.relative_to(folder)), _content(path)))
    return digest(found)


def _content(path: Path) -> str:
    """One file, link or folder as a string, without waiting for anything: a pipe is not read."""
    try:
        link = f"-> {path.readlink()} " if path.is_symlink() else ""
        if path.is_dir():
            return f"{link}/"
        if not path.is_file() or is_made_on_demand(path):  # a pipe, a device, or a link to what may never end
            return f"{link}special"
        with path.open("rb") as file:
            return link + hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        return str(error.strerror)
