"""`concise`: one line a finding, as compilers and editors know it, and one line that sums up."""

from __future__ import annotations

from quizproof.errors import Finding
from quizproof.proof import Report
from quizproof_renderers import tally
from quizproof_renderers.text import clip, one_line

LONGEST = 400
"""Characters of a message that are shown; messages of frameworks can run to pages."""


def text(report: Report) -> str:
    """The whole report."""
    lines = [line(finding) for finding in report.findings]
    return "\n".join([*lines, summary(report), ""])


def line(finding: Finding) -> str:
    """One finding: `path:line:column: QP201 [key-refuted] message`."""
    message = clip(one_line(finding.message), LONGEST)
    return f"{one_line(finding.place)}: {finding.code} [{finding.rule.name}] {message}"


def summary(report: Report) -> str:
    """The line that sums up: findings, claims, and how they were judged."""
    words = [part for part in (tally.counted(report), tally.verdicts(report)) if part]
    return f"{'; '.join(words)} {tally.circumstances(report)}"
