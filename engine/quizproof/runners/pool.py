"""The pool: a zygote for each runtime in use, and programs spread over them, several at once."""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Generic, TypeAlias

from quizproof.outcome import Frame, Outcome, PartResult, Raised
from quizproof.runners.job import Job, Key
from quizproof.runners.runner import WINDOW
from quizproof.runtimes.conditions import USUAL, Conditions
from quizproof.runtimes.confinement import remove
from quizproof.runtimes.levels import Level
from quizproof.runtimes.sandbox import SCRATCH, strongest
from quizproof.runtimes.usage import FILES_AT_MOST, MOST_FILES
from quizproof.runtimes.variables import handed_down
from quizproof.runtimes.wire import pack, unpack

_START_SECONDS = 120
_GRACE_SECONDS = 20

_SET_VARIABLES = {
    "CUDA_VISIBLE_DEVICES": "-1",
    "KMP_AFFINITY": "disabled",
    "PYTHONIOENCODING": "utf-8:backslashreplace",
    "PYTHONUTF8": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "TF_ENABLE_ONEDNN_OPTS": "0",
}

_THREADS = (
    "MKL_NUM_THREADS",
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "TF_NUM_INTEROP_THREADS",
    "TF_NUM_INTRAOP_THREADS",
)
"""What libraries read, when they are imported, to know how many threads to use."""
_MOST_ZYGOTES = 4
"""At once: each holds a framework in memory. Those under the usual conditions are there in any case."""

_Home: TypeAlias = tuple[str, Conditions]
"""A runtime, and the state of its process."""

_LIMIT_WORDS = {
    "time": "it ran longer than {seconds:g} s",
    "cpu": "it used more than {cpu:g} s of processor time",
    "memory": "it needed more than {memory_mib} MiB of memory",
    "output": "it printed more than {output_kib} KiB",
    "file": "it wrote a file of more than {file_mib} MiB",
    "files": f"its files were more than {{files_mib}} MiB together, or more than {MOST_FILES:,}",
    "processes": "it started more than {processes} processes",
}


@dataclass
class _Zygote(Generic[Key]):
    """Our side of one warm process."""

    runtime: str
    state: Conditions
    process: subprocess.Popen[bytes]
    control: socket.socket
    scratch: Path
    log: Path
    ready: bool = False
    stuck: bool = False
    """Whether we killed it because it did not answer."""
    incoming: bytearray = field(default_factory=bytearray)
    outgoing: bytearray = field(default_factory=bytearray)
    running: dict[int, tuple[Job[Key], float]] = field(default_factory=dict)
    """Jobs by id, with the time after which the zygote itself must be stuck."""
    patience: float = 0.0

    @property
    def home(self) -> _Home:
        """What it serves."""
        return self.runtime, self.state

    def end(self) -> None:
        """End it, with all that its runs have started and written. One that is busy importing is not asked first."""
        self.control.close()
        try:
            self.process.wait(2 if self.ready else 0)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            _kill_strays(self.scratch)
        remove(str(self.scratch.parent))


class Pool(Generic[Key]):
    """Runs programs in forks of warm interpreters. A context manager: leaving it ends every process."""

    knows = False
    machine = ""
    window = WINDOW

    def __init__(self, jobs: int | None = None, level: Level | None = None) -> None:
        """`jobs`: how many runs at once; as many as there are processors when None.

        `level`: how runs are closed off; as strongly as the machine allows when None. A level that it does not allow
        makes the runtimes fail to start.
        """
        self.jobs = jobs or len(os.sched_getaffinity(0))
        self.level: Level = level or strongest()
        self.versions: dict[str, dict[str, str]] = {}
        """Versions by runtime, of those that came up."""
        self.runs = 0
        """Runs that came to an outcome, our own faults and missing runtimes aside."""
        self._missing: dict[str, Outcome] = {}
        """By runtime: the framework is not installed."""
        self._broken: dict[_Home, Outcome] = {}
        """Interpreters that did not start, by our fault or the machine's."""
        self._come: deque[tuple[Key, Outcome]] = deque()
        """Outcomes that nobody has collected."""
        self._zygotes: dict[_Home, _Zygote[Key]] = {}
        self._queues: dict[_Home, deque[Job[Key]]] = {}
        self._selector = selectors.DefaultSelector()
        self._next_id = 0
        self._entered = False
        self._root: Path | None = None
        """Folder of all zygotes, made for the first."""

    def __enter__(self) -> Pool[Key]:
        self._entered = True
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            with _undisturbed():
                self._end()
        finally:
            self._end()  # which has nothing left to do, unless a signal came before it could begin

    def _end(self) -> None:
        zygotes = list(self._zygotes.values())
        for zygote in zygotes:
            zygote.control.close()  # on which all of them end, at the same time
        for zygote in zygotes:
            zygote.end()
        self._zygotes.clear()
        self._selector.close()
        if self._root is not None:
            remove(str(self._root))
            self._root = None

    @property
    def missing(self) -> dict[str, str]:
        """Why runtimes that were started did not come up, by runtime."""
        broken = {runtime: outcome.detail for (runtime, state), outcome in self._broken.items() if state == USUAL}
        return broken | {runtime: outcome.detail for runtime, outcome in self._missing.items()}

    def start(self, runtimes: Iterable[str]) -> None:
        """Begin to warm up runtimes, all at once; `run` starts what it needs by itself."""
        for runtime in runtimes:
            self._start((runtime, USUAL))

    def _start(self, home: _Home) -> None:
        """Begin to warm up a zygote, unless it is there, or too many are: then one with nothing to do has to go."""
        runtime, state = home
        if home in self._zygotes or runtime in self._missing or home in self._broken:
            return
        if state != USUAL and len(self._zygotes) >= _MOST_ZYGOTES:
            idle = (
                each
                for other, each in self._zygotes.items()
                if each.state != USUAL and each.ready and not each.running and not self._queues.get(other)
            )
            if (first := next(idle, None)) is None:
                return
            self._retire(first)
        self._zygotes[home] = self._spawn(runtime, state)

    def _retire(self, zygote: _Zygote[Key]) -> None:
        """End a zygote that has nothing to do."""
        self._selector.unregister(zygote.control)
        del self._zygotes[zygote.home]
        zygote.end()

    def learn(self, runtimes: Iterable[str]) -> None:
        """Start runtimes, and wait until they have told their versions or are found missing."""
        self.start(runtimes)
        self.wait()

    def wait(self) -> None:
        """Wait until every runtime that was started is ready or found missing."""
        waiting = [z for z in self._zygotes.values() if not z.ready]
        while any(not z.ready and z.home in self._zygotes for z in waiting):
            self._come.extend(self._turn())

    @property
    def backlog(self) -> int:
        """The jobs that have been submitted and have no outcome yet."""
        return len(self._come) + self._open

    @property
    def _open(self) -> int:
        return sum(map(len, self._queues.values())) + sum(len(z.running) for z in self._zygotes.values())

    def submit(self, job: Job[Key]) -> None:
        """Ask for a run. Its runtime is started when it is the first that needs it."""
        self._queues.setdefault(_home(job), deque()).append(job)
        self._start(_home(job))

    def collect(self, *, wait: bool = True) -> Iterator[tuple[Key, Outcome]]:
        """Give the outcomes that have come, in no particular order; `wait` for some, unless there is nothing to do."""
        # All of a turn is done before the first is given: who gets it may submit more, or have us wait.
        self._come.extend(self._turn_away())
        self._dispatch()
        if self._open:
            self._come.extend(self._turn(1.0 if wait and not self._come else 0.0))
            self._dispatch()
        while self._come:
            yield self._come.popleft()

    def run(self, jobs: Iterable[Job[Key]]) -> Iterator[tuple[Key, Outcome]]:
        """Run all jobs and give each outcome as it comes, in no particular order."""
        for job in jobs:
            self.submit(job)
            while self.backlog > WINDOW:
                yield from self.collect()
        while self.backlog:
            yield from self.collect()

    def _turn_away(self) -> Iterator[tuple[Key, Outcome]]:
        for home, queue in self._queues.items():
            outcome = self._missing.get(home[0]) or self._broken.get(home)
            while queue and outcome:
                yield queue.popleft().key, outcome

    def _dispatch(self) -> None:
        for home, queue in self._queues.items():
            if queue:
                self._start(home)
        free = self.jobs - sum(len(z.running) for z in self._zygotes.values())
        for home, zygote in self._zygotes.items():
            queue = self._queues.get(home, deque())
            while queue and zygote.ready and free > 0:
                # A job that may have killed a zygote runs with no other beside it.
                alone = queue[0].deaths or any(job.deaths for job, _ in zygote.running.values())
                if alone and zygote.running:
                    break
                self._send(zygote, queue.popleft())
                free -= 1

    def _send(self, zygote: _Zygote[Key], job: Job[Key]) -> None:
        self._next_id += 1
        stuck = time.monotonic() + job.limits["seconds"] + _GRACE_SECONDS
        zygote.running[self._next_id] = (job, stuck)
        zygote.outgoing += pack(
            {"id": self._next_id, "parts": job.parts, "limits": dict(job.limits), "files": job.files}
        )
        self._selector.modify(zygote.control, selectors.EVENT_READ | selectors.EVENT_WRITE, zygote)

    def _turn(self, seconds: float = 1.0) -> Iterator[tuple[Key, Outcome]]:
        """Wait for the sockets once, and deal with what came."""
        for event, mask in self._selector.select(seconds):
            zygote: _Zygote[Key] = event.data
            if mask & selectors.EVENT_WRITE:
                self._write(zygote)
            if mask & selectors.EVENT_READ:
                yield from self._read(zygote)
        now = time.monotonic()
        for zygote in list(self._zygotes.values()):
            stuck = any(now > latest for _, latest in zygote.running.values())
            if stuck or (not zygote.ready and now > zygote.patience):
                zygote.stuck = True
                zygote.process.kill()  # its socket closes, and the next turn sees to the rest

    def _write(self, zygote: _Zygote[Key]) -> None:
        try:
            sent = zygote.control.send(zygote.outgoing)
        except BlockingIOError:
            sent = 0
        except OSError:
            sent = len(zygote.outgoing)  # it died; reading will tell
        del zygote.outgoing[:sent]
        if not zygote.outgoing:
            self._selector.modify(zygote.control, selectors.EVENT_READ, zygote)

    def _read(self, zygote: _Zygote[Key]) -> Iterator[tuple[Key, Outcome]]:
        try:
            data = zygote.control.recv(1 << 16)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        zygote.incoming += data
        for message in unpack(zygote.incoming):
            if "ready" in message:
                zygote.ready = True
                if not zygote.state.cold:
                    self.versions[zygote.runtime] = message["ready"]
            elif "missing" in message:
                self._missing[zygote.runtime] = Outcome("missing", detail=_missing(zygote.runtime, message["missing"]))
            else:
                job, _ = zygote.running.pop(message["id"])
                self.runs += 1
                yield job.key, _understood(message, job)
        if not data:
            yield from self._bury(zygote)

    def _bury(self, zygote: _Zygote[Key]) -> Iterator[tuple[Key, Outcome]]:
        """A zygote ended. Its jobs are repeated once, one by one, to tell the guilty from the bystanders."""
        self._selector.unregister(zygote.control)
        del self._zygotes[zygote.home]
        tail = zygote.log.read_text(errors="replace").strip().rpartition("\n")[2][-300:]
        code = zygote.process.wait()
        if zygote.ready:  # then it had no time to end what its runs had started
            _kill_strays(zygote.scratch)
        zygote.end()
        if zygote.runtime in self._missing:
            return
        if not zygote.ready:
            how = f"exit status {code}" if code >= 0 else signal.Signals(-code).name
            detail = f"the {zygote.runtime} interpreter did not start ({how}): {tail}"
            self._broken[zygote.home] = Outcome("fault", detail=detail)
            return
        alone = len(zygote.running) == 1
        for job, _ in zygote.running.values():
            if job.deaths and alone:
                self.runs += 1
                yield job.key, self._undone(zygote)
            else:
                job.deaths += 1
                self._queues.setdefault(zygote.home, deque()).appendleft(job)

    def _undone(self, zygote: _Zygote[Key]) -> Outcome:
        """The outcome of a run under which, alone, two zygotes ended."""
        what = "stopped" if zygote.stuck else "killed"
        if self.level == "namespaces":  # from in there no run can reach its zygote
            return Outcome("fault", detail=f"the interpreter was {what} twice")
        return Outcome("died", detail=f"it {what} the interpreter that had started it")

    def _spawn(self, runtime: str, state: Conditions) -> _Zygote[Key]:
        assert self._entered, "a Pool is used in a with statement"
        with _undisturbed():
            self._root = self._root or Path(tempfile.mkdtemp(prefix="quizproof-"))
        folder = Path(tempfile.mkdtemp(prefix=f"{runtime}-", dir=self._root))
        scratch, log = folder / "runs", folder / "log"
        scratch.mkdir()
        ours, theirs = socket.socketpair()
        home = SCRATCH if self.level == "namespaces" else str(scratch)
        environment = {
            **handed_down(),
            **_SET_VARIABLES,
            "HOME": home,
            "TMPDIR": home,
            "PYTHONHASHSEED": str(state.hash_seed),
        }
        environment |= dict.fromkeys(_THREADS, str(state.threads))
        asked = [runtime, str(theirs.fileno()), str(scratch), self.level, "cold" if state.cold else "warm"]
        arguments = [sys.executable, "-sP", "-m", "quizproof.runtimes.zygote", *asked]
        with theirs, log.open("wb") as stderr:
            process = subprocess.Popen(
                arguments,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=stderr,
                env=environment,
                cwd=folder,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )
        zygote: _Zygote[Key] = _Zygote(runtime, state, process, ours, scratch, log)
        zygote.patience = time.monotonic() + _START_SECONDS
        ours.setblocking(False)
        self._selector.register(ours, selectors.EVENT_READ, zygote)
        return zygote


def _home(job: Job[Any]) -> _Home:
    return job.runtime, replace(job.conditions, attempt=0)


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """Let signals that end a command wait until something is done as a whole."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGHUP, signal.SIGINT, signal.SIGTERM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _missing(runtime: str, reason: str) -> str:
    return f"the {runtime} runtime is not available: {reason}"


def _kill_strays(scratch: Path) -> None:
    """Kill what a zygote's runs left behind when it could not do so itself: known by the environment it gave them."""
    mark = f"TMPDIR={scratch}".encode()
    found = True
    while found:  # until no more are born
        found = False
        for process in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if mark in (process / "environ").read_bytes():
                    os.kill(int(process.name), signal.SIGKILL)
                    found = True


def _understood(message: dict[str, Any], job: Job[Any]) -> Outcome:
    """The outcome that a zygote tells of; a death when the snippet has tampered with it."""
    try:
        outcome = _outcome(message, job.limits)
        sound = outcome.fits(len(job.parts))
    except (AttributeError, KeyError, TypeError, ValueError):
        sound = False
    return outcome if sound else Outcome("died", detail="it tampered with the interpreter's reply")


def _outcome(message: dict[str, Any], limits: Mapping[str, Any]) -> Outcome:
    raised = None
    if message.get("raised"):
        data = message["raised"]
        frames = tuple(Frame(**frame) for frame in data["frames"])
        raised = Raised(data["type"], data["message"], data["part"], frames, data["meant"])
    status, detail = message["status"], message.get("detail", "")
    if status == "limit":
        detail = _LIMIT_WORDS[detail].format(
            **limits, cpu=2 * limits["seconds"], files_mib=FILES_AT_MOST * limits["file_mib"]
        )
    parts = tuple(PartResult(p["out"], p["err"], p["assertions"], p["value"]) for p in message["parts"])
    drew = bool(message.get("drew"))
    return Outcome(status, parts, raised, detail, message["seconds"], message["peak_mib"], drew)
