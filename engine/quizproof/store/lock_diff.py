"""What changed between two locks: the same run, before and now."""

from __future__ import annotations

import json
from dataclasses import dataclass

from quizproof.comparison.outcome_diff import compare as compare_outcomes
from quizproof.store.lock import Entry, Lock, outcome_of


@dataclass(frozen=True)
class Change:
    """A run whose outcome is no longer the same."""

    quiz: str
    block: str
    run: str
    before: str | None
    """Its outcome in full; None when there was no such run."""
    now: str | None
    """None when there is no longer such a run."""


@dataclass(frozen=True)
class LockDiff:
    """How two locks differ."""

    changes: tuple[Change, ...]
    """Every run that is new, is gone or has another outcome, by quiz and block."""
    edited: int
    """How many runs have the same outcome although their program was edited."""


def compare(before: Lock, now: Lock) -> LockDiff:
    """Compare two locks run by run: by quiz, block and the name of the run.

    before, now  the lock as it was, and as it is

    An outcome counts as changed as `comparison.outcome_diff` says, without a tolerance.
    """
    old, new = ({(quiz, block, run): entry for quiz, block, run, entry in lock.entries()} for lock in (before, now))
    changes = []
    edited = 0
    for place in sorted(old.keys() | new.keys()):
        was, is_ = old.get(place), new.get(place)
        if was is None or is_ is None or compare_outcomes(outcome_of(was), outcome_of(is_)):
            changes.append(Change(*place, was and transcript(was), is_ and transcript(is_)))
        else:
            edited += was["program"] != is_["program"]
    return LockDiff(tuple(changes), edited)


def transcript(entry: Entry) -> str:
    """The outcome of a run as text: what it printed, its values, what it raised, and its detail.

    entry  as it is in a lock

    A run without any of these gives "(prints nothing)", so that the text is never empty.
    """
    outcome = outcome_of(entry)
    pieces = [part.stdout.rstrip("\n") for part in outcome.parts if part.stdout]
    pieces += [json.dumps(part.value) for part in outcome.parts if part.value is not None]
    if outcome.raised:
        pieces.append(str(outcome.raised))
    if outcome.detail:
        pieces.append(outcome.detail)
    return "\n".join(pieces) or "(prints nothing)"
