"""The cache: what is known is found again, what might be otherwise is run again, and nothing gets lost."""

from __future__ import annotations

import io
import json
import math
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, overload

import pytest

from helpers.processes import quizproof
from quizproof import rules
from quizproof.errors import UsageError
from quizproof.loading.files import find_files
from quizproof.outcome import Outcome, PartResult, Raised, Status
from quizproof.proof import BlockProof, JudgedClaim, QuizProof, Report, VariantProof
from quizproof.proving import prove as prove_module
from quizproof.proving.prove import Proving
from quizproof.runners.pool import Pool
from quizproof.runtimes.conditions import USUAL
from quizproof.runtimes.sandbox.levels import LEVELS, Level, refusal
from quizproof.store import fingerprints, keys
from quizproof.store.cache import Cache, default_path
from quizproof.store.proof_cache import ProofCache
from quizproof_renderers.reports import formats
from quizproof_renderers.site.build import build_site

HERE = Path(__file__).parent

BANK = """\
quiz: a
title: First title
topic: samples
blocks:
  - id: sum
    kind: predict-output
    prompt: What is printed?
    code: print(1 + 1)
    distractors:
      - prints: 11
        mistake: Joins the digits.

  - id: pick
    kind: choice
    prompt: Which makes it two?
    setup: x = 1
    check: assert x == 2
    options:
      - code: x += 1
        key: true
      - code: x += 2
        mistake: Adds too much.

  - id: lie
    kind: number
    prompt: How many are there?
    value: len("ab")
    answer: 3
"""
"""Two questions that hold, and one whose stated answer does not."""

RUNS = 8
"""The different programs of that bank: one for `sum`, three for `pick`, one for `lie`; and one more run of each key."""


@pytest.fixture
def bank(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the bank in it, which is the working folder."""
    folder = tmp_path / "here"
    (folder / "questions").mkdir(parents=True)
    (folder / "questions" / "a.yaml").write_text(BANK)
    monkeypatch.chdir(folder)
    return folder / "questions"


def proven(*paths: Path | str, sandbox: Level | None = None, cached: bool = True, displays: bool = True) -> Report:
    """Prove files as the command line does, with the cache of this test."""
    files = find_files(paths or ("questions",))
    if not cached:
        return Proving(files, Pool[Any](2, sandbox), displays=displays).report()
    with Cache() as cache:
        return Proving(files, Pool[Any](2, sandbox), cache=cache, displays=displays).report()


def counts(report: Report) -> tuple[int, int]:
    """The runs carried out, and the outcomes that were known."""
    return report.summary.runs, report.summary.cached


def lasting(report: Report) -> Any:
    """All that a report says, but for how it was come by."""
    stream = io.StringIO()
    formats.write(report, "json", stream)
    data = json.loads(stream.getvalue())
    for name in ("runs", "cached", "shared", "alone", "seconds"):
        del data["summary"][name]
    return data


# The file


def test_it_is_where_the_platform_keeps_caches(cache_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert default_path() == cache_home / "quizproof" / "cache.sqlite3"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", "/home/somebody")
    for platform, place in (("linux", ".cache"), ("darwin", "Library/Caches")):
        monkeypatch.setattr(sys, "platform", platform)
        assert default_path() == Path("/home/somebody", place, "quizproof", "cache.sqlite3")


def test_texts_are_kept_for_other_processes(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "down" / "cache"
    text = 'a\n\0\u2028😀"'
    script = "from quizproof.store.cache import Cache\nfrom pathlib import Path\n"
    script += f"with Cache(Path({str(path)!r})) as cache:\n"
    script += f"    cache.put('run:1', {text!r})\n    assert cache.get('run:1') == {text!r}  # before it is written\n"
    subprocess.run([sys.executable, "-c", script], check=True)
    with Cache(path) as cache:
        assert (cache.get("run:1"), cache.get("run:2")) == (text, None)
        cache.put("run:1", "another")
        cache.put("quiz:1", "")
    with Cache(path) as cache:
        assert (cache.get("run:1"), cache.get("quiz:1")) == ("another", "")
        stats = cache.stats()
        assert (stats.path, stats.entries, stats.max_bytes) == (path, {"run": 1, "quiz": 1}, 512 * 1024 * 1024)
        assert 0 < stats.bytes <= path.stat().st_size
        assert cache.clear() == 2
        assert (cache.get("run:1"), cache.stats().entries) == (None, {})
    assert [file.name for file in path.parent.iterdir()] == ["cache"]


def test_what_was_put_in_is_written_in_batches(tmp_path: Path) -> None:
    """A process that is killed loses the last texts, not all."""
    path = tmp_path / "cache"
    script = """if True:
        import os, sys
        from pathlib import Path
        from quizproof.store.cache import Cache
        cache = Cache(Path(sys.argv[1]))
        for n in range(1000):
            cache.put(f"run:{n}", str(n))
        os.kill(os.getpid(), 9)
    """
    assert subprocess.run([sys.executable, "-c", script, path]).returncode == -9
    with Cache(path) as cache:
        found = sum(cache.get(f"run:{n}") == str(n) for n in range(1000))
        assert found >= 900
        assert cache.set_aside is None


def test_several_processes_lose_nothing(tmp_path: Path) -> None:
    """Each begins the file if it is not there, writes often, and reads on the way."""
    script = """if True:
        import sys
        from pathlib import Path
        from quizproof.store.cache import Cache
        sys.stdin.readline()
        with Cache(Path(sys.argv[1])) as cache:
            assert cache.set_aside is None
            for n in range(400):
                cache.put(f"run:{sys.argv[2]}-{n}", "x" * 500)
                cache.put("run:shared", "y" * n)
                if n % 10 == 0:
                    cache.flush()
                    assert cache.get(f"run:{sys.argv[2]}-{n // 2}") == "x" * 500
    """
    path = tmp_path / "cache"
    command = [sys.executable, "-c", script, str(path)]
    writers = [
        subprocess.Popen([*command, name], stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for name in "abc"
    ]
    for writer in writers:  # all at once
        assert writer.stdin is not None
        writer.stdin.write("\n")
        writer.stdin.flush()
    assert [(writer.communicate()[1], writer.returncode) for writer in writers] == [("", 0)] * 3
    with Cache(path) as cache:
        assert cache.stats().entries == {"run": 3 * 400 + 1}
        assert all(cache.get(f"run:{name}-{n}") == "x" * 500 for name in "abc" for n in range(400))
        assert cache.get("run:shared") == "y" * 399


def test_what_was_not_used_for_longest_goes_first(tmp_path: Path) -> None:
    """When there is more than fits, the cache is brought down to four fifths."""
    path = tmp_path / "cache"
    with Cache(path, max_mib=4) as cache:
        for n in range(80):
            cache.put(f"run:{n}", str(n % 10) * 50_000)
    with sqlite3.connect(path) as base:  # as if each had been used on a day of its own
        base.execute("UPDATE texts SET used = used - 200 + CAST(substr(key, 5) AS INTEGER)")
    base.close()
    with Cache(path, max_mib=4) as cache:
        assert cache.stats().entries == {"run": 80}
        assert cache.get("run:3") is not None  # which makes it young
        for n in range(80, 90):
            cache.put(f"run:{n}", str(n % 10) * 50_000)
    with Cache(path, max_mib=4) as cache:
        left = [n for n in range(90) if cache.get(f"run:{n}")]
        assert left == [3, *range(left[1], 90)]
        assert 3_000_000 < len(left) * 50_000 <= cache.stats().bytes <= 0.8 * 4 * 1024 * 1024 + 100_000


# What is no cache of ours


def damaged(path: Path, how: str) -> None:
    """Put something at the place of a cache."""
    path.parent.mkdir(parents=True, exist_ok=True)
    match how:
        case "garbage":
            path.write_bytes(b"not a database " * 1000)
        case "a short text":
            path.write_text("hello")
        case "another schema":
            with Cache(path) as cache:
                cache.put("run:1", "x")
            with sqlite3.connect(path) as base:
                base.execute("PRAGMA user_version = 99")
            base.close()
        case "another table":
            with sqlite3.connect(path) as base:
                base.execute("CREATE TABLE texts (key TEXT)")
            base.close()
        case "another program's":
            with sqlite3.connect(path) as base:
                base.execute("CREATE TABLE thesis (chapter TEXT)")
                base.execute("PRAGMA user_version = 3")
            base.close()
        case "garbage inside":
            with Cache(path) as cache:
                for n in range(2000):
                    cache.put(f"run:{n}", f"{n}" * 50)
            content = path.read_bytes()
            path.write_bytes(content[:4096] + os.urandom(len(content) - 4096))
        case "truncated":
            with Cache(path) as cache:
                for n in range(2000):
                    cache.put(f"run:{n}", f"{n}" * 50)
            path.write_bytes(path.read_bytes()[:6000])


DAMAGES = (
    "garbage",
    "a short text",
    "another schema",
    "another table",
    "another program's",
    "garbage inside",
    "truncated",
)


@pytest.mark.parametrize("how", DAMAGES)
def test_what_is_no_cache_of_ours_is_set_aside(tmp_path: Path, how: str) -> None:
    path = tmp_path / "cache"
    damaged(path, how)
    before = path.read_bytes()
    with Cache(path) as cache:
        assert cache.set_aside is not None
        assert cache.set_aside.read_bytes()[100:] == before[100:]  # SQLite may note in the head that it was here
        assert cache.set_aside.name.startswith("cache.damaged-")
        cache.put("run:1", "new")
    with Cache(path) as cache:
        assert (cache.get("run:1"), cache.set_aside) == ("new", None)


@pytest.mark.parametrize("how", DAMAGES)
def test_a_damaged_cache_is_told_of(bank: Path, cache_home: Path, how: str) -> None:
    path = cache_home / "quizproof" / "cache.sqlite3"
    damaged(path, how)
    done = quizproof("check", "--format", "json")
    (aside,) = path.parent.glob("*.damaged-*")
    assert done.stderr == f"quizproof: the cache was damaged and was moved to {aside}; a new one was started\n"
    assert json.loads(done.stdout)["summary"]["runs"] == RUNS
    again = quizproof("check", "--format", "json", python=sys.executable)  # under another hash seed
    assert (again.stderr, json.loads(again.stdout)["summary"]["runs"]) == ("", 0)


@pytest.mark.parametrize("bytes_", [1, 100, 4096, 5000, 8192, 12288, 20000, 50000])
def test_no_truncation_changes_a_verdict(bank: Path, cache_home: Path, bytes_: int) -> None:
    """However much of the file is left: what is there is right, what is not is run."""
    fresh = proven()
    path = cache_home / "quizproof" / "cache.sqlite3"
    content = path.read_bytes()
    if bytes_ >= len(content):
        pytest.skip("the file is shorter")
    path.write_bytes(content[:bytes_])
    assert lasting(proven()) == lasting(fresh)
    proven()
    assert counts(proven()) == (0, RUNS)


def test_a_text_that_is_not_ours_is_no_proof(bank: Path, cache_home: Path) -> None:
    """Whatever stands in the table, it is understood or it is run again."""
    fresh = proven()
    path = cache_home / "quizproof" / "cache.sqlite3"
    for text in ("", "rubbish", "[]", "{}", '{"status": "finished"', '"finished"', "5", "null"):
        with sqlite3.connect(path) as base:
            base.execute("UPDATE texts SET text = ?", (text,))
        base.close()
        assert lasting(proven()) == lasting(fresh), text
        assert counts(proven()) == (0, RUNS)


@pytest.mark.parametrize("text", ["", "rubbish", "[]", "5", "null", '{"python": 3}'])
def test_versions_that_are_not_ours_are_asked_for_again(bank: Path, cache_home: Path, text: str) -> None:
    proven()
    with sqlite3.connect(cache_home / "quizproof" / "cache.sqlite3") as base:
        base.execute("UPDATE texts SET text = ? WHERE key LIKE 'versions:%'", (text,))
    base.close()
    edit(bank / "a.yaml", "First title", "Second title")
    report = proven()
    assert counts(report) == (0, RUNS)
    assert report.result.runtimes == {"python": {"python": sys.version.split()[0]}}


# Where nothing can be kept


def test_where_there_can_be_none_it_is_done_without(bank: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "folder" / "quizproof" / "cache.sqlite3").mkdir(parents=True)
    for home in (tmp_path / "file", tmp_path / "folder", Path("/proc")):
        for _ in range(2):
            done = quizproof("check", "--format", "json", XDG_CACHE_HOME=str(home))
            assert done.returncode == 1
            assert json.loads(done.stdout)["summary"]["runs"] == RUNS
            assert done.stderr.startswith(f"quizproof: the cache {home}/quizproof/cache.sqlite3 cannot be used: ")
            assert done.stderr.endswith("; going on without it\n")
            assert done.stderr.count("\n") == 1
        for command in ("stats", "clear"):
            refused = quizproof("cache", command, XDG_CACHE_HOME=str(home))
            assert (refused.returncode, refused.stdout) == (2, "")
            assert "cannot be used" in refused.stderr
    with pytest.raises(UsageError, match="cannot be used"):
        Cache(tmp_path / "file" / "cache")


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is read-only to root")
def test_read_only_folder(bank: Path, cache_home: Path) -> None:
    cache_home.mkdir()
    cache_home.chmod(0o555)
    done = quizproof("check", "--format", "json")
    assert json.loads(done.stdout)["summary"]["runs"] == RUNS
    assert done.stderr.endswith("; going on without it\n")


def test_full_disk_costs_no_verdict(bank: Path, cache_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite is held to so few pages that nothing fits: what cannot be kept is forgotten."""
    fresh = proven(cached=False)
    connect = Cache._connect

    def narrow(self: Cache) -> sqlite3.Connection:
        base = connect(self)
        base.execute("PRAGMA max_page_count = 3")
        return base

    monkeypatch.setattr(Cache, "_connect", narrow)
    for _ in range(2):
        assert lasting(proven()) == lasting(fresh)
    with Cache() as cache:
        assert cache.get("run:1") is None


# What is kept


def kept_in(cache: Cache, **options: Any) -> ProofCache:
    return ProofCache(cache, Pool[Any](1, "none"), *options.values())


@pytest.mark.parametrize("status", ["finished", "raised", "syntax"])
def test_what_a_snippet_came_to_is_kept(tmp_path: Path, status: Status) -> None:
    outcome = Outcome(
        status,
        (PartResult("out\u2028", "err", 3, [math.inf, -math.inf, {"a": [None, True, 10**400, 1e-300, "é"]}]),),
        Raised("ValueError", "no", 0),
        "detail",
        0.1,
        3.5,
    )
    with Cache(tmp_path / "cache") as cache:
        kept_in(cache).keep_outcome("a", USUAL, outcome)
    with Cache(tmp_path / "cache") as cache:
        assert kept_in(cache).outcome("a", USUAL) == outcome
        assert kept_in(cache).outcome("b", USUAL) is None
        assert ProofCache(cache, Pool[Any](1, "namespaces")).outcome("a", USUAL) is None


@pytest.mark.parametrize("status", ["limit", "died", "missing", "fault"])
def test_what_may_pass_is_not_kept(tmp_path: Path, status: Status) -> None:
    with Cache(tmp_path / "cache") as cache:
        kept_in(cache).keep_outcome("a", USUAL, Outcome(status, (PartResult(),), detail="x"))
        assert kept_in(cache).outcome("a", USUAL) is None
        assert cache.stats().entries == {}


@pytest.mark.parametrize(
    "text",
    [
        '{"status":"finished","parts":[["1\\n","",0,null]],"raised":null,"rest":["",0.1,2.5,false]}',
        '{"status":"finished","parts":[],"raised":null,"detail":"","seconds":0.1,"peak_mib":2.5}',
        "[" * 100_000,
        "",
    ],
    ids=["another form", "an earlier version", "deep", "nothing"],
)
def test_an_outcome_of_another_form_is_a_miss(tmp_path: Path, text: str) -> None:
    """What another version wrote under the same key is run again, and replaced."""
    outcome = Outcome("finished", (PartResult("1\n"),))
    with Cache(tmp_path / "cache") as cache:
        known = kept_in(cache)
        cache.put(known._keys.run("a", USUAL), text)
        assert known.outcome("a", USUAL) is None
        known.keep_outcome("a", USUAL, outcome)
        assert known.outcome("a", USUAL) == outcome


def test_nan_survives(tmp_path: Path) -> None:
    outcome = Outcome("finished", (PartResult("", "", 0, [math.nan, -0.0]),))
    evidence = {"value": math.nan, "stdout": "1"}
    question = BlockProof(
        "q", "number", "", "P", 3, None, (VariantProof({"x": math.inf}, (JudgedClaim("key", "proven", 3, evidence),)),)
    )
    with Cache(tmp_path / "cache") as cache:
        kept_in(cache).keep_outcome("a", USUAL, outcome)
        kept_in(cache).keep_proof("quiz:a", QuizProof("a.yaml", None, (question,)))
    with Cache(tmp_path / "cache") as cache:
        found = kept_in(cache).outcome("a", USUAL)
        assert repr(found) == repr(outcome)
        for displays in (True, False):
            proof = kept_in(cache).proof("quiz:a", displays=displays)
            assert proof is not None
            assert repr(proof.blocks) == repr((question,))


# What a second check runs


def test_a_second_check_runs_nothing(bank: Path) -> None:
    """In a new process, with another hash seed: the same report, and every outcome known."""
    first, second = (quizproof("check", "--format", "json", python=sys.executable) for _ in range(2))
    assert (first.returncode, second.returncode, first.stderr, second.stderr) == (1, 1, "", "")
    one, other = json.loads(first.stdout), json.loads(second.stdout)
    assert [one["summary"].pop(key) for key in ("runs", "cached")] == [RUNS, 0]
    assert [other["summary"].pop(key) for key in ("runs", "cached")] == [0, RUNS]
    for report in (one, other):
        for name in ("seconds", "shared", "alone"):
            del report["summary"][name]
    assert one == other
    assert {q["id"]: q["status"] for q in one["questions"]} == {"sum": "proven", "pick": "proven", "lie": "refuted"}


def test_a_second_check_starts_nothing(bank: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No interpreter is started, not even for its versions."""
    fresh = proven()

    def refuse(*_: object) -> None:
        raise AssertionError("an interpreter was started")

    monkeypatch.setattr(Pool, "_spawn", refuse)
    for displays in (True, False):
        again = proven(displays=displays)
        assert lasting(again) == lasting(fresh)
        assert counts(again) == (0, RUNS)
    edit(bank / "a.yaml", "First title", "Second title")
    assert counts(proven()) == (0, RUNS)


def test_a_second_check_does_not_even_load_the_files(bank: Path) -> None:
    """The half of the engine that reads files and judges is not imported when every file is as it was."""
    script = (
        "import sys\nfrom quizproof_renderers.cli.main import main\n"
        "try: main(['check', '--exit-zero'])\n"
        "finally: print(*sorted(sys.modules), file=sys.stderr)"
    )
    loaded = [
        set(subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stderr.split())
        for _ in range(2)
    ]
    half = {
        "quizproof.loading.load",
        "quizproof.proving.plan",
        "quizproof.quizfile.template",
        "quizproof.kinds.registry",
    }
    assert half <= loaded[0]
    assert half.isdisjoint(loaded[1])


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


@pytest.mark.parametrize(
    ("old", "new", "runs"),
    [
        pytest.param("title: First title", "title: Second title", 0, id="title"),
        pytest.param("quiz: a", "quiz: b", 0, id="id of the quiz"),
        pytest.param("topic: samples", "topic: others\nminutes: 5", 0, id="topic and minutes"),
        pytest.param("blocks:", "# about\n# these\nblocks:", 0, id="comment"),
        pytest.param("prompt: Which makes", "prompt: Which one makes", 0, id="prompt"),
        pytest.param("mistake: Adds", "mistake: It adds", 0, id="mistake"),
        pytest.param("id: pick", "id: picked", 0, id="id"),
        pytest.param("id: pick", "title: Pick\n    id: pick", 0, id="title of a question"),
        pytest.param("answer: 3", "answer: 2", 0, id="stated answer"),
        pytest.param("prints: 11", "prints: 12", 0, id="stated output"),
        pytest.param("code: print(1 + 1)", "code: |\n      print(1 + 1)", 2, id="line end"),
        pytest.param("print(1 + 1)", "print(1 + 2)", 2, id="code"),
        pytest.param("print(1 + 1)", "print(1 + 1)  # two", 0, id="YAML comment beside code"),
        pytest.param("code: print(1 + 1)", 'code: "print(1 + 1)  # two"', 2, id="comment inside code"),
        pytest.param("x += 2", "x += 3", 1, id="distractor"),
        pytest.param("x += 1", "x = x + 1", 2, id="key"),
        pytest.param("assert x == 2", "assert 2 == x", 4, id="check"),
        pytest.param("setup: x = 1", "setup: x = int(1)", 4, id="setup"),
        pytest.param("    setup: x", "    limits: {seconds: 7}\n    setup: x", 4, id="limits of a question"),
        pytest.param("blocks:", "limits: {seconds: 7}\nblocks:", RUNS, id="limits of the quiz"),
    ],
)
def test_what_an_edit_runs_again(bank: Path, old: str, new: str, runs: int) -> None:
    """Exactly the programs that it touches; the report is as if nothing had been known."""
    proven()
    edit(bank / "a.yaml", old, new)
    again = proven()
    fresh = proven(cached=False)
    assert lasting(again) == lasting(fresh)
    assert counts(again) == (runs, RUNS - runs)
    assert counts(fresh) == (RUNS, 0)
    assert [question.variants for question in again.blocks] == [question.variants for question in fresh.blocks]
    assert [quiz.header for quiz in again.quizzes] == [quiz.header for quiz in fresh.quizzes]
    assert [(q.title, q.prompt, q.line) for q in again.blocks] == [(q.title, q.prompt, q.line) for q in fresh.blocks]


def test_texts_and_lines_are_those_of_the_file(bank: Path) -> None:
    """Not those of the time when the programs ran."""
    (before,) = proven().findings
    edit(bank / "a.yaml", "blocks:", "# a comment\nblocks:")
    edit(bank / "a.yaml", "How many are there?", "How many letters?")
    report = proven()
    assert counts(report) == (0, RUNS)
    (after,) = report.findings
    assert (before.code, before.span.line + 1, before.message) == (after.code, after.span.line, after.message)
    assert report.blocks[2].prompt == "How many letters?"
    assert [question.line for question in report.blocks] == [6, 14, 25]


def test_moved_questions_run_nothing(bank: Path) -> None:
    """Within a file, to another file, and with a file to another name."""
    proven()
    head, first, second, third = BANK.partition("  - id: sum")[0], *("  - id" + t for t in BANK.split("  - id")[1:])
    (bank / "a.yaml").write_text(head + third + "\n" + second + first)
    report = proven()
    assert counts(report) == (0, RUNS)
    assert [(question.id, question.line) for question in report.blocks] == [("lie", 5), ("pick", 11), ("sum", 22)]
    (bank / "a.yaml").write_text(head + first)
    (bank / "b.yaml").write_text(head.replace("quiz: a", "quiz: b") + second + third)
    report = proven()
    assert counts(report) == (0, RUNS)
    assert [Path(finding.path).name for finding in report.findings] == ["b.yaml"]
    (bank / "b.yaml").rename(bank / "c.yaml")
    report = proven()
    assert counts(report) == (0, RUNS)
    assert [Path(finding.path).name for finding in report.findings] == ["c.yaml"]


BESIDE = """\
quiz: beside
title: Beside
topic: samples
blocks:
  - id: seven
    kind: predict-output
    prompt: What is printed?
    code: print(7)
"""


def test_files_beside_a_quiz_count(bank: Path) -> None:
    """A snippet may read them, so a changed one runs all that could; the quizzes of other folders are not concerned."""
    other = bank / "other"
    (other / "files").mkdir(parents=True)
    (other / "beside.yaml").write_text(BESIDE)
    data = other / "files" / "data.txt"
    data.write_text("one")
    assert counts(proven()) == (RUNS + 2, 0)
    assert counts(proven()) == (0, RUNS + 2)
    data.write_text("two")
    assert counts(proven()) == (2, RUNS)
    data.write_text("one")
    assert counts(proven()) == (0, RUNS + 2)
    (other / "files" / "more.txt").write_text("")
    assert counts(proven()) == (2, RUNS)
    (bank / "files").mkdir()
    assert counts(proven()) == (RUNS, 2)


def test_contents_of_a_folder(tmp_path: Path) -> None:
    """Names, places and bytes count; times do not."""
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "x").write_text("1")
    known = fingerprints.contents(str(tmp_path))
    os.utime(tmp_path / "a" / "x", (0, 0))
    assert fingerprints.contents(str(tmp_path)) == known
    seen = {known, fingerprints.contents(None)}
    (tmp_path / "a" / "x").write_text("2")
    seen.add(fingerprints.contents(str(tmp_path)))
    (tmp_path / "a" / "x").rename(tmp_path / "a" / "y")
    seen.add(fingerprints.contents(str(tmp_path)))
    (tmp_path / "a" / "y").rename(tmp_path / "y")
    seen.add(fingerprints.contents(str(tmp_path)))
    (tmp_path / "dangling").symlink_to("nowhere")
    seen.add(fingerprints.contents(str(tmp_path)))
    assert len(seen) == 6


def test_another_sandbox_runs_everything(bank: Path) -> None:
    levels = [level for level in LEVELS if not refusal(level)]
    for known in range(2):
        for level in levels:
            report = proven(sandbox=level)
            assert (report.result.sandbox, *counts(report)) == (level, 0 if known else RUNS, RUNS if known else 0)


def test_another_machine_or_engine(bank: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A changed library runs everything; a changed engine judges everything anew, from the outcomes that are known."""
    proven()
    monkeypatch.setattr(keys, "engine", lambda: "another")
    assert counts(proven()) == (0, RUNS)
    with Cache() as cache:
        assert cache.stats().entries["quiz"] == 2  # judged by the one, and by the other
    monkeypatch.setattr(keys, "machine", lambda: "another")
    assert counts(proven()) == (RUNS, 0)


def test_fingerprint_of_the_machine_knows_what_is_installed(tmp_path: Path) -> None:
    script = "import sys\nsys.path.insert(0, sys.argv[1])\n"
    script += "from quizproof.store.this_machine import machine\nprint(machine())"

    def fingerprint() -> str:
        return subprocess.run([sys.executable, "-c", script, tmp_path], stdout=subprocess.PIPE, text=True).stdout

    before = fingerprint()
    assert fingerprint() == before
    (tmp_path / "lonely-1.0.dist-info").mkdir()
    assert fingerprint() not in (before, "")


FLAKY = """\
quiz: slow
title: Slow
topic: samples
blocks:
  - id: slow
    kind: predict-output
    prompt: What is printed?
    code: {code}
    limits: {{seconds: 1}}
  - id: quick
    kind: number
    prompt: What?
    value: 1 + 1
"""


@pytest.mark.parametrize(
    ("code", "rule"),
    [("import time; time.sleep(9)", "QP301"), ("import os; os.abort()", "QP302")],
    ids=["limit", "died"],
)
def test_a_run_that_was_stopped_is_tried_again(bank: Path, code: str, rule: str) -> None:
    """A time-out may be the machine's fault. What came to its end beside it is known."""
    (bank / "a.yaml").write_text(FLAKY.format(code=code))
    first = proven()
    assert [question.status for question in first.blocks] == ["refuted", "proven"]
    again = proven()
    assert lasting(again) == lasting(first)
    assert first.summary.runs >= 2
    assert counts(again) == (first.summary.runs - 2, 2)  # the other was run twice


def test_no_cache_runs_everything_and_leaves_nothing(bank: Path, cache_home: Path) -> None:
    done = quizproof("check", "--no-cache", "--format", "json")
    assert json.loads(done.stdout)["summary"]["runs"] == RUNS
    assert not cache_home.exists()
    quizproof("check")
    known = (cache_home / "quizproof" / "cache.sqlite3").read_bytes()
    edit(bank / "a.yaml", "1 + 1", "1 + 2")
    for command in (("check",), ("build", "--keep-going", "-o", "public")):
        again = quizproof(*command, "--no-cache")
        assert f", {RUNS} runs, " in again.stdout
        assert "from the cache" not in again.stdout
    assert (cache_home / "quizproof" / "cache.sqlite3").read_bytes() == known


def test_what_json_has_no_word_for(bank: Path) -> None:
    """NaN, infinities and lone surrogates are told in the same words from the cache, and nothing is run for them."""
    text = "quiz: nan\ntitle: N\ntopic: t\nblocks:\n"
    for name, value in (("nan", 'float("nan")'), ("inf", '-float("inf")')):
        text += f"  - {{id: {name}, kind: number, prompt: P, value: '{value}'}}\n"
    for name, code in (("printed", "print(chr(0xdc80), sum([]))"), ("raised", "raise ValueError(chr(0xdc80))")):
        text += f"  - {{id: {name}, kind: predict-output, prompt: P, code: '{code}'}}\n"
    (bank / "a.yaml").write_text(text)
    first, second = proven(), proven()
    assert lasting(first) == lasting(second)
    assert "nan" in json.dumps(lasting(first)["questions"][0])
    assert counts(second) == (0, first.summary.runs)


# Sites


BANKS = [
    "happens-as-stated",
    "html-in-every-text",
    "item-writing",
    "options-equal-in-one-variant",
    "params-without-quotes",
    "predict-typed-with-tolerance",
]


@pytest.mark.parametrize("name", BANKS)
def test_a_site_is_the_same_from_the_cache(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Byte by byte: without a cache, with an empty one, with known outcomes, with known proofs."""
    folder = tmp_path / "bank"
    shutil.copytree(HERE / "banks" / name, folder)
    monkeypatch.chdir(tmp_path)
    wanted = tree(build_site(proven("bank", cached=False), tmp_path / "plain").out)
    assert tree(build_site(proven("bank"), tmp_path / "cold").out) == wanted
    known = proven("bank")
    assert known.summary.runs == 0
    assert tree(build_site(known, tmp_path / "proofs").out) == wanted
    with sqlite3.connect(default_path()) as base:
        base.execute("DELETE FROM texts WHERE key NOT LIKE 'run:%' AND key NOT LIKE 'versions:%'")
    base.close()
    judged = proven("bank")
    assert judged.summary.runs == 0
    assert tree(build_site(judged, tmp_path / "outcomes").out) == wanted


def tree(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_check_then_build_then_take(bank: Path) -> None:
    """What one command ran, the others know."""
    edit(bank / "a.yaml", "answer: 3", "answer: 2")
    assert f", {RUNS} runs, " in quizproof("check").stdout
    built = quizproof("build", "-o", "public")
    assert f", 0 runs, {RUNS} from the cache, " in built.stdout
    assert built.returncode == 0
    taken = quizproof("take", "--seed", "1", "--plain")
    assert "Question 1 of 3" in taken.stdout
    assert (taken.returncode, taken.stderr) == (0, "")


# Ids


def clashing(*, quiz: str = "b") -> str:
    """A file with a question of the bank's."""
    return f"quiz: {quiz}\ntitle: B\ntopic: samples\nblocks:\n  - {{id: sum, kind: number, prompt: P, value: 1 + 2}}\n"


@pytest.mark.parametrize("known", ["neither", "first", "second", "both"])
@pytest.mark.parametrize("quiz", ["a", "b"], ids=["quiz id", "question id"])
def test_a_double_id_is_found_whatever_is_known(bank: Path, known: str, quiz: str) -> None:
    """Each file alone is fine, and may be known as such; the later one is told, with the place of the earlier one."""
    first, second = bank / "a.yaml", bank / "b.yaml"
    second.write_text(clashing(quiz=quiz))
    if known in ("first", "both"):
        proven(first)
    if known in ("second", "both"):
        assert proven(second).findings == ()
    place = "questions/a.yaml" if quiz == "a" else "questions/a.yaml:5"
    name = "the quiz id `a`" if quiz == "a" else "the block id `sum`"
    for _ in range(2):
        report = proven()
        (double,) = (finding for finding in report.findings if finding.code == rules.DUPLICATE_ID)
        assert (double.path, double.message) == ("questions/b.yaml", f"{name} is already used at {place}")
        assert [question.id for question in report.blocks] == ["sum", "pick", "lie"]
        assert lasting(report) == lasting(proven(cached=False))
    # The double is not kept: once the first is gone, the second is fine.
    first.unlink()
    assert proven().findings == ()


# The commands


def test_cache_stats_and_clear(bank: Path, cache_home: Path) -> None:
    path = cache_home / "quizproof" / "cache.sqlite3"
    empty = quizproof("cache", "stats")
    assert (empty.returncode, empty.stderr) == (0, "")
    assert empty.stdout.splitlines()[0] == str(path)
    assert [line.split()[0] for line in empty.stdout.splitlines()[1:4]] == ["0", "0", "0"]
    quizproof("check")
    full = quizproof("cache", "stats")
    assert [line.split()[0] for line in full.stdout.splitlines()[1:4]] == [str(RUNS), "1", "1"]
    assert full.stdout.splitlines()[4].endswith("  MB, of 537 MB at most")
    cleared = quizproof("cache", "clear")
    assert (cleared.returncode, cleared.stdout) == (0, f"{RUNS + 3} entries deleted\n")
    assert f", {RUNS} runs, " in quizproof("check").stdout


# Streaming


class Counting(Sequence[Path]):
    """Files, and how many of them have been asked for."""

    def __init__(self, files: list[Path]) -> None:
        self.files = files
        self.opened = 0

    def __len__(self) -> int:
        return len(self.files)

    @overload
    def __getitem__(self, index: int) -> Path: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Path]: ...
    def __getitem__(self, index: int | slice) -> Path | Sequence[Path]:
        return self.files[index]

    def __iter__(self) -> Iterator[Path]:
        for file in self.files:
            self.opened += 1
            yield file


MANY = 150
HELD_BACK = 64
"""How many files may wait in these tests; in life it is more."""


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Files with a question each, no two alike."""
    folder = tmp_path_factory.mktemp("many")
    for n in range(MANY):
        text = f"quiz: q{n}\ntitle: T\ntopic: t\nblocks:\n  - {{id: n{n}, kind: number, prompt: P, value: {n} + 1}}\n"
        (folder / f"{n:04}.yaml").write_text(text)
    return [file for file in find_files([folder]) if isinstance(file, Path)]


def test_proofs_come_in_order_while_files_are_still_unread(many: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """Fresh and from the cache alike; what is held back is bounded."""
    monkeypatch.setattr(prove_module, "MAX_WAITING", HELD_BACK)
    for runs in (MANY, 0):
        files = Counting(many)
        moments: list[tuple[int, ...]] = []

        def progress(*now: int, moments: list[tuple[int, ...]] = moments) -> None:
            moments.append(now)

        with Cache() as cache, Pool[Any](2) as pool:
            proving = Proving(files, pool, cache=cache, progress=progress)
            ahead = []
            names = []
            for proof in proving:
                names.append(proof.id)
                ahead.append(files.opened - len(names))
        assert names == [f"q{n}" for n in range(MANY)]
        assert max(ahead) <= (HELD_BACK if runs else 0)
        assert ahead[0] < MANY - 1  # the first was ready before the last was opened
        # Each key is run twice.
        assert (proving.result.summary.runs, proving.result.summary.cached) == (2 * runs, 2 * (MANY - runs))
        assert moments[-1] == (MANY, MANY, 2 * runs)
        assert [now[0] for now in moments] == sorted(now[0] for now in moments)
        assert all(done <= total for done, total, _ in moments)


def test_what_is_read_on_after_a_stop_is_kept(many: list[Path]) -> None:
    """Whoever stops half-way has lost nothing of what was proven by then."""
    with Cache() as cache, Pool[Any](2) as pool:
        proofs = iter(Proving(many, pool, cache=cache))
        for _ in range(100):
            next(proofs)
        proofs.close()  # type: ignore[attr-defined]
    with Cache() as cache:
        again = Proving(many[:100], Pool[Any](2), cache=cache).report()
    assert counts(again) == (0, 200)
