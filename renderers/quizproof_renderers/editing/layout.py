"""The layout of a quiz file: one way to write what a file says, with its comments, and with every value as it was.

Entries are indented by two spaces, those of a list below a key as well. After a colon and after a dash comes one space.
The lines of a `|` block are two spaces further in than its key. Lines have no spaces at their ends, and no two empty
lines follow each other. How a value is written (plain, in quotes, as a block, in braces) stays as its author has it,
and so does the order of keys.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from quizproof.findings import DataPath, Span
from quizproof.quizfile.source_text import SourceError
from quizproof.quizfile.yaml_document import Document, parse_text, written

INDENT = 2
_DASHES = re.compile(r"(?:- *)+")
_HEADER = re.compile(r"[|>]([+-]?)(\d?)([+-]?)")
"""How a block begins: whether it keeps the empty lines at its end, and by how much it is indented."""


class LayoutError(Exception):
    """The file cannot be laid out; the message says why."""


def laid_out(document: Document) -> str:
    """The text of a file in its one layout. What it says is the same, to the last value.

    document  the file as it was read

    Raises LayoutError where a file is written in a way that cannot be kept.
    """
    text = _Layout(document).text()
    try:
        again = parse_text(document.path, text)
    except SourceError as error:
        raise LayoutError(f"it could not be read any more: {error.finding.message}") from None
    if meaning(again.data) != meaning(document.data) or again.styles != document.styles:
        raise LayoutError("a value would change")
    return text


def meaning(data: Any) -> Any:
    """The data of a document in a form that is equal only for the same values, written the same."""
    if isinstance(data, dict):
        return {key: meaning(value) for key, value in data.items()}
    if isinstance(data, list):
        return [meaning(value) for value in data]
    return type(data).__name__, str(written(data))


@dataclass(frozen=True)
class _Entry:
    """A key, or the dash of a list item, that begins a line."""

    old: int
    """Its column, from 0."""
    new: int
    """The one that it gets."""


class _Layout:
    """The lines of a file on their way into their layout."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._lines = document.lines
        self._entries = self._find_entries()
        self._inner: dict[int, str] = {}
        """Further lines of scalars and braces as they become, by their index."""
        for path in document.values:
            if path and not self._is_in_braces(path):
                self._place_inner_lines(path)

    def text(self) -> str:
        """The whole text."""
        made: list[str] = []
        indent: int | None = None
        for index in reversed(range(len(self._lines))):  # from the end, because a comment belongs to what follows it
            line = self._lines[index].strip()
            if index in self._inner:
                made.append(self._inner[index])
            elif index in self._entries:
                indent = self._entries[index].new
                made.append(" " * indent + self._tidied(index))
            elif line:
                made.append(" " * (self._indent_at_end(index) if indent is None else indent) + line)
            elif made and made[-1]:  # an empty line, neither at the end nor before another
                made.append("")
        while made and not made[-1]:
            made.pop()
        return "\n".join(reversed(made)) + "\n"

    def _indent_at_end(self, index: int) -> int:
        """The indentation of a comment after the last entry: that of the last entry that was no further in."""
        line = self._lines[index]
        column = len(line) - len(line.lstrip())
        return next((entry.new for _, entry in reversed(self._entries.items()) if entry.old <= column), 0)

    # ---- entries

    @cached_property
    def _braces(self) -> tuple[DataPath, ...]:
        """The mappings and lists that are written in braces and brackets, the outermost ones."""
        found: list[DataPath] = []
        for path, span in sorted(self._document.values.items(), key=lambda item: len(item[0])):
            begins = self._lines[span.line - 1][span.column - 1 : span.column] if self._lines else ""
            if path not in self._document.styles and begins in ("{", "[") and not self._below(path, found):
                found.append(path)
        return tuple(found)

    def _is_in_braces(self, path: DataPath) -> bool:
        return self._below(path, self._braces)

    @staticmethod
    def _below(path: DataPath, others: Any) -> bool:
        return any(len(path) > len(other) and path[: len(other)] == other for other in others)

    def _find_entries(self) -> dict[int, _Entry]:
        """What begins a line, by the index of the line, in their order."""
        found: dict[int, tuple[int, DataPath]] = {}
        for path, span in self._document.keys.items():
            if not self._lines[span.line - 1][: span.column - 1].strip() and not self._is_in_braces(path):
                found[span.line - 1] = (span.column - 1, path)
        for path, span in self._document.values.items():
            if not path or isinstance(path[-1], str) or self._is_in_braces(path):
                continue
            head = self._lines[span.line - 1][: span.column - 1]
            if not _DASHES.fullmatch(head.strip()):
                raise LayoutError(f"line {span.line} begins a list item whose dash is on another line")
            index = span.line - 1
            if index not in found or len(path) < len(found[index][1]):  # of `- - a` the first dash begins the line
                found[index] = (len(head) - len(head.lstrip()), path)
        return {i: _Entry(column, INDENT * (len(path) - 1)) for i, (column, path) in sorted(found.items())}

    @cached_property
    def _keys_of_lines(self) -> dict[int, tuple[Span, DataPath]]:
        """The key that begins a line, maybe after dashes, by the index of the line."""
        return {
            span.line - 1: (span, path)
            for path, span in reversed(self._document.keys.items())
            if not self._lines[span.line - 1][: span.column - 1].strip(" -") and not self._is_in_braces(path)
        }

    def _tidied(self, index: int) -> str:
        """A line that an entry begins, without its indentation: one space after each dash, and after its key."""
        line = self._lines[index].rstrip()
        head = _DASHES.match(line.lstrip()) if line.lstrip()[:2] in ("- ", "-") else None
        dashes = head[0].count("-") if head else 0
        start = len(line) - len(line.lstrip()) + (head.end() if head else 0)
        rest = line[start:]
        if index in self._keys_of_lines:
            span, path = self._keys_of_lines[index]
            value = self._document.values[path]
            between = line[span.end_column - 1 : value.column - 1] if value.line == span.line else ""
            if re.fullmatch(r" *: +", between):
                rest = f"{line[span.column - 1 : span.end_column - 1]}: {line[value.column - 1 :]}"
        return ("- " * dashes + rest).rstrip()

    # ---- what values have on further lines

    def _place_inner_lines(self, path: DataPath) -> None:
        document = self._document
        if path not in document.styles and path not in self._braces:
            return
        span = document.values[path]
        key = document.keys.get(path)
        first = (key or span).line - 1
        last = span.end_line - (1 if span.end_column > 1 else 2)
        if last <= first:
            return
        entry = self._entries.get(first)
        old = key.column - 1 if key else (entry.old if entry else 0)
        new = INDENT * (len(path) - 1)
        inner = range(first + 1, min(last + 1, len(self._lines)))
        style = document.styles.get(path)
        if style in ("|", ">"):
            self._inner |= self._of_block(inner, self._lines[span.line - 1][span.column - 1 :], old, new)
        elif style is None:  # in braces or brackets, whose lines stay below each other
            change = self._move_of(span.line - 1) if span.line - 1 == first else new - old
            for index in inner:
                line = self._lines[index]
                column = len(line) - len(line.lstrip())
                self._inner[index] = " " * max(column + change, 0) + line.strip() if line.strip() else ""
        else:
            for index in inner:
                text = self._lines[index].lstrip() if style == '"' else self._lines[index].strip()
                self._inner[index] = " " * (new + INDENT) + text if text else ""

    def _move_of(self, index: int) -> int:
        """By how many columns the value moves that ends the line of an entry."""
        entry = self._entries.get(index)
        return entry.new + len(self._tidied(index)) - len(self._lines[index].rstrip()) if entry else 0

    def _of_block(self, inner: range, header: str, old: int, new: int) -> dict[int, str]:
        """The lines of a `|` or `>` block, whose first line says how its spaces count."""
        lines = {index: self._lines[index] for index in inner}
        found = _HEADER.match(header)
        assert found
        full = [index for index, line in lines.items() if line.strip()]
        if "+" not in found[0]:  # the empty lines at its end are nobody's
            lines = {index: line for index, line in lines.items() if full and index <= full[-1]}
        if found[2]:
            change = new - old
            return {index: _moved(line, change) for index, line in lines.items()}
        if not full:
            return dict.fromkeys(lines, "")
        column = len(lines[full[0]]) - len(lines[full[0]].lstrip(" "))
        return {
            index: " " * (new + INDENT) + line[column:] if len(line) > column else "" for index, line in lines.items()
        }


def _moved(line: str, change: int) -> str:
    """A line with more spaces before it, or with fewer."""
    return " " * change + line if change >= 0 else line[min(-change, len(line) - len(line.lstrip(" "))) :]
