"""Mutations: each sort of small change, in the author's own layout, deterministic, and always a program."""

from __future__ import annotations

import ast
import random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from quizproof.snippets.mutations import first_change, mutations_of, sample

PROGRAM = """\
import torch

x = torch.zeros(2, 3)  # a comment
model.train()
y = x.mean(dim=0, keepdim=True) * 2 + 1
if not y.isnan().any():
    y += x[0].sum()
"""


IF_F = {"# if f:": "without `if f:` and what belongs to it", "if not (f):": "`not (f)` for `f`"}


@pytest.mark.parametrize(
    ("source", "mutants"),
    [
        ("f(x)\n", {"# f(x)": "without `f(x)`"}),
        ("if f:\n    g()\n", {"    pass  # g()": "without `g()`", **IF_F}),
        ("optimizer.zero_grad()  # first\n", {"# optimizer.zero_grad()  # first": "without `optimizer.zero_grad()`"}),
        ("x = f(a, b)\n", {"x = f(b, a)": "`b` and `a` swapped"}),
        ("x = f((a), b)\n", {"x = f((b), a)": "`b` and `a` swapped"}),
        ("x = f(a, p=b)\n", {"x = f(a)": "without `p=b`"}),
        ("x = f(p=b, q=c)\n", {"x = f(q=c)": "without `p=b`", "x = f(p=b)": "without `q=c`"}),
        ("x = f(p=b,)\n", {"x = f()": "without `p=b`"}),
        ("x = a < b\n", {"x = a >= b": "`>=` for `<`"}),
        ("x = a is  not b\n", {"x = a is b": "`is` for `is not`"}),
        ("x = a in b\n", {"x = a not in b": "`not in` for `in`"}),
        ("x = a.sum()\n", {"x = a.mean()": "`mean` for `sum`"}),
        ("x = a.mean()\n", {"x = a.sum()": "`sum` for `mean`"}),
        ("x = max(a)\n", {"x = min(a)": "`min` for `max`"}),
        ("x = max(a, b)\n", {"x = min(a, b)": "`min` for `max`"}),
        ("x = model.eval\n", {"x = model.train": "`train` for `eval`"}),
        ("x = f'{a.sum()}' + b\n", {"x = f'{a.sum()}' - b": "`-` for `+`"}),
        ("x = a - b\n", {"x = a + b": "`+` for `-`"}),
        ("x = (a) * (b)\n", {"x = (a) / (b)": "`/` for `*`"}),
        ("x = 'ö' * b\n", {"x = 'ö' / b": "`/` for `*`"}),
        ("x = 7\n", {"x = 8": "`8` for `7`"}),
        ("x = 0.5\n", {"x = 1.5": "`1.5` for `0.5`"}),
        ("x = True\n", {"x = False": "`False` for `True`"}),
        ("x = 'mean'\n", {"x = 'sum'": "`sum` for `mean`"}),
        ("x = a if b else c\n", {"x = a if not (b) else c": "`not (b)` for `b`"}),
        ("x = [a for a in b if a.ok]\n", {"x = [a for a in b if not (a.ok)]": "`not (a.ok)` for `a.ok`"}),
        ("x = not a\n", {"x = a": "without `not`"}),
        ("x = not(a)\n", {"x = (a)": "without `not`"}),
        ("while a:\n    f(1)\n", {}),
        ("x = 1e999\n", {}),
        ("import torch\n", {}),
        ("x = (\n", {}),
        ("", {}),
    ],
)
def test_each_sort(source: str, mutants: dict[str, str]) -> None:
    """The changed line, and the change in words."""
    found = mutations_of(source)
    lines = {mutation.source.split("\n")[mutation.line - 1]: mutation.description for mutation in found}
    assert lines == mutants


def test_dimensions_have_two_neighbours() -> None:
    """One more and one less."""
    assert [m.text for m in mutations_of("x = f(a, dim=0)\n")] == ["x = f(a)", "x = f(a, dim=1)", "x = f(a, dim=-1)"]
    assert [m.text for m in mutations_of("x = f(axis=-1)\n")] == ["x = f()", "x = f(axis=0)", "x = f(axis=-2)"]


def test_augmented_assignment() -> None:
    """Another operator, and no assignment at all."""
    assert [m.text for m in mutations_of("x += y\n")] == ["# x += y", "x -= y"]


def test_layout_and_comments_stay() -> None:
    """A mutant differs from the program in the lines of its change only, and has as many lines."""
    for mutation in mutations_of(PROGRAM):
        before, after = PROGRAM.split("\n"), mutation.source.split("\n")
        changed = [n for n, (one, other) in enumerate(zip(before, after, strict=True), 1) if one != other]
        assert changed[0] == mutation.line
        assert len(changed) == (2 if mutation.description.endswith("belongs to it") else 1)
        assert after[mutation.line - 1].strip() == mutation.text


def test_first_assignment_stays() -> None:
    """Without it a program would only miss a name."""
    texts = [mutation.text for mutation in mutations_of("a = b\nc, d = a\na = c\n")]
    assert texts == ["# a = c"]


def test_statement_of_several_lines_becomes_a_comment() -> None:
    (mutation,) = mutations_of("f(\n    a\n)\n")
    assert mutation.source == "# f(\n    # a\n# )\n"
    assert mutation.description == "without `f(` and what belongs to it"


def test_sample_takes_some_of_every_target() -> None:
    """As many as asked for, in their order, of every target that there is, over the whole program."""
    every = mutations_of(PROGRAM)
    targets = {mutation.target for mutation in every}
    some = sample(every, len(targets))
    assert {mutation.target for mutation in some} == targets
    assert some == [mutation for mutation in every if mutation in some]
    assert sample(every, 1000) == list(every)
    assert sample(every, 0) == []
    repeated = mutations_of("f()\n" * 20)
    assert [m.line for m in sample(repeated, 4)] == [1, 6, 11, 16]


# Any program

NAMES = st.sampled_from(
    ["a", "b", "x.sum()", "mean", "max(a, b)", "f(a, dim=0, keepdim=True)", "not a", "1", "2.5", "'ö'"]
)
EXPRESSIONS = st.recursive(
    NAMES,
    lambda inner: (
        st.builds(
            "({} {} {})".format, inner, st.sampled_from(["+", "-", "*", "/", "<", "==", "in", "is not", "and"]), inner
        )
        | st.builds("f({}, {}, axis=-1)".format, inner, inner)
        | st.builds("({} if {} else {})".format, inner, inner, inner)
        | st.builds("[{} for a in {} if {}]".format, inner, inner, inner)
        | st.builds("f'{{{}}}'".format, st.sampled_from(["a", "1 + 1", "x.sum()"]))
    ),
    max_leaves=6,
)
SIMPLE = st.builds("x = {}".format, EXPRESSIONS) | st.builds("x += {}".format, EXPRESSIONS) | EXPRESSIONS
STATEMENTS = SIMPLE | st.builds("if {}:\n    {}\nelse:\n    {}".format, EXPRESSIONS, SIMPLE, SIMPLE)
PROGRAMS = st.lists(STATEMENTS | st.just("# a comment") | st.just(""), max_size=4).map("\n".join)


@given(PROGRAMS)
def test_every_mutant_is_another_program(source: str) -> None:
    """It compiles, differs from the program and from every other mutant, and says where."""
    found = mutations_of(source)
    assert len({mutation.source for mutation in found} | {source}) == len(found) + 1
    for mutation in found:
        ast.parse(mutation.source)
        assert first_change(source, mutation.source) == (mutation.line, mutation.text)


@given(PROGRAMS, st.integers(0, 12))
def test_spread_is_a_choice(source: str, most: int) -> None:
    """Exactly as many as asked for or as there are, and the same each time."""
    every = mutations_of(source)
    chosen = sample(every, most)
    assert len(chosen) == min(most, len(every))
    assert chosen == sample(every, most)


@given(st.text(max_size=60))
@example("'\\8'is 0")
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::SyntaxWarning")  # strange texts, but Python
def test_any_text_has_mutations_or_none(text: str) -> None:
    """No text makes it raise."""
    for mutation in mutations_of(text):
        ast.parse(mutation.source)


def test_mutations_do_not_depend_on_chance() -> None:
    """The seed of the process decides nothing."""
    random.seed(1)
    first = mutations_of.__wrapped__(PROGRAM)
    random.seed(2)
    assert mutations_of.__wrapped__(PROGRAM) == first
