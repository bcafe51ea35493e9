"""The edition of a question: by it pages and the attempt store know whether an answer is one to this text."""

from __future__ import annotations

import hashlib
from typing import assert_never

from quizproof.displays import (
    Blanks,
    Content,
    Display,
    Input,
    LineInput,
    Matching,
    NumberInput,
    OpenInput,
    Options,
    Ordering,
    ProgramInput,
    TextInput,
)

_LENGTH = 8
"""Hexadecimal digits; two editions of one question have the same once in four billion."""


def edition_of(displays: tuple[Display, ...]) -> str:
    """A hash that differs when a learner was asked something else, or could answer something else.

    displays  the variants of a question

    What runs did, feedback and hints are not in it: an answer stays an answer when they change.
    """
    asked = tuple((_texts(display.prompt), _answerable(display.input)) for display in displays)
    return hashlib.sha256(repr(asked).encode("utf-8", "surrogatepass")).hexdigest()[:_LENGTH]


def _texts(contents: tuple[Content, ...]) -> tuple[str, ...]:
    return tuple(map(repr, contents))


def _answerable(asked: Input | None) -> object:
    """What can be answered, and what is right."""
    match asked:
        case None:
            return ()
        case Options():
            return [(option.id, option.content, option.correct) for option in asked.options], asked.multiple
        case NumberInput():
            return asked.display, asked.unit
        case TextInput():
            return asked.accepted, asked.asks
        case LineInput():
            return asked.source, asked.correct
        case Blanks():
            return asked.source, [(blank.name, blank.accepted[0]) for blank in asked.blanks]
        case Ordering():
            return [(line.id, line.source) for line in asked.lines], asked.orders[:1], asked.indented
        case Matching():
            return [[(item.id, item.content) for item in side] for side in (asked.left, asked.right)], asked.key
        case OpenInput():
            return [(point.id, point.text) for point in asked.points]
        case ProgramInput():
            return asked.setup, [(check.name, check.source) for check in asked.checks]
        case _:
            assert_never(asked)
