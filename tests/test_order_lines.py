"""`order-lines`: all orders that pass are found and marked right, all others wrong, and lies are refuted."""

from __future__ import annotations

import itertools
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizproof.displays import Code, Ordering, OrderLine, Prose
from quizproof.marking.mark import MalformedResponse, NeverRun, mark

if TYPE_CHECKING:
    from conftest import CatchLie, ProveText
    from quizproof.proof import Report

AREA = """
- id: q
  kind: order-lines
  prompt: Compute the area, then print it.
  setup: |
    sides = [3, 4]
  lines: |
    width = sides[0]
    height = sides[1]
    area = width * height
    label = f"{area} cm2"
  distractors:
    - line: area = width + height
      mistake: That is half of the perimeter.
  check: |
    assert label == "12 cm2"
"""

LOOP = """
- id: q
  kind: order-lines
  prompt: Sum the squares.
  lines: |
    total = 0
    for n in [1, 2, 3]:
      square = n * n
      total += square
    done = True
  distractors:
    - line: total = square
      mistake: Forgets what was there.
  check: |
    assert total == 14
    assert done
  indentation: true
  most_orders: 1000
"""

GUARD = """
- id: q
  kind: order-lines
  prompt: Order the body of the loop.
  lines: |
    found = []
    for n in [3, -1, 5]:
        if n < 0:
            continue
        found.append(n)
  distractors:
    - line: "    found = [n]"
      mistake: Makes a new list in each round.
  check: |
    assert found == [3, 5]
"""

STEP = """
- id: q
  kind: order-lines
  prompt: Put one step of training in order. An old gradient is still there.
  setup: |
    import torch

    torch.manual_seed(0)
    model = torch.nn.Linear(2, 1)
    loss_fn = torch.nn.MSELoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    x, y = torch.tensor([[1.0, 2.0], [3.0, 4.0]]), torch.zeros(2, 1)
    start = model.weight.detach().clone()
    loss_fn(model(x), y).backward()
    slope = model.weight.grad.clone()
    model.weight.grad.mul_(7)
  lines: |
    optimizer.zero_grad()
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
  distractors:
    - line: optimizer.backward()
      mistake: An optimizer has no backward pass; the loss has.
  check: |
    torch.testing.assert_close(model.weight, start - 0.1 * slope)
"""


def ordering(report: Report) -> Ordering:
    """How the first question is answered; it must be proven without a finding."""
    assert [(f.code, f.place, f.message) for f in report.findings] == []
    return ordering_of(report)


def ordering_of(report: Report) -> Ordering:
    """How the first question is answered."""
    shown = report.blocks[0].variants[0].display
    assert shown is not None
    assert isinstance(shown.input, Ordering)
    return shown.input


def orders_claim(report: Report) -> dict[str, object]:
    """What is reported of the claim about all orders, but for what was printed."""
    (claim,) = (claim for claim in report.blocks[0].claims if claim.what == "orders")
    return {name: value for name, value in claim.evidence.items() if name != "stdout"}


# ---- what is found


def test_every_right_order_is_found(prove_text: ProveText) -> None:
    """Two independent lines can change places, and so both orders are right, without the author saying so."""
    report = prove_text(AREA)
    shown = ordering(report)
    assert shown.orders == (("a", "b", "c", "d"), ("b", "a", "c", "d"))
    assert orders_claim(report) == {"orders": 24, "tried": 24, "right": 2}
    assert shown.complete
    assert [(line.id, line.source, line.distractor) for line in shown.lines] == [
        ("a", "width = sides[0]", False),
        ("b", "height = sides[1]", False),
        ("c", "area = width * height", False),
        ("d", 'label = f"{area} cm2"', False),
        ("e", "area = width + height", True),
    ]
    display = report.blocks[0].variants[0].display
    assert display is not None
    assert display.prompt[1] == Code("sides = [3, 4]\n", "Given")
    assert display.solution[1] == Prose("All 24 orders of these lines were tried: 2 are right.")
    assert display.answer.splitlines()[2] == "area = width * height"
    assert display.evidence is not None
    assert display.evidence.summary == "Runs, and the check passes."


def test_training_step_in_torch(prove_text: ProveText) -> None:
    """Gradients may be zeroed before or after the loss is computed, but not after the backward pass."""
    shown = ordering(prove_text(STEP, runtime="torch"))
    lines = {line.id: line.source.partition("(")[0] for line in shown.lines}
    assert [[lines[id_] for id_ in order] for order in shown.orders] == [
        ["optimizer.zero_grad", "loss = loss_fn", "loss.backward", "optimizer.step"],
        ["loss = loss_fn", "optimizer.zero_grad", "loss.backward", "optimizer.step"],
    ]
    lie = prove_text(STEP.replace("line: optimizer.backward()", "line: model.zero_grad()"), runtime="torch")
    assert [(f.code, f.span.line) for f in lie.findings] == [("QP202", 27)]
    assert "in place of line 1, `optimizer.zero_grad()`, this distractor passes" in lie.findings[0].message


def test_indentation_is_part_of_the_answer(prove_text: ProveText) -> None:
    """Levels come from the author's text, of whatever width, and a harmless other level is right, too."""
    report = prove_text(LOOP)
    shown = ordering(report)
    assert [(line.source, line.indent) for line in shown.lines[:5]] == [
        ("total = 0", 0),
        ("for n in [1, 2, 3]:", 0),
        ("square = n * n", 1),
        ("total += square", 1),
        ("done = True", 0),
    ]
    assert shown.orders == (
        ("a:0", "b:0", "c:1", "d:1", "e:0"),
        ("a:0", "b:0", "c:1", "d:1", "e:1"),
        ("a:0", "b:0", "c:1", "e:1", "d:1"),
        ("a:0", "e:0", "b:0", "c:1", "d:1"),
        ("a:0", "b:0", "e:1", "c:1", "d:1"),
        ("e:0", "a:0", "b:0", "c:1", "d:1"),
    )
    assert orders_claim(report) == {"orders": 960, "tried": 960, "right": 6}
    display = report.blocks[0].variants[0].display
    assert display is not None
    words = "All 960 orders of these lines, counting those with one line a level further in or out, were tried: 6 are"
    assert display.solution[1] == Prose(f"{words} right.")


def test_lines_keep_their_indentation_otherwise(prove_text: ProveText) -> None:
    """Without `indentation`, a line is what it is with its indentation, and so is a distractor."""
    shown = ordering(prove_text(GUARD))
    assert [line.indent for line in shown.lines] == [0, 0, 1, 2, 1, 1]
    assert shown.orders == (("a", "b", "c", "d", "e"),)


def test_equal_lines_can_be_exchanged(prove_text: ProveText) -> None:
    """Who gives the other of two equal lines gives the same program, which is run once."""
    report = prove_text(
        """
        - id: q
          kind: order-lines
          prompt: Call it twice.
          lines: |
            x = [1]
            x.append(2)
            x.append(2)
            x.append(3)
          check: |
            assert x == [1, 2, 2, 3]
        """
    )
    assert ordering(report).orders == (("a", "b", "c", "d"), ("a", "c", "b", "d"))
    assert orders_claim(report) == {"orders": 12, "tried": 12, "right": 1}


def test_too_many_orders_are_cut_and_it_is_said(prove_text: ProveText) -> None:
    """The nearest orders are run, the author is warned, and reports and learners are told how many there were."""
    report = prove_text(AREA + "  most_orders: 4\n")
    assert [(f.code, f.span.line, f.severity) for f in report.findings] == [("QP224", 12, "warning")]
    assert report.findings[0].message == "4 of the 24 orders were tried; a page cannot mark the others"
    assert report.status == "proven"
    assert orders_claim(report) == {"orders": 24, "tried": 4, "right": 2}
    display = report.blocks[0].variants[0].display
    assert display is not None
    assert isinstance(display.input, Ordering)
    assert not display.input.complete
    words = "Of the 24 orders of these lines only the 4 nearest to this one were tried: 2 are right."
    assert display.solution[1] == Prose(f"{words} Another order may be right as well: only a run can say.")


def test_order_that_never_ends_is_wrong(prove_text: ProveText) -> None:
    """A limit that an order hits is no fault of the question."""
    report = prove_text(
        """
        - id: q
          kind: order-lines
          prompt: Count down.
          lines: |
            n = 3
            while n:
                n -= 1
            n = -1
          check: |
            assert n == -1
          limits: {seconds: 1}
        """
    )
    assert ordering(report).orders == (("a", "b", "c", "d"),)


# ---- lies

LIES = [
    # sample, text to replace, lie, code, line in the file, message
    (
        AREA,
        "    width = sides[0]\n    height = sides[1]\n    area = width * height\n",
        "    area = width * height\n    width = sides[0]\n    height = sides[1]\n",
        "QP201",
        12,
        "the lines, in the order in which they are written, fail the check: NameError: name 'width' is not defined",
    ),
    (AREA, "width * height", "width - height", "QP201", 12, "fail the check: `assert label =="),
    (AREA, "width + height", "height * width", "QP202", 17, "in place of line 3, `area = width * height`, this"),
    (AREA, "width + height", "width*height", "QP206", 17, "distractor 1: this distractor is line 3 of the program"),
    (AREA, 'label == "12 cm2"', "sides == [3, 4]", "QP205", 20, "check can fail: the check passes although"),
    (AREA, 'assert label == "12 cm2"', 'label == "12 cm2"', "QP204", 20, "the check executed no assertion"),
    (AREA, 'assert label == "12 cm2"', "assert lable", "QP208", 20, "the check itself raised NameError"),
    (AREA, "sides = [3, 4]", "sides = [3, 4", "QP113", 10, "SyntaxError: '[' was never closed"),
    (AREA, "sides = [3, 4]", "sides = [3, 4][7]", "QP209", 10, "the setup raised IndexError"),
    (LOOP, "total = square", "total += n * n", "QP202", 16, "in place of line 4, `total += square`, this"),
    (LOOP, "total = square", "total += square", "QP206", 16, "this distractor is line 4 of the program"),
    (LOOP, "      square", "    square", "QP113", 12, "IndentationError"),
    (GUARD, '"    found = [n]"', '"    found += [n]"', "QP202", 16, "in place of line 5, `found.append(n)`, this"),
]


@pytest.mark.parametrize(("sample", "old", "new", "code", "line", "message"), LIES)
def test_lies_are_refuted(
    catch_lie: CatchLie, sample: str, old: str, new: str, code: str, line: int, message: str
) -> None:
    """One edit makes a good sample lie, and the finding says which lie, where."""
    report = catch_lie(sample, old, new, code, line, message)
    found = {(finding.code, finding.span.line) for finding in report.findings}
    assert found <= {(code, line), ("QP202", 17)}  # where the check is to blame, it lets the distractor pass
    assert report.blocks[0].status == "refuted"


def test_equal_distractors_are_told(prove_text: ProveText) -> None:
    """Two distractors that are the same line, but for spaces, are one too many."""
    more = "    - line: area = width+height\n      mistake: The same.\n  check"
    report = prove_text(AREA.replace("  check", more, 1))
    assert [(f.code, f.span.line) for f in report.findings] == [("QP206", 19)]
    assert report.findings[0].message == "two distractors are the same line: 'area = width+height', as on line 17"


def test_distractor_without_a_mistake_is_advised_against(prove_text: ProveText) -> None:
    """A wrong line teaches only when it says what is wrong."""
    report = prove_text(AREA.replace("      mistake: That is half of the perimeter.\n", ""))
    assert [(f.code, f.span.line) for f in report.findings] == [("QP303", 17)]


@pytest.mark.parametrize(
    ("old", "new", "code", "line", "message"),
    [
        (AREA[AREA.index("    width") : AREA.index("  distractors")], "    label = 1\n", "QP109", 12, "2 to 12 lines"),
        ("    width = sides[0]\n", "    width = 1\n" * 10, "QP109", 12, "there are 13"),
        ("    width = sides[0]\n", "    pass\n" * 5, "QP109", 12, "too many lines are equal to each other"),
        (
            "    width = sides[0]\n",
            "    if sides:\n        if sides:\n              width = 3\n",
            "QP109",
            12,
            "the indentation of 'width = 3' is not a multiple of 4 spaces",
        ),
        ("    width = sides[0]\n", "    if sides:\n    \twidth = 3\n", "QP109", 12, "indent with spaces"),
        ("line: area = width + height", "line: |\n        area = 1\n        area = 2", "QP109", 18, "one line"),
        ("line: area = width + height", 'line: " area = 2"', "QP115", 6, "not a multiple of 4 spaces"),
        ("  check", "  most_orders: 0\n  check", "QP109", 19, "most_orders"),
        ("  check", "  most_orders: 5041\n  check", "QP109", 19, "most_orders"),
    ],
)
def test_what_cannot_be_put_in_order_is_refused(
    prove_text: ProveText, old: str, new: str, code: str, line: int, message: str
) -> None:
    """The limits of the kind are told where they are passed; the sample without the edit is proven above."""
    assert old in AREA
    report = prove_text(AREA.replace(old, new, 1))
    found = [(f.code, f.span.line, f.message) for f in report.findings]
    assert [(c, at) for c, at, _ in found] == [(code, line)], found
    assert message in found[0][2]


def test_indented_distractor_is_refused_where_learners_indent(prove_text: ProveText) -> None:
    """Its level would be the learner's to give."""
    report = prove_text(LOOP.replace("line: total = square", 'line: "  total = square"'))
    assert [(f.code, f.span.line) for f in report.findings] == [("QP115", 6)]
    assert "must have none" in report.findings[0].message


# ---- orders that nobody tried

FIVE = """
- id: q
  kind: order-lines
  prompt: Add them up.
  lines: |
    a = 1
    b = 2
    total = 0
    for n in (a, b):
        total += n
  check: |
    assert total == 3
  most_orders: 3
"""


def told(form: Ordering, response: list[str]) -> str:
    try:
        return "right" if mark(form, response).correct else "wrong"
    except NeverRun:
        return "not run"


@pytest.mark.parametrize("most", [1, 3])
def test_an_order_that_passes_is_never_told_wrong(prove_text: ProveText, most: int) -> None:
    """Of those that nobody tried it is said; only those that were tried, or that Python refuses, are wrong."""
    few = ordering_of(prove_text(FIVE.replace("most_orders: 3", f"most_orders: {most}")))
    every = ordering(prove_text(FIVE.replace("most_orders: 3", "most_orders: 120")))
    assert (few.sure is None, every.sure) == (False, None)
    found = Counter((told(every, [*order]), told(few, [*order])) for order in itertools.permutations("abcde"))
    assert ("right", "wrong") not in found
    assert ("wrong", "right") not in found
    assert found["right", "right"] + found["right", "not run"] == len(every.orders)
    assert found["right", "not run"] > 0
    assert found["wrong", "wrong"] > 0
    # Lines that are missing, and lines that do not belong, are no matter of a run.
    assert told(few, ["b", "a", "d", "e"]) == "wrong"


def test_indentations_that_nobody_tried(prove_text: ProveText) -> None:
    """Two lines in another level may be right as well; what Python refuses is not."""
    form = ordering(prove_text(LOOP))
    own = list(form.orders[0])
    flat = [f"{line.partition(':')[0]}:0" for line in own]
    assert told(form, own) == "right"
    assert told(form, flat) == "wrong"  # no body after the colon
    assert told(form, [*own[:-1], own[-1].replace(":0", ":1")]) != "not run"  # one line in another level was tried


@pytest.mark.parametrize(
    ("sources", "levels", "refused"),
    [
        (["if a:", "b"], [0, 1], False),
        (["if a:", "b"], [0, 0], True),
        (["a", "b"], [0, 1], True),
        (["a", "b"], [1, 1], True),
        (["a", "if b:"], [0, 0], True),
        (["if a:  # why", "b"], [0, 1], False),
        (["if a: b", "c"], [0, 0], False),
        (["f(", "b)"], [0, 1], False),
        (["a = \\", "b"], [0, 1], False),
        (["a = '''", "b'''"], [0, 1], False),
    ],
)
def test_indentation_that_python_refuses(sources: list[str], levels: list[int], *, refused: bool) -> None:
    """Only where it is sure: each refused program does not parse."""
    lines = tuple(OrderLine(name, source) for name, source in zip("ab", sources, strict=True))
    form = Ordering(lines, (("b:0", "a:0"),), indented=True, sure=0)
    response = [f"{name}:{level}" for name, level in zip("ab", levels, strict=True)]
    assert (told(form, response) == "wrong") is refused
    if refused:
        with pytest.raises(SyntaxError):
            compile(
                "".join(f"{' ' * level}{source}\n" for source, level in zip(sources, levels, strict=True)), "", "exec"
            )


# ---- marks

FOUR = Ordering(
    (
        *(OrderLine(id_, f"line {id_}") for id_ in "abcd"),
        OrderLine("e", "line e", distractor=True, feedback="Not this one."),
    ),
    (("a", "b", "c", "d"), ("b", "a", "c", "d")),
    tried=24,
    total=24,
)
LEVELS = Ordering(
    tuple(OrderLine(id_, id_) for id_ in "abc"), (("a:0", "b:1", "c:0"), ("a:0", "b:1", "c:1")), indented=True
)


@pytest.mark.parametrize(
    ("shown", "response", "score", "feedback"),
    [
        (FOUR, ["a", "b", "c", "d"], 1, ""),
        (FOUR, ["b", "a", "c", "d"], 1, ""),
        (FOUR, ["a", "b", "d", "c"], 0.75, ""),
        (FOUR, ["a", "b", "c"], 0.75, ""),
        (FOUR, ["a", "b", "c", "d", "e"], 0.8, "Not this one."),
        (FOUR, ["e", "a", "b", "c", "d"], 0.8, "Not this one."),
        (FOUR, ["d", "c", "b", "a"], 0.5, ""),
        (LEVELS, ["a:0", "b:1", "c:1"], 1, ""),
        (LEVELS, ["a:0", "b:0", "c:0"], pytest.approx(2 / 3), ""),
        (LEVELS, ["a:1", "b:1", "c:0"], pytest.approx(2 / 3), ""),
        (LEVELS, ["a:0", "b:2", "c:2"], 1, ""),
        (LEVELS, ["a:0", "b:3", "c:0"], 1, ""),
        (LEVELS, ["a:0", "b:2", "c:1"], pytest.approx(2 / 3), ""),
        (LEVELS, ["a:1", "b:2", "c:2"], 0, ""),
    ],
)
def test_marks(shown: Ordering, response: list[str], score: float, feedback: str) -> None:
    """Lines that follow each other as in a right order earn their share of the longer of response and program."""
    given_mark = mark(shown, response)
    assert (given_mark.score, given_mark.feedback) == (score, feedback)
    assert given_mark.correct is (score == 1)


@pytest.mark.parametrize(
    ("shown", "response", "message"),
    [
        (FOUR, [], "put lines in order, each once: a, b, c, d, e"),
        (FOUR, "abcd", "give one response for each part"),
        (FOUR, 3, "give one response for each part"),
        (FOUR, ["a", "a"], "put lines in order, each once: a, b, c, d, e"),
        (FOUR, ["a", "f"], "put lines in order, each once: a, b, c, d, e"),
        (FOUR, ["a:0", "b:0"], "put lines in order, each once: a, b, c, d, e"),
        (LEVELS, ["a", "b", "c"], "give the indentation of each line as a number of levels: a:0, b:1"),
        (LEVELS, ["a:0", "b:-1"], "give the indentation of each line as a number of levels: a:0, b:1"),
        (LEVELS, ["a:0", "a:1"], "put lines in order, each once: a, b, c"),
    ],
)
def test_malformed_responses_are_not_marked(shown: Ordering, response: list[str] | str, message: str) -> None:
    """A response that is no order of the lines is refused, never marked wrong."""
    with pytest.raises(MalformedResponse) as caught:
        mark(shown, response)
    assert str(caught.value) == message


@given(st.permutations("abcd"))
def test_exactly_the_orders_that_passed_are_right(order: list[str]) -> None:
    """Of all orders of the program's lines, those with a passing run earn all, and no other does."""
    given_mark = mark(FOUR, order)
    assert given_mark.correct is (tuple(order) in FOUR.orders)
    assert 0 <= given_mark.score <= 1


@given(st.permutations("abcde"), st.integers(1, 5))
def test_scores_are_shares(order: list[str], length: int) -> None:
    """Whatever lines are used, the score is a share, and all of it only for a right order."""
    given_mark = mark(FOUR, order[:length])
    assert 0 <= given_mark.score <= 1
    assert given_mark.correct is (tuple(order[:length]) in FOUR.orders)


@given(st.lists(st.text(max_size=4), max_size=6))
def test_any_response_is_marked_or_malformed(response: list[str]) -> None:
    """No response makes marking raise anything else."""
    for shown in (FOUR, LEVELS):
        try:
            assert 0 <= mark(shown, response).score <= 1
        except MalformedResponse:
            continue


def test_marks_agree_with_runs(prove_text: ProveText) -> None:
    """Of all orders of a proven question's lines, those are marked right whose program gives the right label."""
    shown = ordering(prove_text(AREA))
    source = {line.id: line.source for line in shown.lines}
    for order in itertools.permutations("abcd"):
        names: dict[str, object] = {"sides": [3, 4]}
        try:
            exec("\n".join(source[id_] for id_ in order), names)
            right = names["label"] == "12 cm2"
        except NameError:
            right = False
        assert mark(shown, order).correct is right
