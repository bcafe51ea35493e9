"""`concise`: one line a finding, as compilers and editors know it, and one line that sums up."""

from __future__ import annotations

from typing import TextIO

from quizproof.findings import Finding
from quizproof.proof import QuizProof, Result
from quizproof_renderers import tally
from quizproof_renderers.text import clip, one_line

LONGEST = 400
"""Characters of a message that are shown; messages of frameworks can run to pages."""


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
    """One finding: `path:line:column: QP201 [key-refuted] message`."""
    message = clip(one_line(finding.message), LONGEST)
    return f"{one_line(finding.place)}: {finding.code} [{finding.rule.name}] {message}"


def summary(result: Result) -> str:
    """The line that sums up: findings, claims, and how they were judged."""
    words = [part for part in (tally.counted(result), tally.verdicts(result)) if part]
    return f"{'; '.join(words)} {tally.circumstances(result)}"
