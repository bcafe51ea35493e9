"""Excerpts: an author's own lines, with the place of a finding underlined."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

from rich.cells import cell_len
from rich.text import Text

from quizproof.findings import Span
from quizproof_renderers.text import visible

CONTEXT = 2
"""Lines shown before and after the place."""
MAX_LINES = 8
"""Lines of a place that are shown; of a longer one, the first and the last."""
MAX_COLUMNS = 20_000
"""Characters of one line that are looked at; a bank may hold data in one endless line."""
TAB = "    "
"""How a tab is shown: a caret below the line must know how wide it is."""


@dataclass(frozen=True)
class Row:
    """One line of an excerpt."""

    number: int | None
    """Its line number; None under a line, or where lines are left out."""
    text: Text


def excerpt(source: str, span: Span, *, width: int, style: str) -> list[Row]:
    """The lines around a place, which is underlined.

    source  a whole file, with its lines ended by line feeds
    span    the place; lines and columns count from 1, and `end_column` is the first one after it
    width   cells of a line; longer ones are cut in such a way that the underlined part stays in sight
    style   how the underline looks, as rich writes styles

    Returns rows for a gutter to put numbers before, and none when the source does not reach the place:

        8     code: print(bool("False"))
        9     answer: False
                      ^^^^^
    """
    lines = _lines(source)
    if not 1 <= span.line <= len(lines):
        return []
    last = min(max(span.line, span.end_line), len(lines))
    before = range(max(1, span.line - CONTEXT), span.line)
    after = range(last + 1, min(len(lines), last + CONTEXT) + 1)
    # Empty lines at the edges are no context.
    while before and not lines[before[0] - 1].strip():
        before = before[1:]
    while after and not lines[after[-1] - 1].strip():
        after = after[:-1]
    # A place of several lines has a bar on its left, so its context moves to the right.
    margin = "  " if last > span.line else ""
    rows = [_plain(number, lines, margin, width) for number in before]
    rows += _spread(lines, span, last, width, style) if margin else _single(lines, span, width, style)
    rows += [_plain(number, lines, margin, width) for number in after]
    return rows


def _plain(number: int, lines: Sequence[str], margin: str, width: int, style: str = "") -> Row:
    text = _line(lines[number - 1]).view(0, 0, width - len(margin)).text
    return Row(number, Text.assemble((margin, style), text) if text else Text(margin.rstrip(), style))


def _single(lines: Sequence[str], span: Span, width: int, style: str) -> Iterator[Row]:
    """The one line of a place, and the carets under it."""
    end = span.end_column if span.end_line == span.line else span.column + 1
    view = _line(lines[span.line - 1]).view(span.column - 1, end - 1, width)
    yield Row(span.line, Text(view.text))
    yield Row(None, Text.assemble(" " * view.start, ("^" * view.length, style)))


def _spread(lines: Sequence[str], span: Span, last: int, width: int, style: str) -> Iterator[Row]:
    """The lines of a place with a bar down their left side."""
    numbers: list[int | None] = list(range(span.line, last + 1))
    if len(numbers) > MAX_LINES:
        numbers = [*numbers[: MAX_LINES // 2], None, *numbers[-MAX_LINES // 2 :]]
    for number in numbers:
        if number is None:
            yield Row(None, Text("| …", style))
        else:
            yield _plain(number, lines, "/ " if number == span.line else "| ", width, style)
    # The last character of the place: columns count from 1, and the end is the one after it.
    view = _line(lines[last - 1]).view(span.end_column - 2, span.end_column - 1, width - 2)
    yield Row(None, Text("|" + "_" * (view.start + 1) + "^", style))


@lru_cache(maxsize=4)
def _lines(source: str) -> list[str]:
    """The lines of a file, of which there may be many findings."""
    return source.split("\n")


@lru_cache(maxsize=16)
def _line(text: str) -> _Line:
    return _Line(text)


@dataclass(frozen=True)
class _View:
    """The visible part of a line, and where in it the underlined part is, in cells."""

    text: str
    start: int
    length: int


class _Line:
    """A source line made safe to show, one piece per character, so that columns can still be found in it."""

    def __init__(self, text: str) -> None:
        self._pieces = [TAB if char == "\t" else visible(char) for char in text[:MAX_COLUMNS].rstrip()]
        self._ends = [0, *accumulate(map(cell_len, self._pieces))]
        """Where each piece begins, in cells, and where the last one ends."""

    def view(self, start: int, end: int, width: int) -> _View:
        """As much of the line as fits in `width` cells, with the characters from `start` to `end` in sight."""
        length = len(self._pieces)
        start = max(0, min(start, length))
        end = max(start, min(end, length))
        left, right = self._window(start, end, width)
        head = "…" if left else ""
        tail = "…" if right < length else ""
        lead = cell_len(head) + self._cells(left, start)
        return _View(
            text=f"{head}{''.join(self._pieces[left:right])}{tail}",
            start=lead,
            length=max(1, self._cells(start, min(end, right))),
        )

    def _window(self, start: int, end: int, width: int) -> tuple[int, int]:
        length = len(self._pieces)
        if self._cells(0, length) <= width:
            return 0, length
        left = 0
        if self._cells(0, end) > width - 1:
            # A third of the room goes to what is before it.
            left = start
            while left > 0 and self._cells(left - 1, start) <= width // 3:
                left -= 1
        room = width - 1 - (1 if left else 0)
        right = left
        while right < length and self._cells(left, right + 1) <= room:
            right += 1
        return left, right

    def _cells(self, start: int, end: int) -> int:
        return self._ends[end] - self._ends[start]
