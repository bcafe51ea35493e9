"""Other platforms: what needs no run works there, and what needs one says so.

There are none to test on, so this process takes away from a Python what theirs lack.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from helpers.bare import ROOT, bare_interpreter
from helpers.processes import quizproof
from test_cli import GOOD

ELSEWHERE = """
import ctypes, importlib.abc, os, signal, sys
# Libraries settle on the platform when they are imported, and on Windows some need its own modules.
import asyncio, click, jinja2, multiprocessing, pydantic.main, rich.console, shutil, sqlite3, subprocess, tempfile, yaml

class Missing(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name in ("fcntl", "grp", "pty", "pwd", "readline", "resource", "termios", "tty"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

def no_library(name, *rest, **more):
    raise TypeError("CDLL(None) is not possible on Windows")

sys.platform = {platform!r}
del os.sched_getaffinity
if sys.platform == "win32":
    for module, names in (
        (signal, "SIGHUP SIGKILL SIGALRM pthread_sigmask SIG_BLOCK"),
        (os, "fork getuid killpg setsid uname O_CLOEXEC O_NOFOLLOW memfd_create pidfd_open"),
    ):
        for name in names.split():
            delattr(module, name)
    for name in ("fcntl", "grp", "pty", "pwd", "readline", "resource", "termios", "tty"):
        sys.modules.pop(name, None)
    sys.meta_path.insert(0, Missing())
    ctypes.CDLL = no_library

from quizproof_renderers.cli.main import main
main()
"""
WITHOUT_RUNS = [
    "--help",
    "explain QP201",
    "build -o site --locked",
    "take sum --locked --plain",
    "take sum --plain",
    "cache stats",
]
WITH_RUNS = [
    "check",
    "build -o site",
    "take sum --plain --no-cache",
    "try mine.py --question write",
    "check --dask tcp://x:1",
]
NAMES = {"darwin": "macOS", "win32": "Windows"}
WRITE = """\
  - id: write
    kind: write-code
    prompt: Make it two.
    starter: |
      total = 1
    solution: |
      total = 2
    checks:
      - name: It is two
        code: |
          assert total == 2
"""


def elsewhere(platform: str, *arguments: str, cwd: Path, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """Run the command as it would run on another platform."""
    command = [sys.executable, "-c", ELSEWHERE.replace("{platform!r}", repr(platform)), *arguments]
    return subprocess.run(command, cwd=cwd, input=stdin, capture_output=True, text=True, timeout=300)


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a proven bank of two questions, its lock, and a program of a learner's."""
    place = tmp_path_factory.mktemp("elsewhere")
    (place / "questions").mkdir()
    (place / "questions" / "good.yaml").write_text(GOOD.format(runtime="python") + WRITE)
    (place / "mine.py").write_text("total = 1 + 1\n")
    done = quizproof("check", "--write-lock", "--no-cache", cwd=place)
    assert done.returncode == 0, done.stdout + done.stderr
    return place


@pytest.mark.parametrize("command", WITHOUT_RUNS)
def test_what_needs_no_run_works(bank: Path, command: str) -> None:
    """It gives elsewhere what it gives on Linux."""
    arguments = [*command.split(), *(["--seed", "1"] if "take" in command else [])]
    here = quizproof(*arguments, cwd=bank, stdin="a\n")
    assert (here.returncode, here.stderr) == (0, "")
    for platform in NAMES:
        there = elsewhere(platform, *arguments, cwd=bank, stdin="a\n")
        assert (there.returncode, there.stderr) == (0, "")
        assert there.stdout
        if "cache" not in command and "build" not in command:  # which show sizes and seconds
            assert said(there.stdout) == said(here.stdout)


def said(text: str) -> list[str]:
    """The words of an output, without the line that names the program as the test has started it."""
    return [word for line in text.splitlines() if not line.startswith("Usage: ") for word in line.split()]


@pytest.mark.parametrize("command", WITH_RUNS)
def test_what_needs_a_run_says_so(bank: Path, command: str) -> None:
    """One sentence that names the platform, and 3; the same command runs on Linux."""
    for platform, name in NAMES.items():
        there = elsewhere(platform, *command.split(), cwd=bank, stdin="q\n")
        assert (there.returncode, there.stdout) == (3, "")
        assert there.stderr == (
            f"quizproof: snippets run only on Linux, and this machine runs {name}; "
            "`build --locked` and `take --locked` need no run\n"
        )
    if "dask" not in command:
        here = quizproof(*command.split(), cwd=bank, stdin="q\n")
        assert (here.returncode, here.stderr) == (0, "")


@pytest.mark.parametrize("platform", NAMES)
def test_merge_works(bank: Path, platform: str) -> None:
    """Reports of shards that Linux machines wrote are merged."""
    for number in "12":
        quizproof("check", "--shard", f"{number}/2", "--format", "json", "-o", f"{number}.json", cwd=bank)
    done = elsewhere(platform, "merge", "1.json", "2.json", "--format", "json", cwd=bank)
    assert (done.returncode, done.stderr) == (0, "")
    assert {question["id"] for question in json.loads(done.stdout)["questions"]} == {"sum", "write"}


@pytest.mark.parametrize("platform", NAMES)
def test_doctor_says_what_works(bank: Path, platform: str) -> None:
    """What works, what fails, and 3; on Linux it is not spoken of."""
    done = elsewhere(platform, "doctor", cwd=bank)
    assert (done.returncode, done.stderr) == (3, "")
    lines = done.stdout.splitlines()
    assert lines[0].startswith(f"runs     none: snippets run only on Linux, and this machine runs {NAMES[platform]}")
    assert "works    `build --locked` and `take --locked`" in done.stdout
    assert "fails    `check`, `try`, and `build` and `take` without a lock; they exit with 3\n" in done.stdout


def test_proving_in_a_program_says_so(bank: Path) -> None:
    """The engine raises its own exception, and no error about a name that is not there."""
    script = ELSEWHERE.replace("{platform!r}", "'win32'").partition("from quizproof_renderers")[0] + (
        "from quizproof.errors import CannotVerify\n"
        "from quizproof.loading.load import load_bank\n"
        "from quizproof.proving.prove import prove\n"
        "try: prove(load_bank(['questions']))\n"
        "except CannotVerify as error: print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=bank, capture_output=True, text=True)
    assert done.stderr == ""
    assert done.stdout.startswith("snippets run only on Linux, and this machine runs Windows")


def test_a_test_begins_with_what_the_lock_knows(bank: Path, tmp_path: Path) -> None:
    """Without --locked nothing is proven again, and a learner's own program is run; what was edited is proven anew."""
    taken = quizproof("take", "write", "-v", "--plain", cwd=bank, stdin="total = len('ab')\n.\n")
    lock = bank / "questions" / "quizproof.lock"
    assert (taken.returncode, taken.stderr) == (0, f"quizproof: all outcomes are those of {lock}\n")
    assert "Score: 1 of 1 (100 %)." in taken.stdout
    (tmp_path / "questions").mkdir()
    for file in (bank / "questions").iterdir():
        (tmp_path / "questions" / file.name).write_text(file.read_text().replace("print(1 + 1)", "print(0 + 2)"))
    edited = quizproof("take", "sum", "-v", "--plain", "--seed", "1", cwd=tmp_path, stdin="a\n")
    assert (edited.returncode, edited.stderr) == (0, "quizproof: 2 runs, 0 from the cache, 0 known from a lock\n")


def test_a_test_from_the_lock_needs_no_framework(tmp_path: Path) -> None:
    """The shipped bank's questions about PyTorch are put where there is none; without the lock they cannot be."""
    python = bare_interpreter(tmp_path)
    arguments = ("take", "torch-grad-false", "--plain", "--seed", "1", "--bank", str(ROOT / "questions"))
    done = quizproof(*arguments, cwd=tmp_path, python=python, stdin="a\n")
    assert (done.returncode, done.stderr) == (0, "")
    assert "Question 1 of 1" in done.stdout
    assert "Score: " in done.stdout
    program = ("take", "torch-hands-freeze-but-head", "--plain", "--no-record", "--bank", str(ROOT / "questions"))
    wanting = quizproof(*program, cwd=tmp_path, python=python, stdin="x = 1\n.\ns\n")
    said = "torch is not installed, so what you write for torch-hands-freeze-but-head may not be run here"
    assert (wanting.returncode, wanting.stderr) == (0, f"quizproof: {said}\n")
    assert "\nNot run here. It may well be right" in wanting.stdout
    assert "Wrong" not in wanting.stdout
    refused = quizproof(*arguments, "--no-cache", cwd=tmp_path, python=python, stdin="a\n")
    assert refused.returncode == 3
    assert "Question 1 of 1" not in refused.stdout


def test_a_locked_test_runs_nothing(bank: Path, tmp_path: Path) -> None:
    """What the lock knows is marked as ever, other programs stay unmarked, and what it does not know is left out."""
    typed = "a\n\n" + "total = 2\n.\n"
    done = quizproof("take", "write", "--locked", "--plain", cwd=bank, stdin="total = 2\n.\n")
    assert (done.returncode, done.stderr) == (0, "")
    assert "Score: 1 of 1 (100 %)." in done.stdout
    other = quizproof("take", "write", "--locked", "--plain", cwd=bank, stdin="total = len('ab')\n.\n")
    assert "Your program cannot be run here." in other.stdout
    assert "Not run here." in other.stdout
    (tmp_path / "questions").mkdir()
    for file in (bank / "questions").iterdir():
        text = file.read_text().replace("print(1 + 1)", "print(2 + 1)") if file.suffix == ".yaml" else file.read_text()
        (tmp_path / "questions" / file.name).write_text(text)
    edited = quizproof("take", "good", "--locked", "--plain", cwd=tmp_path, stdin=typed)
    assert "1 question is not proven here and was left out: sum." in edited.stdout
    assert edited.stderr == (
        "quizproof: quizproof.lock does not match the questions left out; "
        "write it again with `quizproof check --write-lock`\n"
    )
    nothing = quizproof("take", "sum", "--locked", "--plain", cwd=tmp_path)
    assert nothing.returncode == 3
    assert quizproof("take", "--locked", "--bank", "questions/good.yaml", cwd=bank).returncode == 2
