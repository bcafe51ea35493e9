"""The setting of a test: what every question is put with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from quizproof_renderers.terminal.faces.base import Face
from quizproof_renderers.terminal.forms.base import Desk
from quizproof_renderers.terminal.questioning.commands import Commands
from quizproof_renderers.terminal.reader import Reader
from quizproof_renderers.terminal.record import OnMark
from quizproof_renderers.terminal.selection import Item

if TYPE_CHECKING:
    from quizproof.claims import Program
    from quizproof.outcome import Outcome
    from quizproof.proof import QuizProof
    from quizproof.proving.trial import Trial

Runner: TypeAlias = "Callable[[QuizProof, Program], Outcome]"
"""Runs a program as those of a quiz are run, and waits for its outcome."""
Trier: TypeAlias = "Callable[[QuizProof, str, str, str], Trial]"
"""Judges a script by an experiment of a quiz: its id, the text of the script, and what it is called in tracebacks.

Raises CannotVerify when it could not be run."""


@dataclass(frozen=True)
class Setting:
    """What a question needs to be put."""

    face: Face
    reader: Reader
    runner: Runner | None = None
    """None where nothing can be run."""
    trier: Trier | None = None
    on_mark: OnMark | None = None
    is_exam: bool = False
    """Whether nothing is marked before all answers are handed in."""
    commands: Commands = field(default_factory=Commands)
    on_shown: Callable[[QuizProof], None] | None = None
    """Called when a block is on screen, with its quiz, before the learner is asked."""

    def shown(self, item: Item) -> None:
        """Say that a block is on screen."""
        if self.on_shown:
            self.on_shown(item.quiz)

    def desk(self, item: Item) -> Desk:
        """What a form may use to mark an answer to a question."""
        run = partial(self.runner, item.quiz) if self.runner else None
        return Desk(self.face, self.reader, run)
