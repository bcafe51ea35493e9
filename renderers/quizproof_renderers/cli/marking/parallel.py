"""Marking beside each other: threads that mark, and what carries out their runs: benches of their own, or a cluster."""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from quizproof.errors import CannotVerify, QuizproofError

if TYPE_CHECKING:
    from quizproof.claims import Program
    from quizproof.loading.quiz import Bank
    from quizproof.outcome import Outcome
    from quizproof.proof import QuizProof
    from quizproof.runners.job import Job
    from quizproof.runners.runner import Runner as JobRunner
    from quizproof_renderers.cli.options import RunOptions
    from quizproof_renderers.handing_in.grading import MarkMany
    from quizproof_renderers.handing_in.marker import Item, Marking
    from quizproof_renderers.handing_in.response_file import GivenResponse
    from quizproof_renderers.terminal.questioning.setting import Runner

_MAX_THREADS = 64
"""Threads that wait for a cluster."""
_PAUSE = 0.02
"""Seconds between two looks for new jobs, while a cluster works on others."""


@contextmanager
def marking(chosen: Bank, quizzes: Sequence[QuizProof], options: RunOptions, *, runs: bool) -> Iterator[MarkMany]:
    """Something that marks many responses which need runs.

    chosen   the part of the bank that is marked
    quizzes  the same, proven
    options  how to run, here or on a cluster; as many runs beside each other as there are processors, or as the
             cluster has, unless it says how many
    runs     whether anything can be run

    Raises CannotVerify when a cluster is lost: what was not marked is marked when the command goes on.
    """
    from quizproof_renderers.handing_in.marker import mark_one

    with ExitStack() as stack:
        if options.dask and runs:
            runner_of, width = stack.enter_context(_on_cluster(chosen, quizzes, options))
        else:
            runner_of, width = stack.enter_context(_on_benches(chosen, quizzes, options, runs=runs))

        def mark(task: tuple[Item, GivenResponse]) -> Marking:
            return mark_one(*task, runner_of())

        threads = stack.enter_context(ThreadPoolExecutor(width))

        def mark_many(tasks: Sequence[tuple[Item, GivenResponse]]) -> Sequence[Marking]:
            try:
                return list(threads.map(mark, tasks))
            except _RunnerLost as lost:
                raise lost.error from None

        yield mark_many


@contextmanager
def _on_benches(
    chosen: Bank, quizzes: Sequence[QuizProof], options: RunOptions, *, runs: bool
) -> Iterator[tuple[Callable[[], Runner | None], int]]:
    """What gives each thread a bench of its own: a pool knows one caller only."""
    from quizproof_renderers.cli.learning.bench import bench_for

    own, lock = threading.local(), threading.Lock()
    with ExitStack() as stack:

        def runner() -> Runner | None:
            if runs and not hasattr(own, "runner"):
                with lock:
                    own.runner = stack.enter_context(bench_for(chosen, quizzes, options)).run
            return own.runner if runs else None

        yield runner, options.jobs or os.cpu_count() or 1


@contextmanager
def _on_cluster(
    chosen: Bank, quizzes: Sequence[QuizProof], options: RunOptions
) -> Iterator[tuple[Callable[[], Runner | None], int]]:
    """What gives all threads the same cluster."""
    from quizproof.proving.preparation import recipe_of
    from quizproof.runners.job import job_for
    from quizproof.runners.recipe import reads_prepared
    from quizproof_renderers.cli.proving import cluster_for

    sources = {quiz.path: quiz for quiz in chosen.quizzes}
    with cluster_for(options) as cluster, _Dispatcher(cluster) as dispatcher:

        def outcome_of(quiz: QuizProof, program: Program) -> Outcome:
            source = sources[quiz.path]
            job: Job[Any] = job_for(None, source.header.runtime, program, source.files)
            recipe = recipe_of(source, quiz.steps) if reads_prepared(program) else None
            return dispatcher.run(replace(job, prepared=recipe))

        yield lambda: outcome_of, min(_MAX_THREADS, max(2, cluster.max_backlog // 8))


class _RunnerLost(Exception):
    """No further run can be carried out. No answer is at fault, so it is no CannotVerify, which marking takes in."""

    def __init__(self, error: QuizproofError) -> None:
        super().__init__(str(error))
        self.error = error


class _Dispatcher:
    """Carries out the jobs of many threads on one runner, which knows one caller only. A context manager."""

    def __init__(self, runner: JobRunner[int]) -> None:
        self._runner = runner
        self._jobs: queue.SimpleQueue[tuple[Job[Any], Future[Outcome]] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="cluster", daemon=True)

    def __enter__(self) -> _Dispatcher:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._jobs.put(None)
        self._thread.join()

    def run(self, job: Job[Any]) -> Outcome:
        """Run a job, and wait for its outcome. Raises _RunnerLost when there will be none."""
        future: Future[Outcome] = Future()
        self._jobs.put((job, future))
        return future.result()

    def _work(self) -> None:
        waiting: dict[int, Future[Outcome]] = {}
        lost: _RunnerLost | None = None
        number = 0
        while (given := self._next(waiting)) is not None:
            for job, future in given:
                number += 1
                waiting[number] = future
                if lost is None:
                    self._runner.submit(replace(job, key=number))
            try:
                if lost is None:
                    for key, outcome in self._runner.collect(wait=False):
                        waiting.pop(key).set_result(outcome)
            except QuizproofError as error:
                lost = _RunnerLost(error)
            if lost is not None:
                for future in waiting.values():
                    future.set_exception(lost)
                waiting.clear()

    def _next(self, waiting: dict[int, Future[Outcome]]) -> list[tuple[Job[Any], Future[Outcome]]] | None:
        """The jobs that are new; None at the end. Without any to wait for, it waits for one."""
        found = []
        try:
            given = self._jobs.get(timeout=_PAUSE if waiting else None)
            while given is not None:
                found.append(given)
                given = self._jobs.get_nowait()
        except queue.Empty:
            return found
        # The end: nobody waits for what is still in flight.
        for future in waiting.values():
            future.set_exception(_RunnerLost(CannotVerify("the marking was interrupted")))
        return None
