"""The bench: proven quizzes for a test, and what runs the programs that a learner writes in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from quizproof_renderers.cli.exits import tell
from quizproof_renderers.cli.options import RunOptions, lock_of, nearest_lock
from quizproof_renderers.cli.proving import pool_for, set_up

if TYPE_CHECKING:
    from quizproof.claims import Program
    from quizproof.loading.quiz import Bank
    from quizproof.outcome import Outcome
    from quizproof.proof import QuizProof
    from quizproof.proving.trial import Trial
    from quizproof.runners.runner import Runner
    from quizproof_renderers.terminal.questioning.setting import Runner as Runs
    from quizproof_renderers.terminal.questioning.setting import Trier


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
        lock = Lock.read(path, [quiz.id for quiz in chosen.quizzes])
    except UsageError:  # a damaged one is for `check` to tell of; here everything can be run
        return None
    if lock.sandbox not in LEVELS or (options.required and LEVELS.index(lock.sandbox) > LEVELS.index(options.required)):
        return None
    with set_up(chosen.files, replace(options, verbose=False, no_cache=True), places, outcomes=lock) as (proving, _):
        quizzes = tuple(proving)
    statuses = {proof.status for quiz in quizzes for proof in quiz.blocks}
    if not statuses <= {"proven", "unproven"} or not all(quiz.blocks for quiz in quizzes):
        return None
    if options.verbose:
        tell(f"all outcomes are those of {path}")
    return quizzes


def needing(quizzes: Sequence[QuizProof]) -> dict[str, list[str]]:
    """The ids of blocks for which a learner's program has to be run, by the framework that is not installed for that.

    quizzes  proven, with displays
    """
    from importlib.util import find_spec

    found: dict[str, list[str]] = {}
    for quiz in quizzes:
        runtime = quiz.header.runtime if quiz.header else "python"
        if runtime == "python" or find_spec(runtime):
            continue
        for id_ in _that_run(quiz):
            found.setdefault(runtime, []).append(id_)
    return found


def _that_run(quiz: QuizProof) -> Iterator[str]:
    """The ids of the blocks of a quiz for which a learner's program may have to be run."""
    from quizproof.displays import Blanks, Ordering, ProgramInput

    for block in quiz.blocks:
        displays = [variant.display for variant in block.variants if variant.display]
        if any(isinstance(each.input, ProgramInput | Blanks | Ordering) or each.script for each in displays):
            yield block.id


class Bench(NamedTuple):
    """What runs learners' programs, under the conditions of their quizzes."""

    run: Runs
    try_script: Trier
    warm_up: Callable[[QuizProof], None]
    """Starts the runtime of a quiz, where one of its blocks may need it. Returns before it has started."""


@contextmanager
def bench_for(chosen: Bank, quizzes: Sequence[QuizProof], options: RunOptions) -> Iterator[Bench]:
    """A bench for quizzes; leaving it ends what it has started.

    chosen   the part of the bank that is asked
    quizzes  the same, proven
    options  how to run

    Nothing is started before the first run, unless `warm_up` starts it. Exits when the machine does not allow the
    sandbox that `options` asks for.
    """
    from quizproof.claims import Part, Program
    from quizproof.proving.preparation import recipe_of
    from quizproof.runners.job import job_for
    from quizproof.runners.runner import run

    warm: set[str] = set()
    sources = {quiz.path: quiz for quiz in chosen.quizzes}
    with ExitStack() as stack:

        @cache
        def pool() -> Runner[Any]:
            # One run at a time: there is one learner.
            return stack.enter_context(pool_for(options))

        if options.sandbox or options.required:
            pool()  # which exits where the machine does not allow it, before the first question

        def ready() -> Runner[Any]:
            """The pool with nothing to do: what warmed it up has ended."""
            while pool().backlog:
                for _ in pool().collect():
                    pass
            return pool()

        def warm_up(quiz: QuizProof) -> None:
            runtime = sources[quiz.path].header.runtime
            if runtime in warm or not any(_that_run(quiz)):
                return
            warm.add(runtime)
            # A program that does nothing: its runtime starts by itself meanwhile, and nobody waits for it.
            pool().submit(job_for(None, runtime, Program((Part("answer", "pass", ("bench",)),)), None))

        def outcome_of(quiz: QuizProof, program: Program) -> Outcome:
            source = sources[quiz.path]
            return run(ready(), source.header.runtime, program, source.files, recipe_of(source, quiz.steps))

        def trial_of(quiz: QuizProof, id_: str, script: str, file: str) -> Trial:
            from quizproof.proving.trial import try_script

            source = sources[quiz.path]
            item = next(item for item in source.items if item.block.id == id_)
            return try_script(source, item, script, file, ready(), recipe_of(source, quiz.steps))

        yield Bench(outcome_of, trial_of, warm_up)
