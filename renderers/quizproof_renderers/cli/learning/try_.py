"""`quizproof try`: a learner's own script, judged as an experiment's solution or a question's answer is."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from quizproof_renderers.cli.choosing import complete_blocks
from quizproof_renderers.cli.exits import FINDINGS, PROVEN, fail, refuse, tell
from quizproof_renderers.cli.learning.places import places_of
from quizproof_renderers.cli.options import RunOptions, run_options
from quizproof_renderers.cli.proving import bank_at, pool_for, set_up

if TYPE_CHECKING:
    from quizproof.loading.quiz import Bank, Item, Quiz
    from quizproof.proof import QuizProof
    from quizproof.runners.recipe import Recipe
    from quizproof.runners.runner import Runner


@click.command("try")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.argument("bank", metavar="[BANK]", required=False, type=click.Path(path_type=Path))
@click.option(
    "--experiment",
    metavar="ID",
    shell_complete=complete_blocks,
    help="The experiment whose targets and constraints the script must meet.",
)
@click.option(
    "--question",
    metavar="ID",
    shell_complete=complete_blocks,
    help="The write-code question whose checks the program must pass.",
)
@run_options
def try_(file: Path, bank: Path | None, experiment: str | None, question: str | None, options: RunOptions) -> None:
    """Judge your own script or notebook.

    With --experiment, the script takes the place of the experiment's baseline: the experiment's setup runs before it,
    with `seed` set, once for every seed. You see which targets it meets, by how much it misses the others, and which
    constraints it breaks. With --question, it must pass the checks of a write-code question. It runs in the same
    sandbox as everything else. Of a notebook, the code cells run in their order. BANK is a file or a folder;
    `questions` by default.

    \b
    Examples:
      quizproof try mine.py --experiment stop-the-overfitting
      quizproof try mine.py mybank --experiment stop-the-overfitting --jobs 1
      quizproof try head.py --question freeze-all-but-the-head
      quizproof try homework.ipynb --question freeze-all-but-the-head

    Exit codes: 0 everything is met, 1 something is not, 2 bad usage, 3 could not verify.
    """
    if (experiment is None) == (question is None):
        fail("name either `--experiment ID` or `--question ID`")
    source = _read(file)
    from quizproof.loading.quiz import Loaded

    whole = bank_at(*places_of([bank] if bank else []))
    if experiment is not None:
        quiz, item = _find(whole, experiment, "experiment")
        pool = pool_for(options, options.jobs)
        met = _try_experiment(quiz, item, source, str(file), pool, _prepared(quiz, options))
    else:
        assert question is not None
        quiz, item = _find(whole, question, "write-code")
        pool = pool_for(options)
        # Only this question is proven: its checks judge programs only if they accept its own solution.
        with set_up((Loaded(quiz.path, quiz.only(item)),), options) as (proving, _):
            (proof,) = proving
        met = _try_question(quiz, proof, source, str(file), pool)
    sys.exit(PROVEN if met else FINDINGS)


def _read(file: Path) -> str:
    """The program in a file. Says what of a notebook is left out, and exits when there is none that could be run."""
    from quizproof_renderers.script import max_bytes, read_script

    try:
        with file.open("rb") as stream:
            content = stream.read(max_bytes(file.suffix) + 1)
    except OSError as error:
        fail(f"{file} cannot be read: {error.strerror}")
    try:
        found = read_script(content, file.suffix)
    except ValueError as error:
        fail(f"{file} {error}")
    if found.left_out:
        more = f", and {len(found.left_out) - 1} more" if len(found.left_out) > 1 else ""
        tell(f"left out what only Jupyter understands: `{found.left_out[0]}`{more}")
    return found.source


def _find(bank: Bank, name: str, kind: str) -> tuple[Quiz, Item]:
    """The block with that id, and its quiz. Exits when there is none, or when it is of another kind."""
    blocks = {item.block.id: (quiz, item) for quiz in bank.quizzes for item in quiz.items}
    if name in blocks:
        quiz, item = blocks[name]
        if item.block.kind == kind:
            return quiz, item
        fail(f"`{name}` has the kind `{item.block.kind}`, not `{kind}`")
    from quizproof.errors import UsageError
    from quizproof.spelling import meant

    known = [id_ for id_, (_, item) in blocks.items() if item.block.kind == kind]
    suggestion = meant(name, known) or (f"; there are: {', '.join(known)}" if known else "")
    noun = "experiment" if kind == "experiment" else "write-code question"
    raise UsageError(f"there is no {noun} `{name}`{suggestion}")


def _prepared(quiz: Quiz, options: RunOptions) -> Recipe | None:
    """The steps of a quiz, proven; None when it has none. Exits when one is not proven."""
    from quizproof.loading.quiz import Loaded
    from quizproof.proving.preparation import recipe_of

    if not quiz.header.prepare:
        return None
    with set_up((Loaded(quiz.path, replace(quiz, items=())),), options) as (proving, _):
        (proof,) = proving
    recipe = recipe_of(quiz, proof.steps)
    if recipe is None:
        refuse(f"a step of `{quiz.id}` is not proven here; `quizproof check` says why")
    return recipe


def _try_experiment(quiz: Quiz, item: Item, source: str, file: str, pool: Runner[Any], prepared: Recipe | None) -> bool:
    """Judge a script and show the result; whether it meets everything."""
    from quizproof.proving.trial import try_script
    from quizproof_renderers.reports import trial_report

    with pool:
        trial = try_script(quiz, item, source, file, pool, prepared)
    trial_report.write(trial, sys.stdout)
    return trial.met


def _try_question(quiz: Quiz, proof: QuizProof, source: str, file: str, pool: Runner[Any]) -> bool:
    """Judge a program by the one question in `proof` and show the result; whether it passes every check."""
    from quizproof.displays import ProgramInput
    from quizproof.marking.attempt import judge, program_of
    from quizproof.proving.preparation import recipe_of
    from quizproof.runners.runner import run
    from quizproof_renderers.reports import trial_report

    (question,) = proof.blocks
    display = question.variants[0].display
    if display is None or not isinstance(display.input, ProgramInput):
        refuse(f"`{question.id}` is not proven here, so it cannot judge a program; `quizproof check` says why")
    program = program_of(display.input, source)
    with pool:
        outcome = run(pool, quiz.header.runtime, program, quiz.files, recipe_of(quiz, proof.steps))
        mark = judge(display.input, program, outcome)
    trial_report.write_mark(question.id, mark, file, sys.stdout)
    return mark.correct
