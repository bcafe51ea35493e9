"""The self-test with the newer ways of answering, with figures, exhibits, hints, confidence, and real runs."""

from __future__ import annotations

import io
import itertools
import math
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import report_samples as samples
from helpers import terminal_samples as kinds
from helpers.goldfile import compare
from helpers.processes import descendants, end
from quizproof import displays, figures
from quizproof.claims import Program
from quizproof.findings import Finding, Span
from quizproof.marking import scoring
from quizproof.outcome import Outcome
from quizproof.proof import BlockProof, QuizProof
from quizproof.runners.pool import Pool
from quizproof.runners.runner import run as run_one
from quizproof_renderers.cli.exits import code_of_test
from quizproof_renderers.terminal.record import Result
from quizproof_renderers.terminal.session import run
from test_terminal import Terminal, named, standings, take, terminal
from test_text import ANY_TEXT, is_safe


@pytest.fixture(autouse=True)
def _ordinary_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("COLUMNS", "FORCE_COLOR", "NO_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)


def answered(name: str, typed: str, *, seed: int = 1, plain: bool = True, **header: Any) -> tuple[Result, str]:
    """One question of a newer kind, answered."""
    question = samples.taken(kinds.KINDS[name], named(samples.CHOICE, name))
    return take(question, typed=typed, seed=seed, plain=plain, of=samples.quiz(**header))


# Every newer way of answering. With seed 1, the lines are A zero_grad, B for, C optimizer.backward, D loss, and on the
# right stand A real values, B class indices, C words. Indented: A optimizer.backward, B zero_grad, C loss, D for.


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        pytest.param("blanks", "layer1\nFalse\n", id="blanks"),
        pytest.param("blanks", " features \n False\n", id="blanks, another text"),
        pytest.param("order", "b a d\n", id="order"),
        pytest.param("order", "B,A,D\n", id="order with commas"),
        pytest.param("order", "bad\n", id="order in one word"),
        pytest.param("indented", "d b:1 c:1\n", id="indented"),
        pytest.param("indented", "d .b .c\n", id="indented with full stops"),
        pytest.param("indented", "D:0>B>C\n", id="indented with angles"),
        pytest.param("indented", "b d c:1\n", id="another right order"),
        pytest.param("match", "1b 2a\n", id="match"),
        pytest.param("match", "2=a, 1=b\n", id="match the other way round"),
        pytest.param("match", "1b2a\n", id="match in one word"),
        pytest.param("match", "b a\n", id="match with letters"),
        pytest.param("match", "BA\n", id="match with letters in one word"),
        pytest.param("open", "It keeps\nnothing.\n\ny\nyes\n", id="open"),
        pytest.param("program", "total = sum(numbers)\n\n# as text\ntext = str(total)\n.\n", id="program"),
    ],
)
def test_right(name: str, typed: str) -> None:
    result, shown = answered(name, typed)
    assert (standings(result), result.score, result.ending) == (["right"], 1, "finished")
    assert "\nRight.\n" in shown


@pytest.mark.parametrize(
    ("name", "typed", "score", "verdict"),
    [
        pytest.param(
            "blanks",
            "layer3\nFalse\n",
            1 / 2,
            ("Partly right (1 of 2).\n1, wrong: layer3. Right: layer1\n2, right: False\nFreezes the head.\n"),
            id="blanks",
        ),
        pytest.param(
            "order",
            "b d\n",
            2 / 3,
            (
                "Partly right (2 of 3). The answer is B A D.\n"
                "B, right: for x, y in batches:\n"
                "D, right: loss(x, y).backward()\n"
            ),
            id="order",
        ),
        pytest.param(
            "order", "b a d c\n", 3 / 4, "Partly right (3 of 4). The answer is B A D.\n", id="order, one too many"
        ),
        pytest.param(
            "indented",
            "d b:1 c\n",
            2 / 3,
            (
                "Partly right (2 of 3). One of 2 right orders is D B:1 C:1.\n"
                "D, right: for x, y in batches:\n"
                "B:1, right: "
            ),
            id="indented",
        ),
        pytest.param(
            "match",
            "1b 2c\n",
            1 / 2,
            ("Partly right (1 of 2).\n1, right: B\n2, wrong: C. Right: A\nNo loss takes words.\n"),
            id="match",
        ),
        pytest.param("open", "Well\n\ny\nn\n", 1 / 2, "Partly right (1 of 2).\n", id="open"),
        pytest.param(
            "program",
            "total = 6\ntext = 6\n.\n",
            1 / 2,
            ("Partly right (1 of 2).\n1, right: The total is 6\n2, wrong: It is kept as text too\nThat is no str.\n"),
            id="program",
        ),
    ],
)
def test_partly(name: str, typed: str, score: float, verdict: str) -> None:
    """Partial credit is told in parts, in the verdict and in the sum."""
    result, shown = answered(name, typed)
    assert (standings(result), result.score) == (["partly"], score)
    assert f"\n{verdict}" in shown
    figure = f"{score:.2f}".rstrip("0")
    assert f"\nScore: {figure} of 1 ({math.floor(score * 100)} %).\nQuestion 1, {name}: partly, {figure}." in shown


@pytest.mark.parametrize(
    ("name", "typed", "verdict"),
    [
        pytest.param(
            "blanks",
            "layer3\nNone\n",
            ("Wrong.\n1, wrong: layer3. Right: layer1\n2, wrong: None. Right: False\nFreezes the head.\n"),
            id="blanks",
        ),
        pytest.param(
            "order",
            "c\n",
            ("Wrong. The answer is B A D.\nC, wrong: optimizer.backward()\n"),
            id="order",
        ),
        pytest.param("indented", "d:1\n", "Wrong. One of 2 right orders is D B:1 C:1.\n", id="indented"),
        pytest.param("match", "a b\n", "Wrong.\n1, wrong: A. Right: B\n2, wrong: B. Right: A\n", id="match"),
        pytest.param("open", "No idea\n\nn\nno\n", "Wrong.\n", id="open"),
        pytest.param(
            "program",
            "total = 0\ntext = ...\n.\n",
            ("Wrong.\n1, wrong: The total is 6\n2, not reached: It is kept as text too\n"),
            id="program",
        ),
    ],
)
def test_wrong(name: str, typed: str, verdict: str) -> None:
    result, shown = answered(name, typed)
    assert (standings(result), result.score) == (["wrong"], 0)
    assert f"\n{verdict}" in shown
    assert f"To review:\nquizproof take {name}\n" in shown


RIGHT = {
    "blanks": "layer1\nFalse\n",
    "order": "b a d\n",
    "indented": "d b:1 c:1\n",
    "match": "1b 2a\n",
    "open": "x\n\ny\ny\n",
    "program": "total = sum(numbers)\ntext = str(total)\n.\n",
}
"""What is typed to answer each rightly, with seed 1."""


@pytest.mark.parametrize(
    ("name", "typed", "remark"),
    [
        pytest.param("blanks", "\n", "Type an answer, or s to skip the question.", id="empty blank"),
        pytest.param("order", "\n", "Type letters in order, such as D A.", id="nothing"),
        pytest.param("order", "b-a-d\n", "Type letters in order, such as D A.", id="other signs"),
        pytest.param("order", "b a e\n", "There is no line E.", id="no such line"),
        pytest.param("order", "b a b\n", "Line B can be used once only.", id="a line twice"),
        pytest.param("order", "b a:1 d:1\n", "The lines are indented already; type letters only.", id="levels"),
        pytest.param("indented", "d b:x c\n", "Type letters in order, such as D A:1.", id="no level"),
        pytest.param("match", "\n", "Type a letter for each number, such as 1B 2A.", id="no pairs"),
        pytest.param("match", "1b\n", "Give each of the numbers 1 to 2 exactly one letter.", id="one pair"),
        pytest.param("match", "1b 1a\n", "Give each of the numbers 1 to 2 exactly one letter.", id="a number twice"),
        pytest.param(
            "match", "1b 2a 3c\n", "Give each of the numbers 1 to 2 exactly one letter.", id="a pair too many"
        ),
        pytest.param("match", "1b 2x\n", "There is no X on the right.", id="no such letter"),
        pytest.param("match", "1b a\n", "Give every letter a number, or none.", id="half numbered"),
        pytest.param("match", "b+a\n", "Type a letter for each number, such as 1B 2A.", id="other signs on match"),
        pytest.param("open", "\n", "Type an answer, or s to skip the question.", id="no words"),
        pytest.param("program", ".\n", "Write a program, or type s to skip the question.", id="no program"),
        pytest.param("program", "# later\n.\n", "Write a program, or type s to skip the question.", id="comment"),
        pytest.param("program", "f nowhere.py\n", "There is no file nowhere.py.", id="no file"),
        pytest.param("program", "f /tmp\n", "There is no file /tmp.", id="folder"),
        pytest.param("program", "f /dev/zero\n", "There is no file /dev/zero.", id="device"),
        pytest.param("program", "e\n", "An editor needs a terminal.", id="no editor"),
    ],
)
def test_malformed_then_right(name: str, typed: str, remark: str) -> None:
    """What cannot be marked is asked for again, and costs nothing."""
    result, shown = answered(name, typed + RIGHT[name], confidence=False)
    assert (standings(result), result.score) == (["right"], 1)
    assert shown.count(f"\n{remark}\n") == 1


def test_points_are_ticked_with_y_and_n_only() -> None:
    result, shown = answered("open", "x\n\nmaybe\n\ny\nn\n")
    assert result.answers[0].response == ["a"]
    assert shown.count("Type y if you made this point, n if you did not, or q to quit.\n") == 2


def test_a_blank_may_be_named_like_a_command() -> None:
    display = kinds.blanks_display()
    assert isinstance(display.input, displays.Blanks)
    first = replace(display.input.blanks[0], accepted=("h",))
    question = samples.taken(replace(display, input=replace(display.input, blanks=(first, display.input.blanks[1]))))
    result, _ = take(question, typed="\\h\nFalse\n")
    assert (result.score, result.answers[0].hints) == (1, 0)
    # A capital is no command, but a text that was never run.
    assert standings(take(question, typed="H\nFalse\n")[0]) == ["unmarked"]


@pytest.mark.parametrize("plain", [True, False], ids=["plain", "rich"])
@pytest.mark.parametrize("name", kinds.KINDS)
def test_transcript(name: str, plain: bool) -> None:
    """Help, a hint, a malformed response, one that is partly right, how sure; whole."""
    malformed = {"program": "f nowhere.py\n", "order": "b b\n", "indented": "b b\n"}.get(name, "\n")
    typed = {
        "blanks": "layer3\nFalse\ns\n",
        "order": "b c\nu\n",
        "indented": "d b:1 c\ng\n",
        "match": "1b 2c\nx\ns\n",
        "open": "Nothing is kept.\n\ns\ny\nn\n",
        "program": "total = 6\ntext = 6\n.\ns\n",
    }[name]
    _, shown = answered(name, f"?\nh\n{malformed}{typed}", plain=plain, confidence=True, hint_cost=0.25)
    compare(f"terminal/{name}-{'plain' if plain else 'rich'}.txt", shown)


@pytest.mark.parametrize("name", RIGHT)
def test_end_of_input_in_the_middle(name: str) -> None:
    """Wherever the answers end, the test ends politely, and what was not marked does not count."""
    whole = RIGHT[name]
    for length in range(len(whole) - 1):
        result, shown = answered(name, whole[:length], confidence=True)
        assert (result.ending, code_of_test(result), standings(result)) == ("end of input", 0, [])
        assert "\nEnded early:\nScore: no question was answered, 1 not reached.\n" in shown


@pytest.mark.parametrize(
    ("name", "typed"),
    [("blanks", "layer1\nq\n"), ("open", "x\n\ny\nq\n"), ("open", "q\n"), ("program", "q\n"), ("order", "q\n")],
)
def test_quit_in_the_middle(name: str, typed: str) -> None:
    result, _ = answered(name, typed)
    assert (result.ending, standings(result)) == ("quit", [])


@pytest.mark.parametrize("name", RIGHT)
def test_skip(name: str) -> None:
    result, shown = answered(name, "s\n")
    assert (result.ending, standings(result), result.score) == ("finished", ["skipped"], 0)
    assert "The answer" not in shown
    assert "Model answer" not in shown


@pytest.mark.parametrize("name", RIGHT)
def test_the_rule_of_scoring_is_told(name: str) -> None:
    """It stands under the question, and in the help."""
    shown_input = kinds.KINDS[name].input
    assert shown_input is not None
    rule = f"Scoring: {scoring.rule(shown_input)}"
    assert answered(name, "")[1].count(rule) == 1
    assert answered(name, "?\n")[1].count(rule) == 2


def test_programs_are_read_from_files(tmp_path: Path) -> None:
    path = tmp_path / "my program.py"
    path.write_text("total = 6\ntext = 6\n")
    assert answered("program", f"f {path}\n")[0].score == 0.5
    path.write_bytes(b"\xff\xfe")
    assert "cannot be read: it is not UTF-8 text.\n" in answered("program", f"f {path}\n")[1]
    path.write_text("#" * 300_000)
    assert "is too large; a program may have at most 262,144 bytes.\n" in answered("program", f"f {path}\n")[1]


def test_many_lines_have_two_letters() -> None:
    lines = tuple(displays.OrderLine(f"l{n}", f"step({n})") for n in range(30))
    display = displays.Display((), displays.Ordering(lines, (tuple(line.id for line in lines),)))
    _, shown = take(samples.taken(display))
    drawn = dict(re.findall(r"^([A-Z]+): step\((\d+)\)$", shown, re.MULTILINE))
    assert list(drawn)[25:] == ["Z", "AA", "AB", "AC", "AD"]
    typed = " ".join(sorted(drawn, key=lambda label: int(drawn[label])))
    assert standings(take(samples.taken(display), typed=f"{typed}\n")[0]) == ["right"]


# Hints


def test_hints_cost_what_was_said() -> None:
    """Nothing, where the quiz says nothing; else so much each, told before the first and taken off at the end."""
    result, shown = answered("blanks", "h\nlayer1\nh\nh\nFalse\n", hint_cost=0.1)
    (answer,) = result.answers
    assert (answer.standing, answer.hints) == ("right", 2)
    assert answer.score == pytest.approx(0.8)
    assert shown.index("Each hint costs") < shown.index("Hint 1 of 2:\nWhich layer comes first?\n")
    assert "Hint 2 of 2:\nIt is a truth value.\n" in shown
    assert "\nThere are no more hints.\n" in shown
    assert "\nRight. With 2 hints it earns 0.8.\n" in shown
    assert "\nScore: 0.8 of 1 (80 %).\n" in shown
    assert ": right, 0.8." in shown
    free, shown = answered("blanks", "h\nlayer1\nFalse\n")
    assert (free.score, free.answers[0].hints) == (1, 1)
    assert "costs" not in shown
    assert "\nRight.\n" in shown


def test_hints_cost_no_more_than_there_is() -> None:
    result, _ = answered("blanks", "h\nh\nlayer1\nNone\n", hint_cost=0.4)
    assert (standings(result), result.score) == (["partly"], 0)


def test_where_there_are_no_hints() -> None:
    result, shown = answered("match", "h\n1b 2a\n", hint_cost=0.5)
    assert result.score == 1
    assert "\nThere are no hints for this question.\n" in shown
    assert "h hint" not in shown
    assert "costs" not in shown


# Confidence


def test_confidence_is_asked_and_summed_up() -> None:
    quiz = samples.quiz(confidence=True)
    questions = [samples.taken(kinds.KINDS[name], named(samples.CHOICE, name)) for name in ("blanks", "match", "order")]
    typed = "layer1\nNone\ns\n1b 2a\nsure\nb a d\nwhat\nG\n"
    result, shown = take(*questions, typed=typed, of=quiz)
    assert [answer.confidence for answer in result.answers] == ["sure", "sure", "guess"]
    assert shown.count("Type s if you are sure, u if you are unsure, g if you guessed, or q to quit.\n") == 1
    assert (
        "\nHow sure, and how right:\nSure: 2 answers, mean score 75 %.\nGuessed: 1 answer, mean score 100 %.\n" in shown
    )
    assert take(*questions, typed="layer1\nNone\nq\n", of=quiz)[0].answers == ()
    assert "How sure" not in take(*questions, typed="layer1\nNone\n1b 2a\nb a d\n")[1]


def test_confidence_comes_before_the_model_answer() -> None:
    _, shown = answered("open", "x\n\nu\ny\ny\n", confidence=True)
    assert shown.index("How sure are you") < shown.index("Model answer")


# Programs that are really run


def real(question: BlockProof, typed: str, runtime: str = "python") -> tuple[Result, str]:
    """Answer a question with a real sandbox to run programs in."""
    quiz = samples.file(samples.quiz(runtime=runtime), question)
    output = io.StringIO()

    with Pool[Any](1) as pool:

        def runner(quiz: QuizProof, program: Program) -> Outcome:
            assert quiz.header is not None
            return run_one(pool, quiz.header.runtime, program)

        result = run([quiz], seed=1, plain=True, runner=runner, stdin=io.StringIO(typed), stdout=output)
    return result, output.getvalue()


@pytest.mark.parametrize(
    ("typed", "score", "said"),
    [
        pytest.param("text = str(6)\ntotal = int(text)\n.\n", 1, "Runs, and all 2 checks pass.", id="right"),
        pytest.param("total = 6; text = None\n.\n", 0.5, "This check fails: It is kept as text too", id="partly"),
        pytest.param("total = 7\n.\n", 0, "This check fails: The total is 6", id="wrong"),
        pytest.param(
            "total = numbers.total()\n.\n", 0, "AttributeError: 'list' object has no attribute 'total'", id="raises"
        ),
        pytest.param("total = (\n.\n", 0, "Is not valid Python", id="syntax"),
        pytest.param("import os; os._exit(3)\n.\n", 0, "Ended without a result", id="dies"),
    ],
)
def test_programs_are_run(typed: str, score: float, said: str) -> None:
    """A program of which no run is known is run in the sandbox, and marked by what happens."""
    result, shown = real(samples.taken(kinds.program_display()), typed)
    assert (result.score, result.ending) == (score, "finished")
    assert said in shown


def test_programs_are_run_under_torch() -> None:
    check = displays.Check("Nothing of the layer is trained", "assert not layer.weight.requires_grad")
    setup = "import torch\nlayer = torch.nn.Linear(2, 1)"
    shown = displays.ProgramInput("", (check,), (), setup)
    question = samples.taken(displays.Display((displays.Prose("Freeze it."),), shown))
    assert real(question, "layer.requires_grad_(False)\n.\n", "torch")[0].score == 1
    result, told = real(question, "layer.requires_grad = False\n.\n", "torch")
    assert standings(result) == ["wrong"]
    assert "This check fails: Nothing of the layer is trained" in told


def test_a_lost_run_is_no_wrong_answer() -> None:
    """It is asked for again; what can never be run stays unmarked, and counts neither way."""
    outcomes = [
        Outcome("fault", detail="the interpreter went away"),
        Outcome("missing", detail="torch is not installed"),
    ]
    asked: list[Program] = []

    def runner(quiz: QuizProof, program: Program) -> Outcome:
        asked.append(program)
        return outcomes[len(asked) - 1]

    quiz = samples.file(samples.quiz(), samples.taken(kinds.program_display()))
    output = io.StringIO()
    typed = io.StringIO("total = 5\n.\ntotal = 5\n.\n")
    result = run([quiz], seed=1, plain=True, runner=runner, stdin=typed, stdout=output)
    shown = output.getvalue()
    assert (len(asked), standings(result), result.score) == (2, ["unmarked"], 0)
    assert "the interpreter went away; this is not your fault, so try again.\n" in shown
    assert "The program could not be run: torch is not installed.\n" in shown
    assert "\nNot run here. It may well be right, and counts neither for you nor against you.\n" in shown
    assert "\nScore: no question was answered, 1 unmarked.\n" in shown
    assert "To review" not in shown


def test_without_a_sandbox_programs_stay_unmarked() -> None:
    result, shown = answered("program", "total = 5\n.\n")
    assert standings(result) == ["unmarked"]
    assert "\nYour program cannot be run here.\n" in shown


# Figures and exhibits


@pytest.mark.parametrize("plain", [True, False], ids=["plain", "rich"])
@pytest.mark.parametrize("name", kinds.FIGURES)
def test_figures(name: str, plain: bool) -> None:
    _, shown = take(kinds.exhibit(name, kinds.FIGURES[name]), plain=plain)
    compare(f"terminal/{name}-{'plain' if plain else 'rich'}.txt", shown)


@pytest.mark.parametrize("width", [20, 40, 60])
def test_figures_in_a_narrow_terminal(width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    for name, figure in kinds.FIGURES.items():
        _, shown = take(kinds.exhibit(name, figure), plain=False)
        if width > 20 or name != "chart":  # a chart has its least width
            assert max(map(len, shown.split("\n"))) <= width, name


def ascii_only(*questions: BlockProof, typed: str = "") -> str:
    """What is shown where there is nothing but ASCII."""
    output = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    quiz = samples.file(samples.quiz(title="Plain"), *questions)
    run([quiz], seed=1, stdin=io.StringIO(typed), stdout=output)
    output.flush()
    return output.buffer.getvalue().decode("ascii")


def test_figures_in_ascii() -> None:
    shown = ascii_only(*(kinds.exhibit(name, figure) for name, figure in kinds.FIGURES.items()))
    assert "\\u" not in shown
    compare("terminal/figures-ascii.txt", shown)


def test_forms_in_ascii() -> None:
    questions = [samples.taken(display, named(samples.CHOICE, name)) for name, display in kinds.KINDS.items()]
    shown = ascii_only(*questions, typed="".join(RIGHT.values()))
    assert "\\u" not in shown
    assert "for p in model.[blank 1].parameters():" in shown
    assert shown.count("+ Right.") == len(questions)


@pytest.mark.parametrize(
    "points",
    [
        pytest.param((), id="none"),
        pytest.param(((0.0, 0.0),), id="one"),
        pytest.param(((1.0, 2.0), (1.0, 3.0)), id="upright"),
        pytest.param(((0.0, math.nan), (1.0, math.inf)), id="no numbers"),
        pytest.param(((0.0, -1.7e308), (1.0, 1.7e308)), id="the largest numbers"),
        pytest.param(((0.0, 5e-324), (5e-324, 0.0)), id="the smallest numbers"),
    ],
)
@pytest.mark.parametrize("plain", [True, False], ids=["plain", "rich"])
def test_odd_charts(points: tuple[tuple[float, float], ...], plain: bool) -> None:
    events = (figures.Event("odd", math.inf, math.nan), figures.Event("even", 0.5))
    chart = figures.Chart((figures.Series("a", points), figures.Series("b", ())), "x", "y", events)
    result, shown = take(kinds.exhibit("odd", chart), plain=plain)
    assert result.ending == "finished"
    assert "even" in shown or not plain


NUMBERS = st.floats(allow_nan=True, allow_infinity=True)


@given(st.lists(st.lists(st.tuples(NUMBERS, NUMBERS), max_size=5), max_size=3), st.lists(NUMBERS, max_size=3))
def test_any_chart_can_be_shown(lines: list[list[tuple[float, float]]], events: list[float]) -> None:
    series = tuple(figures.Series(str(n), tuple(points)) for n, points in enumerate(lines))
    chart = figures.Chart(
        series, "x", "y", tuple(figures.Event("e", x, None if n else x) for n, x in enumerate(events))
    )
    for plain in (True, False):
        assert take(kinds.exhibit("any", chart), plain=plain)[0].ending == "finished"


@given(st.integers(2, 200))
def test_a_long_table_beside_a_chart_is_sampled(count: int) -> None:
    """From the first to the last point, in steps that are even but for the last."""
    chart = figures.Chart((figures.Series("a", tuple((float(n), 0.0) for n in range(count))),), "step", "y")
    _, shown = take(kinds.exhibit("long", chart), plain=False)
    rows = [int(n) for n in re.findall(r"^ +(\d+) +0$", shown, re.MULTILINE)]
    steps = {after - before for before, after in itertools.pairwise(rows[:-1])}
    assert (rows[0], rows[-1]) == (0, count - 1)
    assert len(rows) <= 12
    assert len(steps) <= 1


def test_exhibits_are_shown_in_their_places_and_not_counted() -> None:
    match = samples.taken(kinds.matching_display(), named(samples.CHOICE, "match"))
    result, shown = take(kinds.exhibit("first", kinds.TABLE), match, kinds.exhibit("last", kinds.FLOW), typed="1b 2a\n")
    assert (result.total, result.exhibits, standings(result), result.score) == (1, 2, ["right"], 1)
    assert "\n1 question and 2 exhibits, about 8 minutes, 100 % of 3 claims proven\n" in shown
    order = [
        "\nExhibit: A look at first\n",
        "\nQuestion 1 of 1",
        "\nRight.\n",
        "\nExhibit: A look at last\n",
        "\nSummary:",
    ]
    assert sorted(order, key=shown.index) == order
    assert "Score: 1 of 1 (100 %).\nQuestion 1, match: right." in shown


def test_exhibits_alone_need_no_summary() -> None:
    result, shown = take(kinds.exhibit("only", kinds.MATRIX))
    assert (result.total, result.exhibits, code_of_test(result), result.ending) == (0, 1, 0, "finished")
    assert "Score" not in shown
    assert "There is no question" not in shown


def test_hints_and_solution_of_an_exhibit_are_there_for_the_asking() -> None:
    trial = kinds.exhibit("trial", kinds.TABLE, hints=("Longer.",), solution="train(30)")
    asked = take(trial, typed="h\nv\n")[1]
    assert "\nHint 1 of 1:\nLonger.\n" in asked
    assert "\nSolution:\nA script that meets all targets:\ntrain(30)\n" in asked
    for typed in ("\n", ""):
        result, shown = take(trial, typed=typed)
        assert result.ending == "finished"
        assert "Longer." not in shown
        assert "train(30)" not in shown
    assert take(trial, typed="q\n")[0].ending == "quit"


def test_an_exhibit_that_is_not_proven_is_left_out() -> None:
    broken = replace(
        kinds.exhibit("broken", kinds.TABLE), findings=(Finding("QP206", "a.yaml", Span(1, 1, 1, 2), "x"),)
    )
    match = samples.taken(kinds.matching_display(), named(samples.CHOICE, "match"))
    result, shown = take(broken, match, typed="1b 2a\n")
    assert [proof.id for proof in result.left_out] == ["broken"]
    assert "\n1 exhibit is not proven here and was left out: broken.\n" in shown
    alone, shown = take(broken)
    assert code_of_test(alone) == 3
    assert shown == "1 exhibit is not proven here and was left out: broken.\nThere is no question to answer.\n"


# The key insight


def test_the_insight_ends_the_quiz() -> None:
    insight = {"text": "Freezing *saves* memory.", "rests_on": ["match"]}
    quiz = samples.quiz(insight=insight)
    match = samples.taken(kinds.matching_display(), named(samples.CHOICE, "match"))
    _, shown = take(match, typed="1b 2a\n", of=quiz)
    assert shown.index("\nKey insight:\nFreezing saves memory.\n") < shown.index("\nSummary:")
    assert "Key insight" not in take(match, typed="q\n", of=quiz)[1]
    unproven = samples.taken(kinds.matching_display(), named(samples.CHOICE, "match"), "refuted")
    other = samples.taken(kinds.blanks_display(), named(samples.CHOICE, "other"))
    _, shown = take(unproven, other, typed=RIGHT["blanks"], of=quiz)
    assert "Left out, because it rests on match, which is not proven here.\n" in shown
    assert "Freezing saves" not in shown


# Hostile texts


def hostile_displays(text: str) -> Iterator[tuple[displays.Display, str]]:
    """Displays with `text` wherever a text can stand, and what to type."""
    told = displays.Evidence(text, text, text, text)
    mistakes = (displays.Mistake("1", text, told),)
    table = figures.Table((text, text), ((text, text), ("1", text)), text)
    drawn: tuple[displays.Figure, ...] = (
        table,
        figures.Chart((figures.Series(text, ((0, 0), (1, 1))),), text, text, (figures.Event(text, 1),), text, table),
        figures.Matrix((text, text), ((1, 0), (0, 1)), text),
        figures.Flow((figures.Stage(text, (1,), text, text, text, text), figures.Stage(text, (), text)), text),
    )
    lines = (displays.OrderLine("a", text, 0, False, text), displays.OrderLine("b", text, 1, True, text))
    items = tuple(
        displays.MatchItem(name, content, text)
        for name, content in (("a", displays.Prose(text)), ("b", displays.Output(text)))
    )
    checks = (displays.Check(text, text), displays.Check(text, text, hidden=True))
    attempts = (displays.Attempt("x = 1", 1, "wrong", text, told),)
    points = (displays.Point("a", text, told), displays.Point("b", text, unproven=text))
    inputs: Sequence[tuple[displays.Input, str]] = (
        (displays.Blanks(f"___a___ {text}", (displays.Blank("a", (text or "x",), mistakes),)), "1\n"),
        (displays.Ordering(lines, (("a",),)), "b a\n"),
        (displays.Matching(items, items, ("a", "b")), "a a\n"),
        (displays.OpenInput(points), f"{text}x\n\ny\nn\n"),
        (displays.ProgramInput(text, checks, attempts, text), "x = 1\n.\n"),
    )
    for shown, typed in inputs:
        yield displays.Display(drawn, shown, text, drawn, told, (text,), text), typed


@pytest.mark.parametrize("plain", [True, False], ids=["plain", "rich"])
@settings(max_examples=50)
@given(text=ANY_TEXT)
def test_no_text_reaches_the_terminal_raw(text: str, plain: bool) -> None:
    for display, typed in hostile_displays(text):
        question = samples.taken(display, named(samples.CHOICE, "q", title=text))
        _, shown = take(question, replace(question, exhibit=True), typed=f"h\n?\n{text}\n{typed}", plain=plain)
        assert all(map(is_safe, shown))


@pytest.mark.parametrize("plain", [True, False], ids=["plain", "rich"])
def test_markup_is_not_interpreted(plain: bool) -> None:
    text = "[bold]x[/bold] :smile: [/]"
    for display, typed in hostile_displays(text):
        assert text in take(samples.taken(display), typed=f"h\n{typed}", plain=plain)[1]


# A real terminal


def test_a_session_with_keys() -> None:
    """Hints, confidence, an exhibit with a solution, and an editor."""
    editor = f"{sys.executable} {Path(__file__).parent / 'helpers' / 'editor.py'}"
    with terminal("terminal_samples.for_keys()", EDITOR=editor, VISUAL="") as child:
        child.expect("Blank 1 of 2: ")
        child.type("h")
        child.expect("Hint 1 of 2")
        child.expect("Blank 1 of 2: ")
        child.type("layer1")
        child.expect("Blank 2 of 2: ")
        child.type("False")
        child.expect("✓ Right.")
        child.expect("q to quit: ")
        child.press("n")
        child.expect("full stop):")
        child.press("e\r")
        child.expect("✓ Right.")  # the editor wrote the solution
        child.expect("q to quit: ")
        child.press("n")
        child.expect("Exhibit")
        child.expect("any other key to continue: ")
        child.press("v")
        child.expect("A script that meets all targets")
        child.expect("Summary")
        child.expect("Score: 2 of 2 (100 %).")
        assert child.end() == 0


def test_an_editor_that_fails_is_told() -> None:
    with terminal("[samples.taken(terminal_samples.program_display())]", EDITOR="/nowhere/vi", VISUAL="") as child:
        child.expect("full stop):")
        child.press("e\r")
        child.expect("Editing failed: ")
        child.expect("full stop):")
        child.press("\x03")
        child.expect("Interrupted")
        assert child.end() == 130
        assert "Traceback" not in child.shown


def test_no_color_in_figures() -> None:
    figures = "[terminal_samples.exhibit(name, figure) for name, figure in terminal_samples.FIGURES.items()]"
    with terminal(figures, NO_COLOR="1") as child:
        for _ in range(3):
            child.expect("q to quit: ")
            child.press("n")
        child.end()
    codes = {code for found in re.findall(r"\x1b\[([\d;]*)m", child.shown) for code in found.split(";")}
    assert codes
    assert codes <= {"0", "1", "2", "3", "4"}


# The command


BANK = """\
quiz: sums
title: Sums
topic: sums
hint_cost: 0.5
confidence: true
insight: {text: Lists can be added up., rests_on: [add-up]}
blocks:
  - id: add-up
    kind: write-code
    prompt: Add the numbers up.
    setup: numbers = [1, 2, 3]
    starter: total = 0
    solution: total = sum(numbers)
    checks:
      - name: The total is 6
        code: assert total == 6
      - name: The numbers are as they were
        code: assert numbers == [1, 2, 3]
    wrong:
      - code: total = len(numbers)
        mistake: That counts them.
    hints: [There is a function for it.]
"""


def test_take_runs_what_is_typed(tmp_path: Path) -> None:
    """The whole way: a bank is proven, a program that nobody foresaw is run, and its mark is told."""
    (tmp_path / "questions").mkdir()
    (tmp_path / "questions" / "sums.yaml").write_text(BANK)
    typed = "total = 0\nwhile numbers:\n    total += numbers.pop()\n.\nu\n"
    command = [
        sys.executable,
        "-c",
        "from quizproof_renderers.cli.main import main; main()",
        "take",
        "--plain",
        "--no-cache",
    ]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(command, input=typed, cwd=tmp_path, capture_output=True, text=True, env=environment)
    assert (done.returncode, done.stderr) == (0, "")
    assert "\nPartly right (1 of 2).\n1, right: The total is 6\n2, wrong: The numbers are as they were\n" in done.stdout
    assert "\nKey insight:\nLists can be added up.\n" in done.stdout
    assert "\nUnsure: 1 answer, mean score 50 %.\n" in done.stdout
    one = subprocess.run(
        [*command, "add-up"], input="q\n", cwd=tmp_path, capture_output=True, text=True, env=environment
    )
    assert (one.returncode, "Key insight" in one.stdout) == (0, False)


def test_ctrl_c_in_the_middle_of_a_run(tmp_path: Path) -> None:
    """It ends the test with its summary, and leaves neither process nor folder."""
    (tmp_path / "questions").mkdir()
    (tmp_path / "tmp").mkdir()
    (tmp_path / "questions" / "sums.yaml").write_text(BANK + "    limits: {seconds: 900}\n")
    command = ["take", "--bank", str(tmp_path / "questions"), "--no-cache"]
    child = Terminal(f"from quizproof_renderers.cli.main import main\nmain({command})", TMPDIR=str(tmp_path / "tmp"))
    try:
        child.expect("full stop):")
        child.press("while True: pass\r.\r")
        child.expect("How sure are you")
        child.press("g")
        child.expect("Running your program.")
        while len(below := descendants(child.pid)) < 2:  # the zygote and the run
            os.sched_yield()
        child.send("\x03")
        child.expect("Score: no question was answered, 1 not reached.")
        assert child.end() == 130
    finally:
        child.kill()
    assert "Traceback" not in child.shown
    assert list((tmp_path / "tmp").iterdir()) == []
    end(below)
