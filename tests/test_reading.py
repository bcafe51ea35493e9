"""What is found by reading programs: luck, facts of the machine, steps left out, one input, and stems that misfit."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import pytest

from quizproof.claims import Part, Program
from quizproof.outcome import Outcome
from quizproof.proving.reading.luck import lucky
from quizproof.proving.reading.machine import on_machine

if TYPE_CHECKING:
    from conftest import ProveText


def told(report: object, code: str) -> list[tuple[str | None, str]]:
    """The blocks and the messages of all findings of a rule."""
    return [(found.block, found.message) for found in report.findings if found.code == code]  # type: ignore[attr-defined]


def luck(setup: str, check: str, *, drew: bool = True) -> list[str]:
    """What is said of a check after some code, in a run that drew without a seed or did not."""
    parts = (Part("setup", setup, ("setup",)), Part("check", check, ("check",)))
    program = Program(parts)
    found = lucky([program], {program: Outcome("finished", drew=drew)})
    return [advice.message.partition("`")[2].partition("`")[0] for advice in found]


@pytest.mark.parametrize(
    ("setup", "check"),
    [
        ("import random", "assert random.random() < 0.98"),
        ("import torch\nx = torch.randn(10_000)", "assert x.mean().abs() < 0.03"),
        ("import random\nxs = list(range(50))\nrandom.shuffle(xs)", "assert xs != list(range(50))"),
        ("import torch\nperm = torch.randperm(9).tolist()", "assert perm != list(range(9))"),
        ("import torch\nout = torch.nn.Dropout(0.5)(torch.ones(100))", "assert 40 != (out == 0).sum()"),
        ("import tensorflow as tf\nx = tf.random.uniform((4,))", "assert tf.reduce_max(x) > 0.01"),
        (
            "import random\ndef mean(n):\n    return sum(random.random() for _ in range(n)) / n",
            "assert mean(99) < 0.62",
        ),
        ("import numpy as np\nnoise = np.random.normal(size=99)\ny = 2 * noise", "assert y.std() < 2.9"),
    ],
)
def test_luck_is_a_comparison_that_chance_decides(setup: str, check: str) -> None:
    """It is reported where the program drew without a seed, and only there."""
    assert luck(setup, check)
    assert luck(setup, check, drew=False) == []


@pytest.mark.parametrize(
    ("setup", "check"),
    [
        ("import random", "assert 0 <= random.random() < 1"),
        ("import random", "assert random.randint(1, 6) <= 6"),
        ("import torch\nx = torch.rand(4, 3)", "assert x.shape == (4, 3)"),
        ("import torch\nx = torch.rand(4, 3)", "assert x.numel() == 12 and x.dim() == 2"),
        ("import torch\nx = torch.rand(4, 3)", "assert x.max() <= 1 and x.min() >= 0"),
        ("import torch\nx = torch.randn(5)", "assert x.relu().min() >= 0"),
        ("import torch\nx = torch.randn(5)", "assert x.softmax(0).max() < 1.01"),
        ("import torch\nx = torch.randn(5)\ny = x.clone()", "assert (x == y).all()"),
        ("import random\nxs = [3, 1, 2]\nrandom.shuffle(xs)", "assert sorted(xs) == [1, 2, 3]"),
        ("import random\nxs = [3, 1, 2]\nrandom.shuffle(xs)", "assert len(xs) == 3 and sum(xs) == 6"),
        ("import random\nxs = random.sample(range(9), 3)\nxs = [1, 2]", "assert xs == [1, 2]"),
        ("import torch\ndrop = torch.nn.Dropout(0.5)\nx = torch.ones(9)", "assert (drop.eval()(x) != x).sum() == 0"),
        ("import tensorflow as tf\nx = tf.ones([9])", "assert tf.reduce_sum(tf.keras.layers.Dropout(0.5)(x)) == 9"),
        ("import torch\nlayer = torch.nn.Linear(3, 2)", "assert layer.weight.requires_grad == True"),
    ],
)
def test_what_holds_of_every_draw_is_no_luck(setup: str, check: str) -> None:
    assert luck(setup, check) == []


def test_facts_of_the_machine_that_a_key_shows() -> None:
    """They are reported where they are printed as they are, and not where the program sets them or asks for a type."""

    def facts(source: str) -> list[str]:
        return [advice.message.split("`")[1] for advice in on_machine([Program((Part("code", source, ("code",)),))])]

    assert facts("import os\nprint(os.cpu_count() >= 1)") == ["os.cpu_count"]
    assert facts("import os\nprint(len(os.sep), os.name)") == ["os.sep"]  # once for a line
    assert facts("import torch\nprint(torch.get_num_threads() > 0)") == ["torch.get_num_threads"]
    assert facts("import torch\ntorch.set_num_threads(1)\nprint(torch.get_num_threads())") == []
    assert facts("import os\nos.cpu_count = lambda: 3\nprint(os.cpu_count())") == []
    assert facts("import os\nprint(isinstance(os.cpu_count(), int), os.cpu_count() is None)") == []
    assert facts("import os\nn = os.cpu_count()\nprint(3)") == []


def test_durations_are_luck() -> None:
    """Where something must have been fast; two durations can be compared, and a wait takes its time."""
    setup = "import time\nstart = time.perf_counter()\ntook = time.perf_counter() - start"
    assert luck(setup, "assert took < 0.01", drew=False) == ["took < 0.01"]
    assert luck(setup, "assert 0.01 > took", drew=False) == ["0.01 > took"]
    assert luck(setup, "assert took >= 0", drew=False) == []
    assert luck(f"{setup}\nother = time.perf_counter() - start", "assert took <= other", drew=False) == []
    assert luck("import time\ntime.sleep(0.1)", "assert 1 < 2", drew=False) == []


STATEMENTS = """
- id: {id}
  kind: choice
  prompt: What is true?
  setup: xs = ["b", "A", "a"]
  options:
    - {{text: "{text}", key: true, proof: "{proof}"}}
    - {{text: It changes the list `xs` itself., mistake: A new one., refute: "sorted(xs); assert xs[1] == 'A'"}}
"""


@pytest.mark.parametrize(
    ("text", "proof", "name"),
    [
        ("`sorted` keeps ties.", "assert min(xs) == 'A'", "sorted"),
        ("`xs.pop()` takes the last.", "assert xs[-1] == 'a'", ""),  # the list is named, so something is shown of it
        ("`str.title` changes cases.", "assert 'a b'.upper() == 'A B'", "title"),
        ("It keeps ties with `reverse=True`.", "assert sorted(xs)[0] == 'A'", "reverse"),
        ("`sorted` keeps ties.", "assert sorted(xs, key=str.lower)[0] == 'A'", ""),
        ("`len` calls `__len__`.", "assert len(xs) == 3", ""),
        ("A `list` has a length.", "assert len(xs) == 3", ""),
        ("It is read by the `python3` command.", "assert len(xs) == 3", ""),
        ("It works without `key=`.", "assert sorted(xs)[0] == 'A'", ""),
    ],
)
def test_a_proof_takes_the_step_that_its_statement_is_about(
    text: str, proof: str, name: str, prove_text: ProveText
) -> None:
    found = told(prove_text(STATEMENTS.format(id="q", text=text, proof=proof)), "QP254")
    assert [message.split("`")[1] for _, message in found] == ([name] if name else [])


def test_checks_with_one_input(prove_text: ProveText) -> None:
    """They are reported where every call is the same literal one."""
    text = """
        - id: one
          kind: write-code
          prompt: Write `double(n)`.
          mutations: 0
          solution: "def double(n): return 2 * n"
          checks:
            - {name: Of three, code: "assert double(3) == 6"}
            - {name: Of three again, code: "assert double(3) != 5"}
        - id: two
          kind: write-code
          prompt: Write `double(n)`.
          mutations: 0
          solution: "def double(n): return 2 * n"
          checks:
            - {name: Of three, code: "assert double(3) == 6"}
            - {name: Of zero, code: "assert double(0) == 0"}
        - id: drawn
          kind: write-code
          prompt: Write `double(n)`.
          mutations: 0
          solution: "def double(n): return 2 * n"
          checks:
            - {name: Of many, code: "assert all(double(n) == n + n for n in range(9))"}
    """
    assert [block for block, _ in told(prove_text(text), "QP255")] == ["one"]


def stem(prompt: str, kind: str) -> str:
    """A question of a kind with this stem."""
    rest = {
        "choice": """
            kind: choice
            check: assert s == set() and type(s) is set
            options:
              - {code: s = set(), key: true}
              - {code: "s = {}", happens: runs silently, mistake: A dictionary.}
        """,
        "two keys": """
            kind: choice
            check: assert d == {} and type(d) is dict
            options:
              - {code: "d = {}", key: true}
              - {code: d = dict(), key: true}
              - {code: "d = {None}", happens: runs silently, mistake: A set.}
        """,
        "output": """
            kind: predict-output
            code: |
              def mean(xs): return sum(xs) / len(xs)
              print(mean([2, 4, 9]))
            distractors: [{prints: "4.0", mistake: The median.}]
        """,
        "exception": """
            kind: predict-output
            asks: exception
            code: |
              n = int("x")
            distractors: [{raises: TypeError, mistake: No.}]
        """,
        "lines": """
            kind: number
            code: |
              for i in range(3):
                  print(i)
            value: 3 - 0
        """,
        "wrong lines": """
            kind: number
            code: |
              for i in range(3):
                  print(i)
            value: 4 - 0
        """,
    }[kind]
    body = textwrap.indent(textwrap.dedent(rest).strip("\n"), "  ")
    return f"- id: q\n  prompt: {prompt!r}\n{body}\n"


@pytest.mark.parametrize(
    ("kind", "misfit", "fit"),
    [
        ("choice", "Which lines create an empty set? Choose all that do.", "Which line creates an empty set?"),
        ("choice", "Select all that apply.", "Choose the line that creates an empty set."),
        ("two keys", "Which three lines create an empty dictionary?", "Which two lines create an empty dictionary?"),
        ("two keys", "Choose three lines that create one.", "Choose all that create an empty dictionary."),
        ("output", "What does `average` return for these numbers?", "What does `mean` return for these numbers?"),
        ("output", "What does the function `average` print here?", "What do `mean` and `print` do together here?"),
        ("output", "What is printed by line 7?", "What is printed by the call on line 2?"),
        ("output", "Which exception does this program raise?", "`None` is no number. What does this program print?"),
        ("exception", "What does this program print?", "Which exception does this program raise?"),
        ("wrong lines", "How many lines does this program print?", "How many numbers and 0 does it need?"),
        ("wrong lines", "How many lines will the program print?", "What is four minus the first number?"),
        ("lines", "What is the value of `total` after the loop?", "How many lines does this program print?"),
    ],
)
def test_a_stem_fits_its_question(kind: str, misfit: str, fit: str, prove_text: ProveText) -> None:
    assert len(told(prove_text(stem(misfit, kind)), "QP315")) == 1
    assert told(prove_text(stem(fit, kind)), "QP315") == []
