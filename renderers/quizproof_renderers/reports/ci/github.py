"""`github`: findings as GitHub Actions workflow commands, which become annotations on a pull request.

```
::error title=quizproof (QP201),file=questions/a.yaml,line=9,endLine=9,endColumn=18,col=13::questions/a.yaml:9:13: …
1 error; 3 claims proven, 1 refuted in 0.4 s, 4 runs, sandbox: namespaces, Python 3.11.7
```

Commands are described in https://docs.github.com/en/actions/using-workflows/workflow-commands-for-github-actions, and
their escapes are those of https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from quizproof.findings import Finding
from quizproof.proof import QuizProof, Result
from quizproof_renderers import tally
from quizproof_renderers.reports import concise
from quizproof_renderers.reports.ci.plain import told
from quizproof_renderers.text import clip, one_line, plural, visible

if TYPE_CHECKING:
    from quizproof_renderers.reports.lock_diff import Comparison

MAX_ROWS = 200
"""Findings listed in the step summary, which GitHub cuts at 1 MiB."""
MAX_TEXT = 300
"""Characters of one text in a table."""

_MARKUP = "\\`*_[]<>|~&!@#"
"""Characters that can be markup; the backslash first, or it would escape the escapes of the others."""


class Github:
    """Writes commands as they come, and in the end the table.

    The table is appended to the file that GITHUB_STEP_SUMMARY names, if any, because GitHub shows only ten annotations
    of a kind per step.
    """

    def __init__(self, stream: TextIO, environ: Mapping[str, str] = os.environ) -> None:
        """Nothing is written before the first file is added.

        stream   the output of the step, in which GitHub looks for commands
        environ  where GITHUB_STEP_SUMMARY may be
        """
        self._stream = stream
        self._target = environ.get("GITHUB_STEP_SUMMARY")
        self._quizzes: list[str] = []
        self._findings: list[str] = []
        self._left = 0

    def add(self, quiz: QuizProof) -> None:
        """A command for each finding."""
        row = tally.tally(quiz)
        cells = (_cell(row.title), f"{row.questions}", f"{row.proven}/{row.claims}", row.coverage, row.notes)
        self._quizzes.append(f"| {' | '.join(cells)} |")
        for finding in quiz.findings:
            self._stream.write(f"{command(finding)}\n")
            if len(self._findings) < MAX_ROWS:
                self._findings.append(_row(finding))
            else:
                self._left += 1

    def differ(self, comparison: Comparison) -> None:
        """A command for each block that differs from a lock, and for what was not compared."""
        for path, line, message in comparison.notes():
            where = f"file={_escape_property(path)}" + (f",line={line}" if line else "")
            self._stream.write(f"::warning title=quizproof (lock),{where}::{_escape(visible(message))}\n")

    def finish(self, result: Result) -> None:
        """One line that sums up, and the table. Raises OSError when its file cannot be written."""
        self._stream.write(f"{concise.summary(result)}\n")
        if self._target:
            # Appended, because other commands of the same step may have written to it.
            with Path(self._target).open("a", encoding="utf-8") as file:
                file.write(self.step_summary(result))

    def step_summary(self, result: Result) -> str:
        """The report as Markdown for the page of a workflow run: the verdict, a table of quizzes, one of findings.

        ```
        ### quizproof: 3 claims proven, 1 refuted

        Judged in 0.4 s, 4 runs, sandbox: namespaces, Python 3.11.7.

        | quiz | questions | claims proven | coverage | |
        |---|---:|---:|---:|---|
        | Truth | 1 | 3/4 | 75 % | 1 refuted |

        | rule | place | what is wrong |
        |---|---|---|
        | error QP201 key-refuted | questions/a.yaml:9:13 | the stated answer is not … |
        ```
        """
        lines = [f"### quizproof: {tally.verdicts(result)}", "", f"Judged {_cell(tally.circumstances(result))}.", ""]
        lines += ["| quiz | questions | claims proven | coverage | |", "|---|---:|---:|---:|---|", *self._quizzes]
        if self._findings:
            lines += ["", "| rule | place | what is wrong |", "|---|---|---|", *self._findings]
        if self._left:
            lines.append(f"| … | | {plural(self._left, 'more finding')} |")
        if ignored := tally.ignored(result):
            lines += ["", f"Besides: {ignored}."]
        return "\n".join([*lines, "", ""])


def command(finding: Finding) -> str:
    """One finding as a workflow command, which is one line.

    On one line of the file: `::error title=quizproof (QP201),file=…,line=…,col=…,endLine=…,endColumn=…::message`.
    Over several lines: without columns. The order of the properties means nothing; `warning` takes the place of
    `error`.
    """
    span = finding.span
    properties: dict[str, str | int] = {"title": f"quizproof ({finding.code})", "file": finding.path, "line": span.line}
    # GitHub refuses columns when an annotation covers several lines, and an end before its start.
    if span.line == span.end_line:
        ends = {"endLine": span.end_line, "endColumn": max(span.column, span.end_column)}
        properties |= {"col": span.column} | ends
    else:
        properties["endLine"] = span.end_line
    named = ",".join(f"{key}={_escape_property(str(value))}" for key, value in properties.items())
    return f"::{finding.severity} {named}::{_escape(told(finding))}"


def _row(finding: Finding) -> str:
    rule = f"{finding.severity} {finding.code} {finding.rule.name}"
    return f"| {rule} | {_cell(finding.place)} | {_cell(clip(finding.message, MAX_TEXT))} |"


def _escape(data: str) -> str:
    """What GitHub reads back as `data` after the second `::`. The percent sign first, or it would escape escapes."""
    return data.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escape_property(data: str) -> str:
    """The same before the second `::`, where colons and commas end a value."""
    return _escape(visible(data)).replace(":", "%3A").replace(",", "%2C")


def _cell(text: str) -> str:
    """The text inside a cell of a Markdown table, where none of its characters acts as markup."""
    escaped = one_line(text)
    for sign in _MARKUP:
        escaped = escaped.replace(sign, f"\\{sign}")
    return escaped
