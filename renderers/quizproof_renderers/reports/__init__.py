"""Reports: what proving found out, told to a person, a script or a CI service. One module a format."""

from __future__ import annotations

import io
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal, TextIO, TypeAlias, get_args

if TYPE_CHECKING:
    from quizproof.proof import Report

Format: TypeAlias = Literal["full", "concise", "json", "github"]

FORMATS: tuple[Format, ...] = get_args(Format)
"""The formats, by the names that `--format` knows."""


def write(report: Report, form: Format, stream: TextIO, environ: Mapping[str, str] = os.environ) -> None:
    """Write `report` to `stream`; `full` uses colours where the stream and the environment allow them.

    `github` also appends a table to the file that GITHUB_STEP_SUMMARY names. Raises OSError when a write fails.
    """
    if isinstance(stream, io.TextIOWrapper):
        # A character that the stream's encoding lacks is shown as an escape rather than losing the report.
        stream.reconfigure(errors="backslashreplace")
    # Imported here, each where it is needed: three of the four have no use for rich.
    if form == "full":
        from quizproof_renderers.console import console_for
        from quizproof_renderers.reports import full

        full.write(report, console_for(stream))
    elif form == "concise":
        from quizproof_renderers.reports import concise

        stream.write(concise.text(report))
    elif form == "json":
        from quizproof_renderers.reports import json_report

        stream.write(json_report.text(report))
    else:
        from quizproof_renderers.reports import github

        github.write(report, stream, environ)
