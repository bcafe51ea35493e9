"""`quizproof review`: questions asked again when they are about to be forgotten."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from quizproof_renderers.cli.exits import PROVEN, code_of_test, tell
from quizproof_renderers.cli.learning.places import places_of
from quizproof_renderers.cli.learning.recording import no_record_option, recording
from quizproof_renderers.cli.options import RunOptions, proving_options

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quizproof.loading.quiz import Bank
    from quizproof_renderers.attempts.agenda import Agenda
    from quizproof_renderers.attempts.schedule import Review

_COUNT = 20


@click.command()
@click.option("--bank", multiple=True, type=click.Path(path_type=Path), help="Files or folders.  [default: questions]")
@click.option(
    "-n", "--count", type=click.IntRange(min=1), default=_COUNT, show_default=True, help="The most questions to ask."
)
@click.option("--topic", metavar="TOPIC", help="Only questions of this topic.")
@click.option("--list", "only_list", is_flag=True, help="Show what is due, mastery and the next quiz; ask nothing.")
@click.option(
    "--format",
    "format_",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="The format of what `--list` shows; json implies it.",
)
@click.option("--plain", is_flag=True, help="No colours, boxes or decoration: for screen readers and logs.")
@no_record_option
@proving_options
def review(
    bank: tuple[Path, ...],
    count: int,
    topic: str | None,
    only_list: bool,
    format_: str,
    plain: bool,
    no_record: bool,
    options: RunOptions,
) -> None:
    """Review: answer again what you are about to forget.

    A question that you have answered is due when your chance to remember it has fallen to 90 %, as FSRS computes it
    from your answers. What is due first is asked first, in another variant if there are several. Then you see your
    mastery of each topic, and which quiz to take next. Needs the extra `review`: pip install "quizproof[review]".

    \b
    Examples:
      quizproof review
      quizproof review --topic freezing-layers --count 5
      quizproof review --list
      quizproof review --format json
    """
    from quizproof_renderers.cli.proving import bank_at

    places = places_of(bank)
    whole = bank_at(*places)
    plan = _agenda(whole, topic)
    if format_ == "json":
        click.echo(json.dumps(plan.to_json(), indent=2, ensure_ascii=False))
        return
    if not plan.answered:
        tell("no answers to questions of this bank are kept; start with `quizproof take`")
        return
    code = PROVEN
    if not only_list and plan.due:
        code = _ask(whole, places, bank, plan.due[:count], options, plain=plain, record=not no_record)
        click.echo()
        plan = _agenda(whole, topic)
    from quizproof_renderers.attempts.agenda_text import write
    from quizproof_renderers.terminal.questioning.commands import Commands

    write(plan, sys.stdout, Commands(tuple(map(str, bank))), listed=only_list)
    sys.exit(code)


def _agenda(bank: Bank, topic: str | None) -> Agenda:
    """What to do next, by what is kept now. Exits when there is no such topic."""
    from datetime import UTC, datetime

    from quizproof.errors import UsageError
    from quizproof.spelling import meant
    from quizproof_renderers.attempts.agenda import agenda
    from quizproof_renderers.attempts.store import AttemptStore

    topics = {quiz.header.topic for quiz in bank.quizzes}
    if topic is not None and topic not in topics:
        raise UsageError(f"there is no topic `{topic}`{meant(topic, topics)}")
    with AttemptStore() as store:
        return agenda(store.events(), bank, datetime.now(UTC), topic)


def _ask(
    bank: Bank,
    places: Sequence[Path],
    named: Sequence[Path],
    due: Sequence[Review],
    options: RunOptions,
    *,
    plain: bool,
    record: bool,
) -> int:
    """Ask what is due, in this order; the exit code.

    bank     whole
    places   its files and folders
    named    the same as the learner named them; empty for the default
    due      what to ask
    options  how to run
    record   whether to keep the marks
    """
    import secrets

    from quizproof.loading.quiz import Bank as Part
    from quizproof_renderers.attempts.agenda import to_ask
    from quizproof_renderers.cli.learning.bench import bench_for, proven
    from quizproof_renderers.terminal import session
    from quizproof_renderers.terminal.questioning.commands import Commands

    keys = {review.key for review in due}
    files = []
    for file in bank.files:
        items = [item for item in file.quiz.items if (file.quiz.id, item.block.id) in keys] if file.quiz else []
        if file.quiz and items:
            files.append(replace(file, quiz=replace(file.quiz, items=tuple(items)), findings=()))
    chosen = Part(tuple(files))
    ready = proven(chosen, places, options, locked=False)
    asked: dict[str, Any] = {"seed": secrets.randbelow(10_000), "plain": plain}
    asked["commands"] = Commands(tuple(map(str, named)), ("--plain",) if plain else ())
    quizzes = to_ask(ready.quizzes, due)
    with recording(ready.quizzes, "review", wanted=record) as asked["on_mark"]:
        if not ready.runs:
            return code_of_test(session.run(quizzes, **asked))
        with bench_for(chosen, ready.quizzes, options) as (runner, trier, warm_up):
            on_shown = warm_up if sys.stdin.isatty() else None
            return code_of_test(session.run(quizzes, runner=runner, trier=trier, on_shown=on_shown, **asked))
