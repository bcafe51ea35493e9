"""An event: one answer of a learner with its mark, or a question that was skipped, as it is kept and exported.

Its JSON form has one key for each field, with the field's name; `at` is written as ISO 8601 in UTC with milliseconds:

    {"uid": "9f0c…", "at": "2026-11-30T05:12:46.123Z", "source": "take", "session": "3b1e…", "quiz": "python-floats",
     "topic": "python-basics", "question": "sum-of-tenths", "kind": "choice", "title": "A sum of tenths",
     "edition": "7abd3cd8", "variant": 0, "response": ["b"], "options": ["a", "b", "c"], "standing": "wrong",
     "score": 0.0, "hints": 0, "confidence": null, "seconds": 12.5, "tags": ["floats"],
     "tries": 1}
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from typing import Any, Literal, TypeAlias, cast, get_args

from quizproof.errors import QuizproofError
from quizproof.json_forms import Form, amount, either, items, nothing, one_of, record, text, whole
from quizproof.marking.scoring import CONFIDENCES

Source: TypeAlias = Literal["take", "review", "site", "grade"]
"""What marked the answer: a self-test, a review, a page of the site, or `quizproof grade`."""
Standing: TypeAlias = Literal["right", "partly", "wrong", "unmarked", "skipped"]
"""The mark in a word. `unmarked`: the answer could not be marked, which says nothing about it. `skipped`: there is no
answer, and the response is an empty text."""


class MalformedEvent(QuizproofError):
    """The data is not an event; the message says what is wrong with it."""


@dataclass(frozen=True)
class Event:
    """One answer with its mark."""

    uid: str
    """Unique among all events of all learners; an event that is imported twice counts once."""
    at: int
    """When it was marked, in milliseconds since 1970, UTC."""
    source: Source
    session: str
    """The same for the events of one test; empty where it is not known."""
    quiz: str
    topic: str
    """Empty where it is not known, as in a file that a page exported. So `kind` and `title`."""
    question: str
    kind: str
    title: str
    edition: str
    """The fingerprint of the question and its options, as `edition` makes it. Empty where it is not known."""
    variant: int
    """The place of the variant that was asked among those that can be shown, from 0."""
    response: str | tuple[str, ...]
    """As marking takes it; the number of a line as a text."""
    options: tuple[str, ...]
    """The ids of all options, in the author's order; empty where the answer is no choice, or they are not known."""
    standing: Standing
    score: float | None
    """What it earned, 0 to 1, after hints; None where it could not be marked."""
    hints: int = 0
    confidence: str | None = None
    """How sure the learner was, where the quiz asks for it."""
    seconds: float | None = None
    """How long the learner took for the answer; None where it is not known."""
    tags: tuple[str, ...] = ()
    """Those of the question and of its quiz."""
    tries: int = 1
    """1 for the first answer to a question in its test, 2 for the second, after a hint."""

    @property
    def day(self) -> str:
        """The day in the learner's time zone: "2026-11-30"."""
        return datetime.fromtimestamp(self.at / 1000).astimezone().strftime("%Y-%m-%d")


def new_uid() -> str:
    """An id that no other event has."""
    return uuid.uuid4().hex


def now() -> int:
    """The present, in milliseconds since 1970."""
    return round(datetime.now(UTC).timestamp() * 1000)


def to_json(event: Event) -> dict[str, Any]:
    """The JSON form."""
    data = asdict(event)
    moment = datetime.fromtimestamp(event.at // 1000, UTC)
    data["at"] = f"{moment:%Y-%m-%dT%H:%M:%S}.{event.at % 1000:03}Z"
    data["options"], data["tags"] = list(event.options), list(event.tags)
    data["response"] = list(event.response) if isinstance(event.response, tuple) else event.response
    return data


def from_json(data: object) -> Event:
    """The event of a JSON form. Raises MalformedEvent, which says what is wrong."""
    if wrong := _FORM(data):
        raise MalformedEvent(f"event{wrong}" if wrong[:1] == " " else wrong)
    given = cast("Mapping[str, Any]", data)
    response = given["response"]
    read: dict[str, Any] = {field.name: given[field.name] for field in fields(Event) if field.name in given}
    read["at"] = _moment(given["at"])
    read["options"], read["tags"] = tuple(given["options"]), tuple(given.get("tags", ()))
    read["response"] = tuple(response) if isinstance(response, list) else response
    return Event(**read)


def _moment(written: str) -> int:
    """ISO 8601 as milliseconds since 1970. Raises MalformedEvent."""
    try:
        moment = datetime.fromisoformat(written)
        if moment.tzinfo is None:
            raise ValueError
        return round(moment.timestamp() * 1000)
    except (ValueError, OverflowError):
        raise MalformedEvent(f"`at` is {written[:40]!r}, not a time such as 2026-11-30T05:12:46Z") from None


def share(data: object) -> str:
    """A score, 0 to 1."""
    return " is not a score from 0 to 1" if amount(data) or cast("float", data) > 1 else ""


def _seconds(data: object) -> str:
    return " is not a number of seconds" if amount(data) else ""


def _name(data: object) -> str:
    return text(data) or ("" if data and len(cast("str", data)) <= _MAX_NAME else " is empty, or too long for a name")


_MAX_NAME = 200
_OPTIONAL: dict[str, Form] = {
    "hints": whole(0),
    "confidence": either(nothing, one_of(CONFIDENCES)),
    "seconds": either(nothing, _seconds),
    "tags": items(text),
    "tries": whole(1),
}
_FORM = record(
    {
        "uid": _name,
        "at": text,
        "source": one_of(get_args(Source)),
        "session": text,
        "quiz": _name,
        "topic": text,
        "question": _name,
        "kind": text,
        "title": text,
        "edition": text,
        "variant": whole(0),
        "response": either(text, items(text)),
        "options": items(text),
        "standing": one_of(get_args(Standing)),
        "score": either(nothing, share),
        **_OPTIONAL,
    },
    optional=_OPTIONAL,
)
