"""The cluster: a runner that spreads batches of runs over the workers of a Dask cluster.

A run depends on nothing but its program, so whatever dies with a worker is run again elsewhere, and what comes twice is
taken once. A run that is lost again and again is our fault and never the author's.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import math
import queue
import re
import time
import uuid
import warnings
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future as Watch
from concurrent.futures import ThreadPoolExecutor
from dataclasses import astuple, dataclass, field
from types import TracebackType
from typing import Any, Generic, Self

import quizproof
from quizproof.errors import CannotVerify, UsageError
from quizproof.outcome import Outcome
from quizproof.runners import dask_worker
from quizproof.runners.job import Job, Key
from quizproof.runners.runner import WINDOW
from quizproof.runtimes.levels import LEVELS, Level
from quizproof.store.fingerprints import carrying, contents, digest

_CONNECT_SECONDS = 10
_PROBE_SECONDS = 120
_ANSWER_SECONDS = 10
"""How long the scheduler may take to answer."""
_WORKERS_SECONDS = 60
"""How long a cluster may be without any worker."""
_CHECK_SECONDS = 3
_STALL_SECONDS = 600
"""How long nothing may come, beside what the runs themselves may take."""
_MOST_IN_BATCH = 32
"""Runs in one batch, for each thread of a worker."""
_BATCHES_AHEAD = 2
"""Batches that a worker has, with the one at which it is."""
_MOST_LOSSES = 3
"""How often a run is tried; after the first time it has a batch to itself. Deaths of workers give it one try more."""
_MOST_CANCELLED = 20
_MOST_BROKEN = 50
_SHOWN = 4
"""Things listed in one message."""


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
    future: Any
    solo: bool = False
    """Whether nothing else of ours was on the cluster with it."""
    watch: Watch[None] | None = None
    seconds: float = field(init=False)
    """How long it may take at most."""

    def __post_init__(self) -> None:
        self.seconds = sum(task.job.limits["seconds"] for task in self.tasks)


class ClusterRunner(Generic[Key]):
    """Runs programs on the workers of a Dask cluster. A context manager; what is not finished ends when it is left."""

    knows = False

    def __init__(self, address: str, sandbox: Level | None = None, required: Level | None = None) -> None:
        """Reach the scheduler at `address` and see what its workers are.

        `sandbox`: how runs are closed off on all workers; as strongly as they allow when None, and then they must all
        allow the same. `required`: the least that it may be. Raises UsageError when the workers differ, and
        CannotVerify when there are none, or none that will do.
        """
        self.address = address
        self.runs = 0
        """Runs that came to an outcome, our own faults and missing runtimes aside."""
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
        self._landed: queue.SimpleQueue[tuple[int, str, BaseException | None]] = queue.SimpleQueue()
        self._come: deque[tuple[Key, Outcome]] = deque()
        self._broken: dict[str, Counter[str]] = {}
        """By runtime and worker, how often in succession it did not start there."""
        self._files: dict[str, str] = {}
        self._levels: dict[str, int] = {}
        self._client = self._connect()
        try:
            self._threads = self._await_workers()
            told = self._probe()
            self._identity = dask_worker.identity(next(iter(told.values())))
            self._example = next(iter(told.items()))
            self.level = _level(told, sandbox, required)
            self.machine = digest(self._identity, sorted({about["processor"] for about in told.values()}))
        except BaseException:
            self.close()
            raise
        self._checked = self._answered = self._manned = self._news = time.monotonic()

    # ---- as any runner

    @property
    def window(self) -> int:
        """Enough to keep all workers at work."""
        return max(WINDOW, 2 * _BATCHES_AHEAD * _MOST_IN_BATCH * sum(self._threads.values()))

    @property
    def backlog(self) -> int:
        """The jobs that have been submitted and whose outcome was not collected yet."""
        waiting = sum(len(tasks) for tasks in (*self._queues.values(), self._suspects, self._accused)) + len(self._come)
        return waiting + sum(len(batch.tasks) for batch in self._flying.values())

    def submit(self, job: Job[Key]) -> None:
        """Ask for a run."""
        if job.files and job.files not in self._files:
            self._files[job.files] = contents(job.files)
        self._queues.setdefault(job.runtime, deque()).append(_Task(job))

    def collect(self, *, wait: bool = True) -> Iterator[tuple[Key, Outcome]]:
        """Give the outcomes that have come, in no particular order; `wait` for some, unless there is nothing to do.

        Raises CannotVerify when the cluster is lost, and UsageError when a worker joined that is unlike the others.
        """
        self._move(wait=wait and not self._come)
        while self._come:
            yield self._come.popleft()

    def learn(self, runtimes: Iterable[str]) -> None:
        """Have one worker start these runtimes, and take down their versions."""
        for runtime in runtimes:
            tries = 0
            while runtime not in self.versions and runtime not in self._missing and tries < _MOST_LOSSES:
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
        client, flying = self._client, list(self._flying.values())
        self._flying.clear()
        try:
            if flying and client.status == "running":
                with contextlib.suppress(Exception):
                    client.cancel([batch.future for batch in flying], force=True)
                with contextlib.suppress(Exception):
                    client.run(dask_worker.stop, self._session, on_error="ignore", callback_timeout=_ANSWER_SECONDS)
            for batch in flying:
                if batch.watch:
                    batch.watch.cancel()
            with contextlib.suppress(Exception):
                client.close(timeout=_ANSWER_SECONDS)
        finally:
            for name, level in self._levels.items():
                logging.getLogger(name).setLevel(level)

    # ---- reaching the cluster

    def _connect(self) -> Any:
        try:
            import distributed
        except ImportError:
            raise UsageError('`--dask` needs Dask; pip install "quizproof[dask]"') from None
        self._levels = _quiet()
        try:
            # A client whose constructor fails cannot be closed properly, so first it is seen whether it would.
            with ThreadPoolExecutor(1) as executor:
                executor.submit(asyncio.run, _reach(self.address)).result()
            # It warns that its versions differ here and there; we compare what matters.
            with warnings.catch_warnings(action="ignore"):
                client: Any = distributed.Client
                return client(self.address, timeout=_CONNECT_SECONDS, set_as_default=False, name="quizproof")
        except (OSError, TimeoutError) as error:
            why = f": {_sentence(error.__cause__)}" if error.__cause__ else f" within {_CONNECT_SECONDS} seconds"
            raise CannotVerify(f"no Dask scheduler answers at {self.address}{why}") from None
        except (ValueError, TypeError) as error:
            raise UsageError(f"{self.address!r} is no address of a Dask scheduler: {_sentence(error)}") from None
        except ImportError as error:
            raise CannotVerify(f"the cluster at {self.address} cannot be used: {_sentence(error)}") from None

    def _await_workers(self) -> dict[str, int]:
        latest = time.monotonic() + _CONNECT_SECONDS
        while True:
            try:
                threads: dict[str, int] = self._client.nthreads(callback_timeout=_ANSWER_SECONDS)
            except Exception as error:
                raise CannotVerify(
                    f"the Dask scheduler at {self.address} does not answer: {_sentence(error)}"
                ) from None
            if threads:
                return threads
            if time.monotonic() > latest:
                raise CannotVerify(f"the cluster at {self.address} has no worker")
            time.sleep(0.2)

    def _probe(self) -> dict[str, dict[str, Any]]:
        """What each worker is."""
        try:
            answers = self._client.run(dask_worker.about, on_error="return", callback_timeout=_PROBE_SECONDS)
        except Exception as error:
            if self._client.status != "running" or isinstance(error, OSError):  # a lost connection is one
                raise CannotVerify(f"the Dask scheduler at {self.address} is gone") from None
            raise CannotVerify(f"the workers at {self.address} do not answer: {_sentence(error)}") from None
        failed = {worker: answer for worker, answer in answers.items() if not isinstance(answer, str)}
        lacking = [worker for worker, error in failed.items() if _UNKNOWN.search(f"{type(error).__name__} {error}")]
        if lacking:
            have = "have" if len(lacking) > 1 else "has"
            raise UsageError(f"{_listed(lacking)} {have} no quizproof, or another version than {quizproof.__version__}")
        if failed or not answers:
            worker, why = next(iter(failed.items()), ("no worker", ""))
            raise CannotVerify(f"{worker} cannot tell what it is: {_sentence(why)}")
        told = {worker: json.loads(answer) for worker, answer in answers.items()}
        ours = {"quizproof": quizproof.__version__, "code": carrying()}
        _agree({"this machine": ours} | told)
        _agree(told)
        return told

    # ---- batches

    def _move(self, *, wait: bool) -> None:
        """Send off what waits, and take in what has come; `wait` for it a little."""
        self._dispatch()
        if not self._flying and not self._queued():
            return
        with contextlib.suppress(queue.Empty):
            self._land(*self._landed.get(timeout=1.0 if wait else 0.0))
            while True:
                self._land(*self._landed.get_nowait())
        self._dispatch()
        self._check()

    def _queued(self) -> bool:
        return bool(self._suspects or self._accused) or any(self._queues.values())

    def _dispatch(self) -> None:
        for runtime, broken in self._broken.items():
            if broken.total() >= _MOST_LOSSES and (
                broken.keys() >= self._threads.keys() or broken.total() > _MOST_BROKEN
            ):
                self._give_up(runtime)
        if self._client.status != "running":
            return
        if self._accused:
            if not self._flying:
                task = self._accused.popleft()
                self._send(task.job.runtime, [task], solo=True)
            return
        workers = max(1, len(self._threads))
        while len(self._flying) < _BATCHES_AHEAD * workers and self._queued():
            if self._suspects:
                task = self._suspects.popleft()
                self._send(task.job.runtime, [task])
                continue
            runtime, waiting = max(self._queues.items(), key=lambda item: len(item[1]))
            most = _MOST_IN_BATCH * max(1, min(self._threads.values(), default=1))
            size = min(most, math.ceil(len(waiting) / (_BATCHES_AHEAD * workers)))
            self._send(runtime, [waiting.popleft() for _ in range(size)])

    def _send(self, runtime: str, tasks: list[_Task[Key]], *, solo: bool = False) -> None:
        if not self._flying:
            self._news = time.monotonic()
        self._numbers += 1
        number = self._numbers
        jobs = [task.job for task in tasks]
        order = {
            "session": self._session,
            "identity": self._identity,
            "sandbox": self.level,
            "runtime": runtime,
            "jobs": [
                {
                    "parts": job.parts,
                    "limits": dict(job.limits),
                    "files": job.files,
                    "conditions": astuple(job.conditions),
                    "program": job.program,
                }
                for job in jobs
            ],
            "files": {job.files: self._files[job.files] for job in jobs if job.files},
        }
        avoided = {worker for task in tasks for worker in task.lost_on} | self._broken.get(runtime, Counter()).keys()
        better = [worker for worker in self._threads if worker not in avoided] if avoided else []
        future = self._client.submit(
            dask_worker.work,
            json.dumps(order),
            key=f"quizproof-{self._session}-{number}",
            pure=False,
            workers=better or None,
            allow_other_workers=bool(better),
        )
        batch = self._flying[number] = _Batch(runtime, tasks, future, solo)
        loop = self._client.loop.asyncio_loop
        batch.watch = asyncio.run_coroutine_threadsafe(self._watch(number, future), loop)

    async def _watch(self, number: int, future: Any) -> None:
        """Wait, in the client's own thread, for what comes of a batch."""
        text: str = ""
        error: BaseException | None = None
        try:
            text = await self._client.gather(future, asynchronous=True)
        except (Exception, asyncio.CancelledError) as caught:
            error = caught
        self._landed.put((number, text, error))

    def _land(self, number: int, text: str, error: BaseException | None) -> None:
        """Take in what came of a batch, once."""
        from distributed import CancelledError

        batch = self._flying.pop(number, None)
        if batch is None:
            return
        self._news = time.monotonic()
        if isinstance(error, (CancelledError, asyncio.CancelledError)):  # so it is when the scheduler was out of reach
            for task in batch.tasks:
                task.cancelled += 1
                if task.cancelled > _MOST_CANCELLED:
                    self._lose(task, "the cluster cancelled it again and again")
                else:
                    self._queues.setdefault(batch.runtime, deque()).appendleft(task)
        elif error is not None:
            for task in batch.tasks:
                self._lose(task, _reason(error), sure=batch.solo)
        else:
            self._take(batch, json.loads(text))

    def _take(self, batch: _Batch[Key], told: dict[str, Any]) -> None:
        """Take in what a worker told."""
        if told.get("differs"):
            worker, about = told["worker"], told["about"]
            _agree(dict([self._example, (worker, about)]))
            why = about["sandbox"][self.level] or "nobody knows why"
            raise CannotVerify(f"{worker} joined, and does not allow the sandbox `{self.level}`: {why}")
        runtime, outcomes = batch.runtime, [dask_worker.from_json(data) for data in told["outcomes"]]
        if told["versions"]:
            known = self.versions.setdefault(runtime, told["versions"])
            if known != told["versions"]:
                raise UsageError(f"{told['worker']} runs {runtime} on other versions than the workers before it")
        missing = told["missing"]
        started = not missing or any(outcome.status == "missing" for outcome in outcomes)
        broken = self._broken.setdefault(runtime, Counter())
        if started:
            broken.pop(told["worker"], None)
        else:
            broken[told["worker"]] += 1
        if missing and not batch.tasks:
            self._missing[runtime] = missing
        for task, outcome in zip(batch.tasks, outcomes, strict=True):
            if outcome.status == "fault":
                task.lost_on.add(told["worker"])
                self._lose(task, outcome.detail)
            else:
                self.runs += outcome.status != "missing"
                self._come.append((task.job.key, outcome))

    def _lose(self, task: _Task[Key], why: str, *, sure: bool = True) -> None:
        """A run came to nothing, and not by itself: it is tried again, unless that was often enough.

        Not `sure`: what was beside it may have been the reason, for the scheduler blames all that a dead worker had.
        """
        task.losses += 1
        if task.losses < _MOST_LOSSES:
            self._suspects.append(task)
        elif not sure:
            self._accused.append(task)
        else:
            self._come.append((task.job.key, Outcome("fault", detail=why)))

    def _give_up(self, runtime: str) -> None:
        """A runtime starts nowhere."""
        for waiting in (self._queues.get(runtime, deque()), self._suspects):
            for task in [task for task in waiting if task.job.runtime == runtime]:
                waiting.remove(task)
                why = f"the {runtime} interpreter did not start on the workers of the cluster"
                self._come.append((task.job.key, Outcome("fault", detail=why)))

    # ---- whether it is still there

    def _check(self) -> None:
        """Raises CannotVerify when the cluster is lost."""
        now = time.monotonic()
        if self._client.status == "closed":
            raise CannotVerify(f"the Dask scheduler at {self.address} is gone")
        if now - self._checked < _CHECK_SECONDS:
            return
        self._checked = now
        try:
            self._threads = self._client.nthreads(callback_timeout=_ANSWER_SECONDS)
            self._answered = time.monotonic()
            if self._threads:
                self._manned = self._answered
        except Exception:
            if time.monotonic() - self._answered > 2 * _ANSWER_SECONDS:
                raise CannotVerify(f"the Dask scheduler at {self.address} does not answer any more") from None
            return
        if now - self._manned > _WORKERS_SECONDS:
            raise CannotVerify(f"the cluster at {self.address} lost all its workers")
        longest = max((batch.seconds for batch in self._flying.values()), default=0.0)
        if self._flying and now - self._news > _STALL_SECONDS + _BATCHES_AHEAD * longest:
            minutes = round((now - self._news) / 60)
            raise CannotVerify(f"nothing came from the cluster at {self.address} for {minutes} minutes")


async def _reach(address: str) -> None:
    """Raises OSError or ValueError when there is no Dask to talk to."""
    from distributed.comm import core
    from distributed.security import Security

    comms: Any = core
    options: Any = Security
    comm = await comms.connect(address, timeout=_CONNECT_SECONDS, **options().get_connection_args("client"))
    await comm.close()


_UNKNOWN = re.compile(r"\b(ModuleNotFound|Import|Attribute)Error\b")
"""What a worker raises that does not know our modules. Dask may tell of it as an exception of another type."""


def _quiet() -> dict[str, int]:
    """Silence what Dask logs about lost connections, which we tell ourselves; the levels as they were."""
    names = ("distributed", "distributed.client", "tornado", "tornado.application", "asyncio")
    levels = {name: logging.getLogger(name).level for name in names}
    for name in names:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    return levels


def _level(told: Mapping[str, Mapping[str, Any]], sandbox: Level | None, required: Level | None) -> Level:
    """The sandbox that all workers have."""
    strongest: dict[str, Level] = {
        worker: next(level for level in LEVELS if not about["sandbox"][level]) for worker, about in told.items()
    }
    chosen = next(iter(strongest.values())) if sandbox is None else sandbox
    if sandbox is None and len(set(strongest.values())) > 1:
        weakest = max(strongest.values(), key=LEVELS.index)
        words = _by_value(strongest)
        raise UsageError(f"the workers allow different sandboxes: {words}; `--sandbox {weakest}` is what all allow")
    refusing = {worker: about["sandbox"][chosen] for worker, about in told.items() if about["sandbox"][chosen]}
    if refusing:
        why = next(iter(refusing.values()))
        raise CannotVerify(f"the sandbox `{chosen}` is refused on {_listed(list(refusing))}: {why}")
    if required and LEVELS.index(chosen) > LEVELS.index(required):
        weak = [worker for worker, level in strongest.items() if LEVELS.index(level) > LEVELS.index(required)]
        why = f"{_listed(weak)} {'allows' if len(weak) == 1 else 'allow'} no more" if weak else "it was asked for"
        raise CannotVerify(
            f"runs would have the sandbox `{chosen}`, which is weaker than the required `{required}`: {why}"
        )
    return chosen


_WORDS = {"quizproof": "quizproof", "code": "the code of quizproof", "python": "Python", "machine": "the architecture"}


def _agree(told: Mapping[str, Mapping[str, Any]]) -> None:
    """Raises UsageError when what they tell is not the same, but for processors and sandboxes."""
    for name, words in _WORDS.items():
        values = {worker: str(about[name]) for worker, about in told.items() if name in about}
        if len(set(values.values())) > 1:
            if name == "code":
                values = {worker: value[:8] for worker, value in values.items()}
            raise UsageError(f"the workers must be alike, and {words} is {_by_value(values)}")
    packages = {worker: about["packages"] for worker, about in told.items() if "packages" in about}
    every = sorted({name for of in packages.values() for name in of})
    differing = [name for name in every if len({of.get(name) for of in packages.values()}) > 1]
    if differing:
        differing.sort(key=lambda name: (_FIRST.index(name) if name in _FIRST else len(_FIRST), name))
        first = differing[0]
        values = {worker: of.get(first, "not installed") for worker, of in packages.items()}
        more = f"; {_listed(differing[1:])} differ too" if len(differing) > 1 else ""
        raise UsageError(f"the workers must have the same packages, and {first} is {_by_value(values)}{more}")


_FIRST = ("torch", "tensorflow", "tensorflow-cpu", "keras", "numpy", "scikit-learn")
"""Packages that are named before others."""


def _by_value(values: Mapping[str, str]) -> str:
    """Who has what: "2.13 on A and B, 2.14 on C"."""
    workers: dict[str, list[str]] = {}
    for worker, value in values.items():
        workers.setdefault(value, []).append(worker)
    return ", ".join(f"{value} on {_listed(names)}" for value, names in workers.items())


def _listed(names: list[str]) -> str:
    shown = names[:_SHOWN]
    if len(names) > _SHOWN:
        shown[-1] = f"{len(names) - _SHOWN + 1} more"
    return " and ".join(filter(None, (", ".join(shown[:-1]), shown[-1])))


def _reason(error: BaseException) -> str:
    """Why a batch was lost, for readers of a report: with no address or number in it that changes from time to time."""
    if type(error).__name__ == "KilledWorker":
        return "the workers of the cluster that ran it died"
    return f"the cluster could not run it: {_sentence(error)}"


def _sentence(error: object) -> str:
    """An exception in one line."""
    lines = str(error or "").strip().splitlines()
    shown = re.sub(r"^in <.*? object at 0x\w+>: (\w+: )?(\[Errno \d+\] )?", "", lines[0]) if lines else ""
    return shown.rstrip(".")[:300] or type(error).__name__
