"""`quizproof merge`: the reports of all shards as one."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from quizproof_renderers.cli.exits import PROVEN, code_of
from quizproof_renderers.cli.options import Output, format_option, output_option, outputs_of
from quizproof_renderers.cli.proving import reporter_to


@click.command()
@click.argument("reports", nargs=-1, required=True, type=click.Path(path_type=Path))
@format_option
@output_option
@click.option("--exit-zero", is_flag=True, help="Exit with 0 even when there are findings.")
def merge(reports: tuple[Path, ...], formats: tuple[Output, ...], output_file: Path | None, exit_zero: bool) -> None:
    """Merge the reports of all shards into one.

    REPORTS are the files that `quizproof check --shard I/N --format json` wrote, in any order. Reports are refused
    when one is missing or given twice, and when their banks, sandboxes, or versions of libraries or quizproof differ.

    \b
    Examples:
      quizproof merge part1.json part2.json
      quizproof merge parts/*.json --format json -o report.json
    """
    from quizproof_renderers.reports.merging import merge as merged

    outputs = outputs_of(formats, output_file)
    report = merged(reports)
    with reporter_to(outputs) as reporter:
        for quiz in report.quizzes:
            reporter.add(quiz)
        reporter.finish(report.result)
    sys.exit(PROVEN if exit_zero else code_of(report.result))
