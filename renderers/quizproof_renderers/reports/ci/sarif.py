"""`sarif`: the Static Analysis Results Interchange Format, version 2.1.0, as code scanning services read it.

```
{"$schema": "…", "version": "2.1.0", "runs": [{"results": [
  {"ruleId": "QP201", "ruleIndex": 0, "level": "error", "message": {"text": "…"}, "locations": […]}],
 "tool": {"driver": {"name": "quizproof", "rules": [{"id": "QP201", …}]}}, …}]}
```

The format is that of https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html. Findings that are ignored are in
it too, as results with a suppression. GitHub refuses a run of more than 25,000 results.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, TextIO
from urllib.parse import quote

import quizproof
from quizproof.findings import Finding
from quizproof.proof import Ignored, QuizProof, Result
from quizproof.rules import RULES
from quizproof_renderers.reports import concise
from quizproof_renderers.reports.ci.fingerprints import Fingerprints
from quizproof_renderers.reports.ci.plain import details
from quizproof_renderers.reports.concise import MAX_MESSAGE
from quizproof_renderers.text import clip, one_line, plural

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
MAX_RESULTS = 25_000
"""Of one run."""
ROOT = "%SRCROOT%"
"""What GitHub and editors call the root of the repository, which paths are relative to."""


class Sarif:
    """Writes results as they come, and what they refer to after them. Pure ASCII, as JSON allows."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._lead = f'{{"$schema": {json.dumps(SCHEMA)}, "version": "2.1.0", "runs": [{{"results": ['
        self._rules: dict[str, int] = {}
        """The rules that results name, and where each is in the list."""
        self._fingerprints = Fingerprints()
        self._written = self._left = 0

    def add(self, quiz: QuizProof) -> None:
        """A result for each finding, also for those that are ignored."""
        for finding in quiz.findings:
            self._write(finding, [])
        for each in quiz.ignored:
            self._write(each.finding, [_suppression(each)])

    def _write(self, finding: Finding, suppressions: Sequence[dict[str, str]]) -> None:
        if self._written == MAX_RESULTS:
            self._left += 1
            return
        index = self._rules.setdefault(finding.code, len(self._rules))
        result = _result(finding, index, self._fingerprints.of(finding))
        if suppressions:
            result["suppressions"] = suppressions
        self._stream.write(f"{self._lead}\n  {json.dumps(result)}")
        self._lead = ","
        self._written += 1

    def finish(self, result: Result) -> None:
        """The tool with its rules, and how the run ended."""
        driver = {
            "name": "quizproof",
            "version": quizproof.__version__,
            "semanticVersion": quizproof.__version__,
            "rules": [_rule(code) for code in self._rules],
        }
        invocation: dict[str, Any] = {"executionSuccessful": not result.unverified}
        notes = [concise.summary(result)]
        if self._left:
            notes.append(f"{plural(self._left, 'more result')} left out: a run has {MAX_RESULTS:,} at most")
        invocation["toolExecutionNotifications"] = [
            {"level": "warning" if index else "note", "message": {"text": note}} for index, note in enumerate(notes)
        ]
        rest = {"tool": {"driver": driver}, "invocations": [invocation], "columnKind": "unicodeCodePoints"}
        lead = "" if self._written else self._lead
        self._stream.write(f"{lead}],\n {json.dumps(rest)[1:]}]}}\n")


def _result(finding: Finding, index: int, fingerprint: str) -> dict[str, Any]:
    span = finding.span
    # An end before the start is refused, and an empty region shows nothing.
    within = span.end_line <= span.line
    end = {
        "endLine": max(span.line, span.end_line),
        "endColumn": max(span.column + 1, span.end_column) if within else max(1, span.end_column),
    }
    place: dict[str, Any] = {
        "physicalLocation": {
            "artifactLocation": {"uri": quote(finding.path, errors="replace"), "uriBaseId": ROOT},
            "region": {"startLine": span.line, "startColumn": span.column} | end,
        }
    }
    if finding.block:
        place["logicalLocations"] = [{"name": finding.block, "kind": "element"}]
    return {
        "ruleId": finding.code,
        "ruleIndex": index,
        "level": finding.severity,
        "message": {"text": "\n".join([clip(one_line(finding.message), MAX_MESSAGE), *details(finding)])},
        "locations": [place],
        "partialFingerprints": {"quizproof/v1": fingerprint},
    }


def _suppression(ignored: Ignored) -> dict[str, str]:
    kind = {"comment": "inSource", "baseline": "external"}[ignored.by]
    return {"kind": kind} | ({"justification": ignored.reason} if ignored.reason else {})


def _rule(code: str) -> dict[str, Any]:
    rule = RULES[code]
    return {
        "id": code,
        "name": "".join(word.capitalize() for word in rule.name.split("-")),
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": rule.summary},
        "help": {"text": rule.explanation, "markdown": rule.explanation},
        "defaultConfiguration": {"level": rule.severity},
        "properties": {"tags": [_tag(code)]},
    }


def _tag(code: str) -> str:
    """What the hundred of a rule is about."""
    return {"1": "file", "2": "proof", "3": "writing", "4": "stability"}.get(code[2], "unverified")
