"""`quizproof take`: a self-test in the terminal."""

from __future__ import annotations

import sys
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from quizproof_renderers.cli.choosing import ChoosingOptions, choosing_options, complete_takes
from quizproof_renderers.cli.exits import PROVEN, USAGE, code_of_test, fail, tell
from quizproof_renderers.cli.learning.choosing import Wanted, bank_with
from quizproof_renderers.cli.learning.places import places_of
from quizproof_renderers.cli.learning.recording import no_record_option, recording
from quizproof_renderers.cli.learning.request import Request, chosen_by, commands_of, missed_by
from quizproof_renderers.cli.options import LOCK, RunOptions, proving_options

if TYPE_CHECKING:
    from quizproof.loading.quiz import Bank
    from quizproof_renderers.terminal.record import Result
    from quizproof_renderers.terminal.unfinished import Unfinished


@click.command()
@click.argument("names", metavar="[QUIZ|TOPIC|ID]...", nargs=-1, shell_complete=complete_takes)
@click.option("--bank", multiple=True, type=click.Path(path_type=Path), help="Files or folders.  [default: questions]")
@choosing_options
@click.option("--count", type=click.IntRange(min=1), metavar="N", help="Draw at most N of the questions.")
@click.option("--shuffle", is_flag=True, help="Put the questions in an order that is drawn too.")
@click.option("--seed", type=int, help="Draws questions, variants and orders; the same seed gives the same test.")
@click.option("--exam", is_flag=True, help="Mark nothing before all answers are handed in.")
@click.option(
    "--time-limit",
    "minutes",
    type=click.FloatRange(min=0, min_open=True),
    metavar="MIN",
    help="With --exam: hand the answers in after so many minutes.  [default: `exam: {time_limit}` of the quizzes]",
)
@click.option("--missed", is_flag=True, help="Only questions whose last answer that was kept was not right.")
@click.option("--resume", is_flag=True, help="Go on with the test that you left last.")
@click.option(
    "--answers",
    type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
    metavar="FILE",
    help="Ask nobody: mark the responses in a JSON or YAML file, by id; `-` for standard input.",
)
@click.option("--json", "as_json", is_flag=True, help="With --answers: print the marks as one JSON document.")
@click.option("--plain", is_flag=True, help="No colours, boxes or decoration: for screen readers and logs.")
@click.option("--locked", is_flag=True, help=f"Run nothing, and take all outcomes from {LOCK}.")
@no_record_option
@proving_options
def take(
    names: tuple[str, ...],
    bank: tuple[Path, ...],
    choosing: ChoosingOptions,
    count: int | None,
    shuffle: bool,
    seed: int | None,
    exam: bool,
    minutes: float | None,
    missed: bool,
    resume: bool,
    answers: Path | None,
    as_json: bool,
    plain: bool,
    locked: bool,
    no_record: bool,
    options: RunOptions,
) -> None:
    """Take a self-test in the terminal.

    Name quizzes, topics, or single questions and exhibits by their ids. Without a name you choose from a menu; where
    there is no bank, a small sample is asked. Every question is proven before you see it, by the bank's lock where that
    has all its outcomes, else by running.

    After your answer you see what the run of each option really did. A wrong answer can be tried once more where there
    is a hint. A program that you write runs in the same sandbox; with --locked it stays unmarked. Answers are read from
    the keyboard, or line by line from a pipe. What you leave unfinished is kept for --resume.

    Each answer with its mark is kept on this computer, for `stats`, `review` and --missed; see `quizproof attempts`.

    \b
    Examples:
      quizproof take freezing-layers-pytorch-practice
      quizproof take autograd --count 5 --shuffle
      quizproof take --kind write-code --kind find-bug
      quizproof take losses-and-logits --exam --time-limit 20
      quizproof take --missed --count 10
      quizproof take --resume
      quizproof take torch-grad-false --plain
      quizproof take torch-grad-false --locked
      printf 'b\\n' | quizproof take torch-grad-false --seed 1
      quizproof take --answers mine.json --json
    """
    from quizproof_renderers.cli.learning import answering

    if minutes is not None and not exam:
        fail("`--time-limit` belongs to an exam; add `--exam`")
    if as_json and answers is None:
        fail("`--json` gives the marks of responses in a file; name it with `--answers FILE`")
    wanted = Wanted(names, choosing.topics, choosing.kinds, choosing.tags, choosing.levels, count)
    request = Request(wanted, tuple(map(str, bank)), seed=_seed(seed, answers), shuffle=shuffle)
    request = replace(request, exam=exam, minutes=minutes)
    if answers is not None:
        if exam or resume or shuffle or missed:
            fail("with `--answers` nobody is asked; leave out `--exam`, `--shuffle`, `--missed` and `--resume`")
        code = answering.mark_file(request, answers, options, as_json=as_json, plain=plain, locked=locked)
        sys.exit(code)
    kept = None
    if resume:
        if bank or not wanted.is_all or shuffle or exam or missed or seed is not None:
            fail("`--resume` goes on with a test as it was asked for; leave out everything that chooses questions")
        request, kept = _last_request()
    elif missed:
        request = missed_by(request)
    elif wanted.is_all:
        request, kept = _from_menu(request, plain=plain)
    result = put(request, kept, options, plain=plain, locked=locked, record=not no_record)
    if result.left_out and locked:
        tell(f"{LOCK} does not match the questions left out; write it again with `quizproof check --write-lock`")
    elif result.left_out:
        tell("`quizproof check` says why questions were left out")
    sys.exit(code_of_test(result))


def _seed(seed: int | None, answers: Path | None) -> int:
    """The seed of a new test. What is marked from a file is the same each time."""
    import secrets

    # Few digits, because a learner types it to repeat the test.
    return seed if seed is not None else 0 if answers else secrets.randbelow(10_000)


def _last_request() -> tuple[Request, Unfinished]:
    """The test that was left last. Exits when there is none."""
    from quizproof_renderers.terminal.unfinished import last

    kept = last()
    if kept is None:
        fail("no test was left unfinished")
    try:
        return Request.of(dict(kept.request)), kept
    except (KeyError, TypeError):
        fail("the unfinished test was kept by another version of quizproof, and cannot go on")


def _from_menu(request: Request, *, plain: bool) -> tuple[Request, Unfinished | None]:
    """What a learner chooses who has named nothing; the request as it is where there is nothing to choose.

    Exits when there is nobody to choose, and when the learner wants nothing.
    """
    from quizproof.kinds.base import Question
    from quizproof_renderers.tally import counted_blocks
    from quizproof_renderers.terminal.menu import Entry, ask_what_to_take
    from quizproof_renderers.terminal.unfinished import last
    from quizproof_renderers.text import one_line

    bank = bank_with((), places_of([Path(name) for name in request.here]))
    if len(bank.quizzes) == 1:
        return request, None
    entries = []
    for quiz in bank.quizzes:
        exhibits = [not isinstance(item.block, Question) for item in quiz.items]
        header = quiz.header
        title = one_line(header.title)
        entries.append(Entry(quiz.id, title, header.topic, counted_blocks(exhibits), exhibits.count(False)))
    if not sys.stdin.isatty():
        click.echo("Which quiz? Run `quizproof take QUIZ` with one of these:\n", err=True)
        for entry in entries:
            click.echo(f"  {entry.id:<40} {entry.title} ({entry.extent})", err=True)
        sys.exit(USAGE)
    kept = last()
    try:
        left = ""
        if kept:
            folder = str(kept.request.get("folder", ""))
            left = kept.summary if folder == request.folder else f"{kept.summary}, in {folder}"
        names = ask_what_to_take(entries, left, plain=plain, stdin=sys.stdin, stdout=sys.stdout)
    except EOFError:
        names = None
        click.echo()
    if names is None:
        sys.exit(PROVEN)
    if names:
        return replace(request, wanted=replace(request.wanted, names=names)), None
    return _last_request()


def _time_limit(chosen: Bank) -> float | None:
    """The minutes that the headers of all quizzes allow together; None where one of them has no limit."""
    limits = [quiz.header.exam.time_limit if quiz.header.exam else None for quiz in chosen.quizzes]
    found = [limit for limit in limits if limit is not None]
    return sum(found) if limits and len(found) == len(limits) else None


def put(
    request: Request, kept: Unfinished | None, options: RunOptions, *, plain: bool, locked: bool, record: bool
) -> Result:
    """Put a test to the learner.

    request  what was asked for
    kept     the same test, when it was left before
    options  how to run
    record   whether to keep the marks
    """
    from quizproof_renderers.cli.learning.bench import bench_for, needing, proven
    from quizproof_renderers.terminal import session, unfinished
    from quizproof_renderers.text import listed

    chosen, places = chosen_by(request, quiet=kept is not None)
    if request.exam and request.minutes is None:
        request = replace(request, minutes=_time_limit(chosen))
    ready = proven(chosen, places, options, locked=locked)
    for framework, ids in needing(ready.quizzes).items() if ready.runs else ():
        tell(f"{framework} is not installed, so what you write for {listed(ids)} may not be run here")
    if kept is None and sys.stdin.isatty():
        request = replace(request, places=tuple(str(place.resolve()) for place in places))
        kept = unfinished.begun(asdict(request))
    asked: dict[str, Any] = {
        "seed": request.seed,
        "plain": plain,
        "shuffle": request.shuffle,
        "exam": request.exam,
        "minutes": request.minutes,
        "kept": kept,
        "commands": commands_of(request, plain=plain),
    }
    with recording(ready.quizzes, "take", wanted=record) as asked["on_mark"]:
        if not ready.runs:
            return session.run(ready.quizzes, **asked)
        with bench_for(chosen, ready.quizzes, options) as (runner, trier, warm_up):
            # Where nobody types, the next answer is there before a runtime could be.
            on_shown = warm_up if sys.stdin.isatty() else None
            return session.run(ready.quizzes, runner=runner, trier=trier, on_shown=on_shown, **asked)
