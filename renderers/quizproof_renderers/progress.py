"""Progress of long work: a line that is drawn again on a terminal, and a new line now and then elsewhere."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, TextIO

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress

PATIENCE = 0.3
"""Seconds before anything is drawn: short work needs no progress."""
MIN_INTERVAL = 0.1
"""Seconds between two drawings."""
LINE_INTERVAL = 30.0
"""Seconds before the first line where there is no terminal, and between two: logs keep all of them."""


class Progress(Protocol):
    """What shows how far work has come, and stops doing so at the end of a `with` statement."""

    def __enter__(self) -> Progress: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def show(self, done: int, total: int, runs: int) -> None:
        """Show how many of all questions are done, and the runs so far, unless that was shown recently."""

    def hide(self) -> None:
        """Make room for something else in the same place."""


def progress_on(stream: TextIO, *, quiet: bool = False) -> Progress:
    """Progress as it suits a stream.

    stream  where to show it; not the stream of a report, which would get the lines too
    quiet   whether to show nothing
    """
    if stream.isatty() and not quiet:
        return Bar(stream)
    return Lines(stream, math.inf if quiet else LINE_INTERVAL)


class Lines:
    """A line now and then, such as `Proving: 120 of 1,000 questions, 350 runs`: a log shows that work goes on."""

    def __init__(self, stream: TextIO, interval: float, clock: Callable[[], float] = time.monotonic) -> None:
        """Nothing is written before the first interval has passed.

        interval  seconds between two lines
        clock     gives seconds that never go back; tests give their own
        """
        self._stream = stream
        self._interval = interval
        self._clock = clock
        self._due = clock() + interval

    def __enter__(self) -> Lines:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass

    def show(self, done: int, total: int, runs: int) -> None:
        """Write a line, unless the last one is recent."""
        now = self._clock()
        if now < self._due:
            return
        self._due = now + self._interval
        # A log may be read while it is written.
        print(f"Proving: {done:,} of {total:,} questions, {runs:,} runs", file=self._stream, flush=True)

    def hide(self) -> None:
        """Nothing is in the way."""


class Bar:
    """A line on a terminal that is drawn again at each report of progress.

    No thread keeps drawing: this process forks, and a fork copies only the thread that forks.
    """

    def __init__(self, stream: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        """Nothing is drawn before the first `show` after PATIENCE.

        stream  a terminal
        clock   gives seconds that never go back; tests give their own
        """
        self._stream = stream
        self._progress: RichProgress | None = None
        self._clock = clock
        self._due = clock() + PATIENCE
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
        progress = self._progress = self._progress or _bar_on(self._stream)
        if not self._shown:
            progress.start()
            self._shown = True
        progress.update(progress.task_ids[0], completed=done, total=total, runs=runs, refresh=True)

    def hide(self) -> None:
        """Remove the line, so that something else can be written in its place."""
        if self._shown and self._progress:
            self._progress.stop()
            self._shown = False


def _bar_on(stream: TextIO) -> RichProgress:
    """The line, not drawn yet. It is made when it is needed: short work need not wait for the library behind it."""
    from rich.progress import BarColumn, TextColumn
    from rich.progress import Progress as RichProgress

    from quizproof_renderers.console import console_for

    progress = RichProgress(
        TextColumn("Proving"),
        BarColumn(bar_width=30),
        TextColumn("{task.completed:,.0f} of {task.total:,.0f} questions, {task.fields[runs]:,} runs", markup=False),
        console=console_for(stream),
        auto_refresh=False,  # it would draw from a thread
        transient=True,
        # Whoever writes to the terminal hides the line first; rich would put streams of its own in their place.
        redirect_stdout=False,
        redirect_stderr=False,
    )
    progress.add_task("", total=0, runs=0)
    return progress
