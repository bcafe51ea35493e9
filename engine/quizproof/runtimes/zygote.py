"""The warm process of a runtime: imports its framework once, then forks a fresh child for every run.

It stays single-threaded and never runs an operation of the framework, so that its forks are sound. It is started as
`python -sP -m quizproof.runtimes.zygote RUNTIME SOCKET_FD SCRATCH` and ends when the socket closes.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import mmap
import os
import platform
import resource
import selectors
import shutil
import signal
import socket
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from quizproof.runtimes import child
from quizproof.runtimes.wire import pack, unpack

_TICK = 0.05
_PR_SET_CHILD_SUBREAPER = 36
_SUSPICIOUS_GROWTH = 100
"""Only when so many more tasks exist on the machine are a run's own counted, for that reads all of /proc."""


def warm_up(runtime: str) -> dict[str, str]:
    """Import the framework; versions by package. Raises ImportError when it is not there."""
    versions = {"python": platform.python_version()}
    if runtime == "torch":
        import torch

        torch.set_num_threads(1)
        versions["torch"] = str(torch.__version__)
    elif runtime == "tensorflow":
        import tensorflow as tf

        _ = tf.keras.Sequential  # tf.keras is imported when first touched
        versions["tensorflow"] = str(tf.__version__)
        versions["keras"] = str(tf.keras.__version__)
    elif runtime != "python":
        raise ImportError(f"there is no runtime {runtime!r}")
    if "numpy" in sys.modules:
        versions["numpy"] = sys.modules["numpy"].__version__
    return versions


@dataclass
class _Run:
    """A child that has not been reaped yet."""

    id: int
    limits: dict[str, Any]
    reply: mmap.mmap
    out: int
    err: int
    scratch: str
    started: float
    stopped: str = ""
    """The limit for which we killed it."""
    deadline: float = field(init=False)

    def __post_init__(self) -> None:
        self.deadline = self.started + self.limits["seconds"]


class Zygote:
    """Serves one socket until its other end closes."""

    def __init__(self, control: socket.socket, scratch: str) -> None:
        self.control = control
        self.scratch = scratch
        self.runs: dict[int, _Run] = {}
        self.data_bytes = _data_bytes()
        self.tasks = _tasks()
        self.buffer = bytearray()
        self.selector = selectors.DefaultSelector()

    def serve(self) -> None:
        """Fork, watch and reply until the socket closes; then kill what is left."""
        wake, woken = socket.socketpair()
        for end in (wake, woken):
            end.setblocking(False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(woken.fileno(), warn_on_full_buffer=False)
        self.selector.register(self.control, selectors.EVENT_READ)
        self.selector.register(wake, selectors.EVENT_READ)
        try:
            while True:
                for key, _ in self.selector.select(_TICK if self.runs else None):
                    if key.fileobj is wake:
                        with contextlib.suppress(BlockingIOError):
                            wake.recv(4096)
                    elif not self._receive():
                        return
                self._reap()
                self._watch()
        finally:
            for pid in self.runs:
                _kill(pid)
            for pid in self.runs:  # whoever waits for us may rely on their being gone
                os.waitpid(pid, 0)
            shutil.rmtree(self.scratch, ignore_errors=True)

    def _receive(self) -> bool:
        data = self.control.recv(1 << 16)
        self.buffer += data
        for request in unpack(self.buffer):
            self._fork(request)
        return bool(data)

    def _fork(self, request: dict[str, Any]) -> None:
        scratch = f"{self.scratch}/{request['id']}"
        os.mkdir(scratch, 0o700)
        reply = mmap.mmap(-1, child.REPLY_SIZE)
        out, err = os.memfd_create("stdout"), os.memfd_create("stderr")
        started = time.monotonic()
        pid = os.fork()
        if pid == 0:
            gc.enable()
            child.run(request, reply, out, err, scratch, self.data_bytes)
        self.runs[pid] = _Run(request["id"], request["limits"], reply, out, err, scratch, started)

    def _reap(self) -> None:
        while True:
            try:
                pid, status, usage = os.wait4(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            run = self.runs.pop(pid, None)
            if run is not None:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.killpg(pid, signal.SIGKILL)  # its group outlives it when it left something behind
                self.control.sendall(pack(_outcome(run, status, usage)))
                _discard(run)
            self._kill_orphans()

    def _kill_orphans(self) -> None:
        """Kill what a finished run left behind: as its subreaper we inherit it, whatever session it fled to."""
        with contextlib.suppress(OSError):
            for pid in map(int, Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()):
                if pid not in self.runs:
                    _kill(pid)

    def _watch(self) -> None:
        """Kill runs that are over their time, and those that fill the machine with processes."""
        now = time.monotonic()
        for pid, run in self.runs.items():
            if now >= run.deadline and not run.stopped:
                run.stopped = "time"
                _kill(pid)
        if self.runs and _tasks() - self.tasks > _SUSPICIOUS_GROWTH:
            counts = _tasks_by_session()
            for pid, run in self.runs.items():
                if counts.get(pid, 0) > run.limits["processes"] and not run.stopped:
                    run.stopped = "processes"
                    _kill(pid)


def _outcome(run: _Run, status: int, usage: resource.struct_rusage) -> dict[str, Any]:
    reply = child.read_reply(run.reply)
    most = run.limits["output_kib"] * 1024
    written = max(os.fstat(run.out).st_size, os.fstat(run.err).st_size)
    outcome: dict[str, Any] = {
        "id": run.id,
        "seconds": round(time.monotonic() - run.started, 6),
        "peak_mib": round(usage.ru_maxrss / 1024, 1),
        "parts": [],
        **(reply or {}),
    }
    if written > most:
        outcome |= {"status": "limit", "detail": "output"}
    elif run.stopped:
        outcome |= {"status": "limit", "detail": run.stopped}
    elif reply is None:
        code = os.waitstatus_to_exitcode(status)
        if -code in (signal.SIGXCPU, signal.SIGXFSZ):
            outcome |= {"status": "limit", "detail": "cpu" if -code == signal.SIGXCPU else "file"}
        else:
            outcome |= {"status": "died", "detail": _death(code)}
    parts = outcome["parts"]
    for name, descriptor in (("out", run.out), ("err", run.err)):
        text = os.pread(descriptor, most, 0)
        start = 0
        for part in parts:
            end = part[name] if part[name] >= start else len(text)  # the snippet closed or cut its output
            part[name] = text[start:end].decode("utf-8", "backslashreplace")
            start = end
        if not parts:
            outcome[name] = text[:4096].decode("utf-8", "backslashreplace")
    return outcome


def _death(code: int) -> str:
    if code >= 0:
        return f"it left with exit status {code} before its end"
    try:
        return f"it was killed by {signal.Signals(-code).name}"
    except ValueError:
        return f"it was killed by signal {-code}"


def _discard(run: _Run) -> None:
    run.reply.close()
    os.close(run.out)
    os.close(run.err)
    try:
        os.rmdir(run.scratch)
    except OSError:
        shutil.rmtree(run.scratch, ignore_errors=True)


def _kill(pid: int) -> None:
    """Kill a child and its whole process group, whether or not it has one of its own yet."""
    for send in (os.killpg, os.kill):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            send(pid, signal.SIGKILL)


def _data_bytes() -> int:
    """The size of this process's data segment, which every child starts with."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmData:"):
            return int(line.split()[1]) * 1024
    return 0


def _tasks() -> int:
    """How many processes and threads the machine has."""
    return int(Path("/proc/loadavg").read_text().split()[3].partition("/")[2])


def _tasks_by_session() -> dict[int, int]:
    counts: dict[int, int] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, ValueError, IndexError):
            fields = stat.read_text().rpartition(")")[2].split()
            session, threads = int(fields[3]), int(fields[17])
            counts[session] = counts.get(session, 0) + threads
    return counts


def main() -> None:
    """Warm up, say so, serve."""
    runtime, descriptor, scratch = sys.argv[1:]
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    control = socket.socket(fileno=int(descriptor))
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1)
    try:
        versions = warm_up(runtime)
    except ImportError as error:
        control.sendall(pack({"missing": str(error)}))
        return
    gc.collect()
    gc.freeze()
    gc.disable()
    control.sendall(pack({"ready": versions}))
    Zygote(control, scratch).serve()


if __name__ == "__main__":
    main()
