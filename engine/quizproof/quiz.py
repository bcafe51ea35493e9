"""A quiz: the header of its file and its questions. A bank: quizzes, and what was wrong with their files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from quizproof.errors import DataPath, Finding
from quizproof.kinds import Question
from quizproof.model import Fixed, Integer, Limits, Model, Plain, Slug
from quizproof.source import Document

RuntimeName: TypeAlias = Literal["python", "torch", "tensorflow"]
"""The interpreters that snippets may ask for."""


class Header(Model):
    """What a quiz file says about itself."""

    quiz: Slug
    """The quiz's id, unique in the bank; its page is named after it."""
    title: Plain
    """Its title, as readers see it."""
    topic: Slug
    """The topic it belongs to; quizzes of one topic share a page."""
    mode: Literal["practice", "metrics", "experiment", "trace"] = "practice"
    """The learner's way into the topic."""
    runtime: RuntimeName = "python"
    """Which interpreter runs the snippets."""
    minutes: Annotated[Integer, Field(ge=1, le=600)] | None = None
    """About how long it takes."""
    intro: Fixed = ""
    """What the reader should know before the first question."""
    limits: Limits | None = None
    """What one run of any question may use."""


@dataclass(frozen=True)
class Item:
    """A question in its place in a quiz."""

    question: Question
    at: DataPath
    """Where the block stands: ("blocks", 3)."""


@dataclass(frozen=True)
class Quiz:
    """One loaded quiz file."""

    header: Header
    items: tuple[Item, ...]
    document: Document

    @property
    def id(self) -> str:
        """The quiz's id."""
        return self.header.quiz

    @property
    def path(self) -> str:
        """The file, as it should be shown."""
        return self.document.path


@dataclass(frozen=True)
class Bank:
    """All quizzes found, in the order of their paths, and the findings about files."""

    quizzes: tuple[Quiz, ...]
    findings: tuple[Finding, ...]

    @property
    def questions(self) -> int:
        """How many questions were loaded."""
        return sum(len(quiz.items) for quiz in self.quizzes)
