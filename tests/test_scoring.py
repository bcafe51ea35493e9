"""Scoring: what responses earn, in one place: shares, penalties, hints, calibration, and the rules in words."""

from __future__ import annotations

import itertools
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizproof.displays import (
    Blank,
    Blanks,
    Check,
    Input,
    LineInput,
    Matching,
    MatchItem,
    NumberInput,
    OpenInput,
    Option,
    Options,
    Ordering,
    OrderLine,
    Output,
    Point,
    ProgramInput,
    Prose,
    TextInput,
)
from quizproof.marking.mark import mark
from quizproof.marking.scoring import (
    CONFIDENCES,
    Calibrated,
    after_hints,
    calibration,
    even_share,
    hint_rule,
    in_order,
    net_share,
    order_share,
    rule,
)

IDS = st.sets(st.sampled_from("abcdef"))
ORDERS = st.lists(st.permutations("abcd").map(tuple), min_size=1, max_size=5)

INPUTS: tuple[Input, ...] = (
    Options((Option("a", Output("1"), True), Option("b", Output("2"), False))),
    NumberInput(1, 0, "1"),
    TextInput("1"),
    LineInput("a", (1,)),
    Blanks("x = ___a___", (Blank("a", ("1",)),)),
    Ordering((OrderLine("a", "x"), OrderLine("b", "y")), (("a", "b"),)),
    Matching((MatchItem("a", Prose("x")),), (MatchItem("1", Prose("y")),), ("1",)),
    OpenInput((Point("a", "x"),)),
    ProgramInput("", (Check("runs", "assert x"),), ()),
)


def test_every_way_of_answering_has_a_rule() -> None:
    """One sentence or two each, and another for several keys than for one."""
    assert {type(shown) for shown in INPUTS} == set(get_args(Input))
    for shown in INPUTS:
        assert rule(shown).endswith(".")
    one, several = INPUTS[0], Options((), multiple=True)
    assert rule(one) == "all or nothing."
    assert rule(several) == (
        "each right choice earns an equal share, and each wrong choice costs as much; never below zero."
    )


# ---- several keys


@pytest.mark.parametrize(
    ("chosen", "right", "score"),
    [
        ("a", "a", 1),
        ("ab", "ab", 1),
        ("a", "ab", 0.5),
        ("ac", "ab", 0),
        ("abc", "ab", 0.5),
        ("abcd", "ab", 0),
        ("cd", "ab", 0),
        ("", "ab", 0),
        ("abcd", "abc", pytest.approx(2 / 3)),
    ],
)
def test_wrong_choices_cost_as_much_as_right_ones_earn(chosen: str, right: str, score: float) -> None:
    """Net correct, and never below zero."""
    assert net_share(set(chosen), set(right)) == score


@given(IDS, IDS.filter(bool), st.sampled_from("abcdef"))
def test_net_share(chosen: set[str], right: set[str], another: str) -> None:
    """It is a share; all of it only for exactly the keys; a further key never harms, a wrong choice never helps."""
    score = net_share(chosen, right)
    assert 0 <= score <= 1
    assert (score == 1) is (chosen == right)
    more = net_share(chosen | {another}, right)
    assert more >= score if another in right else more <= score


@given(st.sets(st.sampled_from("abcd"), min_size=1), st.sets(st.sampled_from("abcd"), min_size=1))
def test_choice_with_several_keys_is_marked_by_it(chosen: set[str], right: set[str]) -> None:
    """A question with several keys gives partial credit; one with a single key gives all or nothing."""
    options = tuple(Option(id_, Output(id_), id_ in right) for id_ in "abcd")
    assert mark(Options(options, multiple=True), sorted(chosen)).score == net_share(chosen, right)
    single = Options(tuple(Option(id_, Output(id_), id_ == "a") for id_ in "abcd"))
    for id_ in chosen:
        assert mark(single, id_).score == (id_ == "a")


# ---- parts and orders


@given(st.lists(st.booleans(), min_size=1))
def test_parts_earn_even_shares(right: list[bool]) -> None:
    """As many as are right, of all."""
    assert even_share(right) == right.count(True) / len(right)


@given(st.permutations("abcd"), ORDERS, st.integers(0, 4))
def test_order_share(order: list[str], orders: list[tuple[str, ...]], length: int) -> None:
    """It is a share; all of it only for one of the orders; and the order that agrees most decides."""
    score = order_share(order, orders)
    assert 0 < score <= 1
    assert (score == 1) is (tuple(order) in orders)
    assert score == max(order_share(order, [each]) for each in orders)
    assert order_share(orders[0][:length], orders) >= length / 4


@given(st.lists(st.sampled_from("abcde"), max_size=6, unique=True), st.permutations("abcd"))
def test_lines_in_order_are_a_longest_common_subsequence(given_: list[str], order: list[str]) -> None:
    """What is kept is in the order of both, and no longer choice of lines is."""
    places = in_order(given_, order)
    kept = [given_[place] for place in places]
    assert kept == [each for each in order if each in kept]
    assert sorted(places) == list(places)
    choices = itertools.combinations(given_, len(places) + 1)
    assert not any([each for each in order if each in choice] == list(choice) for choice in choices)


@pytest.mark.parametrize(
    ("given_", "orders", "score"),
    [
        ("abcd", ["abcd"], 1),
        ("abdc", ["abcd"], 0.75),
        ("eabcd", ["abcde"], 0.8),
        ("bcd", ["abcd"], 0.75),
        ("dcba", ["abcd"], 0.25),
        ("abc", ["abcd"], 0.75),
        ("abcde", ["abcd"], 0.8),
        ("", ["abcd"], 0),
        ("ab", [], 0),
    ],
)
def test_one_line_in_a_wrong_place_costs_that_line(given_: str, orders: list[str], score: float) -> None:
    """What is missing or too much costs its share as well."""
    assert order_share(given_, orders) == score


# ---- hints and confidence


@given(st.floats(0, 1), st.integers(0, 20), st.floats(0, 1))
def test_hints_cost(score: float, hints: int, cost: float) -> None:
    """Never below zero, never more than before; free hints and no hints cost nothing."""
    left = after_hints(score, hints, cost)
    assert 0 <= left <= score
    assert after_hints(score, 0, cost) == after_hints(score, hints, 0) == score
    assert after_hints(score, hints + 1, cost) <= left


def test_cost_of_hints_in_words() -> None:
    """Nothing is said of free hints."""
    assert hint_rule(0) == ""
    assert hint_rule(0.1) == "Each hint costs 10 % of the full score."
    assert after_hints(1, 3, 0.25) == 0.25


@given(st.lists(st.tuples(st.sampled_from(CONFIDENCES), st.floats(0, 1))))
def test_calibration(answers: list[tuple[str, float]]) -> None:
    """Every answer counts once, at its own level; levels that nobody used are left out; the surest come first."""
    found = calibration(answers)  # type: ignore[arg-type]
    assert sum(level.answers for level in found) == len(answers)
    assert all(0 <= level.score <= 1 for level in found)
    assert [level.confidence for level in found] == [c for c in CONFIDENCES if c in {used for used, _ in answers}]


def test_calibration_is_the_mean() -> None:
    """Of those who were sure, half were right."""
    answers = [("guess", 0.5), ("sure", 1.0), ("sure", 0.0)]
    assert calibration(answers) == (Calibrated("sure", 2, 0.5), Calibrated("guess", 1, 0.5))  # type: ignore[arg-type]
