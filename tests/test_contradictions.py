"""Prose that contradicts its runs: what is warned of, and what honest authors write that must not be."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

import pytest
import yaml

from helpers.prose_samples import BLOCKS, HONEST, LIES
from quizproof.proving.prose.arithmetic import equations

if TYPE_CHECKING:
    from conftest import ProveText


def quiz(cases: list[tuple[str, str, str]]) -> str:
    """The blocks of a quiz, one for each sentence."""
    blocks = []
    for number, (name, field, prose) in enumerate(cases):
        block = copy.deepcopy(BLOCKS[name])
        group, _, index = field.partition(" ")
        if group == "stages":
            block[group][int(index)]["note"] = prose
        elif group in ("options", "mistakes", "distractors"):
            option = block[group][int(index or 0)]
            option["why" if "key" in option else "mistake"] = prose
        else:
            block[field] = [prose] if field == "steps" else prose
        blocks.append({"id": f"q-{number}", **block})
    return yaml.dump(blocks, Dumper=Literal, sort_keys=False, width=1000)


class Literal(yaml.SafeDumper):
    """Writes code of several lines as `|` blocks."""


Literal.add_representer(
    str,
    lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None),
)


def test_lies_are_warned_of_and_truths_are_not(prove_text: ProveText) -> None:
    """Every lie by this rule alone, where it is typed, with what to do; of the truths none."""
    report = prove_text(quiz(LIES))
    warned = {finding.block for finding in report.findings if finding.code == "QP240"}
    assert [case for number, case in enumerate(LIES) if f"q-{number}" not in warned] == []
    assert report.status == "proven"
    assert all(finding.help for finding in report.findings)
    honest = prove_text(quiz(HONEST))
    assert honest.status == "proven"
    found = [(HONEST[int((f.block or "q-0")[2:])], f.message) for f in honest.findings if f.code == "QP240"]
    assert found == []


def test_place_and_expression(prove_text: ProveText) -> None:
    """The number itself is pointed at, and what to write instead is named."""
    text = """
        - id: q
          kind: number
          prompt: How many?
          value: 650
          explanation: |
            There are 600 weights.
            So the answer is 640.
    """
    (finding,) = prove_text(text).findings
    assert (finding.code, finding.message) == ("QP240", "the text says 640, but the run gave 650")
    assert finding.help == "Write `{{ value }}` instead, which cannot drift."
    assert (finding.span.line, finding.span.column) == (12, 24)


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("3 * 200 + 50 = 650", True),
        ("3 * 200 + 50 = 640", False),
        ("1,000 * 3 = 3,000", True),
        ("28 x 28 = 784", True),
        ("2^10 = 1024", True),
        ("(28 - 3) / 2 + 1 = 13", True),
        ("85 / 95 = 0.894", True),
        ("85 / 95 = 0.895", True),
        ("85 / 95 = 0.896", False),
        ("85 / 95 = 89.5", True),
        ("7 // 2 = 3", True),
        ("7 // 2 = 4", False),
        ("0.1 + 0.2 = 0.3", True),
        ("`3 * 4 = 13`", False),
    ],
)
def test_sums_are_worked_out(text: str, holds: bool) -> None:
    (equation,) = equations(text)
    assert equation.holds is holds


@pytest.mark.parametrize(
    "text",
    [
        "x = 3",
        "n * 3 = 4",
        "x1 + 2 = 4",
        "-7 // 2 = -4",
        "a[0] + 3 * 4 = 11",
        "4 * 3 + n = 12",
        "3 * 4 = 6 * 2",
        "1 / 0 = 1",
    ],
)
def test_sums_with_names_or_more_to_come_are_left_alone(text: str) -> None:
    assert list(equations(text)) == []
