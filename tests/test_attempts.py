"""The attempt store: nothing that was answered is lost, by whatever happens to the process, the file or the format."""

from __future__ import annotations

import json
import random
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from helpers.attempt_writers import event
from helpers.processes import quizproof
from quizproof.errors import UsageError
from quizproof_renderers.attempts.event import Event, MalformedEvent, from_json, to_json
from quizproof_renderers.attempts.place import default_path
from quizproof_renderers.attempts.schema import STEPS, VERSION
from quizproof_renderers.attempts.store import AttemptStore, UnusableStore

WRITERS = Path(__file__).parent / "helpers/attempt_writers.py"


def writers(path: Path, *task: object) -> list[int]:
    """How many events each of many processes has written: see the helper."""
    command = [sys.executable, str(WRITERS), str(path), *map(str, task)]
    environment = {"PYTHONPATH": str(WRITERS.parent.parent)}
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300, env=environment)
    assert done.returncode == 0, done.stderr
    counts: list[int] = json.loads(done.stdout)
    return counts


def kept(path: Path) -> tuple[Event, ...]:
    """What a store holds."""
    with AttemptStore(path) as store:
        return store.events()


# ---- events


def test_an_event_survives_its_json_form() -> None:
    for each in (
        event("a"),
        event("b", tags=("x", "y"), response="1/2", options=(), score=0.5, standing="partly"),
        event("d", seconds=1.5, confidence="sure", tries=2, hints=1),
        event("c", score=None, standing="unmarked", response="print('ü')\n", at=1_796_000_000_007),
    ):
        assert from_json(json.loads(json.dumps(to_json(each)))) == each


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"score": 1.5}, "`score` is not a score from 0 to 1"),
        ({"at": "yesterday"}, "`at` is 'yesterday', not a time such as"),
        ({"at": "2026-11-30T05:12:46"}, "not a time such as"),  # without a time zone
        ({"standing": "great"}, "`standing` is 'great', not one of 'right'"),
        ({"quiz": ""}, "`quiz` is empty"),
        ({"more": 1}, "has an unknown key, `more`"),
        ({"variant": True}, "`variant` is True, not a whole number from 0"),
    ],
)
def test_what_is_no_event_is_refused(change: dict[str, object], words: str) -> None:
    sound = to_json(event("a"))
    assert from_json(sound).uid == "a"
    with pytest.raises(MalformedEvent) as refusal:
        from_json(sound | change)
    assert words in str(refusal.value)


# ---- the store


def test_events_come_back_as_they_were(tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "attempts.sqlite3"
    later, earlier = event("later", at=2_000, response="a\x00b 🙂"), event("earlier", at=1_000)
    with AttemptStore(path) as store:
        assert store.add([later, earlier]) == 2
        assert store.add([later]) == 0  # the same event counts once
        assert store.events() == (earlier, later)
    assert kept(path) == (earlier, later)


def test_what_is_deleted_is_gone_from_the_disk(tmp_path: Path) -> None:
    path = tmp_path / "attempts.sqlite3"
    with AttemptStore(path) as store:
        store.add([event("a", response="secret-one"), event("b", question="other", response="secret-two")])
        store.add([event("c", quiz="another", response="kept-three")])
        assert store.delete(question="other") == 1
        assert store.delete(quiz="python-floats", question="other") == 0
        assert store.delete(quiz="python-floats") == 1
        assert [each.uid for each in store.events()] == ["c"]
        content = b"".join(each.read_bytes() for each in tmp_path.iterdir())
        assert b"kept-three" in content
        assert b"secret" not in content
        assert store.delete() == 1
        assert store.events() == ()


@pytest.mark.parametrize("version", range(VERSION + 1))
def test_migration_from_every_schema(tmp_path: Path, version: int) -> None:
    """A file of each earlier version opens, keeps its rows, and takes new ones."""
    path = tmp_path / "attempts.sqlite3"
    base = sqlite3.connect(path)
    for step in STEPS[:version]:
        base.executescript(step)
    base.execute(f"PRAGMA user_version = {version}")
    if version:
        columns = [row[1] for row in base.execute("PRAGMA table_info(events)")]
        values = {**to_json(event("old")), "at": 5, "number": 1, "response": '["b"]', "options": '["a", "b", "c"]'}
        values["tags"] = '["floats"]'
        marks = ", ".join("?" * len(columns))
        base.execute(f"INSERT INTO events VALUES ({marks})", [values[name] for name in columns])
    base.commit()
    base.close()
    with AttemptStore(path) as store:
        store.add([event("new")])
        found = store.events()
    # What the earlier schemas did not have.
    options, tags = ("a", "b", "c") if version >= 2 else (), ("floats",) if version >= 3 else ()
    old = [event("old", at=5, options=options, tags=tags)] if version else []
    assert found == (*old, event("new"))


def test_a_newer_file_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "attempts.sqlite3"
    with AttemptStore(path) as store:
        store.add([event("a")])
    base = sqlite3.connect(path)
    base.execute(f"PRAGMA user_version = {VERSION + 1}")
    base.close()
    before = path.read_bytes()
    with pytest.raises(UnusableStore) as refusal:
        AttemptStore(path)
    assert f"schema {VERSION + 1}, and this one knows {VERSION}); upgrade quizproof, or set QUIZPROOF_DATA" in str(
        refusal.value
    )
    assert path.read_bytes() == before


def test_the_file_of_another_program_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "attempts.sqlite3"
    base = sqlite3.connect(path)
    base.execute("CREATE TABLE bookmarks (url TEXT)")
    base.close()
    before = path.read_bytes()
    with pytest.raises(UnusableStore, match="belongs to another program"):
        AttemptStore(path)
    assert path.read_bytes() == before


def test_damage_is_reported_and_loses_nothing_more(tmp_path: Path) -> None:
    """Whatever bytes are damaged: all events are there, or the file is refused and stays as it is."""
    whole = tmp_path / "whole.sqlite3"
    with AttemptStore(whole) as store:
        store.add(event(str(number), response="text " * 40) for number in range(200))
    sound = whole.read_bytes()
    draw = random.Random(15)
    refused = 0
    path = tmp_path / "attempts.sqlite3"
    # A cut, a text file, zeros over the head, and bytes anywhere.
    damaged = [sound[: len(sound) // 2], b"not a database " * 100, bytes(4096) + sound[4096:]]
    for _ in range(100):
        start = draw.randrange(len(sound))
        damaged.append(sound[:start] + draw.randbytes(200) + sound[start + 200 :])
    for content in damaged:
        path.write_bytes(content)
        message = ""
        try:
            found = len(kept(path))
        except UnusableStore as error:
            found, message = 0, str(error)
        if message:
            refused += 1
            assert "is damaged (" in message or "belongs to another program" in message
            assert "set QUIZPROOF_DATA" in message or "Move it away to start a new one" in message
            assert path.read_bytes() == content
        else:
            assert found == 200
        for beside in ("-wal", "-shm"):
            path.with_name(path.name + beside).unlink(missing_ok=True)
    assert refused > 50
    path.write_bytes(sound)
    assert len(kept(path)) == 200


def test_where_nothing_can_be_written_it_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(UnusableStore, match=r"attempts cannot be kept in .*: (Not a directory|File exists)"):
        AttemptStore(tmp_path / "file" / "attempts.sqlite3")
    (tmp_path / "attempts.sqlite3").mkdir()
    with pytest.raises(UnusableStore, match="attempts cannot be kept in"):
        AttemptStore(tmp_path / "attempts.sqlite3")


def test_eight_writers_lose_nothing(tmp_path: Path) -> None:
    """They also create the file at the same moment."""
    path = tmp_path / "attempts.sqlite3"
    assert writers(path, "together", 8, 50) == [50] * 8
    assert {each.uid for each in kept(path)} == {f"{name}-{number}" for name in range(8) for number in range(50)}


def test_two_hundred_kills_lose_nothing(tmp_path: Path) -> None:
    """Every event that a process was told is on the disk is there, and at most one more: that being written."""
    path = tmp_path / "attempts.sqlite3"
    counts = writers(path, "killed", 200)
    found = {each.uid for each in kept(path)}
    told = {f"{name}-{number}" for name, count in enumerate(counts) for number in range(count)}
    assert len(counts) == 200
    assert told
    assert told <= found
    assert found - told <= {f"{name}-{count}" for name, count in enumerate(counts)}


# ---- its place


def test_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "xdg"))
    monkeypatch.setenv("QUIZPROOF_DATA", str(tmp_path / "mine"))
    assert default_path() == tmp_path / "mine/attempts.sqlite3"
    monkeypatch.delenv("QUIZPROOF_DATA")
    assert default_path() == tmp_path / "xdg/quizproof/attempts.sqlite3"
    monkeypatch.delenv("XDG_DATA_HOME")
    assert default_path() == tmp_path / ".local/share/quizproof/attempts.sqlite3"
    monkeypatch.setattr(sys, "platform", "darwin")
    assert default_path() == tmp_path / "Library/Application Support/quizproof/attempts.sqlite3"


def test_without_a_home_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    def homeless() -> Path:
        raise RuntimeError("Could not determine home directory.")

    for name in ("QUIZPROOF_DATA", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(Path, "home", homeless)
    with pytest.raises(UsageError, match="set QUIZPROOF_DATA to a folder"):
        default_path()


# ---- what `take` keeps

BANK = """\
quiz: floats
title: Floats
topic: basics
tags: [arithmetic]
blocks:
  - id: sum
    kind: choice
    title: A sum
    prompt: Which comparison is true?
    setup: total = 0.1 + 0.2
    check: assert verdict is True
    options:
      - {code: verdict = total > 0.3, key: true}
      - {code: verdict = total == 0.3, mistake: Both have an error.}
  - id: half
    kind: number
    prompt: What is the half of {{ n }}?
    params: {n: [3, 5]}
    code: half = {{ n }} / 2
    value: half
"""


@pytest.fixture
def bank(tmp_path: Path) -> Path:
    """A folder with a bank of two questions."""
    (tmp_path / "questions").mkdir()
    (tmp_path / "questions/floats.yaml").write_text(BANK, encoding="utf-8")
    return tmp_path


def test_take_keeps_every_mark(bank: Path) -> None:
    """Also where the learner stops after the first; and none with --no-record."""
    data = str(bank / "data")
    path = bank / "data/attempts.sqlite3"
    quizproof("take", "floats", "--seed", "2", "--no-record", cwd=bank, stdin="a\n\n9\n", QUIZPROOF_DATA=data)
    assert not path.exists()
    quizproof("take", "floats", "--seed", "2", cwd=bank, stdin="a\n\n1,5\n9\n", QUIZPROOF_DATA=data)
    quizproof("take", "floats", "--seed", "2", cwd=bank, stdin="b\nq\n", QUIZPROOF_DATA=data)
    first, second, third = kept(path)
    assert (first.quiz, first.topic, first.question, first.kind, first.title) == (
        "floats",
        "basics",
        "sum",
        "choice",
        "A sum",
    )
    assert {first.response, third.response} == {("a",), ("b",)}
    assert {first.standing, third.standing} == {"right", "wrong"}
    assert first.options == third.options == ("a", "b")
    assert first.tags == second.tags == ("arithmetic",)
    assert (second.question, second.response, second.score) == ("half", "9", 0)
    assert first.session == second.session != third.session
    assert first.edition == third.edition != second.edition


def test_a_changed_question_has_another_edition(bank: Path) -> None:
    """Its key or its text; feedback and titles change nothing."""
    file = bank / "questions/floats.yaml"
    editions = []
    for old, new in (("", ""), ("Both have an error.", "Neither is exact."), ("0.3, mistake", "0.4, mistake")):
        file.write_text(BANK.replace(old, new, 1), encoding="utf-8")
        quizproof("take", "sum", "--seed", "2", cwd=bank, stdin="a\n", QUIZPROOF_DATA=str(bank / "data"))
        editions.append(kept(bank / "data/attempts.sqlite3")[-1].edition)
    assert editions[0] == editions[1] != editions[2]


def test_take_asks_what_was_missed(bank: Path) -> None:
    data = str(bank / "data")

    def take(*arguments: str, stdin: str = "") -> tuple[int, str, str]:
        done = quizproof("take", *arguments, "--plain", cwd=bank, stdin=stdin, QUIZPROOF_DATA=data)
        return done.returncode, done.stdout, done.stderr

    nothing = (0, "", "quizproof: you have missed none of these questions, as far as your answers are kept\n")
    assert take("--missed") == nothing
    right = "a\n" if kept_as_right(bank, "a") else "b\n"
    take("sum", "--seed", "2", stdin=right)
    take("half", "--seed", "2", stdin="77\n")
    code, shown, _ = take("--missed", stdin="q\n")
    assert (code, "What is the half of" in shown, "Which comparison" in shown) == (0, True, False)
    assert "Which comparison" in take("floats", stdin="q\n")[1]
    assert take("--missed", "--kind", "choice") == nothing
    assert take("--missed", "--resume")[0] == 2
    for n in ("1.5", "2.5"):  # one of the two variants is asked
        take("half", "--seed", "2", stdin=f"{n}\n")
    with AttemptStore(bank / "data/attempts.sqlite3") as store:
        last = [each.standing for each in store.events() if each.question == "half"][-2:]
    assert sorted(last) == ["right", "wrong"]
    assert (take("--missed") == nothing) == (last[-1] == "right")


def kept_as_right(bank: Path, letter: str) -> bool:
    """Whether a letter is that of the key with seed 2."""
    path = bank / "elsewhere"
    quizproof("take", "sum", "--seed", "2", cwd=bank, stdin=f"{letter}\n", QUIZPROOF_DATA=str(path))
    return kept(path / "attempts.sqlite3")[0].standing == "right"


def test_take_goes_on_where_nothing_can_be_kept(bank: Path) -> None:
    (bank / "data").mkdir()
    (bank / "data/attempts.sqlite3").write_bytes(b"not a database " * 100)
    done = quizproof("take", "sum", "--plain", cwd=bank, stdin="a\n", QUIZPROOF_DATA=str(bank / "data"))
    assert "Score: " in done.stdout
    assert done.returncode == 0
    assert "attempts.sqlite3 is damaged (file is not a database); nothing in it was changed" in done.stderr
    assert done.stderr.rstrip().endswith("your answers are not kept")
    assert (bank / "data/attempts.sqlite3").read_bytes() == b"not a database " * 100
