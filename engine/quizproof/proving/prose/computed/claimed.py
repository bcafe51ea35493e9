"""Claims of prose that need no run: an expression of literals in code marks, and what it is said to give.

"`round(2.5)` is 3", "so `"9" < "10"`", "`[].pop()` raises a `ValueError`".
"""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from quizproof.comparison.numbers import is_number
from quizproof.comparison.outputs import fold
from quizproof.proving.prose.computed.literals import Printed, Raises, evaluated, names_in, parsed
from quizproof.proving.prose.sentences import EXCEPTION, NO_UNIT, NUMBER, Sentence, is_elsewhere

_CODE = re.compile(r"(?<!`)(?P<ticks>`{1,2})(?!`)(?P<code>[^\n]+?)(?<!`)(?P=ticks)(?!`)")
_MANNER = r"(?: (?:therefore|thus|still|also|simply|again|always|indeed|really|exactly|now))?"
_VALUE = rf"(?P<value>`[^`\n]+`|``[^\n]+?``|(?:\*\*)?(?:{NUMBER}|true|false|True|False|None)(?:\*\*)?{NO_UNIT})"
_GIVES = re.compile(
    rf"{_MANNER} (?P<verb>is|gives|returns|prints|shows|outputs|equals|yields|evaluates to|comes to|makes|=|==|→)"
    rf"{_MANNER} {_VALUE}(?!\s*(?:[-+*/<>=]|\w+`))"
)
_RAISES = re.compile(rf"{_MANNER} (?:raises|throws|fails with|gives)(?: an?| the)? `?(?P<name>{EXCEPTION})\b")
_SO = re.compile(r"(?i)\b(?:so|because|since|thus|hence|therefore|it follows that|means that|this shows that) $")
_ENDS = re.compile(r"\s*(?:[.,;:!?)]|$|(?:and|but|because|since|which|so)\b)")
_BESIDE = 60
"""Characters before an expression that tell how it is meant."""
_UNLESS = re.compile(
    r"(?i)\b(?:if|unless|whether|when|than|though|were|where|of|in|with|like|such as|not|n't|no|never)\W*$"
)
"""Words before an expression by which the statement about it is none, or about something larger."""
_BELIEVED = re.compile(
    r"(?i)\b(?:believed?|thinks?|thought|expect(?:ed)?|assumed?|supposed?|guess|said|says?)(?: \w+)?(?: that)? $"
    r"|^\W*$|\bcommon belief: $"
)


@dataclass(frozen=True)
class Claimed:
    """What prose says that an expression of literals gives."""

    text: str
    """What is stated, as typed."""
    index: int
    """Where in the prose it is."""
    message: str
    """What is so instead; where it is true, what is so."""
    holds: bool
    value: Any
    """What the expression gives, or `Raises`."""
    whole: bool
    """Whether its sentence says nothing more than that somebody believes it."""


def claimed(sentence: Sentence, code: str, *, believed: bool = False) -> Iterator[Claimed]:
    """What a sentence says plainly of expressions of literals.

    code      of the block: what it gives a name of its own, is not what the name means elsewhere
    believed  whether what somebody is said to believe counts, too
    """
    for found in _CODE.finditer(sentence.text):
        source = found["code"].strip()
        # A word stands for what is further away, so that it is not taken for the beginning.
        near = max(0, found.start() - _BESIDE)
        before, after = "word " * bool(near) + sentence.text[near : found.start()], sentence.text[found.end() :]
        elsewhere = not believed and is_elsewhere(sentence.text, found.start())
        if elsewhere or _UNLESS.search(before) or not _is_operation(source):
            continue
        if any(_is_redefined(name, code) for name in names_in(source)):
            continue
        value = evaluated(source)
        if isinstance(value, Raises) and value.exception is None:
            continue
        said = _said(sentence, source, value, before, after)
        if said:
            typed, offset, holds, end = said
            index = found.start() if offset is None else found.end() + offset
            whole = bool(_BELIEVED.search(before)) and not re.search(r"\w", after[end:])
            yield Claimed(typed, sentence.at(index), f"`{source}` {_shown(value)}", holds, value, whole)


def _said(
    sentence: Sentence, source: str, value: Any, before: str, after: str
) -> tuple[str, int | None, bool, int] | None:
    """What is said of an expression: as typed, where in what follows it, whether it holds, and where it ends."""
    if stated := _RAISES.match(after):
        holds = isinstance(value, Raises) and _is_a(value.exception, stated["name"])
        return stated["name"], stated.start("name"), holds, stated.end()
    if stated := _GIVES.match(after):
        typed = stated["value"]
        text = typed.strip("`*").strip() if typed[0] in "`*" else typed
        agreement = _agrees(text, value, marked=typed.startswith("`"))
        return None if agreement is None else (text, stated.start("value"), agreement, stated.end())
    tree = parsed(source)
    if isinstance(tree, ast.Compare) and _SO.search(before) and _ENDS.match(after) and isinstance(value, bool):
        return source, None, value, 0
    return None


def _is_operation(source: str) -> bool:
    """Whether something is to be worked out; a literal is what it is."""
    tree = parsed(source)
    return isinstance(tree, (ast.BinOp, ast.BoolOp, ast.Call, ast.Compare, ast.Subscript)) or (
        isinstance(tree, ast.UnaryOp) and not isinstance(tree.operand, ast.Constant)
    )


def _is_redefined(name: str, code: str) -> bool:
    word = re.escape(name)
    defined = rf"\b(?:def|class|import|as|for) {word}\b|\b{word} *(?:=(?!=)|:=)|\b{word} *,.*=|\bimport \*"
    return bool(re.search(defined, code))


def _agrees(text: str, value: Any, *, marked: bool) -> bool | None:
    """Whether a value is what is typed of it; None where the typed text may mean something else.

    marked  whether it is in code marks, and can be an expression
    """
    if isinstance(value, Raises):
        # An expression without a value has none, whatever is stated.
        return False if not isinstance(evaluated(text), Raises) else None
    if isinstance(value, Printed):
        return _same_text(text, value.text)
    if text in ("true", "false"):
        return value is (text == "true") if isinstance(value, bool) else None
    typed = evaluated(text)
    if isinstance(typed, (Raises, Printed)):
        # `A-B_c`: a text without its quotes. A name or a sentence may mean something else.
        if not isinstance(value, str) or not marked:
            return None
        return _same_text(text, value) or (None if hasattr(builtins, text) or "(" in text else False)
    if is_number(typed) and is_number(value):
        return _same_number(text, typed, value)
    if isinstance(typed, type) or isinstance(value, type):
        return typed is value or typed is type(value) or (False if isinstance(value, type) else None)
    return bool(typed == value) or (_same_text(text, value) if isinstance(value, str) else False)


def _same_number(text: str, typed: float, value: float) -> bool:
    """Whether a number is the value, rounded to its digits."""
    if typed == value:
        return True
    digits = len(text.lower().partition("e")[0].partition(".")[2])
    return bool(digits) and "e" not in text.lower() and abs(typed - value) <= 0.5 * 10.0**-digits * (1 + 1e-9)


def _same_text(text: str, value: str) -> bool:
    return fold(text).strip("'\" ") == fold(value).strip("'\" ")


def _is_a(raised: type[Exception] | None, name: str) -> bool:
    stated = getattr(builtins, name, None)
    return raised is None or not isinstance(stated, type) or issubclass(raised, stated)


def _shown(value: Any) -> str:
    if isinstance(value, Raises):
        return f"raises {value.exception.__name__}" if value.exception else "has no value"
    if isinstance(value, Printed):
        return f"prints {value.text}"
    if isinstance(value, type):
        return f"is {value.__name__}"
    # A set is in another order in every process.
    is_set = isinstance(value, (set, frozenset)) and value
    text = f"{{{', '.join(sorted(map(repr, value)))}}}" if is_set else repr(value)
    return f"is {text if len(text) <= 60 else text[:60] + ' …'}"
