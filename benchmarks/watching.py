"""From a save to its verdict, as an author waits for it: `quizproof watch` in a process of its own, read by a pipe."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.peers import environment
from benchmarks.timing import Failed

_QUIZ = """\
quiz: watched
title: Watched
topic: benchmarks
runtime: torch
blocks:
  - id: edited
    kind: predict-output
    prompt: What does this program print?
    code: |
      import torch
      x = torch.arange({number})
      print(x.sum().item())
    distractors:
      - prints: none
        mistake: It prints a number.
"""


@contextmanager
def watched() -> Iterator[Callable[[], float]]:
    """A bank of one torch question that is watched. Gives a function that edits it, and returns the seconds until its
    verdict is there.

    Raises Failed when a verdict is another than it should be.
    """
    with TemporaryDirectory(prefix="quizproof-benchmark-") as name:
        folder = Path(name)
        file = folder / "quiz.yaml"
        numbers = iter(range(1000, 10_000_000))
        file.write_text(_QUIZ.format(number=next(numbers)))
        given = environment() | {"XDG_CACHE_HOME": str(folder / "cache")}
        command = [sys.executable, "-m", "quizproof", "watch", str(file)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=given)
        assert process.stdout

        def verdict() -> str:
            assert process.stdout
            while line := process.stdout.readline():
                if "quiz.yaml: " in line and "error" not in line:  # a file that is half written is one
                    return line
            raise Failed("`quizproof watch` ended")

        def edit() -> float:
            text = _QUIZ.format(number=next(numbers))
            start = time.perf_counter()
            file.write_text(text)
            line = verdict()
            seconds = time.perf_counter() - start
            if "proven in" not in line or "2 runs" not in line:
                raise Failed(f"`quizproof watch` said: {line}")
            return seconds

        try:
            verdict()
            yield edit
        finally:
            process.terminate()
            process.wait()
            process.stdout.close()
