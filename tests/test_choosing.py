"""Choosing a part of a bank by ids, topics and kinds; and writing several reports of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from helpers.processes import quizproof
from quizproof.errors import UsageError
from quizproof.loading.choosing import Choice
from quizproof.loading.load import load_bank

QUIZ = """\
quiz: {quiz}
title: A quiz
topic: {topic}
blocks:
  - id: {quiz}-number
    kind: number
    prompt: What is 6 times 7?
    value: 6 * 7
  - id: {quiz}-output
    kind: predict-output
    prompt: What is printed?
    code: print(1)
"""


@pytest.fixture
def bank(tmp_path: Path) -> Path:
    """A bank of three quizzes with two topics, one of whose blocks cannot be read, and a file that is no quiz."""
    folder = tmp_path / "questions"
    folder.mkdir()
    for quiz, topic in (("first", "sums"), ("second", "sums"), ("third", "trees")):
        (folder / f"{quiz}.yaml").write_text(QUIZ.format(quiz=quiz, topic=topic))
    (folder / "third.yaml").write_text(
        (folder / "third.yaml").read_text() + "  - id: third-broken\n    kind: number\n    promt: What?\n"
    )
    return tmp_path


def chosen(bank: Path, **choice: Any) -> dict[str, list[str]]:
    """The blocks that are chosen, by file."""
    files = Choice(**choice).of(load_bank([bank]))
    return {Path(f.path).stem: [item.block.id for item in f.quiz.items] if f.quiz else [] for f in files}


def test_by_ids_topics_and_kinds(bank: Path) -> None:
    assert chosen(bank, ids=("second",)) == {"second": ["second-number", "second-output"]}
    assert chosen(bank, ids=("first-output", "second")) == {
        "first": ["first-output"],
        "second": ["second-number", "second-output"],
    }
    assert chosen(bank, topics=("trees",)) == {"third": ["third-number", "third-output"]}
    assert chosen(bank, topics=("sums",), kinds=("number",)) == {"first": ["first-number"], "second": ["second-number"]}
    assert chosen(bank, ids=("second",), kinds=("number",)) == {"second": ["second-number"]}


def test_what_is_wrong_comes_along_where_it_may_matter(bank: Path) -> None:
    """Of a chosen block or file; of a block whose kind cannot be known; not of others."""
    bank_ = load_bank([bank])

    def found(**choice: Any) -> list[str]:
        return [f.block or "" for file in Choice(**choice).of(bank_) for f in file.findings]

    assert set(found(ids=("third-broken",))) == {"third-broken"}
    assert set(found(topics=("trees",))) == {"third-broken"}
    assert set(found(kinds=("predict-output",))) == {"third-broken"}
    assert found(ids=("third-number",)) == []
    assert found(topics=("sums",)) == []
    (bank / "questions/broken.yaml").write_text("quiz: [\n")
    bank_ = load_bank([bank])
    assert found(ids=("first",)) == []
    assert found(topics=("sums",)) == [""]


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        ({"ids": ("frist",)}, "there is no file, quiz, question or exhibit `frist`; did you mean `first`"),
        ({"topics": ("sum",)}, "there is no topic `sum`; did you mean `sums`"),
        ({"kinds": ("nubmer",)}, "there is no kind `nubmer`; did you mean `number`"),
        (
            {"topics": ("sums",), "ids": ("third-number",)},
            "no question and no exhibit of the bank has all that is asked for",
        ),
    ],
)
def test_what_is_not_there(bank: Path, choice: dict[str, tuple[str, ...]], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        chosen(bank, **choice)


def judged(bank: Path, *arguments: str) -> list[str]:
    done = quizproof("check", *arguments, "--format", "json", cwd=bank)
    return [question["id"] for question in json.loads(done.stdout)["questions"]]


def test_arguments_are_paths_where_there_are_such_and_ids_elsewhere(bank: Path) -> None:
    assert judged(bank, "first-number") == ["first-number"]
    assert judged(bank, "questions/second.yaml", "second-output") == ["second-output"]
    assert judged(bank, "--topic", "sums", "--kind", "number") == ["first-number", "second-number"]
    (bank / "first").mkdir()
    (bank / "first/other.yaml").write_text(QUIZ.format(quiz="other", topic="sums"))
    assert judged(bank, "first") == ["other-number", "other-output"]


@pytest.mark.parametrize(
    "arguments", [("first", "--write-lock"), ("--topic", "sums", "--diff-lock"), ("--kind", "number", "--shard", "1/2")]
)
def test_what_belongs_to_a_whole_bank_is_refused(bank: Path, arguments: tuple[str, ...]) -> None:
    done = quizproof("check", *arguments, cwd=bank)
    assert (done.returncode, done.stdout) == (2, "")
    assert "whole bank" in done.stderr


# Several reports


def test_several_reports_of_one_check(bank: Path) -> None:
    """One on standard output, the default where none is asked for, and the others in files."""
    done = quizproof("check", "--format", "junit:junit.xml", "--format", "sarif:out/r.sarif", cwd=bank)
    assert done.returncode == 2
    assert done.stderr == "quizproof: out/r.sarif cannot be written: No such file or directory\n"
    assert not (bank / "junit.xml").exists()
    done = quizproof("check", "--format", "junit:junit.xml", "--format", "sarif:r.sarif", "--format=json", cwd=bank)
    assert (done.returncode, json.loads(done.stdout)["summary"]["questions"]) == (1, 6)
    assert (bank / "junit.xml").read_text().endswith("</testsuites>\n")
    assert json.loads((bank / "r.sarif").read_text())["runs"][0]["results"]
    done = quizproof("check", "first", "--format", "gitlab:g.json", cwd=bank)
    assert done.stdout.startswith("4 claims proven")
    assert json.loads((bank / "g.json").read_text()) == []
    done = quizproof("check", "first", "--format", "gitlab:g.json", "--output", "text.txt", cwd=bank)
    assert (done.stdout, (bank / "text.txt").read_text()[:15]) == ("", "4 claims proven")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--format", "json", "--format", "concise"), "only one report goes to standard output"),
        (("--format", "json:r", "--format", "sarif:r"), "two reports cannot both go to r"),
        (("--format", "json", "-o", "r", "--format", "sarif:r"), "two reports cannot both go to r"),
        (("--format", "sarif:questions/first.yaml"), "questions/first.yaml is a quiz of the bank"),
        (("--format", "sarif:"), "'sarif:' does not name a file"),
        (("--format", "xml:r"), "'xml' is not one of 'full', 'concise', 'json', 'github', 'gitlab', 'junit', 'sarif'"),
    ],
)
def test_reports_that_cannot_be(bank: Path, arguments: tuple[str, ...], message: str) -> None:
    before = (bank / "questions/first.yaml").read_text()
    done = quizproof("check", *arguments, cwd=bank, COLUMNS="200")
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr
    assert (bank / "questions/first.yaml").read_text() == before
    assert not (bank / "r").exists()
