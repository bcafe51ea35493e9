"""The trunk: a run that has come to the end of what several programs begin with, and from which each of them goes on.

It forks a child, a *branch*, for one program after the other. A branch may be a trunk in turn, of programs that have
still more in common. The zygote leads: over a channel of its own it sends a trunk one message for each branch,

    {"shared": false}     with descriptors of: the request as JSON, standard output, standard error;
    {"shared": true}      of a branch that becomes a trunk, with one more: its channel

and the trunk answers

    {"ready": {"cpu": 0.31, "peak": 210432}}      once, when it can be forked: seconds and KiB so far
    {"alone": "threads"}                          instead, when it cannot; it ends after this
    {"ended": {"code": 0, "cpu": 0.02, "peak": 211000}, "still": true}
                                                  when a branch has ended: its exit status, or minus the signal; what it
                                                  used; and whether all is now as it was before

All processes of a tree leave their statements in the same memory, one after the other: see `reply`.

Authors' code has run in this process, so the zygote believes it nothing that matters to other runs than its own.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import signal
import socket
from typing import Any, NamedTuple

from quizproof.runtimes.sandbox.system_calls import release
from quizproof.runtimes.sharing.stillness import Surroundings, actions, shared_mappings, unrest
from quizproof.runtimes.wire import Request

CHANNEL, MAPS = 1022, 1023
"""The descriptors that a trunk keeps for itself: as high as the limit of a run allows, where no program finds them."""
_OWN = range(CHANNEL, MAPS + 1)
_MAX_MESSAGE, _MAX_DESCRIPTORS = 1 << 12, 4
_PR_SET_PDEATHSIG = 1  # prctl.h
# Not os.fork, after which Python seeds generators anew and tells modules: a branch is to go on as if nothing had been.
# Not ctypes.CDLL, which lets go of Python's lock in between.
_libc = ctypes.PyDLL(None)


class Branch(NamedTuple):
    """What a branch goes on with: as the trunk did, but for itself."""

    request: Request
    trunk: Trunk | None
    """If it is to become a trunk."""


class Trunk:
    """What a process needs to be one."""

    def __init__(self, folders: tuple[str, ...]) -> None:
        """Before the program goes on. `CHANNEL` and `MAPS` are open, and only these beside the usual three.

        folders  where the run can write
        """
        self._channel = socket.socket(fileno=CHANNEL)
        self._folders = folders
        self._mappings = shared_mappings(MAPS)
        self._warned_of = actions()

    def decline(self, why: str) -> None:
        """Say that this process cannot be one: it has ended early, or cannot be forked. Ends the process."""
        self._tell({"alone": why})
        os._exit(0)

    def grow(self, stdin: str | None) -> Branch:
        """Fork branches, for as long as the zygote asks for any. It returns in each of these, and nowhere else.

        stdin  what the program reads on standard input
        """
        why = unrest(MAPS, _OWN, self._mappings)
        try:
            before = Surroundings(*self._folders)
        except OSError as error:
            why = why or str(error)
        if self._warned_of != actions():
            why = why or "filters of warnings"
        if why:
            self.decline(why)
        usage = resource.getrusage(resource.RUSAGE_SELF)
        self._tell({"ready": {"cpu": usage.ru_utime + usage.ru_stime, "peak": usage.ru_maxrss}})
        position = _position(stdin)
        while True:
            message, descriptors = self._hear()
            pid = _libc.fork()
            if pid == 0:
                return self._become(message, descriptors, stdin, position)
            for descriptor in descriptors:
                os.close(descriptor)
            status, used = _end_of(pid)
            code = os.waitstatus_to_exitcode(status)
            ended = {"code": code, "cpu": used.ru_utime + used.ru_stime, "peak": used.ru_maxrss}
            self._tell({"ended": ended, "still": before.restored()})

    def _become(self, message: dict[str, Any], descriptors: list[int], stdin: str | None, position: int) -> Branch:
        """Be a branch from now on, in a session of its own, as any run."""
        os.setsid()
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        request, out, err, *channel = descriptors
        self._channel.detach()
        os.close(CHANNEL)
        os.close(MAPS)
        if stdin is not None:
            _reopen(stdin, position)
        os.dup2(out, 1)
        os.dup2(err, 2)
        size = os.fstat(request).st_size
        content: Request = json.loads(os.pread(request, size, 0))
        trunk = None
        if message["shared"]:
            os.dup2(channel[0], CHANNEL, inheritable=False)
        for descriptor in descriptors:
            os.close(descriptor)
        if message["shared"]:
            open_maps()
            trunk = Trunk(self._folders)
        return Branch(content, trunk)

    def _hear(self) -> tuple[dict[str, Any], list[int]]:
        data, descriptors, _, _ = socket.recv_fds(self._channel, _MAX_MESSAGE, _MAX_DESCRIPTORS)
        if not data:  # the zygote has no more
            os._exit(0)
        return json.loads(data), list(descriptors)

    def _tell(self, message: dict[str, Any]) -> None:
        self._channel.send(json.dumps(message).encode())


def _end_of(branch: int) -> tuple[int, resource.struct_rusage]:
    """Wait for the end of a branch: how it ended, and what it used."""
    while True:
        # All children: threads of a branch that is traced by its parent, as any child can be, stop for it, too.
        pid, status, used = os.wait4(-1, 0)
        if os.WIFSTOPPED(status):
            release(pid, os.WSTOPSIG(status))
        elif pid == branch:
            return status, used


def open_maps() -> None:
    """Open the kernel's table of this process's memory as `MAPS`."""
    descriptor = os.open("/proc/self/maps", os.O_RDONLY)
    os.dup2(descriptor, MAPS, inheritable=False)
    os.close(descriptor)


def folders_of_run() -> tuple[str, ...]:
    """Where this run can write. In its working folder, before its program begins."""
    here = os.getcwd()
    # The shared memory of the machine is the run's own where its folder is.
    return (here, "/dev/shm") if os.path.ismount(here) else (here,)


def _position(stdin: str | None) -> int:
    return 0 if stdin is None else os.lseek(0, 0, os.SEEK_CUR)


def _reopen(stdin: str, position: int) -> None:
    """Give this process a standard input of its own: a position in one that is shared would move for all."""
    descriptor = os.memfd_create("stdin")
    os.pwrite(descriptor, stdin.encode("utf-8", "surrogatepass"), 0)
    os.lseek(descriptor, position, os.SEEK_SET)
    os.dup2(descriptor, 0)
    os.close(descriptor)
