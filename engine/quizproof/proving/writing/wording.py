"""What the wording of one question gives away, and what in it cannot be seen."""

from __future__ import annotations

import re
from collections.abc import Iterator

from quizproof import rules
from quizproof.comparison.seen import skeleton
from quizproof.displays import Code, Display, Option, Options, Output, Prose
from quizproof.findings import Advice, DataPath

_ABSOLUTE = re.compile(
    r"\b(always|never|all|none|every|everything|nothing|nobody|completely|absolutely|entirely|totally|impossible)\b",
    re.IGNORECASE,
)
_MIN_ABSOLUTE = 2
"""Distractors with such a word. One may need it."""
_CODE = re.compile(r"(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)|\$[^$]*\$", re.DOTALL)
_WORD = re.compile(r"[a-z]{5,}")
_MIN_ECHOED = 3
"""Words of the stem that the key alone repeats."""
_COMMON = re.compile(
    "which|what|where|there|their|these|those|because|before|after|about|again|other|would|could|should|does|following|"
    "statements?|options?|answers?|correct|right|wrong|happens|prints?|returns?|values?|programs?|codes?|first|second|"
    "third|between|always|never|every|while|still|under|until|without|within|true|false"
)
"""Words of five letters or more that say nothing about what a text is about."""
_SPACES = re.compile(r"\b(space|spaces|spacing|blank|tab|indent\w*|column|align\w*|pad\w*|separat\w*)\b", re.IGNORECASE)
"""What a stem says that asks about them."""
_INVISIBLE = re.compile("[\u00ad\u180e\u200b\u200c\u2060-\u2064\ufeff]")
_MIXED = re.compile(r"\w*[A-Za-z]\w*[^\W\d_A-Za-z]\w*|\w*[^\W\d_A-Za-z]\w*[A-Za-z]\w*")
"""A word with letters of the Latin alphabet, and with others."""


def advise_on_wording(display: Display) -> Iterator[Advice]:
    """What to advise against in the words of a question.

    display  its first variant
    """
    stem = display.prompt[0].text if display.prompt and isinstance(display.prompt[0], Prose) else ""
    if isinstance(display.input, Options):
        statements = [option for option in display.input.options if isinstance(option.content, Prose)]
        keys = [option for option in statements if option.correct]
        if len(keys) == 1 and len(statements) > _MIN_ABSOLUTE and not display.input.multiple:
            distractors = [option for option in statements if not option.correct]
            yield from _absolute(keys[0], distractors)
            yield from _echo(stem, keys[0], distractors)
        yield from _spacing(stem, display.input)
    for at, text in _texts(display):
        yield from _unseen(at, text)


def without_code(text: str) -> str:
    """A text without what stands in its code and formulas. Empty backticks remain, so that neighbours stay apart."""
    return _CODE.sub("``", text)


def code_of(text: str) -> str:
    """The code and the formulas of a text alone."""
    return " ".join(found[0] for found in _CODE.finditer(text))


def _absolute(key: Option, distractors: list[Option]) -> Iterator[Advice]:
    found = [(option, match[0]) for option in distractors if (match := _ABSOLUTE.search(_words_of(option)))]
    if len(found) == len(distractors) and not _ABSOLUTE.search(_words_of(key)):
        said = ", ".join(dict.fromkeys(f"{word.lower()!r}" for _, word in found))
        message = f"every distractor is absolute ({said}), and the key is not: that gives it away"
        yield Advice(rules.ABSOLUTE_WORDS, found[0][0].at, message)


def _echo(stem: str, key: Option, distractors: list[Option]) -> Iterator[Advice]:
    asked = _content_words(without_code(stem))
    others = {word for option in distractors for word in _content_words(_words_of(option))}
    echoed = sorted((asked & _content_words(_words_of(key))) - others)
    if len(echoed) >= _MIN_ECHOED and not asked & others:
        words = ", ".join(f"{word!r}" for word in echoed[:_MIN_ECHOED])
        yield Advice(rules.STEM_ECHO, key.at, f"of all options the key alone repeats words of the stem: {words}")


def _spacing(stem: str, asked: Options) -> Iterator[Advice]:
    """Options that only spaces tell apart, where neither the stem nor their feedback speaks of these."""
    if _SPACES.search(stem):
        return
    seen: dict[str, Option] = {}
    for option in asked.options:
        if isinstance(option.content, Code):
            continue
        text = option.content.text
        other = seen.setdefault(" ".join(text.split()), option)
        if isinstance(other.content, Code) or _SPACES.search(f"{other.feedback} {option.feedback}"):
            continue
        first = other.content.text
        if first != text and first.splitlines() != text.splitlines():
            message = f"it differs from another option in spacing alone: {first!r} and {text!r}"
            yield Advice(rules.SPACING_ALONE, option.at, message)


def _words_of(option: Option) -> str:
    return without_code(option.content.text) if isinstance(option.content, Prose) else ""


def _content_words(text: str) -> set[str]:
    """The words that say what a text is about, without their endings."""
    return {word.rstrip("s") for word in _WORD.findall(text.lower()) if not _COMMON.fullmatch(word)}


def _texts(display: Display) -> Iterator[tuple[DataPath, str]]:
    """What learners read before they answer, with its place."""
    for content in display.prompt:
        match content:
            case Prose(text):
                yield ("prompt",), text
            case Code(source):
                yield ("code",), source
            case Output():
                pass  # of a run, which may print anything
    if isinstance(display.input, Options):
        for option in display.input.options:
            if isinstance(option.content, (Prose, Code)):
                yield option.at, option.content.source if isinstance(option.content, Code) else option.content.text


def _unseen(at: DataPath, text: str) -> Iterator[Advice]:
    """Characters without width, and letters that look like Latin ones in the middle of Latin words."""
    if text.isascii():
        return
    if found := _INVISIBLE.search(text):
        line = text.count("\n", 0, found.start()) + 1
        message = f"there is a character that nobody can see, U+{ord(found[0]):04X}, in line {line} of this text"
        yield Advice(rules.UNSEEN_CHARACTER, at, message)
        return
    for word in _MIXED.finditer(text):
        strange = [sign for sign in word[0] if not sign.isascii() and skeleton(sign).isascii() and sign.isalpha()]
        if strange:
            message = f"in {word[0]!r} one letter is not what it looks like: U+{ord(strange[0]):04X}"
            yield Advice(rules.UNSEEN_CHARACTER, at, message)
            return
