r"""Text as a person sees it: without what cannot be seen, and with what looks alike as one character.

What is left of two texts is equal when no reader can tell them apart. The idea is that of "skeletons" in Unicode
Technical Standard 39 (https://www.unicode.org/reports/tr39/#Confusable_Detection), whose table has thousands of
entries. Here are only those letters that most fonts draw with the very glyph of a Latin one; mathematics and foreign
words keep theirs, so that `σ` is not `s`.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it.token import Token

_ALIKE = str.maketrans(
    # Cyrillic, Greek, then hyphens, minus and quotation marks.
    "аеорсухіјѕһԁԛԝАВЕКМНОРСТУХІЈЅԚԜΑΒΕΖΗΙΚΜΝΟΡΤΥΧο‐‑‒–−‘’“”",
    "aeopcyxijshdqwABEKMHOPCTYXIJSQWABEZHIKMNOPTYXo-----''\"\"",
)
_SPACE = re.compile(r"\s+")
_JOINER = "\u200d"
_BENDING = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""Marks of direction, which every renderer writes as escapes, so that they are seen."""


def plain(text: str) -> str:
    r"""Text as it can be typed: composed (NFC), without characters that have no width, every space a usual one.

    The script of the page has the same rule for what learners type.

        >>> plain("3\u00a0app\u200bles")
        '3 apples'
    """
    if text.isascii():
        return text
    return "".join(map(_typed, unicodedata.normalize("NFC", text)))


def _typed(character: str) -> str:
    if character.isascii():
        return character
    category = unicodedata.category(character)
    if category == "Zs":
        return " "
    # A joiner makes one picture of several.
    return "" if category == "Cf" and character != _JOINER and not _BENDING.match(character) else character


def skeleton(text: str) -> str:
    """Text in which all that looks alike is equal: `plain`, with Latin letters for those that are drawn like them."""
    return text if text.isascii() else plain(text).translate(_ALIKE)


def rendered(markdown: str) -> str:
    """Markdown as its reader sees it, without emphasis, marks of code and line breaks: the skeleton of its words.

    markdown  CommonMark, with formulas between dollars

        >>> rendered("*two*  words"), rendered("_two_ words")
        ('two words', 'two words')
    """
    # Slow to import, and needed only where statements are compared.
    from quizproof.markdown.parser import parser

    pieces: list[str] = []
    for block in parser().parse(markdown):
        pieces += map(_shown, block.children or [block])
        # Paragraphs and cells are apart.
        pieces.append(" ")
    return skeleton(_SPACE.sub(" ", plain("".join(pieces))).strip())


def _shown(token: Token) -> str:
    """What a reader sees of a token."""
    match token.type:
        case "softbreak" | "hardbreak":
            return "\n"
        # Of an option such as `3.` or `> 5`, the mark is what counts.
        case "list_item_open" | "blockquote_open" | "hr":
            return f"{token.info}{token.markup} "
        # The signs of TeX are what counts, not how they are drawn.
        case "formula":
            return f"{token.markup}{token.content}{token.markup}"
        # Two pictures may have one description.
        case "image":
            return f"{token.content} {token.attrs.get('src', '')}"
    return token.content


def escaped(text: str) -> str:
    r"""The text with everything that cannot be seen as an escape: `3\u00a0apples`. Line breaks and tabs stay."""
    return "".join(_escape(character) if _typed(character) != character else character for character in text)


def told_apart(one: str, other: str) -> tuple[str, str]:
    r"""Two texts as messages show them: of texts that look the same, all but ASCII as escapes.

    >>> told_apart("3 apples", "3\u00a0apples")
    ('3 apples', '3\\u00a0apples')
    """
    if one != other and skeleton(one) == skeleton(other):
        return _in_ascii(one), _in_ascii(other)
    return escaped(one), escaped(other)


def _in_ascii(text: str) -> str:
    return "".join(character if character.isascii() else _escape(character) for character in text)


def _escape(character: str) -> str:
    code = ord(character)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
