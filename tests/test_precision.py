"""The decimals that a prompt asks for, beside the tolerance of its answer."""

from __future__ import annotations

import math

import pytest

from quizproof import rules
from quizproof.displays import Display, NumberInput, Prose
from quizproof.proving.advice import advise
from quizproof.proving.precision import decimals_asked


def warned(prompt: str, value: float, tolerance: float) -> list[str]:
    """What is said of the tolerance of a question."""
    question = NumberInput(value, tolerance, str(value))
    display = Display((Prose(prompt),), question)
    return [advice.message for advice in advise(display) if advice.rule == rules.WIDE_TOLERANCE]


@pytest.mark.parametrize(
    ("prompt", "decimals"),
    [
        ("What is `math.log(10)`, to three decimals?", 3),
        ("Give the mean to 2 decimal places.", 2),
        ("The loss, rounded to one decimal place?", 1),
        ("To two digits after the decimal point?", 2),
        ("What is it to the nearest hundredth?", 2),
        ("What is the loss, to two digits?", None),
        ("A price with two decimals: how many cents is it?", None),
        ("What does `round(x, 2)` give `to two decimals`?", None),
        ("What adds two decimals to 3?", None),
    ],
)
def test_decimals_that_a_prompt_asks_for(prompt: str, decimals: int | None) -> None:
    assert decimals_asked(prompt) == decimals


@pytest.mark.parametrize("tolerance", [0.0005, 0.001, 0.005])
def test_a_tolerance_that_fits_is_fine(tolerance: float) -> None:
    assert warned("What is `math.log(10)`, to three decimals?", math.log(10), tolerance) == []


@pytest.mark.parametrize("tolerance", [0.01, 0.3])
def test_digits_that_make_no_difference(tolerance: float) -> None:
    (message,) = warned("What is `math.log(10)`, to three decimals?", math.log(10), tolerance)
    assert message == "the prompt asks for 3 decimals, but with this tolerance the last one makes no difference"
    assert warned("What is `math.log(10)`?", math.log(10), tolerance) == []


def test_a_rounded_value_that_would_be_wrong() -> None:
    (message,) = warned("What is `math.log(10)`, to one decimal?", math.log(10), 0.001)
    assert message == "the prompt asks for 1 decimal, but 2.3 is outside the tolerance and would count as wrong"
    assert warned("What is `2.3004`, to one decimal?", 2.3004, 0.001) == []


def test_one_warning_of_a_tolerance_that_is_wide_anyway() -> None:
    (message,) = warned("What is the loss, to two decimals?", 0.8, 0.5)
    assert message.startswith("the tolerance is half the value or more")
