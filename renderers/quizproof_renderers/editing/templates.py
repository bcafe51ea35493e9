"""Templates: a commented block of each kind, which is proven, and where it belongs in a file."""

from __future__ import annotations

import re
from collections.abc import Collection
from itertools import count
from pathlib import Path

from quizproof import rules
from quizproof.errors import UsageError
from quizproof.loading.files import SourceFile, shown_path
from quizproof.loading.load import load_source
from quizproof.proving.writing.likeness import likeness
from quizproof.quizfile.source_text import SourceError, decode
from quizproof.quizfile.yaml_document import parse_text

_FOLDER = Path(__file__).parent / "templates"
_HEADER = """\
quiz: {quiz}  # unique in the bank; the page is named after it
title: {title}
topic: {topic}  # quizzes of one topic share a page
runtime: {runtime}
blocks:
"""
_STILL_A_TEMPLATE = (
    f"# quizproof: ignore {rules.NEAR_DUPLICATE} Still the template: delete this line once you have changed it.\n"
)


def block(kind: str, id_: str) -> str:
    """The template of a kind, as an item of a list that is not indented. `id_`: of the new block."""
    return (_FOLDER / f"{kind}.yaml").read_text(encoding="utf-8").replace("id: ID\n", f"id: {id_}\n", 1)


def unlike(new: str, likenesses: Collection[str]) -> str:
    """A block that earns no advice for the template that it still is, where the bank has that already.

    new         as `block` gives it
    likenesses  of the questions of the bank
    """
    content = quiz("q", "Q", "t", "python", new).encode()
    loaded = load_source(SourceFile(Path(), "", content, "", None, len(content)))
    items = loaded.quiz.items if loaded.quiz else ()
    return _STILL_A_TEMPLATE + new if any(likeness(item.block) in likenesses for item in items) else new


def quiz(quiz: str, title: str, topic: str, runtime: str, new: str) -> str:
    """A quiz file with one block, as `block` gives it; the others are keys of its header."""
    head = _HEADER.format(quiz=quiz, title=title, topic=topic, runtime=runtime)
    return head + _indented(new, 2)


def added(path: Path, content: bytes, new: str) -> bytes:
    """The bytes of a quiz file with one more block, after its last one.

    path     of the file, for messages
    content  its bytes: line ends stay what they are
    new      as `block` gives it

    Raises UsageError when the file cannot be read as a quiz.
    """
    shown = shown_path(path)
    try:
        document = parse_text(shown, decode(shown, content))
    except SourceError as error:
        finding = error.finding
        raise UsageError(f"{finding.place}: {finding.message}; fix that first") from None
    blocks = document.data.get("blocks") if isinstance(document.data, dict) else None
    if not isinstance(blocks, list) or not blocks:
        raise UsageError(f"{shown} has no list of `blocks`; `quizproof new quiz FILE` starts a quiz")
    first, last = document.values[("blocks", 0)], document.values[("blocks", len(blocks) - 1)]
    dash = document.lines[first.line - 1][: first.column - 1]
    if dash.strip() != "-":
        raise UsageError(f"{shown}: `blocks` is written in brackets; write a dash in front of each block")
    end = last.end_line if last.end_column > 1 else last.end_line - 1
    while not document.lines[end - 1].strip():
        end -= 1
    # As blocks are set apart in this file.
    gap = [""] if len(blocks) == 1 or not document.lines[last.line - 2].strip() else []
    made = _indented(new, len(dash) - len(dash.lstrip())).rstrip("\n").split("\n")
    text = "\n".join([*document.lines[:end], *gap, *made, *document.lines[end:]])
    text = text if text.endswith("\n") else f"{text}\n"
    result = text.replace("\n", "\r\n" if b"\r\n" in content else "\n").encode()
    if not _holds(path, result, len(blocks) + 1):
        raise UsageError(f"{shown} cannot be added to; look at it with `quizproof validate {shown}`")
    return result


def free_id(wanted: str, taken: Collection[str]) -> str:
    """The wanted id; with a number where it is taken."""
    return next(name for number in count(1) if (name := f"{wanted}-{number}" if number > 1 else wanted) not in taken)


def slug(text: str, otherwise: str) -> str:
    """A text as an id; another where nothing of it is left."""
    return "-".join(re.findall("[a-z0-9]+", text.lower()))[:80].strip("-") or otherwise


def _holds(path: Path, content: bytes, blocks: int) -> bool:
    """Whether a file reads as a quiz with so many blocks."""
    loaded = load_source(SourceFile(path, shown_path(path), content, "", None, len(content)))
    return loaded.quiz is not None and len(loaded.quiz.document.data["blocks"]) == blocks


def _indented(text: str, spaces: int) -> str:
    return "".join(f"{' ' * spaces}{line}" if line.strip() else line for line in text.splitlines(keepends=True))
