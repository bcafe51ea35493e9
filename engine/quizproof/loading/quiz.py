"""A quiz: the header of its file and its blocks. A bank: quizzes, and what was wrong with their files."""

from __future__ import annotations

from dataclasses import dataclass, replace

from quizproof.findings import DataPath, Finding
from quizproof.kinds.base import Block
from quizproof.quizfile.header import Header
from quizproof.quizfile.yaml_document import Document


@dataclass(frozen=True)
class Item:
    """A block in its place in a quiz."""

    block: Block
    at: DataPath
    """Where the block stands: ("blocks", 3)."""


@dataclass(frozen=True)
class Quiz:
    """One loaded quiz file."""

    header: Header
    items: tuple[Item, ...]
    document: Document
    files: str | None = None
    """The folder `files` beside the quiz file, which its snippets may read; None when there is none."""

    @property
    def id(self) -> str:
        """The quiz's id."""
        return self.header.quiz

    @property
    def path(self) -> str:
        """The file, as it should be shown."""
        return self.document.path

    def place(self, item: Item) -> str:
        """Where a block begins: `path:line`."""
        return f"{self.path}:{self.document.span(item.at).line}"

    def only(self, item: Item) -> Quiz:
        """The quiz with one block alone, and nothing that speaks of the whole quiz."""
        header = self.header.model_copy(update={"intro": "", "minutes": None, "insight": None})
        return replace(self, header=header, items=(item,))


@dataclass(frozen=True)
class Loaded:
    """One file of a bank, read: its quiz, and what is wrong in it."""

    path: str
    """The file, as it should be shown."""
    quiz: Quiz | None
    """None when the file or its header is unusable."""
    findings: tuple[Finding, ...] = ()


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
