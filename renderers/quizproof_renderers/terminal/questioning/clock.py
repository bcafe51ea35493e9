"""The clock of an exam: how long it takes, and the end of its time, in the middle of a question or not."""

from __future__ import annotations

import signal
import time
from types import FrameType, TracebackType
from typing import NoReturn

from quizproof_renderers.text import plural


class TimeUp(Exception):
    """The time of an exam is over."""


class Clock:
    """Measures the time of a test. In its `with` statement it raises TimeUp when a limit is reached."""

    def __init__(self, minutes: float | None, before: float = 0.0) -> None:
        """It stands still before `with`.

        minutes  the limit; None for none
        before   seconds that the test took before it was left
        """
        self._limit = None if minutes is None else minutes * 60
        self._before = before
        self._started: float | None = None

    @property
    def used(self) -> float:
        """Seconds that the test took so far, those before it was left among them."""
        return self._before + (time.monotonic() - self._started if self._started is not None else 0.0)

    @property
    def rule(self) -> str:
        """How much time is left, as a sentence after others; empty where there is no limit."""
        if self._limit is None:
            return ""
        left = max(0.0, self._limit - self.used)
        minutes, seconds = divmod(round(left), 60)
        parts = [plural(minutes, "minute")] * bool(minutes) + [plural(seconds, "second")] * bool(seconds or not minutes)
        return f" You have {' and '.join(parts)}."

    def __enter__(self) -> Clock:
        self._started = time.monotonic()
        if self._limit is not None:
            if self.used >= self._limit:
                raise TimeUp
            # Windows has no such timer; there `check` alone notices.
            if hasattr(signal, "setitimer"):
                signal.signal(signal.SIGALRM, _ring)
                signal.setitimer(signal.ITIMER_REAL, self._limit - self.used)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._limit is not None and hasattr(signal, "setitimer"):
            signal.setitimer(signal.ITIMER_REAL, 0)
        self._before, self._started = self.used, None

    def check(self) -> None:
        """Raise TimeUp when the time is over."""
        if self._limit is not None and self.used >= self._limit:
            raise TimeUp


def _ring(_: int, __: FrameType | None) -> NoReturn:
    raise TimeUp
