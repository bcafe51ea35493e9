"""`quizproof analyse`: what the marks of many learners say about the questions."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from quizproof_renderers.cli.exits import fail
from quizproof_renderers.cli.options import RunOptions

if TYPE_CHECKING:
    from typing import TextIO

    from quizproof_renderers.analysis.items import QuizFigures
    from quizproof_renderers.analysis.marks import MarkRow


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path))
@click.option(
    "--format",
    "format_",
    type=click.Choice(["text", "html", "csv", "json"]),
    default="text",
    show_default=True,
    help="Text for people, a page with plots, a table, or data.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write to this file.  [default: standard output]",
)
@click.option(
    "--bank", multiple=True, type=click.Path(path_type=Path), help="The bank, whose lock knows all options of a choice."
)
@click.option(
    "--options", "every_option", is_flag=True, help="Show the options of every question, not of flagged ones."
)
def analyse(
    files: tuple[Path, ...], format_: str, output: Path | None, bank: tuple[Path, ...], every_option: bool
) -> None:
    """Analyse questions by the answers of many learners.

    FILE is a file of marks, of one learner's attempts (`attempts export`, or the store itself), what *Export progress*
    on the site gives, or a folder of these. You see the mean score and the discrimination of each question, who
    chooses which option, Cronbach's alpha and the standard error of each quiz, and what is worth a look: "the best
    learners choose B: a second right option, or a false key?". From 100 learners on you also see a Rasch scale: how
    hard questions are beside how able learners are. Only first answers count.

    Files of the site do not have the options that nobody chose; name the --bank, and they are known.

    \b
    Examples:
      quizproof analyse marks.csv
      quizproof analyse marks.csv --format html -o analysis.html
      quizproof analyse exports/ --bank questions --options
    """
    from quizproof_renderers.analysis.items import analyse as analysed
    from quizproof_renderers.analysis.reading import read

    rows = read(files)
    if bank:
        rows = _with_options(rows, bank)
    quizzes = analysed(rows)
    if output is None:
        _write(quizzes, format_, sys.stdout, every_option=every_option)
        return
    from quizproof_renderers.reports.whole_file import whole_file

    try:
        with whole_file(output) as stream:
            _write(quizzes, format_, stream, every_option=every_option)
    except OSError as error:
        fail(f"{output} cannot be written: {error.strerror}")


def _write(quizzes: tuple[QuizFigures, ...], format_: str, stream: TextIO, *, every_option: bool) -> None:
    from quizproof_renderers.analysis import report_data

    match format_:
        case "json":
            stream.write(json.dumps(report_data.to_json(quizzes), indent=2, ensure_ascii=False) + "\n")
        case "csv":
            stream.write(report_data.to_csv(quizzes))
        case "html":
            from quizproof_renderers.analysis import report_html

            stream.write(report_html.page(quizzes))
        case _:
            from quizproof_renderers.analysis import report_text

            report_text.write(quizzes, stream, every_option=every_option)


def _with_options(rows: tuple[MarkRow, ...], places: tuple[Path, ...]) -> tuple[MarkRow, ...]:
    """The marks with all options, as the lock of the bank has them. They are run where the lock lacks them."""
    from quizproof.loading.quiz import Bank
    from quizproof_renderers.analysis.bank_options import with_options
    from quizproof_renderers.cli.learning.bench import proven
    from quizproof_renderers.cli.proving import bank_at

    wanted = {row.quiz for row in rows}
    whole = bank_at(*places)
    chosen = Bank(tuple(file for file in whole.files if file.quiz and file.quiz.id in wanted))
    if not chosen.files:
        fail(f"{places[0]} has no quiz that is in these files")
    return with_options(rows, proven(chosen, places, RunOptions(), locked=False).quizzes)
