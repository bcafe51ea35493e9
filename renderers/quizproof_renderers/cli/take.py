"""`quizproof take`: a self-test in the terminal."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from quizproof_renderers.cli.exits import USAGE, code_of_test, tell
from quizproof_renderers.cli.options import LOCK, RunOptions, default_bank, lock_of, proving_options
from quizproof_renderers.cli.proving import bank_at, pool_for, set_up

if TYPE_CHECKING:
    from quizproof.claims import Program
    from quizproof.loading.quiz import Bank
    from quizproof.outcome import Outcome
    from quizproof.proof import QuizProof
    from quizproof_renderers.terminal.record import Result


@click.command()
@click.argument("name", metavar="[QUIZ|ID]", required=False)
@click.option("--bank", multiple=True, type=click.Path(path_type=Path), help="Files or folders.  [default: questions]")
@click.option("--seed", type=int, help="Draws variants and shuffles options; the same seed gives the same test.")
@click.option("--plain", is_flag=True, help="No colours, boxes or decoration: for screen readers and logs.")
@click.option("--locked", is_flag=True, help=f"Run nothing: take the outcomes from {LOCK}. Needs no framework.")
@proving_options
def take(
    name: str | None, bank: tuple[Path, ...], seed: int | None, plain: bool, locked: bool, options: RunOptions
) -> None:
    """Take a self-test in the terminal.

    QUIZ is the id of a quiz, ID that of one question or exhibit; without either, the quizzes of the bank are listed.
    Every question is proven before you see it. After your answer you see what the run of each option really did. A
    program that you write runs in the same sandbox; with --locked it stays unmarked. Answers are read from the
    keyboard, or line by line from a pipe.

    \b
    Examples:
      quizproof take freezing-layers-pytorch-practice
      quizproof take torch-grad-false --plain
      quizproof take torch-grad-false --locked
      printf 'b\\n' | quizproof take torch-grad-false --seed 1
    """
    import secrets

    from quizproof.store.lock import Lock

    places = bank or default_bank()
    lock = Lock.read(lock_of(places)) if locked else None
    chosen = _choose(bank_at(*places), name)
    # The lock is not compared with the bank: it covers all of it, and this may be one question.
    with set_up(chosen.files, options, places, outcomes=lock) as (proving, _):
        quizzes = tuple(proving)
    # Few digits, because a learner types it to repeat the test.
    seed = secrets.randbelow(10_000) if seed is None else seed
    result = _put(quizzes, None if lock else options, chosen, seed=seed, plain=plain)
    if result.left_out and lock:
        tell(f"{LOCK} does not match the questions left out; write it again with `quizproof check --write-lock`")
    elif result.left_out:
        tell("`quizproof check` says why questions were left out")
    sys.exit(code_of_test(result))


def _put(quizzes: tuple[QuizProof, ...], options: RunOptions | None, chosen: Bank, *, seed: int, plain: bool) -> Result:
    """Put proven quizzes to the learner, whose programs are run as `options` says; nothing is run when it is None."""
    from quizproof.proving.preparation import recipe_of
    from quizproof.runners.runner import run
    from quizproof_renderers.terminal import session

    if options is None:
        return session.run(quizzes, seed=seed, plain=plain)
    sources = {quiz.path: quiz for quiz in chosen.quizzes}

    def outcome_of(quiz: QuizProof, program: Program) -> Outcome:
        source = sources[quiz.path]
        return run(pool, source.header.runtime, program, source.files, recipe_of(source, quiz.steps))

    # One run at a time: there is one learner.
    with pool_for(options) as pool:
        return session.run(quizzes, seed=seed, plain=plain, runner=outcome_of)


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
