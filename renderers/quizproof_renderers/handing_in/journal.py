"""The journal of an unfinished marking: what was marked is on the disk, so that nothing is marked twice after a kill.

JSON lines beside the result: first what the marks depend on, then one line per response file.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from quizproof import __version__
from quizproof_renderers.edition import edition_of
from quizproof_renderers.handing_in.marker import Sheets

SUFFIX = ".unfinished"


def bank_of(sheets: Sheets) -> str:
    """A fingerprint of what marks depend on: the version, and all questions with their keys, in every variant."""
    asked = [
        (quiz, item.block.id, edition_of((variant.display,)), repr(variant.display))
        for quiz in sheets.quizzes
        for item in sheets.items(quiz)
        for variant in item.block.variants
        if variant.display
    ]
    return hashlib.sha256(repr((__version__, asked)).encode("utf-8", "surrogatepass")).hexdigest()


class Journal:
    """Rows of marks by the digest of the response file that they are of. A context manager."""

    def __init__(self, output: Path, bank: str) -> None:
        """Go on with the journal beside `output`; one that does not match `bank` is begun again."""
        self._path = output.with_name(output.name + SUFFIX)
        self.known = _read(self._path, bank)
        """What an earlier process has marked."""
        fresh = not self.known
        self._stream = self._path.open("w" if fresh else "a", encoding="utf-8")
        if fresh:
            self._write({"bank": bank})

    def __enter__(self) -> Journal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stream.close()

    def add(self, marked: Mapping[str, list[dict[str, Any]]]) -> None:
        """Keep the rows of some files; they are on the disk when this returns."""
        for digest, rows in marked.items():
            self._stream.write(json.dumps({"file": digest, "rows": rows}) + "\n")
        self._sync()

    def remove(self) -> None:
        """Forget it: the result has everything."""
        self._stream.close()
        with contextlib.suppress(FileNotFoundError):
            self._path.unlink()

    def _write(self, data: Mapping[str, Any]) -> None:
        self._stream.write(json.dumps(data) + "\n")
        self._sync()

    def _sync(self) -> None:
        self._stream.flush()
        os.fsync(self._stream.fileno())


def digest_of(content: bytes) -> str:
    """What names a response file in the journal."""
    return hashlib.sha256(content).hexdigest()


def _read(path: Path, bank: str) -> dict[str, list[dict[str, Any]]]:
    """What a journal has; nothing where there is none, or it is of another bank. The last line may be cut short."""
    try:
        head, *lines = path.read_text(encoding="utf-8").split("\n")
        if json.loads(head) != {"bank": bank}:
            return {}
    except (OSError, ValueError):
        return {}
    found: dict[str, list[dict[str, Any]]] = {}
    whole = []
    for line in lines:
        try:
            data = json.loads(line)
            found[data["file"]] = data["rows"]
        except (ValueError, KeyError, TypeError):
            break
        whole.append(line)
    # What is added must not be glued to half a line.
    path.write_text("\n".join([head, *whole]) + "\n", encoding="utf-8")
    return found
