"""Collisions: which two responses to one question a reader could not tell apart, and where both stand."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers import option_pairs
from quizproof.displays import (
    Attempt,
    Blank,
    Blanks,
    Code,
    Display,
    Input,
    LineInput,
    Matching,
    MatchItem,
    Mistake,
    NumberInput,
    OpenInput,
    Option,
    Options,
    Ordering,
    OrderLine,
    Origin,
    Output,
    Point,
    ProgramInput,
    Prose,
    TextInput,
    Written,
)
from quizproof.findings import DataPath
from quizproof.proving.collisions import clash


def found(shown: Input | None, tolerance: float | None = None) -> tuple[str, DataPath, DataPath] | None:
    """What `clash` says of a question that is answered so."""
    return clash(Display((), shown), tolerance)


def options(*contents: Written) -> Options:
    return Options(tuple(Option(str(n), content, n == 0, at=("options", n)) for n, content in enumerate(contents)))


def mistakes(*values: str) -> tuple[Mistake, ...]:
    return tuple(Mistake(value, "", at=("mistakes", n)) for n, value in enumerate(values))


def number(*values: str, tolerance: float = 0) -> NumberInput:
    return NumberInput(0, tolerance, "0", mistakes=mistakes(*values))


def items(side: str, *contents: Written) -> tuple[MatchItem, ...]:
    return tuple(MatchItem(str(n), content, at=(side, n)) for n, content in enumerate(contents))


def blank(name: str, accepted: tuple[str, ...], *values: str) -> Blank:
    return Blank(name, accepted, mistakes(*values), at=("blanks", name))


def ordering(*distractors: tuple[str, int]) -> Ordering:
    """The line `a = 1`, and distractors with their indentation."""
    wrong = (OrderLine(str(n), *line, True, at=("distractors", n)) for n, line in enumerate(distractors))
    return Ordering((OrderLine("own", "a = 1"), *wrong), (("own",),))


def programs(*sources: tuple[Origin, str]) -> ProgramInput:
    return ProgramInput(
        "", (), tuple(Attempt(text, 0, whose, at=("programs", n)) for n, (whose, text) in enumerate(sources))
    )


SAME: dict[str, tuple[Input, str]] = {
    "options": (options(Output("1"), Output("2"), Output("2")), "two options are the same: '2'"),
    "options-space": (options(Output("0"), Prose("Yes."), Prose("Yes. \n")), "two options are the same: 'Yes.'"),
    "options-code": (options(Code("x"), Code("f(x)"), Code("f(x)\n")), "two options are the same: 'f(x)'"),
    "options-address": (
        options(Output("1"), Output("<A at 0x7f0000000010>"), Output("<A at 0x7f0000000020>")),
        "two options are the same: '<A at 0x7f0000000020>'",
    ),
    "options-exception": (
        options(Prose("It raises `KeyError`"), Prose("It raises `OSError`"), Prose("It raises `IOError`")),
        "two options mean the same: 'It raises `OSError`' and 'It raises `IOError`'",
    ),
    "text-exception": (
        TextInput("KeyError", mistakes=mistakes("ValueError", "OSError", "EnvironmentError")),
        "two mistakes mean the same: 'OSError' and 'EnvironmentError'",
    ),
    "number": (number("1", "2", "2"), "two mistakes are the same number: 2"),
    "number-forms": (number("1", "2.0", "2"), "two mistakes lie within the tolerance of each other: 2.0 and 2"),
    "text": (TextInput("0", mistakes=mistakes("1", "2", "2\n")), "two mistakes are the same: '2\\n'"),
    "line": (LineInput("a\nb\nc", (1,), mistakes("1", "2", "2")), "two mistakes name line 2"),
    "match": (Matching((), items("right", Prose("a"), Prose("b"), Prose("b")), ()), "two items are the same: 'b'"),
    "order": (
        ordering(("b", 0), ("print( 'x' )", 1), ('print("x")', 1)),
        "two distractors are the same line: 'print(\"x\")'",
    ),
    "program": (
        programs(("solution", "a = 1"), ("starter", "a = 2"), ("wrong", "# no\n\na = 2  \n")),
        "two programs are the same: '# no\\n\\na = 2'",
    ),
}
"""Of each way of answering: the second and the third response are the same."""


@pytest.mark.parametrize("name", SAME)
def test_same_responses(name: str) -> None:
    """They are quoted as the author wrote the later one, and the places of both are given."""
    shown, words = SAME[name]
    clashed = found(shown)
    assert clashed is not None
    message, one, other = clashed
    assert message == words
    assert one[0] == other[0]
    assert (one[1:], other[1:]) == ((1,), (2,))


DIFFERENT: dict[str, Input | None] = {
    "exhibit": None,
    "open": OpenInput((Point("a", "x"), Point("b", "x"))),
    "options": options(Output("1"), Output("2")),
    "options-forms": options(Output("1"), Code("1"), Prose("1")),
    "options-leading-space": options(Output("1"), Output(" 1")),
    "options-case": options(Prose("true"), Prose("True")),
    "options-exception": options(Prose("`OSError`"), Prose("`FileNotFoundError`"), Prose("`IOErrors`")),
    "number": number("1", "1.0000001"),
    "number-large": number("18446744073709551616", "18446744073709551615"),
    "text": TextInput("0", mistakes=mistakes("1", "1.0")),
    "text-key": TextInput("1", mistakes=mistakes("1")),
    "line": LineInput("a\nb", (1,), mistakes("1", "2")),
    "match-sides": Matching(items("left", Prose("a")), items("right", Prose("a")), ("0",)),
    "order-own": ordering(("a = 1", 0)),
    "order-indent": ordering(("b", 0), ("b", 1)),
    "order-text": ordering(("print(', ')", 0), ("print(',')", 0)),
    "program-mutation": programs(("solution", "a = 1"), ("mutation", "a = 1"), ("equivalent", "a = 1")),
    "program-indent": programs(("solution", "if a:\n    b\n"), ("wrong", "if a:\n  b\n")),
    "blanks-apart": Blanks("", (blank("a", ("x",), "y"), blank("b", ("y",), "x"))),
}


@pytest.mark.parametrize("name", DIFFERENT)
def test_different_responses(name: str) -> None:
    """What a reader can tell apart, and what is no response beside the other, is no collision."""
    assert found(DIFFERENT[name]) is None


SORTS: dict[str, type[Written]] = {"output": Output, "prose": Prose, "code": Code}


def pair(sort: str, key: str, *both: str) -> Options:
    """The right option and two others, or one other where the right one is of the two."""
    texts = [key, *(text for text in both if text != key)]
    return options(*(SORTS[sort](text) for text in texts))


@pytest.mark.parametrize(("sort", "key", "one", "other"), option_pairs.SAME)
def test_options_that_nobody_can_tell_apart(sort: str, key: str, one: str, other: str) -> None:
    assert found(pair(sort, key, one, other)) is not None


@pytest.mark.parametrize(("sort", "key", "one", "other"), option_pairs.APART)
def test_options_that_a_reader_can_tell_apart(sort: str, key: str, one: str, other: str) -> None:
    assert found(pair(sort, key, one, other)) is None


def test_questions_about_form() -> None:
    """Where a question is about JSON, style or characters, spacing and quotes are what it is about."""
    texts = ('`{"a": 1}`', "`{'a': 1}`")
    shown = options(*map(Prose, texts))
    assert clash(Display((Prose("Which is a dictionary?"),), shown), None) is not None
    assert clash(Display((Prose("Which is valid JSON?"),), shown), None) is None
    code = options(Code("x = 2"), Code("x=2"))
    assert clash(Display((Prose("Which runs?"),), code), None) is not None
    assert clash(Display((Prose("Which follows PEP 8?"),), code), None) is None


def test_what_cannot_be_seen_is_escaped() -> None:
    """A message about two texts that look the same shows in what they differ."""
    clashed = found(options(Output("3 apples"), Output("3\u00a0apples")))
    assert clashed is not None
    assert clashed[0] == "two options look the same: '3 apples' and '3\\xa0apples'"


def test_texts_of_a_gap() -> None:
    """Right texts and mistakes of one gap are all compared; quotation marks and spacing make no difference."""
    words = "two texts for a gap are the same: "
    shown = Blanks("", (blank("a", ("x",)), blank("b", ("1", "y"), "y ")))
    assert found(shown) == (words + "'y' and 'y '", ("blanks", "b", "accept", 1), ("mistakes", 0))
    shown = Blanks("", (blank("b", ("f('a')", 'f( "a" )')),))
    assert found(shown) == (
        words + "\"f('a')\" and 'f( \"a\" )'",
        ("blanks", "b", "accept", 0),
        ("blanks", "b", "accept", 1),
    )
    assert found(Blanks("", (blank("b", ("f(', ')", "f(',')")),))) is None


def test_both_sides_of_a_match() -> None:
    """Two items of one side, also of the left, could be exchanged."""
    shown = Matching(items("left", Code("a"), Code("a")), items("right", Prose("x"), Prose("y")), ("0", "1"))
    assert found(shown) == ("two items are the same: 'a'", ("left", 0), ("left", 1))


def test_tolerance() -> None:
    """It holds for numbers that are printed, and for numbers; not for prose, code, or what stands around them."""
    near = "two {} are the same within the tolerance: 'loss 0.5' and 'loss 0.51'"
    assert found(options(Output("loss 0.5"), Output("loss 0.51"))) is None
    assert found(options(Output("loss 0.5"), Output("loss 0.51")), 0.005) is None
    assert found(options(Output("loss 0.5"), Output("loss 0.51")), 0.01) == (
        near.format("options"),
        ("options", 0),
        ("options", 1),
    )
    assert found(options(Output("loss 0.5"), Output("Loss 0.51")), 0.01) is None
    assert found(options(Prose("loss 0.5"), Prose("loss 0.51")), 0.01) is None
    assert found(options(Code("0.5"), Code("0.51")), 0.01) is None
    typed = TextInput("0", mistakes=mistakes("loss 0.5", "loss 0.51"))
    assert found(typed, 0.01) == (near.format("mistakes"), ("mistakes", 0), ("mistakes", 1))
    within = "two mistakes lie within the tolerance of each other: 2 and 2.5"
    assert found(number("2", "2.5", tolerance=0.5)) == (within, ("mistakes", 0), ("mistakes", 1))
    assert found(number("2", "2.5", tolerance=0.4)) is None
    assert found(number("2", "2.5"), 0.5) is None  # a number's own tolerance decides


@given(st.lists(st.integers(-3, 3), max_size=6), st.sampled_from([0.0, 0.5, 1.0, 2.0]))
def test_first_pair_that_is_too_near(values: list[int], tolerance: float) -> None:
    """The first pair, in the order in which authors wrote them, that no reader tells apart; none without one."""
    near = [
        (("mistakes", a), ("mistakes", b))
        for a in range(len(values))
        for b in range(a + 1, len(values))
        if abs(values[a] - values[b]) <= tolerance
    ]
    clashed = found(number(*map(str, values), tolerance=tolerance))
    assert (clashed[1:] if clashed else None) == (near[0] if near else None)


@given(st.lists(st.sampled_from("abc"), unique=True, min_size=2), st.data())
def test_order_does_not_matter(texts: list[str], data: st.DataObject) -> None:
    """Different options do not collide in any order; one that is there twice does, wherever."""
    shown = options(*map(Output, texts))
    assert found(shown) is None
    doubled = replace(shown.options[data.draw(st.sampled_from(range(len(texts))))], at=("options", "again"))
    everywhere = data.draw(st.permutations([*shown.options, doubled]))
    clashed = found(Options(tuple(everywhere)))
    assert clashed is not None
    assert ("options", "again") in clashed[1:]
