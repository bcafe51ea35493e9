"""Hints: given one after the other, and counted, because each may lower the score."""

from __future__ import annotations

from collections.abc import Sequence

from quizproof.displays import Prose
from quizproof.marking import scoring
from quizproof_renderers.terminal.faces.base import Face


class Hints:
    """The hints of one block, and how many were taken."""

    def __init__(self, texts: Sequence[str], cost: float) -> None:
        """None is taken yet.

        texts  in Markdown, in the order in which they are given
        cost   what each takes from the score, 0 to 1
        """
        self.texts = texts
        self.cost = cost
        self.taken = 0

    @property
    def rule(self) -> str:
        """What they cost, in a sentence; empty when there are none or they are free."""
        return scoring.hint_rule(self.cost) if self.texts else ""

    @property
    def left(self) -> int:
        """How many can still be taken."""
        return len(self.texts) - self.taken

    def give(self, face: Face) -> None:
        """Show the next one, before the first one what it costs.

        When none is left, the learner reads so, and nothing is counted.
        """
        if not self.left:
            face.say("There are no more hints." if self.texts else "There are no hints for this question.")
            return
        if not self.taken and self.rule:
            face.say(self.rule)
        text = self.texts[self.taken]
        self.taken += 1
        face.heading(f"Hint {self.taken} of {len(self.texts)}")
        face.contents([Prose(text)])
        face.gap()
