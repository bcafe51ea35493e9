"""Commands that learners can copy: they name the bank that the test was asked from, so they work as they are shown."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Commands:
    """Writes commands for one bank."""

    bank: Sequence[str] = ()
    """The files and folders of the bank, as the learner named them; empty for the default."""
    options: Sequence[str] = ()
    """What else the next test gets from this one, such as `--plain`."""

    def take(self, ids: Iterable[str]) -> str:
        """A test of these quizzes and questions: `quizproof take one two --bank mine`."""
        named = [word for path in self.bank for word in ("--bank", path)]
        return shlex.join(["quizproof", "take", *ids, *named, *self.options])

    def resume(self) -> str:
        """Go on with the test that was left last."""
        return shlex.join(["quizproof", "take", "--resume", *self.options])

    def trial(self, file: str, role: Literal["experiment", "question"], id_: str, path: str) -> str:
        """Judge a program in a file: `quizproof try mine.py mine --question one`.

        path  the quiz file, which is named where the bank has several files and folders: `try` takes one
        """
        place = self.bank if len(self.bank) < 2 else (path,)
        return shlex.join(["quizproof", "try", file, *place, f"--{role}", id_])
