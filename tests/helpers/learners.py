"""Simulated learners, who answer by the two-parameter logistic model; and quizzes with faults that we planted."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass

from quizproof_renderers.analysis.marks import MarkRow

OPTIONS = ("a", "b", "c", "d")
DISTRACTORS = ("b", "c", "d")


@dataclass(frozen=True)
class Item:
    """A simulated choice; its true answer is `a`."""

    name: str
    difficulty: float = 0.0
    """The ability with which half of the learners know the answer."""
    slope: float = 1.3
    """How sharply ability decides; 0 for not at all."""
    key: tuple[str, ...] = ("a",)
    """What is marked as right: another than `a` is a false key."""
    also: str = ""
    """An option that is right as well, which half of those who know it choose."""
    dead: tuple[str, ...] = ()
    """Distractors that nobody chooses."""


def simulate(items: Sequence[Item], learners: int, seed: int) -> tuple[MarkRow, ...]:
    """The marks of so many learners of normal ability."""
    draw = random.Random(seed)
    rows = []
    for number in range(learners):
        ability = draw.gauss(0, 1)
        for item in items:
            knows = draw.random() < 1 / (1 + math.exp(-item.slope * (ability - item.difficulty)))
            if knows:
                chosen = item.also if item.also and draw.random() < 0.5 else "a"
            else:
                chosen = draw.choice([each for each in DISTRACTORS if each not in (*item.dead, item.also)])
            score = float(chosen in item.key)
            rows.append(MarkRow(f"l{number:03}", "simulated", item.name, "choice", (chosen,), OPTIONS, score))
    return tuple(rows)


SOUND = tuple(Item(f"sound-{number}", difficulty=-1.5 + 0.25 * number) for number in range(12))
"""Items without a fault."""
FAULTY = (
    Item("false-key", key=("c",)),
    Item("second-right", also="d", difficulty=-0.5),
    Item("dead-distractor", difficulty=0.2, dead=("b",)),
    Item("guesswork", slope=0.0, difficulty=0.0),
)
"""One item with each fault."""
