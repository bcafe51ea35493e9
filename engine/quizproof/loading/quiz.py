"""A quiz: the header of its file and its blocks. A bank: its quizzes, and what is wrong with its files."""

from __future__ import annotations

from dataclasses import dataclass, replace

from quizproof.findings import DataPath, Finding, Ignore
from quizproof.kinds.base import Block
from quizproof.quizfile.header import Header
from quizproof.quizfile.yaml_document import Document


@dataclass(frozen=True)
class Item:
    """A block in its place in a quiz."""

    block: Block
    at: DataPath
    """Where the block is in the data of its file: ("blocks", 3)."""


@dataclass(frozen=True)
class Quiz:
    """One loaded quiz file."""

    header: Header
    items: tuple[Item, ...]
    document: Document
    files: str | None = None
    """The folder `files` beside the quiz file, which its snippets can read; None when there is none."""

    @property
    def id(self) -> str:
        """The quiz's id."""
        return self.header.quiz

    @property
    def path(self) -> str:
        """The path of the file, as people see it."""
        return self.document.path

    def place(self, item: Item) -> str:
        """Where a block begins: `path:line`."""
        return f"{self.path}:{self.document.span(item.at).line}"

    def only(self, item: Item) -> Quiz:
        """The quiz with this block alone, and without what is about the whole quiz: intro, minutes, exam and insight.

        item  one of its `items`
        """
        header = self.header.model_copy(update={"intro": "", "minutes": None, "exam": None, "insight": None})
        return replace(self, header=header, items=(item,))


@dataclass(frozen=True)
class Loaded:
    """One file of a bank after it was read: its quiz, and what is wrong in it."""

    path: str
    """The path of the file, as people see it."""
    quiz: Quiz | None
    """None if the file or its header is unusable."""
    findings: tuple[Finding, ...] = ()
    ignores: tuple[Ignore, ...] = ()
    """The comments in it that ignore findings."""


@dataclass(frozen=True)
class Bank:
    """All files that were found, in the order of their paths."""

    files: tuple[Loaded, ...]

    @property
    def quizzes(self) -> tuple[Quiz, ...]:
        """The quizzes that could be read."""
        return tuple(file.quiz for file in self.files if file.quiz)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What is wrong in the files, in their order."""
        return tuple(finding for file in self.files for finding in file.findings)
