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
import signal
import socket
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from quizproof.runtimes import child, huge_pages, reply, sandbox
from quizproof.runtimes.confinement import CELLS, Cell, remove
from quizproof.runtimes.levels import Level
from quizproof.runtimes.usage import Watch, Watched
from quizproof.runtimes.wire import pack, unpack

_TICK = 0.05
_TAMPERED = "it tampered with the interpreter's reply"
_PR_SET_CHILD_SUBREAPER = 36
_ON_DEMAND = {
    "python": {"numpy": "numpy", "sklearn": "sklearn.metrics"},
    "torch": {"numpy": "numpy", "optim": "torch._dynamo", "sklearn": "sklearn.metrics"},
    "tensorflow": {"sklearn": "sklearn.metrics"},
    "cold": {},
}
"""What to import as soon as a snippet has this word in it, so that it is paid for once and not by every run: optimizers
of torch, for instance, import some 800 modules at their first step."""


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
    total: int
    """Parts of the program."""
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

    def __init__(self, runtime: str, control: socket.socket, scratch: str, cell: Cell) -> None:
        self.on_demand = dict(_ON_DEMAND[runtime])
        self.control = control
        self.cell = cell
        self.scratch = scratch
        self.runs: dict[int, _Run] = {}
        self.data_bytes = _data_bytes()
        self.watch = Watch(scratch)
        self.watched = 0.0
        """When it last looked."""
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
            remove(self.scratch)

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
        shown = self.cell.show(request["files"]) if request["files"] else None
        scratch = self.cell.prepare(request["id"])
        memory = mmap.mmap(-1, reply.SIZE)
        out, err = os.memfd_create("stdout"), os.memfd_create("stderr")
        started = time.monotonic()
        try:
            pid = self.cell.fork()
        except OSError:
            memory.close()
            for descriptor in (out, err, *([] if shown is None else [shown])):
                os.close(descriptor)
            self.cell.clear(scratch)
            raise
        if pid == 0:
            gc.enable()
            for other in self.runs.values():
                other.reply.close()  # or this run could forge it
            limits = request["limits"]
            child.run(request, memory, out, err, self.data_bytes, lambda: self.cell.enter(scratch, limits, shown))
        if shown is not None:
            os.close(shown)
        total = len(request["parts"])
        self.runs[pid] = _Run(request["id"], request["limits"], total, memory, out, err, scratch, started)

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
                self.cell.end(pid)
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
        """Kill runs that are over their time or print too much, and those that fill the machine."""
        now = time.monotonic()
        for pid, run in self.runs.items():
            if not run.stopped and (run.printed > run.limits["output_kib"] * 1024 or now >= run.deadline):
                run.stopped = "time" if now >= run.deadline else "output"
                _kill(pid)
        if self.runs and now - self.watched >= _TICK:
            self.watched = now
            self.watch.data_bytes = self.data_bytes
            runs = {p: Watched(r.limits, None if self.cell.bounded else r.scratch) for p, r in self.runs.items()}
            owners = {process: run for run in runs for process in (run, self.cell.owner(run))}
            for pid, limit in self.watch.excesses(runs, owners):
                self.runs[pid].stopped = self.runs[pid].stopped or limit
                _kill(pid)


def _outcome(run: _Run, status: int, usage: resource.struct_rusage) -> dict[str, Any]:
    told: dict[str, Any]
    if not reply.began(run.reply):  # it never got as far as the snippet
        told = {"status": "fault", "parts": []}
    else:
        told = reply.read(run.reply, run.total) or {"status": "died", "parts": [], "detail": _TAMPERED}
    most = run.limits["output_kib"] * 1024
    outcome: dict[str, Any] = {
        "id": run.id,
        "seconds": round(time.monotonic() - run.started, 6),
        "peak_mib": round(usage.ru_maxrss / 1024, 1),
        **{name: told[name] for name in ("status", "detail", "parts", "raised", "drew") if name in told},
    }
    parts = outcome["parts"]
    if told["status"] == "running":  # it ended within the part that comes after these
        parts.append({"out": -1, "err": -1, "assertions": 0, "value": None})
    if run.printed > most:
        outcome |= {"status": "limit", "detail": "output", "raised": None}
        del parts[1 + sum(max(part["out"], part["err"]) <= most for part in parts[:-1]) :]  # those after the guilty one
    elif run.stopped:
        outcome |= {"status": "limit", "detail": run.stopped}
    elif told["status"] == "running":
        code = os.waitstatus_to_exitcode(status)
        busy = usage.ru_utime + usage.ru_stime
        # Whoever ignores SIGXCPU is killed a moment later.
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


def _children() -> list[int]:
    """The processes whose parent we are, by birth or because theirs died."""
    with contextlib.suppress(OSError):
        return [int(pid) for pid in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()]
    return []


def main() -> None:
    """Warm up, say so, serve."""
    runtime, descriptor, scratch, level, state = sys.argv[1:]
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    lender = sandbox.enter_namespaces() if level == "namespaces" else None
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
    cell = CELLS[cast("Level", level)](scratch, lender)
    Zygote("cold" if state == "cold" else runtime, control, scratch, cell).serve()


if __name__ == "__main__":
    main()
