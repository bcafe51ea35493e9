"""How two outcomes of one program differ, and what is no difference."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizproof.comparison.outcome_diff import compare, same_value, steadied
from quizproof.outcome import Frame, Outcome, PartResult, Raised

ADDRESS = "<object object at 0x7f3a5c0d2f10>"
OTHER_ADDRESS = "<object object at 0x55d0c1b2a3f4>"


def printed(*texts: str, **more: Any) -> Outcome:
    """A program whose parts printed these texts."""
    return Outcome("finished", tuple(PartResult(text) for text in texts), **more)


def difference(before: Outcome, now: Outcome, tolerance: float | None = None) -> tuple[str, str]:
    """What is reported of both; two empty texts when they are the same."""
    found = compare(before, now, tolerance)
    return (found.before, found.now) if found else ("", "")


def gave(value: Any) -> Outcome:
    return Outcome("finished", (PartResult("", value=value),))


def raised(type_: str, message: str = "", part: int = 0, *texts: str) -> Outcome:
    return Outcome("raised", tuple(PartResult(text) for text in texts or ("",)), Raised(type_, message, part))


DIFFERENCES: dict[str, tuple[Outcome, Outcome, tuple[str, str]]] = {
    "printed": (printed("1\n"), printed("2\n"), ("printed '1'", "printed '2'")),
    "printed-line": (
        printed("a\nb\nc\n"),
        printed("a\nB\nc\n"),
        ("printed 'b' as line 2", "printed 'B' as line 2"),
    ),
    "printed-less": (
        printed("a\nb\n"),
        printed("a\n"),
        ("printed 'b' as line 2", "printed nothing after line 1"),
    ),
    "printed-in-second-part": (printed("", "1"), printed("", "2"), ("printed '1'", "printed '2'")),
    "value": (gave(1), gave(2), ("gave 1", "gave 2")),
    "value-form": (gave({"a": [1]}), gave({"a": [1, 2]}), ('gave {"a": [1]}', 'gave {"a": [1, 2]}')),
    "raised": (raised("KeyError", "'a'"), raised("KeyError", "'b'"), ("raised KeyError: 'a'", "raised KeyError: 'b'")),
    "raised-type": (raised("KeyError"), raised("IndexError"), ("raised KeyError", "raised IndexError")),
    "raised-now": (printed("1"), raised("KeyError"), ("finished", "raised KeyError")),
    "raised-before": (raised("KeyError"), printed("1"), ("raised KeyError", "finished")),
    "raised-and-printed": (
        raised("KeyError", "", 0, "1"),
        raised("KeyError", "", 0, "2"),
        ("printed '1'", "printed '2'"),
    ),
    "limit": (
        printed("1"),
        Outcome("limit", (PartResult("1"),), detail="it ran longer than 20 s"),
        ("finished", "did not finish (it ran longer than 20 s)"),
    ),
    "died": (printed("1"), Outcome("died"), ("finished", "did not finish (died)")),
    "syntax": (
        printed("1"),
        Outcome("syntax", (), Raised("SyntaxError", "invalid syntax", 0)),
        ("finished", "raised SyntaxError: invalid syntax"),
    ),
}


@pytest.mark.parametrize("name", DIFFERENCES)
def test_difference(name: str) -> None:
    """What is reported of both runs; the other way round it is the same, exchanged; nothing differs from itself."""
    before, now, words = DIFFERENCES[name]
    assert difference(before, now) == words
    assert difference(now, before) == words[::-1]
    assert difference(before, before) == difference(now, now) == ("", "")


NONE: dict[str, tuple[Outcome, Outcome]] = {
    "time-and-memory": (printed("1"), printed("1", seconds=3.0, peak_mib=100.0, drew=True, detail="x")),
    "standard-error": (printed("1"), Outcome("finished", (PartResult("1", "a warning"),))),
    "assertions": (printed("1"), Outcome("finished", (PartResult("1", assertions=2),))),
    "address": (printed(ADDRESS), printed(OTHER_ADDRESS)),
    "address-raised": (raised("KeyError", ADDRESS), raised("KeyError", OTHER_ADDRESS)),
    "trailing-space": (printed("1 \n\n"), printed("1")),
    "frames": (
        raised("KeyError"),
        Outcome("raised", (PartResult(),), Raised("KeyError", "", 0, (Frame(1, 1, 2, "f", "f()"),), "get")),
    ),
    "value-rounding": (gave([0.1 + 0.2]), gave([0.3])),
    "value-nan": (gave({"loss": float("nan")}), gave({"loss": float("nan")})),
}


@pytest.mark.parametrize("name", NONE)
def test_no_difference(name: str) -> None:
    """What changes from run to run and means nothing."""
    one, other = NONE[name]
    assert difference(one, other) == difference(other, one) == ("", "")


def test_first_difference_is_told() -> None:
    """How it ended comes before what it printed, and one part before the next."""
    assert difference(printed("1", "3"), printed("2", "4")) == ("printed '1'", "printed '2'")
    assert difference(printed("1"), raised("KeyError", "", 0, "2")) == ("finished", "raised KeyError")
    one, other = raised("KeyError", "a", 0, "1"), raised("KeyError", "b", 0, "2")
    assert difference(one, other) == ("raised KeyError: a", "raised KeyError: b")


def test_tolerance_is_for_printed_numbers_and_values() -> None:
    """Both may differ by so much and no more; words and counts of numbers may not."""
    assert difference(printed("loss 0.50"), printed("loss 0.51"), 0.01) == ("", "")
    assert difference(printed("loss 0.50"), printed("loss 0.52"), 0.01) == (
        "printed 'loss 0.50'",
        "printed 'loss 0.52'",
    )
    assert difference(printed("loss 0.5"), printed("cost 0.5"), 0.01) == ("printed 'loss 0.5'", "printed 'cost 0.5'")
    assert difference(gave({"n": [3]}), gave({"n": [4]}), 1) == ("", "")
    assert difference(gave({"n": [3]}), gave({"n": [5]}), 1) == ('gave {"n": [3]}', 'gave {"n": [5]}')
    assert difference(raised("E", "0.50"), raised("E", "0.51"), 0.01) == ("raised E: 0.50", "raised E: 0.51")


def test_steadied() -> None:
    """Addresses go from all texts, and nothing else does."""
    frames = (Frame(1, 1, 2, "f", ADDRESS),)
    parts = (PartResult(f"a {ADDRESS}\n", f"b {ADDRESS}\n", 2, ADDRESS), PartResult("0x7f3a5c0d2f10"))
    outcome = Outcome("raised", parts, Raised("KeyError", ADDRESS, 1, frames, "get"), "d", 1.5, 2.5, drew=True)
    steady = steadied(outcome)
    masked = "<object object at 0x...>"
    assert [(part.stdout, part.stderr) for part in steady.parts] == [
        (f"a {masked}\n", f"b {masked}\n"),
        ("0x7f3a5c0d2f10", ""),  # a number that a program prints is no address
    ]
    assert steady.raised == replace(outcome.raised, message=masked)  # type: ignore[type-var]
    assert replace(steady, parts=parts, raised=outcome.raised) == outcome
    assert [(part.assertions, part.value) for part in steady.parts] == [(2, ADDRESS), (0, None)]
    assert steadied(printed("1")) == printed("1")


LEAVES = st.none() | st.booleans() | st.integers(-3, 3) | st.floats(-3, 3, width=16) | st.sampled_from(["", "a", "1"])
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3)
)
TOLERANCES = st.sampled_from([None, 0.0, 0.25, 1.0])


@given(VALUES, VALUES, TOLERANCES)
def test_same_value_is_even_handed(one: Any, other: Any, tolerance: float | None) -> None:
    """A value is the same as itself; which comes first does not matter; a tolerance only allows for more."""
    assert same_value(one, json.loads(json.dumps(one)), tolerance)
    assert same_value(one, other, tolerance) is same_value(other, one, tolerance)
    assert not same_value(one, other, None) or same_value(one, other, tolerance)


@given(VALUES, VALUES)
def test_other_values_are_told_apart(one: Any, other: Any) -> None:
    """Without a tolerance, values with no float in them are the same only if they are equal to the type."""
    if "." not in json.dumps([one, other]):
        assert same_value(one, other, None) is (json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True))


@given(st.lists(st.sampled_from(["1", "2", "a\nb", ADDRESS, "x "]), max_size=3), st.data())
def test_difference_is_found_in_any_part(texts: list[str], data: st.DataObject) -> None:
    """One part that prints something else is a difference; what is steadied first differs in the same way."""
    before = printed(*texts)
    assert difference(before, steadied(before)) == ("", "")
    if texts:
        index = data.draw(st.sampled_from(range(len(texts))))
        now = printed(*texts[:index], "something else", *texts[index + 1 :])
        words = difference(before, now)
        assert all(words)
        assert words == difference(steadied(before), steadied(now))
