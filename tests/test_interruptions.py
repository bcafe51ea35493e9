"""Commands that are interrupted at any moment: nothing runs on, nothing is half written, nobody sees a traceback."""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from helpers.processes import all_end, become_subreaper, catches, descendants, quizproof, starter
from helpers.turns import in_turn

PROGRAM = [sys.executable, "-c", "from quizproof_renderers.cli.main import main; main()"]
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGKILL)
QUESTIONS = 12
ROUNDS = range(12)
MOMENTS = 5
"""In each round. The rounds take turns."""


@pytest.fixture
def bank(tmp_path: Path) -> Path:
    """Cheap questions, some of which take their time."""
    lines = ["quiz: cheap", "title: Cheap", "topic: interruptions", "blocks:"]
    for number in range(QUESTIONS):
        lines += [
            f"  - id: question-{number}",
            "    kind: predict-output",
            "    prompt: What does it print?",
            "    code: |",
            "      import os, time",
            f"      if {number} % 5 == 0 and os.fork() == 0:",
            "          time.sleep(60)",
            f"      time.sleep({0.05 if number % 7 == 0 else 0})",
            f"      print({number})",
        ]
    file = tmp_path / "bank.yaml"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


class Command:
    """A command line in a process of its own."""

    def __init__(self, folder: Path, *arguments: str, **environ: str) -> None:
        self.scratch = Path(tempfile.mkdtemp(dir=folder))
        self.process = subprocess.Popen(
            [*PROGRAM, *arguments],
            cwd=folder,
            env={**os.environ, "TMPDIR": str(self.scratch), **environ},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        while not catches(self.process.pid, signal.SIGTERM) and self.process.poll() is None:
            time.sleep(0.001)  # until then it is Python that starts, not yet our program

    def end(self) -> tuple[int, str]:
        """Wait for it; its exit code and what it said on standard error."""
        _, errors = self.process.communicate(timeout=120)
        return self.process.returncode, errors


def entries(cache: Path) -> int:
    """How many texts a cache holds, which must be whole; 0 when it was not begun."""
    file = cache / "quizproof" / "cache.sqlite3"
    if not file.exists():
        return 0
    with contextlib.closing(sqlite3.connect(file)) as base:
        assert base.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        known = base.execute("SELECT COUNT(*) FROM sqlite_master WHERE name = 'texts'").fetchone()[0]
        return int(base.execute("SELECT COUNT(*) FROM texts").fetchone()[0]) if known else 0


def contents(site: Path) -> dict[str, bytes] | None:
    """All files of a site; None where there is none."""
    return {str(f.relative_to(site)): f.read_bytes() for f in site.rglob("*") if f.is_file()} if site.exists() else None


WRAPPED = """
import os, signal, sys, time
from quizproof_renderers.cli import main as program

def wrapped(**_):
    try:
        if {number}:
            os.kill(os.getpid(), {number})
            time.sleep(10)
    except BaseException as error:
        raise ValueError(f"made of {{type(error).__name__}}") from None
    raise ValueError("without a signal")

program.main.get_command(None, "doctor").callback = wrapped
program.main(["doctor"])
"""


@pytest.mark.parametrize(
    ("number", "code", "said"),
    [
        (signal.SIGINT, 130, "Interrupted.\n"),
        (signal.SIGTERM, 143, ""),
        (0, 3, "quizproof: internal error: ValueError: 'without a signal'\n"),
    ],
)
def test_an_interruption_that_a_library_wraps_is_one(number: int, code: int, said: str) -> None:
    """Pydantic makes an error of its own of what a handler raises while it builds a model."""
    program = [sys.executable, "-c", WRAPPED.format(number=int(number))]
    done = subprocess.run(program, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == code
    assert done.stderr.partition("This is a fault")[0] == said


@pytest.mark.parametrize("round_", ROUNDS)
@pytest.mark.usefixtures("bank")
def test_interrupted_at_any_moment(round_: int, tmp_path: Path) -> None:
    """After SIGINT, SIGTERM and SIGKILL no process is left; site and cache are whole, and what was known still is."""
    if round_ not in in_turn(ROUNDS):
        pytest.skip("it has its turn at another commit")
    starter()
    become_subreaper()
    before = descendants(os.getpid())
    site = tmp_path / "site"
    building = round_ % 2 == 1
    arguments = ["build", "bank.yaml", "-o", "site", "--title", "New"] if building else ["check", "bank.yaml"]
    started = time.monotonic()
    assert Command(tmp_path, *arguments).end()[0] == 0
    whole = time.monotonic() - started
    new = contents(site)
    if building and round_ % 4 == 1:  # an old one is there
        assert Command(tmp_path, *arguments[:-1], "Old").end()[0] == 0
    elif building:
        for file in sorted(site.rglob("*"), reverse=True):
            file.rmdir() if file.is_dir() else file.unlink()
        site.rmdir()
    moments = random.Random(round_)
    for moment in range(MOMENTS):
        old = contents(site)
        number = SIGNALS[(round_ + moment) % len(SIGNALS)]
        cache = tmp_path / f"cache-{moment}"  # a new one, so that there is something to run
        command = Command(tmp_path, *arguments, XDG_CACHE_HOME=str(cache))
        time.sleep(moments.uniform(0, whole))
        command.process.send_signal(number)
        code, errors = command.end()
        all_end(before)
        assert "Traceback" not in errors
        assert "internal error" not in errors
        # Once all is done and Python clears up, it leaves signals to the system: no handler, same meaning.
        assert code in ((0, -number) if number == signal.SIGKILL else (0, -number, 128 + number))
        assert contents(site) in ((new,) if building and code == 0 else (old, new))
        assert number == signal.SIGKILL or not list(command.scratch.iterdir())  # SIGKILL lets nobody clear away
        kept = entries(cache)
        report = quizproof("check", "bank.yaml", "--format", "json", cwd=tmp_path, XDG_CACHE_HOME=str(cache))
        assert report.returncode == 0
        summary = json.loads(report.stdout)["summary"]
        assert summary["cached"] >= min(kept, 1)
        assert summary["cached"] + summary["runs"] >= QUESTIONS
        assert entries(cache) > QUESTIONS
