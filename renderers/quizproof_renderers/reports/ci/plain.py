"""Findings as plain lines: for annotations and test reports, which show a text as it is."""

from __future__ import annotations

from quizproof.findings import Finding
from quizproof_renderers.reports import concise
from quizproof_renderers.text import clip, clip_lines, visible

MAX_LINES = 20
"""Lines of an expected or actual output."""
MAX_TEXT = 300
"""Characters of one line."""


def told(finding: Finding) -> str:
    """A finding in one line, as `concise` has it, and below it its details."""
    return "\n".join([concise.line(finding), *details(finding)])


def details(finding: Finding) -> list[str]:
    """What was expected, what came instead, and help: one line each, or an indented block where there are several."""
    parts: list[str] = []
    for label, detail in (("expected", finding.expected), ("actual", finding.actual), ("help", finding.help)):
        lines = clip_lines([clip(line, MAX_TEXT) for line in visible(detail).strip("\n").split("\n")], MAX_LINES)
        if len(lines) > 1:
            parts += [f"{label}:", *(f"  {line}" for line in lines)]
        elif lines != [""]:
            parts.append(f"{label}: {lines[0]}")
    return parts
