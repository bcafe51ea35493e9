"""The pool: a zygote for each runtime in use, and programs spread over them, several at once."""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import tempfile
import time
from collections import deque
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Generic

from quizproof.outcome import TAMPERED, Outcome
from quizproof.runners.job import Interpreter, Job, Key
from quizproof.runners.runner import MAX_BACKLOG
from quizproof.runners.sharing import Times
from quizproof.runners.zygote_handle import ZygoteHandle, undisturbed
from quizproof.runtimes.conditions import USUAL
from quizproof.runtimes.sandbox.levels import Level, strongest
from quizproof.runtimes.sandbox.removal import remove

_MAX_ZYGOTES = 4
"""At once: each holds a framework in memory. Those under the usual conditions are there in any case."""


class Pool(Generic[Key]):
    """Runs programs in forks of warm interpreters. A context manager: leaving it ends every process.

    with Pool(jobs=2) as pool:
        for key, outcome in pool.run(jobs):
            ...
    """

    knows = False
    machine = ""
    max_backlog = MAX_BACKLOG

    def __init__(self, jobs: int | None = None, level: Level | None = None, *, share: bool = True) -> None:
        """Nothing is started until a job asks for it.

        jobs   how many runs at once; the number of processors that this process may use when None
        level  how runs are closed off; as strongly as the machine allows when None. With a level that it does not
               allow, the runtimes fail to start
        share  whether jobs of one group that begin alike run their beginning once; outcomes are the same
        """
        self.share = share
        self.jobs = jobs or len(os.sched_getaffinity(0))
        self.level: Level = level or strongest()
        self.versions: dict[str, dict[str, str]] = {}
        """Versions by runtime, of those that started."""
        self.runs = 0
        """Runs that came to an outcome, our own faults and missing runtimes aside."""
        self.shared = 0
        """How many of these went on from a trunk."""
        self.alone = 0
        """How many were tried so, and had to be run by themselves."""
        self._times = Times()
        self._missing: dict[str, Outcome] = {}
        """By runtime: the framework is not installed."""
        self._broken: dict[Interpreter, Outcome] = {}
        """Interpreters that did not start, by our fault or the machine's."""
        self._arrived: deque[tuple[Key, Outcome]] = deque()
        """Outcomes that nobody has collected."""
        self._zygotes: dict[Interpreter, ZygoteHandle[Key]] = {}
        self._queues: dict[Interpreter, deque[Job[Key]]] = {}
        self._selector = selectors.DefaultSelector()
        self._next_id = 0
        self._entered = False
        self._root: Path | None = None
        """The folder of all zygotes, created for the first."""

    def __enter__(self) -> Pool[Key]:
        self._entered = True
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            with undisturbed():
                self._end()
        finally:
            self._end()  # has nothing left to do, unless a signal came before the first could start

    def _end(self) -> None:
        zygotes = list(self._zygotes.values())
        for zygote in zygotes:
            zygote.control.close()  # all of them first, so that they end in parallel
        for zygote in zygotes:
            zygote.end()
        self._zygotes.clear()
        self._selector.close()
        if self._root is not None:
            remove(str(self._root))
            self._root = None

    # ---- runtimes

    @property
    def missing(self) -> dict[str, str]:
        """Why runtimes that were asked for did not start, by runtime."""
        broken = {each.runtime: outcome.detail for each, outcome in self._broken.items() if each.conditions == USUAL}
        return broken | {runtime: outcome.detail for runtime, outcome in self._missing.items()}

    def start(self, runtimes: Iterable[str]) -> None:
        """Begin to warm up runtimes, all in parallel, and return immediately.

        `submit` starts what it needs by itself; this is for callers who know earlier what they will need.
        """
        for runtime in runtimes:
            self._start(Interpreter(runtime, USUAL))

    def _start(self, interpreter: Interpreter) -> None:
        """Begin to warm up a zygote, unless it is there, or too many are: then one with nothing to do has to go."""
        if interpreter in self._zygotes or interpreter.runtime in self._missing or interpreter in self._broken:
            return
        # Those under the usual conditions stay: every block needs them.
        if interpreter.conditions != USUAL and len(self._zygotes) >= _MAX_ZYGOTES:
            idle = (
                zygote
                for other, zygote in self._zygotes.items()
                if other.conditions != USUAL and zygote.ready and not zygote.load and not self._queues.get(other)
            )
            if (first := next(idle, None)) is None:
                return
            self._forget(first)
            first.end()
        self._spawn(interpreter)

    def _spawn(self, interpreter: Interpreter) -> None:
        assert self._entered, "a Pool is used in a with statement"
        with undisturbed():  # a folder that was created and not noted would stay
            self._root = self._root or Path(tempfile.mkdtemp(prefix="quizproof-"))
        zygote = ZygoteHandle[Key].start(interpreter, self.level, self._root)
        self._zygotes[interpreter] = zygote
        self._selector.register(zygote.control, selectors.EVENT_READ, zygote)

    def _forget(self, zygote: ZygoteHandle[Key]) -> None:
        self._selector.unregister(zygote.control)
        del self._zygotes[zygote.interpreter]

    def learn(self, runtimes: Iterable[str]) -> None:
        """Start runtimes, and wait until their versions are known or they are found missing.

        runtimes  names such as "torch"; afterwards each is in `versions` or in `missing`
        """
        self.start(runtimes)
        self.wait()

    def wait(self) -> None:
        """Wait until every runtime that was started is ready or found missing."""
        waiting = [zygote for zygote in self._zygotes.values() if not zygote.ready]
        while any(not zygote.ready and zygote.interpreter in self._zygotes for zygote in waiting):
            self._arrived.extend(self._turn())

    # ---- jobs

    @property
    def backlog(self) -> int:
        """The number of jobs that have been submitted and whose outcome was not collected yet."""
        return len(self._arrived) + self._open

    @property
    def _open(self) -> int:
        return sum(map(len, self._queues.values())) + self._running

    @property
    def _running(self) -> int:
        return sum(zygote.load for zygote in self._zygotes.values())

    def submit(self, job: Job[Key]) -> None:
        """Ask for a run. Its runtime is started when it is the first that needs it.

        job  goes to the end of the queue of its interpreter; it may run at the same time as others
        """
        self._queues.setdefault(job.interpreter, deque()).append(job)
        self._start(job.interpreter)

    def collect(self, *, wait: bool = True) -> Iterator[tuple[Key, Outcome]]:
        """Give the outcomes that have arrived, in any order, as pairs of a job's key and an outcome.

        wait  up to a second for some, unless there is nothing to do. When False, only what is there is taken in
        """
        # All of a turn is done before the first is given: the caller may submit more, or have us wait, in between.
        self._arrived.extend(self._turn_away())
        self._dispatch()
        if self._open:
            self._arrived.extend(self._turn(1.0 if wait and not self._arrived else 0.0))
            self._dispatch()
        while self._arrived:
            yield self._arrived.popleft()

    def run(self, jobs: Iterable[Job[Key]]) -> Iterator[tuple[Key, Outcome]]:
        """Run all jobs and give each outcome as it arrives, in no particular order, as pairs of key and outcome.

        jobs  taken one by one, never more than `MAX_BACKLOG` ahead, so that a generator of many needs little memory
        """
        for job in jobs:
            self.submit(job)
            while self.backlog > MAX_BACKLOG:
                yield from self.collect()
        while self.backlog:
            yield from self.collect()

    def _turn_away(self) -> Iterator[tuple[Key, Outcome]]:
        """The outcomes of jobs whose interpreter cannot be started."""
        for interpreter, queue in self._queues.items():
            outcome = self._missing.get(interpreter.runtime) or self._broken.get(interpreter)
            while queue and outcome:
                # Also those that were submitted before the runtime was found missing.
                yield queue.popleft().key, outcome

    def _dispatch(self) -> None:
        """Send jobs to zygotes that are ready, until the allowed number of runs goes on."""
        for interpreter, queue in self._queues.items():
            if queue:
                self._start(interpreter)
        free = self.jobs - self._running
        for interpreter, zygote in self._zygotes.items():
            queue = self._queues.get(interpreter, deque())
            while zygote.ready and free > 0:
                # A job that may have killed a zygote, or been slowed down by another, runs with no other beside it.
                alone = (queue and queue[0].is_suspect) or any(job.is_suspect for job, _ in zygote.running.values())
                if alone and zygote.load:
                    break
                assignment = zygote.sharing.next(queue, self._times if self.share else None)
                zygote.close_trunks()
                if assignment is None:
                    break
                self._next_id += 1
                zygote.send(self._next_id, assignment)
                free -= 1
            # Asked for only while there is something to send: a socket can nearly always be written.
            if zygote.wants_to_write:
                self._selector.modify(zygote.control, selectors.EVENT_READ | selectors.EVENT_WRITE, zygote)

    # ---- messages

    def _turn(self, seconds: float = 1.0) -> Iterator[tuple[Key, Outcome]]:
        """Wait for the sockets once, at most this long, and deal with what has arrived."""
        for event, mask in self._selector.select(seconds):
            zygote: ZygoteHandle[Key] = event.data
            if mask & selectors.EVENT_WRITE and zygote.write():
                self._selector.modify(zygote.control, selectors.EVENT_READ, zygote)
            if mask & selectors.EVENT_READ:
                yield from self._read(zygote)
        now = time.monotonic()
        for zygote in self._zygotes.values():
            zygote.kill_if_stuck(now)

    def _read(self, zygote: ZygoteHandle[Key]) -> Iterator[tuple[Key, Outcome]]:
        messages, alive = zygote.read()
        runtime, conditions = zygote.interpreter
        for message in messages:
            if "ready" in message:
                zygote.ready = True
                # A cold one has imported nothing, so it cannot know the framework's version.
                if not conditions.cold:
                    self.versions[runtime] = message["ready"]
            elif "missing" in message:
                detail = f"the {runtime} runtime is not available: {message['missing']}"
                self._missing[runtime] = Outcome("missing", detail=detail)
            elif "outcome" in message:
                job, _ = zygote.running.pop(message["id"], (None, 0.0))
                if (trunk := zygote.branches.pop(message["id"], None)) is not None:
                    trunk.busy = False
                    self.shared += 1
                if job and message["waited"] and not job.is_late:
                    job.is_late = True
                    self._queues.setdefault(zygote.interpreter, deque()).appendleft(job)
                elif job:  # it answers once
                    self._times.note(job, message["times"])
                    self.runs += 1
                    reply = message["outcome"]
                    yield job.key, zygote.kept(job, reply, _outcome(reply, job))
            elif (again := zygote.settle(message)) is not None:
                self.alone += again.alone
                self._queues.setdefault(zygote.interpreter, deque()).appendleft(again)
        if not alive:
            yield from self._bury(zygote)

    def _bury(self, zygote: ZygoteHandle[Key]) -> Iterator[tuple[Key, Outcome]]:
        """A zygote ended. Its jobs are repeated once, one by one, to distinguish the guilty from the bystanders."""
        self._forget(zygote)
        tail = zygote.last_line()
        code = zygote.bury()
        if zygote.ready:  # then it had no time to end what its runs had started
            zygote.kill_strays()
        zygote.end()
        runtime = zygote.interpreter.runtime
        if runtime in self._missing:
            return
        if not zygote.ready:
            how = f"exit status {code}" if code >= 0 else signal.Signals(-code).name
            detail = f"the {runtime} interpreter did not start ({how}): {tail}"
            self._broken[zygote.interpreter] = Outcome("fault", detail=detail)
            return
        # Beside others, even a second death proves nothing.
        alone = len(zygote.running) == 1
        for job, _ in zygote.running.values():
            if job.deaths and alone:
                self.runs += 1
                yield job.key, self._killer(zygote)
            else:
                job.deaths += 1
                # To the front, so that what may have killed it is known soon.
                self._queues.setdefault(zygote.interpreter, deque()).appendleft(job)

    def _killer(self, zygote: ZygoteHandle[Key]) -> Outcome:
        """The outcome of a run during which, though it was alone, a zygote ended for the second time."""
        what = "stopped" if zygote.stuck else "killed"
        if self.level == "namespaces":  # from in there no run can reach its zygote
            return Outcome("fault", detail=f"the interpreter was {what} twice")
        return Outcome("died", detail=f"it {what} the interpreter that had started it")


def _outcome(data: object, job: Job[Any]) -> Outcome:
    """The outcome in a zygote's reply; a death when the snippet has tampered with it."""
    # The reply is JSON that a snippet may have written, so its form is checked again.
    with contextlib.suppress(ValueError):
        outcome = Outcome.from_json(data)
        if outcome.fits(job.lines):
            return outcome
    return Outcome("died", detail=TAMPERED)
