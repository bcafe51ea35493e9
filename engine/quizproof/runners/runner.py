"""Runners: what takes programs and gives outcomes.

There are three: the pool runs programs on this machine, Dask runs them on others, and a lock knows their outcomes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol, Self

from quizproof.outcome import Outcome
from quizproof.runners.job import Job, Key, job_for
from quizproof.runners.recipe import reads_prepared

if TYPE_CHECKING:
    from quizproof.claims import Program
    from quizproof.runners.recipe import Recipe

MAX_BACKLOG = 256
"""How many runs are asked for ahead of their turn, on one machine."""


class Runner(Protocol[Key]):
    """Carries out jobs. A context manager: leaving it ends every process.

    with runner:
        runner.submit(job)
        while runner.backlog:
            for key, outcome in runner.collect():
                ...
    """

    @property
    def level(self) -> str:
        """The isolation of runs: "namespaces", "landlock" or "none"."""

    @property
    def machine(self) -> str:
        """A fingerprint of everything but the programs that affects outcomes; empty when they run on this machine."""

    @property
    def max_backlog(self) -> int:
        """How large its backlog should become, so that it has enough to do."""

    @property
    def versions(self) -> Mapping[str, Mapping[str, str]]:
        """Versions by runtime, of those that started."""

    @property
    def runs(self) -> int:
        """Runs carried out."""

    @property
    def shared(self) -> int:
        """Of these, how many went on from what others had begun with; 0 where that cannot be known."""

    @property
    def alone(self) -> int:
        """How many were tried so and then carried out by themselves; 0 where that cannot be known."""

    @property
    def knows(self) -> bool:
        """Whether it knows outcomes without running, so that nobody needs to keep them elsewhere."""

    @property
    def backlog(self) -> int:
        """The jobs that have been submitted and have no outcome yet."""

    def submit(self, job: Job[Key]) -> None:
        """Ask for a run. Returns immediately; the outcome comes from `collect`, with the job's key."""

    def collect(self, *, wait: bool = True) -> Iterator[tuple[Key, Outcome]]:
        """Give the outcomes that have arrived, in any order, as pairs of a job's key and an outcome.

        wait  for some, a second or so, unless there is nothing to do; it may still give none

        Raises CannotVerify when no further run can be carried out, as after the loss of a cluster.
        """

    def learn(self, runtimes: Iterable[str]) -> None:
        """Make sure that `versions` has these runtimes, unless they are not available. It may start and await
        interpreters.
        """

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


def run(
    runner: Runner[Any], runtime: str, program: Program, files: str | None = None, prepared: Recipe | None = None
) -> Outcome:
    """Run one program on a runner that has nothing else to do, and wait for its outcome.

    runner    the caller has entered it
    runtime   "python", "torch" or "tensorflow"
    program   what to run
    files     the folder that the program may read; None for none
    prepared  the steps whose files it gets, if it reads them; None for none
    """
    job = job_for(None, runtime, program, files)
    runner.submit(replace(job, prepared=prepared if reads_prepared(program) else None))
    while True:
        for _, outcome in runner.collect():
            return outcome
