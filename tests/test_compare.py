"""When two outputs, or two numbers, count as the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizproof.compare import fold, same_number, same_output


@pytest.mark.parametrize(
    ("one", "other", "tolerance", "same"),
    [
        ("2\n", "2", None, True),
        ("a  \nb\n\n", "a\nb", None, True),
        ("a\n\nb", "a\nb", None, False),
        (" a", "a", None, False),
        ("<f at 0x7f00deadbeef>", "<f at 0x7fff12345678>", None, True),
        ("0xcafebabe", "0xdeadbeef", None, False),
        ("0xff", "0xfe", None, False),
        ("tensor([0.3333])", "tensor([0.3334])", None, False),
        ("tensor([0.3333])", "tensor([0.3334])", 1e-3, True),
        ("tensor([0.3333])", "tensor([0.3534])", 1e-3, False),
        ("loss 1.0 acc 2", "loss 1.0 err 2", 1.0, False),
        ("1 2", "1 2 3", 9.0, False),
        ("layer1: 4", "layer2: 4", 5.0, False),
        ("-1e-3", "1e-3", 0.01, True),
        ("# 1", "1 1", 9.0, False),
        ("# 1", "1 #", 9.0, False),
        ("\0 1", "1 \0", 9.0, False),
    ],
)
def test_same_output(one: str, other: str, tolerance: float | None, same: bool) -> None:
    """Trailing space and addresses never matter; numbers only where a tolerance is given; names always."""
    assert same_output(one, other, tolerance) is same
    assert same_output(other, one, tolerance) is same


@pytest.mark.parametrize(
    "text",
    [
        "<object object at {}>",
        "<generator object <genexpr> at {}>",
        "<bound method Net.forward of <__main__.Net object at {}>>",
        "(<cell at {}: int object at {}>,)",
        "<weakref at {}; to 'Net' at {}>",
        "<asyncio.locks.Event object at {} [unset]>",
        '<code object f at {}, file "x.py", line 2>',
        "[None <object object at {}>]",
        "<md5 _hashlib.HASH object @ {}>",
        "Generator(PCG64) at {}",
    ],
)
def test_addresses_are_masked(text: str) -> None:
    """In all forms that Python and the frameworks print, of any length, and as the author may write it."""
    real = ["0x7f4bfab0e1d0", "0x9d1b20", "0x7F4BFA14D000", "0x000001F2A3B4C5D0", "0x..."]
    masked = fold(text.replace("{}", real[0]))
    assert masked == text.replace("{}", "0x...")
    assert all(same_output(text.replace("{}", address), masked) for address in real)


@given(st.text(), st.floats(0, 10))
def test_output_is_the_same_as_itself(text: str, tolerance: float) -> None:
    """Reflexive, and folding twice changes nothing."""
    assert same_output(text, text, tolerance)
    assert fold(fold(text)) == fold(text)


def test_tolerance_includes_its_bound() -> None:
    """0.3 is within 0.1 of 0.2 although floating point says 0.30000000000000004 - 0.2 > 0.1."""
    assert same_number(0.1 + 0.2, 0.2, 0.1)
    assert not same_number(0.31, 0.2, 0.1)
