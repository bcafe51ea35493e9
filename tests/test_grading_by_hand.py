"""Marks that a teacher gives by hand, and folders of scripts and notebooks, here and on a cluster."""

from __future__ import annotations

import csv
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from helpers.dask_cluster import Cluster, cluster
from helpers.processes import quizproof
from quizproof.errors import CannotVerify, UsageError
from quizproof.outcome import Outcome
from quizproof.runners.job import Job
from quizproof_renderers.cli.marking.parallel import _Dispatcher, _RunnerLost
from quizproof_renderers.handing_in import rubric_file
from quizproof_renderers.handing_in.account import account
from quizproof_renderers.handing_in.journal import digest_of

BANK = """\
quiz: words
title: Words
topic: basics
limits: {seconds: 5}
blocks:
  - id: why
    kind: open
    prompt: Why is a sum of floats not exact?
    answer: They are binary.
    points:
      - {text: They are binary., proof: "assert 0.1 + 0.2 != 0.3"}
      - {text: "So 0.1 is rounded.", proof: "assert (0.1).hex() != 'x'", }
  - id: double
    kind: write-code
    prompt: Double every item.
    setup: items = [1, 2]
    starter: |
      items
    solution: |
      items = [2 * item for item in items]
    checks:
      - {name: Doubled, code: "assert items == [2, 4]"}
    wrong:
      - {code: "items = items * 2", mistake: Repeats the list.}
  - id: total
    kind: write-code
    prompt: Sum the items.
    setup: items = [1, 2]
    solution: |
      total = sum(items)
    checks:
      - {name: Summed, code: "assert total == 3"}
    wrong:
      - {code: "total = len(items)", mistake: Counts.}
"""


@pytest.fixture(scope="module")
def words(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a bank and its lock."""
    folder = tmp_path_factory.mktemp("words")
    (folder / "questions").mkdir()
    (folder / "questions/words.yaml").write_text(BANK, encoding="utf-8")
    proved = quizproof("check", "--write-lock", "questions", cwd=folder)
    assert "refuted" not in proved.stdout, proved.stdout
    built = quizproof("build", "-o", "pages", "--no-key", "--locked", cwd=folder)
    assert built.returncode == 0, built.stdout + built.stderr
    return folder


def marks_in(file: Path) -> dict[tuple[str, str], dict[str, str]]:
    """The rows of a file of marks, by learner and question."""
    with file.open(encoding="utf-8", newline="") as stream:
        rows = [*csv.DictReader(stream)]
    found = {(row["learner"], row["question"]): row for row in rows}
    assert len(found) == len(rows)  # each answer is counted once
    return found


# ---- rubrics


@pytest.fixture
def answered(words: Path, tmp_path: Path) -> Path:
    """A folder with what two learners have answered in words."""
    page = (words / "pages/words.html").read_text(encoding="utf-8")
    asked = re.search(r'data-question="why" data-asked="([^"]*)"', page)
    assert asked
    folder = tmp_path / "in"
    folder.mkdir()
    for learner, answer in (("ada", "=They are\nbinary."), ("bob", "No idea."), ("eve", "")):
        data: dict[str, Any] = {"quizproof_responses": 1, "quiz": "words", "learner": learner, "begun": ""}
        data |= {"handed_in": "2026-11-30T05:30:00Z", "responses": {}}
        if answer:
            data["responses"] = {"why": {"asked": asked[1], "response": answer}}
        (folder / f"{learner}.json").write_text(json.dumps(data), encoding="utf-8")
    return folder


def grade(words: Path, folder: Path, *more: str | Path) -> Any:
    return quizproof("grade", folder, "-o", folder.parent / "marks.csv", *more, cwd=words)


@pytest.mark.parametrize("suffix", ["csv", "yaml"])
def test_a_teacher_marks_point_by_point(words: Path, answered: Path, suffix: str) -> None:
    """The template is filled in; the marks are in the result, on the page, and in the next template."""
    rubric = answered.parent / f"rubric.{suffix}"
    done = grade(words, answered, "--rubric-template", rubric)
    assert done.returncode == 0, done.stderr
    assert f"2 answers in words in {rubric}" in done.stdout
    assert "2 answers in words to be marked\n" in done.stdout
    assert "  ada: why: to be marked: points a and b\n" in done.stdout
    text = rubric.read_text(encoding="utf-8")
    assert "They are binary." in text
    assert "No idea." in text
    assert "eve" not in text
    if suffix == "csv":
        rows = [*csv.DictReader(text.splitlines(keepends=True))]
        assert [(row["learner"], row["point"]) for row in rows] == [
            ("ada", "a"),
            ("ada", "b"),
            ("bob", "a"),
            ("bob", "b"),
        ]
        assert rows[0]["response"] == "'=They are\nbinary."  # no formula to a spreadsheet
        marks = iter(("1", "0.5", "0", ""))
        for row in rows:
            row |= {"mark": next(marks), "comment": "Well said." if row["learner"] == "ada" else ""}
        with rubric.open("w", encoding="utf-8", newline="") as stream:
            table = csv.DictWriter(stream, rubric_file.COLUMNS)
            table.writeheader()
            table.writerows(rows)
    else:
        parts = text.split("mark: null")
        text = "".join(
            part + mark for part, mark in zip(parts, ("mark: 1", "mark: 0.5", "mark: 0", "mark: null", ""), strict=True)
        )
        rubric.write_text(text.replace("comment: ''", "comment: Well said.", 1), encoding="utf-8")
    done = grade(words, answered, "--rubric", rubric, "--feedback", answered.parent / "feedback")
    assert done.returncode == 0, done.stderr
    assert "1 answer in words to be marked; `--rubric-template FILE` writes a file" in done.stdout
    assert "  bob: why: to be marked: point b\n" in done.stdout
    marks_ = marks_in(answered.parent / "marks.csv")
    assert (marks_["ada", "why"]["score"], marks_["ada", "why"]["standing"]) == ("0.75", "partly")
    assert (marks_["bob", "why"]["score"], marks_["bob", "why"]["standing"]) == ("", "unmarked")
    assert (marks_["eve", "why"]["score"], marks_["eve", "why"]["standing"]) == ("0.0", "unanswered")
    page = (answered.parent / "feedback/ada-words.html").read_text(encoding="utf-8")
    assert "Well said." in page
    assert "partly made (0.5): So 0.1 is rounded." in page
    # The same file again as the template: marks are kept, and what is new would be added.
    done = grade(words, answered, "--rubric", rubric, "--rubric-template", rubric)
    assert done.returncode == 0, done.stderr
    kept = rubric_file.read(rubric).answers
    assert [dict(each.marks) for each in kept.values()] == [{"a": 1, "b": 0.5}, {"a": 0, "b": None}]
    assert kept["ada", "words", "why"].comment == "Well said."


def test_marks_are_never_overwritten_or_lost(words: Path, answered: Path) -> None:
    rubric = answered.parent / "rubric.csv"
    head = "learner,quiz,question,point,mark\n"
    rubric.write_text(f"{head}ada,words,why,a,1\nada,words,why,b,1\n", encoding="utf-8")
    done = grade(words, answered, "--rubric-template", rubric)
    assert (done.returncode, rubric.read_text(encoding="utf-8").count("ada")) == (2, 2)
    assert "exists, and may hold your marks" in done.stderr
    assert grade(words, answered, "--rubric", rubric).returncode == 0
    assert marks_in(answered.parent / "marks.csv")["ada", "why"]["standing"] == "right"
    for row, said in (
        ("dan,words,why,a,1", "nobody called 'dan' has answered `why`"),
        ("eve,words,why,a,1", "nobody called 'eve' has answered `why`"),
        ("ada,words,double,a,1", "no `open` question `double` of `words` was handed in"),
        ("ada,words,why,z,1", "`why` has no point `z`; it has a and b"),
    ):
        rubric.write_text(head + row + "\n", encoding="utf-8")
        done = grade(words, answered, "--rubric", rubric)
        assert (done.returncode, said in done.stderr) == (2, True), done.stderr


def test_marks_are_of_the_answer_that_was_read(words: Path, answered: Path) -> None:
    rubric = answered.parent / "rubric.csv"
    head = "learner,quiz,question,point,response,mark\n"
    rows = [f'Bob,words,why,{point}," No  idea. ",1\n' for point in "ab"]
    rubric.write_text(head + "".join(rows), encoding="utf-8")
    grade(words, answered, "--rubric", rubric)
    assert marks_in(answered.parent / "marks.csv")["bob", "why"]["standing"] == "right"
    rubric.write_text((head + "".join(rows)).replace("No  idea", "Some idea"), encoding="utf-8")
    grade(words, answered, "--rubric", rubric)
    row = marks_in(answered.parent / "marks.csv")["bob", "why"]
    assert row["standing"] == "unmarked"
    assert row["note"].startswith("to be marked: the answer has changed since ")


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("r.csv", "learner,quiz,question,point\n", "its first row lacks `mark`"),
        ("r.csv", "learner,quiz,question,point,mark\na,b,c,d,2\n", "line 2: the mark is '2', not a number from 0 to 1"),
        ("r.csv", "learner,quiz,question,point,mark\na,b,c,d,nan\n", "line 2: the mark is 'nan'"),
        ("r.csv", "learner,quiz,question,point,mark\na,b,c,d,1\nA,b,c,d,0\n", "line 3: the point `d` has two marks"),
        ("r.csv", "learner,quiz,question,point,mark\na,b,c,,1\n", "line 2: learner, quiz, question and point must not"),
        ("r.yaml", "a: 1\n", "is not a list of answers"),
        (
            "r.yaml",
            "- {learner: a, quiz: b, question: c}\n",
            "an answer has the keys learner, quiz, question and points",
        ),
        ("r.yaml", "- {learner: a, quiz: b, question: c, points: {a: much}}\n", "r.yaml:1: the mark is 'much'"),
        ("r.yaml", "- {learner: a, quiz: b, question: c, points: {a: {text: x}}}\n", "a point lacks `mark`"),
    ],
)
def test_what_is_no_rubric_is_refused(tmp_path: Path, name: str, content: str, words: str) -> None:
    (tmp_path / "good.yaml").write_text(
        "- {learner: no, quiz: b, question: c, points: {a: 1, b: }}\n", encoding="utf-8"
    )
    assert rubric_file.read(tmp_path / "good.yaml").answers["no", "b", "c"].marks == {"a": 1, "b": None}
    (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(UsageError) as refusal:
        rubric_file.read(tmp_path / name)
    assert words in str(refusal.value)


# ---- scripts and notebooks

NOTEBOOK = {
    "nbformat": 4,
    "cells": [
        {"cell_type": "markdown", "source": "# Mine"},
        {"cell_type": "code", "source": ["%matplotlib inline\n", "found = [n + n for n in items]"]},
        {"cell_type": "code", "source": "items = found"},
    ],
}


def homework(folder: Path) -> Path:
    """A folder of scripts: six that can be marked, two doubled, and what is none."""
    files = {
        "ada/double.py": "items = [n * 2 for n in items]\n",
        "ada/total.py": "total = 0\nfor n in items:\n    total += n\n",
        "bob/double.ipynb": json.dumps(NOTEBOOK),
        "bob/week-1/total.py": "total = 1 / 0\n",
        "eve/double.py": "while True: pass\n",
        "eve/total.py": "total = 0\nfor n in items:\n    total += n\n",
        "eve/total.ipynb": json.dumps({"cells": [{"cell_type": "code", "source": "total = 7"}]}),
        "eve/totl.py": "x\n",
        "eve/.ipynb_checkpoints/total-checkpoint.ipynb": "{}",
        "dan/double.py": "",
        "double.py": "items = []\n",
    }
    for number, (name, content) in enumerate(files.items()):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
        os.utime(path, (1_000_000 - number, 1_000_000 - number))
    return folder


def assert_marked(marks: dict[tuple[str, str], dict[str, str]]) -> None:
    found = {key: row["standing"] for key, row in marks.items()}
    assert found == {
        ("ada", "double"): "right",
        ("ada", "total"): "right",
        ("bob", "double"): "right",
        ("bob", "total"): "wrong",
        ("eve", "double"): "wrong",
        ("eve", "total"): "right",
    }
    assert "ZeroDivisionError" in marks["bob", "total"]["feedback"]


def test_scripts_and_notebooks_are_marked_once(words: Path, tmp_path: Path) -> None:
    folder = homework(tmp_path / "homework")
    done = grade(words, folder, "--feedback", tmp_path / "feedback", "-j", "2")
    assert done.returncode == 1, done.stderr
    assert "10 response files: 6 marked, 3 malformed, 1 doubled; 6 marks" in done.stdout
    assert "eve/total.ipynb: handed in before" in done.stdout
    assert "eve/totl.py: no question of the bank asks for the program `totl`; did you mean `total`?" in done.stdout
    assert "dan/double.py: it is empty" in done.stdout
    assert "homework/double.py: it is in no folder of a learner: it must be LEARNER/QUESTION.py" in done.stdout
    assert_marked(marks_in(tmp_path / "marks.csv"))
    # One page per learner, with all scripts on it.
    pages = {path.name: path.read_text(encoding="utf-8") for path in (tmp_path / "feedback").iterdir()}
    assert set(pages) == {"ada-words.html", "bob-words.html", "eve-words.html"}
    assert "2 of 2" in pages["ada-words.html"]
    assert "1 of 2" in pages["bob-words.html"]


def test_a_single_script_and_a_page_of_the_same_quiz(words: Path, tmp_path: Path) -> None:
    """A script alone has its folder's name as its learner; where there is a page too, the page counts."""
    (tmp_path / "ada").mkdir()
    script = tmp_path / "ada/total.py"
    script.write_text("total = 3\n", encoding="utf-8")
    done = quizproof("grade", script, "-o", tmp_path / "one.csv", cwd=words)
    assert done.returncode == 0, done.stderr
    assert marks_in(tmp_path / "one.csv")["ada", "total"]["standing"] == "right"
    data = {"quizproof_responses": 1, "quiz": "words", "learner": "Ada", "begun": "", "responses": {}}
    (tmp_path / "page.json").write_text(json.dumps(data | {"handed_in": "2026-11-30T05:30:00Z"}), encoding="utf-8")
    done = quizproof("grade", script, tmp_path / "page.json", "-o", tmp_path / "two.csv", cwd=words)
    assert done.returncode == 0, done.stderr
    assert "ada/total.py: " in done.stdout
    assert "page.json answers the same quiz, and counts" in done.stdout
    assert marks_in(tmp_path / "two.csv")["Ada", "total"]["standing"] == "unanswered"


def test_equal_scripts_are_two_answers(tmp_path: Path) -> None:
    """To the journal, too, which knows what was marked by its content."""
    programs = {"double": "words", "total": "words"}
    found = account([homework(tmp_path / "homework")], {"words": None}, None, programs)
    marked = [entry for entry in found if entry.fate == "marked"]
    assert len({digest_of(entry.content) for entry in marked}) == len(marked) == 6


# ---- on a cluster


@pytest.fixture(scope="module")
def two() -> Iterator[Cluster]:
    """Two workers."""
    with cluster(2) as found:
        yield found


def test_marks_from_a_cluster_are_those_from_here(words: Path, tmp_path: Path, two: Cluster) -> None:
    folder = homework(tmp_path / "homework")
    done = quizproof("grade", folder, "-o", tmp_path / "marks.csv", "--dask", two.address, cwd=words)
    assert done.returncode == 1, done.stdout + done.stderr
    assert_marked(marks_in(tmp_path / "marks.csv"))
    done = quizproof("grade", folder, "-o", tmp_path / "x.csv", "--dask", two.address, "-j", "2", cwd=words)
    assert (done.returncode, "leave out `--jobs`" in done.stderr) == (2, True)


class Flaky:
    """A runner that answers so many jobs, and then is lost."""

    def __init__(self, answers: int) -> None:
        self.left = answers
        self.waiting: list[int] = []

    def submit(self, job: Job[int]) -> None:
        self.waiting.append(job.key)

    def collect(self, *, wait: bool = True) -> Iterator[tuple[int, Outcome]]:
        while self.waiting:
            if not self.left:
                raise CannotVerify("the scheduler is gone")
            self.left -= 1
            yield self.waiting.pop(), Outcome("finished")


def test_a_lost_cluster_is_no_answer_that_could_not_be_marked() -> None:
    """It ends the marking, instead of leaving learners unmarked; what had an outcome keeps it."""
    runner: Any = Flaky(1)
    job: Job[Any] = Job(None, "python", [], {"seconds": 1})
    with _Dispatcher(runner) as dispatcher:
        assert dispatcher.run(job).status == "finished"
        for _ in range(2):
            with pytest.raises(_RunnerLost) as lost:
                dispatcher.run(job)
    assert isinstance(lost.value.error, CannotVerify)
    assert not isinstance(lost.value, CannotVerify)
