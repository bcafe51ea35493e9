"""Findings: what is wrong in a file, or could not be verified, as values with a place."""

from __future__ import annotations

import re
from dataclasses import KW_ONLY, dataclass
from typing import TypeAlias

from quizproof.rulebook.rule import Rule, Severity
from quizproof.rules import RULES

DataPath: TypeAlias = tuple[str | int, ...]
"""Where something stands in the YAML data: ("blocks", 0, "options", 2, "code")."""
_LINE = re.compile(r"\b(lines?) \d+")


@dataclass(frozen=True, order=True)
class Span:
    """A place in a text file. All four count from 1; the end is exclusive, as in ruff's reports."""

    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True)
class Advice:
    """One thing to advise against in a block, before it has a place in a file."""

    rule: str
    at: DataPath
    """Where it is, relative to the block."""
    message: str
    line: int | None = None
    """The line, from 1, of the text there."""
    help: str = ""
    """What to do about it, in whole sentences."""


@dataclass(frozen=True)
class Unavailable:
    """A runtime that a file lacks: reported once for the file, whatever the number of its blocks."""

    reason: str
    """Such as "the torch runtime is not available: No module named 'torch'"."""
    blocks: int
    """How many blocks could not be verified for that reason."""

    @property
    def message(self) -> str:
        """Both in words."""
        return f"{self.reason}; {self.blocks} {'question' if self.blocks == 1 else 'questions'} could not be verified"


@dataclass(frozen=True)
class Finding:
    """One thing that an author should fix, or that could not be verified."""

    code: str
    path: str
    span: Span
    message: str
    """What is wrong, in one line; lower case, without a full stop."""
    _: KW_ONLY
    help: str = ""
    """What to do about it, in whole sentences."""
    block: str | None = None
    """The id of the block that it is about; None when it is about a file as a whole."""
    expected: str = ""
    """What the claim said, for a refuted one."""
    actual: str = ""
    """What the run gave instead: output or traceback."""
    unavailable: Unavailable | None = None
    """What the message says, as data, where it is about a missing runtime."""
    at: DataPath = ()
    """Where the place is in the YAML data; empty for the whole file, and for a file that could not be read."""

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
        return self.rule.is_unverified

    @property
    def may_be_ignored(self) -> bool:
        """Whether its author may decide that it stays: see `Rule.may_be_ignored`."""
        return self.rule.may_be_ignored

    @property
    def place(self) -> str:
        """`path:line:column`, as editors and terminals understand it."""
        return f"{self.path}:{self.span.line}:{self.span.column}"

    @property
    def identity(self) -> tuple[str, str, str]:
        """What it has in common with the same finding of a later day: where it is, the rule, and the message.

        Where it is means the block, whose id is unique in a bank, so that files can be renamed and lines can move; of a
        finding about a file as a whole, the path. Line numbers in the message do not count.
        """
        return self.block or self.path, self.code, _LINE.sub(r"\1 #", self.message)


@dataclass(frozen=True)
class Ignore:
    """One comment that ignores findings of some rules in a part of a file."""

    span: Span
    """The comment."""
    at: DataPath
    """What it covers, with everything in it."""
    codes: tuple[str, ...]
    """The rules, by their codes."""
    reason: str

    def covers(self, finding: Finding) -> bool:
        """Whether it ignores a finding of its file."""
        return finding.code in self.codes and finding.at[: len(self.at)] == self.at and finding.may_be_ignored
