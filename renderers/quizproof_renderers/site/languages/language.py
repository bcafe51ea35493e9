"""Languages: each with its messages, its numbers and the direction of its script.

Messages are written in English where they are used, and that text is their key. `locale` holds those of each other
language: `de.po`, which people edit, and `de.mo`, which is made of it and read here. `tools/messages.py` makes both.
"""

from __future__ import annotations

import gettext
import hashlib
import io
import re
import struct
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib.resources import files
from pathlib import Path

from quizproof.errors import UsageError
from quizproof.spelling import meant

SOURCE = "en"
"""The language that messages are written in."""
_LOCALE = files("quizproof_renderers.site.languages").joinpath("locale")
_RIGHT_TO_LEFT = ("ar", "ckb", "dv", "fa", "he", "ks", "ku", "ps", "sd", "ug", "ur", "yi")
_RIGHT_TO_LEFT_SCRIPTS = ("adlm", "arab", "hebr", "nkoo", "rohg", "syrc", "thaa")
_TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
SAMPLE = "1,234.5"
"""The number by which a catalogue shows how its language writes numbers; its context is `number`."""
_MARKS = re.compile(r"1(\D?)234(\D)5")
_FORMS = re.compile(r"nplurals\s*=\s*\d+\s*;\s*plural\s*=\s*([n\d\s?:!=<>&|%()+*-]+);?\s*")
_EXAMPLES = 200
"""Numbers up to which every plural form of every language occurs."""


@dataclass(frozen=True)
class Language:
    """A language of a site."""

    tag: str = SOURCE
    """A tag of BCP 47, such as "pt-BR"."""
    fingerprint: str = ""
    """Of its messages; empty for those in the source."""
    messages: gettext.NullTranslations = field(
        default_factory=gettext.NullTranslations, repr=False, compare=False, hash=False
    )

    @property
    def direction(self) -> str:
        """In which direction it is written: "ltr" or "rtl"."""
        base, *others = self.tag.lower().split("-")
        scripts = [each for each in others if len(each) == 4]
        is_rtl = scripts[0] in _RIGHT_TO_LEFT_SCRIPTS if scripts else base in _RIGHT_TO_LEFT
        return "rtl" if is_rtl else "ltr"

    @cached_property
    def marks(self) -> tuple[str, str]:
        """What is written between thousands, and before decimals: "," and "." in English."""
        found = _MARKS.search(self.messages.pgettext("number", SAMPLE))
        return (found[1], found[2]) if found else (",", ".")

    @property
    def plural(self) -> str:
        """The number of the plural form for `n`, as an expression of C that JavaScript reads as well."""
        found = _FORMS.fullmatch(self.messages.info().get("plural-forms", ""))
        return found[1].strip() if found else "n != 1"

    def of_each_form(self) -> tuple[int, ...]:
        """A number for each plural form, in the order of the forms."""
        form = gettext.c2py(self.plural)
        examples = {form(n): n for n in range(_EXAMPLES, -1, -1)}
        return tuple(examples[each] for each in sorted(examples))


ENGLISH = Language()


def is_tag(text: str) -> bool:
    """Whether a text has the form of a language tag."""
    return bool(_TAG.fullmatch(text))


@cache
def known() -> tuple[str, ...]:
    """The languages with messages of ours, as tags."""
    others = sorted(entry.name.removesuffix(".mo") for entry in _LOCALE.iterdir() if entry.name.endswith(".mo"))
    return (SOURCE, *others)


def missing(tag: str) -> str:
    """What to say of a language that has no messages of ours; empty when it has.

    tag  such as "pt-BR", which can be read with the messages of "pt"
    """
    if not is_tag(tag):
        return "write a language tag, such as `en` or `de-AT`"
    if _base(tag):
        return ""
    names = ", ".join(f"`{each}`" for each in known())
    closest = meant(tag.lower(), known())
    return f"quizproof has no messages in `{tag}`{closest or f'; it has {names}'}; `messages` can name your own"


def language_of(tag: str, own: Path | None = None) -> Language:
    """A language with its messages.

    tag  of the language
    own  a file of compiled messages (.mo) that replace ours; what is not in it stays English

    Raises UsageError when the file cannot be used, or, without one, when the language is not known.
    """
    if own is not None:
        try:
            return _read(tag, own.read_bytes())
        except OSError as error:
            raise UsageError(f"`messages`: {own} cannot be read: {error.strerror}") from None
        except (ValueError, struct.error, UnicodeError, KeyError, IndexError):
            what = "is not a file of compiled messages; make one with `pybabel compile` or `msgfmt`"
            raise UsageError(f"`messages`: {own} {what}") from None
    if says := missing(tag):
        raise UsageError(f"`language`: {says}")
    base = _base(tag)
    return Language(tag) if base == SOURCE else _read(tag, _LOCALE.joinpath(f"{base}.mo").read_bytes())


def _base(tag: str) -> str:
    """The known language that a tag can be read with: itself, or with fewer parts; empty for none."""
    parts = tag.split("-")
    shorter = ("-".join(parts[:count]) for count in range(len(parts), 0, -1))
    by_name = {each.lower(): each for each in known()}
    return next((by_name[each.lower()] for each in shorter if each.lower() in by_name), "")


def _read(tag: str, content: bytes) -> Language:
    try:
        messages: gettext.NullTranslations = gettext.GNUTranslations(io.BytesIO(content))
    except OSError as error:  # what gettext raises for a file of another kind
        raise ValueError(str(error)) from None
    return Language(tag, hashlib.sha256(content).hexdigest()[:16], messages)
