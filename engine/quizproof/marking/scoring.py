"""Scoring: how much a response earns, from 0 to 1. All credit is given here, and every renderer shows `rule` as it is.

- one right response (one option, a number, text, a line): 1 or 0
- several options: (right choices - wrong choices) / keys, and not below 0. "Net correct" scoring, as for multiple true
  and false items: choosing everything earns nothing if at least half of the options are wrong
- blanks, pairs, points: right parts / parts
- ordered lines: the most lines that follow each other as in a right order, whatever is between them / the lines of the
  longer of the two; the right order that agrees most counts
- a program: the checks passed before the first that fails / checks
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from typing import Literal, TypeAlias, assert_never, get_args

from quizproof.displays import (
    Blanks,
    Input,
    LineInput,
    Matching,
    NumberInput,
    OpenInput,
    Options,
    Ordering,
    ProgramInput,
    TextInput,
)

Confidence: TypeAlias = Literal["sure", "unsure", "guess"]
"""How sure learners say they are before they are marked."""
CONFIDENCES: tuple[Confidence, ...] = get_args(Confidence)
"""The surest first."""


ALL_OR_NOTHING = "all or nothing."
"""The rule that every learner expects, so that a renderer can leave it out."""


def rule(asked: Input) -> str:
    """How a question that is answered in this way is scored, in words that continue "Scoring: ".

    asked  the way of answering; only its type counts, and of `Options` whether several must be chosen

        >>> rule(TextInput("2"))
        'all or nothing.'
    """
    match asked:
        case Options(multiple=True):
            return "each right choice earns an equal share, and each wrong choice costs as much; never below zero."
        case Options() | NumberInput() | TextInput() | LineInput():
            return ALL_OR_NOTHING
        case Blanks():
            return "each blank earns an equal share."
        case Ordering():
            return (
                "lines that follow each other as in a right order earn an equal share each, whatever is between them."
            )
        case Matching():
            return "each pair earns an equal share."
        case OpenInput():
            return "self-marked; each point that you made earns an equal share."
        case ProgramInput():
            return "checks run in order; each one that passes before the first failure earns an equal share."
        case _:
            assert_never(asked)


def hint_rule(cost: float) -> str:
    """What hints cost, as a sentence; empty when they are free."""
    return f"Each hint costs {cost * 100:g} % of the full score." if cost else ""


def net_share(chosen: Set[str], right: Set[str]) -> float:
    """The share of `right` that was chosen, less the same for each wrong choice, and not below 0.

    chosen, right  ids of options; at least one is right

    "Net correct" scoring, as the module says: (right choices - wrong choices) / keys.

        >>> net_share({"a", "c"}, {"a", "b"})
        0.0
    """
    return max(0.0, (len(chosen & right) - len(chosen - right)) / len(right))


def even_share(right: Sequence[bool]) -> float:
    """The share of the parts that are right, 0 to 1.

    right  for each part whether it is right; at least one part
    """
    return sum(right) / len(right)


def order_share(given: Sequence[str], orders: Iterable[Sequence[str]]) -> float:
    """The share of lines that follow each other as in the order of `orders` that agrees most.

    given   the ids of the lines, from top to bottom
    orders  every right order, as ids

    It is a share of the longer of the two, so that neither a missing nor an additional line earns anything. One line in
    a wrong place costs that line only.

        >>> order_share(["e", "a", "b", "c", "d"], [["a", "b", "c", "d", "e"]])
        0.8
    """
    return max((len(in_order(given, order)) / max(len(given), len(order)) for order in orders), default=0.0)


def in_order(given: Sequence[str], order: Sequence[str]) -> tuple[int, ...]:
    """The places of lines that follow each other as in `order`: a longest common subsequence, the earliest one.

    given  the ids of the lines, from top to bottom
    order  a right order, as ids

        >>> in_order(["e", "a", "b"], ["a", "b", "e"])
        (1, 2)
    """
    # longest[i][j]: how many lines can be kept of the given ones from place i and the right ones from place j on.
    longest = [[0] * (len(order) + 1) for _ in range(len(given) + 1)]
    for i in reversed(range(len(given))):
        for j in reversed(range(len(order))):
            same = given[i] == order[j]
            longest[i][j] = longest[i + 1][j + 1] + 1 if same else max(longest[i + 1][j], longest[i][j + 1])
    places = []
    i = j = 0
    while i < len(given) and j < len(order):
        if given[i] == order[j]:
            places.append(i)
            i, j = i + 1, j + 1
        elif longest[i + 1][j] >= longest[i][j + 1]:
            i += 1
        else:
            j += 1
    return tuple(places)


def after_hints(score: float, hints: int, cost: float) -> float:
    """What is left of a score after hints; not below 0.

    score  0 to 1
    hints  how many were taken
    cost   of each, as a share of the full score, 0 to 1
    """
    return max(0.0, score - hints * cost)


@dataclass(frozen=True)
class Calibrated:
    """How right a learner was at one level of confidence."""

    confidence: Confidence
    answers: int
    score: float
    """The mean score, 0 to 1."""


def calibration(answers: Iterable[tuple[Confidence, float]]) -> tuple[Calibrated, ...]:
    """The mean score at each level of confidence that was used, the surest first.

    answers  pairs of a level and the score, 0 to 1, after hints

    Confidence changes no score.

        >>> calibration([("sure", 1.0), ("sure", 0.0)])
        (Calibrated(confidence='sure', answers=2, score=0.5),)
    """
    by_level: dict[Confidence, list[float]] = {level: [] for level in CONFIDENCES}
    for confidence, score in answers:
        by_level[confidence].append(score)
    return tuple(Calibrated(level, len(s), sum(s) / len(s)) for level, s in by_level.items() if s)
