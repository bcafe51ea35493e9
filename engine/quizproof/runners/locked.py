"""The runner that runs nothing: it gives the outcomes that are in a lock."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import Generic, Self

from quizproof.outcome import Outcome
from quizproof.runners.job import Job, Key
from quizproof.runners.runner import MAX_BACKLOG
from quizproof.store.lock import NAME, Lock, outcome_of


class LockedRunner(Generic[Key]):
    """Gives the outcomes that are in a lock. Nothing is run, and no framework is needed.

    Jobs are looked up by their `program`, which is a `store.keys.program_key`.
    """

    knows = True
    machine = ""
    max_backlog = MAX_BACKLOG

    def __init__(self, lock: Lock) -> None:
        self.level = lock.sandbox
        self.versions = lock.runtimes
        self.runs = self.shared = self.alone = 0
        self._entries = {entry["program"]: entry for _, _, _, entry in lock.entries()}
        self._arrived: deque[tuple[Key, Outcome]] = deque()

    @property
    def backlog(self) -> int:
        """The number of outcomes that were not collected yet."""
        return len(self._arrived)

    def submit(self, job: Job[Key]) -> None:
        """Look the program up by its key.

        `collect` gives its outcome; one with the status "unlocked" says that the lock does not know the program.
        """
        entry = self._entries.get(job.program)
        if entry is None:
            outcome = Outcome(
                "unlocked", detail=f"{NAME} does not have the programs of this block, which was edited since"
            )
        else:
            outcome = outcome_of(entry)
            # A lock is a text that people can edit: parts that the program does not have would mislead its judge.
            if not outcome.fits(job.lines):
                outcome = Outcome("unlocked", detail=f"{NAME} is damaged here")
        self._arrived.append((job.key, outcome))

    def collect(self, *, wait: bool = True) -> Iterator[tuple[Key, Outcome]]:
        """Give the outcomes."""
        while self._arrived:
            yield self._arrived.popleft()

    def learn(self, runtimes: Iterable[str]) -> None:
        """The lock has all versions that can be known."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass
