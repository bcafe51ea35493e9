"""One isolated run, as the engine makes it."""

from __future__ import annotations

import time
from types import TracebackType

from benchmarks.timing import Failed
from quizproof.runners.job import Job
from quizproof.runners.pool import Pool

_LIMITS = {"seconds": 60, "memory_mib": 2048, "output_kib": 256, "file_mib": 64, "processes": 64}


class Isolated:
    """Runs a program again and again, in a fork of its own each time. A context manager."""

    def __init__(self, runtime: str, source: str) -> None:
        self._job = Job(0, runtime, [{"role": "code", "source": source, "line": 1}], _LIMITS)
        self._pool = Pool[int](1)

    def __enter__(self) -> Isolated:
        self._pool.__enter__()
        self.run()  # the first one waits for the import
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.__exit__(kind, error, trace)

    def run(self) -> float:
        """Seconds from the request to the outcome. Raises Failed when it did not finish."""
        start = time.perf_counter()
        ((_, outcome),) = self._pool.run([self._job])
        taken = time.perf_counter() - start
        if outcome.status != "finished":
            raise Failed(f"a run did not finish: {outcome}")
        return taken
