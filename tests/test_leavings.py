"""What right answers leave: accepted texts and right orders that pass the check, and differ where it does not look."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from quizproof.kinds.leavings import difference, results

if TYPE_CHECKING:
    from conftest import ProveText

FILLED = """
- id: q
  kind: fill-blank
  prompt: Fill the blank.
  setup: |
    xs = [3, 1, 2]
    name = " Ann "
  code: "{code}"
  check: "{check}"
  blanks:
    how: {{accept: {accept}}}
"""


@pytest.mark.parametrize(
    ("code", "check", "accept", "name"),
    [
        ("clean = name.___how___()", "assert clean[0] == 'A'", "[strip, lstrip]", "`clean`"),
        ("last = ___how___", "assert last == 2", "['xs.pop()', 'xs[-1]']", "`xs`"),
        ("ys = ___how___", "assert len(ys) == 3", "['[*xs]', 'tuple(xs)']", "`ys`"),
        ("n = len(xs); print(___how___)", "assert n == 3", "[n, n + 1]", "the output"),
        ("ys = ___how___", "assert ys == [3, 1, 2]", "['xs[:]', 'list(xs)', 'xs.copy()']", ""),
        ("dim = ___how___; first = xs[dim]", "assert first == 3", "[0, -3]", ""),
        ("tenth = ___how___", "assert 0 < tenth < 1", "[0.1, 0.2]", ""),  # who accepts numbers means them to differ
        ("key = ___how___; ys = sorted(xs, key=key)", "assert ys[0] == 1", "['None', 'lambda x: x']", ""),
        ("import random; y = random.___how___", "assert 0 <= y < 1", "[random(), 'uniform(0, 1)']", ""),
        ("y = ___how___", "assert y > 1.99", "[sum(xs) / len(xs), '(3 + 1 + 2) / 3']", ""),
    ],
)
def test_accepted_texts_agree(code: str, check: str, accept: str, name: str, prove_text: ProveText) -> None:
    """The first thing that differs is named, at the accepted text."""
    report = prove_text(FILLED.format(code=code, check=check, accept=accept))
    found = [finding.message for finding in report.findings if finding.code == "QP256"]
    assert len(found) == bool(name), report.findings
    assert all(f", {name} is " in message for message in found)
    assert report.status == "proven"


ORDERED = """
- id: q
  kind: order-lines
  prompt: Put the lines in order.
  setup: prices = [4, 9, 2]
  lines: |
    {lines}
  check: "{check}"
"""


@pytest.mark.parametrize(
    ("lines", "check", "name"),
    [
        (
            ["prices = [p - 1 for p in prices]", "total = sum(prices)", "best = max(prices)"],
            "assert best == 8",
            "`total`",
        ),
        (["n = 2", "print(n)", "n = n * n"], "assert n == 4", "the output"),
        (["prices = sorted(prices)", "total = sum(prices)"], "assert total == 15", ""),
        (["a = 2", "b = a + 1", "c = a * b"], "assert c == 6", ""),
        (["ages = {{}}", "ages['x'] = 1", "ages['y'] = 2"], "assert len(ages) == 2", ""),
    ],
)
def test_right_orders_agree(lines: list[str], check: str, name: str, prove_text: ProveText) -> None:
    """Two neighbours that can be swapped leave the same, or the difference is named."""
    text = ORDERED.format(lines="\n    ".join(lines).replace("{{", "{").replace("}}", "}"), check=check)
    report = prove_text(text)
    found = [finding.message for finding in report.findings if finding.code == "QP256"]
    assert len(found) == bool(name), report.findings
    assert all(f"then {name} is " in message for message in found)
    assert report.status == "proven"


def test_results_are_what_an_answer_works_for() -> None:
    """Names that it binds and does not read, and those of the setup that it uses."""
    assert results("xs = [1]", "key = len\nys = sorted(xs, key=key)") == {"xs", "ys"}
    assert results("xs = [1]", "key = len\nys = sorted(xs, key=key)", every=True) == {"xs", "ys", "key"}
    assert results("", "a b") == frozenset()


def test_numbers_are_compared_roughly() -> None:
    """They were recorded with few digits; what only one program left is not compared."""
    assert difference({"a": [1.0, "x"]}, {"a": [1.0001, "x"]}) == ""
    assert difference({"a": 1.0}, {"a": 1.01}) == "a"
    assert difference({"a": 1.0}, {"b": 2.0}) == ""
    assert difference(None, {"b": 2.0}) == ""
