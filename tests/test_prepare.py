"""The header's `prepare`: steps that run once, and what they leave for all later programs of the quiz."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import textwrap
from pathlib import Path
from typing import Any

import pytest

from helpers.dask_cluster import cluster
from helpers.processes import quizproof
from quizproof.outcome import Outcome, PartResult
from quizproof.runners.job import Job
from quizproof.runners.pool import Pool
from quizproof.runners.preparing import PreparingRunner
from quizproof.runners.recipe import NOT_MADE, Recipe, Step
from quizproof.runtimes.prepared.contents import MAX_DEPTH, MAX_ENTRIES, MAX_NAME, files_in, is_sane
from quizproof.runtimes.sandbox.levels import LEVELS, Level, refusal
from quizproof.store import prepared_files
from quizproof.store.prepared_files import PreparedFiles
from test_known import git

QUIZ = """\
quiz: prepared
title: Prepared
topic: samples
prepare:
  - name: The raw numbers
    code: |
      import json
      with open("prepared/raw.json", "w") as file:
          json.dump([3, 1, None, 2], file)
  - name: The clean numbers
    code: |
      import json, os
      raw = json.load(open("prepared/raw.json"))
      clean = sorted(number for number in raw if number is not None)
      assert clean == [1, 2, 3]
      os.makedirs("prepared/data/clean")
      with open("prepared/data/clean/numbers.json", "w") as file:
          json.dump(clean, file)
blocks:
  - id: how-many
    kind: number
    prompt: How many numbers are there, times {{ times }}?
    params: {times: [1, 2]}
    setup: |
      import json
      numbers = json.load(open("prepared/data/clean/numbers.json"))
    value: len(numbers) * {{ times }}
    explanation: They add up to {{ total }}.
    facts: {total: sum(numbers)}
  - id: first
    kind: choice
    prompt: Which line gives the smallest number?
    setup: import json
    check: assert smallest == 1
    options:
      - code: smallest = json.load(open("prepared/data/clean/numbers.json"))[0]
        key: true
      - code: smallest = json.load(open("prepared/raw.json"))[0]
        mistake: These are not sorted.
      - code: smallest = json.load(open("prepared/numbers.json"))[0]
        happens: "FileNotFoundError: numbers.json"
        mistake: It is in a folder.
  - id: write-the-mean
    kind: write-code
    prompt: Write `mean()` of the clean numbers.
    solution: |
      import json

      def mean():
          numbers = json.load(open("prepared/data/clean/numbers.json"))
          return sum(numbers) / len(numbers)
    checks:
      - name: A known one
        code: assert mean() == 2
    wrong:
      - code: |
          def mean():
              return 3
        mistake: That is how many there are.
  - id: larger
    kind: experiment
    text: Find a larger number.
    seeds: [1, 2]
    setup: |
      import json
      numbers = json.load(open("prepared/data/clean/numbers.json"))
    baseline: best = numbers[0]
    solution: best = numbers[-1]
    targets:
      - {name: Best, value: best + seed / 10, above: 2, margin: 0.5}
  - id: alone
    kind: number
    prompt: What is 6 times 7?
    value: 6 * 7
"""

READERS = ["how-many", "first", "write-the-mean", "larger"]
CLEAN = "[1, 2, 3]"

BLOCK = """\
blocks:
  - id: reads
    kind: number
    prompt: How many files are there?
    code: import os
    value: len(os.listdir("prepared"))
  - id: alone
    kind: number
    prompt: What is 6 times 7?
    value: 6 * 7
"""


def sum_of(text: str) -> str:
    """The digest of a file with this text."""
    return hashlib.sha256(text.encode()).hexdigest()


def written(folder: Path, text: str = QUIZ) -> Path:
    """A folder with a bank of one quiz."""
    (folder / "questions").mkdir(exist_ok=True)
    (folder / "questions" / "prepared.yaml").write_text(text)
    return folder


def with_steps(*codes: str) -> str:
    """A quiz with these steps, a block that reads what they leave, and one that does not."""
    steps = "".join(
        f"  - name: step {i}\n    code: |\n{textwrap.indent(code, ' ' * 6)}\n" for i, code in enumerate(codes, 1)
    )
    return f"quiz: steps\ntitle: Steps\ntopic: samples\nprepare:\n{steps}{BLOCK}"


@pytest.fixture
def bank(tmp_path: Path) -> Path:
    return written(tmp_path)


def edit(bank: Path, old: str, new: str) -> None:
    file = bank / "questions" / "prepared.yaml"
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def checked(bank: Path, *arguments: str, code: int | None = 0) -> dict[str, Any]:
    """The JSON report of a check that ends with this exit code."""
    done = quizproof("check", "--format", "json", *arguments, cwd=bank)
    assert code is None or done.returncode == code, done.stdout + done.stderr
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def told(report: dict[str, Any]) -> list[tuple[int, str, str | None]]:
    """Line, code and block of each finding."""
    return [(each["line"], each["code"], each["question"]) for each in report["findings"]]


def statuses(report: dict[str, Any]) -> dict[str, str]:
    return {each["id"]: each["status"] for each in report["questions"]}


def kept(cache_home: Path) -> Path:
    return cache_home / "quizproof" / "prepared"


# ---- steps, and programs that read their files


@pytest.mark.parametrize("level", LEVELS)
def test_programs_of_all_kinds_read_what_steps_leave(bank: Path, level: Level) -> None:
    """Keys, wrong options, facts, small changes and scripts with seeds, under every sandbox."""
    if why := refusal(level):
        pytest.skip(why)
    report = checked(bank, "--sandbox", level)
    assert report["findings"] == []
    assert set(statuses(report).values()) == {"proven"}
    (quiz,) = report["quizzes"]
    assert [(each["what"], each["verdict"], each["evidence"]["value"]) for each in quiz["steps"]] == [
        ("step `The raw numbers`", "proven", {"raw.json": sum_of("[3, 1, null, 2]")}),
        (
            "step `The clean numbers`",
            "proven",
            {"data/clean/numbers.json": sum_of(CLEAN), "raw.json": sum_of("[3, 1, null, 2]")},
        ),
    ]
    claims = sum(len(each["claims"]) for each in report["questions"])
    assert report["summary"]["claims"] == report["summary"]["proven"] == claims + 2


def test_a_failing_step_is_told_once_and_what_reads_it_says_so_once(bank: Path) -> None:
    edit(bank, "assert clean == [1, 2, 3]", "assert clean == [1, 2]")
    report = checked(bank, code=1)
    line = QUIZ[: QUIZ.index("assert clean")].count("\n") + 1
    first, *others = told(report)
    assert first == (line, "QP213", None)
    assert [each[1:] for each in others] == [("QP910", name) for name in READERS]
    assert statuses(report) == {**dict.fromkeys(READERS, "unverified"), "alone": "proven"}
    assert "AssertionError" in report["findings"][0]["message"]
    assert "The clean numbers" in report["findings"][1]["message"]


def test_a_step_after_a_failing_one_is_not_run(tmp_path: Path) -> None:
    report = checked(written(tmp_path, with_steps("1 / 0", 'open("prepared/x", "w").write("y")')), code=1)
    assert [each[1] for each in told(report)] == ["QP213", "QP910", "QP910"]
    assert [each["verdict"] for each in report["quizzes"][0]["steps"]] == ["refuted", "unverified"]


UNSTABLE = {
    "when it was run again": "import time\nopen('prepared/x', 'w').write(str(time.time()))",
    "unseeded": "import random\nopen('prepared/x', 'w').write(str(random.random()))",
    "with its sets in another order": "open('prepared/x', 'w').write(str({'a', 'b', 'c', 'd'}))",
    "with other hashes": "open('prepared/x', 'w').write(str(hash('a') % 1000))",
    "with 2 threads": "import os\nopen('prepared/x', 'w').write(os.environ['OMP_NUM_THREADS'])",
    "left no `x`": "import os\nopen('prepared/' + 'xy'[int(os.environ['OMP_NUM_THREADS']) - 1], 'w').write('z')",
}


@pytest.mark.parametrize("words", UNSTABLE)
def test_other_files_in_another_run_are_unstable(tmp_path: Path, words: str) -> None:
    report = checked(written(tmp_path, with_steps(UNSTABLE[words])), code=1)
    assert told(report) == [(7, "QP401", None), (told(report)[1][0], "QP910", "reads")]
    assert words in report["findings"][0]["message"]
    assert "`x`" in report["findings"][0]["message"]
    assert statuses(report) == {"reads": "unverified", "alone": "proven"}


def test_what_goes_on_writing_has_ended_before_the_files_are_taken(tmp_path: Path) -> None:
    """A process that outlives its step, in a session of its own, changes nothing of what is kept."""
    code = textwrap.dedent("""\
        import os, time
        open("prepared/x", "w").write("done")
        if os.fork() == 0:
            os.setsid()
            time.sleep(0.5)
            while True:
                open("prepared/x", "a").write("more")
        """)
    report = checked(written(tmp_path, with_steps(code)))
    assert report["quizzes"][0]["steps"][0]["evidence"]["value"] == {"x": sum_of("done")}


def test_the_same_files_each_time_are_stable(tmp_path: Path) -> None:
    """Beside the unstable ones: seeded chance and a sorted set, whatever threads and hashes there are."""
    code = "import random\nrandom.seed(0)\nopen('prepared/x', 'w').write(f'{random.random()} {sorted({1, 2, 3})}')"
    report = checked(written(tmp_path, with_steps(code)))
    assert report["findings"] == []


def test_a_step_may_change_what_earlier_ones_left(tmp_path: Path) -> None:
    """Programs find the folder as the last step leaves it."""
    second = 'import os\nos.rename("prepared/a", "prepared/b")\nopen("prepared/b", "a").write("two")'
    text = with_steps('open("prepared/a", "w").write("one")', second)
    report = checked(written(tmp_path, text))
    assert report["quizzes"][0]["steps"][1]["evidence"]["value"] == {"b": sum_of("onetwo")}
    assert report["questions"][0]["answer"] == "1"


def test_steps_read_the_files_of_the_bank(tmp_path: Path) -> None:
    bank = written(tmp_path, with_steps('open("prepared/x", "w").write(open("files/data.txt").read() * 2)'))
    (bank / "questions" / "files").mkdir()
    (bank / "questions" / "files" / "data.txt").write_text("ab")
    report = checked(bank)
    assert report["quizzes"][0]["steps"][0]["evidence"]["value"] == {"x": sum_of("abab")}


def test_limits_of_a_step_are_its_own(tmp_path: Path) -> None:
    text = with_steps('open("prepared/x", "w").write("y" * (2 << 20))')
    assert checked(written(tmp_path, text))["findings"] == []
    report = checked(written(tmp_path, text.replace(f"\n{BLOCK}", f"\n    limits: {{file_mib: 1}}\n{BLOCK}")), code=1)
    assert [each[1] for each in told(report)] == ["QP210", "QP910"]


WRONG_HEADERS = {
    "two steps have the name 'step 1'": ("step 2", "step 1", "QP115"),
    "`nam`": ("name: step 2", "nam: step 2", "QP107"),
    "is code in a folded `>` block": ("2\n    code: |", "2\n    code: >", "QP112"),
}


@pytest.mark.parametrize("words", WRONG_HEADERS)
def test_wrong_headers(tmp_path: Path, words: str) -> None:
    """Mistakes in the form of a step are told at their places."""
    old, new, code = WRONG_HEADERS[words]
    text = with_steps("x = 1\n", "y = 2\n")
    assert old in text
    report = checked(written(tmp_path, text.replace(old, new)), code=1)
    assert [code] == [each["code"] for each in report["findings"] if words in each["message"]], report["findings"]


# ---- what is run again


def test_nothing_is_run_twice(bank: Path) -> None:
    assert checked(bank)["summary"]["runs"] > 15
    edit(bank, "6 * 7", "7 * 6")  # the proof of the file is gone, and its outcomes are not
    assert checked(bank)["summary"]["runs"] == 2


def test_a_change_of_a_step_runs_what_reads_it(bank: Path) -> None:
    """Where its files stay the same, only the step itself; where they do not, all that reads them, and nothing else."""
    all_ = checked(bank)["summary"]["runs"]
    edit(bank, "clean = sorted(", "clean = sorted(  # by size")
    edit(bank, "sorted(  # by size", "sorted(")
    edit(bank, "import json, os", "import os, json")
    report = checked(bank)
    assert report["summary"]["runs"] == 3  # the step, once more under other conditions, and on other threads
    edit(bank, "json.dump(clean, file)", 'file.write("[1,2,3]")')
    report = checked(bank)
    assert report["findings"] == []
    again, known = report["summary"]["runs"], report["summary"]["cached"]
    assert (again + known, again > 15) == (all_, True)
    assert known >= 5  # the first step, and the block that has nothing to do with it


def test_files_that_are_gone_are_made_again(bank: Path, cache_home: Path) -> None:
    checked(bank)
    for file in kept(cache_home).glob("??/*"):
        file.unlink()
    edit(bank, "== 2", "== 4 / 2")
    report = checked(bank)
    assert report["findings"] == []
    assert {sum_of(CLEAN), sum_of("[3, 1, null, 2]")} == names_of(kept(cache_home))


def test_a_damaged_file_is_made_again(bank: Path, cache_home: Path) -> None:
    """No program reads it: the digest is compared each time."""
    checked(bank)
    for file in kept(cache_home).glob("??/*"):
        file.write_text("[9, 9, 9]")
    edit(bank, "== 2", "== 4 / 2")
    assert checked(bank)["findings"] == []
    contents = {file.read_text() for file in kept(cache_home).glob("??/*")}
    assert contents == {CLEAN, "[3, 1, null, 2]"}


def names_of(folder: Path) -> set[str]:
    """The digests by which files are kept."""
    return {file.parent.name + file.name for file in folder.glob("??/*")}


def test_the_cache_commands_count_and_clear_them(bank: Path, cache_home: Path) -> None:
    checked(bank)
    assert "2  files that steps of `prepare` left, 0.0 MB" in quizproof("cache", "stats", cwd=bank).stdout
    assert ", and 2 prepared files" in quizproof("cache", "clear", cwd=bank).stdout
    assert not kept(cache_home).exists()
    assert "0  files that steps" in quizproof("cache", "stats", cwd=bank).stdout


def test_without_a_cache_nothing_is_kept(bank: Path, cache_home: Path) -> None:
    assert checked(bank, "--no-cache")["findings"] == []
    assert not cache_home.exists()


# ---- the lock


@pytest.fixture(scope="module")
def committed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bank with its lock, in a commit."""
    bank = written(tmp_path_factory.mktemp("committed"))
    assert quizproof("check", "--write-lock", "--no-cache", cwd=bank).returncode == 0
    commit(bank)
    return bank


@pytest.fixture
def locked(committed: Path, tmp_path: Path) -> Path:
    """The same, to be changed, and nothing in the cache."""
    return shutil.copytree(committed, tmp_path, dirs_exist_ok=True)


def commit(bank: Path) -> None:
    git(bank, "init", "--quiet")
    git(bank, "add", "questions")
    git(bank, "commit", "--quiet", "--message", "The bank")


def lock_of(bank: Path) -> Path:
    return bank / "questions" / "quizproof.lock"


def test_the_lock_has_the_digests_and_needs_no_files(locked: Path, cache_home: Path) -> None:
    steps = json.loads(lock_of(locked).read_text())["quizzes"]["prepared"]["header.prepare"]
    assert steps["The clean numbers"]["parts"][-1]["value"] == {
        "data/clean/numbers.json": sum_of(CLEAN),
        "raw.json": sum_of("[3, 1, null, 2]"),
    }
    report = checked(locked, "--locked")
    assert (report["findings"], report["summary"]["runs"]) == ([], 0)
    assert set(statuses(report).values()) == {"proven"}
    built = quizproof("build", "questions", "--locked", "-o", "public", cwd=locked)
    assert (built.returncode, "Nothing was run" in built.stdout) == (0, True)
    taken = quizproof("take", "prepared", "--locked", "--plain", cwd=locked)
    assert "not match" not in taken.stderr
    assert not kept(cache_home).exists()


def test_a_lock_of_another_step_is_stale(locked: Path) -> None:
    edit(locked, "import json, os", "import os, json")
    report = checked(locked, "--locked", code=None)
    step = QUIZ[: QUIZ.index("name: The clean")].count("\n") + 1
    assert [each[:2] for each in told(report) if each[2] is None] == [(step, "QP903")]
    assert {each[1:] for each in told(report) if each[2]} == {("QP910", name) for name in READERS}
    assert statuses(report)["alone"] == "proven"
    assert {statuses(report)[name] for name in READERS} == {"unverified"}


def test_what_a_revision_knows_needs_no_files_until_something_is_run(locked: Path, cache_home: Path) -> None:
    """Then the steps are run again first, each once, and leave what the lock says."""
    report = checked(locked, "--known", "HEAD")
    assert (report["findings"], report["summary"]["runs"]) == ([], 0)
    assert not kept(cache_home).exists()
    quizproof("cache", "clear", cwd=locked)
    edit(locked, "assert mean() == 2", "assert mean() == 4 / 2")
    report = checked(locked, "--known", "HEAD")
    assert report["findings"] == []
    assert names_of(kept(cache_home)) == {sum_of(CLEAN), sum_of("[3, 1, null, 2]")}
    assert report["summary"]["known"] > 15 > report["summary"]["runs"] > 2


def test_other_files_than_a_revision_knows_are_told(locked: Path) -> None:
    """What has to be run and reads them is not verified; what is known is believed, as asked."""
    text = lock_of(locked).read_text()
    other = sum_of("[1, 2, 4]")
    lock = json.loads(text)
    steps = lock["quizzes"]["prepared"]["header.prepare"]
    steps["The clean numbers"]["parts"][-1]["value"]["data/clean/numbers.json"] = other
    lock_of(locked).write_text(json.dumps(lock))
    commit(locked)
    report = checked(locked, "--known", "HEAD", code=3)
    assert [each[1:] for each in told(report)] == [("QP910", name) for name in READERS]
    words = "the step `The clean numbers`, run again here, left another `data/clean/numbers.json` than is known of it"
    assert all(words in each["message"] for each in report["findings"])
    assert statuses(report)["alone"] == "proven"


def test_an_audit_of_a_step_that_is_known_to_leave_something_else(locked: Path) -> None:
    """It is told at the step, and what reads its files is judged by those that are there."""
    lock = json.loads(lock_of(locked).read_text())
    steps = lock["quizzes"]["prepared"]["header.prepare"]
    steps["The raw numbers"]["parts"][-1]["value"]["raw.json"] = sum_of("[]")
    lock_of(locked).write_text(json.dumps(lock))
    commit(locked)
    report = checked(locked, "--known", "HEAD", "--audit", "100%", code=1)
    assert [each[1:] for each in told(report)] == [("QP402", None)]
    assert "left `raw.json`" in report["findings"][0]["message"]
    assert set(statuses(report).values()) == {"proven"}


@pytest.mark.parametrize("value", ['"../../etc/passwd"', '{"../x": "%s"}' % ("a" * 64), '{"x": "a"}', "[]", '{"x": 1}'])
def test_a_lock_with_hostile_files_is_refused(locked: Path, value: str) -> None:
    lock = json.loads(lock_of(locked).read_text())
    lock["quizzes"]["prepared"]["header.prepare"]["The clean numbers"]["parts"][-1]["value"] = json.loads(value)
    lock_of(locked).write_text(json.dumps(lock))
    report = checked(locked, "--locked", code=1)
    assert told(report)[0][1] == "QP260"
    assert {statuses(report)[name] for name in READERS} == {"unverified"}


# ---- parts of a bank, and clusters


@pytest.mark.parametrize("old", ["", "assert clean == [1, 2, 3]"])
def test_shards_merge_to_the_whole(bank: Path, old: str) -> None:
    """Every shard runs the steps that it needs, and one reports them."""
    if old:
        edit(bank, old, "assert not clean")
    whole = checked(bank, code=None)
    parts = []
    for number in (1, 2, 3):
        parts.append(f"part{number}.json")
        quizproof("check", "--no-cache", "--shard", f"{number}/3", "--format", "json", "-o", parts[-1], cwd=bank)
    done = quizproof("merge", *parts, "--format", "json", cwd=bank)
    merged = json.loads(done.stdout)
    assert merged["findings"] == whole["findings"]
    assert merged["quizzes"] == whole["quizzes"]
    counts = ("claims", "proven", "refuted", "unverified")
    assert [merged["summary"][name] for name in counts] == [whole["summary"][name] for name in counts]


def test_a_cluster_makes_the_files_on_each_worker(tmp_path: Path, cache_home: Path) -> None:
    """The report is that of a local check, and a worker whose files differ is told."""
    good = written(tmp_path)
    local = checked(good, "--no-cache")
    with cluster(2) as two:
        remote = checked(good, "--no-cache", "--dask", two.address)
        assert (remote["findings"], remote["questions"]) == (local["findings"], local["questions"])
        assert remote["quizzes"] == local["quizzes"]
        # What a step leaves depends on the worker, and on nothing that a second look changes.
        where = 'import socket\nopen("prepared/x", "w").write("y")\n'
        assert checked(written(tmp_path, with_steps(where)), "--no-cache", "--dask", two.address)["findings"] == []


# ---- learners


def test_learners_see_the_steps_once(bank: Path) -> None:
    edit(bank, "prepare:\n", 'setup: "third = 3"\nprepare:\n')
    assert quizproof("build", "questions", "-o", "public", cwd=bank).returncode == 0
    page = (bank / "public" / "samples" / "prepared.html").read_text()
    places = [page.index(words) for words in ("The raw numbers", "The clean numbers", "Every program here begins with")]
    assert places == sorted(places)
    assert page.count("The clean numbers") == 1
    assert "(not proven)" not in page
    assert places[-1] < page.index('id="q-how-many"')
    done = quizproof("take", "alone", "--plain", cwd=bank, stdin="42\n")
    assert done.stdout.count("Prepared once: The clean numbers") == 1


def test_a_page_says_which_step_is_not_proven(bank: Path) -> None:
    edit(bank, "assert clean == [1, 2, 3]", "assert not clean")
    assert quizproof("build", "questions", "-o", "public", "--keep-going", cwd=bank).returncode == 1
    page = (bank / "public" / "samples" / "prepared.html").read_text()
    assert "Prepared once: The clean numbers (not proven)" in page
    assert "Prepared once: The raw numbers<" in page
    done = quizproof("take", "alone", "--plain", cwd=bank, stdin="42\n")
    assert "Prepared once: The clean numbers (not proven)" in done.stdout


@pytest.mark.parametrize(
    ("body", "code", "cache"),
    [("sum(numbers) / len(numbers)", 0, ()), ("sum(numbers) / 3", 0, ("--no-cache",)), ("numbers[0]", 1, ())],
)
def test_a_learners_program_reads_them(bank: Path, body: str, code: int, cache: tuple[str, ...]) -> None:
    program = 'import json\ndef mean():\n    numbers = json.load(open("prepared/data/clean/numbers.json"))\n    return '
    (bank / "mine.py").write_text(f"{program}{body}\n")
    done = quizproof("try", "mine.py", "questions", "--question", "write-the-mean", *cache, cwd=bank)
    assert (done.returncode, "FileNotFoundError" in done.stdout + done.stderr) == (code, False)


@pytest.mark.parametrize(("script", "code"), [("best = max(numbers)", 0), ("best = min(numbers)", 1)])
def test_a_learners_script_reads_them(bank: Path, script: str, code: int) -> None:
    (bank / "mine.py").write_text(f"{script}\n")
    done = quizproof("try", "mine.py", "questions", "--experiment", "larger", cwd=bank)
    assert (done.returncode, "FileNotFoundError" in done.stdout + done.stderr) == (code, False)


def test_no_script_is_tried_on_a_step_that_fails(bank: Path) -> None:
    edit(bank, "assert clean == [1, 2, 3]", "assert not clean")
    (bank / "mine.py").write_text("best = 3\n")
    done = quizproof("try", "mine.py", "questions", "--experiment", "larger", cwd=bank)
    assert (done.returncode, "a step of `prepared` is not proven here" in done.stderr) == (3, True)


def test_a_program_that_is_taken_reads_them(bank: Path) -> None:
    (bank / "mine.py").write_text(
        'import json\ndef mean():\n    return sum(json.load(open("prepared/data/clean/numbers.json"))) / 3\n'
    )
    done = quizproof("take", "write-the-mean", "--plain", cwd=bank, stdin="mine.py\n")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 of 1" in done.stdout


# ---- what is kept


@pytest.mark.parametrize(
    "path", ["", ".", "..", "a//b", "/a", "a/../b", "a\nb", "a\x1b", "\udc80", "a" * (MAX_NAME + 1), 3]
)
def test_odd_paths_are_not_sane(path: object) -> None:
    assert not is_sane(path)


@pytest.mark.parametrize("path", ["a", "a/b.npy", ".hidden", "größe 1.txt", "a" * MAX_NAME, "/".join("a" * MAX_DEPTH)])
def test_usual_paths_are_sane(path: str) -> None:
    assert is_sane(path)
    assert files_in({path: "0" * 64}) == {path: "0" * 64}


def test_a_file_is_no_folder_too() -> None:
    sum_ = "0" * 64
    assert files_in({"a": sum_, "ab/c": sum_})
    assert files_in({"a": sum_, "a/b": sum_}) is None
    assert files_in({str(number): sum_ for number in range(MAX_ENTRIES)})
    assert files_in({str(number): sum_ for number in range(MAX_ENTRIES + 1)}) is None


def archive_of(*texts: str) -> int:
    """The descriptor of an archive of files with these texts."""
    descriptor = os.memfd_create("archive")
    os.write(descriptor, "".join(texts).encode())
    return descriptor


def test_files_are_kept_by_content(tmp_path: Path) -> None:
    store = PreparedFiles(tmp_path / "kept")
    files = store.keep({"a": 3, "b/c": 2, "d": 0}, archive_of("one", "ab"))
    assert files == {"a": sum_of("one"), "b/c": sum_of("ab"), "d": sum_of("")}
    folder = store.folder(files)
    assert folder is not None
    assert {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*") if path.is_file()} == {
        "a": "one",
        "b/c": "ab",
        "d": "",
    }
    assert (folder / "a").stat().st_mode & 0o222 == 0
    assert store.folder({"x": sum_of("never")}) is None
    store.close()
    assert not folder.exists()
    assert prepared_files.stats(tmp_path / "kept") == (3, 5)
    again = PreparedFiles(tmp_path / "kept")
    assert again.folder(files)
    again.close()


@pytest.mark.parametrize("sizes", [{"a": 4}, {"a": 2}, {"a": -1}, {"../a": 3}, {"a": "3"}, ["a"], {"a": True}])
def test_an_archive_that_is_none_is_refused(tmp_path: Path, sizes: object) -> None:
    store = PreparedFiles(tmp_path / "kept")
    with pytest.raises(ValueError, match=r"listing|archive"):
        store.keep(sizes, archive_of("one"))
    assert store.keep({"a": 3}, archive_of("one")) == {"a": sum_of("one")}
    store.close()


def test_the_oldest_files_go_when_there_are_too_many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prepared_files, "MAX_MIB", 1)
    store = PreparedFiles(tmp_path)
    texts = [str(number) * 300_000 for number in range(3)]
    sums = [store.keep({"a": 300_000}, archive_of(text))["a"] for text in texts]
    for age, sum_ in enumerate(sums):
        os.utime(tmp_path / sum_[:2] / sum_[2:], (age, age))
    store.close()
    assert names_of(tmp_path) == set(sums)
    more = store.keep({"a": 300_000}, archive_of("9" * 300_000))["a"]
    store.close()
    assert names_of(tmp_path) == {sums[2], more}


def test_files_are_kept_for_the_moment_where_nothing_can_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    store = PreparedFiles(tmp_path / "file" / "kept")
    files = store.keep({"a": 3}, archive_of("one"))
    folder = store.folder(files)
    assert folder is not None
    assert (folder / "a").read_text() == "one"
    store.close()


# ---- the runner


LIMITS = {"seconds": 10, "memory_mib": 256, "output_kib": 64, "file_mib": 4, "processes": 32}


GOOD = {"x": sum_of("good")}
READS = [{"role": "value", "source": "[*__import__('os').listdir('prepared'), open('prepared/x').read()]", "line": 1}]


def parts(code: str) -> list[dict[str, Any]]:
    lines = code.count("\n") + 1
    return [{"role": "code", "source": code, "line": 1}, {"role": "value", "source": "'x'", "line": lines + 1}]


@pytest.mark.parametrize("level", LEVELS)
def test_what_is_prepared_is_only_read(tmp_path: Path, level: Level) -> None:
    """A run that reads does; one that writes, adds or deletes is refused, and the next one finds what was there."""
    if why := refusal(level):
        pytest.skip(why)
    recipe = Recipe((Step("a", "python", parts('open("prepared/x", "w").write("good")'), LIMITS, None, GOOD),))
    codes = {
        "write": 'open("prepared/x", "w").write("bad")',
        "add": 'open("prepared/y", "w").write("bad")',
        "delete": 'import os\nos.unlink("prepared/x")',
        "replace": 'import os\nos.rename("prepared", "elsewhere")\nopen("elsewhere/x", "w")',
        "mode": 'import os\nos.chmod("prepared/x", 0o777)\nopen("prepared/x", "w")',
    }
    with PreparingRunner[str](Pool[Any](1, level), tmp_path) as runner:
        runner.submit(Job("step", "python", recipe.steps[0].parts, LIMITS, step=True))
        results(runner)
        for key, code in codes.items():
            runner.submit(Job(key, "python", parts(code), LIMITS, prepared=recipe))
        found = results(runner)
        runner.submit(Job("read", "python", READS, LIMITS, prepared=recipe))
        after = results(runner)
    if level == "none":  # the permissions of files are all that there is, which hold no root and no intent
        assert after["read"].status == "finished"
    else:
        assert {key: outcome.status for key, outcome in found.items()} == dict.fromkeys(codes, "raised")
        assert after["read"].parts == (PartResult(value=["x", "good"]),)
    kept = PreparedFiles(tmp_path)
    assert kept.folder(GOOD)  # what is kept was out of reach at any level
    kept.close()


def results(runner: PreparingRunner[Any]) -> dict[Any, Outcome]:
    found: dict[Any, Outcome] = {}
    while runner.backlog:
        found.update(runner.collect())
    return found


def test_a_hostile_step_gets_no_other_step_its_files(tmp_path: Path) -> None:
    """One that leaves a reply which is none keeps its own archive: the steps after it in the process have theirs."""
    # The examination of its assertions names a line that the program does not have.
    forging = textwrap.dedent("""\
        import json, os, struct, sys
        open("prepared/x", "w").write("evil")
        frame = sys._getframe()
        while "reply" not in frame.f_locals:
            frame = frame.f_back
        reply = frame.f_locals["reply"]
        part = {"out": 0, "err": 0, "assertions": 0, "value": None, "dtype": "", "warned": []}
        found = {"weak": [[10 ** 6, "constant", ""]], "tried": 0, "noticed": 0, "missed": ""}
        for at, data in ((0, {"status": "finished", "parts": [part] * 2}), (1 << 20, [found] * 2)):
            body = json.dumps(data).encode()
            reply[at : at + 8 + len(body)] = struct.pack("!II", 1, len(body)) + body
        os._exit(0)
        """)
    honest = 'open("prepared/x", "w").write("good")'
    with PreparingRunner[str](Pool[Any](1), tmp_path) as runner:
        for key, code in (("forging", forging), ("honest", honest)):
            runner.submit(Job(key, "python", parts(code), LIMITS, step=True))
        found = results(runner)
    assert found["forging"].status == "died"
    assert found["honest"].parts[-1].value == {"x": sum_of("good")}


def test_steps_that_are_run_again_must_leave_the_same(tmp_path: Path) -> None:
    """A run that reads gets its files; one whose recipe says something else is not started, and says why."""
    code = 'open("prepared/x", "w").write("good")'

    def recipe(sum_: str) -> Recipe:
        return Recipe((Step("a", "python", parts(code), LIMITS, None, {"x": sum_}),))

    with PreparingRunner[str](Pool[Any](2), tmp_path) as runner:
        for number in range(3):
            runner.submit(Job(f"good {number}", "python", READS, LIMITS, prepared=recipe(sum_of("good"))))
            runner.submit(Job(f"bad {number}", "python", READS, LIMITS, prepared=recipe(sum_of("bad"))))
        found = results(runner)
        runner.submit(Job("bad later", "python", READS, LIMITS, prepared=recipe(sum_of("bad"))))
        assert results(runner)["bad later"].detail == found["bad 0"].detail
        assert runner.runs == 5  # three that read, and each recipe once
    assert [found[f"good {number}"].parts for number in range(3)] == [(PartResult(value=["x", "good"]),)] * 3
    assert {found[f"bad {number}"].status for number in range(3)} == {"fault"}
    detail = NOT_MADE + "the step `a`, run again here, left another `x` than is known of it"
    assert {found[f"bad {number}"].detail for number in range(3)} == {detail}
