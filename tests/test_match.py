"""`match`: every pairing is run; pairs hold, all others fail, and lies are refuted at their line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizproof.displays import Code, Matching, MatchItem, Prose
from quizproof.marking.mark import MalformedResponse, mark

if TYPE_CHECKING:
    from conftest import CatchLie, ProveText
    from quizproof.displays import Display
    from quizproof.proof import Report

CONTAINERS = """
- id: q
  kind: match
  prompt: What belongs to what?
  setup: |
    letters = "hello"
  pairs:
    - code: made = list(letters)
      match: keeps order and repetition
      check: |
        made = [*made]
        assert made == ["h", "e", "l", "l", "o"] and type(letters) is str
        made.append("x")
    - code: made = set(letters)
      match: keeps neither
      check: |
        assert len(made) == 4
        assert not hasattr(made, "keys")
    - code: |
        made = dict.fromkeys(letters)
        size = len(made)
      text: the keys of a new dictionary
      match: keeps order, and each letter once
      check: |
        assert list(made) == ["h", "e", "l", "o"]
  extras:
    - match: sorts the letters
      check: |
        assert list(made) == sorted(letters)
      mistake: None of them compares letters.
  explanation: Each keeps something else.
"""

LOSSES = """
- id: q
  kind: match
  prompt: Which target does each loss take, for logits of two samples and three classes?
  setup: |
    import torch
    import torch.nn as nn

    logits = torch.zeros(2, 3)
  pairs:
    - code: loss = nn.CrossEntropyLoss(label_smoothing=0.0)
      match: class indices, one a sample
      check: |
        target = torch.tensor([0, 1])
        assert loss(logits, target) > 1
    - code: loss = nn.BCEWithLogitsLoss()
      match: a float, 0 or 1, for each sample and class
      check: |
        target = torch.eye(3)[:2]
        assert abs(loss(logits, target) - torch.log(torch.tensor(2.0))) < 1e-6
"""


def display(report: Report) -> Display:
    """How the first question is shown; it must be proven without a finding."""
    assert [(f.code, f.place, f.message) for f in report.findings] == []
    shown = report.blocks[0].variants[0].display
    assert shown is not None
    return shown


def test_pairs_are_proven_and_shown(prove_text: ProveText) -> None:
    """A pair's left side is its code, or words for it; extras come last on the right."""
    report = prove_text(CONTAINERS)
    shown = display(report)
    assert isinstance(shown.input, Matching)
    assert [(item.id, item.content) for item in shown.input.left] == [
        ("a", Code("made = list(letters)")),
        ("b", Code("made = set(letters)")),
        ("c", Prose("the keys of a new dictionary")),
    ]
    assert [(item.id, item.content, item.feedback) for item in shown.input.right] == [
        ("1", Prose("keeps order and repetition"), ""),
        ("2", Prose("keeps neither"), ""),
        ("3", Prose("keeps order, and each letter once"), ""),
        ("4", Prose("sorts the letters"), "None of them compares letters."),
    ]
    assert shown.input.key == ("1", "2", "3")
    assert shown.answer.splitlines() == [
        "made = list(letters) → keeps order and repetition",
        "made = set(letters) → keeps neither",
        "the keys of a new dictionary → keeps order, and each letter once",
    ]
    assert shown.prompt[1] == Code('letters = "hello"\n', "Given")
    assert shown.solution[0] == Prose("Each keeps something else.")
    assert isinstance(shown.solution[3], Code)
    assert shown.solution[3].source.startswith("made = dict.fromkeys(letters)\nsize = len(made)\n\nassert list(made)")
    names = [claim.what for claim in report.blocks[0].claims]
    assert names == [
        *("pair 1", "pair 2", "pair 3", "pair 1 alone", "pair 2 alone", "pair 3 alone", "extra 1", "options differ")
    ]
    # Every pairing; each key again under other conditions, and the wrong pairings of the set as well.
    assert report.summary.runs == 3 * 4 + 3 + 3


def test_losses_in_torch(prove_text: ProveText) -> None:
    """A check may raise another error after the code of another pair: it fails there, and that is all it must."""
    shown = display(prove_text(LOSSES, runtime="torch"))
    assert isinstance(shown.input, Matching)
    assert shown.input.key == ("1", "2")


LIES = [
    # text to replace, lie, code, line in the file, message
    ("made = set(letters)", "made = list(letters)", "QP201", 21, "pair 2: the code fails the check of its own match"),
    (
        '["h", "e", "l", "o"]',
        "list(dict.fromkeys(made))",
        "QP401",
        29,
        "pair 3 alone: the program finished, but with its sets in another order it raised AssertionError",
    ),
    ("len(made) == 4", "len(made) >= 4", "QP202", 21, "`made = list(letters)` matches too"),
    ("list(made) == sorted(letters)", "len(made) == 5", "QP202", 33, "extra 1: `made = list(letters)` matches too"),
    ("list(made) == sorted(letters)", "maed == sorted(letters)", "QP208", 33, "the check itself raised NameError"),
    ("assert list(made) == [", "made == [", "QP204", 29, "the check executed no assertion"),
    ("made = [*made]", "made = [*mad]", "QP208", 15, "the check itself raised NameError: name 'mad' is not defined"),
    ("made = set(letters)", "made = set(letters", "QP113", 18, "'(' was never closed"),
    ('letters = "hello"', 'letters = "hello"[9]', "QP209", 10, "the setup raised IndexError"),
    (
        "keeps neither",
        "keeps order and repetition",
        "QP206",
        19,
        "two items are the same: 'keeps order and repetition'",
    ),
    ("the keys of a new dictionary\n", "made\n    - code: made = {}\n", "QP108", 23, "`match` is missing"),
]


@pytest.mark.parametrize(("old", "new", "code", "line", "message"), LIES)
def test_lies_are_refuted(catch_lie: CatchLie, old: str, new: str, code: str, line: int, message: str) -> None:
    """The right rule, at the right line, in words that name the culprit."""
    catch_lie(CONTAINERS, old, new, code, line, message)


def test_extra_without_a_mistake_is_advised_against(prove_text: ProveText) -> None:
    """What belongs to nothing teaches only when it says why."""
    report = prove_text(CONTAINERS.replace("      mistake: None of them compares letters.\n", ""))
    assert [(f.code, f.span.line) for f in report.findings] == [("QP303", 31)]


# ---- marks

THREE = Matching(
    tuple(MatchItem(id_, Prose(id_)) for id_ in "abc"),
    (*(MatchItem(id_, Prose(id_)) for id_ in "123"), MatchItem("4", Prose("4"), "Belongs to nothing.")),
    ("1", "2", "3"),
)


@pytest.mark.parametrize(
    ("response", "right", "feedback"),
    [
        (["1", "2", "3"], (True, True, True), ""),
        (["1", "3", "2"], (True, False, False), ""),
        (["2", "3", "1"], (False, False, False), ""),
        (["1", "1", "1"], (True, False, False), ""),
        (["4", "2", "4"], (False, True, False), "Belongs to nothing."),
    ],
)
def test_marks(response: list[str], right: tuple[bool, ...], feedback: str) -> None:
    """Each pair earns its share."""
    given_mark = mark(THREE, response)
    assert (given_mark.right, given_mark.feedback) == (right, feedback)
    assert given_mark.score == sum(right) / 3


@pytest.mark.parametrize("response", [[], ["1", "2"], ["1", "2", "3", "4"], ["1", "2", "5"], ["1", "2", ""]])
def test_malformed_responses_are_not_marked(response: list[str]) -> None:
    """A response that leaves an item alone, or names one that is not there, is refused."""
    with pytest.raises(MalformedResponse, match="give every item on the left one of the items on the right"):
        mark(THREE, response)
    with pytest.raises(MalformedResponse, match="give one response for each part"):
        mark(THREE, "123")


@given(st.lists(st.sampled_from("1234"), min_size=3, max_size=3))
def test_score_is_the_share_of_pairs(response: list[str]) -> None:
    """However items are matched, the score is the share of the pairs that are right."""
    given_mark = mark(THREE, response)
    assert given_mark.score == sum(a == b for a, b in zip(response, "123", strict=True)) / 3
    assert given_mark.correct is (response == ["1", "2", "3"])
