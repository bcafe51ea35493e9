"""The methods that every face has, and the values that they take."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from quizproof.displays import Code, Content, Evidence, Output, Written

if TYPE_CHECKING:
    from quizproof.proving.trial import Trial

Standing: TypeAlias = Literal["right", "partly", "wrong", "unmarked", "answered", "skipped", "not reached"]
"""How an answer was marked, or why it was not."""


@dataclass(frozen=True)
class Account:
    """An account of what a run did, for after a question is answered."""

    evidence: Evidence | None
    label: str = ""
    """Whose run: the option's letter, or nothing."""
    right: bool | None = None
    """Whether the option is a right one; None when the run is not an option's."""
    chosen: bool = False
    """Whether the learner chose the option."""
    feedback: str = ""
    """Markdown."""
    unproven: str = ""
    """Why its author says that no run can settle it."""

    @property
    def summary(self) -> str:
        """What happened, in a sentence; where nothing was run, why."""
        return self.evidence.summary if self.evidence else self.unproven

    @property
    def introduces(self) -> bool:
        """Whether the summary ends with a colon, so that the output must follow it directly."""
        return self.summary.endswith(":")

    def parts(self) -> list[tuple[str, Code | Output]]:
        """The program, output and traceback of the run, each with its name.

        The program is left out of a wrong option that was not chosen.
        """
        if not self.evidence:
            return []
        parts: list[tuple[str, Code | Output]] = []
        if self.evidence.code.strip() and (self.chosen or self.right is not False):
            parts.append(("Program", Code(self.evidence.code)))
        evidence = self.evidence
        named = (("Output", evidence.stdout), ("Warning", evidence.warnings), ("Error", evidence.traceback))
        return parts + [(label, Output(text)) for label, text in named if text.strip()]


@dataclass(frozen=True)
class Part:
    """A part of an answer that is right or wrong on its own."""

    label: str
    """Its number or letter."""
    standing: Standing
    given: str
    """What was answered, or what was tested."""
    key: str = ""
    """What would have been right, where something else was given."""


@dataclass(frozen=True)
class Row:
    """One question in the table at the end."""

    number: int
    name: str
    standing: Standing
    given: str
    key: str
    score: str = ""
    """What was earned, where the standing does not say it."""


class Face(ABC):
    """Shows one thing after the other. Only faces make texts safe to show, so they are given texts as they are."""

    @abstractmethod
    def quiz(self, title: str, facts: Sequence[str], intro: str) -> None:
        """The head of a quiz.

        title  as plain text
        facts  lines about it, such as how many questions there are
        intro  Markdown; may be empty
        """

    @abstractmethod
    def question(self, number: int, total: int, title: str) -> None:
        """The head of a question.

        number  from 1
        total   how many questions the test has
        title   Markdown; may be empty
        """

    @abstractmethod
    def exhibit(self, title: str) -> None:
        """The head of an exhibit. `title` is Markdown, and may be empty."""

    @abstractmethod
    def contents(self, contents: Sequence[Content]) -> None:
        """A prompt or a solution."""

    @abstractmethod
    def choices(self, choices: Sequence[tuple[str, Written]]) -> None:
        """Options to choose from, each with its letter."""

    @abstractmethod
    def numbered(self, source: str) -> None:
        """A program whose lines can be chosen."""

    @abstractmethod
    def blanks(self, source: str, names: Sequence[str]) -> None:
        """A program with blanks such as `___name___`, which are numbered in the order of `names`."""

    @abstractmethod
    def gap(self) -> None:
        """Some room."""

    @abstractmethod
    def note(self, text: str) -> None:
        """A remark that may go unnoticed."""

    @abstractmethod
    def say(self, text: str) -> None:
        """A remark."""

    @abstractmethod
    def command(self, text: str) -> None:
        """A command to copy: one line, however long it is."""

    @abstractmethod
    def menu_line(self, key: str, name: str, detail: str, *, is_topic: bool) -> None:
        """Something to choose in the menu.

        key       what is typed for it
        name      what it is called
        detail    what else there is to know
        is_topic  whether it stands for all that comes below it
        """

    @abstractmethod
    def trial(self, trial: Trial) -> None:
        """How a learner's script did in an experiment."""

    @abstractmethod
    def verdict(self, standing: Standing, text: str) -> None:
        """The mark of an answer, in a sentence."""

    @abstractmethod
    def parts(self, parts: Sequence[Part]) -> None:
        """The parts of an answer, each with its standing."""

    @abstractmethod
    def heading(self, text: str) -> None:
        """The head of a part of what is shown after an answer."""

    @abstractmethod
    def account(self, account: Account) -> None:
        """What a run did."""

    @abstractmethod
    def table(self, rows: Sequence[Row]) -> None:
        """All questions with their answers."""
