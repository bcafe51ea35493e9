"""Likeness: what a question asks as a fingerprint. It is the same where only numbers, spacing or look-alikes differ."""

from __future__ import annotations

import re

from quizproof.comparison.seen import skeleton
from quizproof.kinds.base import Block, Question
from quizproof.quizfile.fields import CODE, PROSE, TEXT, texts
from quizproof.store.fingerprints import digest

MIN_LENGTH = 120
"""Characters of what is asked, without spaces. Shorter questions are alike by nature: "What is 6 times 7?"."""
_ASKED = frozenset(["prompt", "setup", "code", "options", "lines", "value", "check", "pairs", "solution", "starter"])
"""The keys whose texts make a question what it is; explanations and feedback may be the same."""
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_DROPPED = re.compile(r"[\W_]+")


def likeness(block: Block) -> str:
    """What a question has in common with its twins: a fingerprint of what it asks. Empty for what has none.

    block  as its author wrote it
    """
    if not isinstance(block, Question):
        return ""
    asked = [text for role in (PROSE, CODE, TEXT) for path, text in texts(block, role) if path[0] in _ASKED]
    whole = "|".join(_DROPPED.sub("", _NUMBER.sub("0", skeleton(text).lower())) for text in asked)
    return digest(block.kind, whole)[:32] if len(whole) >= MIN_LENGTH else ""
