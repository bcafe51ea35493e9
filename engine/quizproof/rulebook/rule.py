"""What is known about a rule, and the one table of all rules."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Severity: TypeAlias = Literal["error", "warning"]


@dataclass(frozen=True)
class Rule:
    """One kind of finding."""

    code: str
    """Such as `QP201`. Codes are never reused, because people and scripts keep them."""
    name: str
    """Such as `key-refuted`: the code in words."""
    summary: str
    """One sentence: what is wrong."""
    explanation: str
    """Markdown: why it matters, and what to do about it."""
    severity: Severity = "error"
    """Only errors make a check fail."""
    is_unverified: bool = False
    """Whether it says that something could not be judged, and nothing about the author's work."""
    shared_by_claims: bool = False
    """Whether several claims can run into it, so that its message names none: the place says everything."""
    shared_by_variants: bool = False
    """Whether it has nothing to do with parameters, so that its message names no variant."""

    @property
    def may_be_ignored(self) -> bool:
        """Whether an author may decide that a finding of it stays.

        Not where it says that something could not be verified: ignoring that would pass what nobody has looked at.
        """
        return not self.is_unverified

    @property
    def is_advice(self) -> bool:
        """Whether it may be chosen or left out as a whole. An error is a fact about one place, and is ignored there."""
        return self.severity == "warning"

    @property
    def anchor(self) -> str:
        """Where the documentation explains it: a page below `docs/`, and the heading in it."""
        return f"rules.md#{self.code.lower()}-{self.name}"


DEFINED: dict[str, Rule] = {}
"""Rules by code. Each module of this package adds its own; `quizproof.rules` has them all."""


def define(
    code: str,
    name: str,
    summary: str,
    explanation: str,
    severity: Severity = "error",
    *,
    is_unverified: bool = False,
    shared_by_claims: bool = False,
    shared_by_variants: bool = False,
) -> str:
    """Add a rule to the table. The parameters are the fields of `Rule`; returns the code, to be kept under a name.

    Raises ValueError when the code or the name is taken.
    """
    if code in DEFINED or any(rule.name == name for rule in DEFINED.values()):
        raise ValueError(f"there is a rule {code} or {name} already")
    DEFINED[code] = Rule(
        code,
        name,
        summary,
        explanation.strip(),
        severity,
        is_unverified=is_unverified,
        shared_by_claims=shared_by_claims,
        shared_by_variants=shared_by_variants,
    )
    return code
