"""The Dask runner: spreads batches of runs over the workers of a Dask cluster.

A run depends on nothing but its program, so whatever dies with a worker is run again elsewhere, and what comes twice is
taken once. A run that is lost again and again is our fault and never the author's.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import math
import queue
import time
import uuid
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from types import TracebackType
from typing import Generic, Self

from quizproof.errors import CannotVerify, UsageError
from quizproof.outcome import Outcome
from quizproof.runners.dask.agreement import agree, common_level, one_line
from quizproof.runners.dask.batch import Answer, Order, answered, ordered
from quizproof.runners.dask.connection import Connection, Landed, Sent
from quizproof.runners.dask.machine import identity
from quizproof.runners.job import Job, Key
from quizproof.runners.recipe import StepData
from quizproof.runners.runner import MAX_BACKLOG
from quizproof.runtimes.sandbox.levels import Level
from quizproof.store.fingerprints import contents, digest

_STALL_SECONDS = 600
"""How long nothing may come back, in addition to what the runs themselves may take."""
_MAX_IN_BATCH = 32
"""Runs in one batch, for each thread of a worker."""
_BATCHES_AHEAD = 2
"""Batches that a worker has, with the one that it is carrying out."""
_MAX_LOSSES = 3
"""How often a run is tried; after the first time it has a batch to itself. Deaths of workers give it one try more."""
_MAX_CANCELLED = 20
"""How often the cluster may cancel a run, which says nothing about the run."""
_MAX_BROKEN = 50
"""How often a runtime may fail to start on some workers, while others have not tried it."""


@dataclass(eq=False)
class _Task(Generic[Key]):
    """A run that we were asked for."""

    job: Job[Key]
    losses: int = 0
    cancelled: int = 0
    lost_on: set[str] = field(default_factory=set)
    """The workers that it was lost on."""


@dataclass(eq=False)
class _Batch(Generic[Key]):
    """Runs of one runtime that travel together."""

    runtime: str
    tasks: list[_Task[Key]]
    sent: Sent
    solo: bool = False
    """Whether nothing else of ours was on the cluster with it."""
    seconds: float = field(init=False)
    """How long it may take at most."""

    def __post_init__(self) -> None:
        # Each worker makes prepared files once; for how many of these that is, nobody knows.
        made = sum(task.job.prepared.seconds for task in self.tasks if task.job.prepared)
        self.seconds = made + sum(task.job.limits["seconds"] for task in self.tasks)


class DaskRunner(Generic[Key]):
    """Runs programs on the workers of a Dask cluster. A context manager; leaving it ends what is not finished.

    with DaskRunner("tcp://127.0.0.1:8786") as runner:
        Proving(files, runner)
    """

    knows = False

    def __init__(self, address: str, sandbox: Level | None = None, required: Level | None = None) -> None:
        """Reach a scheduler and see what its workers are.

        address   where the scheduler listens, for example "tcp://127.0.0.1:8786"
        sandbox   how runs are closed off on all workers; as strongly as they allow when None, and then they must all
                  allow the same
        required  the weakest level that will do; any when None

        Raises UsageError when the workers differ, and CannotVerify when there are none, or none that will do.
        """
        self.address = address
        self.runs = 0
        """Runs that came to an outcome, our own faults and missing runtimes aside."""
        self.shared = self.alone = 0  # workers share what jobs of one order begin with, and keep it to themselves
        self.versions: dict[str, dict[str, str]] = {}
        self._missing: dict[str, str] = {}
        self._session = uuid.uuid4().hex
        self._numbers = 0
        self._queues: dict[str, deque[_Task[Key]]] = {}
        self._suspects: deque[_Task[Key]] = deque()
        """What was lost before, and now has a batch to itself."""
        self._accused: deque[_Task[Key]] = deque()
        """What may have killed several workers, or was beside what did: it is run with nothing else on the cluster."""
        self._flying: dict[int, _Batch[Key]] = {}
        self._arrived: deque[tuple[Key, Outcome]] = deque()
        self._broken: dict[str, Counter[str]] = {}
        """By runtime and worker, how often in succession it did not start there."""
        self._files: dict[str, str] = {}
        """Fingerprints by folder."""
        self._connection = Connection(address)
        try:
            machines = self._connection.machines()
            self._example = next(iter(machines.items()))
            """A worker that all others must be like."""
            self._identity = identity(self._example[1])
            self.level = common_level(machines, sandbox, required)
            self.machine = digest(self._identity, sorted({machine["processor"] for machine in machines.values()}))
        except BaseException:
            self.close()
            raise
        self._news = time.monotonic()
        """When something came back last."""

    # ---- as any runner

    @property
    def max_backlog(self) -> int:
        """Enough to keep all workers busy."""
        return max(MAX_BACKLOG, 2 * _BATCHES_AHEAD * _MAX_IN_BATCH * sum(self._connection.threads.values()))

    @property
    def backlog(self) -> int:
        """The number of jobs that have been submitted and whose outcome was not collected yet."""
        waiting = sum(len(tasks) for tasks in (*self._queues.values(), self._suspects, self._accused))
        return waiting + len(self._arrived) + sum(len(batch.tasks) for batch in self._flying.values())

    def submit(self, job: Job[Key]) -> None:
        """Ask for a run."""
        if job.files and job.files not in self._files:
            # Read once per folder: many jobs share one.
            self._files[job.files] = contents(job.files)
        self._queues.setdefault(job.runtime, deque()).append(_Task(job))

    def collect(self, *, wait: bool = True) -> Iterator[tuple[Key, Outcome]]:
        """Give the outcomes that have arrived, in any order; `wait` for some, unless there is nothing to do.

        Raises CannotVerify when the cluster is lost, and UsageError when a worker joined that differs from the others.
        """
        self._move(wait=wait and not self._arrived)
        while self._arrived:
            yield self._arrived.popleft()

    def learn(self, runtimes: Iterable[str]) -> None:
        """Have one worker start these runtimes, and note their versions.

        runtimes  names such as "torch"; of one that does not start after three tries, nothing is noted

        Raises what `collect` raises.
        """
        for runtime in runtimes:
            tries = 0
            while runtime not in self.versions and runtime not in self._missing and tries < _MAX_LOSSES:
                # An order without jobs asks for the versions alone.
                self._send(runtime, [])
                tries += 1
                while self._flying and runtime not in self.versions and runtime not in self._missing:
                    self._move(wait=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End what is not finished, and leave the cluster."""
        sent = [batch.sent for batch in self._flying.values()]
        self._flying.clear()
        self._connection.close(sent, self._session)

    # ---- sending batches

    def _move(self, *, wait: bool) -> None:
        """Send off what waits, and take in what has come back; `wait` for it a little."""
        self._dispatch()
        if not self._flying and not self._queued():
            return
        landed = self._connection.landed
        with contextlib.suppress(queue.Empty):
            self._land(landed.get(timeout=1.0 if wait else 0.0))
            while True:
                self._land(landed.get_nowait())
        self._dispatch()
        self._connection.check()
        self._check_stall()

    def _check_stall(self) -> None:
        """Raises CannotVerify when nothing has come back for much longer than the runs may take."""
        longest = max((batch.seconds for batch in self._flying.values()), default=0.0)
        silence = time.monotonic() - self._news
        if self._flying and silence > _STALL_SECONDS + _BATCHES_AHEAD * longest:
            raise CannotVerify(f"nothing came from the cluster at {self.address} for {round(silence / 60)} minutes")

    def _queued(self) -> bool:
        return bool(self._suspects or self._accused) or any(self._queues.values())

    def _dispatch(self) -> None:
        threads = self._connection.threads
        for runtime, broken in self._broken.items():
            everywhere = broken.keys() >= threads.keys() or broken.total() > _MAX_BROKEN
            if broken.total() >= _MAX_LOSSES and everywhere:
                self._give_up(runtime)
        # While the scheduler is out of reach, nothing can be sent; it may come back.
        if not self._connection.running:
            return
        if self._accused:
            # It must be alone on the cluster, so it waits until all else has come back.
            if not self._flying:
                task = self._accused.popleft()
                self._send(task.job.runtime, [task], solo=True)
            return
        workers = max(1, len(threads))
        while len(self._flying) < _BATCHES_AHEAD * workers and self._queued():
            if self._suspects:
                task = self._suspects.popleft()
                self._send(task.job.runtime, [task])
                continue
            # The longest queue first, so that all runtimes end together.
            runtime, waiting = max(self._queues.items(), key=lambda item: len(item[1]))
            # Smaller batches towards the end, so that all workers finish at about the same time.
            ceiling = _MAX_IN_BATCH * max(1, min(threads.values(), default=1))
            size = min(ceiling, math.ceil(len(waiting) / (_BATCHES_AHEAD * workers)))
            self._send(runtime, [waiting.popleft() for _ in range(size)])

    def _send(self, runtime: str, tasks: list[_Task[Key]], *, solo: bool = False) -> None:
        if not self._flying:
            self._news = time.monotonic()
        self._numbers += 1
        number = self._numbers
        jobs = [task.job for task in tasks]
        recipes: list[list[StepData]] = []
        order: Order = {
            "session": self._session,
            "identity": self._identity,
            "sandbox": self.level,
            "runtime": runtime,
            "jobs": [ordered(job, recipes) for job in jobs],
            "files": {job.files: self._files[job.files] for job in jobs if job.files},
            "recipes": recipes,
        }
        avoided = {worker for task in tasks for worker in task.lost_on} | self._broken.get(runtime, Counter()).keys()
        better = [worker for worker in self._connection.threads if worker not in avoided] if avoided else []
        sent = self._connection.send(number, json.dumps(order), f"quizproof-{self._session}-{number}", better)
        self._flying[number] = _Batch(runtime, tasks, sent, solo)

    # ---- taking in answers

    def _land(self, landed: Landed) -> None:
        """Take in what came back of a batch, once."""
        # Here, and not at the top: this module is imported before it is known whether Dask is installed.
        from distributed import CancelledError

        batch = self._flying.pop(landed.number, None)
        if batch is None:
            return
        self._news = time.monotonic()
        if isinstance(landed.error, (CancelledError, asyncio.CancelledError)):  # the scheduler was out of reach
            for task in batch.tasks:
                task.cancelled += 1
                if task.cancelled > _MAX_CANCELLED:
                    self._lose(task, "the cluster cancelled it again and again")
                else:
                    self._queues.setdefault(batch.runtime, deque()).appendleft(task)
        elif landed.error is not None:
            for task in batch.tasks:
                self._lose(task, _reason(landed.error), sure=batch.solo)
        else:
            try:
                answer, outcomes = answered(landed.text, [task.job for task in batch.tasks])
            except ValueError as error:
                for task in batch.tasks:
                    self._lose(task, f"a worker of the cluster gave an answer that is none: {error}")
                return
            self._take(batch, answer, outcomes)

    def _take(self, batch: _Batch[Key], answer: Answer, outcomes: list[Outcome]) -> None:
        """Take in the answer of a worker."""
        worker, runtime = answer["worker"], batch.runtime
        if answer["outcomes"] is None:
            machine = answer["machine"]
            # This raises with a message about what differs; only if nothing does is the sandbox the reason.
            agree(dict([self._example, (worker, machine)]))
            why = machine["sandbox"][self.level] or "nobody knows why"
            raise CannotVerify(f"{worker} joined, and does not allow the sandbox `{self.level}`: {why}")
        if answer["versions"]:
            known = self.versions.setdefault(runtime, answer["versions"])
            if known != answer["versions"]:
                raise UsageError(f"{worker} runs {runtime} on other versions than the workers before it")
        started = not answer["missing"] or any(outcome.status == "missing" for outcome in outcomes)
        broken = self._broken.setdefault(runtime, Counter())
        if started:
            broken.pop(worker, None)
        else:
            broken[worker] += 1
        if answer["missing"] and not batch.tasks:
            self._missing[runtime] = answer["missing"]
        for task, outcome in zip(batch.tasks, outcomes, strict=True):
            if outcome.status == "fault":
                task.lost_on.add(worker)
                self._lose(task, outcome.detail)
            else:
                self.runs += outcome.status != "missing"
                self._arrived.append((task.job.key, outcome))

    def _lose(self, task: _Task[Key], why: str, *, sure: bool = True) -> None:
        """A run was lost, and not by itself: it is tried again, unless that was often enough.

        Not `sure`: what was beside it may have been the reason, because the scheduler blames everything that a dead
        worker had.
        """
        task.losses += 1
        if task.losses < _MAX_LOSSES:
            self._suspects.append(task)
        elif not sure:
            self._accused.append(task)
        else:
            self._arrived.append((task.job.key, Outcome("fault", detail=why)))

    def _give_up(self, runtime: str) -> None:
        """A runtime starts nowhere."""
        for waiting in (self._queues.get(runtime, deque()), self._suspects):
            for task in [task for task in waiting if task.job.runtime == runtime]:
                waiting.remove(task)
                why = f"the {runtime} interpreter did not start on the workers of the cluster"
                self._arrived.append((task.job.key, Outcome("fault", detail=why)))


def _reason(error: BaseException) -> str:
    """Why a batch was lost, for readers of a report: without addresses and numbers that change from time to time."""
    if type(error).__name__ == "KilledWorker":
        return "the workers of the cluster that ran it died"
    return f"the cluster could not run it: {one_line(error)}"
