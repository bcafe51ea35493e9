"""The lock: reviewable, the same each time, and no substitute for the truth."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from helpers.processes import quizproof
from quizproof.errors import UsageError
from quizproof.store.lock import Lock

SUM = """\
quiz: sums
title: Sums
topic: samples
blocks:
  - id: sum
    kind: predict-output
    prompt: What is printed?
    code: |
      for number in range({{ most }}):
          print(number, number + {{ step }})
    params: {most: [2, 3], step: [1]}
    distractors:
      - code: print({{ step }})
        mistake: Counts once.
    explanation: It begins with {{ stdout | first_line }}.
"""
PICK = """\
quiz: picks
title: Picks
topic: samples
blocks:
  - id: pick
    kind: choice
    prompt: Which makes it two?
    setup: x = 1
    check: assert x == 2, object()
    options:
      - code: x += 1
        key: true
      - code: x += 2
        mistake: Adds too much.
      - code: x.append(1)
        happens: AttributeError
        mistake: Numbers cannot be appended to.
"""


@pytest.fixture(scope="module")
def locked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a bank of two quizzes, its lock, and the cache of the check that wrote it."""
    folder = tmp_path_factory.mktemp("locked")
    (folder / "questions").mkdir()
    (folder / "questions" / "sums.yaml").write_text(SUM)
    (folder / "questions" / "picks.yaml").write_text(PICK)
    done = quizproof("check", "questions", "--write-lock", cwd=folder, XDG_CACHE_HOME=str(folder / "cache"))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "quizproof.lock: outcomes of 8 programs" in done.stderr
    return folder


@pytest.fixture
def bank(locked: Path, tmp_path: Path, cache_home: Path) -> Path:
    """A copy of it, with its cache where this test's commands look."""
    shutil.copytree(locked / "questions", tmp_path / "questions")
    shutil.copytree(locked / "cache", cache_home)
    return tmp_path


def edit(bank: Path, name: str, old: str, new: str) -> None:
    """Replace a text that is there in a quiz file, or in the lock."""
    file = bank / "questions" / name
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def files(folder: Path) -> dict[str, bytes]:
    """Everything below a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_same_outcomes_give_same_bytes(bank: Path) -> None:
    """Written anew, from runs or from the cache, the lock does not change; it is ASCII, and holds no address."""
    lock = bank / "questions" / "quizproof.lock"
    first = lock.read_bytes()
    for extra in ([], ["--no-cache", "--jobs", "1"]):
        lock.unlink()
        done = quizproof("check", "questions", "--write-lock", *extra, cwd=bank, python=sys.executable)
        assert done.returncode == 0  # under another hash seed
        assert lock.read_bytes() == first
    assert first.isascii()
    assert b"object object at 0x..." in first
    assert not re.search(rb"0x[0-9a-f]{6}", first)


def test_lines_of_output_are_lines_of_the_lock(bank: Path) -> None:
    """What a reviewer sees: runs named by parameters and places, output line by line."""
    data = json.loads((bank / "questions" / "quizproof.lock").read_text())
    runs = data["quizzes"]["sums"]["sum"]
    assert list(runs) == [
        "most=2, step=1: code",
        "most=2, step=1: code + distractors.1.code",
        "most=3, step=1: code",
        "most=3, step=1: code + distractors.1.code",
    ]
    assert runs["most=3, step=1: code"]["parts"] == [{"stdout": ["0 1\n", "1 2\n", "2 3\n"]}]
    raised = data["quizzes"]["picks"]["pick"]["setup + options.3.code + check"]["raised"]
    assert (raised["type"], raised["message"]) == ("AttributeError", "'int' object has no attribute 'append'")


def test_site_from_the_lock_is_the_site_from_runs(bank: Path) -> None:
    """`build --locked` runs nothing, and gives the same bytes."""
    assert quizproof("build", "questions", "-o", "run", "--no-cache", cwd=bank).returncode == 0
    locked = ("build", "questions", "-o", "locked", "--locked", "--no-cache")
    done = quizproof(*locked, cwd=bank, python=sys.executable)  # under another hash seed
    assert done.returncode == 0, done.stdout + done.stderr
    assert " 0 runs," in done.stdout
    assert files(bank / "locked") == files(bank / "run")


def test_build_names_the_lock(bank: Path) -> None:
    """What a site rests on can be looked up: the id that git gives to exactly these bytes."""
    done = quizproof("build", "questions", "-o", "site", "--locked", cwd=bank)
    assert done.returncode == 0
    asked = ["git", "hash-object", "--no-filters", "questions/quizproof.lock"]
    blob = subprocess.run(asked, cwd=bank, capture_output=True, text=True, check=True).stdout.strip()
    assert f"the outcomes are those of questions/quizproof.lock, git blob {blob}." in done.stdout


def test_versions_are_those_of_the_lock(bank: Path) -> None:
    """What a page says that its snippets ran on is what they ran on when the lock was written."""
    edit(
        bank,
        "quizproof.lock",
        '"runtimes": {\n  "python": {\n   "python": "3',
        '"runtimes": {\n  "python": {\n   "python": "9',
    )
    assert quizproof("build", "questions", "-o", "site", "--locked", cwd=bank).returncode == 0
    assert "Python 9." in (bank / "site" / "samples" / "sums.html").read_text()


def test_prose_may_change(bank: Path) -> None:
    """Only what runs must match."""
    edit(bank, "sums.yaml", "What is printed?", "What does this print?")
    assert quizproof("build", "questions", "-o", "site", "--locked", cwd=bank).returncode == 0
    assert "What does this print?" in (bank / "site" / "samples" / "sums.html").read_text()


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        ("sums.yaml", "number + {{ step }}", "number - {{ step }}", "sums.yaml:5:5: QP903 [not-locked] quizproof.lock"),
        ("sums.yaml", "most: [2, 3]", "most: [2, 3, 4]", "sums.yaml:5:5: QP903"),
        ("sums.yaml", "most: [2, 3]", "most: [2]", "sums.yaml:1:7: QP903 [not-locked] the lock has a run of `sum`"),
        ("picks.yaml", "      - code: x += 2\n        mistake: Adds too much.\n", "", "the lock has a run of `pick`"),
        ("picks.yaml", "quiz: picks", "quiz: choices", "does not match the bank, which has no quiz `picks`"),
    ],
)  # fmt: skip
def test_edited_bank_is_refused(bank: Path, name: str, old: str, new: str, message: str) -> None:
    """A program that the lock does not know, or that the bank has not any more: nothing is written, exit 3."""
    edit(bank, name, old, new)
    for cached in (False, True):  # the refusal itself must not be kept
        done = quizproof("build", "questions", "-o", "site", "--locked", cwd=bank)
        assert (done.returncode, message in done.stdout + done.stderr) == (3, True), (cached, done.stdout, done.stderr)
        assert not (bank / "site").exists()


def test_quiz_that_is_gone_is_refused(bank: Path) -> None:
    """The lock tells of a quiz whose file was removed."""
    (bank / "questions" / "picks.yaml").unlink()
    done = quizproof("build", "questions", "-o", "site", "--locked", cwd=bank)
    assert done.returncode == 3
    assert "does not match the bank, which has no quiz `picks`" in done.stderr
    assert not (bank / "site").exists()


def test_lock_cannot_make_a_lie_true(bank: Path) -> None:
    """Claims are judged anew: an outcome that was written into the lock by hand refutes what it refutes."""
    edit(bank, "quizproof.lock", "'int' object has no attribute 'append'", "it is full")
    edit(bank, "picks.yaml", "happens: AttributeError", "happens: 'AttributeError: no attribute'")
    done = quizproof("build", "questions", "-o", "site", "--locked", cwd=bank)
    assert done.returncode == 1
    assert "QP203 [wrong-reason]" in done.stdout


def lock_of(*entries: str) -> bytes:
    """A lock with these entries, as it could be written by hand."""
    runs = ", ".join(f'"run {number}": {entry}' for number, entry in enumerate(entries))
    text = '{"version": 2, "engine": "", "architecture": "", "sandbox": "none", "runtimes": {}, "quizzes": QUIZZES}'
    return text.replace("QUIZZES", f'{{"sums": {{"sum": {{{runs}}}}}}}').encode()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"{\n  <<<<<<< ours", "quizproof.lock:2:3 is not JSON (was it merged by hand?)"),
        (b"\xff\xfe", "is not text in UTF-8"),
        (b"[1]", "is not a lock of this version"),
        (b'{"version": 99}', "is not a lock of this version"),
        (b'{"version": 2, "quizzes": {"a": {"b": {"c": 1}}}}', "is damaged"),
        (b'{"version": 2, "quizzes": [1]}', "is damaged"),
        (b'{"version": 2, "runtimes": 7}', "is damaged"),
        (b"[" * 100_000, "is not JSON"),
        (b'{"version": 2, "version": 1}', "is not JSON"),
        (lock_of('{"program": "x", "parts": [{"stdout": 7}]}'), "is damaged"),
        (lock_of('{"program": "x", "parts": [], "status": "odd"}'), ".run 0.status` is 'odd', not one of"),
        (
            lock_of('{"program": "x", "parts": [{"assertions": "1"}]}'),
            "`parts.0.assertions` is '1', not a",
        ),
        (lock_of('{"program": "x", "parts": [{"weak": [[1, 2, 3]]}]}'), "`parts.0.weak.0.1` is 2, not text"),
        (lock_of('{"program": "x", "parts": [{"value": ' + "[" * 900 + "]" * 900 + "}]}"), "deeper than 40 levels"),
        (lock_of('{"program": ["x"], "parts": []}'), ".run 0.program` is of type list, not text"),
        (lock_of('{"program": "x", "parts": [], "detail": {}}'), ".run 0.detail` is of type dict, not text"),
        (lock_of('{"program": "x", "parts": [], "raised": {"type": "E"}}'), "is damaged"),
        (
            lock_of('{"program": "x", "parts": []}', '{"program": "x", "parts": [{}]}'),
            "has two outcomes of one program",
        ),
    ],
)
def test_damaged_lock_is_told_apart(bank: Path, content: bytes, message: str) -> None:
    """What is no lock is bad usage, in one sentence that says what to do."""
    (bank / "questions" / "quizproof.lock").write_bytes(content)
    done = quizproof("build", "questions", "-o", "site", "--locked", cwd=bank)
    assert (done.returncode, message in done.stderr, "Traceback" in done.stderr) == (2, True, False), done.stderr
    assert "--write-lock" in done.stderr


def test_a_part_of_a_lock_can_be_read(bank: Path) -> None:
    """What is not read is not checked either; the rest is as ever."""
    path = bank / "questions" / "quizproof.lock"
    data = json.loads(path.read_text())
    quiz = next(iter(data["quizzes"]))
    data["quizzes"]["damaged"] = {"block": {"run": {"program": 1}}}
    path.write_text(json.dumps(data))
    part = Lock.read(path, [quiz])
    assert (list(part.quizzes), part.quizzes[quiz]) == ([quiz], data["quizzes"][quiz])
    with pytest.raises(UsageError, match="is damaged: "):
        Lock.read(path)
    with pytest.raises(UsageError, match="is damaged: "):
        Lock.read(path, ["damaged"])


def test_outcome_that_fits_no_program_is_refused(bank: Path) -> None:
    """A part was cut out of an outcome by hand: the question is not judged, and nobody sees a traceback."""
    edit(bank, "quizproof.lock", '"parts": [\n      {},\n', '"parts": [\n')
    done = quizproof("build", "questions", "-o", "site", "--locked", cwd=bank)
    assert (done.returncode, "quizproof.lock is damaged here" in done.stdout, done.stderr.count("\n")) == (3, True, 1)


def test_lock_does_not_change_what_later_checks_tell(bank: Path) -> None:
    """The versions that a lock tells of are not kept for runs of this machine."""
    edit(bank, "quizproof.lock", '   "python": "3', '   "python": "9')
    assert quizproof("build", "questions", "-o", "site", "--locked", cwd=bank).returncode == 0
    edit(bank, "sums.yaml", "What is printed?", "What does this print?")  # judged anew, from known outcomes
    done = quizproof("check", "questions", cwd=bank)
    assert "Python 3." in done.stdout
    assert "Python 9" not in done.stdout


def test_required_sandbox_is_that_of_the_lock(bank: Path) -> None:
    """`--require-sandbox` fails closed for a lock that was written under a weaker one, or under what nobody knows."""
    lock = bank / "questions" / "quizproof.lock"
    level = json.loads(lock.read_text())["sandbox"]
    arguments = ["build", "questions", "-o", "site", "--locked", "--require-sandbox", "landlock"]
    edit(bank, "quizproof.lock", f'"sandbox": "{level}"', '"sandbox": "none"')
    done = quizproof(*arguments, cwd=bank)
    assert (done.returncode, "which is weaker than `landlock`" in done.stderr) == (3, True)
    edit(bank, "quizproof.lock", '"sandbox": "none"', '"sandbox": "namespaces"')
    assert quizproof(*arguments, cwd=bank).returncode == 0
    edit(bank, "quizproof.lock", '"sandbox": "namespaces"', '"sandbox": "a moat"')
    done = quizproof(*arguments, cwd=bank)
    assert (done.returncode, "an unknown sandbox, `a moat`" in done.stderr) == (2, True)


def test_there_must_be_a_lock_and_one_bank(bank: Path) -> None:
    """Without a lock, or with more than one folder, the call is refused with a way forward."""
    assert "name the bank's folder" in quizproof("check", "questions/sums.yaml", "--write-lock", cwd=bank).stderr
    assert "name the bank's folder" in quizproof("check", "questions", "questions", "--diff-lock", cwd=bank).stderr
    (bank / "questions" / "quizproof.lock").unlink()
    for command in (["build", "questions", "-o", "site", "--locked"], ["check", "questions", "--diff-lock"]):
        done = quizproof(*command, cwd=bank)
        assert done.returncode == 2
        assert "there is no questions/quizproof.lock; `quizproof check --write-lock questions` writes it" in done.stderr


def test_lies_are_not_locked(bank: Path) -> None:
    """While something is refuted the old lock stays as it is."""
    before = (bank / "questions" / "quizproof.lock").read_bytes()
    edit(bank, "picks.yaml", "x += 2", "x += 3 - 2")
    done = quizproof("check", "questions", "--write-lock", cwd=bank)
    assert done.returncode == 1
    assert "not everything is proven, so questions/quizproof.lock was not written" in done.stderr
    assert (bank / "questions" / "quizproof.lock").read_bytes() == before


def test_diff_shows_what_changed(bank: Path) -> None:
    """No change is exit 0; a changed output is shown old beside new, and exit 1, although everything is proven."""
    done = quizproof("check", "questions", "--diff-lock", cwd=bank)
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "nothing changed since the lock was written")

    edit(bank, "sums.yaml", "number + {{ step }}", "number + {{ step }} + (number == 1)")
    edit(bank, "picks.yaml", "x += 2", "x += 1 + 1")
    edit(bank, "quizproof.lock", '"python": "3', '"python": "2')
    done = quizproof("check", "questions", "--diff-lock", cwd=bank)
    assert done.returncode == 1
    diff = done.stdout
    assert "sum in sums\n  most=2, step=1: code\n      0 1\n    - 1 2\n    + 1 3\n" in diff
    assert re.search(r"^python 2\S+, now 3", diff, re.MULTILINE)
    assert diff.splitlines()[-1].startswith("4 outputs changed, 1 program was edited without changing its output")


def test_diff_shows_what_came_and_went(bank: Path) -> None:
    """New and removed questions are told of; with --write-lock, the new state is locked after it was shown."""
    edit(bank, "picks.yaml", "id: pick", "id: choose")
    done = quizproof("check", "questions", "--diff-lock", "--write-lock", cwd=bank)
    assert done.returncode == 1
    assert "4 runs are new, 4 runs are gone" in done.stdout
    assert quizproof("check", "questions", "--diff-lock", cwd=bank).returncode == 0


def test_json_stays_alone_on_stdout(bank: Path) -> None:
    """With `--format json` differences are written to standard error."""
    done = quizproof("check", "questions", "--diff-lock", "--format", "json", cwd=bank)
    assert json.loads(done.stdout)["summary"]["proven"] > 0
    assert "nothing changed" in done.stderr


ENDLESS = """\
quiz: orders
title: Orders
topic: samples
blocks:
  - id: countdown
    kind: order-lines
    prompt: Count down.
    setup: |
      n = 3
      steps = []
    lines: |
      while len(steps) < n:
          steps.append(n - len(steps))
          last = steps[-1]
    indentation: true
    check: |
      assert steps == [3, 2, 1] and last == 1
    limits: {seconds: 1}
"""


def test_orders_are_locked_one_by_one(tmp_path: Path) -> None:
    """Programs that differ in the order of their lines have entries of their own, also one that never ends."""
    folder = tmp_path / "questions"
    folder.mkdir()
    (folder / "orders.yaml").write_text(ENDLESS)
    done = quizproof("check", "questions", "--write-lock", cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    runs = json.loads((folder / "quizproof.lock").read_text())["quizzes"]["orders"]["countdown"]
    assert {"setup + lines + check", "setup + lines + check #2", "setup + check"} <= set(runs)
    assert "limit" in {entry.get("status") for entry in runs.values()}
    done = quizproof("check", "questions", "--diff-lock", cwd=tmp_path)
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "nothing changed since the lock was written")
