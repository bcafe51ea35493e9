"""Draws: for whom pages are drawn, and by what. The same file gives the same pages, on every machine.

A file of learners is CSV with the column `learner` and, where it has one, `seed`; or plain text, one learner per line.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from quizproof.errors import UsageError
from quizproof_renderers.handing_in.response_file import MAX_NAME

MAX_BYTES = 16 << 20
_COLUMNS = frozenset(["seed", "name", "id", "student", "learners"])
"""Names that columns of a CSV have, and no learner has."""
_LENGTH = 12
"""Hexadecimal digits of a draw."""


@dataclass(frozen=True)
class Learner:
    """A learner for whom pages are drawn."""

    name: str
    """The name or number by which the teacher knows the learner."""
    draw: str
    """What draws variants and orders; it also names the pages."""

    @property
    def key(self) -> str:
        """The name, however it is spelled: as `ResponseFile.who` has it."""
        return " ".join(self.name.casefold().split())


def learners_in(file: Path) -> tuple[Learner, ...]:
    """The learners in a file, as `read_learners` has them."""
    try:
        with file.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}") from None
    return read_learners(content, str(file))


def read_learners(content: bytes, source: str) -> tuple[Learner, ...]:
    """The learners in a file.

    content  its bytes
    source   what messages call it

    Without a seed, the name decides. Raises UsageError for what is no such file, and for a learner who is in it twice.
    """
    if len(content) > MAX_BYTES:
        raise UsageError(f"{source} has more than {MAX_BYTES:,} bytes")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError(f"{source} is not UTF-8 text") from None
    found: dict[str, Learner] = {}
    for line, name, seed in _rows(text, source):
        learner = Learner(name, draw_of(seed or name))
        if len(name) > MAX_NAME:
            raise UsageError(f"{source}, line {line}: a name has at most {MAX_NAME} characters")
        if learner.key in found:
            raise UsageError(f"{source}, line {line}: {name} is in it twice")
        found[learner.key] = learner
    if len({learner.draw for learner in found.values()}) < len(found):
        raise UsageError(f"{source}: two learners have the same seed; give each a seed of their own")
    if not found:
        raise UsageError(f"{source} has no learner")
    return tuple(found.values())


def draw_of(seed: str) -> str:
    """The draw of a seed: it does not show the seed."""
    return hashlib.sha256(f"quizproof/{seed}".encode("utf-8", "surrogatepass")).hexdigest()[:_LENGTH]


def _rows(text: str, source: str) -> Iterator[tuple[int, str, str]]:
    """The number of the line, the name and the seed of each learner."""
    head = next(csv.reader(io.StringIO(text, newline="")), [])
    if "learner" not in (cell.strip() for cell in head):
        if any(cell.strip().lower() in _COLUMNS for cell in head):
            raise UsageError(
                f"{source}, line 1: the columns are {', '.join(map(repr, head))}, and one must be `learner`"
            )
        yield from (
            (number, " ".join(line.split()), "") for number, line in enumerate(text.splitlines(), 1) if line.strip()
        )
        return
    rows = csv.DictReader(io.StringIO(text, newline=""), [cell.strip() for cell in head])
    next(rows)
    for row in rows:
        name = " ".join((row["learner"] or "").split())
        if not name:
            raise UsageError(f"{source}, line {rows.line_num}: the column `learner` is empty")
        yield rows.line_num, name, (row.get("seed") or "").strip()
