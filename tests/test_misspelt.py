"""Misspelt words: told where they are, where the settings ask for it, and no other word is."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from helpers.processes import quizproof
from quizproof.errors import UsageError
from quizproof.loading.load import load_bank
from quizproof.proof import QuizProof
from quizproof_renderers.policy.misspelt import Speller
from quizproof_renderers.policy.settings import Settings

BANK = Path(__file__).parent.parent / "questions"
QUIZ = """\
quiz: words
title: Words
topic: spelling
blocks:
  - id: one
    kind: number
    prompt: |
      The first line is right.
      {prompt}
    value: 6 * 7
    explanation: {explanation}
"""


def speller(**given: object) -> Speller:
    found = Speller.of(Settings(Path("quizproof.toml"), {"spelling": "en", **given}))
    assert found is not None
    return found


def told(
    folder: Path, prompt: str = "So is this.", explanation: str = "It is so.", by: Speller | None = None
) -> list[str]:
    """What is found in a quiz with these texts: line, column and first words of each message."""
    file = folder / "words.yaml"
    file.write_text(QUIZ.format(prompt=prompt, explanation=json.dumps(explanation)), encoding="utf-8")
    quiz = (by or speller()).added_to(QuizProof(str(file), None))
    return [f"{finding.span.line}:{finding.span.column} {finding.message}" for finding in quiz.findings]


@pytest.mark.parametrize(
    ("prompt", "message"),
    [
        ("The gradeint is zero.", "9:11 'gradeint' is no word that is known; did you mean 'gradient'?"),
        ("The numbre is two.", "9:11 'numbre' is no word that is known; did you mean 'number'?"),
        ("It makes no sence.", "9:19 'sence' is no word that is known; did you mean 'since'?"),
        ("Zorblle it is.", "9:7 'Zorblle' is no word that is known"),
        ("A `tensor` that is recieved by `f`.", "9:26 'recieved' is no word that is known; did you mean 'received'?"),
        ("An **ocurrence** of it.", "9:12 'ocurrence' is no word that is known; did you mean 'occurrence'?"),
        (
            "The [documnet](https://example.org/documnet).",
            "9:12 'documnet' is no word that is known; did you mean 'document'?",
        ),
        ("Qwxyzzy it.", "9:7 'Qwxyzzy' is no word that is known"),
    ],
)
def test_misspelt_words(tmp_path: Path, prompt: str, message: str) -> None:
    """Each is told at its own place, with the nearest word if there is one."""
    found = told(tmp_path, prompt)
    assert found == [message]


def test_each_text_tells_a_word_once(tmp_path: Path) -> None:
    assert len(told(tmp_path, "A gradeint and a gradeint.", "No gradeint.")) == 2


@pytest.mark.parametrize(
    "prompt",
    [
        "The optimiser normalises the colours of an unlabelled image, and analyses its behaviour.",
        "The optimizer normalizes the colors of an unlabeled image, and analyzes its behavior.",
        "At the centre of the defence programme, sceptical metres of fibre; int, str, kwargs, params, docstrings.",
        "Logits go through a softmax; autograd has the tensor's dtype, and the networks overfit.",
        "What does `prnit(lenght)` do in setup.cfg, torch.nn.functonal or lib/pyton.py?",
        "The formula $\\\\hat{y} = wxyz$ and x², 10¹⁰⁰⁰, RMSprop, ReLU, LSTM, CUDA.",
        "Keras, Glorot and Adam are names here, and so is Xavier's.",
        "It doesn't matter, and it isn\u2019t so: you\u2019ll see.",
        "See https://example.org/abcdefg.",
        "The value of value is 42.",
    ],
)
def test_right_words(tmp_path: Path, prompt: str) -> None:
    """British and American words, those of the field, names, and what is no prose."""
    assert told(tmp_path, prompt) == []


def test_words_of_the_project_are_right(tmp_path: Path) -> None:
    """A dictionary has a word a line, in any case, and comments."""
    words = tmp_path / "words.txt"
    words.write_text("# Our own\nQuizzable  # a pun\n\nfoobarred zorble\n", encoding="utf-8")
    own = speller(dictionary=str(words))
    assert told(tmp_path, "Quizzable words zorble, gradeint.", by=own) == [
        "9:31 'gradeint' is no word that is known; did you mean 'gradient'?"
    ]
    assert len(told(tmp_path, "Quizzable words zorble, gradeint.")) == 3


def test_other_languages(tmp_path: Path) -> None:
    """In German a noun has a capital, and is looked up all the same."""
    german = speller(spelling="de")
    right = told(tmp_path, explanation="Welche Zahl ist richtig?", by=german)
    wrong = told(tmp_path, explanation="Welche Zaahl ist richtig?", by=german)
    assert [line for line in wrong if line not in right] == [
        "11:26 'Zaahl' is no word that is known; did you mean 'Zahl'?"
    ]


def test_the_shipped_bank_has_none() -> None:
    """193 questions without a false alarm."""
    own = speller()
    found = [f for file in load_bank([BANK]).files for f in own.added_to(QuizProof(file.path, None)).findings]
    assert [(finding.place, finding.message) for finding in found] == []


def test_only_where_the_settings_ask_for_it(tmp_path: Path) -> None:
    """`check` and `validate` tell it as a warning at the place, unless a comment or a selection says otherwise."""
    file = tmp_path / "words.yaml"
    file.write_text(QUIZ.format(prompt="The gradeint is 42.", explanation="It is so."), encoding="utf-8")
    assert "QP330" not in quizproof("check", "words.yaml", cwd=tmp_path).stdout
    (tmp_path / "quizproof.toml").write_text('spelling = "en"\n')
    for command in ("check", "validate"):
        done = quizproof(command, "words.yaml", *(["--format", "concise"] if command == "check" else []), cwd=tmp_path)
        assert done.returncode == 0
        assert "words.yaml:9:11: QP330 [misspelt-word] warning: " in done.stdout, command
        assert "'gradeint' is no word that is known; did you mean 'gradient'?" in done.stdout
    assert quizproof("check", "words.yaml", "--fail-on", "warning", cwd=tmp_path).returncode == 1
    assert "QP330" not in quizproof("check", "words.yaml", "--ignore", "QP330", cwd=tmp_path).stdout
    ignored = file.read_text().replace("    prompt: |", "    prompt: | # quizproof: ignore QP330 it is a pun")
    file.write_text(ignored)
    assert "QP330" not in quizproof("check", "words.yaml", "--fail-on", "warning", cwd=tmp_path).stdout


def test_settings_that_cannot_be(tmp_path: Path) -> None:
    """A language that there is not, and a dictionary that cannot be read, are told with their place."""
    (tmp_path / "words.yaml").write_text(QUIZ.format(prompt="It is 42.", explanation="It is so."), encoding="utf-8")
    (tmp_path / "quizproof.toml").write_text('spelling = "english"\n')
    done = quizproof("check", "words.yaml", cwd=tmp_path)
    assert done.returncode == 2
    assert "quizproof.toml:1: `spelling` is one of" in done.stderr
    assert ", en, " in done.stderr
    (tmp_path / "quizproof.toml").write_text('spelling = "en"\ndictionary = "none.txt"\n')
    done = quizproof("check", "words.yaml", cwd=tmp_path)
    assert done.returncode == 2
    assert "the dictionary none.txt cannot be read" in done.stderr
    with pytest.raises(UsageError, match="cannot be read"):
        speller(dictionary="none.txt")


def test_without_the_library(tmp_path: Path) -> None:
    """What to install is said in a sentence, and nothing is judged without it."""
    (tmp_path / "words.yaml").write_text(QUIZ.format(prompt="It is 42.", explanation="It is so."), encoding="utf-8")
    (tmp_path / "quizproof.toml").write_text('spelling = "en"\n')
    (tmp_path / "none").mkdir()
    (tmp_path / "none" / "spellchecker.py").write_text("raise ImportError\n")
    done = quizproof("check", "words.yaml", cwd=tmp_path, python=sys.executable, PYTHONPATH="none")
    assert done.returncode == 3
    assert "pip install 'quizproof[spelling]'" in done.stderr


@pytest.mark.parametrize("piece", ["<", "{{", "](", "`a``b", "$ ", "qxzzk ", "a://"])
def test_odd_texts_are_read_once(piece: str, tmp_path: Path) -> None:
    """A text of 50,000 signs that begins much and ends nothing: at most a hundred words of it are told."""
    assert len(told(tmp_path, explanation=piece * (49_000 // len(piece)))) <= 100


def test_a_text_in_another_language_is_told_of_a_hundred_times(tmp_path: Path) -> None:
    """The first hundred words; no more of them than twenty with a word that was meant."""
    words = " ".join("".join(chr(ord("a") + (7 * n + n // (k + 1)) % 26) for k in range(9)) for n in range(300))
    found = told(tmp_path, explanation=words)
    assert len(found) == 100
    assert sum("did you mean" in line for line in found) <= 20


def test_compounds(tmp_path: Path) -> None:
    """Each part of a compound is a word; what it begins with need not be one."""
    right = "A pre-trained, multi-layer, two-dimensional, self-contained net; input/output; and/or; see lib/wxyz.py."
    assert told(tmp_path, explanation=right) == []
    wrong = "A pre-traned, two-dimensonal net; input/ouput; ouput/input."
    words = [line.split("'")[1] for line in told(tmp_path, explanation=wrong)]
    assert words == ["traned", "dimensonal", "ouput"]


def test_the_title_is_read_too(tmp_path: Path) -> None:
    file = tmp_path / "words.yaml"
    file.write_text(QUIZ.format(prompt="So.", explanation="So.").replace("title: Words", "title: A titel"))
    found = speller().added_to(QuizProof(str(file), None)).findings
    assert [(finding.span.line, finding.message.partition(" is")[0]) for finding in found] == [(2, "'titel'")]
