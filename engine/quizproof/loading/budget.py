"""Budget: the processor time and the memory that our own work on one file may take, whatever is in it.

Everything that looks at a bank is meant to take time in proportion to it. Where something does not, on purpose or by
oversight, a file must not stop a whole check: its budget does. A timer of the process looks now and then; what is spent
raises `BudgetSpent` in the middle of whatever is being done.

Times are of the processor, so that a busy machine gives the same findings as an idle one.
"""

from __future__ import annotations

import contextlib
import signal
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

MAX_SECONDS = 60.0
"""Of the processor, for one file: reading it, planning its runs, and judging them."""
MAX_MIB = 1024
"""By which our memory may grow meanwhile."""
_TICK_SECONDS = 0.05


class BudgetSpent(BaseException):
    """The budget is spent. Not an Exception, because code that survives any error must not survive this."""


@dataclass
class Budget:
    """What is left for one file.

    budget = Budget()
    with budget.use():
        ...
    """

    seconds: float = field(default_factory=lambda: MAX_SECONDS)
    """Of the processor, that are left."""
    mib: float = field(default_factory=lambda: MAX_MIB)
    """By which memory may grow within one use."""

    @contextlib.contextmanager
    def use(self) -> Iterator[None]:
        """Work on the file. Raises BudgetSpent, perhaps immediately.

        Nothing is bounded within another use, in a thread that is not the main one, and on Windows: there are no such
        timers there.
        """
        if not _has_timer() or signal.getitimer(signal.ITIMER_PROF)[0]:
            yield
            return
        if self.seconds <= 0:
            raise BudgetSpent
        started, memory = time.process_time(), _resident_mib()

        def look(number: int, frame: FrameType | None) -> None:
            if frame and _is_deaf(frame):
                return  # the next look is a moment later
            if time.process_time() - started > self.seconds or _resident_mib() - memory > self.mib:
                self.seconds = 0
                raise BudgetSpent

        before = signal.signal(signal.SIGPROF, look)
        try:
            signal.setitimer(signal.ITIMER_PROF, min(_TICK_SECONDS, self.seconds), _TICK_SECONDS)
            yield
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
            signal.signal(signal.SIGPROF, before)
            self.seconds -= time.process_time() - started

    @property
    def message(self) -> str:
        """What to say when it is spent."""
        return f"it took more than {MAX_SECONDS:g} s of processor time, or {MAX_MIB:,} MiB of memory, to look at this"


def _is_deaf(frame: FrameType) -> bool:
    """Whether Python would print what is raised here, and go on: in a destructor, or a callback of its collector."""
    return frame.f_code.co_name == "__del__" or frame.f_code.co_varnames[:2] == ("phase", "info")


def _has_timer() -> bool:
    return threading.current_thread() is threading.main_thread() and hasattr(signal, "setitimer")


def _resident_mib() -> float:
    """The memory of this process in MiB; 0 where the system does not say."""
    if sys.platform != "linux":
        return 0.0
    import resource  # only where there is one

    pages = int(Path("/proc/self/statm").read_bytes().split()[1])
    return pages * resource.getpagesize() / (1 << 20)
