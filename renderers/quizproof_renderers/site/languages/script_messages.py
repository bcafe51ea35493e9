"""Messages in the page script, which are translated when the script is put together: pages load no text of their own.

In the sources a message is a tagged template: _`Partly right: ${earned} of ${of}.`, and one about a number of things is
_n(count)`${count} hint|${count} hints`. In the catalogue they are "Partly right: {earned} of {of}." and so on. What is
between braces takes its name from the expression: the last name of a path, or the function that is called.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import NamedTuple

from quizproof_renderers.site.languages.language import Language

_MESSAGE = re.compile(r"(?<![\w$])_(?:n\((?P<count>[^`]*?)\))?`(?P<text>(?:[^`\\]|\\.)*)`", re.DOTALL)
_EXPRESSION = re.compile(r"\$\{([^{}]*)\}")
_NAME = re.compile(r"(?:\w+\.)*(\w+)")
_PLACE = re.compile(r"\{(\w+)\}")


class ScriptMessage(NamedTuple):
    """A message of the page script."""

    texts: tuple[str, ...]
    """One text, or two about one and about several things."""
    line: int
    """Where it is in its source, from 1."""


def messages_in(source: str) -> Iterator[ScriptMessage]:
    """The messages in a source of the page script."""
    for found in _MESSAGE.finditer(source):
        texts = _texts(found)
        yield ScriptMessage(
            tuple(_EXPRESSION.sub(_place, text) for text in texts), source.count("\n", 0, found.start()) + 1
        )


def translated(script: str, language: Language) -> str:
    """A script with its messages in a language, as plain strings and templates.

    A text in the source language stays as it is written.
    """
    return _MESSAGE.sub(lambda found: _code(found, language), script)


def _texts(found: re.Match[str]) -> list[str]:
    return found["text"].split("|") if found["count"] is not None else [found["text"]]


def _code(found: re.Match[str], language: Language) -> str:
    texts = _texts(found)
    pairs = [(_name(each), each) for text in texts for each in _EXPRESSION.findall(text)]
    expressions = dict(pairs)
    if any(expressions[name] != expression for name, expression in pairs):
        raise ValueError(f"two expressions of one message have one name: {found[0]}")
    keys = [_EXPRESSION.sub(_place, text) for text in texts]
    if len(texts) == 1:
        return _literal(language.messages.gettext(keys[0]), expressions)
    one, many = keys
    said = [_literal(language.messages.ngettext(one, many, n), expressions) for n in language.of_each_form()]
    if len(said) == 2 and language.plural in ("n != 1", "(n != 1)"):
        return f"({found['count']} === 1 ? {said[0]} : {said[1]})"
    return f"[{', '.join(said)}][((n) => Number({language.plural}))({found['count']})]"


def _literal(text: str, expressions: dict[str, str]) -> str:
    """A text as JavaScript, with its expressions in their places."""
    if not _PLACE.search(text):
        return json.dumps(text, ensure_ascii=False)
    safe = text.replace("\\", "\\\\").replace("`", "\\`").replace("${", "\\${")

    def put(place: re.Match[str]) -> str:
        return f"${{{expressions[place[1]]}}}" if place[1] in expressions else place[0]

    return f"`{_PLACE.sub(put, safe)}`"


def _place(expression: re.Match[str]) -> str:
    return f"{{{_name(expression[1])}}}"


def _name(expression: str) -> str:
    """What an expression is called in the catalogue: "earned" for `mark.earned`, "percent" for `percent(cost)`."""
    found = _NAME.match(expression.strip())
    if not found:
        raise ValueError(f"an expression in a message must begin with a name: {expression}")
    return found[1]
