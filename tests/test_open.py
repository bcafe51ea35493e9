"""`open`: the points are proven or openly are not, the model answer quotes the run, and learners mark themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizproof.displays import Code, OpenInput, Point, Prose
from quizproof.marking.mark import MalformedResponse, mark

if TYPE_CHECKING:
    from conftest import CatchLie, ProveText

ALIASES = """
- id: q
  kind: open
  prompt: Why does the other list grow, too?
  setup: |
    first = [1]
  code: |
    second = first
    second.append(2)
    print(len(first))
  facts:
    size: len(first)
  answer: |
    Both names stand for one list, which has {{ size }} items and prints {{ stdout }}.
  points:
    - text: Assignment copies nothing.
      proof: |
        assert second is first
    - text: "`append` changes the list in place."
      proof: |
        before = id(first)
        second.append(3)
        assert id(first) == before
        assert first == [1, 2, 3]
    - text: It surprises people.
      unproven: Said by teachers.
  explanation: A name is not a box.
"""


def test_points_are_proven_and_the_answer_quotes_the_run(prove_text: ProveText) -> None:
    """Every point keeps the program behind it, or the reason why there is none."""
    report = prove_text(ALIASES)
    assert report.findings == ()
    shown = report.blocks[0].variants[0].display
    assert shown is not None
    assert isinstance(shown.input, OpenInput)
    told = [(p.id, p.text, p.evidence and p.evidence.summary, p.unproven) for p in shown.input.points]
    assert told == [
        ("a", "Assignment copies nothing.", "A run shows that this is true.", ""),
        ("b", "`append` changes the list in place.", "A run shows that this is true.", ""),
        ("c", "It surprises people.", None, "Said by teachers."),
    ]
    evidence = shown.input.points[1].evidence
    assert evidence is not None
    assert evidence.code.startswith("before = id(first)\n")
    answer = "Both names stand for one list, which has 2 items and prints 2."
    assert shown.answer == answer
    assert shown.solution == (Prose(answer + "\n"), Prose("A name is not a box."))
    assert shown.prompt[1:] == (
        Code("first = [1]\n", "Given"),
        Code("second = first\nsecond.append(2)\nprint(len(first))\n"),
    )
    assert report.summary.unproven == 1
    assert report.blocks[0].status == "unproven"
    assert report.status == "proven"


def test_code_is_optional(prove_text: ProveText) -> None:
    """Without a program, points still have proofs of their own."""
    report = prove_text(
        """
        - id: q
          kind: open
          prompt: Is zero true?
          answer: No.
          points:
            - text: It is false.
              proof: |
                zero = 0
                assert not zero
        """
    )
    assert report.findings == ()
    assert report.blocks[0].status == "proven"


LIES = [
    # text to replace, lie, code, line in the file, message
    ("second is first", "second is not first", "QP212", 22, "point a: the point's proof does not pass"),
    ("== [1, 2, 3]", "== [1, 2]", "QP212", 28, "point b: the point's proof does not pass: `assert first == [1, 2]`"),
    ("assert second is first", "second is first", "QP204", 22, "the proof executed no assertion"),
    ("assert second is first", "assert secnd", "QP208", 22, "the proof itself raised NameError"),
    ("second.append(2)", "second.add(2)", "QP213", 13, "the program raised AttributeError"),
    ("second = first", "second = (first", "QP113", 12, "'(' was never closed"),
    ("first = [1]", "first = [1][3]", "QP209", 10, "the setup raised IndexError"),
    ("{{ size }}", "{{ stated('3', size) }}", "QP218", 18, "the text states 3, but the run gave 2"),
    ("size: len(first)", "size: len(fist)", "QP220", 16, "a fact raised NameError"),
    (
        "unproven: Said by teachers.",
        "why: Nobody knows.",
        "QP107",
        30,
        "unknown key `why`",
    ),
    (
        "unproven: Said by teachers.",
        "unproven: Said.\n      proof: assert first",
        "QP115",
        29,
        "a point needs exactly one of `proof` and `unproven`",
    ),
]


@pytest.mark.parametrize(("old", "new", "code", "line", "message"), LIES)
def test_lies_are_refuted(catch_lie: CatchLie, old: str, new: str, code: str, line: int, message: str) -> None:
    """The right rule, at the right line, in words that name the culprit."""
    catch_lie(ALIASES, old, new, code, line, message)


def test_program_that_crashes_is_told_of_once(prove_text: ProveText) -> None:
    """All points stand on the program; its crash is one finding, not one for each."""
    report = prove_text(ALIASES.replace("second.append(2)", "second.add(2)"))
    assert [f.code for f in report.findings] == ["QP213"]


# ---- marks

POINTS = OpenInput((Point("a", "One."), Point("b", "Two."), Point("c", "Three.", unproven="Taste."), Point("d", "4.")))


@given(st.lists(st.sampled_from("abcd")))
def test_each_point_earns_its_share(made: list[str]) -> None:
    """Ticked in any order, once or twice; nothing ticked is a response, too."""
    given_mark = mark(POINTS, made)
    assert given_mark.score == len(set(made)) / 4
    assert given_mark.right == tuple(id_ in made for id_ in "abcd")
    assert given_mark.correct is (set(made) == set("abcd"))


@pytest.mark.parametrize("response", [["e"], ["a", ""], ["ab"]])
def test_points_that_are_not_there_cannot_be_ticked(response: list[str]) -> None:
    """A response that names something else is refused, never marked."""
    with pytest.raises(MalformedResponse, match="tick the points that you made"):
        mark(POINTS, response)


@pytest.mark.parametrize("response", ["a", 1])
def test_response_is_a_list_of_points(response: str | int) -> None:
    """A text or a number is no list of points."""
    with pytest.raises(MalformedResponse, match="give one response for each part"):
        mark(POINTS, response)
