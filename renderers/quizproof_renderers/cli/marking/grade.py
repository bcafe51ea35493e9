"""`quizproof grade`: what learners have handed in becomes marks."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from quizproof_renderers.cli.exits import FINDINGS, PROVEN, fail, refuse
from quizproof_renderers.cli.options import RunOptions, default_bank, proving_options

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from quizproof.displays import Point
    from quizproof.loading.quiz import Bank
    from quizproof.proof import QuizProof
    from quizproof_renderers.handing_in.account import Entry
    from quizproof_renderers.handing_in.grading import Row
    from quizproof_renderers.handing_in.marker import Item, Sheets
    from quizproof_renderers.handing_in.rubric import Rubric

_MAX_LISTED = 20
"""Answers that are listed as to be marked."""


@click.command()
@click.argument("responses", nargs=-1, required=True, metavar="RESPONSES...", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    required=True,
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the marks to this file: JSON where it ends in .json, else CSV.",
)
@click.option("--bank", multiple=True, type=click.Path(path_type=Path), help="Files or folders.  [default: questions]")
@click.option(
    "--feedback",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Write a page with feedback for each learner to this folder.",
)
@click.option(
    "--rubric",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Your marks of answers in words, point by point: CSV or YAML.",
)
@click.option(
    "--rubric-template",
    "template",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write such a file, with every answer in words and the marks that there are.",
)
@click.option(
    "--seeds",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="The file that pages were drawn by: take from each learner only what is from the learner's own page.",
)
@proving_options
def grade(
    responses: tuple[Path, ...],
    output: Path,
    bank: tuple[Path, ...],
    feedback: Path | None,
    rubric: Path | None,
    template: Path | None,
    seeds: Path | None,
    options: RunOptions,
) -> None:
    """Mark the files that learners hand in.

    RESPONSES are files that pages of `build --no-key` have saved, and folders of them. In a folder, LEARNER/QUESTION.py
    and LEARNER/QUESTION.ipynb are programs for one question each; of a notebook the code cells run in order. The bank
    is proven first, by its lock where that has all outcomes. Programs that learners wrote run in the same sandbox as
    everything else, several beside each other, or on a Dask cluster. When it is interrupted or killed, the same command
    goes on where it was.

    Every file is counted once: as marked, as malformed with the reason, or as doubled. Of several files of one learner
    and quiz, the one that was handed in last is marked, unless `attempts` of the quiz were used up before. Pages that
    were drawn for one learner are marked by what that learner saw. A question without a response earns 0. Answers in
    words are to be marked by you, with --rubric; programs that cannot be run here stay unmarked.

    \b
    Examples:
      quizproof grade handed-in/ -o marks.csv
      quizproof grade handed-in/ -o marks.json --bank exam --feedback feedback
      quizproof grade handed-in/ -o marks.csv --rubric-template rubric.csv
      quizproof grade handed-in/ -o marks.csv --rubric rubric.csv
      quizproof analyse marks.csv

    Exit codes: 0 every file was marked or is doubled, 1 one is malformed, 2 bad usage, 3 could not verify.
    """
    from quizproof.loading.quiz import Bank
    from quizproof_renderers.cli.learning.bench import proven
    from quizproof_renderers.cli.marking.parallel import marking
    from quizproof_renderers.cli.proving import bank_at
    from quizproof_renderers.handing_in import grading, rubric_file
    from quizproof_renderers.handing_in.account import account
    from quizproof_renderers.handing_in.drawing import learners_in
    from quizproof_renderers.handing_in.journal import Journal, bank_of
    from quizproof_renderers.handing_in.marker import Sheets, points_of
    from quizproof_renderers.handing_in.rubric import Rubric

    if template and template.exists() and not (rubric and rubric.exists() and template.samefile(rubric)):
        fail(f"{template} exists, and may hold your marks; to add what is new to it, name it with `--rubric` as well")
    given = rubric_file.read(rubric) if rubric else Rubric()
    learners = {learner.key: learner for learner in learners_in(seeds)} if seeds else None
    places = bank or default_bank()
    whole = bank_at(*places)
    exams = {quiz.id: quiz.header.exam for quiz in whole.quizzes}
    entries = account(responses, exams, learners, _programs(whole))
    wanted = {entry.found.quiz for entry in entries if entry.found}
    chosen = Bank(tuple(file for file in whole.files if file.quiz and file.quiz.id in wanted))
    ready = proven(chosen, places, options, locked=False)
    sheets = Sheets(ready.quizzes)
    _refuse_unproven(entries, ready.quizzes, sheets)
    rows: list[Row] = []
    pages: dict[tuple[str, str], list[Row]] = {}
    points = points_of(sheets)
    try:
        with (
            Journal(output, bank_of(sheets)) as journal,
            marking(chosen, ready.quizzes, options, runs=ready.runs) as mark_many,
        ):
            for entry, each in grading.grade(entries, sheets, journal, mark_many):
                assert entry.found is not None, "a file that is marked was read"
                items = {item.block.id: item for item in sheets.items(entry.found.quiz, entry.found.draw)}
                marked = given.applied(each, items)
                rows += marked
                # Scripts of one learner and quiz are on one page.
                page = pages.setdefault(entry.found.who, []) if entry.found.script else []
                page += marked
                if feedback and page:
                    _write_feedback(feedback, page, items)
            given.require_answers(rows, points)
            _write(output, rows, entries)
            if template:
                _write_template(template, rows, points, given)
            journal.remove()
    except OSError as error:
        fail(f"{error.filename or output} cannot be written: {error.strerror}")
    _say(entries, rows, output, template)
    sys.exit(FINDINGS if any(entry.fate == "malformed" for entry in entries) else PROVEN)


def _programs(bank: Bank) -> dict[str, str]:
    """The quizzes of the questions that ask for a program, by their ids."""
    return {item.block.id: quiz.id for quiz in bank.quizzes for item in quiz.items if item.block.kind == "write-code"}


def _write_template(
    file: Path, rows: Sequence[Row], points: Mapping[tuple[str, str], Sequence[Point]], given: Rubric
) -> None:
    from quizproof_renderers.handing_in import rubric_file
    from quizproof_renderers.reports.whole_file import whole_file
    from quizproof_renderers.text import plural

    text, answers = rubric_file.write(file, rows, points, given)
    with whole_file(file) as stream:
        stream.write(text)
    click.echo(f"{plural(answers, 'answer')} in words in {file}: fill in `mark` of each point, 0 to 1")


def _refuse_unproven(entries: Sequence[Entry], quizzes: Sequence[QuizProof], sheets: Sheets) -> None:
    """Exit when there is a response to a question that is not proven here: nobody knows what is right."""
    for quiz in quizzes:
        asked = {item.block.id for item in sheets.items(quiz.id)} if quiz.id in sheets.quizzes else set()
        unproven = {block.id for block in quiz.blocks if not block.exhibit} - asked
        for entry in entries:
            answered = entry.found.responses if entry.found and entry.found.quiz == quiz.id else {}
            if lost := sorted(unproven & answered.keys()):
                refuse(f"`{lost[0]}` is not proven here, so it cannot be marked; `quizproof check` says why")


def _write(output: Path, rows: Sequence[Row], entries: Sequence[Entry]) -> None:
    from quizproof_renderers.handing_in.mark_table import to_csv, to_json
    from quizproof_renderers.reports.whole_file import whole_file

    with whole_file(output) as stream:
        stream.write(to_json(rows, entries) if output.suffix == ".json" else to_csv(rows))


def _write_feedback(folder: Path, rows: Sequence[Row], items: Mapping[str, Item]) -> None:
    from quizproof_renderers.handing_in.feedback_page import file_name, page
    from quizproof_renderers.reports.whole_file import whole_file

    folder.mkdir(parents=True, exist_ok=True)
    with whole_file(folder / f"{file_name(rows[0]['learner'], rows[0]['quiz'])}.html") as stream:
        stream.write(page(rows, items))


def _say(entries: Sequence[Entry], rows: Sequence[Row], output: Path, template: Path | None) -> None:
    """What became of every file."""
    from quizproof_renderers.handing_in.rubric import TO_BE_MARKED
    from quizproof_renderers.text import plural, visible

    counts = {fate: sum(entry.fate == fate for entry in entries) for fate in ("marked", "malformed", "doubled")}
    shown = ", ".join(f"{count:,} {fate}" for fate, count in counts.items() if count or fate == "marked")
    click.echo(f"{plural(len(entries), 'response file')}: {shown}; {plural(len(rows), 'mark')} in {output}")
    for entry in entries:
        if entry.reason:
            click.echo(f"  {entry.fate:<9}  {visible(str(entry.path))}: {visible(entry.reason)}")
    unmarked = [row for row in rows if row["standing"] == "unmarked"]
    by_hand = [row for row in unmarked if row["note"].startswith(TO_BE_MARKED)]
    if by_hand:
        how = "" if template else "; `--rubric-template FILE` writes a file for your marks"
        click.echo(f"{plural(len(by_hand), 'answer')} in words to be marked{how}")
        for row in by_hand[:_MAX_LISTED]:
            click.echo(f"  {visible(row['learner'])}: {row['question']}: {visible(row['note'])}")
        if len(by_hand) > _MAX_LISTED:
            click.echo(f"  and {len(by_hand) - _MAX_LISTED:,} more")
    if failed := len(unmarked) - len(by_hand):
        click.echo(f"{plural(failed, 'answer')} could not be marked; the column `note` says why")
