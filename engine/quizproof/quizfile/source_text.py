"""The text of a quiz file: UTF-8, its line ends of one kind."""

from __future__ import annotations

import codecs

from quizproof import rules
from quizproof.findings import Finding, Span

MAX_BYTES = 4 * 1024 * 1024

_OTHER_UNICODE = {
    # The marks of UTF-32 come first, because one of them begins like that of UTF-16.
    codecs.BOM_UTF32_LE: "UTF-32",
    codecs.BOM_UTF32_BE: "UTF-32",
    codecs.BOM_UTF16_LE: "UTF-16",
    codecs.BOM_UTF16_BE: "UTF-16",
}
"""Encodings by the bytes that a file begins with."""
_FIRST = 8
"""Characters of a file that show its encoding."""


class SourceError(Exception):
    """The text is not a document we accept. Carries the finding.

    Only the first: what follows a mistake of syntax cannot be read reliably.
    """

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding)
        self.finding = finding


def decode(path: str, raw: bytes, size: int = 0) -> str:
    """The text of one file: without a byte order mark, every line ended by a line feed.

    path  the file as findings name it
    raw   its contents
    size  of the file, where `raw` is only its beginning

    Raises SourceError for a file that is too large, or that is not UTF-8.
    """
    start = Span(1, 1, 1, 1)
    if len(raw) > MAX_BYTES:
        message = f"the file has {max(size, len(raw)):,} bytes; at most {MAX_BYTES:,} are read"
        raise SourceError(Finding(rules.TOO_DEEP, path, start, message, help="Split it into several quizzes."))
    if encoding := _other_unicode(raw):
        message = f"the file is {encoding}, and quiz files are UTF-8"
        raise SourceError(Finding(rules.UNREADABLE, path, start, message, help="Save it again as UTF-8."))
    # Before decoding: of a binary file the first byte that is not UTF-8 would say little.
    if b"\0" in raw:
        message = "this is a binary file, not a quiz"
        raise SourceError(Finding(rules.UNREADABLE, path, start, message, help="Remove it from the bank."))
    raw = raw.removeprefix(codecs.BOM_UTF8)
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        before = raw[: error.start].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        line = before.count(b"\n") + 1
        column = len(before.rpartition(b"\n")[2].decode("utf-8", "replace")) + 1
        message = f"byte 0x{raw[error.start]:02x} is not UTF-8"
        place = Span(line, column, line, column + 1)
        raise SourceError(Finding(rules.UNREADABLE, path, place, message, help="Save the file as UTF-8.")) from None
    # All places count line ends of one kind, so the text has one kind.
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    # One at the start was removed above; inside, it would become a part of a key that nobody can see.
    if (index := text.find("\ufeff")) >= 0:
        line, column = text.count("\n", 0, index) + 1, index - text.rfind("\n", 0, index)
        message = "there is an invisible character, U+FEFF, here"
        place = Span(line, column, line, column + 1)
        raise SourceError(Finding(rules.YAML_SYNTAX, path, place, message, help="Remove it, or write it as an escape."))
    return text


def _other_unicode(raw: bytes) -> str:
    """The encoding of a file that editors for Windows save as "Unicode": "UTF-16" or "UTF-32"; empty for another."""
    for mark, encoding in _OTHER_UNICODE.items():
        if raw.startswith(mark):
            return encoding
    # Without a mark: YAML begins with ASCII, of which UTF-16 makes every other byte zero.
    even, odd = raw[: 2 * _FIRST : 2], raw[1 : 2 * _FIRST : 2]
    if len(odd) < _FIRST:
        return ""
    return "UTF-16" if (not any(odd) and all(even)) or (not any(even) and all(odd)) else ""
