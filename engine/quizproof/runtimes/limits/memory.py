"""Memory: what the processes of a run hold together, in their own pages and in the kernel's."""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import os
import socket
import stat
import struct
import termios
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path

from quizproof.runtimes.sandbox.system_calls import call

BLOCK = 512
"""The unit of st_blocks, whatever the file system."""
_PIDFD_GETFD = 438  # asm-generic/unistd.h; the same everywhere
# asm-generic/socket.h, and what it gives: linux/sock_diag.h
_SO_MEMINFO = 55
_MEMORY_INFO = struct.Struct("=9I")
_RECEIVED, _SENT = 0, 2
"""Of these numbers: bytes that the kernel holds for what has arrived, and for what was sent and not yet taken."""
_MAX_LOOKED_AT = 2_048
"""Sockets and pipes of a run that are looked at, so that a run with very many does not keep us busy."""
_FULL = 1 << 19
"""More bytes than a socket or a pipe usually holds: what those beyond count for."""


def machine_memory() -> int:
    """What all processes, file systems in memory and tables of the kernel take on the machine, caches of files aside.

    In bytes.
    """
    return sum(_sizes("/proc/meminfo", ("AnonPages:", "Shmem:", "PageTables:", "SUnreclaim:")))


def memory_of(processes: Mapping[int, int]) -> int:
    """The memory of a run's processes in bytes: what they share counted once, what they inherited counted in part.

    processes  their process ids; what they are mapped to does not matter here

    It includes what the kernel holds for them: page tables, and what is in their sockets and pipes.
    """
    private = shared = 0
    files: dict[tuple[int, int], int] = {}
    channels: dict[tuple[int, int], int] = {}
    for pid in processes:
        anonymous, in_files, tables = _pages(pid)
        private += anonymous + tables
        shared += in_files
        # By device and inode, so that a file that several processes have open counts once.
        files |= {(file.st_dev, file.st_ino): file.st_blocks * BLOCK for file in unlinked(pid)}
        _add_channels(pid, channels)
    held = sum(channels.values()) + _FULL * _sockets_under_way(processes, channels)
    # Files in memory that are mapped would count twice.
    return private + max(shared, sum(files.values())) + held


def unlinked(pid: int) -> Iterator[os.stat_result]:
    """Files that a process has open and that have no name: in memory, or deleted."""
    for _, file in _opened(pid):
        if stat.S_ISREG(file.st_mode) and not file.st_nlink:
            yield file


def _pages(pid: int) -> tuple[int, int, int]:
    """Bytes of a process: of its own, in files in memory, and in page tables; zeros when it has ended."""
    with contextlib.suppress(OSError, ValueError):  # without the lines, it is dead and not reaped
        (tables,) = _sizes(f"/proc/{pid}/status", ("VmPTE:",))
        try:
            # Pss counts a page that n processes share as an nth in each, so what a fork inherited counts in part only.
            anonymous, in_files = _sizes(f"/proc/{pid}/smaps_rollup", ("Pss_Anon:", "Pss_Shmem:"))
        except (PermissionError, ValueError):
            # It runs a program that nobody may read, or is on its way out. This table is open to everybody.
            anonymous, in_files = _sizes(f"/proc/{pid}/status", ("RssAnon:", "RssShmem:"))
        return anonymous, in_files, tables
    return 0, 0, 0


def _sizes(file: str, names: tuple[str, ...]) -> list[int]:
    """Numbers of KiB from one of the kernel's tables, in bytes and in the table's order. Raises OSError."""
    lines = Path(file).read_text().splitlines()
    return [int(line.split()[1]) * 1024 for line in lines if line.startswith(names)]


def _opened(pid: int) -> Iterator[tuple[int, os.stat_result]]:
    """The descriptors of a process, and what they are open on."""
    with contextlib.suppress(OSError):
        for descriptor in os.listdir(f"/proc/{pid}/fd"):
            with contextlib.suppress(OSError):
                yield int(descriptor), os.stat(f"/proc/{pid}/fd/{descriptor}")


def _add_channels(pid: int, channels: dict[tuple[int, int], int]) -> None:
    """Add what the kernel holds in the sockets and pipes of a process: bytes by device and inode."""
    with contextlib.ExitStack() as stack, contextlib.suppress(OSError):
        process = None
        for descriptor, file in _opened(pid):
            key = file.st_dev, file.st_ino
            if key in channels or not (stat.S_ISSOCK(file.st_mode) or stat.S_ISFIFO(file.st_mode)):
                continue
            channels[key] = _FULL
            if len(channels) > _MAX_LOOKED_AT:
                continue
            if process is None:
                process = os.pidfd_open(pid)
                stack.callback(os.close, process)
            with contextlib.suppress(OSError):
                ours = call("syscall", _PIDFD_GETFD, process, descriptor, 0)
                try:
                    channels[key] = _in_socket(ours) if stat.S_ISSOCK(file.st_mode) else _in_pipe(ours)
                finally:
                    os.close(ours)


def _sockets_under_way(processes: Iterable[int], channels: Collection[tuple[int, int]]) -> int:
    """How many local sockets no process has open: sent to another one and not received, or not accepted.

    channels  what the processes have open, by device and inode

    It can be known only where the run has a network namespace of its own; 0 elsewhere.
    """
    for pid in processes:
        with contextlib.suppress(OSError, ValueError, IndexError):
            if os.stat(f"/proc/{pid}/ns/net").st_ino == os.stat("/proc/self/ns/net").st_ino:
                return 0
            # After a heading, a line for each: `0000000000000000: 00000002 00000000 00000000 0001 01 20341 @name`, of
            # which the seventh field is the inode.
            lines = Path(f"/proc/{pid}/net/unix").read_text().splitlines()[1:]
            opened = {inode for _, inode in channels}
            return sum(int(line.split()[6]) not in opened for line in lines)
    return 0


def _in_socket(descriptor: int) -> int:
    # What was sent counts for the sender. When that has closed its end, only its length can be known, at the other
    # end; while it has not, it counts twice, which matters to nobody who has little in there.
    # Not by a socket of Python, which would keep the descriptor of what is no socket any more.
    info = ctypes.create_string_buffer(_MEMORY_INFO.size)
    size = ctypes.c_uint32(_MEMORY_INFO.size)
    call("getsockopt", descriptor, socket.SOL_SOCKET, _SO_MEMINFO, info, ctypes.byref(size))
    numbers = _MEMORY_INFO.unpack(info.raw)
    return int(numbers[_RECEIVED] + numbers[_SENT]) + _readable(descriptor)


def _in_pipe(descriptor: int) -> int:
    # One byte may take a page, so any that is not empty counts as full.
    return int(fcntl.fcntl(descriptor, fcntl.F_GETPIPE_SZ)) if _readable(descriptor) else 0


def _readable(descriptor: int) -> int:
    """How many bytes can be read from it; 0 where it is not for reading."""
    try:
        return int(struct.unpack("i", fcntl.ioctl(descriptor, termios.FIONREAD, bytes(4)))[0])
    except OSError:
        return 0
