"""What `list` shows: the quizzes and blocks of a bank, as text or as JSON data. Nothing is run for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from quizproof.kinds.base import Block, Question
from quizproof.loading.quiz import Item, Quiz
from quizproof.quizfile.metadata import NAMES, Metadata, inherited, metadata_of
from quizproof_renderers.text import one_line


def write(quizzes: Sequence[Quiz], console: Console) -> None:
    """A head per quiz, and below it a line per block: id, kind, how hard it is, title and tags."""
    rows = [(item.block.id, item.block.kind, _level(item.block)) for quiz in quizzes for item in quiz.items]
    widths = [max((len(cell) for cell in column), default=0) for column in zip(*rows, strict=True)]
    for quiz in quizzes:
        header = quiz.header
        facts = [header.topic, header.mode, header.runtime, _level(header), ", ".join(header.tags)]
        head = Text.assemble((quiz.id, "bold"), f"  {one_line(header.title)}")
        head.append(f"  {' · '.join(filter(None, facts))}  {quiz.path}", "dim")
        console.print(head, soft_wrap=True)
        for item in quiz.items:
            block = item.block
            cells = [block.id, block.kind, _level(block)]
            line = "  ".join(f"{cell:<{width}}" for cell, width in zip(cells, widths, strict=True) if width)
            tags = f"  {', '.join(block.tags)}" if block.tags else ""
            console.print(Text.assemble(f"  {line}  {one_line(block.title)}".rstrip(), (tags, "dim")), soft_wrap=True)


def data(quizzes: Sequence[Quiz]) -> dict[str, Any]:
    """The same as JSON data. A block without metadata of its own has those of its quiz.

    {"version": 1, "quizzes": [{"id": "lists", "title": "Lists", "topic": "python", "path": "lists.yaml", ...,
      "questions": [{"id": "length", "kind": "number", "exhibit": false, "title": "", "line": 5, ...}]}]}
    """
    return {"version": 1, "quizzes": [_quiz(quiz) for quiz in quizzes]}


def _quiz(quiz: Quiz) -> dict[str, Any]:
    header = quiz.header
    return {
        "id": quiz.id,
        "title": header.title,
        "topic": header.topic,
        "path": quiz.path,
        "mode": header.mode,
        "runtime": header.runtime,
        "minutes": header.minutes,
        **metadata_of(header).model_dump(mode="json"),
        "questions": [_block(quiz, item) for item in quiz.items],
    }


def _block(quiz: Quiz, item: Item) -> dict[str, Any]:
    block = item.block
    return {
        "id": block.id,
        "kind": block.kind,
        "exhibit": not isinstance(block, Question),
        "title": block.title,
        "line": quiz.document.span(item.at).line,
        "points": block.worth(quiz.header.points),
        **inherited(block, quiz.header).model_dump(mode="json"),
    }


def _level(known: Metadata | Block) -> str:
    return NAMES[known.difficulty] if known.difficulty else ""
