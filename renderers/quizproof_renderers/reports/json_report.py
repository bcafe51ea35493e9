"""`json`: the report as one JSON object for scripts. Its keys are a contract; see DESIGN 7."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from quizproof.errors import Finding
from quizproof.proof import JudgedClaim, QuestionProof, Report

Json: TypeAlias = dict[str, Any]

VERSION = 1
"""Raised when a key changes its meaning or goes; new keys may come without."""


def text(report: Report) -> str:
    """One JSON object, with a line to itself for each question and each finding, so that diffs stay readable.

    Pure ASCII: it survives any encoding, and carries no control character to a terminal.
    """
    data = as_data(report)
    parts = []
    for key, value in data.items():
        if isinstance(value, list) and value:
            parts.append(f"{_dump(key)}: [\n  {_lines(value)}]")
        else:
            parts.append(f"{_dump(key)}: {_dump(value)}")
    return "{" + ",\n ".join(parts) + "}\n"


def as_data(report: Report) -> Json:
    """The report as plain data, in the order of the contract."""
    return {
        "version": VERSION,
        "sandbox": report.sandbox,
        "runtimes": _plain(report.runtimes),
        "summary": dataclasses.asdict(report.summary),
        "questions": [_question(question) for question in report.questions],
        "findings": [_finding(finding) for finding in report.findings],
    }


def _question(proof: QuestionProof) -> Json:
    return {
        "id": proof.question.id,
        "quiz": proof.quiz.id,
        "path": proof.quiz.path,
        "line": proof.line,
        "kind": proof.question.kind,
        "status": proof.status,
        "answer": proof.answer,
        "claims": [_claim(claim) for claim in proof.claims],
    }


def _claim(claim: JudgedClaim) -> Json:
    return {
        "what": claim.what,
        "verdict": claim.verdict,
        "line": claim.line,
        "evidence": _plain(claim.evidence),
    }


def _finding(finding: Finding) -> Json:
    return {
        "code": finding.code,
        "name": finding.rule.name,
        "severity": finding.severity,
        "path": finding.path,
        "line": finding.span.line,
        "column": finding.span.column,
        "end_line": finding.span.end_line,
        "end_column": finding.span.end_column,
        "question": finding.question,
        "message": finding.message,
        "help": finding.help,
    }


def _plain(value: object) -> Any:
    """Evidence as JSON can say it: NaN and infinities become text, for JSON has no such numbers."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if value is None or isinstance(value, (str, int, float)):
        return value
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, Sequence):
        return [_plain(inner) for inner in value]
    return str(value)


def _lines(items: Iterable[object]) -> str:
    return ",\n  ".join(map(_dump, items))


def _dump(value: object) -> str:
    return json.dumps(value, allow_nan=False)
