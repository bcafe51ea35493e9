"""Formats of reports, by name: each presents what proving found out to a person, a script or a CI service."""

from __future__ import annotations

import io
import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal, Protocol, TextIO, TypeAlias, get_args, runtime_checkable

from quizproof_renderers import plugins

if TYPE_CHECKING:
    from quizproof.proof import QuizProof, Report, Result
    from quizproof_renderers.reports.lock_diff import Comparison

Format: TypeAlias = Literal["full", "concise", "json", "github", "gitlab", "junit", "sarif"]

FORMATS: tuple[Format, ...] = get_args(Format)
"""The formats, by the names that `--format` knows."""


_FOR_PEOPLE: tuple[Format, ...] = ("full", "concise", "github")
"""Those beside which something else may stand."""


class Reporter(Protocol):
    """Reports proofs as they come, and keeps none of them."""

    def add(self, quiz: QuizProof) -> None:
        """Report one file. Raises OSError when a write fails, as `finish` does."""

    def finish(self, result: Result) -> None:
        """Sum up."""


@runtime_checkable
class DifferenceReporter(Protocol):
    """A reporter that also has a place for what differs from a lock; others leave that to standard error."""

    def differ(self, comparison: Comparison) -> None:
        """Report it, before `finish`."""


class Several:
    """Reports to several reporters."""

    def __init__(self, reporters: Sequence[Reporter]) -> None:
        self._reporters = reporters

    def add(self, quiz: QuizProof) -> None:
        """Report one file to each."""
        for each in self._reporters:
            each.add(quiz)

    def differ(self, comparison: Comparison) -> None:
        """Report what differs from a lock to those that have a place for it."""
        for each in self._reporters:
            if isinstance(each, DifferenceReporter):
                each.differ(comparison)

    def finish(self, result: Result) -> None:
        """Have each sum up."""
        for each in self._reporters:
            each.finish(result)


def is_data(name: str) -> bool:
    """Whether programs read a format, so that nothing else may stand beside it."""
    return name not in _FOR_PEOPLE


def is_format(name: str) -> bool:
    """Whether there is a format of that name, of ours or of an installed package."""
    # Ours first: most calls name one, and need not wait for the others to be found.
    return name in FORMATS or name in plugins.installed("quizproof.reports")


def reporter(
    form: str, stream: TextIO, environ: Mapping[str, str] = os.environ, texts: Mapping[str, str] | None = None
) -> Reporter:
    """A reporter that writes in one format.

    form     the format: one of FORMATS, or of an installed package. `full` uses colours where the stream and the
             environment allow them; `github` also appends a table to the file that GITHUB_STEP_SUMMARY names
    stream   where to write. It stays open, and its encoding no longer refuses a character
    environ  the environment in which `github` finds that name
    texts    the texts of files that are not on disk, by their paths, from which `full` shows lines
    """
    if isinstance(stream, io.TextIOWrapper):
        # A character that the encoding of the stream lacks becomes an escape, so that no report is lost to it.
        stream.reconfigure(errors="backslashreplace")
    # Imported only where needed: only `full` has a use for rich, and `--help` reads FORMATS alone.
    match form:
        case "full":
            from quizproof_renderers.console import console_for
            from quizproof_renderers.reports.full import Full, read_file

            known = texts or {}
            return Full(console_for(stream), lambda path: known[path] if path in known else read_file(path))
        case "concise":
            from quizproof_renderers.reports.concise import Concise

            return Concise(stream)
        case "json":
            from quizproof_renderers.reports.json_report import JsonReport

            return JsonReport(stream)
        case "github":
            from quizproof_renderers.reports.ci.github import Github

            return Github(stream, environ)
        case "gitlab":
            from quizproof_renderers.reports.ci.gitlab import Gitlab

            return Gitlab(stream)
        case "junit":
            from quizproof_renderers.reports.ci.junit import Junit

            return Junit(stream)
        case "sarif":
            from quizproof_renderers.reports.ci.sarif import Sarif

            return Sarif(stream)
        case _:
            made: Reporter = plugins.load("quizproof.reports", form)(stream)
            return made


def write(report: Report, form: str, stream: TextIO, environ: Mapping[str, str] = os.environ) -> None:
    """Write a whole report.

    report   what `prove` gives
    form     the format
    stream   where to write; it stays open
    environ  as for `reporter`

    Raises OSError when a write fails.
    """
    reporting = reporter(form, stream, environ)
    for quiz in report.quizzes:
        reporting.add(quiz)
    reporting.finish(report.result)
