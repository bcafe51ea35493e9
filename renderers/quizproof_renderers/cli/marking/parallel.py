"""Marking beside each other: one thread per run at a time, each with a bench of its own."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from quizproof.loading.quiz import Bank
    from quizproof.proof import QuizProof
    from quizproof_renderers.cli.options import RunOptions
    from quizproof_renderers.handing_in.grading import MarkMany
    from quizproof_renderers.handing_in.marker import Item, Marking
    from quizproof_renderers.handing_in.response_file import GivenResponse
    from quizproof_renderers.terminal.questioning.setting import Runner


@contextmanager
def marking(chosen: Bank, quizzes: Sequence[QuizProof], options: RunOptions, *, runs: bool) -> Iterator[MarkMany]:
    """Something that marks many responses which need runs.

    chosen   the part of the bank that is marked
    quizzes  the same, proven
    options  how to run; as many runs beside each other as there are processors, unless it says how many
    runs     whether anything can be run
    """
    from quizproof_renderers.cli.learning.bench import bench_for
    from quizproof_renderers.handing_in.marker import mark_one

    own, lock = threading.local(), threading.Lock()
    with ExitStack() as stack:

        def runner() -> Runner | None:
            """The bench of this thread; a pool knows one caller only."""
            if runs and not hasattr(own, "runner"):
                with lock:
                    own.runner, _ = stack.enter_context(bench_for(chosen, quizzes, options))
            return own.runner if runs else None

        def mark(task: tuple[Item, GivenResponse]) -> Marking:
            return mark_one(*task, runner())

        threads = stack.enter_context(ThreadPoolExecutor(options.jobs or os.cpu_count() or 1))

        def mark_many(tasks: Sequence[tuple[Item, GivenResponse]]) -> Sequence[Marking]:
            return list(threads.map(mark, tasks))

        yield mark_many
        # Benches were entered later, so they are left first: before their threads end.
