"""What runs take of the machine that the kernel does not limit for each of them: tasks, memory and disk in all; and
the limits that processes meet which a run has started.

Counting what belongs to a run means reading much of /proc, so it is done once a second, and immediately when the whole
machine has much more of something than when we last looked.
"""

from __future__ import annotations

import contextlib
import functools
import os
import re
import signal
import stat
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from quizproof.runtimes.wire import RequestLimits

MAX_FILES_SIZE = 4
"""What all files of a run may take together, as a multiple of what one file may take."""
MAX_FILES = 10_000
"""How many files and folders a run may have."""

_MIB = 1 << 20
_BLOCK = 512
"""The unit of st_blocks, whatever the file system."""
_SUSPICIOUS_TASKS = 100
_SUSPICIOUS_BYTES = 128 * _MIB
_SUSPICIOUS_FILES = 1_000
"""By how much the whole machine must have grown since we last looked, to look again immediately."""
_PERIOD_SECONDS = 1.0
# What starts other processes.
_STARTS = re.compile(r"subprocess|multiprocessing|\bmp\b|fork|spawn|Popen|ProcessPool|num_workers|os\.(system|exec)")
_SIGNS = {
    "memory": re.compile(
        r"^(?:\w+: )*(?:MemoryError\b|.*(?:memory exhausted|[Cc]annot allocate memory))", re.MULTILINE
    ),
    "file": re.compile(r"^.*(?:\[Errno 27\]|File too large|File size limit exceeded)", re.MULTILINE),
    "files": re.compile(r"^.*(?:\[Errno 28\]|No space left on device)", re.MULTILINE),
}
"""What processes say on standard error of a limit that they met, by its name."""
_MAX_SAID = 65_536
"""Bytes at the end of standard error that are searched for it."""
_MAX_GENERATIONS = 256
"""Ancestors that are followed; a bound, because /proc is read while processes come and go."""


@dataclass(frozen=True)
class Watched:
    """A run that goes on: its limits, and the folder of its files; None where the kernel limits those."""

    limits: RequestLimits
    scratch: str | None


class Watch:
    """Finds the runs that take too much.

    Set `data_bytes` when the zygote has grown, and call `excesses` several times a second.
    """

    def __init__(self, folder: str) -> None:
        """`folder`: on the file system of the scratch folders."""
        self._folder = folder
        self.data_bytes = 0
        """What each process of a run may have in addition to its limit, in bytes, because the zygote had it."""
        self._tasks = _tasks()
        self._memory = _memory()
        self._looked = time.monotonic()
        self._disk, self._files = _taken(folder)

    def excesses(self, runs: Mapping[int, Watched], owners: Mapping[int, int]) -> Iterator[tuple[int, str]]:
        """The runs that are over a limit, as pairs of process id and name of the limit: (4711, "memory").

        runs    what goes on, by the process id of each run
        owners  the run of each process from which a run's processes may descend, the run itself included

        The names are "processes", "memory" and "files". Most calls only read three small tables of the kernel and give
        nothing: the processes are counted once a second, and when the machine has much more of something than when we
        last looked.
        """
        memory, (disk, files) = _memory(), _taken(self._folder)
        tasks = _tasks()
        by_tasks = tasks - self._tasks > _SUSPICIOUS_TASKS
        by_memory = memory - self._memory > _SUSPICIOUS_BYTES
        by_disk = disk - self._disk > _SUSPICIOUS_BYTES or files - self._files > _SUSPICIOUS_FILES
        # Even where the machine as a whole has grown by nothing.
        by_all = time.monotonic() - self._looked > _PERIOD_SECONDS  # what one run takes, another may have given back
        by_memory, by_disk = by_memory or by_all, by_disk or by_all
        # A sudden growth that turns out to be innocent becomes the new normal; a slow one adds up until we look.
        self._tasks = tasks if by_tasks else min(tasks, self._tasks)
        self._memory = memory if by_memory else min(memory, self._memory)
        self._disk = disk if by_disk else min(disk, self._disk)
        self._files = files if by_disk else min(files, self._files)
        if not (by_tasks or by_memory or by_disk):
            return
        self._looked = time.monotonic()
        members = _members(owners)
        for run, watched in runs.items():
            limits, own = watched.limits, members[run]
            if sum(own.values()) > limits["processes"]:
                yield run, "processes"
            elif by_memory and _memory_of(own) > limits["memory_mib"] * _MIB + self.data_bytes:
                yield run, "memory"
            elif by_disk and watched.scratch and _has_too_much(watched.scratch, own, limits["file_mib"]):
                yield run, "files"


def cpu_seconds(limits: RequestLimits) -> float:
    """How much processor time a run may use, in seconds: on several processors it passes faster than by the clock.

    limits  those of the run; it is twice their `seconds`
    """
    return 2 * limits["seconds"]


def max_file_size(limits: RequestLimits) -> int:
    """How large one file of a run may become, in bytes.

    A byte more than `file_mib` says, so that a file that was cut off there can be told from one that was meant to be so
    large.
    """
    return limits["file_mib"] * _MIB + 1


class Descendants:
    """The limits that processes meet which a run has started: in the run itself they look like any failure of these.

    The kernel tells them to the processes alone. What can be known of them are the signals by which it ends them, the
    files that it cut off, and what they say on the run's own standard error. Of one that fails in another way, such as
    a program of another language that could not allocate memory and says so into a pipe, nothing can be known.
    """

    def __init__(self, limits: RequestLimits, sources: Sequence[str]) -> None:
        """Watch from now on. In the run's own process, before its program begins.

        limits   those of the run; its processes have inherited them
        sources  the texts of its parts: most start no processes
        """
        self._limits = limits
        here = os.getcwd()
        # Where the folder is a file system of the run's own, so is this one.
        self._folders = [here, "/dev/shm"] if os.path.ismount(here) else [here]
        self._starts = any(_STARTS.search(source) for source in sources)
        self._signals: set[int] = set()
        if self._starts:
            self._note_signals()

    def _note_signals(self) -> None:
        """Look at how processes end whenever the program does so."""
        import subprocess

        def noting(function: Callable[..., Any], status_of: Callable[..., int]) -> Callable[..., Any]:
            def called(*arguments: Any, **more: Any) -> Any:
                result = function(*arguments, **more)
                status = status_of(result, *arguments)
                with contextlib.suppress(ValueError):  # a process that was only stopped
                    code = os.waitstatus_to_exitcode(status)
                    # A shell tells of the signal that ended its command by 128 and the number of it.
                    self._signals.add(-code if code < 0 else code - 128)
                return result

            return functools.wraps(function)(called)

        popen: Any = subprocess.Popen
        # It has functions of `os` from before, and may be handed a status that others have fetched.
        popen._handle_exitstatus = noting(popen._handle_exitstatus, lambda _, process, status: status)
        os.system = noting(os.system, lambda status, *_: status)
        os.waitpid = noting(os.waitpid, lambda result, *_: result[1])
        os.wait = noting(os.wait, lambda result, *_: result[1])

    def limit(self) -> str:
        """The name of a limit that one of them has met; empty when none is known to have."""
        if self._starts:
            if signal.SIGXFSZ in self._signals:
                return "file"
            if signal.SIGXCPU in self._signals:
                return "cpu"
            said = os.pread(2, _MAX_SAID, max(0, os.fstat(2).st_size - _MAX_SAID)).decode("utf-8", "replace")
            for name, sign in _SIGNS.items():
                if sign.search(said):
                    return name
        for folder in self._folders:
            with contextlib.suppress(OSError):
                if os.path.ismount(folder):
                    system = os.statvfs(folder)
                    if not system.f_bfree or (system.f_files and not system.f_ffree):
                        return "files"
                if _has_cut_off(folder, max_file_size(self._limits)):
                    return "file"
        return ""


def _has_cut_off(folder: str, size: int) -> bool:
    """Whether a file there has exactly this size, which none has by chance. It looks at so many as a run may have."""
    folders, count = [folder], 0
    while folders and count <= MAX_FILES:
        with contextlib.suppress(OSError), os.scandir(folders.pop()) as entries:
            for entry in entries:
                count += 1
                with contextlib.suppress(OSError):
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(entry.path)
                    elif entry.stat(follow_symlinks=False).st_size == size:
                        return True
    return False


def _tasks() -> int:
    """How many processes and threads the machine has."""
    # The fourth field is `running/all`, as in `0.20 0.18 0.12 1/80 11206`.
    return int(Path("/proc/loadavg").read_text().split()[3].partition("/")[2])


def _memory() -> int:
    """What all processes and file systems in memory take on the machine, caches of files aside."""
    return sum(_sizes("/proc/meminfo", ("AnonPages:", "Shmem:")))


def _taken(folder: str) -> tuple[int, int]:
    """How many bytes and files are in use on a file system, but for a constant: minus those that are free."""
    try:
        system = os.statvfs(folder)
    except OSError:  # the folder cannot be seen from here
        return 0, 0
    return -system.f_bfree * system.f_frsize, -system.f_ffree


def _sizes(file: str, names: tuple[str, ...]) -> Iterator[int]:
    """Numbers of KiB from one of the kernel's tables, in bytes. Raises OSError."""
    for line in Path(file).read_text().splitlines():
        if line.startswith(names):
            yield int(line.split()[1]) * 1024


def _members(owners: Mapping[int, int]) -> dict[int, dict[int, int]]:
    """The processes that descend from each run, or belong to its session after their parents died, with their threads.

    Where no namespace holds them together, those in a session of their own whose parents died are missed.
    """
    found: dict[int, tuple[int, int, int]] = {}
    for file in Path("/proc").glob("[0-9]*/stat"):
        # Processes end while we read.
        with contextlib.suppress(OSError, ValueError, IndexError):
            # The name of the program, in brackets, may have spaces and brackets in it. After it come the state, then
            # the parent (1), the session (3) and the threads (17).
            fields = file.read_text().rpartition(")")[2].split()
            found[int(file.parent.name)] = int(fields[1]), int(fields[3]), int(fields[17])
    members: dict[int, dict[int, int]] = defaultdict(dict)
    for pid, (_, session, threads) in found.items():
        if owners.get(pid, pid) != pid:
            continue  # the init of a run, which is ours
        ancestor = pid
        for _ in range(_MAX_GENERATIONS):
            if ancestor in owners or ancestor not in found:
                break
            ancestor = found[ancestor][0]
        members[owners.get(ancestor, session)][pid] = threads
    return members


def _memory_of(processes: Mapping[int, int]) -> int:
    """The memory of a run's processes, what they share counted once, and what they inherited counted in part."""
    private = shared = 0
    held: dict[tuple[int, int], int] = {}
    for pid in processes:
        with contextlib.suppress(OSError):
            # Pss counts a page that n processes share as an nth in each, so what a fork inherited counts in part only.
            private += sum(_sizes(f"/proc/{pid}/smaps_rollup", ("Pss_Anon:",)))
            shared += sum(_sizes(f"/proc/{pid}/smaps_rollup", ("Pss_Shmem:",)))
        # By device and inode, so that a file that several processes have open counts once.
        held |= {(file.st_dev, file.st_ino): file.st_blocks * _BLOCK for file in _unlinked(pid)}
    return private + max(shared, sum(held.values()))  # files in memory that are mapped would count twice


def _unlinked(pid: int) -> Iterator[os.stat_result]:
    """Open files without a name: in memory, or deleted."""
    with contextlib.suppress(OSError):
        for descriptor in os.listdir(f"/proc/{pid}/fd"):
            with contextlib.suppress(OSError):
                file = os.stat(f"/proc/{pid}/fd/{descriptor}")
                if stat.S_ISREG(file.st_mode) and not file.st_nlink:
                    yield file


def _has_too_much(scratch: str, processes: Mapping[int, int], file_mib: int) -> bool:
    """Whether a run's files are too many, or take too much together, deleted ones that are still open included."""
    max_bytes = MAX_FILES_SIZE * file_mib * _MIB
    try:
        device = os.stat(scratch).st_dev
    except OSError:  # the run has removed it
        return False
    found = {
        (file.st_dev, file.st_ino): file.st_blocks * _BLOCK
        for pid in processes
        for file in _unlinked(pid)
        # Those on other file systems count as memory, in `_memory_of`.
        if file.st_dev == device
    }
    folders = [scratch]
    total = sum(found.values())
    count = len(found)
    # Not os.walk, which reads a whole folder before it gives anything: a run may have put millions of files there.
    while folders and total <= max_bytes and count <= MAX_FILES:
        with contextlib.suppress(OSError), os.scandir(folders.pop()) as entries:
            for entry in entries:
                count += 1
                if count > MAX_FILES:
                    break
                with contextlib.suppress(OSError):
                    total += entry.stat(follow_symlinks=False).st_blocks * _BLOCK
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(entry.path)
    return total > max_bytes or count > MAX_FILES
