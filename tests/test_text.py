"""What is shown can neither act on a terminal nor deceive its reader."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizproof_renderers.text import clip, clip_lines, one_line, plural, share, visible

ANY_TEXT = st.text(st.characters(exclude_categories=()))
"""Every code point there is, lone surrogates too."""


def is_safe(char: str) -> bool:
    """Whether a character may reach a terminal as it is."""
    unsafe = unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp")
    overrides = unicodedata.bidirectional(char) in ("LRE", "RLE", "PDF", "LRO", "RLO", "LRI", "RLI", "FSI", "PDI")
    return char in "\n\t" or not (unsafe or overrides)


@given(ANY_TEXT)
def test_nothing_unsafe_is_left(text: str) -> None:
    assert all(map(is_safe, visible(text)))


@given(ANY_TEXT)
def test_what_is_safe_is_untouched(text: str) -> None:
    safe = "".join(filter(is_safe, text))
    assert visible(safe) == safe


@given(ANY_TEXT)
def test_it_is_done_after_once(text: str) -> None:
    assert visible(visible(text)) == visible(text)


@given(ANY_TEXT)
def test_each_character_is_shown_by_itself(text: str) -> None:
    assert visible(text) == "".join(map(visible, text))


@given(ANY_TEXT)
def test_it_can_be_written_in_utf8(text: str) -> None:
    visible(text).encode()


@given(ANY_TEXT)
def test_one_line_is_one(text: str) -> None:
    assert len(one_line(text).splitlines()) <= 1
    assert all(map(is_safe, one_line(text)))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("\x1b[31mred", r"\x1b[31mred", id="escape"),
        pytest.param("a\rb", r"a\rb", id="carriage return"),
        pytest.param("\x00\x07\x7f", r"\x00\x07\x7f", id="C0 and delete"),
        pytest.param("\x9b2J", r"\x9b2J", id="C1"),
        pytest.param("\u202egnirts\u202c", r"\u202egnirts\u202c", id="bidi override"),
        pytest.param("\u2066x\u2069", r"\u2066x\u2069", id="bidi isolate"),
        pytest.param("a\u2028b", r"a\u2028b", id="line separator"),
        pytest.param("\udc80", r"\udc80", id="lone surrogate"),
        pytest.param("a\n\tb", "a\n\tb", id="line break and tab stay"),
        pytest.param("混 é 👩\u200d🔬 \\x1b", "混 é 👩\u200d🔬 \\x1b", id="ordinary text stays"),
    ],
)
def test_escapes(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_one_line_joins_with_a_space() -> None:
    assert one_line(" first \n\n  second\n") == "first second"


def test_clip_says_how_much_is_left_out() -> None:
    assert clip("x" * 12, 12) == "x" * 12
    assert clip("x" * 2012, 12) == "xxxxxxxxxxxx… (2,000 more characters)"


def test_clip_lines_keeps_both_ends() -> None:
    lines = [str(number) for number in range(100)]
    assert clip_lines(lines[:6], 6) == lines[:6]
    assert clip_lines(lines, 6) == ["0", "1", "2", "… 95 more lines …", "98", "99"]


def test_plural() -> None:
    assert [plural(1, "claim"), plural(0, "claim"), plural(2, "quiz"), plural(1, "quiz"), plural(1200, "run")] == [
        "1 claim",
        "0 claims",
        "2 quizzes",
        "1 quiz",
        "1,200 runs",
    ]


@pytest.mark.parametrize(
    ("part", "whole", "words"),
    [(0, 7, "0 %"), (1, 1000, "<1 %"), (1, 8, "12 %"), (999, 1000, ">99 %"), (7, 7, "100 %")],
)
def test_only_nothing_is_0_and_only_all_is_100_percent(part: int, whole: int, words: str) -> None:
    """A share is rounded, but never to what it is not."""
    assert share(part, whole) == words
