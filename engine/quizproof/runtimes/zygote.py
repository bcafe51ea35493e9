"""The warm process of a runtime: imports its framework once, then forks a fresh child for every run.

It stays single-threaded and never runs an operation of the framework, so that its forks are sound. It is started as
`python -sP -m quizproof.runtimes.zygote RUNTIME SOCKET_FD SCRATCH LEVEL warm|cold` and ends when the socket closes. A
cold one imports nothing: its runs begin as a program does that is started by hand.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import importlib
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
from collections import Counter
from collections.abc import Container
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from quizproof.runtimes import child, huge_pages, sandbox
from quizproof.runtimes.cells import CELLS
from quizproof.runtimes.wire import pack, unpack

_TICK = 0.05
_PR_SET_CHILD_SUBREAPER = 36
_ON_DEMAND = {
    "python": {"numpy": "numpy", "sklearn": "sklearn.metrics"},
    "torch": {"numpy": "numpy", "optim": "torch._dynamo", "sklearn": "sklearn.metrics"},
    "tensorflow": {"sklearn": "sklearn.metrics"},
    "cold": {},
}
"""What to import as soon as a snippet has this word in it, so that it is paid for once and not by every run: optimizers
of torch, for instance, import some 800 modules at their first step."""
_SUSPICIOUS_GROWTH = 100
"""Only when so many more tasks exist on the machine are a run's own counted, for that reads all of /proc."""
_MOST_GENERATIONS = 256


def warm_up(runtime: str) -> dict[str, str]:
    """Import the framework; versions by package. Raises ImportError when it is not there."""
    versions = {"python": platform.python_version()}
    if runtime == "torch":
        import torch

        torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
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

    @property
    def printed(self) -> int:
        """Bytes on standard output or standard error, whichever has more."""
        return max(os.fstat(self.out).st_size, os.fstat(self.err).st_size)


class Zygote:
    """Serves one socket until its other end closes."""

    def __init__(self, runtime: str, control: socket.socket, scratch: str, level: sandbox.Level) -> None:
        self.on_demand = dict(_ON_DEMAND[runtime])
        self.control = control
        self.cell = CELLS[level](scratch)
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
            self._end_children()
            shutil.rmtree(self.scratch, ignore_errors=True)

    def _end_children(self) -> None:
        """Kill the runs and all that they started: whoever waits for us may rely on their being gone."""
        with contextlib.suppress(ChildProcessError):
            while True:  # each death may leave us the children of the dead
                for pid in _children():
                    _kill(pid)
                os.waitpid(-1, 0)

    def _receive(self) -> bool:
        data = self.control.recv(1 << 16)
        self.buffer += data
        for request in unpack(self.buffer):
            try:
                self._fork(request)
            except OSError as error:  # no process, descriptor or memory left: not the snippet's fault
                told = {"status": "fault", "detail": str(error), "parts": [], "seconds": 0, "peak_mib": 0}
                self.control.sendall(pack({"id": request["id"], **told}))
        return bool(data)

    def _import_on_demand(self, request: dict[str, Any]) -> None:
        for word, module in list(self.on_demand.items()):
            if any(word in part["source"] for part in request["parts"]):
                del self.on_demand[word]
                with contextlib.suppress(Exception):  # the snippet will meet it, if it needs the module at all
                    importlib.import_module(module)
                _settle()
                self.data_bytes = _data_bytes()

    def _fork(self, request: dict[str, Any]) -> None:
        self._import_on_demand(request)
        scratch = self.cell.prepare(request["id"])
        reply = mmap.mmap(-1, child.REPLY_SIZE)
        out, err = os.memfd_create("stdout"), os.memfd_create("stderr")
        started = time.monotonic()
        pid = self.cell.fork()
        if pid == 0:
            gc.enable()
            child.run(request, reply, out, err, self.data_bytes, lambda: self.cell.enter(scratch, request["limits"]))
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
            if not self.runs:
                self._kill_orphans()
            if run is not None:  # told only now, when nothing goes on
                self.control.sendall(pack(_outcome(run, status, usage)))
                _discard(run)
                self.cell.clear(run.scratch)

    def _kill_orphans(self) -> None:
        """Kill what finished runs left behind: as its subreaper we inherit it, whatever session it fled to.

        Only when no run goes on: nothing tells whose an orphan is, and a run may have detached a process on purpose.
        """
        for pid in _children():
            _kill(pid)

    def _watch(self) -> None:
        """Kill runs that are over their time or print too much, and those that fill the machine with processes."""
        now = time.monotonic()
        for pid, run in self.runs.items():
            if not run.stopped and (run.printed > run.limits["output_kib"] * 1024 or now >= run.deadline):
                run.stopped = "time" if now >= run.deadline else "output"
                _kill(pid)
        if self.runs and _tasks() - self.tasks > _SUSPICIOUS_GROWTH:
            counts = _tasks_by_run(self.runs)
            for pid, run in self.runs.items():
                if counts[pid] > run.limits["processes"] and not run.stopped:
                    run.stopped = "processes"
                    _kill(pid)


def _outcome(run: _Run, status: int, usage: resource.struct_rusage) -> dict[str, Any]:
    began = any(run.reply[:4])  # else it never got as far as the snippet
    reply = child.read_reply(run.reply) or {"status": "running" if began else "fault", "parts": []}
    most = run.limits["output_kib"] * 1024
    outcome: dict[str, Any] = {
        "id": run.id,
        "seconds": round(time.monotonic() - run.started, 6),
        "peak_mib": round(usage.ru_maxrss / 1024, 1),
        **{name: reply[name] for name in ("status", "detail", "parts", "raised") if name in reply},
    }
    parts = outcome["parts"]
    if reply["status"] == "running":  # it ended within the part that comes after these
        parts.append({"out": -1, "err": -1, "assertions": 0, "value": None})
    if run.printed > most:
        outcome |= {"status": "limit", "detail": "output", "raised": None}
        del parts[1 + sum(max(part["out"], part["err"]) <= most for part in parts[:-1]) :]  # those after the guilty one
    elif run.stopped:
        outcome |= {"status": "limit", "detail": run.stopped}
    elif reply["status"] == "running":
        code = os.waitstatus_to_exitcode(status)
        busy = usage.ru_utime + usage.ru_stime
        # PID 1 of a namespace does not get SIGXCPU; the kernel kills it a moment later.
        if -code == signal.SIGXCPU or (-code == signal.SIGKILL and busy >= 2 * run.limits["seconds"]):
            outcome |= {"status": "limit", "detail": "cpu"}
        elif -code == signal.SIGXFSZ:
            outcome |= {"status": "limit", "detail": "file"}
        else:
            outcome |= {"status": "died", "detail": _death(code)}
    for name, descriptor in (("out", run.out), ("err", run.err)):
        text = os.pread(descriptor, most, 0)
        start = 0
        for part in parts:
            end = part[name] if part[name] >= start else len(text)  # the snippet closed or cut its output
            part[name] = text[start:end].decode("utf-8", "backslashreplace")
            start = end
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


def _kill(pid: int) -> None:
    """Kill a child and its whole process group, whether or not it has one of its own yet."""
    for send in (os.killpg, os.kill):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            send(pid, signal.SIGKILL)


def _settle() -> None:
    """Prepare the memory for forks: children neither scan what was imported nor hold it in many small pages."""
    gc.collect()
    gc.freeze()
    huge_pages.collapse()


def _data_bytes() -> int:
    """The size of this process's data segment, which every child starts with."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmData:"):
            return int(line.split()[1]) * 1024
    return 0


def _tasks() -> int:
    """How many processes and threads the machine has."""
    return int(Path("/proc/loadavg").read_text().split()[3].partition("/")[2])


def _children() -> list[int]:
    """The processes whose parent we are, by birth or because theirs died."""
    with contextlib.suppress(OSError):
        return [int(pid) for pid in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()]
    return []


def _tasks_by_run(runs: Container[int]) -> Counter[int]:
    """How many processes and threads descend from each run, or belong to its session after their parents died."""
    found: dict[int, tuple[int, int, int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, ValueError, IndexError):
            fields = stat.read_text().rpartition(")")[2].split()
            found[int(stat.parent.name)] = int(fields[1]), int(fields[3]), int(fields[17])
    counts: Counter[int] = Counter()
    for pid, (_, session, threads) in found.items():
        ancestor = pid
        for _ in range(_MOST_GENERATIONS):
            if ancestor in runs or ancestor not in found:
                break
            ancestor = found[ancestor][0]
        counts[ancestor if ancestor in runs else session] += threads
    return counts


def main() -> None:
    """Warm up, say so, serve."""
    runtime, descriptor, scratch, level, state = sys.argv[1:]
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if level == "namespaces":
        sandbox.enter_namespaces()
    control = socket.socket(fileno=int(descriptor))
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1)
    try:
        versions = warm_up("python" if state == "cold" else runtime)
    except ImportError as error:
        control.sendall(pack({"missing": str(error)}))
        return
    _settle()
    gc.disable()
    control.sendall(pack({"ready": versions}))
    Zygote("cold" if state == "cold" else runtime, control, scratch, cast(sandbox.Level, level)).serve()


if __name__ == "__main__":
    main()
