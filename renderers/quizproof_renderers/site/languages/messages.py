"""Messages in the language of the page that is being made.

A message is English text with names in braces: `gettext("Question {number}", number=3)`. Whoever makes a page says in
which language, by `speaking`; everything below it finds the language here, so that no part of a page hands it on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import reduce

from markupsafe import Markup, escape

from quizproof_renderers.site.languages.language import ENGLISH, Language
from quizproof_renderers.text import visible

_spoken: ContextVar[Language] = ContextVar("language", default=ENGLISH)


@contextmanager
def speaking(language: Language) -> Iterator[None]:
    """Within it, messages are in this language."""
    token = _spoken.set(language)
    try:
        yield
    finally:
        _spoken.reset(token)


def spoken() -> Language:
    """The language that messages are in."""
    return _spoken.get()


def gettext(message: str, **values: object) -> str:
    """A message, with values in the place of their names."""
    return _filled(spoken().messages.gettext(message), values)


def pgettext(context: str, message: str, **values: object) -> str:
    """A message whose English text has several meanings; `context` says which."""
    return _filled(spoken().messages.pgettext(context, message), values)


def ngettext(one: str, many: str, count: int, **values: object) -> str:
    """A message about a number of things, which is `count` in it.

    one   in English, about one
    many  in English, about any other number
    """
    return _filled(spoken().messages.ngettext(one, many, count), {"count": number(count), **values})


def html_gettext(message: str, **values: object) -> Markup:
    """A message with markup in it. Values that are not markup are escaped."""
    return _html(spoken().messages.gettext(message), values)


def html_ngettext(one: str, many: str, count: int, **values: object) -> Markup:
    """A message about a number of things, with markup in it."""
    return _html(spoken().messages.ngettext(one, many, count), {"count": number(count), **values})


def number(value: float | str) -> str:
    """A number in the form of the language: 1161 is "1,161" in English and "1.161" in German.

    value  a number that the site writes itself; of a text, only the marks are changed
    """
    written = value if isinstance(value, str) else f"{value:,.15g}" if isinstance(value, float) else f"{value:,}"
    group, point = spoken().marks
    return written.translate({ord(","): group, ord("."): point})


def joined(names: Sequence[str]) -> str:
    """Names that belong together: "A", "A and B", "A and B and C"; the page's script writes them in the same form."""
    return reduce(lambda names, last: gettext("{names} and {last}", names=names, last=last), names) if names else ""


def _filled(message: str, values: dict[str, object]) -> str:
    return message.format(**{name: _written(value) for name, value in values.items()}) if values else message


def _html(message: str, values: dict[str, object]) -> Markup:
    # Messages are ours, or those of the site's owner, whose templates are trusted as well.
    safe = {name: value if isinstance(value, Markup) else escape(_written(value)) for name, value in values.items()}
    return Markup(message).format(**safe) if values else Markup(message)


def _written(value: object) -> object:
    """A value as a page shows it: with control characters made visible."""
    return visible(value) if type(value) is str else value
