"""`quizproof show`: one block with its key and its evidence."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from quizproof_renderers.cli.choosing import complete_blocks
from quizproof_renderers.cli.exits import FINDINGS, PROVEN, UNVERIFIED, fail, tell
from quizproof_renderers.cli.options import (
    LOCK,
    RunOptions,
    default_bank,
    nearest_lock,
    proving_options,
    text_format_option,
)
from quizproof_renderers.cli.proving import set_up

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quizproof.loading.quiz import Bank, Loaded
    from quizproof.proof import QuizProof
    from quizproof.store.lock import Lock


@click.command()
@click.argument("id_", metavar="ID", shell_complete=complete_blocks)
@click.argument("paths", metavar="[BANK]...", nargs=-1, type=click.Path(path_type=Path))
@click.option("--run", "runs", is_flag=True, help=f"Run it, whatever {LOCK} has.")
@text_format_option
@proving_options
def show(id_: str, paths: tuple[Path, ...], runs: bool, format_: str, options: RunOptions) -> None:
    """Show one question or exhibit with its key and its evidence.

    ID is its id. The evidence is that of the bank's lock, where the lock has it; otherwise the block is run. BANK is
    quiz files or folders of them; `questions` by default.

    \b
    Examples:
      quizproof show torch-grad-false
      quizproof show torch-grad-false --run
      quizproof show torch-grad-false --format json
    """
    from quizproof.loading.load import load_bank
    from quizproof.loading.quiz import Loaded
    from quizproof_renderers.reports import block_report, concise
    from quizproof_renderers.terminal.faces.dispatch import face_for

    places = paths or default_bank()
    bank = load_bank(places)
    quizzes = {item.block.id: (quiz, item) for quiz in bank.quizzes for item in quiz.items}
    if id_ not in quizzes:
        _refuse(id_, bank)
        for finding in bank.findings:
            if finding.block == id_:
                click.echo(concise.line(finding))
        sys.exit(FINDINGS)
    quiz, item = quizzes[id_]
    file = Loaded(quiz.path, quiz.only(item))
    proof = (None if runs else _from_lock(file, places, options)) or _proof(file, places, options)
    (block,) = proof.blocks
    if format_ == "json":
        click.echo(json.dumps(block_report.data(proof, block), allow_nan=False))
    else:
        block_report.write(proof, block, face_for(sys.stdout, plain=not sys.stdout.isatty()))
    sys.exit({"refuted": FINDINGS, "unstable": FINDINGS, "unverified": UNVERIFIED}.get(block.status, PROVEN))


def _refuse(id_: str, bank: Bank) -> None:
    """Exit unless a block of this id is there, which then cannot be read."""
    from quizproof.spelling import meant

    if any(finding.block == id_ for finding in bank.findings):
        return
    if any(quiz.id == id_ for quiz in bank.quizzes):
        fail(f"`{id_}` is a quiz; `quizproof list {id_}` lists its blocks")
    fail(f"there is no question or exhibit `{id_}`{meant(id_, [i.block.id for q in bank.quizzes for i in q.items])}")


def _from_lock(file: Loaded, places: Sequence[Path], options: RunOptions) -> QuizProof | None:
    """The block as the lock of its bank proves it; None where the lock does not have all that it needs."""
    from quizproof.errors import UsageError
    from quizproof.runtimes.sandbox.levels import LEVELS
    from quizproof.store.lock import Lock

    path = nearest_lock(places)
    if path is None or options.no_cache or options.known or options.dask:
        return None
    try:
        lock = Lock.read(path)
    except UsageError as error:
        tell(f"{error}; going on without it")
        return None
    if lock.sandbox not in LEVELS or (options.required and LEVELS.index(lock.sandbox) > LEVELS.index(options.required)):
        return None
    proof = _proof(file, places, options, lock)
    return None if proof.blocks[0].status == "unverified" else proof


def _proof(file: Loaded, places: Sequence[Path], options: RunOptions, lock: Lock | None = None) -> QuizProof:
    """The block, proven by a lock or by running it."""
    with set_up((file,), options, places, outcomes=lock) as (proving, bar):
        (proof,) = proving
        bar.hide()
    return proof
