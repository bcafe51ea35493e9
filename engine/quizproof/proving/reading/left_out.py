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
_NO_STEP = re.compile(
    r"(?i) (?:commands?|packages?|modules?|librar\w+|programs?|tools?|files?|folders?|pages?|keywords?|statements?"
    r"|operators?|types?|dtypes?|devices?|formats?|errors?)\b"
)
"""Words after something that no program calls."""
_TYPES = frozenset(name for name in dir(builtins) if isinstance(getattr(builtins, name), type))
"""Types are made by literals, and exceptions are named by another rule."""
_UNSAID = _TYPES | frozenset(keyword.kwlist) | {"None", "True", "False", "self", "python", "numpy", "torch", "keras"}
_OTHERWISE = re.compile(r"(?i)\b(?:without|instead of|unlike|rather than|not|no|than|as|like|if)\b|n['’]t\b")
"""Words after which something is named that is not used, or only compared with."""


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
            if name := _missing(text, f"{before}\n{proof}"):
                message = f"the statement is about `{name}`, which its proof does not use"
                help_ = f"Let the proof use `{name}`, and assert what it brings about."
                yield Advice(rules.STEP_LEFT_OUT, (group, index, "proof"), message, help=help_)


def _missing(text: str, code: str) -> str:
    """The name that a statement is about and that code does not use; empty when there is none."""
    pieces = [
        found
        for found in _PIECE.finditer(text)
        if not _OTHERWISE.search(text[: found.start()]) and not _NO_STEP.match(text, found.end())
    ]
    names = [
        name
        for piece in pieces
        for name in map(str, _WORD.findall(_STRING.sub("", piece[1])))
        if name not in _UNSAID and not (name.startswith("__") and name.endswith("__"))
    ]
    # As a part of a longer name, too: `requires_grad_` sets `requires_grad`.
    if names and not any(name in code for name in names):
        return names[-1] if len(pieces) == 1 else names[0]
    arguments = (str(found[0]) for piece in pieces if (found := _ARGUMENT.match(piece[1])))
    return next((name for name in arguments if name not in code), "")
