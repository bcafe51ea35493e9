"""What moved between two locks: the same run, before and now."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from quizproof.drift import drift
from quizproof.lock import Entry, Lock, outcome_of


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


def changes(before: Lock, now: Lock) -> Iterator[Change]:
    """Every run that came or went or comes to something else, by quiz and question."""
    old = {(quiz, question, run): entry for quiz, question, run, entry in before.entries()}
    new = {(quiz, question, run): entry for quiz, question, run, entry in now.entries()}
    for place in sorted(old.keys() | new.keys()):
        was, is_ = old.get(place), new.get(place)
        if was is None or is_ is None or drift(outcome_of(was), outcome_of(is_)) != ("", ""):
            yield Change(*place, None if was is None else told(was), None if is_ is None else told(is_))


def edited(before: Lock, now: Lock) -> int:
    """How many runs come to the same although their program is another."""
    old = {(quiz, question, run): entry for quiz, question, run, entry in before.entries()}
    return sum(
        entry["program"] != old[place]["program"] and drift(outcome_of(old[place]), outcome_of(entry)) == ("", "")
        for *place_, entry in now.entries()
        if (place := tuple(place_)) in old
    )


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
