"""`quizproof take` without a learner at the keyboard: what is chosen, responses from files, and the sample bank."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from helpers.processes import quizproof
from quizproof.errors import UsageError
from quizproof.kinds.base import Question
from quizproof.loading.files import find_files
from quizproof.loading.load import load_bank
from quizproof.loading.quiz import Bank
from quizproof.proof import Report
from quizproof.proving.prove import Proving
from quizproof.proving.study import Ticket
from quizproof.runners.locked import LockedRunner
from quizproof.store.lock import NAME, Lock
from quizproof_renderers.cli.learning.choosing import Wanted, bank_with, choose
from quizproof_renderers.cli.learning.places import SAMPLE
from quizproof_renderers.terminal.answers import Given, read_answers
from quizproof_renderers.terminal.selection import select

RIGHT: dict[str, Any] = {
    "shared-rows": {"variant": {"new": 7}, "response": "a"},
    "default-that-stays": "['a', 'b']",
    "copy-of-lists": "d",
    "mean-of-words": 4.0,
    "missing-return": 3,
    "last-items": {"start": "-2", "method": "reverse"},
    "count-words": ["a", "b", "c", "d"],
    "largest-gap": "def largest_gap(n):\n    n = sorted(n)\n    return max([0] + [b - a for a, b in zip(n, n[1:])])\n",
}
"""A right response to each question of the sample; no list knows the program."""


@pytest.fixture(scope="module")
def sample() -> Report:
    """The sample bank, proven by its lock."""
    lock = Lock.read(SAMPLE / NAME)
    return Proving(find_files([SAMPLE]), LockedRunner[Ticket](lock), lock=lock).report()


# The sample bank


def test_the_sample_is_proven_by_its_lock(sample: Report) -> None:
    """Each program has its outcome in the lock, none is left over, and each claim of Python alone is proven."""
    assert [f"{f.place} {f.code} {f.message}" for f in sample.findings] == []
    assert (sample.status, sample.summary.unproven, sample.summary.runs) == ("proven", 0, 0)
    assert 6 <= sum(not proof.exhibit for proof in sample.blocks) <= 10
    assert {quiz.header.runtime for quiz in sample.quizzes if quiz.header} == {"python"}
    assert RIGHT.keys() == {proof.id for proof in sample.blocks}


def test_the_sample_is_proven_by_running(prove_warm: Any) -> None:
    """The lock of the sample is what runs give."""
    report = prove_warm(load_bank([SAMPLE]))
    assert (report.status, report.summary.unproven) == ("proven", 0)


def test_where_there_is_no_bank_the_sample_is_asked(tmp_path: Path) -> None:
    """It needs neither a folder nor a run. A bank that is there comes first, and a setting that is wrong is told of."""
    done = quizproof("take", "--plain", "--seed", "1", cwd=tmp_path, stdin="")
    said = "quizproof: there is no folder `questions` here, so these questions are from the sample bank\n"
    assert (done.returncode, done.stderr) == (0, said)
    assert done.stdout.startswith("Quiz: Python that surprises\n8 questions")
    (tmp_path / "quizproof.toml").write_text('bank = ["elsewhere"]\n')
    wrong = quizproof("take", "--plain", cwd=tmp_path, stdin="")
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert "elsewhere does not exist" in wrong.stderr


def test_a_program_for_the_sample_can_be_tried(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(RIGHT["largest-gap"])
    done = quizproof("try", "mine.py", "--question", "largest-gap", cwd=tmp_path)
    assert done.returncode == 0
    assert "largest-gap: all checks pass" in done.stdout


# What is chosen

TWO = """\
quiz: {quiz}
title: Quiz {quiz}
topic: {topic}
tags: [{topic}-tag]
difficulty: 3
intro: About {quiz}.
blocks:
  - {{id: {quiz}-number, kind: number, prompt: How much?, code: x = 1, value: x + 1}}
  - id: {quiz}-output
    kind: predict-output
    prompt: What?
    input: type
    code: print(1)
    tags: [typed]
    difficulty: 5
"""


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three quizzes in two topics, with six questions."""
    folder = tmp_path_factory.mktemp("bank")
    for quiz, topic in (("one", "sums"), ("two", "sums"), ("three", "texts")):
        (folder / f"{quiz}.yaml").write_text(TWO.format(quiz=quiz, topic=topic))
    return folder


def chosen(bank: Path, *names: str, seed: int = 1, **wanted: Any) -> list[str]:
    part = choose(bank_with(names, [bank]), Wanted(names, **wanted), seed)
    return [item.block.id for quiz in part.quizzes for item in quiz.items]


def test_questions_are_chosen_by_quiz_topic_and_id(bank: Path) -> None:
    everything = [f"{quiz}-{kind}" for quiz in ("one", "three", "two") for kind in ("number", "output")]
    assert chosen(bank) == everything
    assert chosen(bank, "one") == ["one-number", "one-output"]
    assert chosen(bank, "sums") == ["one-number", "one-output", "two-number", "two-output"]
    assert chosen(bank, "two-output", "one") == ["one-number", "one-output", "two-output"]
    assert chosen(bank, topics=("texts",)) == ["three-number", "three-output"]
    assert chosen(bank, "one", "three", kinds=("number",)) == ["one-number", "three-number"]


def test_questions_are_chosen_by_tag_and_difficulty(bank: Path) -> None:
    """A block has the tags of its quiz as well, and its difficulty where it has none of its own."""
    typed = ["one-output", "three-output", "two-output"]
    assert chosen(bank, tags=("typed",)) == typed
    assert chosen(bank, tags=("sums-tag",)) == chosen(bank, "sums")
    assert chosen(bank, levels=(5,)) == typed
    assert chosen(bank, "one", levels=(2, 3)) == ["one-number"]
    assert chosen(bank, "three", "two", tags=("typed",), count=9) == typed[1:]


def test_only_files_that_may_have_a_name_are_read(bank: Path) -> None:
    assert [quiz.id for quiz in bank_with(["one"], [bank]).quizzes] == ["one"]
    assert [quiz.id for quiz in bank_with(["sums"], [bank]).quizzes] == ["one", "two"]
    assert len(bank_with(["on"], [bank]).quizzes) == 3


def test_a_part_of_a_quiz_has_no_introduction(bank: Path) -> None:
    part = choose(load_bank([bank]), Wanted(["one-number"]), 1)
    assert part.quizzes[0].header.intro == ""
    assert choose(load_bank([bank]), Wanted(["one"]), 1).quizzes[0].header.intro == "About one."


def test_some_questions_are_drawn(bank: Path) -> None:
    """As many as asked for, in the order of the bank, by the seed, and all where there are fewer."""
    drawn = [tuple(chosen(bank, seed=seed, count=3)) for seed in range(20)]
    assert {len(each) for each in drawn} == {3}
    assert len(set(drawn)) > 5
    assert chosen(bank, seed=4, count=3) == chosen(bank, seed=4, count=3)
    everything = chosen(bank)
    assert all(sorted(each, key=everything.index) == list(each) for each in drawn)
    assert chosen(bank, count=9) == everything


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        (Wanted(["on"]), "there is no quiz, topic, question or exhibit `on`; did you mean `one`?"),
        (Wanted(topics=["sum"]), "there is no topic `sum`; did you mean `sums`?"),
        (Wanted(kinds=["numbers"]), "there is no kind `numbers`; did you mean `number`?"),
        (Wanted(tags=["type"]), "there is no tag `type`; did you mean `typed`?"),
        (Wanted(["one"], topics=["texts"]), "no question of the bank fits all of that; leave something out"),
    ],
)
def test_what_is_not_there_is_refused(bank: Path, wanted: Wanted, said: str) -> None:
    with pytest.raises(UsageError) as error:
        choose(load_bank([bank]), wanted, 1)
    assert str(error.value) == said


def test_shuffled_questions_come_in_an_order_of_the_seed(sample: Report) -> None:
    orders = {tuple(i.proof.id for i in select(sample.quizzes, seed, shuffle=True).items) for seed in range(10)}
    assert len(orders) == 10
    (first,) = {tuple(i.proof.id for i in select(sample.quizzes, 5, shuffle=True).items) for _ in range(3)}
    assert sorted(first) == sorted(RIGHT)
    assert [item.number for item in select(sample.quizzes, 5, shuffle=True).items] == list(range(1, 9))
    assert [item.proof.id for item in select(sample.quizzes, 5).items] == list(RIGHT)


def test_exhibits_are_in_no_draw() -> None:
    """They have their meaning by their places."""
    whole = load_bank([Path(__file__).parent / "kinds.yaml"])
    assert any(not isinstance(item.block, Question) for quiz in whole.quizzes for item in quiz.items)
    part = choose(whole, Wanted(count=100), 1)
    assert all(isinstance(item.block, Question) for quiz in part.quizzes for item in quiz.items)
    assert isinstance(part, Bank)


# Responses from a file


def marks(folder: Path, responses: Any, *arguments: str, name: str = "mine.json") -> dict[str, Any]:
    """The document that `--json` prints."""
    text = responses if isinstance(responses, str) else json.dumps(responses)
    (folder / name).write_text(text)
    done = quizproof("take", *arguments, "--answers", name, "--json", cwd=folder)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_right_responses_of_every_kind(tmp_path: Path) -> None:
    """A program that no list knows is run; the document has every mark."""
    found = marks(tmp_path, RIGHT)
    assert {entry["id"]: entry["standing"] for entry in found["questions"]} == dict.fromkeys(RIGHT, "right")
    assert (found["version"], found["score"], found["max_score"], found["left_out"]) == (1, 8, 8, [])
    first = found["questions"][0]
    assert (first["quiz"], first["kind"], first["variant"]) == ("python-first-steps", "predict-output", {"new": 7})
    assert first["key"] == "[[0, 7], [0, 7], [0, 7]]"


def test_questions_count_by_their_points(tmp_path: Path) -> None:
    """A quiz says what each of its questions is worth, and a question what it is worth itself."""
    (tmp_path / "questions").mkdir()
    head = "quiz: q\ntitle: Q\ntopic: t\npoints: 2\nblocks:\n"
    blocks = [
        "{id: one, kind: number, prompt: P, value: 1}",
        "{id: five, kind: number, prompt: P, value: 5, points: 0.5}",
    ]
    text = head + "".join(f"  - {block}\n" for block in blocks)
    (tmp_path / "questions/q.yaml").write_text(text, encoding="utf-8")
    found = marks(tmp_path, {"one": 1, "five": 4})
    assert (found["score"], found["max_score"]) == (2, 2.5)
    assert [(entry["score"], entry["points"]) for entry in found["questions"]] == [(1, 2), (0, 0.5)]
    done = quizproof("take", "--answers", "mine.json", "--plain", cwd=tmp_path)
    assert "Score: 2 of 2.5 points (80 %)." in done.stdout


def test_wrong_and_other_responses(tmp_path: Path) -> None:
    """Wrong, partly right by a run, missing, and malformed with its reason; each question is accounted for once."""
    found = marks(
        tmp_path,
        {
            "copy-of-lists": "b",
            "last-items": ["len(items) - 2", "reversed"],
            "count-words": ["b", "a", "c", "d"],
            "largest-gap": "def largest_gap(n):\n    n.sort()\n    return max([0] + [b - a for a, b in zip(n, n[1:])])",
            "mean-of-words": "four",
            "missing-return": 2,
        },
        "python-first-steps",
    )
    entries = {entry["id"]: entry for entry in found["questions"]}
    assert {id_: entry["standing"] for id_, entry in entries.items()} == {
        "shared-rows": "skipped",
        "default-that-stays": "skipped",
        "copy-of-lists": "wrong",
        "mean-of-words": "malformed",
        "missing-return": "wrong",
        "last-items": "partly",
        "count-words": "partly",
        "largest-gap": "partly",
    }
    assert entries["copy-of-lists"]["feedback"] == ("This copies the outer list only. Both lists hold the same rows.")
    assert "'four' is not a number" in entries["mean-of-words"]["note"]
    assert entries["last-items"]["parts"] == [True, False]
    assert entries["largest-gap"]["score"] == pytest.approx(2 / 3)
    assert entries["shared-rows"]["score"] is None


def test_the_printed_text_of_an_option_is_the_option(tmp_path: Path) -> None:
    """Alone, and in a list with a line's end. What no option prints is malformed, and kept as it was given."""
    right, other = "[[0, 7], [0, 7], [0, 7]]", ["[[0, 0], [0, 0], [0, 0]]\n"]
    for response, is_read, standing in ((right, "a", "right"), (other, ["d"], "wrong"), ("[7]", "[7]", "malformed")):
        responses = {"shared-rows": {"variant": {"new": 7}, "response": response}, "mean-of-words": "four"}
        found = [(entry["standing"], entry["response"]) for entry in marks(tmp_path, responses)["questions"]]
        assert found == [(standing, is_read), ("malformed", "four")]


def test_yaml_is_read_as_quiz_files_are(tmp_path: Path) -> None:
    """`no` is text, numbers keep their form, and a mapping is no response where there are no blanks."""
    read = read_answers("a.yaml", b"one: no\ntwo: 1.50\nthree: [a, 2]\nfour: {variant: {a: 1}, response: true}\n")
    assert read == {
        "one": Given("no"),
        "two": Given("1.50"),
        "three": Given(["a", "2"]),
        "four": Given("true", {"a": "1"}),
    }
    found = marks(tmp_path, "copy-of-lists: {a: 1}\nmean-of-words: 4.00\n", name="mine.yaml")
    assert [entry["standing"] for entry in found["questions"]] == ["malformed", "right"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[1]", "mine.json is not a mapping from the ids of questions to responses"),
        ("{", "mine.json:1: "),
        ('{"copy-of-list": "a"}', "there is no quiz, topic, question or exhibit `copy-of-list`"),
    ],
)
def test_a_file_that_is_no_responses(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "mine.json").write_text(text)
    done = quizproof("take", "--answers", "mine.json", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr


def test_standard_input_is_called_so(tmp_path: Path) -> None:
    done = quizproof("take", "--answers", "-", cwd=tmp_path, stdin="[1]")
    assert (done.returncode, done.stdout) == (2, "")
    assert "standard input is not a mapping from the ids of questions to responses" in done.stderr


def test_a_response_to_no_question_of_the_test(tmp_path: Path) -> None:
    (tmp_path / "mine.json").write_text('{"copy-of-lists": "a", "count-words": []}')
    done = quizproof("take", "copy-of-lists", "--answers", "mine.json", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "there is no question `count-words` in this test" in done.stderr


def test_responses_can_be_explained_as_to_a_learner(tmp_path: Path) -> None:
    """Without --json: each question, its response, what the runs did, and one command for what to review."""
    (tmp_path / "mine.json").write_text('{"copy-of-lists": "b", "mean-of-words": "4", "missing-return": "x"}')
    done = quizproof("take", "--answers", "mine.json", "--plain", cwd=tmp_path)
    assert done.returncode == 0
    assert "Wrong. The answer is " in done.stdout
    assert "\nThe answer in the file: 4\n\nRight.\n" in done.stdout
    assert "\nGive the number of a line, 1 to 4.\n" in done.stdout
    assert done.stdout.endswith("\nTo review:\nquizproof take copy-of-lists missing-return --plain\n")
    assert not (tmp_path / "questions").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--json"], "`--json` gives the marks of responses in a file; name it with `--answers FILE`"),
        (["--time-limit", "3"], "`--time-limit` belongs to an exam; add `--exam`"),
        (["--answers", "none.json"], "none.json cannot be read: No such file or directory"),
        (["--answers", "none.json", "--exam"], "with `--answers` nobody is asked"),
        (["--resume", "one"], "`--resume` goes on with a test as it was asked for"),
        (["--resume"], "no test was left unfinished"),
    ],
)
def test_calls_that_mean_nothing(tmp_path: Path, arguments: list[str], said: str) -> None:
    done = quizproof("take", *arguments, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr


def test_without_a_runtime_a_program_is_not_run_here(tmp_path: Path) -> None:
    """Never wrong: it stays unmarked, and says why. What the lock knows is marked all the same."""
    program = {"largest-gap": "def largest_gap(n): return len(n)", "copy-of-lists": "d"}
    found = marks(tmp_path, program, "--locked", "--bank", str(SAMPLE))
    standings = {entry["id"]: (entry["standing"], entry["score"]) for entry in found["questions"]}
    assert standings == {"copy-of-lists": ("right", 1), "largest-gap": ("unmarked", None)}
    assert found["max_score"] == 1
    assert "cannot be run here" in found["questions"][1]["note"]
