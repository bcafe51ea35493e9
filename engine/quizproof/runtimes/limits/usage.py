"""What runs take of the machine that the kernel does not limit for each of them: tasks, memory and disk in all.

Counting what belongs to a run means reading much of /proc, so it is done once a second, and immediately when the whole
machine has much more of something than when we last looked.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from quizproof.runtimes.limits.amounts import MAX_FILES, MAX_FILES_SIZE
from quizproof.runtimes.limits.memory import BLOCK, machine_memory, memory_of, unlinked
from quizproof.runtimes.wire import RequestLimits

_MIB = 1 << 20
_SUSPICIOUS_TASKS = 100
_SUSPICIOUS_BYTES = 128 * _MIB
_SUSPICIOUS_FILES = 1_000
"""By how much the whole machine must have grown since we last looked, to look again immediately."""
_PERIOD_SECONDS = 1.0
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
        self._memory = machine_memory()
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
        memory, (disk, files) = machine_memory(), _taken(self._folder)
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
            elif by_memory and memory_of(own) > limits["memory_mib"] * _MIB + self.data_bytes:
                yield run, "memory"
            elif by_disk and watched.scratch and _has_too_much(watched.scratch, own, limits["file_mib"]):
                yield run, "files"


def _tasks() -> int:
    """How many processes and threads the machine has."""
    # The fourth field is `running/all`, as in `0.20 0.18 0.12 1/80 11206`.
    return int(Path("/proc/loadavg").read_text().split()[3].partition("/")[2])


def _taken(folder: str) -> tuple[int, int]:
    """How many bytes and files are in use on a file system, but for a constant: minus those that are free."""
    try:
        system = os.statvfs(folder)
    except OSError:  # the folder cannot be seen from here
        return 0, 0
    return -system.f_bfree * system.f_frsize, -system.f_ffree


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


def _has_too_much(scratch: str, processes: Mapping[int, int], file_mib: int) -> bool:
    """Whether a run's files are too many, or take too much together, deleted ones that are still open included."""
    max_bytes = MAX_FILES_SIZE * file_mib * _MIB
    try:
        device = os.stat(scratch).st_dev
    except OSError:  # the run has removed it
        return False
    found = {
        (file.st_dev, file.st_ino): file.st_blocks * BLOCK
        for pid in processes
        for file in unlinked(pid)
        # Those on other file systems count as memory, in `memory_of`.
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
                    total += entry.stat(follow_symlinks=False).st_blocks * BLOCK
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(entry.path)
    return total > max_bytes or count > MAX_FILES
