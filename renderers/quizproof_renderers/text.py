"""Text for people: made safe, cut and joined. Snippets may print anything, and quiz files may hold anything."""

from __future__ import annotations

import re
from collections.abc import Sequence

# Control characters but for tab and line feed, separators and marks of direction, isolates, and lone surrogates.
_UNSAFE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_BREAK = re.compile(r"[^\S\n]*\n\s*")


def visible(text: str) -> str:
    r"""The text with everything that could act on a terminal, or deceive its reader, written as an escape.

    That is: control characters (ESC becomes `\x1b`), bidirectional overrides and isolates (`\u202e`), the line
    separators of Unicode, and lone surrogates, which no encoding can write. `\n` and `\t` stay.
    """
    return _UNSAFE.sub(_escape, text)


def one_line(text: str) -> str:
    """The text as `visible` shows it, in one line: each line break becomes a space."""
    return _BREAK.sub(" ", visible(text).strip())


def why_no_json(error: Exception) -> str:
    """What is wrong with a text that `json.loads` refused, in plain words."""
    return "its brackets are nested too deeply" if isinstance(error, RecursionError) else str(error)


def clip(text: str, length: int) -> str:
    """The text, or its start with a note of how much is left out."""
    if len(text) <= length:
        return text
    return f"{text[:length]}… ({len(text) - length:,} more characters)"


def shortened(text: str, length: int) -> str:
    """The text, or its start and three dots: ASCII ones, which every stream can show."""
    return text if len(text) <= length else f"{text[: length - 3]}..."


def clip_lines(lines: list[str], most: int) -> list[str]:
    """The lines, or the first and the last of them with a note of how many are left out between.

    lines  without their ends
    most   how many lines are returned at most, with the note

    The end is kept because a traceback names its exception there.
    """
    if len(lines) <= most:
        return lines
    # One line in three is from the end; one of the others is the note.
    tail = most // 3
    head = most - tail - 1
    return [*lines[:head], f"… {len(lines) - head - tail:,} more lines …", *lines[-tail:]]


def plural(count: int, noun: str) -> str:
    """A count with its noun: "1 claim", "31 claims", "2 quizzes"."""
    # Of the nouns in use only "quiz" doubles its last letter.
    many = f"{noun}zes" if noun.endswith("z") else f"{noun}s"
    return f"{count:,} {noun if count == 1 else many}"


def share(part: int, whole: int) -> str:
    """A share in whole percent, in which only nothing is 0 and only all is 100: "<1 %", "12 %", ">99 %".

    Raises ZeroDivisionError when `whole` is 0.
    """
    percent = round(100 * part / whole)
    if part and not percent:
        return "<1 %"
    return ">99 %" if percent == 100 and part < whole else f"{percent} %"


def listed(names: Sequence[str], conjunction: str = "and") -> str:
    """Names in a row: "a", "a and b", "a, b and c"."""
    return f" {conjunction} ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def sentence(text: str) -> str:
    """A remark as a sentence, with a capital and a full stop."""
    return f"{text[:1].upper()}{text[1:]}" + ("" if text.endswith((".", "?")) else ".")


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    if match[0] == "\r":
        return r"\r"
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
