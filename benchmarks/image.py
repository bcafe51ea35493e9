"""The program of a floor's process: prepares itself by the zygote's own `main`, then forks when told to; no runs.

It imports next to nothing of its own, so that its memory is that of a zygote. Each line read is a source in JSON, maybe
an empty one; each line written is the seconds from before the fork to the child's end.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import time

from quizproof.runtimes import zygote


def _serve(_: object) -> None:
    for line in sys.stdin:
        source = json.loads(line)
        start = time.perf_counter()
        pid = os.fork()
        if pid == 0:
            if source:
                _run(source)
            os._exit(0)
        _, status = os.waitpid(pid, 0)
        print(time.perf_counter() - start if status == 0 else "failed", flush=True)


def _run(source: str) -> None:
    gc.enable()
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    try:
        exec(compile(source, "snippet.py", "exec"), {"__name__": "__main__"})
    except BaseException:
        os._exit(1)


if __name__ == "__main__":
    zygote.Zygote.serve = _serve  # type: ignore[method-assign]
    zygote.main()
