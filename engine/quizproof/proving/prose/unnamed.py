"""Unnamed: exceptions that a statement says are raised, and that its proof does not name.

A proof such as `try: int("2.5")`, `except Exception: failed = True` passes, whatever was raised. So a key that says
"It raises a TypeError" is no more proven by it than one that says ValueError.
"""

from __future__ import annotations

import builtins
import re
from collections.abc import Iterator
from typing import Any

from quizproof.findings import DataPath
from quizproof.kinds.base import Block
from quizproof.proving.prose.sentences import EXCEPTION, Stated, exceptions, sentences


def unnamed(block: Block) -> Iterator[tuple[DataPath, str, Stated]]:
    """Each exception that a proven statement names and its proof does not: where, the statement, and its place there.

    A proof names it by its own name, or by that of a class that it inherits from, or that inherits from it.
    """
    setup = str(getattr(block, "setup", None) or "")
    for group in ("options", "points"):
        for index, each in enumerate(getattr(block, group, ())):
            text, proof = getattr(each, "text", None), getattr(each, "proof", None)
            if not text or not proof:
                continue
            named = set(re.findall(rf"\b(?:{EXCEPTION})\b", f"{setup}\n{proof}"))
            for sentence in sentences(text):
                for stated in exceptions(sentence):
                    if not any(_are_related(stated.text, other) for other in named):
                        yield (group, index, "text"), text, stated


def _are_related(one: str, other: str) -> bool:
    if one == other:
        return True
    classes: list[Any] = [getattr(builtins, name, None) for name in (one, other)]
    if not all(isinstance(each, type) for each in classes):
        # Of a library's own exceptions we do not know what they inherit from.
        return True
    return issubclass(classes[0], classes[1]) or issubclass(classes[1], classes[0])
