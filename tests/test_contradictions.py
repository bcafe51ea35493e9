"""Prose that contradicts its runs: what is warned of, and what honest authors write that must not be."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from quizproof.proving.prose.arithmetic import equations

if TYPE_CHECKING:
    from conftest import ProveText

BLOCKS: dict[str, dict[str, Any]] = {
    "prints 650": {"kind": "predict-output", "prompt": "What is printed?", "code": "n = 13\nm = 50\nprint(n * m)\n"},
    "prints 2 12": {"kind": "predict-output", "prompt": "What?", "code": "xs = [5, 7]\nprint(len(xs), sum(xs))\n"},
    "is 650": {"kind": "number", "prompt": "How many values?", "setup": "a, b = 3, 200", "value": "a * b + 50"},
    "is 0.8947": {
        "kind": "number",
        "prompt": "What is the precision?",
        "setup": "tp, fp = 85, 10",
        "value": "tp / (tp + fp)",
        "tolerance": 0.005,
    },
    "is 144": {
        "kind": "number",
        "prompt": "How many?",
        "value": "12 * 12",
        "mistakes": [{"expression": "12 + 13", "mistake": "A sum."}],
    },
    "raises ValueError": {
        "kind": "predict-output",
        "prompt": "Which exception?",
        "asks": "exception",
        "code": 'n = int("x")\nprint(n)\n',
        "distractors": [{"raises": "TypeError", "mistake": "No."}, {"raises": "NameError", "mistake": "No."}],
    },
    "appends": {
        "kind": "choice",
        "prompt": "Which code adds 3?",
        "setup": "items = [1, 2]",
        "check": "assert items == [1, 2, 3]",
        "options": [
            {"code": "items.append(3)", "key": True},
            {"code": "items.add(3)", "happens": "AttributeError", "mistake": "No."},
            {"code": "items + [3]", "happens": "runs silently", "mistake": "No."},
        ],
    },
    "bug in line 3": {
        "kind": "find-bug",
        "prompt": "Which line?",
        "code": "total = 0\nfor x in [1, 2, 3]:\n    total = x\nmean = total / 3\n",
        "fix": "total = 0\nfor x in [1, 2, 3]:\n    total += x\nmean = total / 3\n",
        "check": "assert mean == 2",
        "happens": "runs silently",
        "mistakes": [{"line": 4, "mistake": "No."}],
    },
    "line 4 raises KeyError": {
        "kind": "find-bug",
        "prompt": "Which line?",
        "code": 'names = {}\nkey = "b"\nnames["a"] = 1\nprint(names[key])\n',
        "fix": 'names = {}\nkey = "b"\nnames["b"] = 1\nprint(names[key])\n',
        "check": "assert key in names",
        "happens": "KeyError",
    },
    "floors": {
        "kind": "choice",
        "prompt": "What does it print?",
        "code": "print(7 // 2)",
        "options": [
            {"prints": "3", "key": True},
            {"prints": "3.5", "mistake": "No."},
            {"prints": "4", "mistake": "No."},
        ],
    },
    "wraps": {
        "kind": "predict-output",
        "prompt": "What?",
        "code": "import ctypes\nprint(ctypes.c_uint8(200 + 100).value)\n",
    },
}

LIES = [
    ("prints 650", "explanation", "So the answer is 640."),
    ("prints 650", "explanation", "The correct answer is **640**."),
    ("prints 650", "explanation", "It prints 640, because both are whole numbers."),
    ("prints 650", "explanation", "`n * m` multiplies them: 13 * 50 = 640."),
    ("prints 650", "explanation", "13 × 50 = 640"),
    ("prints 650", "explanation", "The output is 640."),
    ("prints 650", "steps", "The result is 660."),
    ("prints 650", "explanation", "The program raises a TypeError because they are numbers."),
    ("prints 2 12", "explanation", "It prints 13."),
    ("prints 2 12", "explanation", "5 + 7 = 11, and there are two numbers."),
    ("is 650", "explanation", "There are 3 × 200 weights and 50 biases, which makes 640."),
    ("is 650", "explanation", "The layer has 600 weights and 50 biases: 640 in all."),
    ("is 650", "explanation", "The total is 640."),
    ("is 650", "steps", "600 + 50 = 560"),
    ("is 0.8947", "explanation", "85 / 95 = 0.91"),
    ("is 0.8947", "quick_check", "The answer is 0.91."),
    ("is 144", "explanation", "12 * 12 = 124."),
    ("is 144", "mistakes", "This gives 23."),
    ("raises ValueError", "explanation", "It raises a `TypeError`."),
    ("raises ValueError", "explanation", "The text is no number, so it raises TypeError."),
    ("raises ValueError", "explanation", "The program fails with a KeyError."),
    ("raises ValueError", "explanation", "Line 2 raises ValueError."),
    ("appends", "options 1", "Raises a TypeError: lists have no such method."),
    ("appends", "options 1", "Lists have no `add`, so this raises a `NameError`."),
    ("appends", "options 2", "This raises a `TypeError`."),
    ("bug in line 3", "explanation", "Line 4 overwrites the sum."),
    ("bug in line 3", "explanation", "The bug is in line 2."),
    ("bug in line 3", "explanation", "Line 9 assigns."),
    ("bug in line 3", "mistakes", "Line 2 divides rightly."),
    ("line 4 raises KeyError", "explanation", "The program raises a `TypeError`."),
    ("line 4 raises KeyError", "explanation", "Line 2 sets another key."),
    ("floors", "explanation", "7 // 2 = 4"),
    ("floors", "explanation", "It prints 2, because `//` rounds down."),
    ("wraps", "explanation", "200 + 100 = 45 in one byte."),
]

HONEST = [
    ("prints 650", "explanation", "So the answer is 650: 13 * 50 = 650."),
    ("prints 650", "explanation", "Without the second factor it prints 13."),
    ("prints 650", "explanation", "If m were 40, the answer is 520."),
    ("prints 650", "explanation", "10 * 50 = 500 and 3 * 50 = 150, which gives 650."),
    ("prints 650", "explanation", "You might think that it raises a `TypeError`."),
    ("prints 650", "explanation", "It raises no `TypeError`: both are numbers."),
    ("prints 650", "explanation", "The output is 650, not 63."),
    ("prints 650", "quick_check", "Run it with m = 2: it prints 26."),
    ("prints 650", "explanation", "It prints 3 digits."),
    ("prints 650", "belief", "The answer is 640."),
    ("prints 650", "explanation", "The answer is {{ answer }}, which is 640 and 10."),
    ("prints 650", "explanation", "13 * 50 = 13 * 100 / 2 = 650."),
    ("prints 2 12", "explanation", "There are 2 numbers, and 5 + 7 = 12."),
    ("is 650", "explanation", "The weights are 600, and with 50 biases the total is 650."),
    ("is 650", "explanation", "Each row has 200 weights, which makes 600 for 3 rows; the biases are 50 more."),
    ("is 650", "explanation", "The answer is 650 values: 650 * 4 = 2600 bytes in float32."),
    ("is 650", "steps", "3 * 200 = 600"),
    ("is 650", "explanation", "In uint8 the sum 255 + 1 = 256 does not fit."),
    ("is 0.8947", "explanation", "85 / 95 = 0.89, so the precision is 89 %."),
    ("is 0.8947", "explanation", "85 / (85 + 10) = 85 / 95 = 0.8947"),
    ("is 144", "explanation", "10 * 12 = 120 and 2 * 12 = 24."),
    ("is 144", "explanation", "12^2 = 144 = 100 + 40 + 4"),
    ("is 144", "mistakes", "This gives 25."),
    ("raises ValueError", "explanation", "It raises a `ValueError`; a list instead of a text raises a `TypeError`."),
    ("raises ValueError", "explanation", "A `TypeError` is raised for wrong types, a `ValueError` for wrong values."),
    ("raises ValueError", "explanation", "It raises an `Exception` of the kind `ValueError`."),
    ("raises ValueError", "distractors", "It raises a `TypeError` for wrong types."),
    ("appends", "options 1", "Sets have `add`; on a list, it raises an AttributeError."),
    ("appends", "options 2", "It makes a new list and drops it. `items + 3` raises a `TypeError`."),
    ("appends", "options 2", "Many expect that it raises a `TypeError`."),
    ("appends", "explanation", "`append` takes one item; `extend(3)` raises a `TypeError`."),
    ("bug in line 3", "explanation", "Line 1 is right, and line 3 overwrites it."),
    ("bug in line 3", "steps", "Line {{ line }} overwrites the sum, so line 4 divides the last number."),
    ("bug in line 3", "mistakes", "Line 4 divides rightly."),
    ("bug in line 3", "explanation", "It keeps the last number: 3 / 3 = 1."),
    ("line 4 raises KeyError", "explanation", "Line 3 sets another key, so line 4 raises a `KeyError`."),
    ("line 4 raises KeyError", "explanation", "It raises a `LookupError`, of which `KeyError` is one."),
    ("floors", "explanation", "`//` rounds down, so -7 // 2 is -4 and 7 // 2 = 3."),
    ("floors", "explanation", "In Python 2 it prints 3 for `/` too: 7 / 2 = 3."),
    ("wraps", "explanation", "200 + 100 = 44 in one byte."),
]


def quiz(cases: list[tuple[str, str, str]]) -> str:
    """The blocks of a quiz, one for each sentence."""
    blocks = []
    for number, (name, field, prose) in enumerate(cases):
        block = copy.deepcopy(BLOCKS[name])
        group, _, index = field.partition(" ")
        if group in ("options", "mistakes", "distractors"):
            block[group][int(index or 0)]["mistake"] = prose
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
