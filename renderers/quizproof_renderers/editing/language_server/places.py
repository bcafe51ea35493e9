"""Places: those of findings as the protocol has them, which counts lines from 0 and columns in units of UTF-16."""

from __future__ import annotations

from collections.abc import Sequence

from lsprotocol import types

from quizproof.findings import Finding, Span

_SEVERITIES = {"error": types.DiagnosticSeverity.Error, "warning": types.DiagnosticSeverity.Warning}


def range_of(span: Span, lines: Sequence[str]) -> types.Range:
    """A place in a text. `lines`: of the text, without their ends."""
    return types.Range(_position(span.line, span.column, lines), _position(span.end_line, span.end_column, lines))


def _position(line: int, column: int, lines: Sequence[str]) -> types.Position:
    before = lines[line - 1][: column - 1] if line <= len(lines) else ""
    return types.Position(line - 1, _units(before))


def column_of(position: types.Position, lines: Sequence[str]) -> int:
    """The column of a position in our count, from 1."""
    text = lines[position.line] if position.line < len(lines) else ""
    units = 0
    for index, character in enumerate(text):
        if units >= position.character:
            return index + 1
        units += _units(character)
    return len(text) + 1


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def diagnostic(finding: Finding, lines: Sequence[str]) -> types.Diagnostic:
    """A finding as an editor shows it: what is wrong, what was expected and came instead, and what to do."""
    parts = [finding.message]
    if finding.expected or finding.actual:
        parts += [
            f"{name}: {text}" for name, text in (("expected", finding.expected), ("actual", finding.actual)) if text
        ]
    if finding.help:
        parts.append(finding.help)
    return types.Diagnostic(
        range_of(finding.span, lines),
        "\n".join(parts),
        severity=types.DiagnosticSeverity.Information if finding.is_unverified else _SEVERITIES[finding.severity],
        code=finding.code,
        source="quizproof",
    )
