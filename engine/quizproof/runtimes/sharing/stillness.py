"""Stillness: whether a process could be forked now, without a difference to a program that had run up to here alone.

What a fork does not carry over, or what two processes would have in common after it, makes a process unfit: other
threads, child processes, timers, open files, and memory that is shared on purpose. See fork(2).
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import re
import resource
import select
import signal
import stat
import warnings
from collections.abc import Iterator

_CLONE_THREAD = 0x10000  # sched.h
_MAX_FILES, _MAX_BYTES = 64, 1 << 16
"""Of the scratch folder, which is compared after each branch."""
_SHARED_MAPPING = re.compile(rb"^[0-9a-f]+-[0-9a-f]+ .w.s .*$", re.MULTILINE)
"""A line of the kernel's table of memory: `7f1c2e000000-7f1c2e001000 rw-s 00000000 00:01 20   /dev/zero (deleted)`."""
_HANDLERS = (signal.SIG_DFL, signal.SIG_IGN, signal.default_int_handler, None)
"""What is done about signals when a program begins."""
_CONNECTIONS = ("/proc/self/net/tcp", "/proc/self/net/tcp6")
"""Tables of the kernel, with a heading: a port may be in use for a while when its process has ended."""
_libc = ctypes.PyDLL(None)


def unrest(maps: int, own: range, mappings: int) -> str:
    """What makes this process unfit to be forked, as a noun: "threads"; empty when nothing does.

    maps      a descriptor of /proc/self/maps, which may not be visible any more
    own       descriptors that are not the program's
    mappings  how many `shared_mappings` there were before the program began
    """
    # It does nothing in a process of one thread, and the kernel refuses it in any other.
    if _libc.unshare(_CLONE_THREAD):
        return "threads"
    if has_children():
        return "processes"
    if any(signal.getsignal(number) not in _HANDLERS for number in signal.valid_signals()):
        return "a signal handler"
    if any(signal.getitimer(timer)[0] for timer in (signal.ITIMER_REAL, signal.ITIMER_VIRTUAL, signal.ITIMER_PROF)):
        return "a timer"
    if any(_opened(own)):
        return "open files"
    if shared_mappings(maps) > mappings:
        return "shared memory"
    return ""


def actions() -> list[str]:
    """What Python does with the warnings that it may give of a program's code, before that runs."""
    return [
        next(
            (
                action
                for action, text, kind, module, line in warnings.filters
                if issubclass(category, kind)
                and not line
                # Of the interpreter's own filters, these are texts.
                and all(pattern is None or re.match(pattern, "") for pattern in (text, module))
            ),
            "",
        )
        for category in (SyntaxWarning, DeprecationWarning)
    ]


def shared_mappings(maps: int) -> int:
    """How many mappings of this process another one could have as well, to write into it."""
    return len(_SHARED_MAPPING.findall(_read(maps)))


def has_children() -> bool:
    """Whether this process has children, alive or dead."""
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return False
    return True


def _opened(own: range) -> Iterator[int]:
    """The descriptors that are open beside the three of every process and `own`, which are the highest."""
    poll = select.poll()
    for descriptor in range(3, own.start):
        poll.register(descriptor, 0)
    # It answers immediately, for all descriptors that are closed.
    closed = {descriptor for descriptor, event in poll.poll(0) if event & select.POLLNVAL}
    return (descriptor for descriptor in range(3, own.start) if descriptor not in closed)


def _read(descriptor: int) -> bytes:
    os.lseek(descriptor, 0, os.SEEK_SET)
    pieces = []
    while piece := os.read(descriptor, 1 << 16):
        pieces.append(piece)
    return b"".join(pieces)


class Surroundings:
    """What a process shares with those that it forks, as it was at one time: files, and what they may change of it."""

    def __init__(self, *folders: str) -> None:
        """Look at all that is in the folders, and at what this process may do.

        Raises OSError when that is too much to be looked at again and again.
        """
        self._folders = folders
        self._found = dict(_entries(folders))
        if len(self._found) > _MAX_FILES:
            raise OSError("many files")
        if not _is_unconnected():
            raise OSError("connections")
        self._rights = _rights()

    def restored(self) -> bool:
        """Delete the files that have been added since, and say whether all is now as it was."""
        try:
            if has_children() or _rights() != self._rights or not _is_unconnected():
                return False
            now = dict(_entries(self._folders))
            added = [path for path in now if path not in self._found]
            # What is in a folder comes after the folder.
            for path in reversed(added):
                (os.rmdir if now[path][0] == stat.S_IFDIR else os.unlink)(path)
            return {path: entry for path, entry in now.items() if path in self._found} == self._found
        except OSError:
            return False


def _rights() -> list[object]:
    """What other processes of the same user may change of this one."""
    limits = [resource.getrlimit(getattr(resource, name)) for name in dir(resource) if name.startswith("RLIMIT_")]
    scheduling = os.sched_getscheduler(0), os.sched_getparam(0).sched_priority, os.sched_getaffinity(0)
    return [*limits, *scheduling, os.getpriority(os.PRIO_PROCESS, 0)]


def _is_unconnected() -> bool:
    """Whether no port is in use, where the run has a network of its own; elsewhere it has none, or all have one."""
    if not os.path.ismount(os.getcwd()):
        return True
    found = 0
    for table in _CONNECTIONS:
        with contextlib.suppress(FileNotFoundError), open(table, "rb") as file:
            found += max(file.read(1 << 16).count(b"\n") - 1, 0)
    return not found


def _entries(folders: tuple[str, ...]) -> Iterator[tuple[str, tuple[int, int, int, bytes]]]:
    """What is in folders: each path with its type, permissions, inode and content.

    Not in what is mounted there or linked: nobody can write there. Raises OSError when it is too much.
    """
    waiting, count, size = list(folders), 0, 0
    while waiting:
        folder = waiting.pop()
        device = os.lstat(folder).st_dev
        with os.scandir(folder) as entries:
            for entry in entries:
                count += 1
                status = entry.stat(follow_symlinks=False)
                if count > 2 * _MAX_FILES:
                    raise OSError("many files")
                content = b""
                kind = stat.S_IFMT(status.st_mode)
                if kind == stat.S_IFREG:
                    size += status.st_size
                    if size > _MAX_BYTES:
                        raise OSError("large files")
                    with open(entry.path, "rb") as file:
                        content = file.read(_MAX_BYTES)
                elif kind == stat.S_IFLNK:
                    content = os.fsencode(os.readlink(entry.path))
                elif kind == stat.S_IFDIR and status.st_dev == device:
                    waiting.append(entry.path)
                yield entry.path, (kind, stat.S_IMODE(status.st_mode), status.st_ino, content)
