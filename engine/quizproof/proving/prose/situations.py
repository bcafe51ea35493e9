"""Situations: opening phrases that tell no other situation than that of the run, so that the sentence is about it.

"Without a default, `pop` raises a `KeyError` when the key is missing" is about a run that raised, and so had no
default. "Without an argument, `pop` raises a `TypeError`" is about another call.
"""

from __future__ import annotations

import re
from dataclasses import replace

from quizproof.proving.prose.sentences import Sentence

_REMEDY = re.compile(
    r"(?i)\bwithout (?:an? |the |any |such an? )?`?(?P<what>default(?: value)?|fallback|handler|guard|check|conversion"
    r"|cast|try|except|try/except)`?(?! (?:of|for|in|on)\b)"
)
"""What would have kept a run from raising: one that raised had none."""
_CAUSES = {
    "KeyError": r"key",
    "IndexError": r"index|position",
    "AttributeError": r"attribute|method",
    "NameError": r"name|variable",
    "FileNotFoundError": r"file",
    "ModuleNotFoundError": r"module|package",
}
_FAILS = (
    r"(?:is|was) (?:missing|absent|unknown|not (?:there|found|known|defined|in (?:it|the \w+))|out of range|too large)"
    r"|does not exist|doesn't exist|has no value"
)
_CALLED = re.compile(r"`(?:\w+\.)*(?P<name>\w+)(?:\([^`\n]*\))?`\W*$")
_OTHERS = re.compile(
    r"(?i)\b(?:lists?|tuples?|sets?|dictionar\w+|strings?|numbers?|texts?|for an?|of an?|on an?|in an?)\b"
)
"""Words by which a sentence is about some other object than that of the run."""


def of_the_run(sentence: Sentence, raised: str, code: str) -> Sentence | None:
    """The sentence without phrases that hold of a run that raised; None if there are none, or it is about another call.

    raised  the name of the exception
    code    of the block
    """
    cause = (
        rf"(?i)\b(?:when|if|whenever|as) (?:the|this|that|its|an?) `?(?:{_CAUSES.get(raised, '(?!)')})`? (?:{_FAILS})"
    )
    remedies = [found for found in _REMEDY.finditer(sentence.text) if found["what"].split()[0] not in code]
    found = [*remedies, *re.finditer(cause, sentence.text)]
    verb = re.search(r"\b(?:raises|throws|fails with|dies with|crashes with)\b", sentence.text)
    if not found or not verb or _OTHERS.search(sentence.text):
        return None
    called = _CALLED.search(sentence.text[: verb.start()])
    pronoun = re.search(r"(?i)\b(?:it|this|python|the (?:program|code|call|line))\W*$", sentence.text[: verb.start()])
    if not pronoun and not (called and re.search(rf"\b{called['name']}\(", code)):
        return None
    text = sentence.text
    for each in found:
        text = text[: each.start()] + "…" * len(each[0]) + text[each.end() :]
    return replace(sentence, text=text)
