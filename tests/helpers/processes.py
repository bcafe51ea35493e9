"""Starting processes, and looking at them from outside."""

from __future__ import annotations

import contextlib
import ctypes
import functools
import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

_PR_SET_CHILD_SUBREAPER = 36
_BROWSER = ("node", "chrom")
"""How the names of the processes begin that drive the browser, and are it."""


def become_subreaper() -> None:
    """Let processes whose parents die become children of this one, instead of the machine's first."""
    assert ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1) == 0


def descendants(pid: int) -> set[int]:
    """All living processes below one, as the machine's own /proc has them, but for the tests' own browser.

    That starts and ends helpers whenever it likes, long after the test that needed it.
    """
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # it ended meanwhile
            command, _, rest = stat.read_text().partition(" (")[2].rpartition(")")
            state, parent = rest.split()[:2]
            if state not in "ZX" and not command.startswith(_BROWSER):
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
    *arguments: str | Path,
    cwd: Path | None = None,
    stdin: str = "",
    python: str | Path | None = None,
    **environ: str,
) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own, without a terminal.

    It is a fork of an interpreter in which everything was imported. With `python` it is that interpreter, started for
    this: where it matters what is installed, or that two commands have different hash seeds.
    """
    environment = os.environ | {"COLUMNS": "100"} | environ
    words = [str(argument) for argument in arguments]
    if python is None:
        return _forked(words, str(cwd or Path.cwd()), environment, stdin)
    return subprocess.run(
        [str(python), "-c", "from quizproof_renderers.cli.main import main; main()", *words],
        cwd=cwd,
        input=stdin,
        capture_output=True,
        text=True,
        env=environment,
        timeout=_PATIENCE,
    )


_PATIENCE = 300
"""Seconds after which a command hangs."""


@functools.cache
def starter() -> socket.socket:
    """The socket of this process's warm interpreter. Tests that look for strays start it before they look."""
    ours, theirs = socket.socketpair()
    command = [sys.executable, str(Path(__file__).parent / "starter.py"), str(theirs.fileno())]
    with theirs:
        process = subprocess.Popen(command, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL)
    ours.settimeout(_PATIENCE)
    _STARTERS.append((ours, process))
    return ours


_STARTERS: list[tuple[socket.socket, subprocess.Popen[bytes]]] = []
"""The one there is, once it was needed."""


def end_starter() -> None:
    """End the warm interpreter, if there is one."""
    for ours, process in _STARTERS:
        ours.close()
        process.wait(_PATIENCE)


def _forked(
    arguments: list[str], folder: str, environment: dict[str, str], stdin: str
) -> subprocess.CompletedProcess[str]:
    requests = starter()
    request = json.dumps({"arguments": arguments, "folder": folder, "environment": environment}).encode()
    (its_input, answers), (output, its_output), (errors, its_errors) = os.pipe(), os.pipe(), os.pipe()
    socket.send_fds(requests, [request], [its_input, its_output, its_errors])
    for descriptor in (its_input, its_output, its_errors):
        os.close(descriptor)
    with ThreadPoolExecutor(2) as threads:  # both at once: a full pipe would stop the command
        texts = [threads.submit(_all_of, descriptor) for descriptor in (output, errors)]
        with contextlib.suppress(BrokenPipeError), os.fdopen(answers, "w", encoding="utf-8") as stream:
            stream.write(stdin)
        status = int(requests.makefile("rb").readline())
        return subprocess.CompletedProcess(arguments, status, *(text.result(_PATIENCE) for text in texts))


def _all_of(descriptor: int) -> str:
    with os.fdopen(descriptor, encoding="utf-8") as stream:
        return stream.read()
