"""Prose that contradicts its runs: what is warned of, and what honest authors write that must not be."""

from __future__ import annotations

import copy
import time
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from helpers import prose_blocks, prose_counts, prose_mixed, prose_samples, prose_sums, prose_words
from quizproof.kinds.questions.number import NumberQuestion
from quizproof.proving.prose.computed.arithmetic import equations
from quizproof.proving.prose.computed.literals import Printed, Raises, evaluated
from quizproof.proving.prose.contradictions import contradictions
from quizproof.proving.prose.reasons import of_reasons
from quizproof.proving.prose.sentences import sentences

if TYPE_CHECKING:
    from conftest import ProveText

BLOCKS = prose_samples.BLOCKS | prose_blocks.BLOCKS | prose_words.BLOCKS
SAMPLES = [prose_samples, prose_sums, prose_counts, prose_mixed, prose_words]


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
            block[field] = [prose] if field in ("steps", "hints") else prose
        blocks.append({"id": f"q-{number}", **block})
    return yaml.dump(blocks, Dumper=Literal, sort_keys=False, width=1000)


class Literal(yaml.SafeDumper):
    """Writes code of several lines as `|` blocks."""


Literal.add_representer(
    str,
    lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None),
)


@pytest.mark.parametrize("samples", SAMPLES, ids=lambda module: module.__name__)
def test_lies_are_warned_of_and_truths_are_not(samples: ModuleType, prove_text: ProveText) -> None:
    """Every lie by this rule alone, where it is typed, with what to do; of the truths none."""
    lies, truths = samples.LIES, samples.HONEST
    report = prove_text(quiz(lies))
    warned = {finding.block for finding in report.findings if finding.code == "QP240"}
    assert [case for number, case in enumerate(lies) if f"q-{number}" not in warned] == []
    assert report.status == "proven"
    assert all(finding.help for finding in report.findings if finding.code == "QP240")
    honest = prove_text(quiz(truths))
    assert honest.status == "proven"
    found = [(truths[int((f.block or "q-0")[2:])], f.message) for f in honest.findings if f.code == "QP240"]
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
        ("-7 // 2 = -4", True),
        ("-7 - 2 * -4 = 2", False),
        ("3 * 4 = 6 * 2", True),
        ("3 * 4 = 6 * 3", False),
        ("650 = 3 * 200 + 50", True),
        ("650 = 3 * 200 + 60", False),
        ("17 % 5 = 2", True),
        ("17 % 5 = 3", False),
        ("8 × 28 is 224.", True),
        ("8 times 28 is 234.", False),
        ("total = 3 * 4 = 13", False),
        ("85 / 95 = 89.5 %", True),
        ("85 / 95 = 91 %", False),
        ("`5 ^ 3` = 6", True),
        ("2 ^ 3 = 8", True),
        ("2 ^ 3 = 6", False),
        ("10 / 3 = 3", True),
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
        "a[0] + 3 * 4 = 11",
        "4 * 3 + n = 12",
        "f(3 * 4) = 13",
        "3 * 4 = 13 * n",
        "3 * 4 = 13 million",
        "10-20 = 15 %",
        "2024-02-01 = 3",
        "1 / 0 = 1",
    ],
)
def test_sums_with_names_or_more_to_come_are_left_alone(text: str) -> None:
    assert list(equations(text)) == []


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("'a-b_c'.title()", "A-B_C"),
        ("round(2.5)", 2),
        ('"9" < "10"', False),
        ("1 < 3 > 2", True),
        ("'python'[1:4]", "yth"),
        ("list(zip([1], 'a'))", [(1, "a")]),
        ("sorted({'b', 'a'})", ["a", "b"]),
        ("[1].append(2)", None),
        ("print('a', 1)", Printed("a 1")),
        ("[].pop()", Raises(IndexError)),
        ("[].add(1)", Raises(AttributeError)),
        ("'a' + 1", Raises(TypeError)),
    ],
)
def test_literals_are_worked_out(source: str, value: Any) -> None:
    assert evaluated(source) == value


@pytest.mark.parametrize(
    "source",
    [
        "9 ** 9 ** 9 ** 9",
        "'a' * 10 ** 9",
        "[[[[0] * 100] * 100] * 100] * 100",
        "'%999999999d' % 1",
        "'a'.center(10 ** 9)",
        "range(10 ** 30)",
        "('a' * 9999).join(['b'] * 9999)",
        "('a' * 9999).replace('a', 'b' * 9999)",
        "1 << 10 ** 9",
        "((" * 60 + "1" + "))" * 60,
        "'{:>999999999}'.format(1)",
        "max(range(10 ** 9))",
    ],
)
def test_no_expression_takes_long(source: str) -> None:
    """What would take time or memory is not worked out, whatever a bank says."""
    began = time.perf_counter()
    assert evaluated(source) == Raises(None)
    assert time.perf_counter() - began < 1


@pytest.mark.parametrize(
    "source",
    [
        "__import__('os').getcwd()",
        "().__class__",
        "open('x')",
        "eval('1')",
        "n + 1",
        "lambda: 1",
        "[n for n in 'ab']",
        # Another value in every process.
        "str({'a', 'b'})",
        "list({'a', 'b'})",
        "{'a', 'b'}.pop()",
        "object()",
        "zip([1], [2])",
        "id(1)",
        "1 is 1",
    ],
)
def test_only_literals_are_worked_out(source: str) -> None:
    assert evaluated(source) == Raises(None)


@pytest.mark.parametrize("piece", ["1 ", "1 + ", "1 is 1, ", "1 = 1, ", "`1 + 1` is 2, ", "`", "two ", "(", "2 x "])
@pytest.mark.parametrize("characters", [900, 49_000])
def test_no_sentence_takes_long(piece: str, characters: int) -> None:
    """As many sentences of a length as a text may have; with a loop in a loop over all of it, this takes minutes."""
    sentence = piece * (characters // len(piece)) + ". "
    prose = sentence * (49_900 // len(sentence))
    block = NumberQuestion(id="q", kind="number", prompt="How many?", value="3", explanation=prose)
    began = time.process_time()
    assert list(contradictions(block, {}, {}, ())) == []
    assert time.process_time() - began < 5


@pytest.mark.parametrize(
    ("runtime", "false", "true"),
    [
        ("torch", "Tensors are immutable.", "Some views of tensors are immutable."),
        ("torch", "`detach` copies the values.", "`detach().clone()` copies the values."),
        ("torch", "`backward()` overwrites the gradients.", "`backward()` adds to the gradients."),
        ("torch", "`model.eval()` turns off gradients.", "`model.eval()` turns off dropout, and leaves gradients."),
        ("tensorflow", "This fails, because variables are immutable.", "It fails, because tensors are immutable."),
        ("python", "`range(3)` includes its end.", "Nobody says that `range(3)` includes its end."),
    ],
)
def test_false_reasons_by_runtime(runtime: str, false: str, true: str) -> None:
    """What is false of a framework is reported where a quiz runs with it."""
    assert [found for each in sentences(false) for found in of_reasons(each, runtime, "")]
    assert [found for each in sentences(true) for found in of_reasons(each, runtime, "")] == []
