"""The progress file of the site, which a page exports and imports: `progress.js` has the same form.

    {"quizproof": 1, "quizzes": {"python-floats": {"sum-of-tenths": {
        "variant": 0, "response": ["b"], "right": false, "score": 0, "hints": 0, "edition": "7abd3cd8"}}}}

It has the last answer to each question, and no times.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from quizproof.json_forms import Form, either, flag, items, mapping, one_of, record, text, whole
from quizproof.marking.scoring import CONFIDENCES
from quizproof_renderers.attempts.event import Event, MalformedEvent, Standing, share
from quizproof_renderers.attempts.history import Key, by_question
from quizproof_renderers.text import why_no_json

VERSION = 1
"""Of the form."""


def write(events: Iterable[Event]) -> str:
    """The text of a file that a page can import: the last answer to each question.

    events  the oldest first
    """
    quizzes: dict[str, dict[str, Any]] = {}
    # The site keeps nothing of what was skipped.
    answered = (event for event in events if event.standing != "skipped")
    for (quiz, question), answers in by_question(answered).items():
        quizzes.setdefault(quiz, {})[question] = _answer(answers[-1])
    return json.dumps({"quizproof": VERSION, "quizzes": quizzes}, indent=1, ensure_ascii=False) + "\n"


def read(content: str, at: int, kinds: Mapping[Key, tuple[str, str, str]]) -> tuple[Event, ...]:
    """The events of a file that a page has exported.

    content  its text
    at       when the answers were given, as the file does not say it, in milliseconds since 1970
    kinds    topic, kind and title of the questions that are known, by the ids of quiz and question

    An answer has the same uid whenever it is read, so that a file that is imported twice counts once. Answers that
    were never marked, because they were never run, are `unmarked`. Raises MalformedEvent when it is no such file.
    """
    try:
        data = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise MalformedEvent(f"not JSON: {why_no_json(error)}") from None
    if wrong := _FORM(data):
        raise MalformedEvent(f"not a progress file of the site: it{wrong}" if wrong[:1] == " " else wrong)
    if data["quizproof"] != VERSION:
        raise MalformedEvent(f"a progress file of version {data['quizproof']}, and this quizproof knows {VERSION}")
    return tuple(
        _event((quiz, question), answer, at, kinds.get((quiz, question), ("", "", "")))
        for quiz, answers in data["quizzes"].items()
        for question, answer in answers.items()
    )


def is_one(content: str) -> bool:
    """Whether a text looks like a progress file: one JSON object over all of it that begins with our name."""
    return content.lstrip()[:1] == "{" and '"quizproof"' in content[:200] and '"uid"' not in content[:200]


def without_kept(events: Iterable[Event], kept: Iterable[Event]) -> tuple[Event, ...]:
    """The events but for answers of the site that are kept already, perhaps as answers of `take`.

    events  of any files, in any order
    kept    those of a store

    An answer that `write` has written comes back without its uid and its time, so it is known by what was answered.
    """
    found = [*events]
    known = {_gist(each) for each in [*kept, *(each for each in found if each.source != "site")]}
    return tuple(each for each in found if each.source != "site" or _gist(each) not in known)


def _gist(event: Event) -> tuple[object, ...]:
    """What the progress file has of an answer, and of every answer that is the same."""
    question = (event.quiz, event.question, event.edition, event.variant)
    return (*question, event.response, event.standing, event.score, event.hints)


def _answer(event: Event) -> dict[str, Any]:
    response = list(event.response) if isinstance(event.response, tuple) else event.response
    answer: dict[str, Any] = {
        "variant": event.variant,
        "response": response,
        "right": event.standing == "right",
        "score": event.score,
        "hints": event.hints,
        "edition": event.edition,
        "confidence": event.confidence,
    }
    if event.standing == "unmarked":
        answer["unrun"] = True
    return {name: value for name, value in answer.items() if value not in (None, "")}


def _event(key: Key, answer: Mapping[str, Any], at: int, known: tuple[str, str, str]) -> Event:
    quiz, question = key
    topic, kind, title = known
    unmarked = answer.get("unrun") is True and "score" not in answer
    # Answers from before there were scores have none.
    score = None if unmarked else answer.get("score", float(answer["right"]))
    response = answer["response"]
    standing: Standing = "unmarked" if unmarked else "right" if answer["right"] else "partly" if score else "wrong"
    content = json.dumps([quiz, question, answer], sort_keys=True)
    return Event(
        uid=f"site-{hashlib.sha256(content.encode('utf-8', 'surrogatepass')).hexdigest()[:32]}",
        at=at,
        source="site",
        session="",
        quiz=quiz,
        topic=topic,
        question=question,
        kind=kind,
        title=title,
        edition=answer.get("edition", ""),
        variant=answer["variant"],
        response=tuple(response) if isinstance(response, list) else response,
        options=(),
        standing=standing,
        score=score,
        # To open the answer first helps as a hint does.
        hints=answer.get("hints", 0) + (answer.get("peeked") is True),
        confidence=answer.get("confidence"),
    )


_RESPONSE: Form = either(text, items(text))
_OPTIONAL: dict[str, Form] = {
    "score": share,
    "hints": whole(0),
    "confidence": one_of(CONFIDENCES),
    "edition": text,
    "peeked": flag,
    "unrun": flag,
    "own": items(text),
    "ran": record({"earned": whole(0), "of": whole(1), "parts": items(flag)}, optional=("parts",)),
    "words": text,
}
_ANSWER = record({"variant": whole(0), "response": _RESPONSE, "right": flag, **_OPTIONAL}, optional=_OPTIONAL)
_FORM = record({"quizproof": whole(0), "quizzes": mapping(mapping(_ANSWER))})
