"""Quotations: what prose says, word by word, that a program prints or that an exception tells."""

from __future__ import annotations

import re
from collections.abc import Iterator

from quizproof.comparison.outputs import fold
from quizproof.proving.prose.sentences import MARKUP, Sentence, Stated

_SAYS = (
    r"(?i:\b(?:(?:the|this) (?:program|code|script|snippet|call|loop)|python|it|which|this|that|so|and)"
    r"(?: (?:then|therefore|thus|finally|simply))? (?:prints|outputs|displays|shows)"
    r"|\b(?:the|its|this|correct) (?:(?:final|printed|whole) )?(?:output|answer) is(?: therefore| thus| then)?):?"
)
_QUOTED = re.compile(
    rf"{_SAYS} (?:(?:\*\*|__)?(?P<ticks>`+)(?P<code>[^`\n]+)(?P=ticks)"
    r"|(?:\*\*)?(?P<tuple>[\[({][^\])}\n]*[\])}])"
    r"|(?P<word>True|False|None)\b"
    r"|[\"“](?P<text>[^\"”\n]+)[\"”])"
)
_MESSAGE = re.compile(
    rf"(?i)\b(?:message|error) (?:is|says|reads|tells)(?: that)?:? {MARKUP}?(?P<quote>[`\"“])(?P<text>[^`\"”\n]+)[`\"”]"
)
_NO_OUTPUT = re.compile(r"\.\.\.|…|\\|\w\(|^\W*$|^\w+=")
"""What is cut, has escapes, or is an expression and not what it gives."""


def outputs(sentence: Sentence) -> Iterator[Stated]:
    """Texts that the sentence says are printed, but for plain numbers: "the program prints `ytho`"."""
    for found in _QUOTED.finditer(sentence.text):
        group = next(name for name in ("code", "tuple", "word", "text") if found[name] is not None)
        text = found[group]
        number = re.fullmatch(r"[-+−]?[\d.,]+(?:e[-+]?\d+)?", text.strip())
        literal = group != "tuple" or re.search(r"[\d'\"]|True|False|None|\[\]|\(\)|\{\}", text)
        if not number and literal and not _NO_OUTPUT.search(text) and sentence.states(*found.span()):
            yield Stated(text, sentence.at(found.start(group)))


def messages(sentence: Sentence) -> Iterator[Stated]:
    """Texts that the sentence says are the message of an exception."""
    for found in _MESSAGE.finditer(sentence.text):
        if not re.search(r"\.\.\.|…|\\", found["text"]) and sentence.affirms(found.start()):
            yield Stated(found["text"], sentence.at(found.start("text")))


def is_in(text: str, given: str) -> bool:
    """Whether a quotation is a part of a text, in whole words; spacing, quotation marks and case do not count."""
    return bool(re.search(rf"(?<!\w){re.escape(_bare(text))}(?!\w)", _bare(given)))


def _bare(text: str) -> str:
    unquoted = re.sub(r"['\"`“”‘’*]", "", fold(text)).casefold().strip(" .")
    return " ".join(re.sub(r"\s*([^\w\s])\s*", r"\1", unquoted).split())
