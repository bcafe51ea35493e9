"""Tallies: the counts that reports and the self-test put into words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from quizproof.claims import VERDICTS, Verdict
from quizproof.proof import JudgedClaim, Report, worst
from quizproof_renderers.text import one_line, plural


@dataclass(frozen=True)
class Tally:
    """One quiz in figures."""

    title: str
    path: str
    questions: int
    claims: int
    proven: int
    status: Verdict
    """The worst of its claims' verdicts; at least as bad as its worst finding."""
    notes: str
    """What is not proven, in words: "1 refuted, 2 unproven". Empty when everything is."""

    @property
    def coverage(self) -> str:
        """Its proof coverage, such as "97 %"."""
        return percent(self.proven, self.claims)


def tallies(report: Report) -> Iterator[Tally]:
    """Every quiz of the report, in its order, then the files that could not be read as one."""
    questions: Counter[str] = Counter()
    claims: dict[str, list[JudgedClaim]] = {}
    for question in report.questions:
        questions[question.quiz.path] += 1
        claims.setdefault(question.quiz.path, []).extend(question.claims)
    wrong = _errors(report)
    known = {quiz.path for quiz in report.quizzes}
    for quiz in report.quizzes:
        verdicts = Counter(claim.verdict for claim in claims.get(quiz.path, ()))
        broken = wrong.get(quiz.path, Counter())
        status = worst([*verdicts, *broken])
        notes = [f"{verdicts[v]:,} {v}" for v in VERDICTS if v != "proven" and verdicts[v]]
        if not notes and broken:
            notes = [plural(broken.total(), "error")]
        yield Tally(
            title=one_line(quiz.header.title),
            path=quiz.path,
            questions=questions[quiz.path],
            claims=verdicts.total(),
            proven=verdicts["proven"],
            status=status,
            notes=", ".join(notes),
        )
    for path in wrong:
        if path not in known:
            yield Tally(one_line(path), path, 0, 0, 0, worst(wrong[path]), "could not be read")


def _errors(report: Report) -> dict[str, Counter[Verdict]]:
    """How many errors each file has, by what they make of its status."""
    found: dict[str, Counter[Verdict]] = {}
    for finding in report.findings:
        if finding.severity == "error":
            verdict: Verdict = "unverified" if finding.code.startswith("QP9") else "refuted"
            found.setdefault(finding.path, Counter())[verdict] += 1
    return found


def percent(part: int, whole: int) -> str:
    """A share in whole percent, rounded down, so that only the whole is 100 %."""
    return f"{part * 100 // whole if whole else 100} %"


def counted(report: Report) -> str:
    """How many findings there are: "2 errors, 1 warning"; empty when there are none."""
    severities = Counter(finding.severity for finding in report.findings)
    return ", ".join(plural(severities[s], s) for s in ("error", "warning") if severities[s])


def verdicts(report: Report) -> str:
    """The claims in words: "31 claims proven, 1 refuted"."""
    summary = report.summary
    if not summary.claims:
        return "no claims to prove"
    words = [f"{plural(summary.proven, 'claim')} proven"]
    words += [f"{getattr(summary, v):,} {v}" for v in VERDICTS if v != "proven" and getattr(summary, v)]
    return ", ".join(words)


def circumstances(report: Report) -> str:
    """How the claims were judged: "in 1.9 s, 31 runs, sandbox: none, torch 2.13.0"."""
    summary = report.summary
    words = [f"in {summary.seconds:.1f} s", plural(summary.runs, "run")]
    if summary.cached:
        words.append(f"{summary.cached:,} from the cache")
    words.append(f"sandbox: {one_line(report.sandbox)}")
    words += [version(name, of) for name, of in report.runtimes.items()]
    return ", ".join(words)


def version(runtime: str, versions: Mapping[str, str]) -> str:
    """The version that matters most about a runtime: "torch 2.13.0", "Python 3.11.7"."""
    name = runtime if runtime in versions else "python"
    return one_line(f"{'Python' if name == 'python' else name} {versions.get(name, '?')}")


def all_versions(versions: Mapping[str, str]) -> str:
    """Every version of a runtime, Python's last: "torch 2.13.0, numpy 2.4.6, Python 3.11.7"."""
    names = sorted(versions, key=lambda name: name == "python")
    return ", ".join(version(name, versions) for name in names)
