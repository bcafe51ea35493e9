"""The course of a self-test: back, skip, flag, a second try, an exam, and what is kept when it is left."""

from __future__ import annotations

import contextlib
import io
import os
import re
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from helpers import report_samples as samples
from helpers import terminal_samples as kinds
from quizproof.proof import BlockProof
from quizproof_renderers.terminal.faces.layout import in_room
from quizproof_renderers.terminal.questioning.commands import Commands
from quizproof_renderers.terminal.record import Marked, Result
from quizproof_renderers.terminal.session import run
from test_terminal import INPUTS, Terminal, every_input, named, standings, take, terminal


@pytest.fixture(autouse=True)
def _ordinary_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("COLUMNS", "FORCE_COLOR", "NO_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)


def put(*questions: BlockProof, typed: str, **settings: Any) -> tuple[Result, str]:
    """A test with answers from a pipe."""
    output = io.StringIO()
    quiz = samples.file(samples.quiz(), *questions)
    result = run([quiz], seed=1, plain=True, stdin=io.StringIO(typed), stdout=output, **settings)
    return result, output.getvalue()


# On a pipe


def test_back_shows_an_answer_again_and_asks_what_was_skipped() -> None:
    """An answer that was explained cannot be changed; a question that was skipped can be answered after all."""
    first, number, line = (
        samples.taken(INPUTS[name], named(samples.CHOICE, name)) for name in ("output", "number", "line")
    )
    result, shown = take(first, number, line, typed="b\ns\n<\n0.895\n3\n")
    assert standings(result) == ["right", "right", "right"]
    assert shown.count("Question 2 of 3") == 2
    result, shown = take(first, number, line, typed="b\nb\n0.895\n3\n")
    assert standings(result) == ["right", "right", "right"]
    assert "\nQuestion 1 of 3\n" in shown.partition("Question 2 of 3")[2]
    assert "\nYou answered: B\n\nRight.\n" in shown


def test_nothing_comes_before_the_first_question() -> None:
    result, shown = take(samples.taken(INPUTS["number"]), typed="<\n0.895\n")
    assert standings(result) == ["right"]
    assert "\nThis is the first question.\n" in shown


def test_where_b_is_an_option_it_is_an_answer() -> None:
    number, choice = (samples.taken(INPUTS[name], named(samples.CHOICE, name)) for name in ("number", "output"))
    assert standings(take(number, choice, typed="0.895\nb\n")[0]) == ["right", "right"]


def test_flagged_questions_are_to_be_reviewed() -> None:
    """Also right ones; a flag can be taken away. Both a flag and a miss give the question once."""
    code, number, line = (
        samples.taken(INPUTS[name], named(samples.CHOICE, name)) for name in ("output", "number", "line")
    )
    result, shown = take(code, number, line, typed="!\nb\n!\n!\n0.895\n!\n2\n")
    assert result.flagged == ("output", "line")
    assert shown.count("\nThis question is flagged.\n") == 3
    assert shown.count("\nThis question is no longer flagged.\n") == 1
    assert shown.endswith("Flagged: output, line.\nTo review:\nquizproof take output line\n")
    assert "Flagged" not in take(code, typed="b\n")[1]


def test_commands_name_the_bank_that_was_asked() -> None:
    bank = Commands(("my bank", "other.yaml"), ("--plain",))
    _, shown = put(samples.taken(INPUTS["number"]), typed="7\n", commands=bank)
    command = "quizproof take freeze-two-of-three --bank 'my bank' --bank other.yaml --plain"
    assert shown.endswith(f"To review:\n{command}\n")
    assert bank.trial("x.py", "question", "q", "a/b.yaml") == "quizproof try x.py a/b.yaml --question q"
    assert Commands(("mine",)).trial("x.py", "experiment", "q", "a.yaml") == "quizproof try x.py mine --experiment q"
    assert Commands().trial("x.py", "question", "q", "a.yaml") == "quizproof try x.py --question q"


def test_an_exam_says_nothing_before_it_is_handed_in() -> None:
    """On a pipe that is the end of the questions, or of the answers. Then everything is marked and explained."""
    told: list[Marked] = []
    result, shown = put(*every_input(), typed="b\ns\na,b\n", exam=True, on_mark=told.append)
    before, _, after = shown.partition("You answered: ")
    assert (result.ending, standings(result)) == ("end of input", ["right", "skipped", "right"])
    assert before.count("\nNoted.\n") == 2
    assert "Right." not in before
    assert "What really happened" not in before
    assert after.count("\nRight.\n") == 2
    assert [(mark.id, mark.score) for mark in told] == [("output", 1), ("several", 1)]


def test_an_exam_marks_what_needs_the_learner_at_the_end() -> None:
    question = samples.taken(kinds.open_display(), named(samples.CHOICE, "open"))
    result, shown = put(question, typed="It keeps\nnothing.\n\ny\nn\n", exam=True)
    assert (standings(result), result.score) == (["partly"], 0.5)
    assert shown.index("\nNoted.\n") < shown.index("Model answer")
    assert "\nYou answered: It keeps\nnothing.\n" in shown


def test_a_second_try_needs_somebody_at_the_keyboard() -> None:
    """From a pipe the next line is the answer to the next question."""
    blanks = samples.taken(kinds.blanks_display(), named(samples.CHOICE, "blanks"))
    result, shown = take(blanks, typed="layer3\nFalse\n")
    assert (standings(result), "try again" in shown) == (["partly"], False)


def test_a_start_can_be_saved(tmp_path: Path) -> None:
    """Once: a file that is there is never overwritten."""
    program = samples.taken(kinds.program_display(), named(samples.CHOICE, "program"))
    path = tmp_path / "mine.py"
    typed = f"w {path}\nw {path}\nw {tmp_path}/none/x.py\nf {path}\n"
    result, shown = put(program, typed=typed, commands=Commands(("mine",)))
    assert path.read_text() == "total = 0\ntext = ...\n"
    assert f"\nWritten to {path}. Type f {path} here when it is done, or run this:\n" in shown
    assert f"\nquizproof try {path} mine --question program\n" in shown
    assert f"The file {path} exists already, and is not overwritten; name another.\n" in shown
    assert "none/x.py cannot be written: No such file or directory.\n" in shown
    assert standings(result) == ["wrong"]


# On a terminal

SETUP = """
import sys
from helpers import report_samples as samples
from helpers import terminal_samples
import test_terminal
from quizproof_renderers.cli.exits import code_of_test
from quizproof_renderers.terminal import unfinished
from quizproof_renderers.terminal.session import run
quiz = samples.file(samples.quiz(hint_cost=0.25, confidence={confidence}), *{questions})
kept = unfinished.last() or unfinished.begun({{}})
sys.exit(code_of_test(run([quiz], seed=1, kept=kept, **{settings})))
"""


@contextlib.contextmanager
def kept_test(questions: str, state: Path, *, confidence: bool = False, **settings: Any) -> Iterator[Terminal]:
    """A test on a real terminal that is kept when it is left, and goes on where one was left."""
    code = SETUP.format(questions=questions, confidence=confidence, settings=settings)
    child = Terminal(code, XDG_STATE_HOME=str(state))
    try:
        yield child
    finally:
        child.kill()


NUMBERS = "[samples.taken(test_terminal.INPUTS[n], test_terminal.named(samples.CHOICE, n)) for n in ('number', 'text')]"
BLANKS = "[samples.taken(terminal_samples.blanks_display(), test_terminal.named(samples.CHOICE, 'blanks'))]"
PROGRAM = "[samples.taken(terminal_samples.program_display(), test_terminal.named(samples.CHOICE, 'program'))]"


def test_a_wrong_answer_can_be_tried_again_with_a_hint(tmp_path: Path) -> None:
    """Nothing of the solution is shown before, the hint costs what was said, and the better answer counts."""
    with kept_test(BLANKS, tmp_path) as child:
        child.expect("Blank 1 of 2: ")
        child.type("layer3")
        child.expect("Blank 2 of 2: ")
        child.type("False")
        child.expect("Partly right (1 of 2).")
        child.expect("Enter for the answer: ")
        child.press("x")
        child.expect("Type t, or press Enter.")
        child.expect("Enter for the answer: ")
        assert "layer1" not in child.shown
        child.press("h")  # which gives a hint everywhere
        child.expect("Hint 1 of 2")
        child.expect("Blank 1 of 2: ")
        child.type("layer1")
        child.expect("Blank 2 of 2: ")
        child.type("False")
        child.expect("Right. With 1 hint it earns 0.75.")
        child.expect("Score: 0.75 of 1 (75 %).")
        assert child.end() == 0


def test_a_second_try_takes_nothing_back(tmp_path: Path) -> None:
    with kept_test(BLANKS, tmp_path) as child:
        for first, second in (("layer3", "False"), ("layer3", "None")):
            child.expect("Blank 1 of 2: ")
            child.type(first)
            child.expect("Blank 2 of 2: ")
            child.type(second)
            if second == "False":
                child.expect("Enter for the answer: ")
                child.press("t")
        child.expect("Partly right (1 of 2).")
        child.expect("Score: 0.5 of 1 (50 %).")
        assert child.end() == 0


def test_without_a_second_try_the_answer_is_shown(tmp_path: Path) -> None:
    with kept_test(BLANKS, tmp_path) as child:
        child.expect("Blank 1 of 2: ")
        child.type("layer3")
        child.expect("Blank 2 of 2: ")
        child.type("False")
        child.expect("Enter for the answer: ")
        child.press(" ")
        child.expect("layer1")
        assert child.end() == 0


def test_what_is_typed_survives_ctrl_c(tmp_path: Path) -> None:
    """In the middle of a line; what was answered before is kept too, and the end leaves nothing behind."""
    with kept_test(NUMBERS, tmp_path) as child:
        child.expect("Your answer: ")
        child.type("0.895")
        child.expect("Right.")
        child.expect("q to quit: ")
        child.press("n")
        child.expect("Your answer: ")
        child.send("Tru")
        child.expect("Tru")
        child.send("\x03")
        child.expect("quizproof take --resume")
        assert child.end() == 130
    assert len(list(tmp_path.rglob("*.json"))) == 1
    with kept_test(NUMBERS, tmp_path) as child:
        child.expect("Going on where you left: 1 of 2 questions answered or skipped.")
        child.expect("What you had typed is kept.")
        child.expect("Your answer: Tru")
        child.type("e")
        child.expect("Right.")
        child.expect("Score: 2 of 2 (100 %).")
        assert child.end() == 0
    assert list(tmp_path.rglob("*.json")) == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_what_is_typed_survives_a_signal(tmp_path: Path, number: signal.Signals) -> None:
    code = f"import signal, sys\nsignal.signal({int(number)}, lambda *_: sys.exit(1))\n"
    child = Terminal(
        code + SETUP.format(questions=NUMBERS, confidence=False, settings={}), XDG_STATE_HOME=str(tmp_path)
    )
    try:
        child.expect("Your answer: ")
        child.send("0.8")
        child.expect("0.8")
        os.kill(child.pid, number)
        child.end()
    finally:
        child.kill()
    with kept_test(NUMBERS, tmp_path) as child:
        child.expect("Your answer: 0.8")


def test_lines_that_are_typed_survive_ctrl_c(tmp_path: Path) -> None:
    """Of a program of several lines, the last one half typed, and in the middle of the question how sure."""
    with kept_test(PROGRAM, tmp_path, confidence=True) as child:
        child.expect("full stop):")
        child.type("total = sum(numbers)")
        child.type("text = st")
        child.send("# mo")
        child.expect("# mo")
        child.send("\x03")
        child.end()
    with kept_test(PROGRAM, tmp_path, confidence=True) as child:
        child.expect("total = sum(numbers)")
        child.expect("text = st")
        child.expect("# mo")
        child.type("re")
        child.type("text = str(total)")
        child.type(".")
        child.expect("How sure are you")
        child.press("\x03")
        child.end()
    with kept_test(PROGRAM, tmp_path, confidence=True) as child:
        child.expect("# more")
        child.expect("text = str(total)")
        child.type("")
        child.type(".")
        child.expect("How sure are you")
        child.press("s")
        child.expect("Not run here.")  # a line `text = st` fails, which no run has shown
        child.end()


def test_a_kill_loses_only_what_is_being_typed(tmp_path: Path) -> None:
    with kept_test(NUMBERS, tmp_path) as child:
        child.expect("Your answer: ")
        child.type("0.895")
        child.expect("q to quit: ")
        os.kill(child.pid, signal.SIGKILL)
        assert child.end() == -signal.SIGKILL
    with kept_test(NUMBERS, tmp_path) as child:
        child.expect("1 of 2 questions answered or skipped.")
        child.expect("2 of 2")


def test_an_answer_to_a_changed_question_is_not_kept(tmp_path: Path) -> None:
    with kept_test(NUMBERS, tmp_path) as child:
        child.expect("Your answer: ")
        child.type("0.895")
        child.expect("q to quit: ")
        child.press("q")
        child.expect("--resume")
        child.end()
    other = NUMBERS.replace("('number', 'text')", "('text', 'line')").replace(
        "samples.CHOICE, n", "samples.CHOICE, 'number' if n == 'text' else n"
    )
    with kept_test(other, tmp_path) as child:
        child.expect("1 answer could not be kept: the questions have changed, or are not put here now.")
        child.expect("1 of 2")


def test_a_test_of_other_questions_is_refused_and_kept(tmp_path: Path) -> None:
    with kept_test(NUMBERS, tmp_path) as child:
        child.expect("Your answer: ")
        child.type("0.895")
        child.expect("q to quit: ")
        child.press("q")
        child.expect("--resume")
        child.end()
    (kept,) = tmp_path.rglob("*.json")
    before = kept.read_bytes()
    with kept_test(BLANKS, tmp_path) as child:
        child.expect("the unfinished test has none of these questions, so it cannot go on; it is still kept")
        child.end()
    assert kept.read_bytes() == before


def test_a_finished_test_is_forgotten_and_an_empty_one_too(tmp_path: Path) -> None:
    for keys in ("0.895", "q"):
        with kept_test("[samples.taken(test_terminal.INPUTS['number'])]", tmp_path) as child:
            child.expect("Your answer: ")
            child.type(keys)
            child.end()
            assert "--resume" not in child.shown
        assert list(tmp_path.rglob("*.json")) == []


def test_skipped_questions_are_offered_again_at_the_end(tmp_path: Path) -> None:
    with kept_test(NUMBERS, tmp_path) as child:
        child.expect("Your answer: ")
        child.type("s")
        child.expect("2 of 2")
        child.expect("Your answer: ")
        child.type("True")
        child.expect("q to quit: ")
        child.press("n")
        child.expect("You have skipped number.")
        child.expect("for the summary: ")
        child.press("s")
        child.expect("1 of 2")
        child.expect("Your answer: ")
        child.type("0.895")
        child.expect("Score: 2 of 2 (100 %).")
        assert child.end() == 0


# Exams on a terminal


def test_an_exam_with_keys(tmp_path: Path) -> None:
    """Answers can be changed until they are handed in; only then everything is explained."""
    with kept_test(NUMBERS, tmp_path, exam=True) as child:
        child.expect("An exam: answers are marked when you hand in.")
        child.expect("Your answer: ")
        child.type("7")
        child.expect("Noted.")
        child.expect("2 of 2")
        child.type("b")
        child.expect("Your answer so far: 7. Type s to keep it.")
        child.expect("Your answer: ")
        child.type("0.895")
        child.expect("2 of 2")
        child.expect("Your answer: ")
        child.type("s")
        child.expect("You have skipped text.")
        child.expect("go on later: ")
        child.press("x")
        child.expect("Type h, b, s or q.")
        child.press("s")
        child.expect("Your answer: ")
        child.type("None")
        child.expect("go on later: ")
        assert "Right." not in child.shown
        child.press("h")
        child.expect("You answered: 0.895")
        child.expect("Right.")
        child.expect("q for the summary: ")
        child.press("n")
        child.expect("Wrong. The answer is True.")
        child.expect("Score: 1 of 2 (50 %).")
        assert child.end() == 0


def test_an_exam_can_be_left_and_goes_on(tmp_path: Path) -> None:
    """Ctrl-C marks nothing, and shows nothing of the marks."""
    with kept_test(NUMBERS, tmp_path, exam=True) as child:
        child.expect("Your answer: ")
        child.type("0.895")
        child.expect("2 of 2")
        child.expect("Your answer: ")
        child.send("\x03")
        child.expect("Score: not handed in yet, 1 answered, 1 not reached.")
        assert child.end() == 130
        assert "right" not in child.shown
    with kept_test(NUMBERS, tmp_path, exam=True) as child:
        child.expect("1 of 2 questions answered or skipped.")
        child.expect("Your answer: ")
        child.type("True")
        child.expect("go on later: ")
        child.press("h")
        child.expect("q for the summary: ")
        child.press("q")
        child.expect("Score: 2 of 2 (100 %).")
        assert child.end() == 0


def test_an_exam_ends_with_its_time(tmp_path: Path) -> None:
    """In the middle of a line; what was answered before is marked. Nothing waits for the learner's next key."""
    with kept_test(NUMBERS, tmp_path, exam=True, minutes=0.05) as child:
        child.expect("You have 3 seconds.")
        child.expect("Your answer: ")
        child.type("0.895")
        child.expect("2 of 2")
        child.send("Tr")
        child.expect("The time is up. Your answers are handed in as they are.")
        child.expect("You answered: 0.895")
        child.expect("Time is up")
        child.expect("Score: 1 of 1 (100 %), 1 not reached.")
        assert child.end() == 0
    assert list(tmp_path.rglob("*.json")) == []


# Narrow terminals


class Screen(io.StringIO):
    """What is shown on a terminal whose width the environment gives."""

    def isatty(self) -> bool:
        return True


WORD = re.compile(r"[A-Za-z][A-Za-z'’]{2,}")
CODES = re.compile(r"\x1b\[[\d;?]*[a-zA-Z]")
TYPED = [
    "?",
    "h",
    "a",
    "c",
    "7",
    "None",
    "1\n",
    "2",
    "layer3\nNone",
    "c b",
    "d:1",
    "a b",
    "Well\n\nn\nn",
    "total = 6\n.",
]


@pytest.mark.parametrize("plain", [True, False], ids=["plain", "rich"])
def test_no_word_is_broken_at_forty_columns(plain: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every word is one that a wide terminal shows too, with the help, a hint, the feedback and the summary."""
    blocks = [*every_input(), *kinds.everything()]
    shown = {}
    for columns in (40, 96):
        monkeypatch.setenv("COLUMNS", str(columns))
        screen = Screen()
        quiz = samples.file(samples.quiz(intro="What is *here* should be readable in narrow windows as well."), *blocks)
        run([quiz], seed=1, plain=plain, stdin=io.StringIO("\n".join(TYPED) + "\n"), stdout=screen)
        shown[columns] = CODES.sub("", screen.getvalue())
    assert set(WORD.findall(shown[40])) - set(WORD.findall(shown[96])) == set()
    assert "Score: " in shown[40]


def test_prompts_are_broken_between_words_and_follow_the_window(tmp_path: Path) -> None:
    """A long prompt at 40 columns; after the window has grown, what comes next uses its width."""
    with terminal(PROGRAM, columns=40) as child:
        child.expect("Your program (e, f PATH, or lines up\r\n  to one that is only a full stop):")
        child.type("?")
        child.expect("To answer, type e to write in your\r\n  editor,")
        child.resize(100)
        child.expect("full stop):")
        child.type("?")
        child.expect("To answer, type e to write in your editor, f and a path to read a file,")
        child.type("q")
        assert child.end() == 0


def test_names_are_broken_after_hyphens() -> None:
    """In a narrow window; code is broken after spaces, or after a sign where it has none."""
    assert in_room("a-name-of-many-words, 3 questions", 14) == "a-name-of-\nmany-words, 3\nquestions"
    assert in_room("short", 14) == "short"
    assert in_room("nothing_but_one", 14) == "nothing_but_\none"
    assert in_room("x" * 25, 10) == "\n".join(["x" * 10, "x" * 10, "x" * 5])
    assert in_room("混同" * 6, 10) == "\n".join(["混同混同混", "同混同混同", "混同"])


def test_a_summary_without_room_for_a_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    screen = Screen()
    names = ("a-question-with-a-long-name", "another")
    questions = [samples.taken(INPUTS["number"], named(samples.CHOICE, name)) for name in names]
    run([samples.file(samples.quiz(), *questions)], seed=1, stdin=io.StringIO("7\ns\n"), stdout=screen)
    lines = [line.rstrip() for line in CODES.sub("", screen.getvalue()).splitlines()]
    at = lines.index("   1  a-question-with-a-long-name")
    assert lines[at : at + 6] == [
        "   1  a-question-with-a-long-name",
        "      ✗ wrong",
        "      yours: 7",
        "      answer: 0.894737",
        "   2  another",
        "      - skipped",
    ]
