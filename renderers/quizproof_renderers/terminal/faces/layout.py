"""Layout: what stands at the left edge of a terminal's lines, and how lines that are too long go on below."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.segment import Segment
from rich.text import Text

from quizproof_renderers.terminal import prose

_SPACES = re.compile(" +")
_SIGNS = re.compile(r"[(\[{,.:;=/_-]")
"""After what a line that is too long is broken: after spaces if there are any, else after what no word has in it."""


class Quoted:
    """Lines with a bar down their left side."""

    def __init__(self, lines: Sequence[Text], *, numbers: bool = False, highlight: Sequence[int] = ()) -> None:
        """Nothing is laid out before it is printed.

        lines      without their ends, safe to show
        numbers    whether each has its number before the bar
        highlight  the numbers of lines that stand out, from 1; with any, all have their numbers
        """
        self._lines = lines
        self._digits = len(str(len(lines))) if numbers or highlight else 0
        self._highlight = frozenset(highlight)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        bar, bold, broken = "|>:" if options.ascii_only else "│┃┆"
        # A terminal may be narrower than the edge alone.
        room = max(10, options.max_width - self._digits - 3)
        for number, line in enumerate(self._lines, 1):
            label = f"{number:>{self._digits}} " if self._digits else ""
            edge = Text.assemble((f"{label}{bar} ", "dim"))
            if number in self._highlight:
                edge = Text.assemble((f"{label}{bold} ", "bold green"))
            for part in line.divide(breaks(line.plain, room)) if line.plain else [Text()]:
                part.rstrip()
                yield edge + part
                # A line that is too long goes on below, behind another edge: in Python, line breaks mean something.
                edge = Text.assemble((f"{' ' * len(label)}{broken}   ", "dim"))


def in_room(text: str, room: int) -> str:
    """A text of one line in as many lines as it needs. Names such as `a-long-name` are broken after a sign of theirs.

    room  cells of each line
    """
    places = [0, *breaks(text, max(10, room)), len(text)]
    return "\n".join(text[start:end].rstrip() for start, end in itertools.pairwise(places))


def breaks(line: str, room: int) -> list[int]:
    """Where to break a line of code or of an output: after a space, else after a sign, else where the room ends.

    line  without line breaks
    room  cells of each part
    """
    places: list[int] = []
    start = 0
    while True:
        end, cells = start, 0
        while end < len(line) and cells + cell_len(line[end]) <= room:
            cells += cell_len(line[end])
            end += 1
        if end == len(line):
            return places
        spaces = [m.end() for m in _SPACES.finditer(line, start, end + 1) if line[start : m.start()].strip()]
        signs = [match.end() for match in _SIGNS.finditer(line, start, end)]
        # A character that is wider than the room must not stop us.
        start = max(spaces or signs or [max(end, start + 1)])
        places.append(start)


class Edged:
    """A renderable behind a left edge, without the spaces and empty lines that rich adds around it.

    Without them, copied text has no blanks at the ends of lines, and gold files have none either.
    """

    def __init__(self, first: Text, inner: RenderableType) -> None:
        self._first = first
        self._inner = inner

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        width = self._first.cell_len
        inner = options.update(width=max(10, options.max_width - width))
        lines = [_trimmed(line) for line in console.render_lines(self._inner, inner, pad=False)]
        while lines and not lines[0]:
            lines.pop(0)
        while lines and not lines[-1]:
            lines.pop()
        if isinstance(self._inner, prose.Prose):
            # rich sets tables and lists off by an empty line more than other paragraphs.
            lines = [line for line, before in zip(lines, [lines[:1], *lines], strict=False) if line or before]
        for index, line in enumerate(lines):
            if not index:
                yield from self._first.render(console)
            elif line:
                yield Segment(" " * width)
            yield from line
            yield Segment.line()


def _trimmed(line: list[Segment]) -> list[Segment]:
    """A line without the spaces at its end, whatever their style."""
    while line and not line[-1].text.strip(" "):
        line = line[:-1]
    if line:
        text, style, control = line[-1]
        line = [*line[:-1], Segment(text.rstrip(" "), style, control)]
    return line


def indented(inner: RenderableType) -> Edged:
    """A renderable two cells from the left, as everything below a heading is."""
    return Edged(Text("  "), inner)


def beside(label: Text, inner: RenderableType) -> Edged:
    """A renderable to the right of a label."""
    return Edged(Text.assemble("  ", label, "  "), inner)
