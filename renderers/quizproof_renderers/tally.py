"""Tallies: counts over proofs, and the phrases in which reports and the self-test give them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from quizproof.displays import Code
from quizproof.proof import JudgedClaim, QuizProof, Result, Summary
from quizproof.quizfile.header import Header
from quizproof.verdicts import VERDICTS, Verdict, worst
from quizproof_renderers.text import one_line, plural


@dataclass(frozen=True)
class Tally:
    """One quiz file in figures: a row of a report's table."""

    title: str
    path: str
    questions: int
    claims: int
    proven: int
    status: Verdict
    """The worst of its claims' verdicts; at least as bad as its worst finding."""
    notes: str
    """What is not proven: "1 refuted, 2 unproven". Empty when everything is."""

    @property
    def coverage(self) -> str:
        """Its proof coverage, such as "97 %"; a dash where there is no claim."""
        return percent(self.proven, self.claims) if self.claims else "-"


def tally(quiz: QuizProof) -> Tally:
    """One file of a bank in figures.

    Exhibits have claims, but do not count as questions. A file that could not be read has no claims; its errors decide
    its status.
    """
    verdicts = Counter(claim.verdict for claim in quiz.claims)
    errors = [finding for finding in quiz.findings if finding.severity == "error"]
    ignored = [each.finding for each in quiz.ignored if each.finding.severity == "error"]
    # An error may be about no claim, as in a file that could not be read; the row must not look proven then.
    broken: list[Verdict] = ["unverified" if finding.is_unverified else "refuted" for finding in (*errors, *ignored)]
    notes = [f"{verdicts[v]:,} {v}" for v in VERDICTS if v != "proven" and verdicts[v]]
    if quiz.header is None:
        notes = ["could not be read"]
    elif not notes and errors:
        notes = [plural(len(errors), "error")]
    if ignored:
        notes.append(f"{len(ignored):,} ignored")
    return Tally(
        title=one_line(quiz.header.title if quiz.header else quiz.path),
        path=quiz.path,
        questions=sum(not question.exhibit for question in quiz.blocks),
        claims=verdicts.total(),
        proven=verdicts["proven"],
        status=worst([*verdicts, *broken]),
        notes=", ".join(notes),
    )


def counted_blocks(exhibits: Iterable[bool]) -> str:
    """How many blocks there are, given of each whether it is an exhibit: "3 questions and 1 exhibit"."""
    kinds = Counter("exhibit" if exhibit else "question" for exhibit in exhibits)
    return " and ".join(plural(kinds[kind], kind) for kind in ("question", "exhibit") if kinds[kind]) or "0 questions"


def percent(part: int, whole: int) -> str:
    """A share in whole percent, rounded down, so that only the whole is 100 %; of nothing, everything is proven."""
    return f"{part * 100 // whole if whole else 100} %"


def counted(result: Result) -> str:
    """How many findings there are: "2 errors, 1 warning"; empty when there are none."""
    found = (("error", result.errors), ("warning", result.warnings))
    return ", ".join(plural(count, severity) for severity, count in found if count)


def ignored(result: Result) -> str:
    """How many findings are ignored: "3 findings ignored, 1 error among them"; empty when none is."""
    if not result.summary.ignored:
        return ""
    errors = f", {plural(result.ignored_errors, 'error')} among them" if result.ignored_errors else ""
    return f"{plural(result.summary.ignored, 'finding')} ignored{errors}"


def verdicts(result: Result) -> str:
    """The claims by verdict, worst first after the proven ones: "31 claims proven, 1 refuted"."""
    summary = result.summary
    if not summary.claims:
        return "no claims to prove"
    counts = (
        (summary.refuted, "refuted"),
        (summary.unstable, "unstable"),
        (summary.unverified, "unverified"),
        (summary.unproven, "unproven"),
    )
    others = [f"{count:,} {verdict}" for count, verdict in counts if count]
    return ", ".join([f"{plural(summary.proven, 'claim')} proven", *others])


def conclusion(result: Result) -> str:
    """Findings and claims: "2 errors; 1 finding ignored; 31 claims proven, 1 refuted"."""
    return "; ".join(part for part in (counted(result), ignored(result), verdicts(result)) if part)


def shared_code(header: Header, steps: Sequence[JudgedClaim]) -> tuple[Code, ...]:
    """What the programs of a quiz have in common, as content to show once; empty when its header gives nothing.

    That is each step of `prepare`, and the setup that all programs begin with.

    steps  the claims of the steps, in their order
    """
    content = []
    # In a part of a bank they may be missing, and then nothing is known of them.
    for step, claim in zip_longest(header.prepare, steps):
        unproven = "" if claim and claim.verdict == "proven" else " (not proven)"
        content.append(Code(step.code.rstrip(), f"Prepared once: {step.name}{unproven}"))
    if header.setup:
        content.append(Code(header.setup.rstrip(), "Every program here begins with"))
    return tuple(content)


def mutations(result: Result) -> str:
    """How many changed solutions the checks rejected: "Mutations: 41 of 43 killed"; empty when none was tried."""
    summary = result.summary
    return f"Mutations: {summary.killed:,} of {summary.mutations:,} killed" if summary.mutations else ""


def origins(summary: Summary) -> str:
    """Where outcomes came from: "31 runs (12 went on from what others had run, 2 tried it in vain), 4 from the cache".

    In vain: what others had run could not be shared, such as threads, so the program was run by itself.
    """
    runs = plural(summary.runs, "run")
    if summary.shared or summary.alone:
        runs += f" ({summary.shared:,} went on from what others had run, {summary.alone:,} tried it in vain)"
    return f"{runs}, {summary.cached:,} from the cache, {summary.known:,} known from a lock"


def circumstances(result: Result) -> str:
    """How the claims were judged: "in 1.9 s, 31 runs, sandbox: none, torch 2.13.0"."""
    summary = result.summary
    facts = [f"in {summary.seconds:.1f} s", plural(summary.runs, "run")]
    if summary.cached:
        facts.append(f"{summary.cached:,} from the cache")
    if summary.known:
        facts.append(f"{summary.known:,} known from the lock of {one_line(result.revision or '')}")
    facts.append(f"sandbox: {one_line(result.sandbox)}")
    facts += [version(name, versions) for name, versions in result.runtimes.items()]
    return ", ".join(facts)


def version(runtime: str, versions: Mapping[str, str]) -> str:
    """The version that matters most about a runtime: "torch 2.13.0", "Python 3.11.7"."""
    name = runtime if runtime in versions else "python"
    return one_line(f"{'Python' if name == 'python' else name} {versions.get(name, '?')}")


def all_versions(versions: Mapping[str, str]) -> str:
    """Every version of a runtime, Python's last: "torch 2.13.0, numpy 2.4.6, Python 3.11.7"."""
    names = sorted(versions, key=lambda name: name == "python")
    return ", ".join(version(name, versions) for name in names)
