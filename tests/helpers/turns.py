"""What is run anew at each commit, where nothing that carries out runs has changed."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TypeVar

from quizproof.runtimes.sandbox.levels import strongest
from quizproof.store.known import Known
from quizproof.store.lock import NAME, Lock

Each = TypeVar("Each")

_HERE = Path(__file__).parent
_LOCK = _HERE.parent.parent / "questions" / NAME
_TURNS = 3
"""Commits in which, on the average, everything is run anew."""


def in_turn(things: Sequence[Each]) -> Sequence[Each]:
    """The things that have their turn at this commit: a third of them, or all of them (see `_turn`)."""
    turn = _turn()
    return things if turn is None else things[turn::_TURNS]


@cache
def _turn() -> int | None:
    """Which third has its turn, by the digits of the commit; None for all of them.

    That is where the lock of the shipped bank is not believed because it was made by another engine or on other
    versions, as after any change of what carries out runs; with FRESH=1; and outside of a repository.
    """
    if os.environ.get("FRESH") or Known(Lock.read(_LOCK), "committed", strongest()).refusals:
        return None
    asked = subprocess.run(["git", "rev-parse", "HEAD"], cwd=_HERE, capture_output=True, text=True, check=False)
    return int(asked.stdout, 16) % _TURNS if asked.returncode == 0 else None
