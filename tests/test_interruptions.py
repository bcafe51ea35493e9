"""Commands that are interrupted at any moment: nothing runs on, nothing is half written, nobody sees a traceback."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from processes import all_end, become_subreaper, catches, descendants

PROGRAM = [sys.executable, "-c", "from quizproof_renderers.cli import main; main()"]
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGKILL)
QUESTIONS = 30
ROUNDS = range(10)
MOMENTS = 5
"""In each round."""


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

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.scratch = Path(tempfile.mkdtemp(dir=folder))
        self.process = subprocess.Popen(
            [*PROGRAM, *arguments],
            cwd=folder,
            env={**os.environ, "TMPDIR": str(self.scratch)},
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


def contents(site: Path) -> dict[str, bytes] | None:
    """All files of a site; None where there is none."""
    return {str(f.relative_to(site)): f.read_bytes() for f in site.rglob("*") if f.is_file()} if site.exists() else None


@pytest.mark.parametrize("round_", ROUNDS)
@pytest.mark.usefixtures("bank")
def test_interrupted_at_any_moment(round_: int, tmp_path: Path) -> None:
    """After SIGINT, SIGTERM and SIGKILL no process is left, and a site is the old or the new one, as a whole."""
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
        command = Command(tmp_path, *arguments)
        time.sleep(moments.uniform(0, whole))
        command.process.send_signal(number)
        code, errors = command.end()
        all_end(before)
        assert "Traceback" not in errors
        assert "internal error" not in errors
        # Once all is done, Python gives signals their own effect back. Shells call that 128 + number, too.
        assert code in (0, -number, 128 + number)
        assert contents(site) in ((new,) if building and code == 0 else (old, new))
        assert number == signal.SIGKILL or not list(command.scratch.iterdir())  # SIGKILL lets nobody clear away
