"""Rates: how many programs may be asked for in a time."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass
class Rate:
    """So many at once, and so many per second from then on: a bucket of tokens."""

    burst: int = 120
    per_second: float = 10.0
    clock: Callable[[], float] = time.monotonic
    _left: float = field(init=False)
    _at: float = field(init=False)

    def __post_init__(self) -> None:
        self._left, self._at = float(self.burst), self.clock()

    def wait(self) -> int:
        """Take one. Returns 0; where there is none, in how many seconds there will be, at least 1."""
        now = self.clock()
        self._left = min(self.burst, self._left + (now - self._at) * self.per_second)
        self._at = now
        if self._left < 1:
            return max(1, math.ceil((1 - self._left) / self.per_second))
        self._left -= 1
        return 0
