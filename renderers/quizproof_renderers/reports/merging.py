"""Merging: JSON reports of shards, read back, compared, and joined into the report of the whole bank.

Their form is that of `json_report`. What must hold for one report is in `_sound`; what must hold
for all of them is in `_agree` and `_complete`.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from pydantic import ValidationError

import quizproof
from quizproof import rules
from quizproof.errors import UsageError
from quizproof.findings import Finding, Span, Unavailable
from quizproof.loading.shards import Shard
from quizproof.proof import BlockProof, Ignored, JudgedClaim, QuizProof, Report, Totals, VariantProof
from quizproof.quizfile.header import Header
from quizproof_renderers.reports.json_report import VERSION
from quizproof_renderers.reports.read_back import (
    ClaimData,
    FindingData,
    IgnoredData,
    QuestionData,
    QuizData,
    ReportData,
)
from quizproof_renderers.text import listed

_MAX_MIB = 512
"""Of one report."""
_MAX_LISTED = 5
"""Names listed in one message."""


@dataclass(frozen=True)
class _Part:
    """One report, and where it was."""

    path: Path
    shard: Shard
    report: ReportData
    questions: dict[str, list[QuestionData]] = field(default_factory=dict)
    """By the path of their file."""
    findings: dict[str, list[FindingData]] = field(default_factory=dict)
    ignored: dict[str, list[IgnoredData]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for question in self.report.questions:
            self.questions.setdefault(question.path, []).append(question)
        for finding in self.report.findings:
            self.findings.setdefault(finding.path, []).append(finding)
        for each in self.report.ignored:
            self.ignored.setdefault(each.path, []).append(each)

    def file_findings(self, quiz: QuizData) -> list[FindingData]:
        """Its findings about the file as a whole, which come first."""
        return self.findings.get(quiz.path, [])[: quiz.file_findings]

    def question_findings(self, quiz: QuizData) -> list[FindingData]:
        """Its findings about the file's questions."""
        return self.findings.get(quiz.path, [])[quiz.file_findings :]


def merge(paths: Sequence[Path]) -> Report:
    """The report that one check of the whole bank would have given, but for times and runs, which are added up.

    paths  JSON reports of all shards, in any order; `json_report` shows their format

    Raises UsageError when a file is not the report of a part, when a part or a question is missing or there twice, and
    when the parts were not made by the same quizproof from the same bank on the same versions.
    """
    parts = [_read(path) for path in paths]
    _agree(parts)
    _complete(parts)
    parts.sort(key=lambda part: part.shard.number)
    first = parts[0].report
    runtimes = {name: of for part in parts for name, of in part.report.runtimes.items()}
    quizzes = []
    totals = Totals()
    # Every part lists all quizzes of the bank in the same order, as `_agree` has made sure.
    for each in zip(*(part.report.quizzes for part in parts), strict=True):
        quizzes.append(_quiz(parts, each, runtimes))
        totals.add(quizzes[-1])
    sums = [part.report.summary for part in parts]
    result = totals.result(
        sandbox=first.sandbox,
        runs=sum(each.runs for each in sums),
        cached=sum(each.cached for each in sums),
        known=sum(each.known for each in sums),
        shared=sum(each.shared for each in sums),
        alone=sum(each.alone for each in sums),
        seconds=sum(each.seconds for each in sums),
        revision=first.revision,
        bank=first.bank,
    )
    return Report(tuple(quizzes), replace(result, runtimes=dict(sorted(runtimes.items()))))


# ---- reading


def _read(path: Path) -> _Part:
    try:
        with path.open("rb") as file:  # which may be a pipe
            content = file.read((_MAX_MIB << 20) + 1)
        if len(content) > _MAX_MIB << 20:
            raise UsageError(f"{path} has more than {_MAX_MIB} MiB, and is not read")
        data = json.loads(content)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError):
        raise UsageError(f"{path} is not JSON; give the reports of `quizproof check --shard`") from None
    wanted = "write it with `quizproof check --shard I/N --format json`"
    if not isinstance(data, dict) or "questions" not in data or "summary" not in data:
        raise UsageError(f"{path} is not a report of quizproof; {wanted}")
    if data.get("version") != VERSION or "quizproof" not in data:
        raise UsageError(f"{path} was written by another version of quizproof; {wanted}")
    if data.get("shard") is None:
        raise UsageError(f"{path} is the report of a whole check, not of a part of one; {wanted}")
    try:
        report = ReportData.model_validate(data)
        part = _Part(path, Shard.parse(report.shard or ""), report)
        _sound(report)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise UsageError(f"{path} is damaged at `{where}`: {first['msg']}; {wanted}") from None
    except ValueError as error:
        raise UsageError(f"{path} is damaged: {error}; {wanted}") from None
    return part


def _sound(report: ReportData) -> None:
    """Raises ValueError when the data contradict themselves."""
    paths = Counter(quiz.path for quiz in report.quizzes)
    if twice := [path for path, count in paths.items() if count > 1]:
        raise ValueError(f"the file {twice[0]} occurs twice")
    found = (*report.findings, *report.ignored)
    for path in (*(question.path for question in report.questions), *(finding.path for finding in found)):
        if path not in paths:
            raise ValueError(f"the file {path} is not among its quizzes")
    if strange := [finding.code for finding in found if finding.code not in rules.RULES]:
        raise ValueError(f"there is no rule {strange[0]}")
    for quiz in report.quizzes:
        if quiz.id is not None:
            _header(quiz)
    # A file's own findings come first, so the rest must be about questions that the report knows.
    named = {(quiz.path, name) for quiz in report.quizzes for name in quiz.questions}
    whole = {quiz.path: quiz.file_findings for quiz in report.quizzes}  # counted down to 0
    for finding in report.findings:
        if whole[finding.path] > 0:
            whole[finding.path] -= 1
        elif (finding.path, finding.question) not in named:
            raise ValueError(f"there is no question `{finding.question}` in {finding.path}")


# ---- comparing


def _agree(parts: Sequence[_Part]) -> None:
    """Raises UsageError when the parts are not of one check."""
    compared: Sequence[tuple[str, Callable[[_Part], str]]] = (
        ("the version of quizproof", lambda part: part.report.quizproof),
        ("the number of parts", lambda part: str(part.shard.count)),
        ("the sandbox", lambda part: part.report.sandbox),
        ("the revision whose lock was believed", lambda part: part.report.revision or "none"),
        ("the fingerprint of the bank's files", lambda part: part.report.bank[:12]),
        ("the list of quizzes", lambda part: _fingerprint(part.report.quizzes)),
    )
    for what, value in compared:
        _same(what, {part.path: value(part) for part in parts})
    for runtime in sorted({name for part in parts for name in part.report.runtimes}):
        versions = {p.path: p.report.runtimes[runtime] for p in parts if runtime in p.report.runtimes}
        for package in sorted({name for of in versions.values() for name in of}):
            name = f"{package} of the {runtime} runtime" if package != runtime else package
            _same(name, {path: of.get(package, "none") for path, of in versions.items()})
    ours, theirs = quizproof.__version__, parts[0].report.quizproof
    if ours != theirs:
        raise UsageError(f"the parts were written by quizproof {theirs}, and this is quizproof {ours}")


def _same(what: str, values: Mapping[Path, str]) -> None:
    """Raises UsageError when a value is not the same in the reports of all parts."""
    paths: dict[str, list[str]] = {}
    for path, value in values.items():
        paths.setdefault(value, []).append(str(path))
    if len(paths) > 1:
        differing = "; ".join(f"{value} in {_listed(names)}" for value, names in paths.items())
        raise UsageError(f"the parts do not belong together: {what} is {differing}")


def _fingerprint(quizzes: Sequence[QuizData]) -> str:
    from quizproof.store.fingerprints import digest

    return digest([(quiz.path, quiz.id, quiz.questions) for quiz in quizzes])[:12]


def _complete(parts: Sequence[_Part]) -> None:
    """Raises UsageError when a part or a question is missing, or there twice."""
    count = parts[0].shard.count
    by_number: dict[int, list[str]] = {}
    for part in parts:
        by_number.setdefault(part.shard.number, []).append(str(part.path))
    for number, paths in by_number.items():
        if len(paths) > 1:
            raise UsageError(f"part {number}/{count} was given more than once: {_listed(paths)}")
    if gaps := [f"{number}/{count}" for number in range(1, count + 1) if number not in by_number]:
        raise UsageError(f"{'parts' if len(gaps) > 1 else 'part'} {_listed(gaps)} of the bank {_are(gaps)} missing")
    found: dict[str, Path] = {}
    for part in parts:
        for question in part.report.questions:
            if question.id in found:
                where = " and ".join(dict.fromkeys([str(found[question.id]), str(part.path)]))
                raise UsageError(f"the question `{question.id}` is there twice: {where}")
            found[question.id] = part.path
    owners = {name: quiz.path for quiz in parts[0].report.quizzes for name in quiz.questions}
    if lost := [f"`{name}`" for name in owners if name not in found]:
        raise UsageError(f"{'questions' if len(lost) > 1 else 'question'} {_listed(lost)} {_are(lost)} in no part")
    for part in parts:
        for question in part.report.questions:
            if owners.get(question.id) != question.path:
                raise UsageError(f"{part.path} is damaged: the question `{question.id}` is in no quiz")


def _are(things: Sequence[str]) -> str:
    return "are" if len(things) > 1 else "is"


def _listed(names: Sequence[str]) -> str:
    """Names in a row, of which there may be many: "a, b, c, d and 3 more"."""
    head = list(names[:_MAX_LISTED])
    if len(names) > _MAX_LISTED:
        head[-1] = f"{len(names) - _MAX_LISTED + 1:,} more"
    return listed(head)


# ---- building


def _quiz(parts: Sequence[_Part], entries: Sequence[QuizData], runtimes: Mapping[str, Mapping[str, str]]) -> QuizProof:
    """A file with the questions of all parts. `entries` are those of the file in each part."""
    quiz = entries[0]
    findings: dict[str, list[Finding]] = {}
    for part, entry in zip(parts, entries, strict=True):
        for found in part.question_findings(entry):
            findings.setdefault(found.question or "", []).append(_finding(found))
    judged = {each.id: each for part in parts for each in part.questions.get(quiz.path, ())}
    whole = [found for part, entry in zip(parts, entries, strict=True) for found in part.file_findings(entry)]
    return QuizProof(
        quiz.path,
        _header(quiz) if quiz.id is not None else None,
        tuple(_question(judged[name], findings.get(name, [])) for name in quiz.questions),
        tuple(_file_findings(whole)),
        runtimes.get(quiz.runtime or "", {}),
        steps=tuple(_claim(claim) for entry in entries for claim in entry.steps),
        ignored=tuple(
            Ignored(_finding(each), each.ignored.by, each.ignored.reason)
            for part in parts
            for each in part.ignored.get(quiz.path, ())
        ),
    )


def _file_findings(found: Sequence[FindingData]) -> Iterator[Finding]:
    """The findings of the file as a whole; a missing runtime, which every part may report, once for all its blocks."""
    findings = [_finding(each) for each in found]
    counted = [(finding, finding.unavailable) for finding in findings if finding.unavailable]
    if counted:
        first, missing = counted[0]
        missing = replace(missing, blocks=sum(each.blocks for _, each in counted))
        yield replace(first, message=missing.message, unavailable=missing)
    # A report from before there was that key keeps its own sentence: no message is taken apart.
    yield from (finding for finding in findings if not finding.unavailable)


def _claim(data: ClaimData) -> JudgedClaim:
    return JudgedClaim(data.what, data.verdict, data.line, data.evidence)


def _question(data: QuestionData, findings: Sequence[Finding]) -> BlockProof:
    claims = tuple(map(_claim, data.claims))
    # A JSON report does not say which claim is of which variant, and no other report shows it.
    variants = (VariantProof({}, claims), *(VariantProof({}, ()) for _ in range(data.variants - 1)))
    return BlockProof(
        id=data.id,
        kind=data.kind,
        title="",
        prompt="",
        line=data.line,
        answer=data.answer,
        variants=variants,
        findings=tuple(findings),
        exhibit=data.exhibit,
        metadata=data.metadata,
        points=data.points,
    )


def _finding(data: FindingData) -> Finding:
    missing = data.unavailable
    return Finding(
        code=data.code,
        path=data.path,
        span=Span(data.line, data.column, data.end_line, data.end_column),
        message=data.message,
        help=data.help,
        block=data.question,
        expected=data.expected,
        actual=data.actual,
        unavailable=Unavailable(missing.reason, missing.questions) if missing else None,
        at=tuple(data.at),
    )


def _header(quiz: QuizData) -> Header:
    data = {"quiz": quiz.id, "title": quiz.title, "topic": quiz.topic, "runtime": quiz.runtime}
    return Header.model_validate(data | dict(quiz.metadata))
