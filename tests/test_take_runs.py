"""`quizproof take` as a command on a real terminal: the menu, --resume, and runs of what a learner wrote."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from textwrap import indent

import pytest

from conftest import HEADER
from helpers import report_samples as samples
from helpers import terminal_samples as kinds
from helpers.processes import descendants, end, quizproof
from quizproof import displays
from quizproof_renderers.cli.learning.places import SAMPLE
from test_exhibits import EXPERIMENT
from test_terminal import Terminal, named, standings
from test_terminal_kinds import real
from test_try import WRITE


@pytest.fixture(autouse=True)
def _ordinary_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("COLUMNS", "FORCE_COLOR", "NO_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)


@contextlib.contextmanager
def taking(folder: Path, *arguments: str, columns: int = 100, state: Path | None = None) -> Iterator[Terminal]:
    """`quizproof take` on a terminal, in a folder. What is left unfinished is kept there, or in `state`."""
    code = f"import os\nos.chdir({str(folder)!r})\nfrom quizproof_renderers.cli.main import main\n"
    child = Terminal(
        f"{code}main({['take', *arguments]!r})",
        columns=columns,
        XDG_STATE_HOME=str((state or folder) / "state"),
        PYTHONSAFEPATH="1",
    )
    try:
        yield child
    finally:
        child.kill()


# An order of lines is run


def ordering(**fields: object) -> displays.Display:
    """Three lines of which two orders are right, and only one is known."""
    lines = (
        displays.OrderLine("a", "x = 1"),
        displays.OrderLine("b", "y = 2"),
        displays.OrderLine("c", "z = x + y"),
        displays.OrderLine("d", "z = x - y", 0, True, "That subtracts."),
    )
    form = displays.Ordering(lines, (("a", "b", "c"),), tried=1, total=6, check="assert z == 3", **fields)  # type: ignore[arg-type]
    return displays.Display((displays.Prose("Put them in order."),), form, answer="a b c")


def letters_of(shown: str) -> dict[str, str]:
    """The letters under which lines are shown, by their text."""
    found = (line.partition(": ") for line in shown.splitlines() if len(line.partition(": ")[0]) == 1)
    return {text: letter for letter, _, text in found}


@pytest.mark.parametrize(
    ("order", "score", "said"),
    [
        pytest.param(("y = 2", "x = 1", "z = x + y"), 1.0, "Your order runs, and the check passes.", id="never tried"),
        pytest.param(("x = 1", "z = x + y", "y = 2"), 2 / 3, "Your order: raises NameError", id="raises"),
        pytest.param(
            ("x = 1", "y = 2", "z = x - y"),
            2 / 3,
            "Your order runs without an error, but the check fails.",
            id="fails the check",
        ),
        pytest.param(
            ("x = 1", "y = 2"), 2 / 3, "Your order runs without an error, but the check does not finish.", id="short"
        ),
    ],
)
def test_the_own_order_is_run(order: tuple[str, ...], score: float, said: str) -> None:
    """An order that passes is right, whatever list does not have it; of any other, what it did is shown."""
    question = samples.taken(ordering(), named(samples.CHOICE, "order"))
    letters = letters_of(real(question, "s\n")[1])
    result, shown = real(question, " ".join(letters[line] for line in order) + "\n")
    assert result.score == pytest.approx(score)
    assert said in shown
    assert "Running your order." in shown


def test_an_order_with_a_distractor_is_never_right() -> None:
    """Even if it passes the check."""
    form = replace(ordering().input, check="assert x == 1")  # type: ignore[type-var]
    question = samples.taken(replace(ordering(), input=form), named(samples.CHOICE, "order"))
    letters = letters_of(real(question, "s\n")[1])
    typed = " ".join(letters[line] for line in ("x = 1", "y = 2", "z = x - y"))
    result, shown = real(question, f"{typed}\n")
    assert (standings(result), "Your order runs, and the check passes." in shown) == (["partly"], True)


def test_levels_that_the_learner_gives_are_run() -> None:
    question = samples.taken(kinds.ordering_display(indented=True), named(samples.CHOICE, "order"))
    assert isinstance(question.variants[0].display, displays.Display)
    form = question.variants[0].display.input
    assert isinstance(form, displays.Ordering)
    display = replace(question.variants[0].display, input=replace(form, check="assert True"))
    letters = letters_of(real(samples.taken(display), "s\n")[1])
    typed = " ".join(
        letters[line] for line in ("for x, y in batches:", "optimizer.zero_grad()", "loss(x, y).backward()")
    )
    _, shown = real(samples.taken(display), f"{typed}\n")
    assert "Your order: is not valid Python: IndentationError" in shown


# A whole bank


@pytest.fixture
def bank(tmp_path: Path) -> Path:
    """An experiment, and beside it the sample."""
    folder = tmp_path / "questions"
    folder.mkdir()
    (folder / "trial.yaml").write_text(HEADER.format(runtime="python") + indent(EXPERIMENT.strip("\n"), "  "))
    (folder / "sample.yaml").write_text((SAMPLE / "python-first-steps.yaml").read_text())
    return tmp_path


def test_a_script_is_tried_in_the_middle_of_a_test(bank: Path) -> None:
    """Its baseline is saved. A script that meets everything, one that does not, and one that is not there are tried."""
    (bank / "mine.py").write_text("rate = 1\nscore, cost = 0.9, 2\n")
    (bank / "wrong.py").write_text("rate = 1\nscore, cost = 0.75, 2\n")
    with taking(bank, "improve") as child:
        child.expect("quizproof try script.py --experiment improve")
        child.expect("t to try a script, w to save the baseline, q to quit")
        child.press("w")
        child.expect("File to write the baseline to: ")
        child.type("start.py")
        child.expect("Written to start.py.")
        child.expect("quizproof try start.py --experiment improve")
        for name, said in (
            ("mine.py", "everything is met with 3 seeds"),
            ("wrong.py", "not met, 1 target missed"),
            ("none.py", "There is no file none.py."),
        ):
            child.expect("key to continue: ")
            child.press("t")
            child.expect("Your script (a path, or e for your editor): ")
            child.type(name)
            child.expect(said)
        child.expect("key to continue: ")
        child.press("q")
        assert child.end() == 0
    assert (bank / "start.py").read_text() == "score, cost = 0.5 + seed / 100, 3\n"
    done = quizproof("try", "start.py", "--experiment", "improve", cwd=bank)
    assert (done.returncode, "not met" in done.stdout) == (1, True)


def test_a_script_is_tried_for_screen_readers(bank: Path) -> None:
    (bank / "wrong.py").write_text("rate = 1\nscore, cost = 0.75, 2\ndata = []\n")
    done = quizproof("take", "improve", "--plain", cwd=bank, stdin="t wrong.py\nw start.py\nw start.py\nq\n")
    assert done.returncode == 0
    assert (
        "\nTarget Score, above 0.8: 0.75 with seed 0, 0.75 with seed 1, 0.75 with seed 2: missed by 0.05.\n"
        "Target Cost, below 4: 2 with seed 0, 2 with seed 1, 2 with seed 2: met.\n"
    ) in done.stdout
    assert "\nConstraint Same data: broken with seed 0: AssertionError" in done.stdout
    assert "\nimprove: not met, 1 target missed, 1 constraint broken.\n" in done.stdout
    assert "The file start.py exists already, and is not overwritten" in done.stdout


def test_the_menu_and_going_on(bank: Path, tmp_path: Path) -> None:
    """Topics and quizzes with their questions; what is left goes on with --resume, and from the menu."""
    with taking(bank) as child:
        child.expect("What do you want to take?")
        child.expect("Python that surprises")
        child.expect("python-first-steps, 8 questions")
        child.expect("sample, 1 exhibit")
        child.expect("or q to quit: ")
        child.type("pithon-first-steps")
        child.expect("There is no quiz and no topic pithon-first-steps; did you mean `python-first-steps`?")
        child.type("1")
        child.expect("1 of 8")
        child.expect("Your answer (A/B/C/D): ")
        child.press("s")
        child.expect("2 of 8")
        child.expect("Your answer: ")
        child.send("['a', ")
        child.expect("['a', ")
        child.send("\x03")
        child.expect("quizproof take --resume")
        assert child.end() == 130
    with taking(bank, "--resume") as child:
        child.expect("Going on where you left: 1 of 8 questions answered or skipped.")
        child.expect("Your answer: ['a', ")
        child.type("'b']")
        child.expect("Right.")
        child.expect("q to quit: ")
        child.press("q")
        child.expect("quizproof take --resume")
        assert child.end() == 0
    with taking(bank) as child:
        child.expect("2 answered, left 0 minutes ago")
        child.expect("or q to quit: ")
        child.type("r")
        child.expect("2 of 8 questions answered or skipped.")
        child.expect("3 of 8")
        child.press("q")
        assert child.end() == 0
    # From another folder, which has no bank, or another one.
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / "questions").mkdir(parents=True)
    text = "quiz: other\ntitle: O\ntopic: t\nblocks:\n  - {id: other-one, kind: number, prompt: P, value: 1}\n"
    (elsewhere / "questions/other.yaml").write_text(text, encoding="utf-8")
    with taking(elsewhere, "--resume", state=bank) as child:
        child.expect("2 of 8 questions answered or skipped.")
        child.expect("3 of 8")
        child.press("q")
        child.expect("--resume")
        assert child.end() == 0
    with taking(bank) as child:
        child.expect("or q to quit: ")
        child.type("q")
        assert child.end() == 0


def test_a_learners_program_is_run_on_a_terminal(bank: Path) -> None:
    """Nobody foresaw it; the printed command judges the same file in the same way."""
    (bank / "mine.py").write_text("def largest_gap(n):\n    return len(n) and 3\n")
    with taking(bank, "largest-gap", "--bank", "questions") as child:
        child.expect("full stop):")
        child.type("w start.py")
        child.expect("quizproof try start.py questions --question largest-gap")
        child.type("f mine.py")
        child.expect("Running your program.")
        child.expect("Partly right (1 of 3).")
        child.expect("for the answer: ")
        child.press(" ")
        child.expect("Score: 0.33 of 1 (33 %).")
        child.expect("quizproof take largest-gap --bank questions")
        assert child.end() == 0
    done = quizproof("try", "mine.py", "questions", "--question", "largest-gap", cwd=bank)
    assert (done.returncode, "This check fails" in done.stdout) == (1, True)


# A runtime is warm when it is needed


@pytest.fixture(scope="module")
def locked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a question that may need a run, one that does not, and the lock of both."""
    folder = tmp_path_factory.mktemp("locked")
    (folder / "questions").mkdir()
    picked = "- {id: half, kind: number, prompt: What is a half?, code: x = 1 / 2, value: x}"
    written = f"{WRITE.strip()}\n{picked.replace('half', 'other')}"
    for name, block in (("written", written), ("picked", picked)):
        text = f"quiz: {name}\ntitle: {name}\ntopic: samples\nblocks:\n{indent(block.strip(), '  ')}\n"
        (folder / f"questions/{name}.yaml").write_text(text, encoding="utf-8")
    done = quizproof("check", "--write-lock", "questions", cwd=folder)
    assert "refuted" not in done.stdout, done.stdout
    return folder


def interpreters(pid: int) -> set[int]:
    """The warm interpreters below a process, and not what tries the sandbox out before."""
    found = set()
    for below in descendants(pid):
        with contextlib.suppress(OSError):
            if b"zygote" in Path(f"/proc/{below}/cmdline").read_bytes():
                found.add(below)
    return found


def awaited(child: Terminal) -> set[int]:
    """The warm interpreters, once there is one."""
    until = time.monotonic() + child.PATIENCE
    while not (found := interpreters(child.pid)):
        assert time.monotonic() < until, child.shown
        time.sleep(0.005)
    return found


def test_a_runtime_starts_while_the_learner_reads(locked: Path, tmp_path: Path) -> None:
    """Before anything is typed; a program is then run in it, and nothing of it is left."""
    with taking(locked, "written", state=tmp_path) as child:
        child.expect("only a full stop")
        begun = awaited(child)
        child.type("total = 1 + 2 + 3  # as nobody has written it")
        child.type(".")
        child.expect("Right.")
        child.expect("q to quit")  # on the way to the next question
        assert begun & interpreters(child.pid)  # the same process
        child.press("q")
        assert child.end() == 0
    end(begun)


def test_no_runtime_starts_where_none_is_needed(locked: Path, tmp_path: Path) -> None:
    """Neither for a question that is marked without a run, nor where nobody types."""
    with taking(locked, "picked", state=tmp_path) as child:
        child.expect("Your answer: ")
        child.send("0.5")  # it waits for keys, so what comes after the question has begun
        assert not descendants(child.pid)
        child.type("")
        child.expect("Right.")
    with taking(locked, "written", state=tmp_path) as child:
        child.expect("only a full stop")
        begun = awaited(child)
    end(begun)  # the test was killed, and its runtime with it
