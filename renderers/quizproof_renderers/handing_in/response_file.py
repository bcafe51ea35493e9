"""Response files: what a page without keys gives a learner to hand in.

{"quizproof_responses": 1, "quiz": "python-floats", "learner": "Ada", "begun": "2026-11-30T05:12:46Z",
"handed_in": "2026-11-30T05:32:01Z",
"responses": {"sum-of-tenths": {"asked": "9f0c2a61d3b4", "response": ["B"]}}}

A page that was drawn for one learner adds `draw`. `last_change` is when a response changed last.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from quizproof.errors import QuizproofError
from quizproof.json_forms import either, items, mapping, record, text, whole
from quizproof_renderers.text import why_no_json

VERSION = 1
MAX_BYTES = 4 << 20
MAX_NAME = 200
_DRAW = re.compile("[0-9a-f]{12}")


class MalformedResponses(QuizproofError):
    """The file is not what a page gives; the message says what is wrong with it."""


@dataclass(frozen=True)
class GivenResponse:
    """A response to one question."""

    asked: str
    """The fingerprint of the question as it was shown."""
    response: str | tuple[str, ...]
    """With the names that the page gives to options, lines and matches."""


@dataclass(frozen=True)
class ResponseFile:
    """What one learner has handed in."""

    quiz: str
    learner: str
    handed_in: datetime
    responses: Mapping[str, GivenResponse]
    """By the ids of questions; what was not answered is not in it."""
    draw: str = ""
    """What drew the variants and orders of the page; empty of a page that is the same for everyone."""
    seconds: float | None = None
    """From the start to the last change of a response, by the learner's clock; None where that is not known."""
    script: str = ""
    """The one question that it answers, where it is a script; empty where it is from a page."""

    @property
    def who(self) -> tuple[str, str]:
        """The learner, however the name is spelled, and the quiz: of one who handed in twice, the same."""
        return " ".join(self.learner.casefold().split()), self.quiz


def read(content: bytes) -> ResponseFile:
    """What a file holds. Raises MalformedResponses."""
    if len(content) > MAX_BYTES:
        raise MalformedResponses(f"it has more than {MAX_BYTES:,} bytes")
    try:
        data: Any = json.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise MalformedResponses("it is not UTF-8 text") from None
    except (ValueError, RecursionError) as error:
        raise MalformedResponses(f"it is not JSON: {why_no_json(error)}") from None
    if not isinstance(data, dict) or "quizproof_responses" not in data:
        raise MalformedResponses("it is not a file of responses")
    if data["quizproof_responses"] != VERSION:
        raise MalformedResponses(f"its version is {data['quizproof_responses']!r}, and this quizproof knows {VERSION}")
    if wrong := _FORM(data):
        raise MalformedResponses(f"it{wrong}" if wrong[:1] == " " else wrong)
    return ResponseFile(
        quiz=data["quiz"],
        learner=data["learner"].strip(),
        handed_in=datetime.fromisoformat(data["handed_in"]),
        responses={id_: _given(each) for id_, each in data["responses"].items()},
        draw=data.get("draw", ""),
        seconds=_seconds(data),
    )


def _seconds(data: Mapping[str, Any]) -> float | None:
    if _moment(data["begun"]):
        return None
    last = datetime.fromisoformat(data.get("last_change", data["handed_in"]))
    return (last - datetime.fromisoformat(data["begun"])).total_seconds()


def _given(data: Mapping[str, Any]) -> GivenResponse:
    response = data["response"]
    return GivenResponse(data["asked"], tuple(response) if isinstance(response, list) else response)


def _name(data: object) -> str:
    wrong = text(data)
    if wrong or not isinstance(data, str):
        return wrong
    return "" if data.strip() and len(data) <= MAX_NAME else " is empty, or too long for a name"


def _draw(data: object) -> str:
    return "" if isinstance(data, str) and _DRAW.fullmatch(data) else " is not what a page writes"


def _moment(data: object) -> str:
    if wrong := text(data):
        return wrong
    try:
        sound = datetime.fromisoformat(str(data)).tzinfo is not None
    except ValueError:
        sound = False
    return "" if sound else f" is {str(data)[:40]!r}, not a time such as 2026-11-30T05:32:01Z"


_RESPONSE = record({"asked": text, "response": either(text, items(text))})
_FORM = record(
    {
        "quizproof_responses": whole(0),
        "quiz": _name,
        "learner": _name,
        "begun": text,
        "handed_in": _moment,
        "responses": mapping(_RESPONSE),
        "draw": _draw,
        "last_change": _moment,
    },
    optional=("draw", "last_change"),
)
