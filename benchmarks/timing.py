"""Whole processes, measured from outside: seconds, and memory of the process itself and of all its descendants."""

from __future__ import annotations

import contextlib
import os
import re
import select
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")
_LOOK = 0.02
"""Seconds between looks at the process's own peak, which the kernel keeps: only growth after the last one is missed."""
_LOOK_AT_ALL = 0.5
"""Seconds between looks at the memory of all; these are dearer, so a short peak may be missed."""


class Failed(Exception):
    """A process ended otherwise than it should."""


@dataclass(frozen=True)
class Measured:
    """One process, from its start to its end."""

    seconds: float
    code: int
    output: str
    """What it wrote, to standard output and standard error."""
    own_mib: float = 0
    """The most resident memory the process itself had at once. Only when asked for."""
    all_mib: float = 0
    """The most it had at once together with its descendants, shared pages counted once. Only when asked for."""


def process(
    command: Sequence[str],
    *,
    cwd: Path | None = None,
    environment: Mapping[str, str] | None = None,
    memory: bool = False,
    fine: tuple[int, ...] = (0,),
) -> Measured:
    """Run a process to its end. Raises Failed when its exit code is not among the `fine`."""
    with tempfile.TemporaryFile("w+") as output:
        start = time.perf_counter()
        started = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, cwd=cwd, env=environment
        )
        own, all_ = _follow(started.pid) if memory else (0.0, 0.0)
        code = started.wait()
        seconds = time.perf_counter() - start
        output.seek(0)
        text = output.read()
    if code not in fine:
        raise Failed(f"`{' '.join(command)}` ended with {code}:\n{text[-2000:]}")
    return Measured(seconds, code, text, own, all_)


def alternating(repeat: int, *works: Callable[[], T]) -> list[list[T]]:
    """What each work gave each time; they take turns, so that a drift of the machine falls on all alike."""
    taken: list[list[T]] = [[] for _ in works]
    for _ in range(repeat):
        for results, work in zip(taken, works, strict=True):
            results.append(work())
    return taken


def median(of: Sequence[Measured]) -> float:
    """The median of their seconds."""
    return statistics.median(each.seconds for each in of)


def _follow(pid: int) -> tuple[float, float]:
    """Peak memory of a process and of its whole tree, looked at until it ends."""
    own = all_ = 0.0
    start = time.monotonic()
    next_look = 0.1
    ended = select.poll()
    descriptor = os.pidfd_open(pid)
    ended.register(descriptor, select.POLLIN)
    try:
        while not ended.poll(_LOOK * 1000):
            own = max(own, _field(pid, "status", "VmHWM"))
            elapsed = time.monotonic() - start
            if elapsed >= next_look:
                all_ = max(all_, sum(_field(each, "smaps_rollup", "Pss") for each in _tree(pid)))
                next_look = elapsed + min(_LOOK_AT_ALL, 0.1 + elapsed / 10)
    finally:
        os.close(descriptor)
    return own, all_


def _field(pid: int, file: str, name: str) -> float:
    """A field of a file about a process, in MiB; 0 when the process is gone."""
    with contextlib.suppress(OSError):
        if found := re.search(rf"^{name}:\s+(\d+) kB", Path(f"/proc/{pid}/{file}").read_text(), re.MULTILINE):
            return int(found[1]) / 1024
    return 0.0


def _tree(root: int) -> list[int]:
    found = [root]
    for pid in found:
        with contextlib.suppress(OSError):
            for children in Path(f"/proc/{pid}/task").glob("*/children"):
                found += map(int, children.read_text().split())
    return found
