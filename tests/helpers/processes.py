"""Starting processes, and looking at them from outside."""

from __future__ import annotations

import contextlib
import ctypes
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path

_PR_SET_CHILD_SUBREAPER = 36


def become_subreaper() -> None:
    """Let processes whose parents die become children of this one, instead of the machine's first."""
    assert ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1) == 0


def descendants(pid: int) -> set[int]:
    """All living processes below one, as the machine's own /proc has them."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # it ended meanwhile
            state, parent = stat.read_text().rpartition(")")[2].split()[:2]
            if state not in "ZX":
                parents[int(stat.parent.name)] = int(parent)
    found = {pid}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found - {pid}


def all_end(before: set[int]) -> None:
    """Wait until no process is left below this one but those there were; fails when they do not end."""
    patience = time.monotonic() + 20
    while left := descendants(os.getpid()) - before:  # the kernel may still be at work on those that were killed
        assert time.monotonic() < patience, [Path(f"/proc/{pid}/cmdline").read_bytes() for pid in left]
        time.sleep(0.005)


def end(pids: set[int]) -> None:
    """Wait until none of these processes is left, wherever its parents are; fails when they do not end."""
    patience = time.monotonic() + 20
    while left := alive(pids):
        assert time.monotonic() < patience, left
        time.sleep(0.005)


def alive(pids: Iterable[int]) -> set[int]:
    """Those of some processes that have not ended."""
    return set(filter(_lives, pids))


def kill_one(pids: Iterable[int]) -> bool:
    """Kill the first of some processes that is still alive, and wait for its end; whether there was one.

    Processes end by themselves between being listed and being killed; such a one counts for nothing.
    """
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            handle = os.pidfd_open(pid)  # not the number, which may be another process's by the time of the kill
            try:
                if not _lives(pid):
                    continue
                signal.pidfd_send_signal(handle, signal.SIGKILL)
                assert select.select([handle], [], [], 20)[0], f"process {pid} survived SIGKILL"
                return True
            finally:
                os.close(handle)
    return False


def _lives(pid: int) -> bool:
    """Whether a process is there, and not just waiting for its parent to ask how it ended."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    return False


def catches(pid: int, number: int) -> bool:
    """Whether a process has come so far as to handle a signal."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("SigCgt:"):
                return bool(int(line.split()[1], 16) >> (number - 1) & 1)
    return False


def quizproof(
    *arguments: str | Path, cwd: Path, stdin: str = "", python: str | Path = sys.executable, **environ: str
) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own, without a terminal."""
    command = [python, "-c", "from quizproof_renderers.cli.main import main; main()", *arguments]
    environment = os.environ | {"COLUMNS": "100"} | environ
    return subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        input=stdin,
        capture_output=True,
        text=True,
        env=environment,
        timeout=300,
    )
