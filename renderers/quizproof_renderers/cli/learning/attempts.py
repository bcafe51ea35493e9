"""`quizproof attempts`: take the answers that were kept elsewhere, and delete them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from quizproof_renderers.cli.exits import fail, tell

if TYPE_CHECKING:
    from quizproof_renderers.attempts.event import Event
    from quizproof_renderers.attempts.exchange.formats import Format
    from quizproof_renderers.attempts.history import Key

_MAX_BYTES = 256 << 20
"""Of a file with attempts."""


@click.group()
def attempts() -> None:
    """Export, import or delete the answers that were kept.

    `take` and `review` keep each answer with its mark in one file of the platform's data folder, on Linux
    ~/.local/share/quizproof/attempts.sqlite3. Set QUIZPROOF_DATA to use another folder. Nothing is sent anywhere.

    \b
    Examples:
      quizproof attempts export -o mine.jsonl
      quizproof attempts import quizproof-progress.json
      quizproof attempts delete --quiz freezing-layers-pytorch-practice
    """


@attempts.command("export")
@click.option(
    "--format",
    "format_",
    type=click.Choice(["jsonl", "csv", "site"]),
    default="jsonl",
    show_default=True,
    help="JSON lines, CSV, or the progress file that the site imports.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write to this file.  [default: standard output]",
)
def export(format_: Format, output: Path | None) -> None:
    """Write all answers to a file.

    `site` has the last answer to each question; import it with *Import progress* on the site's contents page.

    \b
    Examples:
      quizproof attempts export -o mine.jsonl
      quizproof attempts export --format csv -o mine.csv
      quizproof attempts export --format site -o progress.json
    """
    from quizproof_renderers.attempts.exchange import formats
    from quizproof_renderers.attempts.history import by_question
    from quizproof_renderers.attempts.store import AttemptStore
    from quizproof_renderers.reports.whole_file import whole_file
    from quizproof_renderers.text import plural

    with AttemptStore() as store:
        events = store.events()
    if output is None:
        for part in formats.write(events, format_):
            sys.stdout.write(part)
        return
    try:
        with whole_file(output) as stream:
            stream.writelines(formats.write(events, format_))
    except OSError as error:
        fail(f"{output} cannot be written: {error.strerror}")
    if format_ == "site":
        tell(f"{plural(len(by_question(events)), 'answer')} written to {output}: the last one to each question")
    else:
        tell(f"{plural(len(events), 'answer')} written to {output}")


@attempts.command("import")
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--bank",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Where the site's questions are.  [default: questions]",
)
def import_(files: tuple[Path, ...], bank: tuple[Path, ...]) -> None:
    """Read answers from files.

    FILE has JSON lines or CSV from `attempts export`, or is what *Export progress* on the site gives. An answer that is
    kept already counts once, so a file can be imported again. Where one line of a file cannot be read, nothing of any
    file is imported. The site's file does not say when answers were given: they get the time of the file. Nor does it
    say topics and kinds, which are looked up in the bank, if there is one.

    \b
    Examples:
      quizproof attempts import quizproof-progress.json
      quizproof attempts import laptop.jsonl desktop.jsonl
      quizproof attempts import quizproof-progress.json --bank mybank
    """
    from quizproof_renderers.attempts.exchange.site_progress import without_kept
    from quizproof_renderers.attempts.store import AttemptStore
    from quizproof_renderers.text import plural

    contents = [(file, _content(file)) for file in files]
    asked = _known(bank, [content for _, content in contents])
    events = [event for file, content in contents for event in _events(file, content, asked)]
    with AttemptStore() as store:
        new = store.add(without_kept(events, store.events()))
    known = len(events) - new
    already = f", {known:,} {'was' if known == 1 else 'were'} known" if known else ""
    click.echo(f"{plural(new, 'answer')} imported{already}")


@attempts.command("delete")
@click.option("--quiz", metavar="ID", help="The answers to the questions of this quiz.")
@click.option("--question", metavar="ID", help="The answers to this question.")
@click.option("--all", "everything", is_flag=True, help="All answers.")
@click.option("--yes", is_flag=True, help="Do not ask first.")
def delete(quiz: str | None, question: str | None, everything: bool, yes: bool) -> None:
    """Delete answers for good.

    \b
    Examples:
      quizproof attempts delete --question torch-grad-false
      quizproof attempts delete --quiz freezing-layers-pytorch-practice --yes
      quizproof attempts delete --all
    """
    from quizproof_renderers.attempts.store import AttemptStore
    from quizproof_renderers.text import plural

    if everything == bool(quiz or question):
        fail("say what to delete: `--quiz ID`, `--question ID`, or `--all`")
    with AttemptStore() as store:
        count = sum(quiz in (None, event.quiz) and question in (None, event.question) for event in store.events())
        if not count:
            tell("there are no such answers")
            return
        if not yes and not click.confirm(f"Delete {plural(count, 'answer')} for good?", err=True):
            tell("nothing was deleted")
            return
        deleted = store.delete(quiz=quiz, question=question)
    click.echo(f"{plural(deleted, 'answer')} deleted")


def _content(file: Path) -> str:
    """The text of a file. Exits when there is none."""
    try:
        with file.open("rb") as stream:
            data = stream.read(_MAX_BYTES + 1)
    except OSError as error:
        fail(f"{file} cannot be read: {error.strerror}")
    if len(data) > _MAX_BYTES:
        fail(f"{file} has more than {_MAX_BYTES:,} bytes, which is all that it may have")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        fail(f"{file} is not UTF-8 text")


def _events(file: Path, content: str, known: dict[Key, tuple[str, str, str]]) -> tuple[Event, ...]:
    """The events in a file. Exits when it holds anything else."""
    from quizproof_renderers.attempts.event import MalformedEvent, now
    from quizproof_renderers.attempts.exchange import formats

    at = min(now(), round(file.stat().st_mtime * 1000))
    try:
        return formats.read(content, at, known)
    except MalformedEvent as error:
        fail(f"{file} cannot be imported: {error}; nothing was imported")


def _known(places: tuple[Path, ...], contents: list[str]) -> dict[Key, tuple[str, str, str]]:
    """Topic, kind and title of the questions of a bank; none where no file needs them, or there is no bank."""
    from quizproof_renderers.attempts.exchange.formats import format_of
    from quizproof_renderers.cli.proving import bank_at
    from quizproof_renderers.policy.settings import settings_for

    if not any(format_of(content) == "site" for content in contents):
        return {}
    if not places:
        places = tuple(path for path in settings_for().bank if path.exists())
    if not places:
        return {}
    return {
        (quiz.id, item.block.id): (quiz.header.topic, item.block.kind, item.block.title)
        for quiz in bank_at(*places).quizzes
        for item in quiz.items
    }
