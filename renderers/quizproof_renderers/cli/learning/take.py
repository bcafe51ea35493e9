"""`quizproof take`: a self-test in the terminal."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from quizproof_renderers.cli.exits import USAGE, code_of_test, tell
from quizproof_renderers.cli.learning.recording import no_record_option, recording
from quizproof_renderers.cli.options import LOCK, RunOptions, default_bank, lock_of, nearest_lock, proving_options
from quizproof_renderers.cli.proving import bank_at, pool_for, set_up

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quizproof.claims import Program
    from quizproof.loading.quiz import Bank
    from quizproof.outcome import Outcome
    from quizproof.proof import QuizProof
    from quizproof_renderers.terminal.record import OnMark, Result


@click.command()
@click.argument("name", metavar="[QUIZ|ID]", required=False)
@click.option("--bank", multiple=True, type=click.Path(path_type=Path), help="Files or folders.  [default: questions]")
@click.option("--seed", type=int, help="Draws variants and shuffles options; the same seed gives the same test.")
@click.option("--plain", is_flag=True, help="No colours, boxes or decoration: for screen readers and logs.")
@click.option("--locked", is_flag=True, help=f"Run nothing, and take all outcomes from {LOCK}.")
@no_record_option
@proving_options
def take(
    name: str | None,
    bank: tuple[Path, ...],
    seed: int | None,
    plain: bool,
    locked: bool,
    no_record: bool,
    options: RunOptions,
) -> None:
    """Take a self-test in the terminal.

    QUIZ is the id of a quiz, ID that of one question or exhibit; without either, the quizzes of the bank are listed.
    Every question is proven before you see it, by the bank's lock where that has all its outcomes, else by running.
    After your answer you see what the run of each option really did. A program that you write runs in the same
    sandbox; with --locked it stays unmarked. Answers are read from the keyboard, or line by line from a pipe.

    \b
    Examples:
      quizproof take freezing-layers-pytorch-practice
      quizproof take torch-grad-false --plain
      quizproof take torch-grad-false --locked
      printf 'b\\n' | quizproof take torch-grad-false --seed 1
    """
    import secrets

    from quizproof.runners.local import platform_refusal
    from quizproof.store.lock import Lock

    places = bank or default_bank()
    lock = Lock.read(lock_of(places)) if locked else None
    chosen = _choose(_bank_with(name, places), name)
    locked_quizzes = None if lock else from_lock(chosen, places, options)
    if locked_quizzes is not None:
        quizzes = locked_quizzes
    else:
        # The lock is not compared with the bank: it covers all of it, and this may be one question.
        with set_up(chosen.files, options, places, outcomes=lock) as (proving, _):
            quizzes = tuple(proving)
    # Few digits, because a learner types it to repeat the test.
    seed = secrets.randbelow(10_000) if seed is None else seed
    runs_nothing = lock is not None or (locked_quizzes is not None and platform_refusal())
    with recording(quizzes, "take", wanted=not no_record) as on_mark:
        result = put(quizzes, None if runs_nothing else options, chosen, seed=seed, plain=plain, on_mark=on_mark)
    if result.left_out and lock:
        tell(f"{LOCK} does not match the questions left out; write it again with `quizproof check --write-lock`")
    elif result.left_out:
        tell("`quizproof check` says why questions were left out")
    sys.exit(code_of_test(result))


def _bank_with(name: str | None, places: Sequence[Path]) -> Bank:
    """The bank, or only those of its files that seem to have a quiz or a block of this name: to read all takes long."""
    from quizproof.loading.files import find_files

    if name is not None:
        named = re.compile(rf"\b(?:quiz|id)[\"']?\s*:\s*[\"']?{re.escape(name)}\b")
        files = [file for file in find_files(places) if isinstance(file, Path) and named.search(_text(file))]
        bank = bank_at(*files) if files else None
        if bank and any(name in (quiz.id, *(item.block.id for item in quiz.items)) for quiz in bank.quizzes):
            return bank
    return bank_at(*places)


def _text(file: Path) -> str:
    """The text of a file; empty where it cannot be read, of which loading it tells more."""
    from quizproof.loading.walk import read_regular
    from quizproof.quizfile.source_text import MAX_BYTES

    try:
        return read_regular(file, MAX_BYTES)[0].decode("utf-8", "replace")
    except OSError:
        return ""


def from_lock(chosen: Bank, places: Sequence[Path], options: RunOptions) -> tuple[QuizProof, ...] | None:
    """The quizzes, judged by the lock of their bank; None unless it has all that they need, and proves it.

    So the first question need not wait for a framework. Whoever wants other outcomes than those of the lock says so:
    `--no-cache`, `--known` and `--dask` run what they would run without it, as a required sandbox does that the lock
    does not have.
    """
    from quizproof.errors import UsageError
    from quizproof.runtimes.sandbox.levels import LEVELS
    from quizproof.store.lock import Lock

    path = nearest_lock(places)
    if path is None or options.no_cache or options.known or options.dask or options.sandbox:
        return None
    try:
        lock = Lock.read(path)
    except UsageError:  # a damaged one is for `check` to tell of; here everything can be run
        return None
    if lock.sandbox not in LEVELS or (options.required and LEVELS.index(lock.sandbox) > LEVELS.index(options.required)):
        return None
    with set_up(chosen.files, replace(options, verbose=False), places, outcomes=lock) as (proving, _):
        quizzes = tuple(proving)
    statuses = {proof.status for quiz in quizzes for proof in quiz.blocks}
    if not statuses <= {"proven", "unproven"} or not all(quiz.blocks for quiz in quizzes):
        return None
    if options.verbose:
        tell(f"all outcomes are those of {path}")
    return quizzes


def put(
    quizzes: tuple[QuizProof, ...],
    options: RunOptions | None,
    chosen: Bank,
    *,
    seed: int,
    plain: bool,
    on_mark: OnMark | None = None,
) -> Result:
    """Put proven quizzes to the learner, whose programs are run as `options` says; nothing is run when it is None."""
    from quizproof.proving.preparation import recipe_of
    from quizproof.runners.runner import run
    from quizproof_renderers.terminal import session

    if options is None:
        return session.run(quizzes, seed=seed, plain=plain, on_mark=on_mark)
    sources = {quiz.path: quiz for quiz in chosen.quizzes}

    def outcome_of(quiz: QuizProof, program: Program) -> Outcome:
        source = sources[quiz.path]
        return run(pool, source.header.runtime, program, source.files, recipe_of(source, quiz.steps))

    # One run at a time: there is one learner.
    with pool_for(options) as pool:
        return session.run(quizzes, seed=seed, plain=plain, on_mark=on_mark, runner=outcome_of)


def _choose(bank: Bank, name: str | None) -> Bank:
    """The part of the bank that was asked for: a quiz or one block of it. Exits when that is not clear."""
    if name is None and len(bank.quizzes) == 1:
        return bank  # there is nothing to choose
    from quizproof.errors import UsageError
    from quizproof.kinds.base import Question
    from quizproof.loading.quiz import Bank, Loaded
    from quizproof.spelling import meant
    from quizproof_renderers.tally import counted_blocks
    from quizproof_renderers.text import one_line

    if name is None:
        click.echo("Which quiz? Run `quizproof take QUIZ` with one of these:\n", err=True)
        for quiz in bank.quizzes:
            count = counted_blocks(not isinstance(item.block, Question) for item in quiz.items)
            click.echo(f"  {quiz.id:<40} {one_line(quiz.header.title)} ({count})", err=True)
        sys.exit(USAGE)
    for quiz in bank.quizzes:
        if name == quiz.id:
            return Bank((Loaded(quiz.path, quiz),))
        for item in quiz.items:
            if name == item.block.id:
                return Bank((Loaded(quiz.path, quiz.only(item)),))
    names = [quiz.id for quiz in bank.quizzes] + [i.block.id for quiz in bank.quizzes for i in quiz.items]
    raise UsageError(f"there is no quiz, question or exhibit `{name}`{meant(name, names)}")
