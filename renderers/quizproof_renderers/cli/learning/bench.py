"""The bench: proven quizzes for a test, and what runs the programs that a learner writes in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from quizproof_renderers.cli.exits import tell
from quizproof_renderers.cli.options import RunOptions, lock_of, nearest_lock
from quizproof_renderers.cli.proving import pool_for, set_up

if TYPE_CHECKING:
    from quizproof.claims import Program
    from quizproof.loading.quiz import Bank
    from quizproof.outcome import Outcome
    from quizproof.proof import QuizProof
    from quizproof.proving.trial import Trial
    from quizproof_renderers.terminal.questioning.setting import Runner, Trier


@dataclass(frozen=True)
class Proven:
    """The quizzes of a test."""

    quizzes: tuple[QuizProof, ...]
    runs: bool
    """Whether learners' programs can be run."""


def proven(chosen: Bank, places: Sequence[Path], options: RunOptions, *, locked: bool) -> Proven:
    """The quizzes of a test with their proofs: by the lock of their bank where it has all that they need, else by runs.

    chosen   the part of the bank that is asked
    places   the files and folders of the bank
    options  how to run
    locked   whether to run nothing whatever happens

    Exits when the runs cannot be had as `options` asks.
    """
    from quizproof.runners.local import platform_refusal
    from quizproof.store.lock import Lock

    lock = Lock.read(lock_of(places)) if locked else None
    from_lock = None if lock else _from_lock(chosen, places, options)
    if from_lock is not None:
        return Proven(from_lock, not platform_refusal())
    # The lock is not compared with the bank: it covers all of it, and this may be one question.
    with set_up(chosen.files, options, places, outcomes=lock) as (proving, _):
        return Proven(tuple(proving), lock is None)


def _from_lock(chosen: Bank, places: Sequence[Path], options: RunOptions) -> tuple[QuizProof, ...] | None:
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


@contextmanager
def bench_for(chosen: Bank, quizzes: Sequence[QuizProof], options: RunOptions) -> Iterator[tuple[Runner, Trier]]:
    """What runs programs, and what tries scripts, under the conditions of their quizzes.

    chosen   the part of the bank that is asked
    quizzes  the same, proven
    options  how to run

    Nothing is started before the first run. Exits when the machine does not allow the sandbox that `options` asks for.
    """
    from quizproof.proving.preparation import recipe_of
    from quizproof.proving.trial import try_script
    from quizproof.runners.runner import run

    sources = {quiz.path: quiz for quiz in chosen.quizzes}
    # One run at a time: there is one learner.
    with pool_for(options) as pool:

        def outcome_of(quiz: QuizProof, program: Program) -> Outcome:
            source = sources[quiz.path]
            return run(pool, source.header.runtime, program, source.files, recipe_of(source, quiz.steps))

        def trial_of(quiz: QuizProof, id_: str, script: str, file: str) -> Trial:
            source = sources[quiz.path]
            item = next(item for item in source.items if item.block.id == id_)
            return try_script(source, item, script, file, pool, recipe_of(source, quiz.steps))

        yield outcome_of, trial_of
