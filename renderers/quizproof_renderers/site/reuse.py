"""Reuse of an earlier build: pages whose ingredients have not changed are taken over."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

_LIBRARIES = ("jinja2", "markdown-it-py", "markupsafe", "math-core", "pygments")


def fingerprint(*ingredients: object) -> str:
    """A hash that differs when the ingredients, or the code that makes pages of them, differ.

    ingredients  told apart by their `repr`, which must not hold addresses or depend on the run: frozen data, and no
                 sets, whose order changes

    Returns 64 hexadecimal digits, those of SHA-256.
    """
    digest = hashlib.sha256(_renderer())
    # Texts of authors may hold lone surrogates, which UTF-8 lacks.
    digest.update(repr(ingredients).encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


@dataclass
class Leavings:
    """The pages in a site's folder, by path: the fingerprint that each was made from, and the hash of its bytes."""

    folder: Path
    pages: dict[str, tuple[str, str]] = field(default_factory=dict)

    @classmethod
    def of(cls, folder: Path, marker: str) -> Leavings:
        """The pages that the marker file of an earlier build names.

        folder  of the site
        marker  the file's name; `quizproof_renderers.site.build` shows its format

        There are none when the file is missing or is not of that form, and then every page is made again.
        """
        try:
            kept = json.loads((folder / marker).read_bytes())["pages"]
            return cls(folder, {str(path): (str(made), str(bytes_)) for path, (made, bytes_) in kept.items()})
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return cls(folder)

    def take(self, path: str, made_from: str, target: Path) -> int | None:
        """Put a page of the old site at its new place, if it is still right.

        path       in the old site
        made_from  the fingerprint of what it would be made from now
        target     where to put it

        Returns its size in bytes; None when it has to be made again.
        """
        old_made, old_hash = self.pages.get(path, ("", ""))
        if old_made != made_from:
            return None
        source = self.folder / path
        try:
            content = source.read_bytes()
            if hashed(content) != old_hash:  # someone has edited it since
                return None
            _link(source, target)
        except OSError:
            return None
        return len(content)


def hashed(content: bytes) -> str:
    """The hash by which a page is known again."""
    return hashlib.sha256(content).hexdigest()


def _link(source: Path, target: Path) -> None:
    """Give the file a second name; the first goes with the old site. Copy it where the file system has no links."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


@cache
def _renderer() -> bytes:
    """A hash of everything that turns a report into pages: this package and the libraries that it uses."""
    digest = hashlib.sha256()
    for library in _LIBRARIES:
        digest.update(f"{library} {version(library)}\n".encode())
    for file in _sources(files("quizproof_renderers")):
        digest.update(file.read_bytes())
    return digest.digest()


def _sources(folder: Traversable) -> Iterator[Traversable]:
    """Every source below a folder, sorted by name; no folder is named here, so that none can be forgotten."""
    for entry in sorted(folder.iterdir(), key=lambda each: each.name):
        if entry.is_dir():
            yield from _sources(entry)
        elif entry.name.endswith((".py", ".html", ".css", ".js", ".mo")):
            yield entry
