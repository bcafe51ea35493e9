"""Progress of long work, for a person who waits at a terminal."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from types import TracebackType
from typing import TextIO

from rich.progress import BarColumn, Progress, TextColumn

from quizproof_renderers.console import console_for

PATIENCE = 0.3
"""Seconds before anything is drawn: short work needs no progress."""
MIN_INTERVAL = 0.1
"""Seconds between two drawings."""


class Bar:
    """A line that is drawn again at each report of progress; nothing is drawn unless the stream is a terminal.

    No thread keeps drawing: this process forks, and a fork copies only the thread that forks.
    """

    def __init__(self, stream: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        """Nothing is drawn before the first `show` after PATIENCE.

        stream  where to draw; not the stream of a report, which would get the line too
        clock   gives seconds that never go back; tests give their own
        """
        self._progress = Progress(
            TextColumn("Proving"),
            BarColumn(bar_width=30),
            TextColumn(
                "{task.completed:,.0f} of {task.total:,.0f} questions, {task.fields[runs]:,} runs", markup=False
            ),
            console=console_for(stream),
            auto_refresh=False,  # it would draw from a thread
            transient=True,
            # Whoever writes to the terminal hides the line first; rich would put streams of its own in their place.
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._task = self._progress.add_task("", total=0, runs=0)
        self._clock = clock
        # Off a terminal it is never time to draw.
        self._due = clock() + PATIENCE if stream.isatty() else math.inf
        self._shown = False

    def __enter__(self) -> Bar:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.hide()

    def show(self, done: int, total: int, runs: int) -> None:
        """Draw how many of all questions are done, and the runs so far, unless the last drawing is recent."""
        now = self._clock()
        if now < self._due:
            return
        self._due = now + MIN_INTERVAL
        if not self._shown:
            self._progress.start()
            self._shown = True
        self._progress.update(self._task, completed=done, total=total, runs=runs, refresh=True)

    def hide(self) -> None:
        """Remove the line, so that something else can be written in its place."""
        if self._shown:
            self._progress.stop()
            self._shown = False
