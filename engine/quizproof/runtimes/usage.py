"""What runs take of the machine that the kernel does not limit for each of them: tasks, memory and disk in all.

To count what belongs to a run means to read much of /proc, so it is done once a second, and at once when the whole
machine has come to have much more of a kind than when last looked at.
"""

from __future__ import annotations

import contextlib
import os
import stat
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FILES_AT_MOST = 4
"""What all files of a run may take together, in files of the greatest size."""
MOST_FILES = 10_000
"""How many files and folders a run may have."""

_MIB = 1 << 20
_BLOCK = 512
"""The unit of st_blocks, whatever the file system."""
_SUSPICIOUS_TASKS = 100
_SUSPICIOUS_BYTES = 128 * _MIB
_SUSPICIOUS_FILES = 1_000
_PERIOD = 1.0
_MOST_GENERATIONS = 256


@dataclass(frozen=True)
class Watched:
    """A run that goes on: what it may take, and where its files are; no folder when those are bounded already."""

    limits: Mapping[str, Any]
    scratch: str | None


class Watch:
    """Finds the runs that take too much."""

    def __init__(self, folder: str) -> None:
        """`folder`: on the file system of the scratch folders."""
        self._folder = folder
        self.data_bytes = 0
        """What each process of a run may have beyond its limit, because the zygote had it."""
        self._tasks = _tasks()
        self._memory = _memory()
        self._looked = time.monotonic()
        self._disk, self._files = _taken(folder)

    def excesses(self, runs: Mapping[int, Watched], owners: Mapping[int, int]) -> Iterator[tuple[int, str]]:
        """The runs, by process, that are over a limit, and its name.

        `owners`: the run of each process from which a run's processes may descend, itself included.
        """
        memory, (disk, files) = _memory(), _taken(self._folder)
        tasks = _tasks()
        by_tasks = tasks - self._tasks > _SUSPICIOUS_TASKS
        by_memory = memory - self._memory > _SUSPICIOUS_BYTES
        by_disk = disk - self._disk > _SUSPICIOUS_BYTES or files - self._files > _SUSPICIOUS_FILES
        by_all = time.monotonic() - self._looked > _PERIOD  # what one run takes, another may have given back
        by_memory, by_disk = by_memory or by_all, by_disk or by_all
        # An innocent growth is looked at once, and a slow one every so often.
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


def _tasks() -> int:
    """How many processes and threads the machine has."""
    return int(Path("/proc/loadavg").read_text().split()[3].partition("/")[2])


def _memory() -> int:
    """What all processes and file systems in memory take on the machine, caches of files aside."""
    return sum(_sizes("/proc/meminfo", ("AnonPages:", "Shmem:")))


def _taken(folder: str) -> tuple[int, int]:
    """How many bytes and files fewer than none are free on a file system."""
    try:
        system = os.statvfs(folder)
    except OSError:  # not to be seen from here
        return 0, 0
    return -system.f_bfree * system.f_frsize, -system.f_ffree


def _sizes(file: str, names: tuple[str, ...]) -> Iterator[int]:
    """Numbers of KiB from one of the kernel's tables, in bytes. Raises OSError."""
    for line in Path(file).read_text().splitlines():
        if line.startswith(names):
            yield int(line.split()[1]) * 1024


def _members(owners: Mapping[int, int]) -> dict[int, dict[int, int]]:
    """The processes that descend from each run, or belong to its session after their parents died, with their threads.

    Not those that fled to a session of their own and whose parents died, where no namespace holds them together.
    """
    found: dict[int, tuple[int, int, int]] = {}
    for file in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, ValueError, IndexError):
            fields = file.read_text().rpartition(")")[2].split()
            found[int(file.parent.name)] = int(fields[1]), int(fields[3]), int(fields[17])
    members: dict[int, dict[int, int]] = defaultdict(dict)
    for pid, (_, session, threads) in found.items():
        if owners.get(pid, pid) != pid:
            continue  # ours: it only holds the others together
        ancestor = pid
        for _ in range(_MOST_GENERATIONS):
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
            private += sum(_sizes(f"/proc/{pid}/smaps_rollup", ("Pss_Anon:",)))
            shared += sum(_sizes(f"/proc/{pid}/smaps_rollup", ("Pss_Shmem:",)))
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
    most = FILES_AT_MOST * file_mib * _MIB
    try:
        device = os.stat(scratch).st_dev
    except OSError:  # the run has removed it
        return False
    found = {
        (file.st_dev, file.st_ino): file.st_blocks * _BLOCK
        for pid in processes
        for file in _unlinked(pid)
        if file.st_dev == device
    }
    folders = [scratch]
    total = sum(found.values())
    count = len(found)
    while folders and total <= most and count <= MOST_FILES:
        with contextlib.suppress(OSError), os.scandir(folders.pop()) as entries:
            for entry in entries:
                count += 1
                if count > MOST_FILES:
                    break
                with contextlib.suppress(OSError):
                    total += entry.stat(follow_symlinks=False).st_blocks * _BLOCK
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(entry.path)
    return total > most or count > MOST_FILES
