"""Assertions that cannot fail: each kind is found, and none that is honest.

`tests/assertions` has programs, parted by lines of `---`. The last line of each lie names its weakness, as in
`# iterator`, or says `# none counted` where nothing that could fail was asserted at all.
"""

from __future__ import annotations

import ast
import re
import textwrap
import threading
import warnings
from pathlib import Path

import pytest

from conftest import ProveText
from quizproof.checks import WEAKNESSES
from quizproof.runtimes.assertions.answer import made_by, notices
from quizproof.runtimes.assertions.closeness import speaks_of_chance
from quizproof.runtimes.assertions.expectations import EXPECTATIONS, raises, warns
from quizproof.runtimes.assertions.origins import Origins
from quizproof.runtimes.assertions.probe import weak_sites
from quizproof.runtimes.assertions.recorder import Recorder
from quizproof.runtimes.assertions.sites import Marker
from quizproof.runtimes.assertions.values import changes

FILE = "snippet.py"
PROGRAMS = Path(__file__).parent / "assertions"


def programs(name: str) -> list[str]:
    """The programs of a file."""
    return (PROGRAMS / f"{name}.txt").read_text(encoding="utf-8").rstrip("\n").split("\n---\n")


def examined(source: str) -> tuple[int, list[str]]:
    """How many assertions of a program counted, and the weaknesses of those that cannot fail."""
    recorder, origins = Recorder(FILE), Origins()
    tree = ast.parse(source, FILE)
    origins.add(tree, given=True)
    Marker(0, recorder.sites, check=True).visit(tree)
    recorder.install()
    with warnings.catch_warnings(action="ignore"):
        code = compile(ast.fix_missing_locations(tree), FILE, "exec")
    exec(code, {"__name__": "__main__", **EXPECTATIONS})
    return recorder.count, [
        weakness for _, weakness, _ in weak_sites(recorder, origins, by_chance=speaks_of_chance(source))
    ]


@pytest.fixture
def quiet_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """A thread that fails says nothing."""
    monkeypatch.setattr(threading, "excepthook", lambda failure: None)


@pytest.mark.usefixtures("quiet_threads")
@pytest.mark.parametrize("source", programs("lies-python"), ids=lambda source: source.replace("\n", "; ")[:60])
def test_assertion_that_cannot_fail(source: str) -> None:
    """It has the weakness that the last line of the program names."""
    expected = re.findall(r"\n# (.*)$", source)[-1]
    count, found = examined(source)
    assert (["none counted"] if not count and expected == "none counted" else found[:1]) == [expected]
    assert expected in (*WEAKNESSES, "none counted")


@pytest.mark.parametrize("source", programs("truths-python"), ids=lambda source: source.replace("\n", "; ")[:60])
def test_assertion_that_could_have_failed(source: str) -> None:
    """It counts, and has no weakness, however odd it looks."""
    count, found = examined(source)
    assert (count > 0, found) == (True, [])


def question(number: int, proof: str) -> str:
    """A statement with this proof."""
    return f"""\
- id: torch-{number}
  kind: choice
  prompt: What holds of it?
  setup: |
    import torch, torch.nn as nn
    layer = nn.Linear(2, 2)
  options:
    - text: The first statement is it.
      key: true
      proof: |
{textwrap.indent(proof, " " * 8)}
    - text: The second statement is it.
      mistake: It is not.
      unproven: It stands here beside the first.
"""


@pytest.mark.parametrize(("name", "honest"), [("lies-torch", False), ("truths-torch", True)])
def test_assertions_about_tensors_and_layers(name: str, *, honest: bool, prove_text: ProveText) -> None:
    """As above, in runs: each proof is refuted for a reason of its own, or proven without a word."""
    sources = programs(name)
    report = prove_text("\n".join(question(n, source) for n, source in enumerate(sources)), runtime="torch")
    judged = {source: bool(block.findings) for source, block in zip(sources, report.blocks, strict=True)}
    assert {source: found for source, found in judged.items() if found is honest} == {}
    rules = {finding.code for finding in report.findings}
    assert rules == (set() if honest else {"QP246", "QP247", "QP250"})


@pytest.mark.parametrize(
    ("block", "message"),
    [
        ("with raises(TypeError, 'unhashable'):\n    {[]: 1}", ""),
        ("with raises(LookupError):\n    {}['a']", ""),
        ("with raises(TypeError):\n    pass", "TypeError was expected, and nothing was raised"),
        ("with raises(TypeError):\n    int('x')", "TypeError was expected, and ValueError was raised"),
        (
            "with raises(AttributeError):\n    (1, 2).Count(2)",
            "a misspelt name: 'tuple' object has no attribute 'Count', but",
        ),
        (
            "with raises(AttributeError):\n    [].appends(2)",
            "there is 'append'; if that is the point, quote the message",
        ),
        ("with raises(TypeError, 'nonsense'):\n    {[]: 1}", "a message with 'nonsense' was expected"),
        ("with warns(UserWarning, 'old'):\n    __import__('warnings').warn('it is old')", ""),
        ("with warns(UserWarning):\n    pass", "the warning UserWarning was expected, and none came"),
        ("with warns(UserWarning):\n    __import__('warnings').warn('x', FutureWarning)", "and FutureWarning: x"),
        ("with warns(UserWarning, 'new'):\n    __import__('warnings').warn('old')", "UserWarning with 'new'"),
    ],
)
@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::UserWarning")
def test_expectations(block: str, message: str) -> None:
    """They hold for one type and one fragment, and count as an assertion when they hold."""
    if message:
        with pytest.raises(AssertionError, match=re.escape(message)):
            examined(block)
    else:
        assert examined(block) == (1, [])


@pytest.mark.parametrize(("expectation", "type_"), [(raises, Exception), (raises, 3), (warns, Warning), (warns, int)])
def test_expectation_of_everything_is_refused(expectation: type, type_: object) -> None:
    """Any mistake in the block would satisfy it."""
    with pytest.raises(TypeError, match="needs one exact type"):
        expectation(type_)


def test_changes_leave_the_value_alone() -> None:
    """They are other values of its type."""
    value = {"a": [1, 2], "b": ("x", True)}
    others = [changed for _, changed in changes(value)]
    assert value == {"a": [1, 2], "b": ("x", True)}
    assert len(others) > 5
    assert all(isinstance(each, dict) and each != value for each in others[:4])


def noticed(answer: str, *checks: str) -> tuple[int, int, str]:
    """What the last check made of changes of what an answer bound: tried, noticed, and the first that it missed."""
    names: dict[str, object] = {}
    exec(answer, names)
    made = made_by({"__builtins__": names["__builtins__"]}, names)
    codes = {index: compile(check, FILE, "exec") for index, check in enumerate(checks)}
    for code in codes.values():
        exec(code, names)
    before = dict(names)
    found = notices(names, made, codes, set(made)).get(len(checks) - 1)
    assert names == before
    return (found.tried, found.noticed, found.missed) if found else (0, 0, "")


@pytest.mark.parametrize(
    ("answer", "check", "missed"),
    [
        ("n = 3", "assert isinstance(n, int)", "`n` plus 1"),
        ("flag = True", "assert flag in (True, False)", "`flag` negated"),
        ("xs = [2, 4]", "xs = [2, 4]\nassert xs == [2, 4]", "`xs` in reverse"),
        ("def f(x):\n    return 2 * x", "assert callable(f)", "`f` with another result"),
        ("n = 3", "m = 4\nassert m == 4", "`n` plus 1"),
        ("n = 3", "assert n == 3", ""),
        ("xs = [2, 4]", "assert len(xs) == 2", "`xs` in reverse"),
        ("def f(x):\n    return 2 * x", "assert f(2) == 4", ""),
        ("def f(n):\n    yield from range(n)", "assert list(f(2)) == [0, 1]", ""),
        ("class A:\n    def get(self):\n        return 1", "assert A().get() == 1", ""),
        ("text = 'a'", "assert text == 'a'", ""),
    ],
)
def test_changes_that_a_check_does_not_notice(answer: str, check: str, missed: str) -> None:
    """It is told with the first one, if it notices none at all."""
    tried, count, first = noticed(answer, check)
    assert tried
    assert (count > 0) == (missed == "" or check.startswith("assert len"))
    assert first == missed


@pytest.mark.parametrize(
    ("answer", "check"),
    [
        ("xs = [1]", "assert xs == [1]\nxs.append(2)"),
        ("xs = list(given)", "given.append(2)\nassert xs != given"),
        ("import numpy as np\nys = np.array(given)", "given[0] += 1\nassert (ys != given).all()"),
        ("ys = [given[0]]", "given[:] = [n + 1 for n in given]\nassert ys != given"),
    ],
)
def test_check_that_changes_what_it_looks_at_is_left_out(answer: str, check: str) -> None:
    """Run again, it fails without any change, or looks at something else; neither shows anything."""
    assert noticed(f"given = [1]\n{answer}", check) == (0, 0, "")


@pytest.mark.parametrize(
    ("last", "missed"),
    [
        ("assert second == 12", ""),
        ("assert third == 13", ""),
        ("assert isinstance(third, int)", "`f` with another result"),
        ("assert other == 5", "`f` with another result"),
    ],
)
def test_check_of_what_a_check_before_it_has_made(last: str, missed: str) -> None:
    """The names that it reads are made anew, from the changed answer."""
    answer = "def f(x):\n    return 6 * x"
    _, count, first = noticed(answer, "second = f(2)", "third = second + 1", "other = 5", last)
    assert (count, first) == (int(not missed), missed)


@pytest.mark.parametrize(
    ("check", "missed"),
    [
        ("assert (y := f(x)).backward() is None and x.grad.tolist() == [2, 4]", ""),
        ("f(x).backward()\nassert x.grad.shape == (2,)", "`f` with its arguments added to its result"),
    ],
)
def test_check_of_a_gradient(check: str, missed: str) -> None:
    """A constant added to a result leaves its gradient as it is; the arguments added do not."""
    answer = "def f(x):\n    return (x ** 2).sum()"
    start = "import torch\nx = torch.tensor([1.0, 2.0], requires_grad=True)\n"
    _, count, first = noticed(answer, start + check)
    assert (count, first) == (int(not missed), missed)
