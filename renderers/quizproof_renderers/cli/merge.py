"""`quizproof merge`: the reports of all shards as one."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from quizproof_renderers.cli.options import format_option, output_option
from quizproof_renderers.cli.proving import reporter_to

if TYPE_CHECKING:
    pass


@click.command()
@click.argument("reports", nargs=-1, required=True, type=click.Path(path_type=Path))
@format_option
@output_option
@click.option("--exit-zero", is_flag=True, help="Exit with 0 even when there are findings.")
def merge(reports: tuple[Path, ...], format_: str | None, output_file: Path | None, exit_zero: bool) -> None:
    """Join the reports of all shards to the report of the whole bank.

    REPORTS are what `quizproof check --shard I/N --format json` wrote, in any order. A part that is missing or given
    twice is refused, and so are parts of different banks, sandboxes, or versions of a library or of quizproof.

    \b
    Examples:
      quizproof merge part1.json part2.json
      quizproof merge parts/*.json --format json -o report.json
    """
    from quizproof_renderers.reports.merging import merge as join

    report = join(reports)
    with reporter_to(format_, output_file) as reporter:
        for quiz in report.quizzes:
            reporter.add(quiz)
        reporter.finish(report.result)
    sys.exit(0 if exit_zero else report.exit_code)
