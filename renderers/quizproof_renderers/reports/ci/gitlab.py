"""`gitlab`: GitLab's Code Quality report, which a merge request shows beside the lines of its difference.

```
[
 {"description": "QP201 [key-refuted] key: …", "check_name": "key-refuted", "fingerprint": "d0c…",
  "severity": "critical", "location": {"path": "questions/a.yaml", "lines": {"begin": 9, "end": 9}}}
]
```

Its form is described in https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format. Paths are relative
to the folder in which quizproof runs, which must be the root of the repository.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, TextIO

from quizproof.findings import Finding
from quizproof.proof import QuizProof, Result
from quizproof_renderers.reports.ci.fingerprints import Fingerprints
from quizproof_renderers.text import clip, one_line

MAX_MESSAGE = 400
"""Characters of a description, which is shown in one line."""


class Gitlab:
    """Writes findings as they come, as items of one JSON list."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._lead = "["
        self._fingerprints = Fingerprints()

    def add(self, quiz: QuizProof) -> None:
        """An item for each finding. Those that are ignored are none."""
        for finding in quiz.findings:
            item = _item(finding, self._fingerprints.of(finding))
            self._stream.write(f"{self._lead}\n {json.dumps(item)}")
            self._lead = ","

    def finish(self, result: Result) -> None:
        """The end of the list."""
        self._stream.write("[]\n" if self._lead == "[" else "\n]\n")


def _item(finding: Finding, fingerprint: str) -> Mapping[str, Any]:
    text = f"{finding.code} [{finding.rule.name}] {one_line(finding.message)}"
    return {
        "description": clip(text, MAX_MESSAGE),
        "check_name": finding.rule.name,
        "fingerprint": fingerprint,
        "severity": _severity(finding),
        "location": {
            "path": one_line(finding.path),
            "lines": {"begin": finding.span.line, "end": max(finding.span.line, finding.span.end_line)},
        },
    }


def _severity(finding: Finding) -> str:
    """Of the five that GitLab knows: info, minor, major, critical, blocker."""
    if finding.severity == "warning":
        return "minor"
    return "major" if finding.is_unverified else "critical"
