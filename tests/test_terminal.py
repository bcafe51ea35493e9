"""The self-test, answered through a pipe, and through a real terminal."""

from __future__ import annotations

import contextlib
import fcntl
import io
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from helpers import report_samples as samples
from helpers.goldfile import compare
from quizproof import displays
from quizproof.findings import Finding, Span
from quizproof.kinds.base import Question
from quizproof.loading.quiz import Quiz
from quizproof.proof import BlockProof, QuizProof, VariantProof
from quizproof.verdicts import Verdict
from quizproof_renderers.cli.exits import code_of_test
from quizproof_renderers.terminal import prose
from quizproof_renderers.terminal.record import Marked, Result
from quizproof_renderers.terminal.session import run
from test_text import ANY_TEXT, is_safe


@pytest.fixture(autouse=True)
def _ordinary_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("COLUMNS", "FORCE_COLOR", "NO_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)


def named(question: Question, name: str, **fields: Any) -> Question:
    """The question under another id."""
    return question.model_copy(update={"id": name, **fields})


INPUTS: dict[str, displays.Display] = {
    "output": samples.predict_display(),
    "code": samples.choice_display(),
    "several": samples.choice_display(multiple=True),
    "number": samples.number_display(),
    "text": samples.text_display(),
    "lines": samples.text_display(multiline=True),
    "line": samples.line_display(),
}
"""Every way of answering."""


def every_input() -> list[BlockProof]:
    """A question for each."""
    return [samples.taken(display, named(samples.CHOICE, name)) for name, display in INPUTS.items()]


def take(
    *questions: BlockProof, typed: str = "", seed: int = 1, plain: bool = True, of: Quiz | None = None
) -> tuple[Result, str]:
    """Take a test of one quiz; as `take_all`."""
    return take_all(samples.file(of or samples.quiz(), *questions), typed=typed, seed=seed, plain=plain)


def take_all(*quizzes: QuizProof, typed: str = "", seed: int = 1, plain: bool = True) -> tuple[Result, str]:
    """Take a test with answers from a pipe; the result, and all that was shown."""
    output = io.StringIO()
    result = run(quizzes, seed=seed, plain=plain, stdin=io.StringIO(typed), stdout=output)
    return result, output.getvalue()


def standings(result: Result) -> list[str]:
    return [answer.standing for answer in result.answers]


# Every way of answering


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        pytest.param("output", "B\n", id="output"),
        pytest.param("code", " b \n", id="code"),
        pytest.param("several", "b,a\n", id="several with comma"),
        pytest.param("several", "A B\n", id="several with space"),
        pytest.param("number", "0.895\n", id="number"),
        pytest.param("number", " 85/95 \n", id="fraction"),
        pytest.param("text", "True  \n", id="text"),
        pytest.param("lines", "1\n2\n\n", id="lines"),
        pytest.param("lines", "1\n2", id="lines up to the end of input"),
        pytest.param("line", "3\n", id="line"),
    ],
)
def test_right(name: str, typed: str) -> None:
    result, shown = take(samples.taken(INPUTS[name]), typed=typed)
    assert standings(result) == ["right"]
    assert (result.score, result.ending, code_of_test(result)) == (1, "finished", 0)
    assert "\nRight.\n" in shown


@pytest.mark.parametrize(
    ("name", "typed", "verdict"),
    [
        pytest.param("output", "a\n", "Wrong. The answer is B.\n", id="output"),
        pytest.param("several", "c\n", "Wrong. The answer is A and B.\n", id="several"),
        pytest.param("several", "a,c\n", "Wrong. The answer is A and B.\n", id="several, one right and one wrong"),
        pytest.param("number", "0.85\n", "Wrong. The answer is 0.894737.\nThat is the recall.\n", id="foreseen number"),
        pytest.param("number", "7\n", "Wrong. The answer is 0.894737.\n\nWhat really happened", id="other number"),
        pytest.param("text", "None\n", "Wrong. The answer is True.\nIt does print something.\n", id="text"),
        pytest.param("lines", "1\n\n", "Wrong.\n\nWhat really happened", id="lines"),
        pytest.param("line", "2\n", "Wrong. The answer is line 3.\nrange(3) is what it should be.\n", id="line"),
    ],
)
def test_wrong(name: str, typed: str, verdict: str) -> None:
    result, shown = take(samples.taken(INPUTS[name]), typed=typed)
    assert standings(result) == ["wrong"]
    assert result.score == 0
    assert verdict in shown
    assert f"To review:\nquizproof take {samples.CHOICE.id}\n" in shown


@pytest.mark.parametrize("typed", [pytest.param("b\n", id="one missing"), pytest.param("a,b,c\n", id="one too many")])
def test_partly_right(typed: str) -> None:
    """Each right choice earns its share, and each wrong one costs as much."""
    result, shown = take(samples.taken(INPUTS["several"]), typed=typed)
    assert (standings(result), result.score) == (["partly"], 0.5)
    rule = "each right choice earns an equal share, and each wrong choice costs as much; never below zero."
    assert f"\nScoring: {rule}\n" in shown
    assert "\nPartly right (1 of 2). The answer is A and B.\n" in shown
    assert "\nScore: 0.5 of 1 (50 %).\n" in shown
    assert f"To review:\nquizproof take {samples.CHOICE.id}\n" in shown


@pytest.mark.parametrize(
    ("name", "typed", "remark"),
    [
        pytest.param("output", "d\nb\n", "Type A, B or C.", id="no such letter"),
        pytest.param("output", "\nb\n", "Type A, B or C.", id="nothing"),
        pytest.param("output", "1\nb\n", "Type A, B or C.", id="no letter"),
        pytest.param("output", "a,b\nb\n", "Type one letter only.", id="too many letters"),
        pytest.param("several", "b;d\nab\n", "Type the letters of all right options: A, B or C.", id="several"),
        pytest.param(
            "number",
            "a lot\n0.895\n",
            "'a lot' is not a number; write, for example, 12, 0.5, 1e-3 or 3/4.",
            id="no number",
        ),
        pytest.param("number", "1/0\n0.895\n", "A number cannot be divided by zero.", id="division by zero"),
        pytest.param("number", " \n0.895\n", "Type an answer, or s to skip the question.", id="blank number"),
        pytest.param("text", "\nTrue\n", "Type an answer, or s to skip the question.", id="blank text"),
        pytest.param("lines", "\n1\n2\n\n", "Type an answer, or s to skip the question.", id="no lines"),
        pytest.param("line", "5\n3\n", "Give the number of a line, 1 to 4.", id="no such line"),
        pytest.param("line", "three\n3\n", "Give the number of a line, 1 to 4.", id="line in words"),
    ],
)
def test_malformed_then_right(name: str, typed: str, remark: str) -> None:
    result, shown = take(samples.taken(INPUTS[name]), typed=typed)
    assert standings(result) == ["right"]
    assert shown.count(f"\n{remark}\n") == 1


@pytest.mark.parametrize("plain", [True, False], ids=["plain", "rich"])
@pytest.mark.parametrize("name", INPUTS)
def test_transcript(name: str, plain: bool) -> None:
    """Help, a malformed response, a wrong one; whole."""
    wrong = {"number": "0.85", "text": "None", "lines": "1\n", "line": "2"}.get(name, "a")
    _, shown = take(
        samples.taken(INPUTS[name]), typed=f"?\n{'' if name != 'lines' else chr(10)}\n{wrong}\n", plain=plain
    )
    compare(f"terminal/{name}-{'plain' if plain else 'rich'}.txt", shown)


def test_a_text_that_is_a_command_can_be_answered() -> None:
    display = replace(samples.text_display(), input=displays.TextInput("q"))
    assert standings(take(samples.taken(display), typed="\\q\n")[0]) == ["right"]
    assert take(samples.taken(display), typed="q\n")[0].ending == "quit"


def test_capitals_are_no_commands_in_texts() -> None:
    display = replace(samples.text_display(), input=displays.TextInput("S"))
    assert standings(take(samples.taken(display), typed="S\n")[0]) == ["right"]


def test_lines_may_begin_like_a_command() -> None:
    display = replace(samples.text_display(), input=displays.TextInput("s\nq", multiline=True))
    assert standings(take(samples.taken(display), typed="s\nq\n\n")[0]) == ["right"]


def test_an_output_with_empty_lines_ends_with_a_full_stop() -> None:
    display = replace(samples.text_display(), input=displays.TextInput("1\n\n2", multiline=True))
    result, shown = take(samples.taken(display), typed="1\n\n2\n.\n")
    assert standings(result) == ["right"]
    assert "Your answer (end with a line that is only a full stop or Ctrl-D):" in shown


def test_letters_win_over_commands() -> None:
    """With so many options that S and Q are letters, they are answers."""
    options = tuple(displays.Option(f"o{n}", displays.Output(str(n)), correct=False) for n in range(20))
    display = replace(samples.predict_display(), input=displays.Options(options))
    assert standings(take(samples.taken(display), typed="q\n")[0]) == ["wrong"]


# The course of a session


def test_end_of_input_ends_politely() -> None:
    result, shown = take(*every_input(), typed="b\n")
    assert (result.ending, code_of_test(result), standings(result)) == ("end of input", 0, ["right"])
    assert shown.endswith(
        "\n"
        "Ended early:\n"
        "Score: 1 of 1 (100 %), 6 not reached.\n"
        "Question 1, output: right. Your answer: B. The answer: B.\n"
        "Question 2, code: not reached.\n"
        "Question 3, several: not reached.\n"
        "Question 4, number: not reached.\n"
        "Question 5, text: not reached.\n"
        "Question 6, lines: not reached.\n"
        "Question 7, line: not reached.\n"
    )


def test_nothing_typed() -> None:
    result, shown = take(samples.taken(INPUTS["number"]))
    assert result.answers == ()
    assert shown.endswith(
        "Ended early:\nScore: no question was answered, 1 not reached.\nQuestion 1, freeze-two-of-three: not reached.\n"
    )


def test_skip_and_quit() -> None:
    result, shown = take(*every_input(), typed="s\nS\nq\n")
    assert (result.ending, code_of_test(result), standings(result)) == ("quit", 0, ["skipped", "skipped"])
    assert [answer.response for answer in result.answers] == [None, None]
    assert "Score: 0 of 2 (0 %), 2 skipped, 5 not reached.\nQuestion 1, output: skipped.\n" in shown
    assert shown.endswith("To review:\nquizproof take output code\n")
    assert "The answer" not in shown  # it can be tried again


def test_the_mark_is_kept() -> None:
    result, _ = take(samples.taken(INPUTS["number"]), typed="0.85\n")
    (answer,) = result.answers
    assert (answer.response, answer.mark and answer.mark.feedback) == ("0.85", "That is the recall.")


def test_each_mark_is_told() -> None:
    """Of a right and of a wrong answer, with hints and how long it took; of a skipped question, without a mark."""
    told: list[Marked] = []
    quiz = samples.file(samples.quiz(), *every_input())
    before = time.time()
    run([quiz], seed=1, plain=True, on_mark=told.append, stdin=io.StringIO("b\ns\nc\n0.85\n"), stdout=io.StringIO())
    assert [(mark.id, mark.response, mark.score, mark.correct) for mark in told] == [
        ("output", ["a"], 1, True),
        ("code", "", None, False),
        ("several", ["c"], 0, False),
        ("number", "0.85", 0, False),
    ]
    assert all(before <= mark.started <= mark.started + mark.seconds <= time.time() for mark in told)
    assert {mark.quiz for mark in told} == {quiz.id}
    assert [(mark.hints, mark.tries) for mark in told if mark.id != "code"] == [(0, 1)] * 3


def test_ctrl_c_on_a_pipe() -> None:
    class Interrupted(io.StringIO):
        def readline(self, *_: object) -> str:  # type: ignore[override]
            raise KeyboardInterrupt

    output = io.StringIO()
    quiz = samples.file(samples.quiz(), *every_input(), versions={})
    result = run([quiz], seed=1, plain=True, stdin=Interrupted(), stdout=output)
    assert (result.ending, code_of_test(result)) == ("interrupted", 130)
    assert "\nInterrupted:\nScore: no question was answered, 7 not reached.\n" in output.getvalue()


@pytest.mark.parametrize("plain", [True, False], ids=["plain", "rich"])
def test_same_seed_same_test(plain: bool) -> None:
    shown = [take(*every_input(), typed="s\n" * 7, seed=seed, plain=plain)[1] for seed in (5, 5, 6)]
    assert shown[0] == shown[1]
    assert shown[0].replace("Seed 5", "Seed 6") != shown[2]


def test_each_question_draws_for_itself() -> None:
    """Leaving one out changes nothing about the others."""
    first, second, *_ = every_input()
    both = take(first, second, typed="s\ns\n")[1]
    alone = take(second, typed="s\n")[1]
    assert alone.partition("Question 1 of 1\n")[2].startswith(
        both.partition("Question 2 of 2\n")[2].partition("Summary")[0].strip()
    )


def test_options_come_in_many_orders() -> None:
    question = samples.taken(INPUTS["output"])
    orders = {tuple(re.findall(r"^[ABC]: (\d+)$", take(question, seed=seed)[1], re.MULTILINE)) for seed in range(60)}
    assert len(orders) == 6


def test_the_seed_draws_the_variant() -> None:
    def variant(value: int, *, shown: bool = True) -> VariantProof:
        display = replace(samples.text_display(), input=displays.TextInput(str(value)))
        return VariantProof({"a": value}, samples.claims("proven"), display if shown else None)

    variants = (variant(0), variant(1), variant(2, shown=False))
    question = samples.proof(samples.PREDICT, *variants)
    drawn = [take(question, typed="0\n", seed=seed)[0].answers[0] for seed in range(20)]
    assert {answer.params["a"] for answer in drawn} == {0, 1}
    assert all((answer.params["a"] == 0) == (answer.standing == "right") for answer in drawn)


def test_each_quiz_has_its_head() -> None:
    metrics = samples.quiz(samples.METRICS, intro="About `precision` & <recall>.")
    first = samples.file(samples.quiz(), samples.taken(INPUTS["number"]))
    second = samples.file(metrics, samples.taken(INPUTS["line"]))
    _, shown = take_all(first, second, typed="s\ns\n")
    assert shown.startswith(
        "Quiz: Freezing layers in PyTorch\n"
        "1 question, about 8 minutes, 100 % of 1 claim proven\n"
        "Ran on torch 2.13.0, numpy 2.4.6, Python 3.11.7\n"
        "Keys: ? help, s skip, b or < back, ! flag, q quit. Ctrl-C quits too. Seed 1.\n"
    )
    assert (
        "Quiz: Confusion matrices: 混同行列\n"
        "1 question, 100 % of 1 claim proven\n"
        "Ran on torch 2.13.0, numpy 2.4.6, Python 3.11.7\n"
        "\n"
        "About precision & <recall>.\n"
    ) in shown


# What is not proven


@pytest.mark.parametrize("verdict", ["refuted", "unstable", "unverified"])
def test_what_is_not_proven_is_left_out_openly(verdict: Verdict) -> None:
    bad = samples.taken(INPUTS["number"], named(samples.NUMBER, "bad"), "proven", verdict)
    result, shown = take(bad, samples.taken(INPUTS["line"]), typed="3\n")
    assert (len(result.answers), result.left_out, result.total) == (1, (bad,), 1)
    assert "\n1 question is not proven here and was left out: bad.\n" in shown


def test_questions_without_display_or_with_errors_are_left_out() -> None:
    error = Finding("QP206", "a.yaml", Span(1, 1, 1, 2), "two options are the same")
    advice = Finding("QP302", "a.yaml", Span(1, 1, 1, 2), "a negated stem")
    hidden = samples.taken(None, named(samples.NUMBER, "hidden"))
    double = replace(samples.taken(INPUTS["number"], named(samples.NUMBER, "double")), findings=(error,))
    advised = replace(samples.taken(INPUTS["number"]), findings=(advice,))
    result, shown = take(hidden, double, advised, typed="0.895\n")
    assert standings(result) == ["right"]
    assert "\n2 questions are not proven here and were left out: hidden, double.\n" in shown


def test_what_its_author_calls_unproven_is_shown_as_such() -> None:
    result, shown = take(samples.taken(INPUTS["output"], samples.PREDICT, "proven", "unproven"), typed="a\n")
    assert standings(result) == ["right"]
    assert "50 % of 2 claims proven" in shown
    assert "wrong: Not proven: A guess of mine.\n" in shown


def test_nothing_to_put_is_no_success() -> None:
    result, shown = take(samples.taken(None))
    assert (code_of_test(result), result.ending) == (3, "finished")
    assert shown == (
        "1 question is not proven here and was left out: freeze-two-of-three.\nThere is no question to answer.\n"
    )


# What is shown


def test_one_run_behind_all_options_is_told_once() -> None:
    told = displays.Evidence("Runs and prints.", stdout="12\n")
    options = tuple(
        displays.Option(letter, displays.Output(text), letter == "a", f"This is {text}.", told)
        for letter, text in (("a", "12"), ("b", "13"))
    )
    display = replace(samples.predict_display(), input=displays.Options(options), evidence=told, solution=())
    _, shown = take(samples.taken(display), typed="a\n")
    assert shown.count("Runs and prints.\nOutput:\n12\n") == 1


def test_prose_loses_nothing() -> None:
    text = (
        "# Title\n\nSome *text* with `code` & <pad>, [a link](https://example.org/x),\nand $\\frac{a}{b}$ for $5.\n\n"
        "1. one\n2. two\n   - inner\n\n> quoted\n\n```python\nx = '<b>'\n```\n\n| a | |\n|---|---|\n| 1 | 2 |\n\n---\n"
    )
    assert prose.plain(text) == (
        "Title\nSome text with code & <pad>, a link (https://example.org/x), and a / b for $5.\n1. one\n2. two\n"
        "   - inner\nquoted\nx = '<b>'\na: 1; 2"
    )


@pytest.mark.parametrize("plain", [True, False], ids=["plain", "rich"])
def test_what_looks_like_html_is_text(plain: bool) -> None:
    display = replace(samples.number_display(), prompt=(displays.Prose("Is <pad> a token?\n\n<b>Or</b> a tag?"),))
    _, shown = take(samples.taken(display), plain=plain)
    assert "Is <pad> a token?" in shown
    assert "<b>Or</b> a tag?" in shown


def test_programs_are_shown_of_the_key_and_of_the_answer() -> None:
    """Those of the other options would bury the rest."""
    options = tuple(
        displays.Option(
            name,
            displays.Prose(f"Statement {name}."),
            name == "key",
            "",
            displays.Evidence(f"Ran {name}.", code=f"{name}()"),
        )
        for name in ("key", "one", "two", "three")
    )
    display = replace(samples.predict_display(), input=displays.Options(options), evidence=None)
    _, shown = take(samples.taken(display), typed="a\n")
    chosen = re.search(r"^A: Statement (\w+)\.$", shown, re.MULTILINE)
    assert chosen is not None
    assert set(re.findall(r"^Program:\n(\w+)\(\)$", shown, re.MULTILINE)) == {"key", chosen[1]}
    assert all(f"Ran {option.id}." in shown for option in options)


def test_formulas_and_images_are_text() -> None:
    """A formula on lines of its own is a paragraph, and an image is what it shows."""
    formula = "$$\n\\begin{aligned} a &= x_{ij} \\\\ &= 1 \\end{aligned}\n$$"
    text = f"Of $\\hat{{y}}$:\n\n{formula}\n\n![A falling $x^2$ line](files/a.png)"
    assert prose.plain(text) == "Of ŷ:\na = xᵢⱼ\n= 1\n[Image: A falling $x^2$ line]"
    assert prose.plain_line("$x^2$ and ![a *plot*](files/a.png)") == "x² and [Image: a *plot*]"
    display = replace(samples.number_display(), prompt=(displays.Prose(text),))
    _, shown = take(samples.taken(display), plain=False)
    assert all(line in shown for line in ("Of ŷ:", "a = xᵢⱼ", "= 1", "[Image: A falling"))


def hostile_displays(text: str) -> Iterator[displays.Display]:
    """Displays with `text` wherever a text can stand."""
    told = displays.Evidence(text, text, text, text)
    every: tuple[displays.Written, ...] = (displays.Prose(text), displays.Code(text, text, (1,)), displays.Output(text))
    options = tuple(displays.Option(str(n), c, n == 0, text, told) for n, c in enumerate(every))
    unproven = displays.Option("u", every[0], False, text, unproven=text)
    mistakes = (displays.Mistake("1", text, told),)
    for shown in (
        displays.Options((*options, unproven)),
        displays.NumberInput(2, 0.1, text, text, mistakes),
        displays.TextInput(text, multiline=True, mistakes=mistakes),
        displays.LineInput(text, (2,), mistakes),
    ):
        yield displays.Display(every, shown, text, every, told)


@pytest.mark.parametrize("plain", [True, False], ids=["plain", "rich"])
@given(text=ANY_TEXT)
def test_no_text_reaches_the_terminal_raw(text: str, plain: bool) -> None:
    # A quiz file is UTF-8, and its header has no expressions; neither need hold of what a snippet prints.
    legal = text.encode(errors="ignore").decode().replace("{", "(")
    quiz = samples.quiz(title="x" + legal, intro=legal)
    for display in hostile_displays(text):
        question = samples.taken(display, named(samples.PREDICT, "q", title=text))
        _, shown = take(question, typed=f"{text}\n1\n\na\n", plain=plain, of=quiz)
        assert all(map(is_safe, shown))


@pytest.mark.parametrize("plain", [True, False], ids=["plain", "rich"])
def test_markup_is_not_interpreted(plain: bool) -> None:
    for display in hostile_displays("[bold]x[/bold] :smile: [/]"):
        _, shown = take(samples.taken(display), typed="1\n\na\n", plain=plain)
        assert "[bold]x[/bold] :smile: [/]" in shown


# A real terminal


class Terminal:
    """A child process on a pseudo-terminal of its own."""

    PATIENCE = 60
    """Seconds after which a test that waits is thought to hang."""

    def __init__(self, code: str, *, columns: int = 100, **environ: str) -> None:
        self._master, slave = pty.openpty()
        self.resize(columns)
        self._child = subprocess.Popen(
            [sys.executable, "-c", f"import fcntl, termios\nfcntl.ioctl(0, termios.TIOCSCTTY, 0)\n{code}"],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "TERM": "xterm-256color", **environ},
        )
        os.close(slave)
        self.shown = ""
        self._seen = 0

    def resize(self, columns: int) -> None:
        """Give the window another width."""
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))

    @property
    def pid(self) -> int:
        """Of the child."""
        return self._child.pid

    def expect(self, text: str) -> None:
        """Wait until `text` is shown, after what was last waited for."""
        while (found := self.shown.find(text, self._seen)) < 0:
            assert self._read(), f"{text!r} was never shown; what was: {self.shown!r}"
        self._seen = found + len(text)

    def press(self, key: str) -> None:
        """Press a key for a program that reads keys: it drops what was typed before it set the terminal up."""
        self._wait(lambda: not termios.tcgetattr(self._master)[3] & termios.ICANON)
        self.send(key)

    def type(self, text: str) -> None:
        """Type a line."""
        self.send(f"{text}\r")

    def send(self, text: str) -> None:
        """Send keys to a program that waits for them. GNU readline forgets a Ctrl-C that comes a moment too early."""
        self._wait(lambda: Path(f"/proc/{self._child.pid}/stat").read_text().rpartition(")")[2].split()[0] == "S")
        os.write(self._master, text.encode())

    def _wait(self, condition: Callable[[], bool]) -> None:
        until = time.monotonic() + self.PATIENCE
        while not condition():
            assert time.monotonic() < until, f"nobody waits for keys; shown: {self.shown!r}"
            time.sleep(0.005)

    def end(self) -> int:
        """Read to the end; the exit code."""
        while self._read():
            pass
        os.close(self._master)
        return self._child.wait(self.PATIENCE)

    def kill(self) -> None:
        """Leave nothing behind."""
        with contextlib.suppress(OSError):
            os.close(self._master)
        self._child.kill()
        self._child.wait()

    def _read(self) -> bool:
        ready, _, _ = select.select([self._master], [], [], self.PATIENCE)
        assert ready, f"nothing happens any more; shown: {self.shown!r}"
        try:
            data = os.read(self._master, 65536)
        except OSError:  # Linux says EIO when the other side is gone
            return False
        self.shown += data.decode("utf-8", "replace")
        return bool(data)


TAKE = """
import sys
from helpers import report_samples as samples
from helpers import terminal_samples
import test_terminal
from quizproof_renderers.cli.exits import code_of_test
from quizproof_renderers.terminal.session import run
quiz = samples.file(samples.quiz(), *{questions})
sys.exit(code_of_test(run([quiz], seed=1, plain={plain})))
"""


@contextlib.contextmanager
def terminal(questions: str, *, plain: bool = False, columns: int = 100, **environ: str) -> Iterator[Terminal]:
    """A self-test on a real terminal."""
    child = Terminal(TAKE.format(questions=questions, plain=plain), columns=columns, **environ)
    try:
        yield child
    finally:
        child.kill()


def test_a_whole_session_with_keys() -> None:
    with terminal("test_terminal.every_input()") as child:
        child.expect("Your answer (A/B/C): ")
        child.press("\x1b[A")  # an arrow
        child.expect("Type A, B or C.")
        child.expect("Your answer (A/B/C): ")
        child.press("\rb")  # Enter is no answer, and what comes soon after it is not lost
        child.expect("✓ Right.")
        child.expect("q to quit: ")
        child.press(" ")
        child.expect("2 of 7")
        child.expect("Your answer (A/B/C): ")
        child.press("s")
        child.expect("(A/B/C, separated by commas): ")
        child.type("a,b")
        child.expect("✓ Right.")
        child.expect("q to quit: ")
        child.press("\r")
        child.expect("Your answer: ")
        child.type("0.x\x7f895")
        child.expect("✓ Right.")
        child.expect("q to quit: ")
        child.press("n")
        child.expect("Your answer: ")
        child.type("None")
        child.expect("✗ Wrong. The answer is True.")
        child.expect("q to quit: ")
        child.press("n")
        child.expect("(end with an empty line or Ctrl-D):")
        child.type("1")
        child.type("2")
        child.send("\x04")
        child.expect("✓ Right.")
        child.expect("q to quit: ")
        child.press("q")
        child.expect("Score: 4 of 6 (66 %), 1 skipped, 1 not reached.")
        assert child.end() == 0


@pytest.mark.parametrize("plain", [True, False], ids=["plain", "rich"])
@pytest.mark.parametrize(("name", "prompt"), [("code", "Your answer (A/B/C): "), ("number", "Your answer: ")])
def test_ctrl_c_on_a_terminal(name: str, prompt: str, plain: bool) -> None:
    with terminal(f"[samples.taken(test_terminal.INPUTS[{name!r}])]", plain=plain) as child:
        child.expect(prompt)
        (child.press if name == "code" else child.send)("\x03")
        child.expect("Interrupted")
        child.expect("Score: no question was answered, 1 not reached.")
        assert child.end() == 130
        assert "Traceback" not in child.shown


def test_ctrl_d_on_a_terminal() -> None:
    with terminal("[samples.taken(test_terminal.INPUTS['code'])]") as child:
        child.expect("Your answer (A/B/C): ")
        child.press("\x04")
        child.expect("Ended early")
        assert child.end() == 0


def test_hostile_text_on_a_terminal() -> None:
    """Colours are ours alone: without them, nothing that could act on the terminal is left."""
    display = "list(test_terminal.hostile_displays(samples.HOSTILE))[0]"
    with terminal(f"[samples.taken({display})]") as child:
        child.expect("Your answer (A/B/C/D): ")
        child.press("\x1b]0;x\x07")
        child.expect("Type A")
        child.press("a")
        child.end()
    assert "\x1b[1m" in child.shown
    rest = re.sub(r"\x1b\[[\d;]*m|\x1b\[\?2004[hl]|\r\n", "\n", child.shown)
    assert all(map(is_safe, rest))


def test_plain_sends_no_codes_to_a_terminal() -> None:
    with terminal("[samples.taken(test_terminal.INPUTS['code'])]", plain=True, FORCE_COLOR="1") as child:
        child.expect("Your answer (A/B/C): ")
        child.press("a")
        child.end()
    assert "\x1b" not in child.shown


def test_no_color_on_a_terminal() -> None:
    with terminal("[samples.taken(test_terminal.INPUTS['code'])]", NO_COLOR="1") as child:
        child.expect("Your answer (A/B/C): ")
        child.press("a")
        child.end()
    codes = {code for found in re.findall(r"\x1b\[([\d;]*)m", child.shown) for code in found.split(";")}
    assert codes
    assert codes <= {"0", "1", "2", "3", "4"}
