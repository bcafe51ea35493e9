"""The history of questions: what a learner's events say about each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from quizproof_renderers.attempts.event import Event

Key = tuple[str, str]
"""A question: the id of its quiz, and its own."""


def by_question(events: Iterable[Event]) -> dict[Key, tuple[Event, ...]]:
    """The events of each question, in the order given."""
    found: dict[Key, list[Event]] = {}
    for event in events:
        found.setdefault((event.quiz, event.question), []).append(event)
    return {key: tuple(each) for key, each in found.items()}


def current(events: Sequence[Event], editions: Mapping[Key, str] | None = None) -> tuple[Event, ...]:
    """The events that are about a question as it is now, in the order given.

    events    the oldest first
    editions  of questions as they are now; where one is not known, that of its last event counts

    An answer to a question that has changed since says nothing about the question that it is now. Events whose edition
    is not known are believed.
    """
    newest = {(each.quiz, each.question): each.edition for each in events if each.edition} | dict(editions or {})
    return tuple(each for each in events if each.edition in ("", newest.get((each.quiz, each.question), "")))


def marked(events: Iterable[Event]) -> tuple[Event, ...]:
    """The events that have a mark: neither skipped questions, nor answers that could not be marked."""
    return tuple(each for each in events if each.standing not in ("unmarked", "skipped"))


def missed(events: Sequence[Event]) -> tuple[Key, ...]:
    """The questions whose last marked answer was not entirely right, those missed last first.

    events  the oldest first
    """
    last = {key: answers[-1] for key, answers in by_question(marked(events)).items()}
    wrong = [each for each in last.values() if each.standing != "right"]
    return tuple((each.quiz, each.question) for each in sorted(wrong, key=lambda each: each.at, reverse=True))
