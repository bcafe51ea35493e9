"""What pydantic finds wrong in a quiz file, said in the words of YAML. Its own wording is translated here only."""

from __future__ import annotations

from collections.abc import Collection

from pydantic_core import ErrorDetails

from quizproof import rules
from quizproof.findings import DataPath
from quizproof.spelling import nearest

_INSTEAD = {
    "dict_type": "write keys with values below it",
    "model_type": "write keys with values below it",
    "string_too_short": "write text that is not empty",
    "string_type": "write text",
    # Of lists `worded` says how many items; what is left are texts.
    "too_short": "write text that is not empty",
    "tuple_type": "write a list",
}
"""What to write, by the type of pydantic's error, where pydantic speaks of types of Python."""

_SYNONYMS = {
    "answers": "options",
    "choices": "options",
    "correct": "key",
    "feedback": "mistake",
    "question": "prompt",
    "questions": "blocks",
    "stem": "prompt",
    "test": "check",
    "tests": "check",
}
"""Our keys, by what other tools call them."""


def worded(detail: ErrorDetails, path: DataPath, known: Collection[str] = ()) -> tuple[str, str]:
    """The rule that an error of pydantic's breaks, and the message about it: ("QP108", "`prompt` is missing").

    detail  one of the errors of a ValidationError
    path    the place of the value, or of the nearest one that is in the file
    known   the keys that an unknown one may have been meant to be
    """
    last = str(detail["loc"][-1]) if detail["loc"] else ""
    match detail["type"]:
        case "missing":
            return rules.MISSING_KEY, f"`{last}` is missing"
        case "extra_forbidden":
            key = meant_key(last, known)
            return rules.UNKNOWN_KEY, f"unknown key `{last}`" + (f"; did you mean `{key}`?" if key else "")
        case code if code in rules.RULES:  # of a validator of ours
            return code, detail["msg"]
        case "too_short" | "too_long" if not isinstance(detail["input"], str):
            return rules.INVALID_VALUE, f"`{last}` {_length(detail)}"
        case other:
            subject = path[-1] if path else last
            where = f"`{subject}`" if isinstance(subject, str) else f"item {subject + 1}"
            reason = detail["msg"].removeprefix("Value error, ").replace("Input should", "should")
            instead = _INSTEAD.get(other, reason)
            return rules.INVALID_VALUE, f"{where}: {instead[:1].lower()}{instead[1:]}"


HELP = {
    rules.UNKNOWN_KEY: "Correct the key or remove it; the reference lists those that exist.",
    rules.MISSING_KEY: "Add it; the reference says what it takes.",
    rules.INVALID_VALUE: "The reference says what each key takes.",
}
"""What to do about what pydantic finds, where nothing better is known."""


def meant_key(word: str, known: Collection[str]) -> str:
    """The key that was meant; empty when none comes near.

    word   what the file has
    known  the keys that are possible there

    The key that other tools call `word`, or otherwise the nearest in spelling: `choices` is `options`, `promt` is
    `prompt`. A key that is possible there, and refused for another reason, was not meant to be another one.
    """
    usual = _SYNONYMS.get(word, "")
    near = usual if usual in known else nearest(word, dict.fromkeys(known))
    return "" if near == word else near


def _length(detail: ErrorDetails) -> str:
    """What is wrong with the number of items in a list or a mapping."""
    word, limit = ("least", "min_length") if detail["type"] == "too_short" else ("most", "max_length")
    count = detail["ctx"][limit]
    items = "item" if count == 1 else "items"
    return f"takes at {word} {count} {items}, and has {detail['ctx']['actual_length']}"
