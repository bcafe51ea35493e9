"""quizproof itself, called as its users call it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import timing

TOOL = str(Path(sys.executable).parent / "quizproof")
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


def check(bank: Path, home: Path, *, memory: bool = False, fine: tuple[int, ...] = (0,)) -> timing.Measured:
    """Check a bank, with results kept in the folder `home`."""
    command = [TOOL, "check", str(bank), "--format", "concise"]
    return timing.process(command, environment=_at(home), memory=memory, fine=fine)


def build(bank: Path, site: Path, home: Path, *how: str) -> timing.Measured:
    """Build the site of a bank."""
    return timing.process([TOOL, "build", str(bank), "-o", str(site), *how], environment=_at(home), memory=True)


def lock(bank: Path, home: Path) -> None:
    """Write the lock of a bank."""
    timing.process([TOOL, "check", str(bank), "--write-lock"], environment=_at(home))


def runs(of: timing.Measured) -> int:
    """How many runs a check made, as it says itself."""
    found = re.findall(r"([\d,]+) runs?\b", of.output)
    return int(found[-1].replace(",", "")) if found else 0


def empty(home: Path) -> Path:
    """The folder `home`, with no results in it."""
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    return home


@contextmanager
def watched() -> Iterator[Callable[[], float]]:
    """A bank of one torch question that is watched. Gives a function that edits it, and returns the seconds until its
    verdict is there.

    Raises timing.Failed when a verdict is another than it should be.
    """
    with TemporaryDirectory(prefix="quizproof-benchmark-") as name:
        folder = Path(name)
        file = folder / "quiz.yaml"
        numbers = iter(range(1000, 10_000_000))
        file.write_text(_QUIZ.format(number=next(numbers)))
        process = subprocess.Popen(
            [TOOL, "watch", str(file)],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=_at(folder / "cache"),
        )
        assert process.stdout

        def verdict() -> str:
            assert process.stdout
            while line := process.stdout.readline():
                if "quiz.yaml: " in line and "error" not in line:  # a file that is half written is one
                    return line
            raise timing.Failed("`quizproof watch` ended")

        def edit() -> float:
            text = _QUIZ.format(number=next(numbers))
            start = time.perf_counter()
            file.write_text(text)
            line = verdict()
            seconds = time.perf_counter() - start
            if "proven in" not in line or "2 runs" not in line:
                raise timing.Failed(f"`quizproof watch` said: {line}")
            return seconds

        try:
            verdict()
            yield edit
        finally:
            process.terminate()
            process.wait()
            process.stdout.close()


@contextmanager
def served(source: str, prints: str) -> Iterator[Callable[[], float]]:
    """A bank of one torch question that is served. Gives a function that asks for a run as its page does, and returns
    the seconds from the request to the end of the answer.

    source  the program
    prints  what it prints

    Raises timing.Failed when it prints something else.
    """
    with TemporaryDirectory(prefix="quizproof-benchmark-") as name:
        folder = Path(name)
        file = folder / "quiz.yaml"
        file.write_text(_QUIZ.format(number=1000))
        process = subprocess.Popen(
            [TOOL, "serve", str(file), "--port", "0"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=_at(folder / "cache"),
        )
        try:
            yield _client(process, source, prints)
        finally:
            process.terminate()
            process.communicate()


def _client(process: subprocess.Popen[str], source: str, prints: str) -> Callable[[], float]:
    assert process.stdout
    found = re.search(r"http://([\d.]+):(\d+)/\?token=(\S+)", process.stdout.readline())
    if found is None:
        raise timing.Failed("`quizproof serve` printed no address")
    host, port = f"{found[1]}:{found[2]}", int(found[2])
    cookie = {"Host": host, "Cookie": f"quizproof-{port}={found[3]}"}
    while "proven" not in process.stdout.readline():  # the line that says that everything is rendered
        pass

    def ask(method: str, path: str, body: bytes | None = None) -> bytes:
        headers = {**cookie, "Origin": f"http://{host}", "Content-Type": "application/json"}
        request = urllib.request.Request(f"http://{host}{path}", body, headers, method=method)
        with urllib.request.urlopen(request) as answer:
            content: bytes = answer.read()
            return content

    edition = json.loads(ask("GET", "/_live/hello?ids=edited"))["blocks"]["edited"]["edition"]
    asked = json.dumps({"what": "scratch", "block": "edited", "edition": edition, "source": source}).encode()

    def run() -> float:
        start = time.perf_counter()
        told = json.loads(ask("POST", "/_live/run", asked).splitlines()[-1])
        seconds = time.perf_counter() - start
        if told.get("told", {}).get("stdout") != prints:
            raise timing.Failed(f"`quizproof serve` said: {told}")
        return seconds

    run()  # the first one may wait for the import
    return run


def _at(home: Path) -> dict[str, str]:
    return {**os.environ, "XDG_CACHE_HOME": str(home)}
