"""The surroundings of a command: signals, streams and terminals as odd parents leave them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from helpers.processes import quizproof

START = "from quizproof_renderers.cli.start import main; main()"
BANK = """\
quiz: good
title: A good quiz
topic: faults
blocks:
  - id: good
    kind: number
    prompt: What is 6 times 7?
    value: 6 * 7
  - id: wrong
    kind: number
    prompt: What is 6 times 7?
    value: 6 * 7
    answer: 43
"""


@pytest.fixture
def bank(tmp_path: Path) -> Path:
    (tmp_path / "questions").mkdir()
    (tmp_path / "questions" / "good.yaml").write_text(BANK)
    return tmp_path


def test_interrupt_during_imports_ends_without_a_word(tmp_path: Path) -> None:
    """Ctrl-C while the command line is still being imported; without it, the same command runs."""
    (tmp_path / "click.py").write_text("import os, signal, time\nos.kill(os.getpid(), signal.SIGINT)\ntime.sleep(60)\n")
    command = [sys.executable, "-c", START, "--version"]
    done = subprocess.run(
        command, env={**os.environ, "PYTHONPATH": str(tmp_path)}, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0


def test_second_interrupt_changes_nothing(bank: Path) -> None:
    """What clears away after the first Ctrl-C is not stopped by another: the same exit code, and one word."""
    slow = BANK.replace("value: 6 * 7", "value: __import__('time').sleep(60) or 42", 1)
    (bank / "questions" / "good.yaml").write_text(slow)
    command = subprocess.Popen(
        [sys.executable, "-c", START, "check", "--no-cache"],
        cwd=bank,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    _await_child(command.pid)
    for _ in range(5):
        command.send_signal(signal.SIGINT)
    _, errors = command.communicate(timeout=60)
    assert (command.returncode, errors.strip()[-12:]) == (130, "Interrupted.")
    assert "Traceback" not in errors


def _await_child(pid: int) -> None:
    """Wait until the command has started an interpreter, so that there is something to clear away."""
    children = Path(f"/proc/{pid}/task/{pid}/children")
    while not children.read_text():
        pass


def test_parent_that_ignores_the_ends_of_its_children(bank: Path) -> None:
    """Its SIGCHLD is handed down, and our own children end nevertheless."""
    done = subprocess.run(
        [sys.executable, "-c", START, "check", "--format", "concise", "--no-cache"],
        cwd=bank,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: signal.signal(signal.SIGCHLD, signal.SIG_IGN),
    )
    assert (done.returncode, "QP201" in done.stdout, "Traceback" in done.stderr) == (1, True, False), done.stderr


def test_closed_standard_input(bank: Path) -> None:
    """`take <&-` is a test without answers."""
    done = subprocess.run(
        ["sh", "-c", f'"{sys.executable}" -c "{START}" take good --no-cache <&-'],
        cwd=bank,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, "Traceback" in done.stderr, "internal error" in done.stderr) == (0, False, False)
    assert "What is 6 times 7?" in done.stdout


@pytest.mark.parametrize("columns", ["0", "1", "80"])
def test_columns_that_a_terminal_may_claim(bank: Path, columns: str) -> None:
    done = quizproof("check", "questions", "--format", "full", "--no-cache", cwd=bank, COLUMNS=columns)
    assert (done.returncode, "internal error" in done.stderr) == (1, False)
    assert ("QP201" in done.stdout) or columns == "1"


def test_report_does_not_overwrite_a_quiz(bank: Path) -> None:
    """Whatever it is called; another file is written."""
    (bank / "link.txt").symlink_to("questions/good.yaml")
    for name in ("questions/good.yaml", "link.txt", str(bank / "questions" / "good.yaml")):
        done = quizproof("check", "questions", "-o", name, cwd=bank)
        assert (done.returncode, "is a quiz of the bank" in done.stderr) == (2, True)
    assert (bank / "questions" / "good.yaml").read_text() == BANK
    assert quizproof("check", "questions", "-o", "report.txt", cwd=bank).returncode == 1
    assert "QP201" in (bank / "report.txt").read_text()
