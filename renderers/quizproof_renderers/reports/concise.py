"""`concise`: one line per finding, in the form of compilers, and one line that sums up.

```
questions/a.yaml:9:13: QP201 [key-refuted] key: the stated answer is not what the program prints: 'True'
1 error; 3 claims proven, 1 refuted in 0.4 s, 4 runs, sandbox: namespaces, Python 3.11.7
```
"""

from __future__ import annotations

from typing import TextIO

from quizproof.findings import Finding
from quizproof.proof import QuizProof, Result
from quizproof_renderers import tally
from quizproof_renderers.text import clip, one_line

MAX_MESSAGE = 400
"""Characters of a message that are shown: frameworks raise exceptions with messages of several pages."""


class Concise:
    """Writes findings as they come."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def add(self, quiz: QuizProof) -> None:
        """A line for each finding."""
        self._stream.writelines(f"{line(finding)}\n" for finding in quiz.findings)

    def finish(self, result: Result) -> None:
        """The line that sums up."""
        self._stream.write(f"{summary(result)}\n")


def line(finding: Finding) -> str:
    """One finding: `path:line:column: QP201 [key-refuted] message`, or `QP303 [no-mistake] warning: message`.

    Lines and columns count from 1. A message of several lines becomes one, and is cut after MAX_MESSAGE characters.
    """
    message = clip(one_line(finding.message), MAX_MESSAGE)
    severity = "" if finding.severity == "error" else f"{finding.severity}: "
    return f"{one_line(finding.place)}: {finding.code} [{finding.rule.name}] {severity}{message}"


def summary(result: Result) -> str:
    """The line that sums up: findings, claims, and how they were judged."""
    return f"{tally.conclusion(result)} {tally.circumstances(result)}"
