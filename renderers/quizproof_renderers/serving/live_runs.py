"""Live runs: programs of learners on runtimes that stay warm. One thread carries them out, and others ask it."""

from __future__ import annotations

import asyncio
import secrets
import threading
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from queue import Empty, SimpleQueue
from typing import Any

from quizproof.claims import Part, Program
from quizproof.errors import CannotVerify
from quizproof.outcome import Outcome
from quizproof.runners.job import Job, job_for
from quizproof.runners.recipe import Recipe, reads_prepared
from quizproof.runners.runner import Runner
from quizproof_renderers.serving.printed import Printed

MAX_ASKED = 64
"""Programs that run or wait for their turn, at most."""
_LOOK_SECONDS = 0.05
"""How often it is looked at what runs have printed."""
_FIRST_LOOK_SECONDS = 0.1
"""Most runs have ended by then, and their outcomes say what they have printed."""
_BREATH_SECONDS = 2.0
"""How long it is waited for a word until it is looked whether one can still come."""
_TURN_SECONDS, _SLOW_TURN_SECONDS = 0.001, 0.01
"""How often it is asked whether a run has ended: in its first moments, and later."""


STOPPED = "you stopped it"
"""The detail of an outcome that the learner did not want to wait for."""


class Busy(Exception):
    """More programs wait than is bearable."""


@dataclass(frozen=True)
class Errand:
    """Programs to run, with what they run with."""

    runtime: str
    programs: tuple[Program, ...]
    files: str | None = None
    """The folder that they may read."""
    prepared: Recipe | None = None
    """The steps whose files they can read."""
    name: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    """What stops it: only the page that has asked for it is told."""


@dataclass
class _Turn:
    """One program of an errand."""

    program: Program
    job: Job[Any]
    printed: Printed
    tell: Callable[[str | Outcome], None]
    """Takes what it prints, and in the end its outcome; called in the thread of the runs."""
    is_gone: threading.Event
    """Set when nobody waits for it any longer."""
    is_stopped: threading.Event
    """Set when the learner has stopped it, and waits to be told so."""
    started: float = field(default=0.0, init=False)
    looked: float = field(default=0.0, init=False)

    @property
    def is_unwanted(self) -> bool:
        """Whether it has to end."""
        return self.is_gone.is_set() or self.is_stopped.is_set()


class LiveRuns:
    """Carries out runs, one errand after the other. A context manager: leaving it ends every process."""

    def __init__(self, runner: Runner[Any], at_once: int) -> None:
        """Nothing is started yet.

        runner   nobody else uses it, and nobody has entered it
        at_once  how many runs it has in parallel
        """
        self._runner = runner
        self._at_once = at_once
        self._new: SimpleQueue[_Turn | str] = SimpleQueue()
        """What is asked for: a turn, or a runtime to be warmed up. An empty one only wakes the thread."""
        self._warm: set[str] = set()
        self._waiting: deque[_Turn] = deque()
        self._running: dict[int, _Turn] = {}
        self._thread = threading.Thread(target=self._work, name="live runs", daemon=True)
        self._ended = threading.Event()
        self._stops: dict[str, threading.Event] = {}
        """What stops each errand, by its name."""
        self._asked = 0
        """Turns that have no outcome yet."""
        self._counting = threading.Lock()
        self.failure = ""
        """Why nothing can be run any longer."""

    @property
    def level(self) -> str:
        """The isolation of runs."""
        return self._runner.level

    def versions(self, runtime: str) -> dict[str, str]:
        """Of a runtime, by package; empty before it is warm."""
        return dict(self._runner.versions.get(runtime, {}))

    def __enter__(self) -> LiveRuns:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._new.put("")
        self._thread.join()

    def warm_up(self, runtimes: Iterable[str]) -> None:
        """Start runtimes, before a learner has to wait for one. Returns immediately; called in any thread."""
        for runtime in runtimes:
            self._new.put(runtime)

    def carry_out(self, errand: Errand) -> AsyncIterator[tuple[int, str | Outcome]]:
        """Run the programs of an errand: gives what each prints as it prints it, and in the end its outcome.

        Pairs of the index of a program and a text or an outcome, in the order in which they come. Whoever stops to
        iterate takes the programs back: those that run are ended. Called in the loop in which it is iterated.

        Raises Busy when too much is waiting, and CannotVerify when nothing can be run any longer.
        """
        if self.failure:
            raise CannotVerify(self.failure)
        with self._counting:
            if self._asked + len(errand.programs) > MAX_ASKED:
                raise Busy
            self._asked += len(errand.programs)
        loop = asyncio.get_running_loop()
        found: asyncio.Queue[tuple[int, str | Outcome]] = asyncio.Queue()
        is_gone, is_stopped = threading.Event(), threading.Event()
        self._stops[errand.name] = is_stopped

        def teller(index: int) -> Callable[[str | Outcome], None]:
            def tell(what: str | Outcome) -> None:
                with suppress(RuntimeError):  # the loop has ended, and nobody is left to be told
                    loop.call_soon_threadsafe(found.put_nowait, (index, what))

            return tell

        for index, program in enumerate(errand.programs):
            printed = Printed(program.limits.output_kib << 10)
            job: Job[Any] = job_for(None, errand.runtime, printed.marking(program), errand.files)
            job.prepared = errand.prepared if reads_prepared(program) else None
            self._new.put(_Turn(program, job, printed, teller(index), is_gone, is_stopped))
        return self._until(errand, found, is_gone)

    def stop(self, name: str) -> bool:
        """End the programs of an errand now; whether there is such an errand. Its outcomes say that it was stopped."""
        found = self._stops.get(name)
        if found is None:
            return False
        found.set()
        self._new.put("")
        return True

    async def _until(
        self, errand: Errand, found: asyncio.Queue[tuple[int, str | Outcome]], is_gone: threading.Event
    ) -> AsyncIterator[tuple[int, str | Outcome]]:
        """What is found, until all outcomes have come."""
        left = len(errand.programs)
        try:
            while left:
                try:
                    async with asyncio.timeout(_BREATH_SECONDS):
                        index, what = await found.get()
                except TimeoutError:
                    if self._ended.is_set():  # and it was asked for too late to be told so
                        raise CannotVerify(self.failure or "the server ends") from None
                    continue
                left -= isinstance(what, Outcome)
                yield index, what
        finally:
            del self._stops[errand.name]
            is_gone.set()
            self._new.put("")

    # ---- in the thread of the runs

    def _work(self) -> None:
        try:
            with self._runner:
                while not self._ended.is_set():
                    self._turn()
        except Exception as error:  # whatever it is, learners are told, and pages go on
            self.failure = f"programs cannot be run any longer: {error}"
        finally:
            self._ended.set()
            while not self._new.empty():
                self._take(self._new.get())
            for turn in (*self._waiting, *self._running.values()):
                self._finish(turn, Outcome("fault", detail=self.failure or "the server ends"))

    def _turn(self) -> None:
        """Take in what is asked for, start what there is room for, and hand on what has come."""
        with suppress(Empty):
            pause = self._pause()
            self._take(self._new.get(pause != 0, pause))
            while True:
                self._take(self._new.get_nowait())
        for turn in [turn for turn in self._waiting if turn.is_unwanted]:
            self._waiting.remove(turn)
            self._finish(turn, Outcome("fault", detail=STOPPED))
        while self._waiting and len(self._running) < self._at_once:
            turn = self._waiting.popleft()
            key = id(turn)
            turn.started = turn.looked = time.monotonic()
            self._running[key] = turn
            self._runner.submit(replace(turn.job, key=key))
        for key, outcome in self._runner.collect(wait=False):
            if found := self._running.pop(key, None):  # what warms up has none
                if found.is_stopped.is_set() and outcome.status == "died":
                    outcome = replace(outcome, detail=STOPPED)
                self._finish(found, found.printed.unmarking(found.program, outcome))
        for turn in self._running.values():
            if turn.is_unwanted:
                turn.printed.end_run(self.level)
        now = time.monotonic()
        for turn in self._running.values():
            if now - turn.started >= _FIRST_LOOK_SECONDS and now - turn.looked >= _LOOK_SECONDS:
                turn.looked = now
                if text := turn.printed.more(self.level):
                    turn.tell(text)

    def _pause(self) -> float | None:
        """How long to wait for what is asked; None where nothing else can happen meanwhile."""
        if self._waiting and len(self._running) < self._at_once:
            return 0.0  # all that was running has ended with the last turn
        if not self._runner.backlog:
            return None
        newest = max((turn.started for turn in self._running.values()), default=0.0)
        return _TURN_SECONDS if time.monotonic() - newest < 0.5 else _SLOW_TURN_SECONDS

    def _take(self, asked: _Turn | str) -> None:
        if isinstance(asked, _Turn):
            self._waiting.append(asked)
        elif asked and asked not in self._warm and not self._ended.is_set():
            self._warm.add(asked)
            # A program that does nothing: the zygote that runs it is warm from then on.
            program = Program((Part("answer", "pass", ("live",)),))
            self._runner.submit(job_for(None, asked, program, None))

    def _finish(self, turn: _Turn, outcome: Outcome) -> None:
        """Hand on an outcome, whether somebody waits for it or not."""
        turn.printed.close()
        with self._counting:
            self._asked -= 1
        turn.tell(outcome)
