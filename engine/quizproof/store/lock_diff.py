"""What moved between two locks: the same run, before and now."""

from __future__ import annotations

import json
from dataclasses import dataclass

from quizproof.comparison.outcome_diff import drift
from quizproof.store.lock import Entry, Lock, outcome_of


@dataclass(frozen=True)
class Change:
    """A run that does not come to the same any more."""

    quiz: str
    question: str
    run: str
    before: str | None
    """What came of it, in full; None when there was no such run."""
    now: str | None
    """None when there is no such run any more."""


@dataclass(frozen=True)
class LockDiff:
    """How two locks differ."""

    changes: tuple[Change, ...]
    """Every run that came or went or comes to something else, by quiz and block."""
    edited: int
    """How many runs come to the same although their program is another."""


def compare(before: Lock, now: Lock) -> LockDiff:
    """Compare run by run."""
    old, new = (
        {(quiz, question, run): entry for quiz, question, run, entry in lock.entries()} for lock in (before, now)
    )
    changes = []
    edited = 0
    for place in sorted(old.keys() | new.keys()):
        was, is_ = old.get(place), new.get(place)
        if was is None or is_ is None or drift(outcome_of(was), outcome_of(is_)) != ("", ""):
            changes.append(Change(*place, None if was is None else told(was), None if is_ is None else told(is_)))
        else:
            edited += was["program"] != is_["program"]
    return LockDiff(tuple(changes), edited)


def told(entry: Entry) -> str:
    """What came of a run, as a text: what it printed, its values, and what it raised."""
    outcome = outcome_of(entry)
    words = [part.stdout.rstrip("\n") for part in outcome.parts if part.stdout]
    words += [json.dumps(part.value) for part in outcome.parts if part.value is not None]
    if outcome.raised:
        words.append(str(outcome.raised))
    if outcome.detail:
        words.append(outcome.detail)
    return "\n".join(words) or "(prints nothing)"
