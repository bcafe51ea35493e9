"""`quizproof take`: a self-test in the terminal."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from quizproof_renderers.cli.options import (
    default_bank,
    proving,
)
from quizproof_renderers.cli.setting import set_up
from quizproof_renderers.cli.telling import USAGE

if TYPE_CHECKING:
    from quizproof.quiz import Bank


@click.command()
@click.argument("name", metavar="[QUIZ|ID]", required=False)
@click.option("--bank", multiple=True, type=click.Path(path_type=Path), help="Files or folders.  [default: questions]")
@click.option("--seed", type=int, help="Draws variants and shuffles options; the same seed gives the same test.")
@click.option("--plain", is_flag=True, help="No colours, boxes or decoration: for screen readers and logs.")
@proving
def take(name: str | None, bank: tuple[Path, ...], seed: int | None, plain: bool, **how: Any) -> None:
    """Take a self-test in the terminal: a quiz, or one question.

    What you are asked is proven first. Afterwards you see what every option's own run really did. Answers are read from
    the keyboard, or line by line from a pipe. Without QUIZ, the quizzes of the bank are listed.

    \b
    Examples:
      quizproof take freezing-layers-pytorch-practice
      quizproof take torch-grad-false --plain
      printf 'b\\n' | quizproof take torch-grad-false --seed 1
    """
    import secrets

    from quizproof.load import load_bank
    from quizproof_renderers.terminal import session

    whole = load_bank(bank or (default_bank(),))
    if whole.findings:
        count = "1 finding" if len(whole.findings) == 1 else f"{len(whole.findings)} findings"
        click.echo(f"quizproof: {count} in the bank's files; `quizproof check` shows them", err=True)
    with set_up(_choose(whole, name).files, **how) as (proving, _):
        quizzes = tuple(proving)
    seed = secrets.randbelow(10_000) if seed is None else seed
    result = session.run(quizzes, seed=seed, plain=plain)
    if result.left_out:
        click.echo("quizproof: `quizproof check` says why questions were left out", err=True)
    sys.exit(result.exit_code)


def _choose(bank: Bank, name: str | None) -> Bank:
    """The part of the bank that was asked for: a quiz or one question. Exits when that is not clear."""
    from dataclasses import replace

    if name is None and len(bank.quizzes) == 1:
        return bank
    from quizproof.errors import UsageError
    from quizproof.quiz import Bank, Loaded
    from quizproof_renderers.text import one_line

    if name is None:
        click.echo("Which quiz? `quizproof take QUIZ`, with one of:\n", err=True)
        for quiz in bank.quizzes:
            count = len(quiz.items)
            noun = "question" if count == 1 else "questions"
            click.echo(f"  {quiz.id:<40} {one_line(quiz.header.title)} ({count} {noun})", err=True)
        sys.exit(USAGE)
    for quiz in bank.quizzes:
        if name == quiz.id:
            return Bank((Loaded(quiz.path, quiz),))
        for item in quiz.items:
            if name == item.block.id:
                header = quiz.header.model_copy(update={"intro": "", "minutes": None})  # they speak of the whole quiz
                return Bank((Loaded(quiz.path, replace(quiz, header=header, items=(item,))),))
    import difflib

    names = [quiz.id for quiz in bank.quizzes] + [i.block.id for quiz in bank.quizzes for i in quiz.items]
    close = difflib.get_close_matches(name, names, 1)
    raise UsageError(f"there is no quiz or question `{name}`" + (f"; did you mean `{close[0]}`?" if close else ""))
