"""What can go wrong, as values: findings for authors, exceptions for callers."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

from quizproof.rules import RULES, Rule, Severity

DataPath: TypeAlias = tuple[str | int, ...]
"""Where something stands in the YAML data: ("blocks", 0, "options", 2, "code")."""


class QuizproofError(Exception):
    """Base of all exceptions that quizproof raises on purpose; the text is fit for users."""


class UsageError(QuizproofError):
    """The caller asked for something that cannot be: a path that is not there, an unknown quiz."""


class CannotVerify(QuizproofError):
    """Nothing can be proven, for what carries out the runs is missing, too weakly closed off, or lost."""


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word that is nearest in spelling; empty when none is near."""
    return next(iter(difflib.get_close_matches(word, list(known), 1)), "")


def meant(word: str, known: Iterable[str]) -> str:
    """The end of a message about an unknown word: "; did you mean `epochs`?"; empty when no known one is near."""
    close = nearest(word, known)
    return f"; did you mean `{close}`?" if close else ""


@dataclass(frozen=True, order=True)
class Span:
    """A place in a text file. All four count from 1; the end is exclusive, as in ruff's reports."""

    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True)
class Finding:
    """One thing an author should mend, or that could not be verified."""

    code: str
    path: str
    span: Span
    message: str
    help: str = ""
    question: str | None = None
    expected: str = ""
    """What the claim said, for a refuted one."""
    actual: str = ""
    """What the run gave instead: output or traceback."""

    @property
    def rule(self) -> Rule:
        """The rule behind the code."""
        return RULES[self.code]

    @property
    def severity(self) -> Severity:
        """As the rule says; only errors make a check fail."""
        return self.rule.severity

    @property
    def is_unverified(self) -> bool:
        """Whether it says that something could not be judged, and nothing about the author's work."""
        return self.code.startswith("QP9")

    @property
    def place(self) -> str:
        """`path:line:column`, as editors and terminals understand it."""
        return f"{self.path}:{self.span.line}:{self.span.column}"
