"""`github`: findings as GitHub Actions workflow commands, which become annotations on a pull request."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TextIO

from quizproof.errors import Finding
from quizproof.proof import Report
from quizproof_renderers import tally
from quizproof_renderers.reports import concise
from quizproof_renderers.text import clip, clip_lines, one_line, plural, visible

ROWS = 200
"""Findings listed in the step summary, which GitHub cuts at 1 MiB."""
DETAIL_LINES = 20
LONGEST = 300


def write(report: Report, stream: TextIO, environ: Mapping[str, str] = os.environ) -> None:
    """Write the commands to `stream` and append the table to the file named by GITHUB_STEP_SUMMARY, if any.

    The table is there because GitHub shows only ten annotations of a kind per step. Raises OSError when that
    file cannot be written.
    """
    stream.write(text(report))
    target = environ.get("GITHUB_STEP_SUMMARY")
    if target:
        with Path(target).open("a", encoding="utf-8") as file:
            file.write(step_summary(report))


def text(report: Report) -> str:
    """One command a finding, then a plain line that sums up."""
    return "\n".join([*map(command, report.findings), concise.summary(report), ""])


def command(finding: Finding) -> str:
    """One finding: `::error title=quizproof (QP201),file=…,line=…,col=…,endLine=…,endColumn=…::message`."""
    span = finding.span
    properties: dict[str, str | int] = {"title": f"quizproof ({finding.code})", "file": finding.path, "line": span.line}
    # GitHub refuses columns when an annotation covers several lines, and an end before its start.
    if span.line == span.end_line:
        ends = {"endLine": span.end_line, "endColumn": max(span.column, span.end_column)}
        properties |= {"col": span.column} | ends
    else:
        properties["endLine"] = span.end_line
    named = ",".join(f"{key}={_escape_property(str(value))}" for key, value in properties.items())
    return f"::{finding.severity} {named}::{_escape(_message(finding))}"


def step_summary(report: Report) -> str:
    """The report as Markdown for the page of a workflow run."""
    lines = [f"### quizproof: {tally.verdicts(report)}", "", f"Judged {_cell(tally.circumstances(report))}.", ""]
    lines += ["| quiz | questions | claims proven | coverage | |", "|---|---:|---:|---:|---|"]
    for row in tally.tallies(report):
        cells = (_cell(row.title), f"{row.questions}", f"{row.proven}/{row.claims}", row.coverage, row.notes)
        lines.append(f"| {' | '.join(cells)} |")
    if report.findings:
        lines += ["", "| rule | place | what is wrong |", "|---|---|---|", *_rows(report)]
    return "\n".join([*lines, "", ""])


def _rows(report: Report) -> Iterator[str]:
    for finding in report.findings[:ROWS]:
        rule = f"{finding.severity} {finding.code} {finding.rule.name}"
        yield f"| {rule} | {_cell(finding.place)} | {_cell(clip(finding.message, LONGEST))} |"
    left = len(report.findings) - ROWS
    if left > 0:
        yield f"| … | | {plural(left, 'more finding')} |"


def _message(finding: Finding) -> str:
    """What the annotation says, over several lines where there is more to say."""
    parts = [concise.line(finding)]
    for label, detail in (("expected", finding.expected), ("actual", finding.actual), ("help", finding.help)):
        lines = clip_lines([clip(line, LONGEST) for line in visible(detail).strip("\n").split("\n")], DETAIL_LINES)
        if len(lines) > 1:
            parts += [f"{label}:", *(f"  {line}" for line in lines)]
        elif lines != [""]:
            parts.append(f"{label}: {lines[0]}")
    return "\n".join(parts)


def _escape(data: str) -> str:
    return data.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escape_property(data: str) -> str:
    return _escape(visible(data)).replace(":", "%3A").replace(",", "%2C")


def _cell(text: str) -> str:
    """The text as it stands, inside a cell of a Markdown table."""
    shown = one_line(text)
    for sign in "\\`*_[]<>|~&!@#":
        shown = shown.replace(sign, f"\\{sign}")
    return shown
