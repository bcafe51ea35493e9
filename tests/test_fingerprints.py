"""Fingerprints: which code decides outcomes, and so makes everything run again when it changes."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import quizproof
from quizproof.store.fingerprints import carrying, carrying_files

ENGINE = Path(quizproof.__file__).parent
WITHOUT_EFFECT = {"runners/recipe.py", "runners/runner.py"}
"""What the pool imports although it decides no outcome: what runners have in common, the length of a queue, and how
files are made again, which must be those that are known."""


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the engine, whose files may be changed."""
    return Path(shutil.copytree(ENGINE, tmp_path_factory.mktemp("engine") / "quizproof"))


@pytest.mark.parametrize(
    ("name", "counts"),
    [
        ("outcome.py", True),
        ("runners/job.py", True),
        ("runners/pool.py", True),
        ("runners/zygote_handle.py", True),
        ("runtimes/child.py", True),
        ("runtimes/sandbox/namespaces.py", True),
        ("runners/dask/runner.py", False),
        ("runners/dask/worker.py", False),
        ("runners/locked.py", False),
        ("store/fingerprints.py", False),
        ("proving/prove.py", False),
    ],
)
def test_code_that_runs_programs_counts(copy: Path, name: str, counts: bool) -> None:
    """The pool and the runtimes do; Dask, which only spreads runs over machines, and what knows quizzes do not."""
    before = carrying(copy)
    content = (copy / name).read_text(encoding="utf-8")
    (copy / name).write_text(content + "\nCHANGED = True\n", encoding="utf-8")
    try:
        assert (carrying(copy) != before) is counts
    finally:
        (copy / name).write_text(content, encoding="utf-8")


def test_a_copy_has_the_same_fingerprint(copy: Path) -> None:
    """Where the engine is installed does not count: workers of a cluster have it elsewhere."""
    assert carrying(copy) == carrying()


def test_everything_that_the_pool_imports_counts() -> None:
    """A module that is split off the pool or the zygote cannot be left out of the fingerprint."""
    script = (
        "import json, sys, quizproof.runners.pool, quizproof.runtimes.zygote\n"
        "print(json.dumps([m.__file__ for name, m in sys.modules.items() if name.startswith('quizproof.')]))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    used = {Path(file).relative_to(ENGINE).as_posix() for file in json.loads(done.stdout)}
    counted = {path.relative_to(ENGINE).as_posix() for path in carrying_files()}
    assert {"runners/zygote_handle.py", "runtimes/sandbox/landlock.py"} <= used
    assert {name for name in used if not name.endswith("__init__.py")} - counted == WITHOUT_EFFECT


def test_a_file_that_has_moved_is_noticed(copy: Path) -> None:
    """The fingerprint never silently covers less."""
    (copy / "runners/pool.py").rename(copy / "runners/moved.py")
    try:
        with pytest.raises(FileNotFoundError):
            carrying(copy)
    finally:
        (copy / "runners/moved.py").rename(copy / "runners/pool.py")
