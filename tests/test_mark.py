"""Marking: right, wrong, partial and malformed responses, for every way of answering."""

from __future__ import annotations

import contextlib
import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizproof.comparison.quantity import quantity
from quizproof.displays import Input, LineInput, Mistake, NumberInput, Option, Options, Output, TextInput
from quizproof.marking.mark import MalformedResponse, Response, mark, parse_number

ONE = Options(
    (
        Option("a", Output("2"), True, "Well counted."),
        Option("b", Output("3"), False, "Counts the ReLU."),
        Option("c", Output("4"), False),
    )
)
SEVERAL = Options(
    (Option("a", Output("2"), True), Option("b", Output("3"), True), Option("c", Output("4"), False, "No.")), True
)
NUMBER = NumberInput(0.872, 0.005, "0.872", "s", (Mistake("0.895", "That is the precision."),))
ANY = replace(SEVERAL, multiple=False)
RANGES = NumberInput(
    3,
    0.5,
    "3",
    mistakes=(
        Mistake("1", "Halves it."),
        Mistake("above 4.5, below 6", "Adds."),
        Mistake("below 0", "Forgets the sign."),
        Mistake("any other number", "Count again."),
    ),
)
TEXT = TextInput("[1, 2]\nTrue", True, (Mistake("[1, 2]\nFalse", "The comparison is elementwise."),))
LINE = LineInput("a = 1\nb = 2\nc = 3", (2,), (Mistake("3", "This line is in order."),))


@pytest.mark.parametrize(
    ("shown", "response", "score", "feedback"),
    [
        (ONE, "a", 1, "Well counted."),
        (ONE, ["b"], 0, "Counts the ReLU."),
        (ONE, "c", 0, ""),
        (SEVERAL, ["b", "a"], 1, ""),
        (SEVERAL, ["a"], 0.5, ""),
        (SEVERAL, ["a", "b", "c"], 0.5, "No."),
        (ANY, "a", 1, ""),
        (ANY, ["b"], 1, ""),
        (ANY, "c", 0, "No."),
        (RANGES, "3.5", 1, ""),
        (RANGES, "1", 0, "Halves it."),
        (RANGES, "4.6", 0, "Adds."),
        (RANGES, "4.5", 0, "Count again."),
        (RANGES, "6", 0, "Count again."),
        (RANGES, "-0.1", 0, "Forgets the sign."),
        (RANGES, "0", 0, "Count again."),
        (RANGES, "19/4", 0, "Adds."),
        (RANGES, "5+j", 0, "Count again."),
        (NUMBER, "0.872", 1, ""),
        (NUMBER, " .877 s ", 1, ""),
        (NUMBER, "8.7e-1", 1, ""),
        (NUMBER, "75/86", 1, ""),
        (NUMBER, "0.88", 0, ""),
        (NUMBER, "0.895", 0, "That is the precision."),
        (TEXT, "[1, 2]  \nTrue\n", 1, ""),
        (TEXT, "[1, 2]\nFalse", 0, "The comparison is elementwise."),
        (TEXT, "[1, 2]True", 0, ""),
        (LINE, 2, 1, ""),
        (LINE, " 2 ", 1, ""),
        (LINE, "3", 0, "This line is in order."),
        (LINE, "1", 0, ""),
    ],
)
def test_marks(shown: Input, response: Response, score: float, feedback: str) -> None:
    """The score, and the feedback that belongs to the response."""
    given_mark = mark(shown, response)
    assert (given_mark.score, given_mark.feedback) == (score, feedback)
    assert given_mark.correct is (score == 1)


@pytest.mark.parametrize(
    ("shown", "response", "message"),
    [
        (ONE, "", "choose from a, b, c"),
        (ONE, "d", "choose from a, b, c"),
        (ONE, 3, "choose from a, b, c"),
        (ONE, ["a", "b"], "choose one option"),
        (ANY, ["a", "b"], "choose one option"),
        (SEVERAL, [], "choose from a, b, c"),
        (NUMBER, "", "'' is not a number; write, for example, 12, 0.5, 1e-3 or 3/4"),
        (NUMBER, "two", "'two' is not a number; write, for example, 12, 0.5, 1e-3 or 3/4"),
        (NUMBER, "1__000", "'1__000' is not a number; write, for example, 12, 0.5, 1e-3 or 3/4"),
        (NUMBER, "0,872", "'0,872' is not a number; write, for example, 12, 0.5, 1e-3 or 3/4"),
        (NUMBER, "nan", "'nan' is not a number; write, for example, 12, 0.5, 1e-3 or 3/4"),
        (NUMBER, "1/0", "a number cannot be divided by zero"),
        (NUMBER, "1e999", "the number is too large"),
        (TEXT, " \n", "type what the program prints; for nothing, type 'nothing'"),
        (LINE, "4", "give the number of a line, 1 to 3"),
        (LINE, "0", "give the number of a line, 1 to 3"),
        (LINE, "b = 2", "give the number of a line, 1 to 3"),
    ],
)
def test_malformed_responses_are_not_marked(shown: Input, response: Response, message: str) -> None:
    """What is not of the form that was asked for is refused with a way forward, never marked wrong."""
    with pytest.raises(MalformedResponse) as caught:
        mark(shown, response)
    assert str(caught.value) == message


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_are_read_as_python_writes_them(value: float) -> None:
    """Every finite float that Python prints is read back exactly."""
    assert parse_number(repr(value)) == quantity(value)


@given(st.integers(-(10**12), 10**12))
def test_thousands_separators_are_read(value: int) -> None:
    """`1,526,400` is one million and more."""
    assert parse_number(f"{value:,}") == quantity(value)


@given(st.text(max_size=12))
def test_any_text_is_a_number_or_malformed(text: str) -> None:
    """No text makes the reader raise anything else or return what is not finite."""
    with contextlib.suppress(MalformedResponse):
        assert math.isfinite(abs(parse_number(text)))


@given(st.floats(-1e6, 1e6), st.floats(0, 1e3), st.floats(-3, 3))
def test_tolerance_decides(value: float, tolerance: float, offset: float) -> None:
    """Within the tolerance is right and well beyond it is wrong, wherever the key lies."""
    shown = NumberInput(value, tolerance, "")
    response = value + offset * tolerance
    if abs(offset) < 0.999:
        assert mark(shown, repr(response)).correct
    elif abs(offset) > 1.001 and tolerance > 1e-6:
        assert not mark(shown, repr(response)).correct


@given(st.sets(st.sampled_from("abc"), min_size=1))
def test_several_keys_must_all_be_chosen(chosen: set[str]) -> None:
    """Exactly the keys, in any order, earn the mark."""
    assert mark(SEVERAL, sorted(chosen, reverse=True)).correct is (chosen == {"a", "b"})
