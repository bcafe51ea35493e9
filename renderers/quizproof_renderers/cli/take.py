"""`quizproof take`: a self-test in the terminal."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from quizproof_renderers.cli.exits import USAGE
from quizproof_renderers.cli.options import default_bank, proving
from quizproof_renderers.cli.proving import bank_at, pool_for, set_up

if TYPE_CHECKING:
    from quizproof.claims import Program
    from quizproof.loading.quiz import Bank
    from quizproof.outcome import Outcome
    from quizproof.proof import QuizProof


@click.command()
@click.argument("name", metavar="[QUIZ|ID]", required=False)
@click.option("--bank", multiple=True, type=click.Path(path_type=Path), help="Files or folders.  [default: questions]")
@click.option("--seed", type=int, help="Draws variants and shuffles options; the same seed gives the same test.")
@click.option("--plain", is_flag=True, help="No colours, boxes or decoration: for screen readers and logs.")
@proving
def take(name: str | None, bank: tuple[Path, ...], seed: int | None, plain: bool, **how: Any) -> None:
    """Take a self-test in the terminal: a quiz, one question, or a look at one exhibit.

    What you are asked is proven first. Afterwards you see what every option's own run really did. Programs that you
    write are run in the same sandbox. Answers are read from the keyboard, or line by line from a pipe. Without QUIZ,
    the quizzes of the bank are listed.

    \b
    Examples:
      quizproof take freezing-layers-pytorch-practice
      quizproof take torch-grad-false --plain
      printf 'b\\n' | quizproof take torch-grad-false --seed 1
    """
    import secrets

    from quizproof.runners.runner import run
    from quizproof_renderers.terminal import session

    chosen = _choose(bank_at(*(bank or (default_bank(),))), name)
    pool = pool_for(how["sandbox"], how["required"])
    with set_up(chosen.files, **how) as (proving, _):
        quizzes = tuple(proving)
    seed = secrets.randbelow(10_000) if seed is None else seed
    files = {quiz.path: quiz.files for quiz in chosen.quizzes}

    def outcome_of(quiz: QuizProof, program: Program) -> Outcome:
        assert quiz.header is not None, "only quizzes that could be read are put"
        return run(pool, quiz.header.runtime, program, files[quiz.path])

    with pool:
        result = session.run(quizzes, seed=seed, plain=plain, runner=outcome_of)
    if result.left_out:
        click.echo("quizproof: `quizproof check` says why questions were left out", err=True)
    sys.exit(result.exit_code)


def _choose(bank: Bank, name: str | None) -> Bank:
    """The part of the bank that was asked for: a quiz or one block of it. Exits when that is not clear."""
    if name is None and len(bank.quizzes) == 1:
        return bank
    from quizproof.errors import UsageError
    from quizproof.kinds.base import Question
    from quizproof.loading.quiz import Bank, Loaded
    from quizproof.spelling import meant
    from quizproof_renderers.tally import counted_blocks
    from quizproof_renderers.text import one_line

    if name is None:
        click.echo("Which quiz? `quizproof take QUIZ`, with one of:\n", err=True)
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
