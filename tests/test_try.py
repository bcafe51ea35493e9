"""`quizproof try` as a learner meets it: real scripts, what is said of them, and the exit codes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from textwrap import indent

import pytest
from click.testing import CliRunner

from conftest import HEADER
from helpers.processes import all_end, become_subreaper, descendants, quizproof
from quizproof_renderers.cli.main import main
from test_exhibits import EXPERIMENT

MEETS = """\
rate = 1
print("trained")
score, cost = 0.9, 2
"""

WRITE = """
- id: total
  kind: write-code
  prompt: Sum the items.
  setup: |
    items = [1, 2, 3]
  starter: |
    total = 0
  solution: |
    total = sum(items)
  checks:
    - name: The sum is right
      code: |
        assert total == 6
"""


@pytest.fixture
def bank(tmp_path: Path) -> Path:
    """A folder with a bank of one experiment and one question."""
    folder = tmp_path / "questions"
    folder.mkdir()
    blocks = indent((EXPERIMENT + WRITE).strip("\n"), "  ")
    (folder / "bank.yaml").write_text(HEADER.format(runtime="python") + blocks, encoding="utf-8")
    return tmp_path


def tried(bank: Path, script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """What `quizproof try` does with a script."""
    (bank / "mine.py").write_text(script, encoding="utf-8")
    return quizproof("try", "mine.py", *(arguments or ("--experiment", "improve")), cwd=bank)


def test_a_script_that_meets_everything(bank: Path) -> None:
    """Targets and constraints are listed with every seed's value, and the exit code is 0."""
    done = tried(bank, MEETS)
    assert (done.returncode, done.stderr) == (0, "")
    lines = [" ".join(line.split()) for line in done.stdout.splitlines()]
    assert lines[:2] == ["It printed:", "trained"]
    assert "target wanted seed 0 seed 1 seed 2" in lines
    assert "✓ Score above 0.8 0.9 0.9 0.9" in lines
    assert "✓ Same data kept" in lines
    assert lines[-1].startswith("✓ improve: everything is met with 3 seeds (Python ")
    assert "\x1b" not in done.stdout


@pytest.mark.parametrize(
    ("script", "said"),
    [
        (
            "rate = 1; score, cost = 0.75 + seed / 20, 2",
            ["✗ Score above 0.8 0.75 0.8 0.85 missed by 0.05", "1 target"],
        ),
        ("rate = 1; score, cost = 0.8, 4", ["✗ Cost below 4 4 4 4 missed", "2 targets missed"]),
        (
            "rate = 1; score, cost = 0.9, 2; data.append(1)",
            [
                "✗ Same data broken with seed 0: AssertionError: [1, 2, 3, 1] (`assert data == [1, 2, 3], data`)",
                "· The rate is used not reached",
                "✗ improve: not met, 1 constraint broken",
            ],
        ),
        ("score, cost = 0.9, 2", ["✗ The rate is used broken with seed 0: AssertionError (`assert rate`)"]),
        (
            "del data; score, cost = 0.9, 2",
            ["✗ Same data broken with seed 0: NameError: name 'data' is not defined (`assert data"],
        ),
        (
            "if seed == 2:\n    score = cost = None\nelse:\n    score = cost = 1",
            ["With seed 2 `score` (Score) is None, not a finite number."],
        ),
        (
            "cost = 1",
            ["With seed 0 `score` (Score) cannot be evaluated after the script:", "NameError: name 'score'"],
        ),
        ("x = 1\nfor i in range(3)\n    pass", ['File "mine.py", line 2, in <module>', "SyntaxError: expected ':'"]),
        ("x = 1\nfor i in x:\npass", ["IndentationError: expected an indented block after 'for' statement on line 2"]),
        (
            "def train():\n    return 1 / 0\n\ntrain()",
            [
                'File "mine.py", line 4, in <module>',
                'File "mine.py", line 2, in train',
                "ZeroDivisionError: division by zero",
            ],
        ),
        ("import sys\nsys.exit(5)", ['File "mine.py", line 2, in <module>', "SystemExit: 5"]),
        ("import os\nos._exit(5)", ["With seed 0 the script was stopped: "]),
    ],
)
def test_a_script_that_does_not(bank: Path, script: str, said: list[str]) -> None:
    """What was missed, broken or raised is told, with the learner's own lines, and the exit code is 1."""
    done = tried(bank, script)
    assert (done.returncode, done.stderr) == (1, "")
    text = "\n".join(" ".join(line.split()) for line in done.stdout.splitlines())
    for words in said:
        assert words in text
    assert "snippet.py" not in text
    assert "✗ improve: not met, " in text


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["mine.py", "--experiment", "improv"], "there is no experiment `improv`; did you mean `improve`?"),
        (["mine.py", "--experiment", "zzz"], "there is no experiment `zzz`; there are: improve"),
        (["mine.py", "--experiment", "total"], "`total` has the kind `write-code`, not `experiment`"),
        (["mine.py", "--question", "totl"], "there is no write-code question `totl`; did you mean `total`?"),
        (["mine.py"], "name either `--experiment ID` or `--question ID`"),
        (["nowhere.py", "--experiment", "improve"], "nowhere.py cannot be read: No such file or directory"),
        (["questions", "--experiment", "improve"], "questions cannot be read: Is a directory"),
        (["latin.py", "--experiment", "improve"], "latin.py is not UTF-8 text"),
        (["empty.py", "--experiment", "improve"], "empty.py is empty"),
        (["mine.py", "nowhere", "--experiment", "improve"], "nowhere does not exist"),
    ],
)
def test_bad_usage_is_exit_code_2(
    bank: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], message: str
) -> None:
    """Every wrong call is answered with what is wrong, before anything runs."""
    monkeypatch.chdir(bank)
    (bank / "mine.py").write_text(MEETS)
    (bank / "latin.py").write_bytes("# Größe\n".encode("latin-1"))
    (bank / "empty.py").write_text(" \n")
    done = CliRunner().invoke(main, ["try", *arguments])
    assert done.exit_code == 2
    assert message in done.stderr
    assert done.stdout == ""


def test_what_cannot_be_verified_is_exit_code_3(bank: Path) -> None:
    """An experiment whose own setup fails says nothing about the script."""
    file = bank / "questions" / "bank.yaml"
    file.write_text(file.read_text().replace("data = [1, 2, 3]", "data = [1, 2, 3][3]"))
    done = tried(bank, MEETS)
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr == "quizproof: the experiment's own setup failed: IndexError: list index out of range\n"


def test_parameters_are_filled_in(bank: Path) -> None:
    """A script is tried on the first variant of an experiment."""
    file = bank / "questions" / "bank.yaml"
    text = (
        file.read_text()
        .replace("    rate = 0", "    rate = {{ start }}")
        .replace("  targets:", "  params: {start: [0, 0.5]}\n    targets:")
    )
    file.write_text(text)
    assert "The rate is used  broken" in tried(bank, "score, cost = 0.9, 2").stdout


def test_a_limit_is_told(bank: Path) -> None:
    """A script that never ends is stopped at the experiment's limit."""
    file = bank / "questions" / "bank.yaml"
    file.write_text(file.read_text().replace("  targets:", "  limits: {seconds: 1}\n    targets:"))
    done = tried(bank, "while True:\n    pass")
    assert done.returncode == 1
    assert "With seed 0 the script was stopped: it ran longer than 1 s." in done.stdout


def test_output_of_a_script_is_made_safe(bank: Path) -> None:
    """Nothing that a script prints or raises acts on the terminal."""
    done = tried(bank, MEETS + 'print("\\x1b[31mred")\nraise ValueError("\\x1b[2J")')
    assert done.returncode == 1
    assert "\x1b" not in done.stdout
    assert "\\x1b[31mred" in done.stdout


def test_a_closed_pipe_ends_it_quietly(bank: Path) -> None:
    """Whoever reads our output may stop."""
    (bank / "mine.py").write_text(MEETS)
    tool = f"{sys.executable} -c 'from quizproof_renderers.cli.main import main; main()'"
    command = f"{tool} try mine.py --experiment improve | (exec <&-; sleep 0.2); echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], cwd=bank, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("141\n", "")


def test_ctrl_c_ends_it_cleanly(bank: Path) -> None:
    """An interruption is one word on standard error, 130, and no process left."""
    (bank / "mine.py").write_text("while True:\n    pass")
    become_subreaper()
    before = descendants(os.getpid())
    command = [sys.executable, "-c", "from quizproof_renderers.cli.main import main; main()", "try", "mine.py"]
    command += ["--experiment", "improve"]
    with subprocess.Popen(command, cwd=bank, stderr=subprocess.PIPE, text=True) as process:
        while not descendants(process.pid):
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate()
    assert process.returncode == 130
    assert errors.strip() == "Interrupted."
    all_end(before)


def test_a_program_for_a_question(bank: Path) -> None:
    """With `--question`, a program is held to the checks of a write-code question, which is proven first."""
    right = tried(bank, "total = items[0] + items[1] + items[2]", "--question", "total")
    assert (right.returncode, right.stderr) == (0, "")
    assert "✓ total: all checks pass" in right.stdout
    wrong = tried(bank, "total = 5", "--question", "total")
    assert wrong.returncode == 1
    assert "This check fails: The sum is right" in wrong.stdout
    assert "✗ total: not all checks pass" in wrong.stdout
    file = bank / "questions" / "bank.yaml"
    file.write_text(file.read_text().replace("total == 6", "total == 7"))
    unproven = tried(bank, "total = 7", "--question", "total")
    assert (unproven.returncode, unproven.stdout) == (3, "")
    assert "`total` is not proven here" in unproven.stderr


def test_a_notebook_for_a_question(bank: Path) -> None:
    """Its code cells are the program; what only Jupyter understands is told and left out."""
    for answer, code in (("sum(items)", 0), ("sum(items) + 1", 1)):
        cells = [{"cell_type": "code", "source": source} for source in ("%matplotlib inline", f"total = {answer}")]
        (bank / "mine.ipynb").write_text(json.dumps({"nbformat": 4, "cells": cells}), encoding="utf-8")
        done = quizproof("try", "mine.ipynb", "--question", "total", cwd=bank)
        assert (done.returncode, done.stderr) == (
            code,
            "quizproof: left out what only Jupyter understands: `%matplotlib inline`\n",
        )
    (bank / "mine.ipynb").write_text("total = sum(items)", encoding="utf-8")
    done = quizproof("try", "mine.ipynb", "--question", "total", cwd=bank)
    assert (done.returncode, done.stdout) == (2, "")
    assert "mine.ipynb is no notebook that can be run: it is not JSON: " in done.stderr


def test_help_shows_examples() -> None:
    """The help names both ways, and the exit codes."""
    shown = CliRunner().invoke(main, ["try", "--help"]).stdout
    assert "quizproof try mine.py --experiment stop-the-overfitting" in shown
    assert "Exit codes: 0 everything is met, 1 something is not" in shown
