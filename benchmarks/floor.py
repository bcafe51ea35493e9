"""The floor: what the kernel alone asks for a fork of the very image that runs are forked from.

The pool itself starts the process to fork from, as it starts its zygotes, but for the program, which is `image.py`.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Any
from unittest import mock

from benchmarks.timing import Failed
from quizproof.runners.pool import Pool

_IMAGE = str(Path(__file__).with_name("image.py"))


class Floor:
    """Forks of a runtime's image, one at a time, on demand. A context manager."""

    def __init__(self, runtime: str) -> None:
        self.runtime = runtime
        self._pool = Pool[int](1)

    def __enter__(self) -> Floor:
        popen = subprocess.Popen

        def instead(command: list[str], **how: Any) -> subprocess.Popen[bytes]:
            place = command.index("-m")
            pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
            self._process = popen([*command[:place], _IMAGE, *command[place + 2 :]], **how | pipes)
            return self._process

        self._pool.__enter__()
        with mock.patch.object(subprocess, "Popen", instead):
            self._pool.start([self.runtime])
        self._pool.wait()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.communicate()
        self._pool.__exit__(kind, error, trace)

    def fork(self, source: str = "") -> float:
        """Seconds of one fork and its end; of one that runs a program in between, when there is one.

        Such a program has the fork to itself: no protocol, no sandbox, no limits, and nobody looks at its output.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(source).encode() + b"\n")
        self._process.stdin.flush()
        told = self._process.stdout.readline().decode().strip()
        if told == "failed":
            raise Failed(f"a fork without a sandbox failed where it should run this:\n{source}")
        if told:
            return float(told)
        raise Failed(f"the {self.runtime} interpreter to fork from ended: {self._pool.missing or self._process.wait()}")
