"""Numbers in words: "three traces" says what "3 traces" does."""

from __future__ import annotations

import re
from dataclasses import replace

from quizproof.proving.prose.sentences import Sentence

_WORDS = (
    "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen"
    " nineteen twenty"
)
"""Not "one" and "zero", which are more often no number: "this one", "from zero"."""
_DIGITS = {word: str(number) for number, word in enumerate(_WORDS.split(), 2)} | {"thirty": "30", "hundred": "100"}
_WORD = re.compile(
    rf"(?i)(?<![\w-])(?:a )?(?P<n>{'|'.join(_DIGITS)})(?![\w-]| (?:hundred|thousand|million|thirds|of\b))"
)


def in_digits(sentence: Sentence) -> Sentence | None:
    """The sentence with digits for its number words; None where it has none. Places in the prose stay what they are."""
    text, places, end = "", list[int](), 0
    for found in _WORD.finditer(sentence.text):
        digits = _DIGITS[found["n"].lower()]
        text += sentence.text[end : found.start()] + digits
        places += [*range(end, found.start()), *[found.start("n")] * len(digits)]
        end = found.end()
    if not end:
        return None
    text += sentence.text[end:]
    places += range(end, len(sentence.text) + 1)
    return replace(sentence, text=text, places=tuple(places))


def with_digits(text: str) -> str:
    """A text with digits for its number words."""
    return _WORD.sub(lambda found: _DIGITS[found["n"].lower()], text)
