"""Left out: steps that a statement is about and that its proof never takes.

"`sorted` keeps the order of equal items, even with `reverse=True`" is not proven by `assert sorted([2, 1]) == [1, 2]`,
which passes and can fail, but is about something else.
"""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Iterator

from quizproof import rules
from quizproof.findings import Advice
from quizproof.kinds.base import Block, Question

_PIECE = re.compile(r"(?<!`)`(?!`)([^`\n]+)`(?!`)")
_STRING = re.compile(r"\"[^\"]*\"|'[^']*'")
_WORD = re.compile(r"[A-Za-z_]\w+")
_ARGUMENT = re.compile(r"\w+(?==[^=])")
_TYPES = frozenset(name for name in dir(builtins) if isinstance(getattr(builtins, name), type))
"""Types are made by literals, and exceptions are named by another rule."""
_UNSAID = _TYPES | frozenset(keyword.kwlist) | {"None", "True", "False", "self"}
_OTHERWISE = re.compile(r"(?i)\b(?:without|instead of|unlike|rather than|not|no|than|as|like|older|if)\b|n['’]t\b")


def left_out(block: Block) -> Iterator[Advice]:
    """What a proven statement names and neither its proof nor what comes before it has: of each statement the first.

    block  its first variant
    """
    if not isinstance(block, Question):
        return
    before = block.with_shared(getattr(block, "setup", None)) + str(getattr(block, "code", None) or "")
    for group in ("options", "points"):
        for index, each in enumerate(getattr(block, group, ())):
            text, proof = getattr(each, "text", None), getattr(each, "proof", None)
            if not text or not proof:
                continue
            if name := _missing(text, set(_WORD.findall(f"{before}\n{proof}"))):
                message = f"the statement is about `{name}`, which its proof does not use"
                help_ = f"Let the proof use `{name}`, and assert what it brings about."
                yield Advice(rules.STEP_LEFT_OUT, (group, index, "proof"), message, help=help_)


def _missing(text: str, used: set[str]) -> str:
    """The name that a statement is about and that code does not use; empty when there is none."""
    pieces = [_STRING.sub("", found) for found in _PIECE.findall(text)]
    names = [
        name
        for piece in pieces
        for name in map(str, _WORD.findall(piece))
        if name not in _UNSAID and not (name.startswith("__") and name.endswith("__"))
    ]
    if names and not used & set(names):
        return names[-1] if len(pieces) == 1 else names[0]
    for found in _PIECE.finditer(text):
        argument = _ARGUMENT.match(found[1])
        if argument and argument[0] not in used and not _OTHERWISE.search(text[: found.start()]):
            return str(argument[0])
    return ""
