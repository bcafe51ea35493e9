"""What proving a bank gives: frozen data that every report and page is made from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from quizproof.blocks import Display
from quizproof.claims import VERDICTS, Verdict
from quizproof.errors import Finding
from quizproof.kinds import Question
from quizproof.quiz import Quiz


@dataclass(frozen=True)
class JudgedClaim:
    """A claim and its verdict."""

    what: str
    verdict: Verdict
    line: int
    evidence: Mapping[str, Any] = field(default_factory=dict)
    """What the run gave: `stdout`, `raised`, `value`, or the `reason` of an unproven one."""


@dataclass(frozen=True)
class VariantProof:
    """One variant of a question: its claims and, when all could be judged, how it is shown."""

    params: Mapping[str, Any]
    claims: tuple[JudgedClaim, ...]
    display: Display | None
    """None when a claim was refuted, or could not be judged."""


@dataclass(frozen=True)
class QuestionProof:
    """A question with the proof of every variant."""

    quiz: Quiz
    question: Question
    line: int
    variants: tuple[VariantProof, ...]
    findings: tuple[Finding, ...]

    @property
    def claims(self) -> tuple[JudgedClaim, ...]:
        """The claims of all variants."""
        return tuple(claim for variant in self.variants for claim in variant.claims)

    @property
    def status(self) -> Verdict:
        """The worst verdict among its claims."""
        return worst(claim.verdict for claim in self.claims)

    @property
    def answer(self) -> str | None:
        """The key of the first variant; None when it could not be derived."""
        display = self.variants[0].display if self.variants else None
        return display.answer if display else None


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """The worst of some verdicts; `proven` when there are none."""
    seen = set(verdicts)
    return next((verdict for verdict in VERDICTS if verdict in seen), "proven")


@dataclass(frozen=True)
class Summary:
    """Counts over a report; the keys of `summary` in its JSON form, in order."""

    quizzes: int
    questions: int
    variants: int
    claims: int
    proven: int
    refuted: int
    unproven: int
    unstable: int
    unverified: int
    cached: int
    runs: int
    seconds: float
    proof_coverage: float
    """Proven claims / all claims, 0 to 1; 1 when there are none."""


def coverage(claims: Iterable[JudgedClaim]) -> float:
    """The share of claims that are proven, 0 to 1."""
    counts = Counter(claim.verdict for claim in claims)
    total = sum(counts.values())
    return counts["proven"] / total if total else 1.0


@dataclass(frozen=True)
class Report:
    """All that proving a bank found out."""

    questions: tuple[QuestionProof, ...]
    """In the order of the bank."""
    findings: tuple[Finding, ...]
    """All findings, those about files first, each group in the order of path and line."""
    quizzes: tuple[Quiz, ...]
    runtimes: Mapping[str, Mapping[str, str]]
    """Versions by runtime, for the runtimes that were started: {"torch": {"python": "3.11.7", "torch": "2.13.0"}}."""
    sandbox: str
    """The isolation that runs had: "namespaces", "landlock" or "none"."""
    runs: int
    """Runs carried out; programs that several claims share run once."""
    seconds: float

    @property
    def summary(self) -> Summary:
        """The counts."""
        claims = [claim for question in self.questions for claim in question.claims]
        counts = Counter(claim.verdict for claim in claims)
        return Summary(
            quizzes=len(self.quizzes),
            questions=len(self.questions),
            variants=sum(len(question.variants) for question in self.questions),
            claims=len(claims),
            proven=counts["proven"],
            refuted=counts["refuted"],
            unproven=counts["unproven"],
            unstable=counts["unstable"],
            unverified=counts["unverified"],
            cached=0,
            runs=self.runs,
            seconds=round(self.seconds, 3),
            proof_coverage=round(coverage(claims), 4),
        )

    @property
    def exit_code(self) -> int:
        """0 all proven, 1 findings, 3 could not verify. Findings win over 3."""
        errors = [finding for finding in self.findings if finding.severity == "error"]
        if any(not finding.code.startswith("QP9") for finding in errors):
            return 1
        return 3 if errors else 0
