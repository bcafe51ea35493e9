"""Pieces: the text of each block of a file, by which a later version of the file is compared with an earlier one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

from quizproof.proof import BlockProof
from quizproof.store.fingerprints import digest


@dataclass(frozen=True)
class Piece:
    """The lines of one block."""

    line: int
    """The first, from 1."""
    text: str
    """A fingerprint of them."""


@dataclass(frozen=True)
class Pieces:
    """A file in pieces."""

    head: str
    """A fingerprint of what is before the first block."""
    by_block: Mapping[str, Piece]
    """By the ids of the blocks; without those that share a line with another."""


def pieces_of(text: str, lines: Mapping[str, int]) -> Pieces:
    """The pieces of a file.

    text   of the file, with lines ended by a line feed
    lines  the line, from 1, on which each block begins, by its id
    """
    rows = text.split("\n")
    starts = sorted((line, name) for name, line in lines.items())
    found = {}
    for (line, name), (end, _) in pairwise([*starts, (len(rows) + 1, "")]):
        # What begins in the middle of a line has a part of it in the piece before.
        if _begins_a_line(rows, line) and (end > len(rows) or _begins_a_line(rows, end)) and end > line:
            found[name] = Piece(line, digest(rows[line - 1 : end - 1]))
    first = starts[0][0] if starts else len(rows) + 1
    return Pieces(digest(rows[: first - 1]), found)


def _begins_a_line(rows: list[str], line: int) -> bool:
    """Whether a block begins this line, as an item of a list does."""
    return rows[line - 1].lstrip(" ").startswith("- ")


def kept(block: BlockProof, name: str, before: Pieces, now: Pieces) -> BlockProof | None:
    """The proof of a block of an earlier version, if it holds for this one; None where it must be proven again.

    block   as it was proven
    name    its id
    before  the pieces of the version that it was proven in
    now     those of this version, whose header has the same meaning for runs
    """
    old, new = before.by_block.get(name), now.by_block.get(name)
    if old is None or new is None or old.text != new.text or block.status == "unverified":
        return None
    if old.line == new.line and (before.head == now.head or not block.findings):
        return block
    # Messages and tracebacks of findings name lines of the file.
    return None if block.findings else _moved(block, new.line - old.line)


def _moved(block: BlockProof, lines: int) -> BlockProof:
    """The proof of a block that has nothing to report, some lines further down."""
    variants = tuple(
        replace(variant, claims=tuple(replace(claim, line=claim.line + lines) for claim in variant.claims))
        for variant in block.variants
    )
    return replace(block, line=block.line + lines, variants=variants)
