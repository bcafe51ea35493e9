"""Zygote handle: the pool's side of one warm process, from its start to its end."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic

from quizproof.json_forms import amount, anything, flag, items, mapping, record, text, whole
from quizproof.outcome import Outcome
from quizproof.runners.job import Interpreter, Job, Key
from quizproof.runners.sharing import Assignment, Sharing, Trunk
from quizproof.runtimes.conditions import USUAL
from quizproof.runtimes.sandbox.folders import SCRATCH
from quizproof.runtimes.sandbox.levels import Level
from quizproof.runtimes.sandbox.removal import remove
from quizproof.runtimes.variables import environment
from quizproof.runtimes.wire import GONE, LATE, pack, unpack

_PROGRAMS: dict[Level, str] = {
    "namespaces": "quizproof.runtimes.sandbox.start",
    "landlock": "quizproof.runtimes.zygote",
    "none": "quizproof.runtimes.zygote",
}
"""What a zygote is started with."""
_START_SECONDS = 120
"""How long the import of a framework may take."""
_GRACE_SECONDS = 20
"""How much later than a run's own limit its reply may come before the zygote counts as stuck."""
_END_SECONDS = 2
"""How long a zygote may take to end its runs after its socket was closed."""
_STRAYS_SECONDS = 10
"""How long what it left behind is killed: a process may start others as fast as we kill them."""
_MAX_ARCHIVES = 8
"""With one read: each comes with a message of its own."""
_MAX_LOG = 300
"""Characters of the log's last line that a message quotes."""

_READY = record({"ready": mapping(text)})
_MISSING = record({"missing": text})
"""The forms of the two messages with which it begins."""
_SHARED = record({"id": whole(0), "shared": amount})
_OUTCOME = record({"id": whole(0), "outcome": anything, "times": items(amount), "waited": flag})
_ALONE = record({"id": whole(0), "alone": text})
_GONE = record({"gone": items(whole(0))})
"""Of those about trunks and branches."""


@dataclass
class ZygoteHandle(Generic[Key]):
    """Our side of one warm process. Messages are those of `runtimes.wire`.

    The socket never blocks: call `write` and `read` when it is ready, and `kill_if_stuck` now and then.
    """

    interpreter: Interpreter
    """What it serves."""
    process: subprocess.Popen[bytes]
    control: socket.socket
    scratch: Path
    """The folder below which its runs have theirs."""
    log: Path
    """Its standard error."""
    latest_start: float
    """The time by which it must be ready; times are those of `time.monotonic`."""
    ready: bool = False
    stuck: bool = False
    """Whether we killed it because it did not answer."""
    running: dict[int, tuple[Job[Key], float]] = field(default_factory=dict)
    """Jobs by the id of their request, with the time after which the zygote itself must be stuck."""
    sharing: Sharing[Key] = field(default_factory=Sharing)
    """Its trunks."""
    growing: dict[int, float] = field(default_factory=dict)
    """Trunks that are being made, by the id of their request, with that time."""
    branches: dict[int, Trunk] = field(default_factory=dict)
    """The trunks that jobs go on from, by the id of their request."""
    _incoming: bytearray = field(default_factory=bytearray)
    _outgoing: bytearray = field(default_factory=bytearray)
    _archives: deque[int] = field(default_factory=deque)
    """Descriptors of the files of steps, whose messages have not been dealt with yet."""

    @classmethod
    def start(cls, interpreter: Interpreter, level: Level, root: Path) -> ZygoteHandle[Key]:
        """Start a zygote, which then warms up: its first message says whether it could.

        interpreter  the runtime, and the conditions that its environment sets
        level        how it isolates its runs
        root         where it gets a folder of its own

        Raises OSError when no process can be started.
        """
        runtime, conditions = interpreter
        folder = Path(tempfile.mkdtemp(prefix=f"{runtime}-", dir=root))
        scratch, log = folder / "runs", folder / "log"
        scratch.mkdir()
        ours, theirs = socket.socketpair()
        # In there the path of the scratch folder is another, and the same for all runs.
        home = SCRATCH if level == "namespaces" else str(scratch)
        arguments = [runtime, str(theirs.fileno()), str(scratch), level, "cold" if conditions.cold else "warm"]
        with theirs, log.open("wb") as stderr:
            process = subprocess.Popen(
                # Neither the user's own packages nor the working folder: a bank could put modules there that hide real
                # ones.
                [sys.executable, "-sP", "-m", _PROGRAMS[level], *arguments],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=stderr,
                env=environment(home, conditions),
                cwd=folder,
                pass_fds=[theirs.fileno()],
                start_new_session=True,  # so that Ctrl-C reaches the pool alone
            )
        # The pool serves several zygotes with one thread, and must not wait for one of them.
        ours.setblocking(False)
        return cls(interpreter, process, ours, scratch, log, time.monotonic() + _START_SECONDS)

    @property
    def load(self) -> int:
        """How much it does at the same time."""
        return len(self.running) + len(self.growing)

    def send(self, id_: int, assignment: Assignment[Key]) -> None:
        """Put a request for a run, or for a trunk, among what `write` sends.

        id_         the number that the reply repeats
        assignment  what to run; it is overdue 20 seconds after its own limit of time
        """
        job, trunk, new = assignment
        latest = time.monotonic() + job.limits["seconds"] + _GRACE_SECONDS
        parts = job.parts
        if new is not None:
            new.id = id_
            self.growing[id_] = latest
            parts = parts[: len(new.shape.parts)]
        else:
            self.running[id_] = (job, latest)
            if trunk is not None:
                self.branches[id_] = trunk
        request = {"id": id_, "parts": parts, "limits": dict(job.limits), "files": job.files}
        given = {"stdin": job.stdin, "endless": job.endless, "prepared": job.folder, "step": job.step}
        own = {"attempt": job.conditions.attempt, "changes": job.conditions.changes}
        shared = {"trunk": None if trunk is None else trunk.id, "shared": new is not None}
        # What its assertions are worth is looked at once, and not under every condition.
        self._outgoing += pack({**request, **given, **own, **shared, "examine": job.conditions == USUAL})

    def close_trunks(self) -> None:
        """Put among what `write` sends that trunks have nothing left to do."""
        while self.sharing.closing:
            self._outgoing += pack({"close": self.sharing.closing.pop()})

    @property
    def wants_to_write(self) -> bool:
        """Whether there is something to send."""
        return bool(self._outgoing)

    def settle(self, message: dict[str, Any]) -> Job[Key] | None:
        """Take in what it says of trunks and branches; the job that has to be run again, if there is one."""
        if "gone" in message:
            for id_ in message["gone"]:
                self.sharing.drop(id_)
            return None
        id_ = message["id"]
        if self.growing.pop(id_, None) is not None:
            trunk = self.sharing.find(id_)
            if "alone" in message:
                self.sharing.refuse(id_)
            elif trunk is not None:
                trunk.busy = False
            return None
        job, _ = self.running.pop(id_)
        self.branches.pop(id_).busy = False
        # One whose trunk had ended was not run at all, and may find another.
        job.alone = message["alone"] != GONE
        job.is_late = job.is_late or message["alone"] == LATE
        return job

    def write(self) -> bool:
        """Send as much as the socket takes; whether that was all."""
        try:
            sent = self.control.send(self._outgoing)
        except BlockingIOError:
            sent = 0
        except OSError:
            sent = len(self._outgoing)  # it died, which `read` will notice
        del self._outgoing[:sent]
        return not self._outgoing

    def read(self) -> tuple[list[dict[str, Any]], bool]:
        """The messages that have arrived whole, and whether its end of the socket is still open.

        Never waits. When it is open no longer, the zygote has ended, and these are its last messages. One that sends
        what is no message is killed: a snippet must have its socket.
        """
        try:
            data, archives, _, _ = socket.recv_fds(self.control, 1 << 16, _MAX_ARCHIVES, socket.MSG_CMSG_CLOEXEC)
            self._archives.extend(archives)
        except BlockingIOError:
            return [], True
        except OSError:
            data = b""
        self._incoming += data
        messages: list[dict[str, Any]] = []
        try:
            messages.extend(message for message in unpack(self._incoming) if self._is_expected(message))
        except ValueError:
            self.process.kill()
            return messages, False
        return messages, bool(data)

    def kept(self, job: Job[Key], reply: object, outcome: Outcome) -> Outcome:
        """The outcome of a step, whose files are kept as its job says; that of any other job as it is.

        reply    what the zygote said of the run; with that of a step that finished it has sent an archive
        outcome  what that came to
        """
        if not job.step:
            return outcome
        # What the zygote said, and not what we make of it: or the next step would get this one's files.
        sent = isinstance(reply, dict) and reply.get("status") == "finished"
        archive = self._archives.popleft() if sent and self._archives else None
        if job.keep:
            return job.keep(outcome, archive)
        if archive is not None:
            os.close(archive)
        return outcome

    def _is_expected(self, message: dict[str, Any]) -> bool:
        """Whether a message is one that it may send now: what it is, or the outcome of something that it runs."""
        if not self.ready:
            return not _READY(message) or not _MISSING(message)
        if not _GONE(message):
            return True
        id_ = message.get("id")
        if type(id_) is not int:
            return False
        if id_ in self.growing:
            return not _SHARED(message) or not _ALONE(message)
        return id_ in self.running and (not _OUTCOME(message) or (id_ in self.branches and not _ALONE(message)))

    def kill_if_stuck(self, now: float) -> None:
        """Kill it when an answer is overdue. Its socket closes then, which `read` notices.

        now  as `time.monotonic` gives it
        """
        overdue = any(now > latest for latest in (*self.growing.values(), *(last for _, last in self.running.values())))
        if overdue or (not self.ready and now > self.latest_start):
            self.stuck = True
            self.process.kill()

    def last_line(self) -> str:
        """The end of what it wrote on standard error."""
        # A traceback ends with the exception, and that says most.
        return self.log.read_text(errors="replace").strip().rpartition("\n")[2][-_MAX_LOG:]

    def end(self) -> None:
        """End it, with all that its runs have started and written. One that is busy importing is not asked first."""
        self.control.close()
        while self._archives:
            os.close(self._archives.popleft())
        if self._exit_code(_END_SECONDS if self.ready else 0) is None:
            self.process.kill()
            self._exit_code(_END_SECONDS)
            self.kill_strays()
        remove(str(self.scratch.parent))

    def bury(self) -> int:
        """Wait for the end of one whose socket is closed, or bring it about.

        Returns its exit status, or minus the number of the signal that ended it.
        """
        # One whose socket was closed is on its way out, but for one whose socket a run at level `none` has closed.
        code = self._exit_code(_END_SECONDS)
        if code is None:
            self.process.kill()
            code = self._exit_code(_END_SECONDS)
        return -signal.SIGKILL if code is None else code

    def _exit_code(self, seconds: float) -> int | None:
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None

    def kill_strays(self) -> None:
        """Kill what its runs left behind when it could not do so itself: known by the environment it gave them."""
        # Under `namespaces` no stray has this path; there they die with their namespaces.
        mark = f"TMPDIR={self.scratch}".encode()
        latest, found = time.monotonic() + _STRAYS_SECONDS, True
        while found and time.monotonic() < latest:  # until no more are born
            found = False
            for process in Path("/proc").glob("[0-9]*"):
                with contextlib.suppress(OSError):
                    if mark in (process / "environ").read_bytes():
                        os.kill(int(process.name), signal.SIGKILL)
                        found = True


@contextlib.contextmanager
def undisturbed() -> Iterator[None]:
    """Let signals that end a command wait until something is done as a whole.

    SIGHUP, SIGINT and SIGTERM are blocked in this thread, and delivered when the block is left.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGHUP, signal.SIGINT, signal.SIGTERM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
