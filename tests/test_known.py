"""The lock of a revision: what it knows is not run again, and what it cannot know is."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from helpers.processes import quizproof

QUIZ = """\
quiz: sums
title: Sums
topic: samples
blocks:
  - id: sum
    kind: predict-output
    prompt: What is printed?
    code: print(1 + 1)
    distractors:
      - prints: 3
        mistake: Counts once more.
  - id: product
    kind: choice
    prompt: Which makes it six?
    setup: x = 2
    check: assert x == 6
    options:
      - code: x *= 3
        key: true
      - code: x += 3
        mistake: Adds.
"""

DAMAGED = [1, {"sums": 1}, {"sums": {"sum": {"code": {}}}}, {"sums": {"sum": {"code": {"program": {}}}}}]
"""What the quizzes of a lock are not."""


def git(folder: Path, *arguments: str) -> str:
    """What a git command prints."""
    names = {f"GIT_{who}_{what}": "a@b" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    done = subprocess.run(
        ["git", *arguments], cwd=folder, env={**os.environ, **names}, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


@pytest.fixture
def bank(tmp_path: Path) -> Path:
    """A repository with a bank and its lock in one commit, and no cache."""
    (tmp_path / "questions").mkdir()
    (tmp_path / "questions" / "sums.yaml").write_text(QUIZ)
    assert quizproof("check", "--write-lock", "--no-cache", cwd=tmp_path).returncode == 0
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", "questions")
    git(tmp_path, "commit", "--quiet", "--message", "The bank")
    return tmp_path


def edit(bank: Path, old: str, new: str, name: str = "sums.yaml") -> None:
    """Replace a text that is there."""
    file = bank / "questions" / name
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def checked(bank: Path, *arguments: str, command: str = "check") -> tuple[int, dict[str, Any], str]:
    """Exit code, JSON report and messages of a check that believes the lock of HEAD, without a cache."""
    done = quizproof(command, "--no-cache", "--format", "json", "--known", "HEAD", *arguments, cwd=bank)
    return done.returncode, json.loads(done.stdout), done.stderr


def test_nothing_is_run_that_the_lock_knows(bank: Path) -> None:
    """Second looks included; the report says how many outcomes were believed, and of which revision."""
    code, report, messages = checked(bank)
    summary = report["summary"]
    assert (code, summary["runs"], summary["proven"]) == (0, 0, summary["claims"])
    assert summary["known"] > 4
    assert report["revision"] == git(bank, "rev-parse", "HEAD")[:7]
    assert messages == ""
    said = quizproof("check", "--no-cache", "--known", "HEAD", cwd=bank).stdout
    assert f"{summary['known']} known from the lock of {report['revision']}" in said


def test_what_was_changed_is_run(bank: Path) -> None:
    """Of one block; with a file of the bank named, the lock of its folder counts."""
    edit(bank, "x += 3", "x += 5")
    for place in ((), ("questions/sums.yaml",)):
        code, report, messages = checked(bank, *place)
        assert (code, report["summary"]["runs"] > 0, report["summary"]["known"] > 2) == (0, True, True)
    edit(bank, "x += 5", "x += 4")
    code, report, _ = checked(bank)
    assert (code, [finding["code"] for finding in report["findings"]]) == (1, ["QP202"])
    assert messages == ""


def test_a_lock_that_was_not_committed_is_not_believed(bank: Path) -> None:
    """A change cannot bring false outcomes with it in its own lock."""
    lock = bank / "questions" / "quizproof.lock"
    edit(bank, "print(1 + 1)", "print(1 + 4)")
    edit(bank, "prints: 3", "prints: 2")
    assert quizproof("check", "--write-lock", "--no-cache", cwd=bank).returncode == 0
    lock.write_text(lock.read_text().replace('"stdout": "5\\n"', '"stdout": "7\\n"'))
    code, report, _ = checked(bank)
    assert (code, report["questions"][0]["answer"]) == (0, "5")
    # The lock that lies is what `--locked` goes by: whoever commits it answers for it.
    locked = quizproof("check", "--locked", "--format", "json", cwd=bank)
    assert json.loads(locked.stdout)["questions"][0]["answer"] == "7"


def test_audit_finds_what_is_false_in_a_committed_lock(bank: Path) -> None:
    """A share of what is known is run again, and compared."""
    edit(bank, '"stdout": "2\\n"', '"stdout": "9\\n"', "quizproof.lock")
    git(bank, "commit", "--quiet", "--all", "--message", "A lie")
    assert checked(bank)[1]["questions"][0]["answer"] == "9"
    code, report, _ = checked(bank, "--audit", "100%")
    assert (code, [finding["code"] for finding in report["findings"]]) == (1, ["QP402"])
    assert "an earlier run says that the program printed '9'" in report["findings"][0]["message"]


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("engine", "0", "another version of quizproof carried out its runs"),
        ("architecture", "abacus", "it was made on a processor of the sort abacus"),
        ("sandbox", "none", "its runs had the sandbox `none`, which is weaker than"),
        ("python", "2.7.18", "it was made with python 2.7.18, and here is 3."),
    ],
)
def test_a_lock_that_was_made_otherwise_knows_nothing(bank: Path, key: str, value: str, message: str) -> None:
    """Everything runs, and it is said why."""
    lock = bank / "questions" / "quizproof.lock"
    lock.write_text(re.sub(f'"{key}": "[^"]*"', f'"{key}": "{value}"', lock.read_text()))
    git(bank, "commit", "--quiet", "--all", "--message", "Other circumstances")
    code, report, messages = checked(bank)
    assert (code, report["summary"]["known"], report["summary"]["runs"] > 4) == (0, 0, True)
    assert f"for the runtime python: {message}" in messages


def test_other_conditions_are_run_that_the_lock_has_not_seen(bank: Path) -> None:
    """What was run once when the lock was written, as wrong options are, is run again when a key needs it."""
    lock = bank / "questions" / "quizproof.lock"
    data = json.loads(lock.read_text())
    entries = [entry for blocks in data["quizzes"].values() for runs in blocks.values() for entry in runs.values()]
    seen = [entry.pop("again", 0) for entry in entries]
    assert (min(seen), max(seen)) == (0, 1)
    lock.write_text(json.dumps(data))
    git(bank, "commit", "--quiet", "--all", "--message", "Without second looks")
    code, report, _ = checked(bank)
    assert (code, report["summary"]["known"], report["summary"]["runs"]) == (0, len(entries), sum(seen))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--known", "nowhere"), "git knows no revision `nowhere`"),
        (("--known", "--all"), "git knows no revision `--all`"),
        (("--known", "HEAD", "--locked"), "with `--locked` nothing is run; leave out `--known`"),
        (("--known", "HEAD", "--stress", "1"), "leave out `--known`"),
        (("--known", "HEAD", "--dask", "tcp://nowhere:1"), "leave one of them out"),
    ],
)
def test_refusals(bank: Path, arguments: tuple[str, ...], message: str) -> None:
    done = quizproof("check", *arguments, cwd=bank)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_without_a_repository_or_a_committed_lock(bank: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    git(bank, "rm", "--quiet", "--cached", "questions/quizproof.lock")
    git(bank, "commit", "--quiet", "--message", "No lock")
    code, report, messages = checked(bank)
    assert (code, report["summary"]["known"], report["revision"]) == (0, 0, None)
    assert "`HEAD` has no quizproof.lock of this bank, so everything is run" in messages
    bare = tmp_path_factory.mktemp("bare")
    shutil.copytree(bank / "questions", bare / "questions")
    done = quizproof("check", "--known", "HEAD", cwd=bare)
    assert (done.returncode, "questions is not in a git repository" in done.stderr) == (2, True)


def test_check_of_the_lock_alone(bank: Path) -> None:
    """It proves the bank; a block that was edited since is told at its line; so is a quiz that is gone."""
    done = quizproof("check", "--locked", cwd=bank)
    assert (done.returncode, ", 0 runs" in done.stdout, done.stderr) == (0, True, "")
    edit(bank, "x += 3", "x += 5")
    done = quizproof("check", "--locked", cwd=bank)
    assert (done.returncode, "questions/sums.yaml:12:5: QP903" in done.stdout) == (3, True)
    edit(bank, "quiz: sums", "quiz: others")
    edit(bank, "x += 5", "x += 3")
    done = quizproof("check", "--locked", cwd=bank)
    assert (done.returncode, "which has no quiz `sums`" in done.stderr) == (3, True)


def test_check_mentions_a_stale_lock(bank: Path) -> None:
    """Also when it finds its proofs in the cache; an edit that changes no program is none."""
    edit(bank, "title: Sums", "title: Sums and products")
    for _ in range(2):
        assert quizproof("check", cwd=bank).stderr == ""
    edit(bank, "x += 3", "x += 5")
    for _ in range(2):
        done = quizproof("check", cwd=bank)
        assert (done.returncode, "quizproof.lock is stale: `sums` changed since" in done.stderr) == (0, True)
    edit(bank, "quiz: sums", "quiz: others")
    done = quizproof("check", cwd=bank)
    assert (done.returncode, "quizproof.lock is stale: `others` is new; `sums` is gone." in done.stderr) == (0, True)


@pytest.mark.parametrize(
    "quizzes", [1, {"sums": 1}, {"sums": {"sum": {"code": {}}}}, {"sums": {"sum": {"code": {"program": {}}}}}]
)
def test_check_mentions_a_damaged_lock(bank: Path, quizzes: object) -> None:
    """And goes on: it believes nothing that is in there."""
    lock = bank / "questions" / "quizproof.lock"
    lock.write_text(json.dumps({**json.loads(lock.read_text()), "quizzes": quizzes}))
    done = quizproof("check", cwd=bank)
    assert done.returncode == 0
    assert "quizproof.lock is damaged" in done.stderr or "quizproof.lock is stale" in done.stderr
    assert "Traceback" not in done.stderr


def test_site_and_self_test_believe_it_too(bank: Path) -> None:
    """With no run, as the last line says."""
    done = quizproof("build", "questions", "-o", "public", "--known", "HEAD", "--no-cache", cwd=bank)
    assert (done.returncode, " 0 runs, " in done.stdout, " known from the lock of " in done.stdout) == (0, True, True)
    done = quizproof("take", "sum", "--plain", "--known", "HEAD", "--no-cache", cwd=bank, input="2\n")
    assert (done.returncode, "Traceback" in done.stderr) == (0, False)


def test_git_starts_no_program_of_the_repository(bank: Path) -> None:
    """An object that is missing would be fetched, by a program that the repository's own configuration names."""
    blob = git(bank, "rev-parse", "HEAD:questions/quizproof.lock")
    (bank / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    marker = bank / "started"
    with (bank / ".git" / "config").open("a") as config:
        config.write(
            "[core]\n repositoryformatversion = 1\n[extensions]\n partialClone = origin\n"
            f'[remote "origin"]\n url = {bank}\n promisor = true\n uploadpack = touch {marker};\n'
        )
    code, report, messages = checked(bank)
    assert (code, report["summary"]["known"], marker.exists()) == (0, 0, False)
    assert "`HEAD` has no quizproof.lock of this bank, so everything is run" in messages
    # Left to itself, git does start it.
    subprocess.run(["git", "cat-file", "blob", blob], cwd=bank, capture_output=True, check=False)
    assert marker.exists()


def test_a_committed_lock_is_measured_before_it_is_read(bank: Path) -> None:
    lock = bank / "questions" / "quizproof.lock"
    with lock.open("wb") as file:
        file.truncate(300 << 20)
    git(bank, "commit", "--quiet", "--all", "--message", "Too large")
    done = quizproof("check", "--known", "HEAD", cwd=bank)
    assert (done.returncode, done.stdout) == (2, "")
    assert "has more than 256 MiB, and is not read" in done.stderr
