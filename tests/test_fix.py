"""`quizproof fix`: safe corrections, proven again, with comments and layout kept; and nothing beyond them."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.processes import quizproof

GOOD = """\
# The lists of the first week.
quiz: lists
title: Lists
topic: python-basics
blocks:
  - id: length   # of a list
    kind: predict-output
    prompt: What is printed?
    code: |
      print(len([1, 2]))
    answer: 2
    distractors:
      - code: print(len([1]))
        mistake: Counts from 0.
  - id: which
    kind: choice
    prompt: "Which makes it: two?"
    setup: x = 1
    check: assert x == 2
    options:
      - code: x += 1
        key: true
      - code: x += 2
        mistake: Adds too much.
"""


def corrected(tmp_path: Path, text: str, *arguments: str) -> tuple[int, str, str, str]:
    """What `fix --write` makes of a quiz: its exit code, the file, and the two streams."""
    file = tmp_path / "lists.yaml"
    file.write_text(text)
    done = quizproof("fix", "lists.yaml", "--write", *arguments, cwd=tmp_path)
    return done.returncode, file.read_text(), done.stdout, done.stderr


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("answer: 2", "answer: 3"),
        ("prompt: What is printed?", "promt: What is printed?"),
        ("key: true", "correct: true"),
        ("mistake: Counts from 0.", "feedback: Counts from 0."),
        ('"Which makes it: two?"', "Which makes it: two?"),
        ("blocks:", "questions:"),
        ("    code: |\n", "    code: >\n"),
    ],
    ids=["answer", "misspelt", "key", "mistake", "colon", "blocks", "folded"],
)
def test_what_is_corrected(tmp_path: Path, right: str, wrong: str) -> None:
    """Each to the very text that it should be; the comments and everything else stay."""
    assert GOOD.count(right) == 1
    code, text, diff, told = corrected(tmp_path, GOOD.replace(right, wrong))
    assert text == GOOD
    assert code == 0, told
    assert diff.startswith("--- lists.yaml\n+++ lists.yaml (after)\n")
    assert "1 correction in 1 file; 0 errors left" in told


def test_several_in_one_file_and_what_a_person_must_decide(tmp_path: Path) -> None:
    text = GOOD.replace("answer: 2", "answer: 3").replace("key: true", "correct: true").replace("x += 2", "x = x + 1")
    code, after, _, told = corrected(tmp_path, text)
    assert after == GOOD.replace("x += 2", "x = x + 1")
    assert code == 1  # that the second option is right as well, nobody but its author can settle
    assert "2 corrections in 1 file; 1 error left" in told


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("topic: python-basics", "topic: python-basics\nanswers: 5"),
        ("x += 2", "x = 2"),
        ("answer: 2", "answer: 2\n    ansewr: 4"),
        ("id: which", "id: Which One"),
    ],
    ids=["no-such-key", "two-keys", "both-keys", "bad-id"],
)
def test_what_is_left_alone(tmp_path: Path, old: str, new: str) -> None:
    text = GOOD.replace(old, new)
    code, after, diff, told = corrected(tmp_path, text)
    assert (code, after) == (1, text)
    assert "+++" not in diff
    assert "0 corrections in 0 files" in told


def test_a_block_that_is_no_yaml_hides_no_correction(tmp_path: Path) -> None:
    """One tab stands in the file: the rest is corrected, and the block with the tab is left as it is."""
    tab = "  - id: tab\n    kind: number\n\tprompt: Six?\n    value: 6\n"
    wrong = GOOD.replace("prompt: What is printed?", "promt: What is printed?").replace("answer: 2", "answer: 3")
    code, after, _, told = corrected(tmp_path, wrong.replace("  - id: which", f"{tab}  - id: which"))
    assert (code, after) == (1, GOOD.replace("  - id: which", f"{tab}  - id: which"))
    assert "2 corrections in 1 file; 1 error left" in told


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("author: Bob", "authors: [Bob]"),
        ("tags: lists", "tags: [lists]"),
        ('authors: "Bob: he"', 'authors: ["Bob: he"]'),
        ("tags: lists, loops", None),  # nobody knows how many these are
        ("tags:", None),
    ],
)
def test_one_value_where_a_list_belongs(tmp_path: Path, wrong: str, right: str | None) -> None:
    head = "topic: python-basics"
    code, after, _, _ = corrected(tmp_path, GOOD.replace(head, f"{head}\n{wrong}"))
    assert (code, after) == (int(right is None), GOOD.replace(head, f"{head}\n{right or wrong}"))


def test_a_sound_file_stays(tmp_path: Path) -> None:
    assert corrected(tmp_path, GOOD)[:3] == (0, GOOD, "")


def test_only_some_rules(tmp_path: Path) -> None:
    text = GOOD.replace("answer: 2", "answer: 3").replace("key: true", "correct: true")
    code, after, _, _ = corrected(tmp_path, text, "--rule", "unknown-key")
    assert (code, after) == (1, GOOD.replace("answer: 2", "answer: 3"))
    refused = quizproof("fix", "lists.yaml", "--rule", "unknown-kye", cwd=tmp_path)
    assert (refused.returncode, "did you mean `unknown-key`" in refused.stderr) == (2, True)


def test_nothing_is_written_unless_it_is_asked_for(tmp_path: Path) -> None:
    file = tmp_path / "lists.yaml"
    wrong = GOOD.replace("answer: 2", "answer: 3")
    file.write_text(wrong)
    done = quizproof("fix", "lists.yaml", cwd=tmp_path)
    assert done.returncode == 1
    assert "-    answer: 3\n+    answer: 2\n" in done.stdout
    assert "nothing was written; `--write` writes it" in done.stderr
    assert file.read_text() == wrong


def test_ends_of_lines_stay(tmp_path: Path) -> None:
    file = tmp_path / "lists.yaml"
    file.write_bytes(GOOD.replace("answer: 2", "answer: 3").replace("\n", "\r\n").encode())
    assert quizproof("fix", "lists.yaml", "--write", cwd=tmp_path).returncode == 0
    assert file.read_bytes() == GOOD.replace("\n", "\r\n").encode()


def test_a_correction_that_makes_it_worse_is_taken_back(tmp_path: Path) -> None:
    """The explanation agrees with the answer that is stated; with the real one, it would be a lie."""
    wrong = GOOD.replace("    answer: 2\n", "    answer: 3\n    explanation: It prints {{ stated('3', stdout) }}.\n")
    code, after, _, told = corrected(tmp_path, wrong)
    assert (code, after) == (1, wrong)
    assert "0 corrections" in told
    code, after, _, told = corrected(tmp_path, wrong.replace("stated('3'", "stated('2'"))
    assert (code, after) == (
        0,
        GOOD.replace("    answer: 2\n", "    answer: 2\n    explanation: It prints {{ stated('2', stdout) }}.\n"),
    )
