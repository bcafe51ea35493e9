"""Plots: the lines of a chart in braille characters, or in letters where there are none."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator

from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from quizproof.comparison.numbers import figure
from quizproof.figures import Chart, Event, Series
from quizproof_renderers.text import clip, one_line, shortened

HEIGHT = 12
"""Rows of characters."""
MAX_WIDTH = 72
"""Columns of characters, including the names of the lines."""
MAX_NAME = 18
"""Characters of a line's name beside its end."""

_COLOURS = ("blue", "red", "green", "magenta", "cyan", "yellow")
_LETTERS = "*ox+#%"
"""What lines are made of without braille."""
_EVENTS = "123456789abcdefghijklmnopqrstuvwxyz"
# A braille character has two columns of four dots; each dot is a bit.
_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
"""The dots of a braille character, by row and column. https://www.unicode.org/charts/PDF/U2800.pdf"""


class Plot:
    """Lines over one pair of axes, each with its name at its end. Labels of events are explained below.

    A renderable of rich, HEIGHT rows high. Where there is only ASCII, a lower one looks like this:

        loss
                   1
          1 |***   :
            |   ****
        0.5 |      ******
            |      :    ******
          0 |      :          *****  * train
            +----------------------
             0       epoch       10
        1  unfrozen (epoch 3)
    """

    def __init__(self, chart: Chart) -> None:
        self._chart = chart

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        chart = self._chart
        points = [point for series in chart.series for point in _finite(series)]
        if not points:
            yield Text("(there is nothing to draw)", "dim")
            return
        marks = [event for event in chart.events if math.isfinite(event.x)]
        xs = [x for x, _ in points] + [event.x for event in marks]
        ys = [y for _, y in points] + [event.y for event in marks if event.y is not None and math.isfinite(event.y)]
        top, bottom = max(ys), min(ys)
        ticks = {0: figure(top), HEIGHT - 1: figure(bottom)}
        if top > bottom:
            down = (middle := (HEIGHT - 1) // 2) / (HEIGHT - 1)
            ticks[middle] = figure(top * (1 - down) + bottom * down)
        edge = max(map(len, ticks.values()))
        names = max(len(_name(series)) for series in chart.series)
        # Four cells are taken by the axis and the spaces around it and the drawing.
        width = max(10, min(options.max_width, MAX_WIDTH) - edge - names - 4)
        canvas = _Canvas(width, min(xs), max(xs), bottom, top, ascii_only=options.ascii_only)
        for index, series in enumerate(chart.series):
            canvas.draw(series, index)
        for label, event in zip(_labels(), marks, strict=False):
            canvas.mark(event, label)
        axis, corner, floor = "|+-" if options.ascii_only else "│└─"
        yield Text(one_line(chart.y), "dim")
        if any(event.y is None for event in marks):
            yield Text.assemble(" " * (edge + 2), canvas.head())
        ends = canvas.ends(chart.series)
        for row in range(HEIGHT):
            left_edge = Text(f"{ticks.get(row, ''):>{edge}} {axis}", "dim")
            yield Text.assemble(left_edge, canvas.row(row), "  ", ends.get(row, Text()))
        yield Text(f"{'':>{edge}} {corner}{floor * width}", "dim")
        left, right, title = figure(min(xs)), figure(max(xs)), one_line(chart.x)
        room = width - len(left) - len(right)
        yield Text(f"{'':>{edge}}  {left}{clip(title, 60):^{max(room, len(title) + 2)}}{right}", "dim")
        for label, event in zip(_labels(), marks, strict=False):
            at = f"{one_line(chart.x)} {figure(event.x)}"
            if event.y is not None:
                at += f", {one_line(chart.y)} {figure(event.y)}"
            yield Text.assemble((label, "bold yellow"), f"  {one_line(event.name)} ", (f"({at})", "dim"))


class _Canvas:
    """A grid of characters with a scale on both sides."""

    def __init__(self, width: int, left: float, right: float, bottom: float, top: float, *, ascii_only: bool) -> None:
        """An empty drawing.

        width       columns of characters; there are always HEIGHT rows
        left        the horizontal value at the first column
        right       the one at the last
        bottom      the vertical value at the lowest row
        top         the one at the highest
        ascii_only  whether to draw with letters rather than in braille
        """
        self._width, self._ascii = width, ascii_only
        self._left, self._right = left, right
        self._bottom, self._top = bottom, top
        self._dots: dict[tuple[int, int], int] = {}
        """The dots of each character, by row and column."""
        self._colours: dict[tuple[int, int], int] = {}
        """The line that was drawn last through each character."""
        self._rules: dict[int, str] = {}
        """The labels of events, by column."""
        self._points: dict[tuple[int, int], str] = {}
        """The labels of events that are points, by row and column."""

    def draw(self, series: Series, index: int) -> None:
        """Draw a line from point to point."""
        fine = [self._fine(x, y) for x, y in _finite(series)]
        # A single point has no next one; a line from it to itself is a dot.
        for (x, y), (to_x, to_y) in zip(fine, fine[1:] or fine, strict=False):
            steps = max(abs(to_x - x), abs(to_y - y), 1)
            for step in range(steps + 1):
                self._dot(x + round((to_x - x) * step / steps), y + round((to_y - y) * step / steps), index)

    def mark(self, event: Event, label: str) -> None:
        """Mark an event: a rule through the whole height, or one point."""
        # A character is two dots wide and four high.
        x, y = self._fine(event.x, self._top if event.y is None else event.y)
        if event.y is None:
            self._rules[x // 2] = label
        elif math.isfinite(event.y):
            self._points[y // 4, x // 2] = label

    def head(self) -> Text:
        """The labels of rules, above them."""
        return Text("".join(self._rules.get(column, " ") for column in range(self._width)).rstrip(), "bold yellow")

    def row(self, row: int) -> Text:
        """One row of characters."""
        text = Text()
        for column in range(self._width):
            place = row, column
            if place in self._points:
                text.append(self._points[place], "bold yellow")
            elif place in self._dots:
                line = self._colours[place]
                char = _LETTERS[line % len(_LETTERS)] if self._ascii else chr(0x2800 + self._dots[place])
                text.append(char, _COLOURS[line % len(_COLOURS)])
            elif column in self._rules:
                text.append(":" if self._ascii else "┊", "dim")
            else:
                text.append(" ")
        return text

    def ends(self, lines: tuple[Series, ...]) -> dict[int, Text]:
        """The names of the lines, each in the row where its line ends, or in the nearest that is free."""
        rows: dict[int, Text] = {}
        for index, series in enumerate(lines):
            points = _finite(series)
            if not points:
                continue
            row = self._fine(*points[-1])[1] // 4
            free = min((r for r in range(HEIGHT) if r not in rows), key=lambda r: abs(r - row), default=None)
            if free is not None:
                letter = f"{_LETTERS[index % len(_LETTERS)]} " if self._ascii else ""
                rows[free] = Text(letter + _name(series), _COLOURS[index % len(_COLOURS)])
        return rows

    def _dot(self, x: int, y: int, line: int) -> None:
        place = y // 4, x // 2
        if self._colours.get(place, line) != line and not self._ascii:
            self._dots[place] |= _DOTS[y % 4][x % 2]  # where lines cross, the first keeps its colour
            return
        self._dots[place] = self._dots.get(place, 0) | _DOTS[y % 4][x % 2]
        self._colours[place] = line

    def _fine(self, x: float, y: float) -> tuple[int, int]:
        """The dot at a place: columns from the left, rows from the top."""
        across, down = _share(x, self._left, self._right), _share(y, self._top, self._bottom)
        return round(across * (self._width * 2 - 1)), round(down * (HEIGHT * 4 - 1))


def _finite(series: Series) -> list[tuple[float, float]]:
    return [(x, y) for x, y in series.points if math.isfinite(x) and math.isfinite(y)]


def _name(series: Series) -> str:
    return shortened(one_line(series.name), MAX_NAME)


def _share(value: float, start: float, end: float) -> float:
    """How far a value is from start to end, 0 to 1; one half when both are the same."""
    if not math.isfinite(end - start):  # the difference of two huge numbers overflows; that of their halves does not
        value, start, end = value / 2, start / 2, end / 2
    return (value - start) / (end - start) if start != end else 0.5


def _labels() -> Iterator[str]:
    """A label for each event: digits, then letters; those that are left all get a star."""
    return itertools.chain(_EVENTS, itertools.repeat("*"))
