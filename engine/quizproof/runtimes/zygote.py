"""The warm process of a runtime: imports its framework once, then forks a fresh child for every run.

It stays single-threaded and never runs an operation of the framework, so that its forks are sound. It is started as

    python -sP -m quizproof.runtimes.zygote RUNTIME SOCKET_FD SCRATCH LEVEL warm|cold [LENDER_FD]

at level `namespaces` by `sandbox.start`, which adds the last argument. It talks over the socket as `wire` describes,
and ends when the socket closes. A cold one imports nothing: its runs start as a program does that is started by hand.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import platform
import selectors
import signal
import socket
import sys
import time
from pathlib import Path
from typing import Any, cast

from quizproof.runtimes import child, huge_pages, reply
from quizproof.runtimes.limits.usage import Watch, Watched
from quizproof.runtimes.prepared.placed import Placed
from quizproof.runtimes.prepared.workshop import send_with
from quizproof.runtimes.run import Ended, Run, Used, lost
from quizproof.runtimes.sandbox.confinement import CONFINEMENTS, Confinement
from quizproof.runtimes.sandbox.keyring import leave_keyring
from quizproof.runtimes.sandbox.levels import Level
from quizproof.runtimes.sandbox.removal import remove
from quizproof.runtimes.sandbox.system_calls import die_with_parent, inherit_orphans, release
from quizproof.runtimes.sharing.tree import Trees, Trunk
from quizproof.runtimes.wire import Request, pack, unpack

_TICK_SECONDS = 0.05
"""How often runs are looked at, while there are any."""
_ON_DEMAND = {
    "python": {"numpy": "numpy.random", "sklearn": "sklearn.metrics"},
    "torch": {"numpy": "numpy.random", "optim": "torch._dynamo", "sklearn": "sklearn.metrics"},
    "tensorflow": {"sklearn": "sklearn.metrics"},
    "cold": {},
}
"""What to import as soon as a snippet has this word in it, so that one import serves all later runs: for example,
optimizers of torch import some 800 modules at their first step."""


def warm_up(runtime: str) -> dict[str, str]:
    """Import the framework of a runtime, and give versions by package: {"python": "3.11.7", "torch": "2.13.0"}.

    runtime  "python", "torch", "tensorflow", or one of an installed package, by the entry point `quizproof.runtimes`

    Raises ImportError when the framework is not there, or there is no such runtime. It runs no operation of the
    framework: its thread pools would not survive a fork.
    """
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
        versions |= _warm_up_installed(runtime)
    # Frameworks import it. It is not imported for its version alone, which would make the runtime `python` start later.
    if "numpy" in sys.modules:
        versions["numpy"] = sys.modules["numpy"].__version__
    return versions


def _warm_up_installed(runtime: str) -> dict[str, str]:
    """The same for a runtime of an installed package, whose function imports the framework and gives the versions."""
    from importlib.metadata import entry_points

    for entry in entry_points(group="quizproof.runtimes", name=runtime):
        return {str(package): str(version) for package, version in entry.load()().items()}
    raise ImportError(f"there is no runtime {runtime!r}")


class Zygote:
    """Serves one socket until its other end closes.

    Every run is a child of this process. One loop waits for requests and for deaths, replies, and watches limits.
    """

    def __init__(self, runtime: str, control: socket.socket, scratch: str, confinement: Confinement) -> None:
        self.on_demand = dict(_ON_DEMAND.get(runtime, _ON_DEMAND["python"]))
        self.control = control
        self.confinement = confinement
        self.scratch = scratch
        self.runs: dict[int, Run] = {}
        """Those that go on, by process id."""
        self.ending: dict[int, Ended] = {}
        """Those that have ended, by the process id of the child that must end before they are replied to."""
        self.data_bytes = _data_bytes()
        self.watch = Watch(scratch)
        self.watched = 0.0
        """When it last looked."""
        self.buffer = bytearray()
        self.selector = selectors.DefaultSelector()
        self.trees = Trees(self.runs, self.selector, self._send, _kill, confinement.is_alone)

    def serve(self) -> None:
        """Fork, watch and reply until the socket closes; then kill what is left, and delete the scratch folders.

        It returns only then. Requests and replies are those of `wire`; a run that cannot be started is a fault.
        """
        # The death of a child must end the wait in `select`, so Python writes a byte here when its signal comes.
        wake, woken = socket.socketpair()
        for end in (wake, woken):
            end.setblocking(False)
        # A handler in Python, because a signal that is ignored wakes nothing up.
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(woken.fileno(), warn_on_full_buffer=False)
        self.selector.register(self.control, selectors.EVENT_READ)
        self.selector.register(wake, selectors.EVENT_READ)
        try:
            while True:
                # Without runs there is nothing to watch, so it sleeps until a message comes.
                for key, _ in self.selector.select(_TICK_SECONDS if self.runs or self.ending else None):
                    if isinstance(key.data, Trunk):
                        self.trees.hear(key.data)
                    elif key.fileobj is wake:
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
        """Kill the runs and all that they started. The pool waits for us, and relies on their being gone."""
        with contextlib.suppress(ChildProcessError):
            while True:  # each death may leave us the children of the dead
                for pid in _children():
                    _kill(pid)
                os.waitpid(-1, 0)

    def _receive(self) -> bool:
        # Empty when the other end closed, which is how the pool ends us.
        data = self.control.recv(1 << 16)
        self.buffer += data
        for message in unpack(self.buffer):
            if "close" in message:
                self.trees.close(message["close"])
                continue
            request = cast("Request", message)
            try:
                if request["trunk"] is None:
                    self._fork(request)
                else:
                    self.trees.branch(request)
            except OSError as error:  # not the snippet's fault
                answer = (
                    {"alone": str(error)}
                    if request["shared"]
                    else {"outcome": lost(error), "times": [], "waited": False}
                )
                self._send({"id": request["id"], **answer})
        return bool(data)

    def _send(self, message: dict[str, Any]) -> None:
        self.control.sendall(pack(message))

    def _import_on_demand(self, request: Request) -> None:
        for word, module in list(self.on_demand.items()):
            if any(word in part["source"] for part in request["parts"]):
                # Before the import: one that fails is not tried again for every run.
                del self.on_demand[word]
                with contextlib.suppress(Exception):  # the snippet will meet it, if it needs the module at all
                    importlib.import_module(module)
                _settle()
                self.data_bytes = _data_bytes()

    def _fork(self, request: Request) -> None:
        self._import_on_demand(request)
        # Before the fork: a folder that cannot be opened is a fault, and not the snippet's doing.
        placed = Placed.of(request, self.confinement.open_folder)
        scratch = self.confinement.prepare(request["id"])
        memory = reply.Memory.new()
        # In memory and without a name: no run can find another's output, and nothing has to be deleted.
        out, err = os.memfd_create("stdout"), os.memfd_create("stderr")
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET) if request["shared"] else (None, None)
        started = time.monotonic()
        try:
            pid = self.confinement.fork()
        except OSError:
            memory.close()
            for descriptor in (out, err):
                os.close(descriptor)
            placed.close()
            if placed.workshop:
                placed.workshop.close()
            for end in (ours, theirs):
                if end is not None:
                    end.close()
            self.confinement.clear(scratch)
            raise
        if pid == 0:
            # The zygote switched it off for itself; a program must have it, as in any interpreter.
            gc.enable()
            for other in (*self.runs.values(), *(ended.run for ended in self.ending.values())):
                other.reply.close()  # or this run could forge it
            limits = request["limits"]
            child.run(
                request,
                memory,
                out,
                err,
                self.data_bytes,
                lambda: self.confinement.enter(scratch, limits, placed),
                None if theirs is None else theirs.fileno(),
            )
        placed.close()
        count, endless, shared = len(request["parts"]), request["endless"], request["shared"]
        run = Run(request["id"], request["limits"], count, memory, out, err, scratch, started, endless, shared)
        run.workshop = placed.workshop
        self.runs[pid] = run
        if ours is not None and theirs is not None:
            theirs.close()
            self.trees.plant(run, pid, ours)

    def _reap(self) -> None:
        """Deal with every child that has ended. It never waits: nobody can say when a child ends."""
        while True:
            try:
                # Not waitpid: the processor time and the peak of memory come with it.
                pid, status, usage = os.wait4(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            # The kernel tells us of stops, unasked, where we trace a child: any child can make its parent do that.
            if os.WIFSTOPPED(status):
                release(pid, os.WSTOPSIG(status))
            elif (run := self.runs.get(pid)) is not None:
                self.trees.end(pid)
                del self.runs[pid]
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.killpg(pid, signal.SIGKILL)  # its group outlives it when it left something behind
                last = self.confinement.end(pid)
                self._kill_orphans()
                if last is None:
                    self._reply(Ended(run, status, Used.of(usage)))
                else:
                    self.ending[last] = Ended(run, status, Used.of(usage))
            elif (ended := self.ending.pop(pid, None)) is not None:
                self._reply(ended)
            else:  # an init, or an orphan that we killed, which has left us its own children
                self._kill_orphans()

    def _reply(self, ended: Ended) -> None:
        run = ended.run
        if not run.is_trunk:  # its programs have had their answers
            self._answer(ended)
        run.close()
        self.confinement.clear(run.scratch)

    def _answer(self, ended: Ended) -> None:
        run = ended.run
        outcome = run.outcome(ended.status, ended.used)
        archive = None
        if run.workshop:
            try:
                archive = run.workshop.take(outcome)
            except OSError as error:  # no memory is left, say
                outcome = lost(error)
        answer = {"id": run.id, "outcome": outcome, "times": run.times, "waited": run.waited(ended.used)}
        send_with(self.control, pack(answer), archive)

    def _kill_orphans(self) -> None:
        """Kill what finished runs left behind: as its subreaper we inherit it, whatever session it moved to.

        What belongs to a run that goes on is never among it, because runs inherit their own orphans.
        """
        for pid in _children():
            if pid not in self.runs and pid not in self.ending and not self.confinement.is_ours(pid):
                _kill(pid)

    def _watch(self) -> None:
        """Kill runs that are over their time or print too much, and those that fill the machine."""
        now = time.monotonic()
        for pid, run in self.runs.items():
            printing = run.branch or run
            if not run.stopped and (now >= run.deadline or printing.has_printed_too_much()):
                run.stopped = "time" if now >= run.deadline else "output"
                _kill(pid)
        if self.runs and now - self.watched >= _TICK_SECONDS:
            self.watched = now
            # An import on demand may have changed it.
            self.watch.data_bytes = self.data_bytes
            bounded = self.confinement.is_bounded
            runs = {pid: Watched(run.limits, None if bounded else run.scratch) for pid, run in self.runs.items()}
            owners = {process: run for run in runs for process in self.confinement.owners(run)}
            for pid, limit in self.watch.excesses(runs, owners):
                self.runs[pid].stopped = self.runs[pid].stopped or limit
                _kill(pid)


def _kill(pid: int) -> None:
    """Kill a child and its process group. A child that was just forked has none yet, so both may fail."""
    for send in (os.killpg, os.kill):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            send(pid, signal.SIGKILL)


def _settle() -> None:
    """Prepare the memory for forks: children neither scan what was imported nor hold it in many small pages."""
    gc.collect()
    # A collection in a child writes to every object that it looks at, and each write copies a page.
    gc.freeze()
    huge_pages.collapse()


def _data_bytes() -> int:
    """The size of this process's data segment, which every child starts with."""
    for line in Path("/proc/self/status").read_text().splitlines():
        # The line is `VmData:   123456 kB`.
        if line.startswith("VmData:"):
            return int(line.split()[1]) * 1024
    return 0


def _children() -> list[int]:
    """The processes whose parent we are, by birth or because theirs died."""
    with contextlib.suppress(OSError):
        return [int(pid) for pid in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()]
    return []


def main() -> None:
    """Start as the module's docstring shows: warm up, say so, and serve until the socket closes.

    Sends {"missing": …} and returns when the framework cannot be imported. Any other failure ends the process with a
    traceback on standard error, of which the pool quotes the last line.
    """
    runtime, descriptor, scratch, level, state, *more = sys.argv[1:]
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the pool, which then closes our socket
    lender = None
    if more:
        lender = socket.socket(fileno=int(more[0]))
        die_with_parent()  # once more: another program may have lost it
    control = socket.socket(fileno=int(descriptor))
    leave_keyring()
    # What runs leave behind becomes our child when its parent dies, so that we find it and kill it.
    inherit_orphans()
    try:
        versions = warm_up("python" if state == "cold" else runtime)
    except ImportError as error:
        control.sendall(pack({"missing": str(error)}))
        return
    _settle()
    gc.disable()  # a collection would write to pages that we share with the runs
    control.sendall(pack({"ready": versions}))
    confinement = CONFINEMENTS[cast("Level", level)](scratch, lender)
    Zygote("cold" if state == "cold" else runtime, control, scratch, confinement).serve()


if __name__ == "__main__":
    main()
