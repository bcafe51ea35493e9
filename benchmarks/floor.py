"""The floor: what the kernel alone asks for a fork of the very image that runs are forked from.

The image is the zygote's own, whatever it does to prepare itself: its `main` is called, and only where it would begin
to serve runs, it serves these measurements instead. Run as a script, this file is that process.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from types import TracebackType

from quizproof.runtimes import pool, sandbox, zygote


class Floor:
    """Forks of a runtime's image, one at a time, on demand. A context manager."""

    def __init__(self, runtime: str) -> None:
        self.runtime = runtime

    def __enter__(self) -> Floor:
        self._folder = tempfile.TemporaryDirectory(prefix="quizproof-floor-")
        level = sandbox.strongest()
        home = sandbox.SCRATCH if level == "namespaces" else self._folder.name
        environment = {**os.environ, **pool._SET_VARIABLES, "HOME": home, "TMPDIR": home}
        self._process = subprocess.Popen(
            [sys.executable, "-sP", __file__, self.runtime, self._folder.name, level],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
            text=True,
        )
        self.fork()  # the first one waits for the import
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.communicate()
        self._folder.cleanup()

    def fork(self, source: str = "") -> float:
        """Seconds of one fork and its end; of one that runs a program in between, when there is one.

        Such a program has the fork to itself: no protocol, no sandbox, no limits, and nobody looks at its output.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(source) + "\n")
        self._process.stdin.flush()
        if line := self._process.stdout.readline():
            return float(line)
        raise RuntimeError(f"the floor's {self.runtime} interpreter ended with {self._process.wait()}")


def _serve(_: object) -> None:
    for line in sys.stdin:
        source = json.loads(line)
        start = time.perf_counter()
        pid = os.fork()
        if pid == 0:
            if source:
                os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
                exec(compile(source, "snippet.py", "exec"), {"__name__": "__main__"})
            os._exit(0)
        _, status = os.waitpid(pid, 0)
        print(time.perf_counter() - start if status == 0 else "nan", flush=True)


if __name__ == "__main__":
    runtime, scratch, level = sys.argv[1:]
    ours, theirs = socket.socketpair()
    sys.argv[1:] = [runtime, str(theirs.detach()), scratch, level]
    zygote.Zygote.serve = _serve  # type: ignore[method-assign]
    zygote.main()
