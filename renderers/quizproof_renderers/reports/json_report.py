"""`json`: the report as one JSON object for scripts. Its keys are a contract, which docs/reference.md lists.

```
{"version": 1, "quizproof": "0.1.0", "bank": "<fingerprint>", "shard": null, "revision": null, "sandbox": "namespaces",
 "runtimes": {"python": {"python": "3.11.7"}}, "summary": {...},
 "questions": [...], "findings": [...], "quizzes": [...], "ignored": [...]}
```

Blocks are called questions there, as they were when the keys were fixed. A finding that is ignored is under `ignored`
instead, with one more key: `"ignored": {"by": "comment", "reason": "..."}`. A finding about a runtime that a file lacks
has one more key, `"unavailable": {"reason": "...", "questions": 3}`, whose counts `merge` adds up. Questions
and quizzes have `tags`, `difficulty`, `objectives`, `authors`, `license` and `source`; a question without its own has
those of its quiz. With `--diff-lock` there is one more key at the end, `lock`.
"""

from __future__ import annotations

import dataclasses
import json
import math
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TextIO, TypeAlias

import quizproof
from quizproof.findings import Finding
from quizproof.proof import BlockProof, JudgedClaim, QuizProof, Result
from quizproof.quizfile.metadata import Metadata, metadata_of

if TYPE_CHECKING:
    from quizproof_renderers.reports.lock_diff import Comparison

Json: TypeAlias = dict[str, Any]

VERSION = 1
"""Raised when a key changes its meaning or goes; new keys may come without."""

_MAX_IN_MEMORY = 8 * 1024 * 1024
"""Bytes of a list beyond which it waits on disk."""


class JsonReport:
    """One JSON object, with a line to itself for each question and each finding, so that diffs stay readable.

    Pure ASCII: it survives any encoding, and carries no control character to a terminal. The counts come first, so the
    lists after them are put aside, on disk when they are long, until the counts are known.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._comparison: Comparison | None = None
        self._lists = {name: _ListAside() for name in ("questions", "findings", "quizzes", "ignored")}

    def add(self, quiz: QuizProof) -> None:
        """Put aside the questions and findings of a file, and what it is."""
        self._lists["quizzes"].add(_quiz(quiz))
        for question in quiz.blocks:
            self._lists["questions"].add(_question(quiz, question))
        for finding in quiz.findings:
            self._lists["findings"].add(_finding(finding))
        for each in quiz.ignored:
            self._lists["ignored"].add(_finding(each.finding) | {"ignored": {"by": each.by, "reason": each.reason}})

    def differ(self, comparison: Comparison) -> None:
        """Keep what differs from a lock, for the key `lock`."""
        self._comparison = comparison

    def finish(self, result: Result) -> None:
        """Write the object."""
        counts = {
            "version": VERSION,
            "quizproof": quizproof.__version__,
            "bank": result.bank,
            "shard": result.shard,
            "revision": result.revision,
            "sandbox": result.sandbox,
            "runtimes": _plain(result.runtimes),
            "summary": dataclasses.asdict(result.summary),
        }
        self._stream.write("{" + ",\n ".join(f"{_dump(key)}: {_dump(value)}" for key, value in counts.items()))
        for name, aside in self._lists.items():
            self._stream.write(f",\n {_dump(name)}: [")
            aside.pour(self._stream)
            self._stream.write("]")
        if self._comparison:
            self._stream.write(f',\n "lock": {_dump(self._comparison.data())}')
        self._stream.write("}\n")


class _ListAside:
    """Items of a JSON list, written one after the other into memory, or into a file when they are many."""

    def __init__(self) -> None:
        self._file = tempfile.SpooledTemporaryFile(_MAX_IN_MEMORY, "w+", encoding="ascii")  # noqa: SIM115
        self._comma = ""

    def add(self, item: object) -> None:
        self._file.write(f"{self._comma}\n  {_dump(item)}")
        self._comma = ","  # JSON allows none after the last item

    def pour(self, stream: TextIO) -> None:
        self._file.seek(0)
        shutil.copyfileobj(self._file, stream)
        self._file.close()


def as_data(quiz: QuizProof, block: BlockProof) -> tuple[Json, list[Json]]:
    """One block as the report has it, and its findings."""
    return _question(quiz, block), [_finding(finding) for finding in block.findings]


def _quiz(quiz: QuizProof) -> Json:
    header = quiz.header
    keys: Json = {
        "id": header.quiz if header else None,
        "title": header.title if header else None,
        "topic": header.topic if header else None,
        "path": quiz.path,
        "runtime": header.runtime if header else None,
        "questions": list(quiz.ids),
        "file_findings": len(quiz.file_findings),
        "steps": [_claim(claim) for claim in quiz.steps],
    }
    return keys | (_metadata(header) if header else {})


def _question(quiz: QuizProof, proof: BlockProof) -> Json:
    return {
        "id": proof.id,
        "quiz": quiz.id,
        "path": quiz.path,
        "line": proof.line,
        "kind": proof.kind,
        "exhibit": proof.exhibit,
        "status": proof.status,
        "answer": proof.answer,
        "variants": len(proof.variants),
        "points": proof.points,
        **_metadata(quiz.metadata(proof)),
        "claims": [_claim(claim) for claim in proof.claims],
    }


def _metadata(known: Metadata) -> Json:
    """What a course knows a quiz or a block by."""
    return metadata_of(known).model_dump(mode="json")


def _claim(claim: JudgedClaim) -> Json:
    return {
        "what": claim.what,
        "verdict": claim.verdict,
        "line": claim.line,
        "evidence": _plain(claim.evidence),
    }


def _finding(finding: Finding) -> Json:
    keys: Json = {
        "code": finding.code,
        "name": finding.rule.name,
        "severity": finding.severity,
        "path": finding.path,
        "line": finding.span.line,
        "column": finding.span.column,
        "end_line": finding.span.end_line,
        "end_column": finding.span.end_column,
        "question": finding.block,
        "message": finding.message,
        "help": finding.help,
        "expected": finding.expected,
        "actual": finding.actual,
        "at": list(finding.at),
        "docs": finding.rule.anchor,
    }
    if finding.unavailable:
        keys["unavailable"] = {"reason": finding.unavailable.reason, "questions": finding.unavailable.blocks}
    return keys


def _plain(value: object) -> Any:
    """Evidence as JSON data. NaN and infinities become text, because JSON has no such numbers."""
    # A string is a sequence as well, so it is returned before sequences are looked at.
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if value is None or isinstance(value, (str, int, float)):
        return value
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, Sequence):
        return [_plain(inner) for inner in value]
    return str(value)


def _dump(value: object) -> str:
    # json writes ASCII unless told otherwise, but NaN too, which other readers of JSON refuse.
    return json.dumps(value, allow_nan=False)
