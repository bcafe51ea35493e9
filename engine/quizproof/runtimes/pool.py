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
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Generic, TypeVar

from quizproof.outcome import Frame, Outcome, PartResult, Raised
from quizproof.runtimes.cells import remove
from quizproof.runtimes.sandbox import SCRATCH, Level, strongest
from quizproof.runtimes.usage import FILES_AT_MOST, MOST_FILES
from quizproof.runtimes.wire import pack, unpack

_START_SECONDS = 120
_GRACE_SECONDS = 20
_WINDOW = 256
"""How many runs are taken from the caller ahead of their turn."""

_KEPT_VARIABLES = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "VIRTUAL_ENV", "TZ")
_SET_VARIABLES = {
    "CUDA_VISIBLE_DEVICES": "-1",
    "KMP_AFFINITY": "disabled",
    "MKL_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "PYTHONHASHSEED": "0",
    "PYTHONIOENCODING": "utf-8:backslashreplace",
    "PYTHONUTF8": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "TF_ENABLE_ONEDNN_OPTS": "0",
    "TF_NUM_INTEROP_THREADS": "1",
    "TF_NUM_INTRAOP_THREADS": "1",
}

_LIMIT_WORDS = {
    "time": "it ran longer than {seconds:g} s",
    "cpu": "it used more than {cpu:g} s of processor time",
    "memory": "it needed more than {memory_mib} MiB of memory",
    "output": "it printed more than {output_kib} KiB",
    "file": "it wrote a file of more than {file_mib} MiB",
    "files": f"its files were more than {{files_mib}} MiB together, or more than {MOST_FILES:,}",
    "processes": "it started more than {processes} processes",
}

Key = TypeVar("Key")


@dataclass
class Job(Generic[Key]):
    """A program to run: its parts, each with role, source and first line in the whole, its runtime and its limits."""

    key: Key
    runtime: str
    parts: list[dict[str, Any]]
    limits: Mapping[str, Any]
    files: str | None = None
    """A folder, by its absolute path, that the program sees as `files` and may only read."""
    deaths: int = 0
    """How many zygotes ended while this was running."""


@dataclass
class _Zygote(Generic[Key]):
    """Our side of one warm process."""

    runtime: str
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


class Pool(Generic[Key]):
    """Runs programs in forks of warm interpreters. A context manager: leaving it ends every process."""

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
        self._zygotes: dict[str, _Zygote[Key]] = {}
        self._queues: dict[str, deque[Job[Key]]] = {}
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
            zygote.control.close()  # on which it ends, with all its children
        for zygote in zygotes:
            try:
                zygote.process.wait(2 if zygote.ready else 0)
            except subprocess.TimeoutExpired:
                zygote.process.kill()
                zygote.process.wait()
                _kill_strays(zygote.scratch)
        self._zygotes.clear()
        self._selector.close()
        if self._root is not None:
            remove(str(self._root))
            self._root = None

    @property
    def missing(self) -> dict[str, str]:
        """Why runtimes that were started did not come up, by runtime."""
        return {runtime: outcome.detail for runtime, outcome in self._missing.items()}

    def start(self, runtimes: Iterable[str]) -> None:
        """Begin to warm up runtimes, all at once; `run` starts what it needs by itself."""
        for runtime in runtimes:
            if runtime not in self._zygotes and runtime not in self._missing:
                self._zygotes[runtime] = self._spawn(runtime)

    def wait(self) -> None:
        """Wait until every runtime that was started is ready or found missing."""
        waiting = [z for z in self._zygotes.values() if not z.ready]
        while any(not z.ready and z.runtime in self._zygotes for z in waiting):
            for _ in self._turn():
                pass

    def run(self, jobs: Iterable[Job[Key]]) -> Iterator[tuple[Key, Outcome]]:
        """Run all jobs and give each outcome as it comes, in no particular order."""
        source = iter(jobs)
        more = True
        while True:
            while more and sum(map(len, self._queues.values())) < _WINDOW:
                job = next(source, None)
                if job is None:
                    more = False
                    break
                self._queues.setdefault(job.runtime, deque()).append(job)
            yield from self._turn_away()
            self._dispatch()
            busy = any(z.running for z in self._zygotes.values())
            if not busy and not more and not any(self._queues.values()):
                return
            yield from self._turn()

    def _turn_away(self) -> Iterator[tuple[Key, Outcome]]:
        for runtime, outcome in self._missing.items():
            queue = self._queues.get(runtime)
            while queue:
                yield queue.popleft().key, outcome

    def _dispatch(self) -> None:
        self.start([runtime for runtime, queue in self._queues.items() if queue])
        free = self.jobs - sum(len(z.running) for z in self._zygotes.values())
        for zygote in self._zygotes.values():
            queue = self._queues.get(zygote.runtime)
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

    def _turn(self) -> Iterator[tuple[Key, Outcome]]:
        """Wait for the sockets once, and deal with what came."""
        for event, mask in self._selector.select(1.0):
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
        zygote.control.close()
        code = zygote.process.wait()
        del self._zygotes[zygote.runtime]
        if zygote.ready:  # then it had no time to end what its runs had started
            _kill_strays(zygote.scratch)
        remove(str(zygote.scratch))
        if zygote.runtime in self._missing:
            return
        if not zygote.ready:
            tail = zygote.log.read_text(errors="replace").strip().rpartition("\n")[2][-300:]
            how = f"exit status {code}" if code >= 0 else signal.Signals(-code).name
            detail = f"the {zygote.runtime} interpreter did not start ({how}): {tail}"
            self._missing[zygote.runtime] = Outcome("fault", detail=detail)
            return
        alone = len(zygote.running) == 1
        for job, _ in zygote.running.values():
            if job.deaths and alone:
                self.runs += 1
                yield job.key, self._undone(zygote)
            else:
                job.deaths += 1
                self._queues.setdefault(zygote.runtime, deque()).appendleft(job)

    def _undone(self, zygote: _Zygote[Key]) -> Outcome:
        """The outcome of a run under which, alone, two zygotes ended."""
        what = "stopped" if zygote.stuck else "killed"
        if self.level == "namespaces":  # from in there no run can reach its zygote
            return Outcome("fault", detail=f"the interpreter was {what} twice")
        return Outcome("died", detail=f"it {what} the interpreter that had started it")

    def _spawn(self, runtime: str) -> _Zygote[Key]:
        assert self._entered, "a Pool is used in a with statement"
        with _undisturbed():
            self._root = self._root or Path(tempfile.mkdtemp(prefix="quizproof-"))
        folder = Path(tempfile.mkdtemp(prefix=f"{runtime}-", dir=self._root))
        scratch, log = folder / "runs", folder / "log"
        scratch.mkdir()
        ours, theirs = socket.socketpair()
        kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
        home = SCRATCH if self.level == "namespaces" else str(scratch)
        environment = {**kept, **_SET_VARIABLES, "HOME": home, "TMPDIR": home}
        asked = [runtime, str(theirs.fileno()), str(scratch), self.level]
        arguments = [sys.executable, "-sP", "-m", f"{__package__}.zygote", *asked]
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
        zygote: _Zygote[Key] = _Zygote(runtime, process, ours, scratch, log)
        zygote.patience = time.monotonic() + _START_SECONDS
        ours.setblocking(False)
        self._selector.register(ours, selectors.EVENT_READ, zygote)
        return zygote


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
        began, raised, total = len(outcome.parts), outcome.raised, len(job.parts)
        sound = began <= total and (raised is None or 0 <= raised.part < total)
        if outcome.status == "finished":
            sound = sound and began == total
        elif outcome.status not in ("limit", "died", "fault"):
            sound = sound and raised is not None
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
    return Outcome(status, parts, raised, detail, message["seconds"], message["peak_mib"])
