"""Processes that write to one attempt store, all forks of this one, so that hundreds of them cost little.

Run as `python attempt_writers.py STORE together 8 50` (so many processes, each so many events) or
`python attempt_writers.py STORE killed 200` (so many processes, one after the other, each killed while it writes).
Prints how many events each process was told are on the disk, as a JSON list.
"""

from __future__ import annotations

import itertools
import json
import os
import random
import signal
import sys
import time
from pathlib import Path

from quizproof_renderers.attempts.event import Event
from quizproof_renderers.attempts.store import AttemptStore


def event(uid: str, **fields: object) -> Event:
    """An event like any other."""
    sample: dict[str, object] = {
        "uid": uid,
        "at": 1_796_000_000_000,
        "source": "take",
        "session": "s",
        "quiz": "python-floats",
        "topic": "python-basics",
        "question": "sum-of-tenths",
        "kind": "choice",
        "title": "A sum of tenths",
        "edition": "7abd3cd8",
        "variant": 0,
        "response": ("b",),
        "options": ("a", "b", "c"),
        "standing": "wrong",
        "score": 0.0,
    }
    return Event(**{**sample, **fields})  # type: ignore[arg-type]


def write(path: Path, name: str, count: int | None, told: int) -> None:
    """Write events, and after each a byte to the descriptor `told`. Never returns."""
    try:
        with AttemptStore(path) as store:
            for number in range(count) if count else itertools.count():
                store.add([event(f"{name}-{number}", response="x" * random.randrange(2000))])
                os.write(told, b".")
        os._exit(0)
    except BaseException as error:
        os.write(2, f"{error!r}\n".encode())
        os._exit(1)


def started(path: Path, name: str, count: int | None) -> tuple[int, int]:
    """The id of a new process that writes, and the descriptor at which it says what is on the disk."""
    told, tell = os.pipe()
    pid = os.fork()
    if not pid:
        os.close(told)
        write(path, name, count, tell)
    os.close(tell)
    return pid, told


def acknowledged(told: int, seen: int = 0) -> int:
    """All that a process has said, after its end."""
    while part := os.read(told, 1 << 16):
        seen += len(part)
    os.close(told)
    return seen


def together(path: Path, writers: int, count: int) -> list[int]:
    """Several that write at the same time."""
    running = [started(path, str(name), count) for name in range(writers)]
    counts = [acknowledged(told) for _, told in running]
    assert all(os.waitpid(pid, 0)[1] == 0 for pid, _ in running)
    return counts


def killed(path: Path, kills: int) -> list[int]:
    """One after the other, each killed at a moment that nobody chose."""
    counts = []
    for name in range(kills):
        pid, told = started(path, str(name), None)
        seen = sum(len(os.read(told, 1)) for _ in range(random.randrange(4)))
        time.sleep(random.random() * 0.004)
        os.kill(pid, signal.SIGKILL)
        assert os.waitpid(pid, 0)[1] == signal.SIGKILL
        counts.append(acknowledged(told, seen))
    return counts


if __name__ == "__main__":
    store, task, *numbers = sys.argv[1:]
    told = together(Path(store), *map(int, numbers)) if task == "together" else killed(Path(store), int(numbers[0]))
    sys.stdout.write(json.dumps(told))
