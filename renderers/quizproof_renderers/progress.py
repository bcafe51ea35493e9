"""Progress of long work, for a person who waits at a terminal."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO, TypeAlias

from rich.progress import BarColumn, Progress, TextColumn

from quizproof_renderers.console import console_for

Callback: TypeAlias = Callable[[int, int, int], None]
"""Called with the questions done, all questions, and the runs carried out so far."""

PATIENCE = 0.3
"""Seconds before anything is drawn: work that is soon done needs no progress."""
INTERVAL = 0.1
"""Seconds between two drawings."""


@contextmanager
def progress(stream: TextIO, *, clock: Callable[[], float] = time.monotonic) -> Iterator[Callback]:
    """Give a callback that shows progress on `stream`; it does nothing when that is no terminal.

    What was drawn is gone afterwards, also when the work ends with an exception.
    """
    if not stream.isatty():
        yield lambda done, total, runs: None
        return
    bar = _Bar(stream, clock)
    try:
        yield bar.show
    finally:
        bar.close()


class _Bar:
    """A line that is drawn again and again, by the callback itself.

    There is no thread that keeps drawing: the prover forks, and a fork copies only the thread that asked for it.
    """

    def __init__(self, stream: TextIO, clock: Callable[[], float]) -> None:
        self._progress = Progress(
            TextColumn("Proving"),
            BarColumn(bar_width=30),
            TextColumn(
                "{task.completed:,.0f} of {task.total:,.0f} questions, {task.fields[runs]:,} runs", markup=False
            ),
            console=console_for(stream),
            auto_refresh=False,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._task = self._progress.add_task("", total=0, runs=0)
        self._clock = clock
        self._due = clock() + PATIENCE
        self._shown = False

    def show(self, done: int, total: int, runs: int) -> None:
        """Draw, unless that was done a moment ago."""
        now = self._clock()
        if now < self._due:
            return
        self._due = now + INTERVAL
        if not self._shown:
            self._progress.start()
            self._shown = True
        self._progress.update(self._task, completed=done, total=total, runs=runs, refresh=True)

    def close(self) -> None:
        """Take the line away."""
        if self._shown:
            self._progress.stop()
