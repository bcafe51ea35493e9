"""Collisions: two responses to one question that a reader could not tell apart."""

from __future__ import annotations

import itertools
from typing import Any

from quizproof.blocks import Code, Content, Display, Input, LineInput, NumberInput, Options, Output, TextInput
from quizproof.compare import fold, quoted, same_number, same_output
from quizproof.errors import DataPath


def clash(display: Display, tolerance: float | None) -> tuple[str, DataPath, DataPath] | None:
    """The first two possible responses that are the same: in words, and the places of both."""
    shown = display.input
    responses: tuple[Any, ...] = shown.options if isinstance(shown, Options) else shown.mistakes
    for one, other in itertools.combinations(responses, 2):
        if words := _coincidence(shown, one, other, tolerance):
            return words, one.at, other.at
    return None


def _coincidence(shown: Input, one: Any, other: Any, tolerance: float | None) -> str:
    """In which way two options or mistakes are the same; empty when they are not."""
    match shown:
        case Options() if _same_content(one.content, other.content, tolerance):
            return _the_same("options", _text(one.content).strip(), _text(other.content).strip())
        case NumberInput() if same_number(float(one.value), float(other.value), shown.tolerance):
            if one.value == other.value:
                return f"two mistakes are the same number: {other.value}"
            return f"two mistakes lie within the tolerance of each other: {one.value} and {other.value}"
        case TextInput() if same_output(one.value, other.value, tolerance):
            return _the_same("mistakes", one.value, other.value)
        case LineInput() if one.value == other.value:
            return f"two mistakes name line {other.value}"
    return ""


def _the_same(what: str, one: str, other: str) -> str:
    if fold(one) == fold(other):
        return f"two {what} are the same: {quoted(other)}"
    return f"two {what} are the same within the tolerance: {quoted(one)} and {quoted(other)}"


def _same_content(one: Content, other: Content, tolerance: float | None) -> bool:
    if type(one) is not type(other):
        return False
    return same_output(_text(one), _text(other), tolerance if isinstance(one, Output) else None)


def _text(content: Content) -> str:
    return content.source if isinstance(content, Code) else content.text
