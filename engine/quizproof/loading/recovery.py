"""Recovery: a file with an error of YAML is read without the block that has it, so that its other blocks are judged.

A file is cut, by its lines alone, into the keys of its header and its blocks. Each piece is parsed by itself. Those
that cannot be read are left blank, so that what remains keeps its lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from quizproof import rules
from quizproof.findings import Finding, Span
from quizproof.quizfile.header import Header
from quizproof.quizfile.source_text import SourceError, decode
from quizproof.quizfile.yaml_document import Document, parse_text

_ONE_PIECE = frozenset([rules.YAML_SYNTAX, rules.DUPLICATE_KEY, rules.ALIAS])
"""What may be wrong with one piece of a file, so that the others can be read."""
_KEY = re.compile(rf"({'|'.join(Header.model_fields)}|blocks):(\s|$)")
_BLOCK = re.compile(r" *- ")
_ID = re.compile(r"^(?: *- )? *id: *([a-z0-9-]+) *$", re.MULTILINE)


@dataclass(frozen=True)
class Reading:
    """What could be read of a file."""

    document: Document | None
    """None when nothing could."""
    findings: tuple[Finding, ...] = ()
    keys: frozenset[str] = frozenset()
    """The keys of the header that could not be read."""
    ids: frozenset[str] = frozenset()
    """The ids of the blocks that could not be read, where that much can be seen."""


@dataclass(frozen=True)
class _Piece:
    """Some lines of a file: a key of the header with all that belongs to it, or a block."""

    start: int
    """The index of its first line."""
    end: int
    """The index of the line after its last."""
    key: str = ""
    """Empty for a block."""


def read(path: str, raw: bytes, size: int = 0) -> Reading:
    """Parse the bytes of one file, or as much of it as is sound.

    path  the file as findings name it
    raw   its contents
    size  of the file, where `raw` is only its beginning

    Raises nothing: every error is a finding.
    """
    try:
        text = decode(path, raw, size)
        return Reading(parse_text(path, text))
    except SourceError as error:
        if error.finding.code not in _ONE_PIECE:
            return Reading(None, (error.finding,))
        found = error.finding
    lines = text.split("\n")
    bad = {piece: finding for piece in _pieces(lines) if (finding := _fault(path, lines, piece))}
    for piece in bad:
        lines[piece.start : piece.end] = [""] * (piece.end - piece.start)
    try:
        document = parse_text(path, "\n".join(lines))
    except SourceError:
        return Reading(None, (found,))
    if not bad or not isinstance(document.data, dict) or not document.data.get("blocks"):
        return Reading(None, (found,))
    original = text.split("\n")
    lost = "\n".join("\n".join(original[piece.start : piece.end]) for piece in bad if not piece.key)
    return Reading(
        # With its whole text, because findings quote it.
        replace(document, text=text),
        tuple(bad.values()),
        frozenset(piece.key for piece in bad if piece.key),
        frozenset(_ID.findall(lost)),
    )


def _pieces(lines: list[str]) -> Iterator[_Piece]:
    """The keys of the header and the blocks, from top to bottom. `blocks:` itself belongs to none."""
    keys = [(n, found[1]) for n, line in enumerate(lines) if (found := _KEY.match(line))]
    for (start, key), (end, _) in zip(keys, [*keys[1:], (len(lines), "")][: len(keys)], strict=True):
        if key != "blocks":
            yield _Piece(start, end, key)
            continue
        first = next((found[0] for line in lines[start + 1 : end] if (found := _BLOCK.match(line))), None)
        starts = [n for n in range(start + 1, end) if first and lines[n].startswith(first)]
        for one, after in zip(starts, [*starts[1:], end][: len(starts)], strict=True):
            yield _Piece(one, after)


def _fault(path: str, lines: list[str], piece: _Piece) -> Finding | None:
    """Why a piece of a file cannot be read by itself, at its place in the file; None when it can."""
    text = "\n".join(lines[piece.start : piece.end])
    # A list may stand at the margin, which is then that of `blocks:`.
    try:
        parse_text(path, text if piece.key else f"blocks:\n{text}")
    except SourceError as error:
        shift = piece.start - (0 if piece.key else 1)
        span = error.finding.span
        place = Span(max(span.line + shift, 1), span.column, max(span.end_line + shift, 1), span.end_column)
        # Messages name the line of a key that is given twice.
        return replace(error.finding, span=place, message=_shifted(error.finding, shift))
    return None


def _shifted(finding: Finding, shift: int) -> str:
    return re.sub(r"(?<=given on line )\d+", lambda line: str(int(line[0]) + shift), finding.message)
