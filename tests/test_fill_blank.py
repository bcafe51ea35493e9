"""`fill-blank`: proven samples, lies refuted at their line, and marks for each gap."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizproof.displays import Blank, Blanks, Code, Mistake
from quizproof.marking.mark import MalformedResponse, NeverRun, mark

if TYPE_CHECKING:
    from conftest import CatchLie, ProveText
    from quizproof.displays import Display
    from quizproof.proof import Report

SORTED = """
- id: q
  kind: fill-blank
  prompt: Sort the names by length, the longest first.
  setup: |
    names = ["Bo", "Anna", "Eve"]
  code: |
    names.___method___(
        key=___key___, reverse=True)
  check: |
    assert names == ["Anna", "Eve", "Bo"]
  blanks:
    method:
      accept: [sort]
      mistakes:
        - text: sorted
          mistake: That is a function, not a method.
          happens: "AttributeError: no attribute 'sorted'"
    key:
      accept: [len, "lambda name: len(name)"]
      mistakes:
        - text: "'len'"
          mistake: A text cannot be called.
          happens: TypeError
        - text: None
          mistake: Sorts by the alphabet.
          happens: runs silently
  explanation: It prints nothing{{ stdout }}.
"""

FREEZE = """
- id: q
  kind: fill-blank
  prompt: Freeze the first layer.
  setup: |
    from torch import nn
    model = nn.Sequential(nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, {{ n }}))
  params: {n: [2, 5]}
  code: |
    for p in model[___which___].parameters():
        p.requires_grad = ___value___
  check: |
    assert [p.requires_grad for p in model.parameters()] == [False, False, True, True]
  blanks:
    which:
      accept: [0, -3]
      mistakes:
        - {text: 2, mistake: Freezes the head., happens: runs silently}
    value:
      accept: ["False"]
      mistakes:
        - {text: true, mistake: This is no Python., happens: NameError}
        - {text: None, mistake: It must be a bool., happens: "RuntimeError: must be a bool"}
"""


def display(report: Report, variant: int = 0) -> Display:
    shown = report.blocks[0].variants[variant].display
    assert shown is not None
    return shown


def blanks(report: Report) -> Blanks:
    shown = display(report).input
    assert isinstance(shown, Blanks)
    return shown


@pytest.mark.parametrize(("text", "runtime"), [(SORTED, "python"), (FREEZE, "torch")], ids=["python", "torch"])
def test_good_samples_are_proven(prove_text: ProveText, text: str, runtime: str) -> None:
    """The acceptance beside every refusal below: no finding, and nothing refuted."""
    report = prove_text(text, runtime=runtime)
    assert [(f.code, f.message) for f in report.findings] == []
    assert report.status == "proven"
    assert {claim.verdict for claim in report.blocks[0].claims} == {"proven"}


LIES = [
    ("accept: [sort]", "accept: [index]", "QP201", 18, "filled with `index`, `len`: the program filled with `index`"),
    ("accept: [sort]", "accept: [sort, reverse]", "QP201", 18, "filled with `reverse`, `len`: the program filled with"),
    ('"lambda name: len(name)"', "max", "QP201", 24, "filled with `sort`, `max`: the program filled with"),
    ('"lambda name: len(name)"', "lenght", "QP201", 24, "filled with `sort`, `lenght`: the program filled with"),
    (
        '"lambda name: len(name)"',
        '"len("',
        "QP113",
        24,
        "filled with `sort`, `len(`: SyntaxError: '(' was never closed",
    ),
    ("text: sorted", "text: sort", "QP202", 20, "mistake 1 of method: the check passes with the mistake `sort`"),
    (
        "attribute 'sorted'",
        "attribute 'srt'",
        "QP203",
        22,
        "mistake 1 of method: `happens: AttributeError: no attribute",
    ),
    (
        "happens: runs silently",
        "happens: ValueError",
        "QP203",
        31,
        "mistake 2 of key: `happens: ValueError` is not what",
    ),
    ("text: None\n", "text: nill\n", "QP203", 31, "mistake 2 of key: `happens: runs silently` is not what happened"),
    ("assert names ==", "names ==", "QP204", 15, "the check executed no assertion that could fail"),
    ('assert names == ["Anna", "Eve", "Bo"]', "assert names", "QP205", 15, "check can fail: the check passes although"),
    ('assert names == ["Anna", "Eve", "Bo"]', "names.check()", "QP208", 15, "the check itself raised AttributeError"),
    ('names = ["Bo",', 'names = [bo, "Bo",', "QP209", 10, "the setup raised NameError"),
    ("[len, ", "[len, ' len ', ", "QP206", 24, "two texts for a gap are the same: 'len' and 'len'"),
    ('"lambda name: len(name)"', '"lambda n: len( n )", "lambda n:len(n)"', "QP206", 24, "two texts for a gap are the"),
    ("___key___", "len", "QP115", 6, "`blanks` has `key`, but `code` has no blank `___key___`"),
    ("reverse=True", "reverse=___how___", "QP115", 6, "the blank `___how___` is in `code`, but not in `blanks`"),
    ("reverse=True", "reverse=___key___", "QP115", 6, "the blank `___key___` is in `code` more than once"),
    ("accept: [sort]", "accept: []", "QP109", 18, "`accept` takes at least 1 item, and has 0"),
    ("accept: [sort]", "accept: [' ']", "QP109", 18, "item 1: write text of one line that is not empty"),
    ("accept: [sort]", 'accept: ["sort\\nsort"]', "QP109", 18, "item 1: write text of one line that is not empty"),
]


@pytest.mark.parametrize(("old", "new", "code", "line", "message"), LIES)
def test_lies_are_refuted(catch_lie: CatchLie, old: str, new: str, code: str, line: int, message: str) -> None:
    """The right rule, at the right line, in words that name the culprit."""
    catch_lie(SORTED, old, new, code, line, message)


def test_accident_points_at_the_text(prove_text: ProveText) -> None:
    """A mistake that fails by accident is reported where it is listed, not at its line in `code`."""
    report = prove_text(
        SORTED.replace("text: None\n", "text: nill\n").replace("          happens: runs silently\n", "")
    )
    (finding,) = report.findings
    assert (finding.code, finding.span.line) == ("QP207", 29)
    assert (
        finding.message
        == "mistake 2 of key: it failed by NameError: name 'nill' is not defined, which looks like an accident"
    )


def test_every_combination_is_run(prove_text: ProveText) -> None:
    """Two accepted texts that do not go together are found, at the later one."""
    text = """
        - id: q
          kind: fill-blank
          prompt: Make 6.
          code: |
            x = ___a___ * ___b___
          check: assert x == 6
          blanks:
            a: {accept: ["2", "3", "6"]}
            b: {accept: ["3"]}
    """
    report = prove_text(text)
    assert [(f.code, f.span.line) for f in report.findings] == [("QP201", 13), ("QP201", 13)]
    assert report.findings[0].message.startswith("filled with `3`, `3`: the program filled with `3`, `3` fails")


def test_of_many_combinations_each_text_is_run(prove_text: ProveText) -> None:
    """Beyond 64, each accepted text with the first of the other gaps; the lie is found all the same."""
    names = "abcd"
    gaps = " + ".join(f"___{name}___" for name in names)
    each = "".join(f"    {name}: {{accept: ['1', '2 - 1', '3 - 2']}}\n" for name in names)
    text = (
        f"- id: q\n  kind: fill-blank\n  prompt: Make 4.\n  code: x = {gaps}\n  check: assert x == 4\n  blanks:\n{each}"
    )
    report = prove_text(text)
    assert [(f.code, f.message) for f in report.findings] == []
    assert sum(claim.what.startswith("filled") for claim in report.blocks[0].claims) == 1 + 2 * 4
    lying = prove_text(text.replace("c: {accept: ['1', '2 - 1', '3 - 2']}", "c: {accept: ['1', '2 - 1', '3 - 1']}"))
    assert [(f.code, f.span.line) for f in lying.findings] == [("QP201", 14)]


def test_display(prove_text: ProveText) -> None:
    """Gaps in the order of the program, the first accepted texts as the answer, and each mistake with its run."""
    report = prove_text(FREEZE, runtime="torch")
    shown = display(report)
    assert shown.answer == "`0`, `False`"
    assert isinstance(shown.input, Blanks)
    assert shown.input.source == ("for p in model[___which___].parameters():\n    p.requires_grad = ___value___")
    assert [(b.name, b.accepted) for b in shown.input.blanks] == [("which", ("0", "-3")), ("value", ("False",))]
    (head,) = shown.input.blanks[0].mistakes
    assert head.evidence is not None
    assert head.evidence.summary == "Runs without an error, but the check fails."
    filled = shown.solution[0]
    assert isinstance(filled, Code)
    assert filled.highlight == (1, 2)
    assert filled.source == "for p in model[0].parameters():\n    p.requires_grad = False\n"


def test_marks(prove_text: ProveText) -> None:
    """Right, partly right with the mistake's feedback, wrong, and malformed."""
    shown = blanks(prove_text(SORTED))
    assert mark(shown, ["sort", "lambda name : len( name )"]).correct
    half = mark(shown, ["sort", "None"])
    assert (half.score, half.feedback, half.right) == (0.5, "Sorts by the alphabet.", (True, False))
    assert half.evidence is not None
    quotes = mark(shown, ["sorted", '"len"'])
    assert (quotes.score, quotes.right) == (0, (False, False))
    assert quotes.feedback == "That is a function, not a method.\n\nA text cannot be called."
    for response in (["sort"], ["sort", " "], ["sort", "len", "len"], "sort", 3):
        with pytest.raises(MalformedResponse):
            mark(shown, response)


TEXTS = st.sampled_from(["a", "b", "c", "f(a, 'x')", 'f(a,"x")', "lambda n: n", "None"])
SHOWN = Blanks(
    "x = ___p___ + ___q___",
    (
        Blank("p", ("a", "f(a, 'x')"), (Mistake("None", "No."),)),
        Blank("q", ("lambda n: n",), (Mistake("b", "Not b."),)),
    ),
)


@given(TEXTS, TEXTS)
def test_score_is_the_share_of_gaps(one: str, other: str) -> None:
    """Between 0 and 1, as the gaps say one by one, whatever the spacing and the quotes."""
    right = _right([one, other])
    spaced = [text.replace("(", " ( ").replace(",", " , ").replace("'", '"') for text in (one, other)]
    assert _right([f" {spaced[0]}\t", spaced[1]]) == right
    if None not in right:
        assert mark(SHOWN, [one, other]).score == right.count(True) / 2


def _right(texts: list[str]) -> tuple[bool | None, ...]:
    try:
        return mark(SHOWN, texts).right
    except NeverRun as error:
        return error.right


@pytest.mark.parametrize(
    ("text", "right"),
    [
        (".9", True),
        ("0.90", True),
        ("9e-1", True),
        ("( 0.9 )", True),
        ("1 - 0.1", True),
        ("1 - .1", True),
        ("0.1", False),
        (".1", False),
        ("9", None),
        ("0.9 if x else 1", None),
        ("0.9) #", True),
        ("0.9, 1", None),
        ("\u22120.9", None),
        ("1 \u2212 0.1", True),
    ],
)
def test_what_makes_the_same_program_is_right(text: str, right: bool | None) -> None:
    """By value or by tree; a foreseen mistake is wrong, however it is written; of the rest only a run can say."""
    form = Blanks("layer = f(momentum=___value___)", (Blank("value", ("0.9", "1 - 0.1"), (Mistake("0.1", "Other."),)),))
    if right is None:
        with pytest.raises(NeverRun) as refusal:
            mark(form, [text])
        assert refusal.value.right == (None,)
    else:
        assert mark(form, [text]).correct is right


def test_every_accepted_filling_is_right() -> None:
    """All of them earn the full score."""
    for filling in itertools.product(*(blank.accepted for blank in SHOWN.blanks)):
        assert mark(SHOWN, list(filling)).correct
