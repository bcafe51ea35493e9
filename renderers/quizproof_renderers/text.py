"""Text made safe to show. What a snippet prints, and what a stranger's quiz file holds, may be anything."""

from __future__ import annotations

import re

_UNSAFE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_BREAK = re.compile(r"[^\S\n]*\n\s*")


def visible(text: str) -> str:
    r"""The text with everything that could act on a terminal, or deceive its reader, written as an escape.

    That is: control characters (ESC becomes `\x1b`), bidirectional overrides and isolates (`\u202e`), the line
    separators of Unicode, and lone surrogates, which no encoding can write. `\n` and `\t` stay.
    """
    return _UNSAFE.sub(_escape, text)


def one_line(text: str) -> str:
    """The text as `visible` shows it, each line break replaced by one space."""
    return _BREAK.sub(" ", visible(text).strip())


def clip(text: str, length: int) -> str:
    """The text, or its beginning with a note of how much was left out."""
    if len(text) <= length:
        return text
    return f"{text[:length]}… ({len(text) - length:,} more characters)"


def shortened(text: str, length: int) -> str:
    """The text, or its beginning and three dots; they are ASCII, so that they can be shown everywhere."""
    return text if len(text) <= length else f"{text[: length - 3]}..."


def clip_lines(lines: list[str], most: int) -> list[str]:
    """The lines, or the first and the last of them with a note of how many were left out between.

    The end is kept because it is where a traceback names the exception.
    """
    if len(lines) <= most:
        return lines
    tail = most // 3
    head = most - tail - 1
    return [*lines[:head], f"… {len(lines) - head - tail:,} more lines …", *lines[-tail:]]


def plural(count: int, noun: str) -> str:
    """A count with its noun: "1 claim", "31 claims", "2 quizzes"."""
    many = f"{noun}zes" if noun.endswith("z") else f"{noun}s"
    return f"{count:,} {noun if count == 1 else many}"


def share(part: int, whole: int) -> str:
    """A share in whole percent, in which only nothing is 0 and only all is 100: "<1 %", "12 %", ">99 %"."""
    percent = round(100 * part / whole)
    if part and not percent:
        return "<1 %"
    return ">99 %" if percent == 100 and part < whole else f"{percent} %"


def sentence(text: str) -> str:
    """A remark as a sentence, with a capital and a full stop."""
    return f"{text[:1].upper()}{text[1:]}" + ("" if text.endswith((".", "?")) else ".")


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    if match[0] == "\r":
        return r"\r"
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
