"""What proving a bank gives: frozen data that every report and page is made from, and that can be kept as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from quizproof import rules
from quizproof.displays import Display
from quizproof.errors import UsageError
from quizproof.findings import Finding, Ignore
from quizproof.quizfile.header import Header
from quizproof.quizfile.metadata import Metadata, inherited
from quizproof.spelling import meant
from quizproof.verdicts import VERDICTS, Verdict, worst

COUNTED = ("mutations", "killed")
"""What is added up of the evidence of claims."""


@dataclass(frozen=True)
class Ignored:
    """A finding that does not count, and why. Its claim stays what it is."""

    finding: Finding
    by: Literal["comment", "baseline"]
    """A comment in the file, or an entry of the baseline."""
    reason: str
    """As the comment gives it."""


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
    """One variant of a block: its claims and, when all could be judged, how it is shown."""

    params: Mapping[str, Any]
    claims: tuple[JudgedClaim, ...]
    display: Display | None = None
    """None when a claim was refuted or could not be judged, and where nothing is to be shown."""


@dataclass(frozen=True)
class BlockProof:
    """A block, be it a question or an exhibit, with the proof of every variant."""

    id: str
    kind: str
    title: str
    """A short heading; may be empty."""
    prompt: str
    """The stem as its author wrote it."""
    line: int
    """Where the block begins in its file."""
    answer: str | None
    """The key of the first variant; None when it could not be derived, and of an exhibit."""
    variants: tuple[VariantProof, ...]
    findings: tuple[Finding, ...] = ()
    exhibit: bool = False
    """Whether it is an exhibit, which nobody answers."""
    metadata: Metadata = field(default_factory=Metadata)
    """What it says of itself; `QuizProof.metadata` adds what its quiz says."""
    points: float = 1.0
    """What it is worth; 0 for an exhibit."""
    likeness: str = ""
    """A fingerprint of what it asks, equal for questions that ask the same; see `proving.writing.likeness`."""

    @property
    def claims(self) -> tuple[JudgedClaim, ...]:
        """The claims of all variants."""
        return tuple(claim for variant in self.variants for claim in variant.claims)

    @property
    def status(self) -> Verdict:
        """The worst verdict among its claims."""
        return worst(claim.verdict for claim in self.claims)


@dataclass(frozen=True)
class QuizProof:
    """A file of a bank, and the proof of every block in it."""

    path: str
    """The file, as it should be shown."""
    header: Header | None
    """None when the file could not be read as a quiz."""
    blocks: tuple[BlockProof, ...] = ()
    file_findings: tuple[Finding, ...] = ()
    """What is wrong with the file as a whole, or in blocks that could not be loaded."""
    versions: Mapping[str, str] = field(default_factory=dict)
    """What its snippets ran on: {"python": "3.11.7", "torch": "2.13.0"}; empty when nothing ran."""
    runs: int = 0
    """The outcomes that were needed, counted for each block."""
    lines: Mapping[str, int] = field(default_factory=dict)
    """Where all its blocks begin, by their ids and in their order; also of those that other shards prove."""
    programs: str = ""
    """A fingerprint of all its programs, as `store.lock.of_programs` makes it; empty when nothing was planned."""
    steps: tuple[JudgedClaim, ...] = ()
    """What the steps of `prepare` claim, one each; none in a shard that does not report them. Their findings are among
    those of the file."""
    ignores: tuple[Ignore, ...] = ()
    """The comments in the file that ignore findings. They change no verdict, and no finding here."""
    ignored: tuple[Ignored, ...] = ()
    """What a command has taken out of its findings, which are reported and counted apart."""
    files: str | None = None
    """The folder `files` beside it, which has its images; None when there is none, and in reports of other machines."""

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of all its blocks, in their order; also of those that other shards prove."""
        return tuple(self.lines) or tuple(question.id for question in self.blocks)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All that is wrong. What all blocks share is told of once: a missing runtime, and the header's setup."""
        told = [f for question in self.blocks for f in question.findings if f.code != rules.RUNTIME_MISSING]
        first = min(self.lines.values(), default=0)
        of_header = {f.span: f for f in reversed(told) if f.span.line < first}
        return (*self.file_findings, *(f for f in told if of_header.get(f.span, f) is f))

    @property
    def claims(self) -> tuple[JudgedClaim, ...]:
        """The claims of its steps and of all blocks."""
        return (*self.steps, *(claim for block in self.blocks for claim in block.claims))

    def metadata(self, block: BlockProof) -> Metadata:
        """The metadata of one of its blocks, with those of the quiz where the block has none of its own."""
        return inherited(block.metadata, self.header or Metadata())

    @property
    def id(self) -> str:
        """The quiz's id; empty when the file could not be read as a quiz."""
        return self.header.quiz if self.header else ""


@dataclass(frozen=True)
class Summary:
    """Counts over a report; the keys of `summary` in its JSON form, in order."""

    quizzes: int
    questions: int
    exhibits: int
    variants: int
    claims: int
    proven: int
    refuted: int
    unproven: int
    unstable: int
    unverified: int
    cached: int
    """Outcomes that were known from earlier runs."""
    known: int
    """Outcomes that were believed because the lock of a revision has them."""
    runs: int
    """Runs carried out; programs that several claims share run once."""
    shared: int
    """Of these, how many went on from what others had begun with, on this machine."""
    alone: int
    """How many were tried so and then carried out by themselves."""
    seconds: float
    proof_coverage: float
    """Proven claims / all claims, 0 to 1; 1 when there are none."""
    mutations: int
    """Small changes of solutions that were tried."""
    killed: int
    """Those of them that a check noticed."""
    ignored: int = 0
    """Findings that a comment or the baseline ignores. Their claims are among those above, with their verdicts."""


@dataclass(frozen=True)
class Result:
    """What proving came to as a whole, in figures."""

    summary: Summary
    errors: int
    warnings: int
    unverified: int
    """The errors that say that something could not be judged, and nothing about the author's work."""
    runtimes: Mapping[str, Mapping[str, str]]
    """Versions by runtime, for those in use: {"torch": {"python": "3.11.7", "torch": "2.13.0"}}."""
    sandbox: str
    """The isolation that runs had: "namespaces", "landlock" or "none"."""
    shard: str | None = None
    """Which part of the bank was proven, such as "2/4"; None for all of it."""
    revision: str | None = None
    """The revision whose lock was believed, as "7b4104b"; None when none was."""
    bank: str = ""
    """A fingerprint of all files of the bank, with those that snippets may read."""
    ignored_errors: int = 0
    """The errors among the findings that are ignored; `errors` does not have them."""

    @property
    def status(self) -> Verdict:
        """`refuted` when an error is about the author's work, else `unverified` when there is one, else `proven`.

        An error that is ignored refutes like any other: to know about it proves nothing.
        """
        if self.errors > self.unverified or self.ignored_errors:
            return "refuted"
        return "unverified" if self.errors else "proven"


class Totals:
    """Adds up proofs as they come, so that they need not be kept."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._runtimes: dict[str, Mapping[str, str]] = {}

    def add(self, quiz: QuizProof) -> None:
        """Count one file."""
        counts = self._counts
        counts["quizzes"] += quiz.header is not None
        for question in quiz.blocks:
            counts["exhibits" if question.exhibit else "questions"] += 1
            counts["variants"] += len(question.variants)
            for claim in question.claims:
                for name in COUNTED:
                    counts[name] += claim.evidence.get(name, 0)
        for claim in quiz.claims:
            counts[claim.verdict] += 1
        counts["ignored"] += len(quiz.ignored)
        counts["ignored errors"] += sum(each.finding.severity == "error" for each in quiz.ignored)
        for finding in quiz.findings:
            counts[finding.severity] += 1
            counts["not judged"] += finding.severity == "error" and finding.is_unverified
        if quiz.header and quiz.versions:
            self._runtimes[quiz.header.runtime] = quiz.versions

    def result(
        self,
        *,
        sandbox: str,
        runs: int,
        cached: int,
        seconds: float,
        known: int = 0,
        shared: int = 0,
        alone: int = 0,
        shard: str | None = None,
        revision: str | None = None,
        bank: str = "",
    ) -> Result:
        """The figures so far, with what the proofs themselves do not know.

        sandbox       the level of isolation of all runs
        runs          how many were carried out
        cached        how many outcomes were in the cache
        known         how many the lock of `revision` had; that is None when no lock was believed
        shared        how many of the runs went on from what others had begun with
        alone         how many were tried so and then carried out by themselves
        seconds       by the clock, from the start
        shard, bank   "2/4" for a part of a bank, None for all of it; and a fingerprint of all files
        """
        counts = self._counts
        claims = sum(counts[verdict] for verdict in VERDICTS)
        summary = Summary(
            quizzes=counts["quizzes"],
            questions=counts["questions"],
            exhibits=counts["exhibits"],
            variants=counts["variants"],
            claims=claims,
            proven=counts["proven"],
            refuted=counts["refuted"],
            unproven=counts["unproven"],
            unstable=counts["unstable"],
            unverified=counts["unverified"],
            cached=cached,
            known=known,
            runs=runs,
            shared=shared,
            alone=alone,
            seconds=round(seconds, 3),
            proof_coverage=round(counts["proven"] / claims, 4) if claims else 1.0,
            mutations=counts["mutations"],
            killed=counts["killed"],
            ignored=counts["ignored"],
        )
        return Result(
            summary,
            errors=counts["error"],
            warnings=counts["warning"],
            unverified=counts["not judged"],
            runtimes=dict(sorted(self._runtimes.items())),
            sandbox=sandbox,
            shard=shard,
            revision=revision,
            bank=bank,
            ignored_errors=counts["ignored errors"],
        )


@dataclass(frozen=True)
class Report:
    """All that proving a bank found out."""

    quizzes: tuple[QuizProof, ...]
    """Every file, in the order of the bank."""
    result: Result

    @property
    def blocks(self) -> tuple[BlockProof, ...]:
        """Every question and every exhibit, in the order of the bank."""
        return tuple(question for quiz in self.quizzes for question in quiz.blocks)

    def block(self, id_: str) -> BlockProof:
        """The question or exhibit of this id. Raises UsageError, which names a near id, when there is none."""
        blocks = {block.id: block for block in self.blocks}
        if id_ not in blocks:
            raise UsageError(f"the report has no block `{id_}`{meant(id_, blocks)}")
        return blocks[id_]

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All findings, by file."""
        return tuple(finding for quiz in self.quizzes for finding in quiz.findings)

    @property
    def summary(self) -> Summary:
        """The counts."""
        return self.result.summary

    @property
    def status(self) -> Verdict:
        """As of the result."""
        return self.result.status
