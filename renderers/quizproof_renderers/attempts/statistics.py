"""Statistics of a learner's events: how many, how well, by topic, by kind and over time."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any, Literal, TypeAlias

from quizproof.marking.scoring import CONFIDENCES
from quizproof_renderers.attempts.event import Event
from quizproof_renderers.attempts.history import current

Step: TypeAlias = Literal["day", "week", "month"]
_MAX_DAYS = 14
_MAX_WEEKS = 26
UNKNOWN = "(not known)"
"""The name of what a file from elsewhere did not say."""


@dataclass(frozen=True)
class Group:
    """Some of the answers in figures."""

    name: str
    answers: int
    questions: int
    """Different questions among them."""
    score: float | None
    """The mean score of first tries, 0 to 1; None where none could be marked."""
    seconds: float
    """The time that they took, as far as it is known."""


@dataclass(frozen=True)
class Statistics:
    """A learner's answers in figures."""

    total: Group
    sessions: int
    first: str | None
    """The day of the first answer, "2026-11-30"; None where there is none. So `last`."""
    last: str | None
    unmarked: int
    """Answers that could not be marked. They count neither for the learner nor against."""
    skipped: int
    """Questions that were skipped. They are in no other figure."""
    outdated: int
    """Answers to questions that have changed since. They are in no other figure."""
    topics: tuple[Group, ...]
    """By topic, the lowest score first. So `kinds`."""
    kinds: tuple[Group, ...]
    tags: tuple[Group, ...]
    """By tag, the lowest score first. An answer counts for every tag of its question."""
    step: Step
    """What the groups of `time` are."""
    time: tuple[Group, ...]
    """Over time, the oldest first, also those without answers: "2026-11-30", the Monday of a week, "2026-11"."""
    confidences: tuple[Group, ...]
    """By how sure the learner was, where a quiz asked for it."""

    def to_json(self) -> dict[str, Any]:
        """As JSON data, with one key for each field."""
        return {"version": 1, **asdict(self)}


def statistics(events: Sequence[Event]) -> Statistics:
    """The figures of some events.

    events  the oldest first
    """
    answers = [event for event in events if event.standing != "skipped"]
    counted = current(answers)
    days = [date.fromisoformat(event.day) for event in counted]
    step = _step(days)
    by_time = {name: _group(name, ()) for name in _span(days, step)}
    by_time |= {group.name: group for group in _groups(counted, lambda event: _bucket(event.day, step))}
    levels = {group.name: group for group in _groups(counted, lambda event: event.confidence or "")}
    return Statistics(
        total=_group("", counted),
        sessions=len({event.session or event.day for event in counted}),
        first=str(min(days)) if days else None,
        last=str(max(days)) if days else None,
        unmarked=sum(event.standing == "unmarked" for event in counted),
        skipped=len(events) - len(answers),
        outdated=len(answers) - len(counted),
        topics=_worst_first(_groups(counted, lambda event: event.topic)),
        kinds=_worst_first(_groups(counted, lambda event: event.kind)),
        tags=_worst_first(_tagged(counted)),
        step=step,
        time=tuple(by_time.values()),
        confidences=tuple(levels[level] for level in CONFIDENCES if level in levels),
    )


def _groups(events: Iterable[Event], name_of: Callable[[Event], str]) -> list[Group]:
    found: dict[str, list[Event]] = {}
    for event in events:
        found.setdefault(name_of(event) or UNKNOWN, []).append(event)
    return [_group(name, each) for name, each in found.items()]


def _tagged(events: Sequence[Event]) -> list[Group]:
    names = dict.fromkeys(tag for event in events for tag in event.tags)
    return [_group(name, [event for event in events if name in event.tags]) for name in names]


def _group(name: str, events: Sequence[Event]) -> Group:
    # A second try comes after a hint, so it says little about what the learner knew.
    scores = [event.score for event in events if event.tries == 1 and event.score is not None]
    return Group(
        name=name,
        answers=len(events),
        questions=len({(event.quiz, event.question) for event in events}),
        score=math.fsum(scores) / len(scores) if scores else None,
        seconds=math.fsum(event.seconds or 0 for event in events),
    )


def _worst_first(groups: Iterable[Group]) -> tuple[Group, ...]:
    return tuple(sorted(groups, key=lambda group: (math.inf if group.score is None else group.score, group.name)))


def _step(days: Sequence[date]) -> Step:
    span = (max(days) - min(days)).days if days else 0
    return "day" if span < _MAX_DAYS else "week" if span < _MAX_WEEKS * 7 else "month"


def _bucket(day: str, step: Step) -> str:
    if step == "week":
        found = date.fromisoformat(day)
        return str(found - timedelta(days=found.weekday()))
    return day if step == "day" else day[:7]


def _span(days: Sequence[date], step: Step) -> list[str]:
    """The names of all steps from the first day to the last."""
    if not days:
        return []
    every = (min(days) + timedelta(days=number) for number in range((max(days) - min(days)).days + 1))
    return list(dict.fromkeys(_bucket(str(day), step) for day in every))


def chosen(
    events: Iterable[Event], since: str | None, *, tag: str | None = None, **wanted: str | None
) -> tuple[Event, ...]:
    """The events from a day on that agree with all values that are given.

    since   the first day, "2026-11-30"; None for all
    tag     one of the tags; None for any
    wanted  values of fields: topic="optimisation"; None for any
    """
    fields = [(name, value) for name, value in wanted.items() if value is not None]
    return tuple(
        event
        for event in events
        if (since is None or event.day >= since)
        and (tag is None or tag in event.tags)
        and all(getattr(event, name) == value for name, value in fields)
    )
