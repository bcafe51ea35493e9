"""What is run anew at each commit, of what the committed lock knows."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

from quizproof.runtimes.sandbox.levels import strongest
from quizproof.store.known import Known
from quizproof.store.lock import Lock

Each = TypeVar("Each")

_TURNS = 3
"""Commits in which, on the average, everything is run anew."""


def in_turn(things: Sequence[Each], lock: Lock) -> Sequence[Each]:
    """The things that have their turn at this commit: a third of them.

    All of them have, where the lock of the shipped bank is not believed because it was made by another engine or on
    other versions, as after any change of what carries out runs; with FRESH=1; and outside of a repository.
    """
    believed = not Known(lock, "committed", strongest()).refusals
    if os.environ.get("FRESH") or not believed:
        return things
    asked = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=Path(__file__).parent, capture_output=True, text=True, check=False
    )
    return things if asked.returncode != 0 else things[int(asked.stdout, 16) % _TURNS :: _TURNS]
