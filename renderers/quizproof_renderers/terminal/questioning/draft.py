"""Drafts: what a learner has typed for a question that is not answered yet."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Draft:
    """What was typed for one question when the test was left."""

    done: tuple[str, ...] = ()
    """Texts that were entered, of answers that take several."""
    typed: str = ""
    """The text after them, entered or not."""
    hints: int = 0
    """How many hints were taken."""

    def __bool__(self) -> bool:
        return bool(self.done or self.typed or self.hints)
