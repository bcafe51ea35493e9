"""Charts as SVG: lines over one pair of axes, told apart without colour too, and the same figures as a table.

Everything that differs between light, dark and paper is a class that the style sheet knows. Places and lengths are
attributes, in units of the picture, WIDTH of which the page scales to the column. Long names of lines are in an HTML
legend above the picture, where the browser wraps them.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import accumulate, pairwise
from typing import NamedTuple

from markupsafe import Markup, escape

from quizproof.figures import Chart, Event, Series, Table
from quizproof_renderers.site import figures
from quizproof_renderers.site.charts.axis import Axis, brief, nice_ticks, tick_labels, written, y_ticks
from quizproof_renderers.site.charts.labels import LARGE, SMALL, apart, stacked, width, wrapped
from quizproof_renderers.site.languages.messages import gettext
from quizproof_renderers.text import visible

WIDTH = 600
"""The width of every picture, in its own units."""
_PLOT = 230
"""The height of the plot itself."""
_LINE = 17
"""From one line of text to the next."""
_GAP = 5
"""Between a label and the rule or point that it belongs to."""
_MARGIN = 14
"""At the right edge of a picture without names there."""
MAX_NAME = 130
"""Wider names than that are in a legend above the plot, not at the ends of their lines."""
_STYLES = 6
"""How many dashes and markers the style sheet tells apart."""
MAX_MARKERS = 14
"""A line of more points than that has a marker at some of them only."""
MAX_ROWS = 24
"""The rows of a table made of the points; where there are more points, some are skipped."""
MAX_NUMBER, MIN_RANGE = 1e12, 1e-9
"""The largest number that an axis can show, and the smallest range."""
_DOTS = (
    "m-3.4 0a3.4 3.4 0 1 0 6.8 0a3.4 3.4 0 1 0-6.8 0z",
    "m-3-3h6v6h-6z",
    "m0-4l4 7h-8z",
    "m0-4.2l4.2 4.2l-4.2 4.2l-4.2-4.2z",
    "m0 4l4-7h-8z",
    "m-3.2-3.2l6.4 6.4m0-6.4l-6.4 6.4",
)
"""A marker for each style, drawn from its middle: disc, square, triangle, diamond, triangle, cross.

They are relative commands of SVG paths (https://www.w3.org/TR/SVG2/paths.html), to be put after `M<x> <y>`.
"""


def chart(display: Chart) -> Markup:
    """A chart as a figure: legend, picture, the numbers in a disclosure, and the caption, which must be last.

    display  points with NaN or an infinity are left out of the picture, and are in the table

    ```
    <figure class="figure chart">
      <ul class="legend"><li class="series-0"><svg …>…</svg>loss</li>…</ul>      where names are long
      <div class="picture"><svg viewBox="0 0 600 292" role="img" aria-label="Chart of …">
        <path class="grid" d="M…"/><text class="tick end" …>0.5</text>…
        <path class="line series-0" d="M50 246L…"/><path class="dot series-0" d="M…"/>…
      </svg></div>
      <details class="behind"><summary>The numbers</summary><div class="table">…</div></details>
      <figcaption>…</figcaption>
    </figure>
    ```
    """
    series = [
        replace(each, points=tuple(p for p in each.points if all(map(math.isfinite, p)))) for each in display.series
    ]
    drawn = [each for each in series if each.points]
    picture = _Picture(display, drawn).html() if drawn and _fits_axes(display, drawn) else Markup("")
    numbers = figures.rows(display.table or _table(display))
    return Markup(
        '<figure class="figure chart">{}<details class="behind"><summary>{}</summary>{}</details>{}</figure>'
    ).format(picture, gettext("The numbers"), numbers, figures.caption(display.caption))


def _fits_axes(display: Chart, series: Sequence[Series]) -> bool:
    """Whether ticks can be told apart, and written beside the axes; if not, only the table is shown."""
    xs = [x for each in series for x, _ in each.points] + [event.x for event in display.events]
    ys = [y for each in series for _, y in each.points] + [event.y for event in display.events if event.y is not None]
    return all(
        max(map(abs, values)) <= MAX_NUMBER and ((max(values) - min(values)) or abs(values[0]) or 1) >= MIN_RANGE
        for values in (xs, ys)
    )


class _Head(NamedTuple):
    """The label at the head of a vertical rule."""

    at: float
    """The place of the rule."""
    backward: bool
    """Whether the label is to the left of the rule."""
    lines: tuple[str, ...]
    row: int
    """The row of its last line, counted upward from 0."""


class _Box(NamedTuple):
    """What a label or a marker takes of the picture."""

    left: float
    top: float
    right: float
    bottom: float


class _Picture:
    """The parts of one chart, drawn from back to front."""

    def __init__(self, display: Chart, series: Sequence[Series]) -> None:
        self.display, self.series = display, series
        self.points = [event for event in display.events if event.y is not None]
        xs = [x for each in series for x, _ in each.points] + [event.x for event in display.events]
        ys = [y for each in series for _, y in each.points] + [event.y for event in self.points if event.y is not None]
        widest = max(width(each.name, SMALL) for each in series)
        # One line needs no name beside it where the title of the axis says what it is.
        self.named = len(series) > 1 or series[0].name.lower() not in display.y.lower()
        self.direct = self.named and widest <= MAX_NAME
        vertical = y_ticks(min(ys), max(ys))
        self.y_title = wrapped(display.y, SMALL, _PLOT)
        left = 24 + _LINE * (len(self.y_title) - 1) + max(width(label, SMALL) for label in tick_labels(vertical))
        self.x = _x_axis(xs, left + 8, WIDTH - (widest + 12 if self.direct else _MARGIN))
        self.x_title = wrapped(display.x, SMALL, WIDTH)
        self.heads = _heads([event for event in display.events if event.y is None], self.x)
        self.top = 16 + _LINE * max((head.row + len(head.lines) for head in self.heads), default=0)
        self.bottom = self.top + _PLOT
        self.y = Axis(vertical, vertical[0], vertical[-1], self.bottom, self.top)
        # Ticks and the first line of the title are in these units below the plot.
        self.height = self.bottom + 46 + _LINE * (len(self.x_title) - 1)

    def html(self) -> Markup:
        """The legend, if there is one, and the picture."""
        parts = (*self._grid(), *self._rules(), *self._lines(), *self._points(), *self._names())
        head = '<div class="picture"><svg viewBox="0 0 {} {:.0f}" role="img" aria-label="{}">'
        return (
            self._legend()
            + Markup(head).format(WIDTH, self.height, visible(self._description()))
            + Markup("").join(parts)
            + Markup("</svg></div>")
        )

    def _description(self) -> str:
        """The chart in words, for those who cannot see it."""
        runs = (
            gettext(
                "{name} from {start} to {end}",
                name=each.name,
                start=brief(each.points[0][1]),
                end=brief(each.points[-1][1]),
            )
            if len(each.points) > 1
            else f"{each.name} {brief(each.points[0][1])}"
            for each in self.series
        )
        events = (gettext("{name} at {place}", name=event.name, place=brief(event.x)) for event in self.display.events)
        about = "; ".join((*runs, *events))
        return gettext("Chart of {y} over {x}: {about}.", y=self.display.y, x=self.display.x, about=about)

    def _legend(self) -> Markup:
        """The names of several lines, where they do not all fit at the ends of their lines; else empty."""
        if self.direct or not self.named:
            return Markup("")
        sample = '<svg viewBox="0 0 26 12" aria-hidden="true">{}{}</svg>'
        entries = (
            Markup(f'<li class="series-{{}}">{sample}{{}}</li>').format(
                index % _STYLES,
                Markup('<path class="line series-{}" d="M0 6h26"/>').format(index % _STYLES),
                Markup('<path class="dot series-{}" d="M13 6{}"/>').format(index % _STYLES, _DOTS[index % _STYLES]),
                visible(each.name),
            )
            for index, each in enumerate(self.series)
        )
        return Markup('<ul class="legend">{}</ul>').format(Markup("").join(entries))

    def _grid(self) -> Iterator[Markup]:
        x, y = self.x, self.y
        for tick, label in zip(y.ticks, y.labels, strict=True):
            at = y.place(tick)
            yield _line(x.start - 8, at, x.end, at, "base" if tick == y.ticks[0] else "grid")
            yield _text(x.start - 14, at + 4, [label], "tick end")
        for tick, label in zip(x.ticks, x.labels, strict=True):
            at = x.place(tick)
            yield _line(at, self.bottom, at, self.bottom + 5, "base")
            yield _text(at, self.bottom + 19, [label], "tick middle")
        yield _text(self._x_middle(), self.bottom + 39, self.x_title, "axis middle")
        middle = (self.top + self.bottom) / 2
        for number, line in enumerate(self.y_title):
            yield Markup('<text class="axis middle" transform="translate({} {:.1f})rotate(-90)">{}</text>').format(
                12 + _LINE * number, middle, visible(line)
            )

    def _x_middle(self) -> float:
        """The middle of the horizontal title: that of the plot, as far as the length of the title allows."""
        half = max(width(line, SMALL) for line in self.x_title) / 2
        return min(max((self.x.start + self.x.end) / 2, half), WIDTH - half)

    def _rules(self) -> Iterator[Markup]:
        firsts = []
        for head in self.heads:
            last = self.top - 9 - _LINE * head.row  # clear of the highest tick, which may be beside it
            firsts.append(last - _LINE * (len(head.lines) - 1))
            yield _line(head.at, firsts[-1] - 10, head.at, self.bottom, "when")
        # A label is in front of every rule, in case one crosses it.
        for head, first in zip(self.heads, firsts, strict=True):
            at = head.at - _GAP if head.backward else head.at + _GAP
            yield _text(at, first, head.lines, "event end" if head.backward else "event")

    def _lines(self) -> Iterator[Markup]:
        for index, each in enumerate(self.series):
            style = index % _STYLES
            places = [(self.x.place(x), self.y.place(y)) for x, y in each.points]
            path = "L".join(f"{x:g} {y:g}" for x, y in places)
            if each.reference:
                yield Markup('<path class="reference" d="M{}"/>').format(path)
                continue
            dots = "".join(f"M{x:g} {y:g}{_DOTS[style]}" for x, y in _spread(places))
            yield Markup('<path class="line series-{}" d="M{}"/><path class="dot series-{}" d="{}"/>').format(
                style, path, style, dots
            )

    def _points(self) -> Iterator[Markup]:
        taken: list[_Box] = []
        for event in self.points:
            x, y = self.x.place(event.x), self.y.place(event.y or 0.0)
            yield Markup('<path class="ring" d="M{:g} {:g}m-6 0a6 6 0 1 0 12 0a6 6 0 1 0-12 0z"/>').format(x, y)
            taken.append(_Box(x - 7, y - 7, x + 7, y + 7))
        for event in self.points:
            x, y = self.x.place(event.x), self.y.place(event.y or 0.0)
            best, lines = min(self._places_beside(event.name, x, y), key=lambda place: self._crossed(place[0], taken))
            taken.append(best)
            leftward = best.left < x
            yield _text(x - _GAP if leftward else best.left, best.top + 11, lines, "event end" if leftward else "event")

    def _places_beside(self, name: str, x: float, y: float) -> Iterator[tuple[_Box, tuple[str, ...]]]:
        """Where the label of a point can be, on both sides above and below it; and its lines there."""
        rooms = {True: WIDTH - x - _GAP, False: x - _GAP - self.x.start}
        for rightward, room in rooms.items():
            # A narrow side is taken only where the other one is no wider.
            if room < min(MAX_NAME, max(rooms.values())):
                continue
            lines = wrapped(name, LARGE, room)
            wide = max(width(line, LARGE) for line in lines)
            tall = 14 + _LINE * (len(lines) - 1)
            left = x + _GAP if rightward else x - _GAP - wide
            for bottom in (y - 8, y + 9 + tall, y - 22, y + 23 + tall):
                yield _Box(left, bottom - tall, left + wide, bottom), lines

    def _crossed(self, box: _Box, taken: Sequence[_Box]) -> int:
        """How bad a place a box is for a label: the lines below it, other labels, and the edges count."""
        left, top, right, bottom = box
        lines = sum(left - 2 <= x <= right + 2 and top <= y <= bottom for x, y in self._ink)
        others = sum(left < x2 and right > x1 and top < y2 and bottom > y1 for x1, y1, x2, y2 in taken)
        over_edge = (left < self.x.start) + (top < self.top - 8) + (bottom > self.bottom)
        outside = top < 0 or bottom > self.height
        # Over a line a label can still be read; over another label it cannot, and outside it cannot be seen.
        return lines + 50 * others + 100 * over_edge + 10_000 * outside

    @cached_property
    def _ink(self) -> list[tuple[float, float]]:
        """Points of all lines, a few units from one to the next."""
        found = []
        for each in self.series:
            places = [(self.x.place(x), self.y.place(y)) for x, y in each.points]
            for (x1, y1), (x2, y2) in pairwise(places):
                steps = max(1, round(math.hypot(x2 - x1, y2 - y1) / 4))
                found += [(x1 + (x2 - x1) * n / steps, y1 + (y2 - y1) * n / steps) for n in range(steps)]
        return found

    def _names(self) -> Iterator[Markup]:
        """The names at the ends of their lines, where they fit there."""
        if not self.direct:
            return
        # A text stands on its place, so it goes down by half the height of a small letter.
        wanted = [self.y.place(each.points[-1][1]) + 4 for each in self.series]
        places = apart(wanted, _LINE, 12, self.bottom)
        for index, (each, at) in enumerate(zip(self.series, places, strict=True)):
            x = self.x.place(each.points[-1][0]) + 9
            yield _text(x, at, [each.name], "tick" if each.reference else f"name series-{index % _STYLES}")


def _x_axis(values: Sequence[float], start: float, end: float) -> Axis:
    """The horizontal axis over these values. It has so many ticks that their labels do not touch."""
    whole = all(value == int(value) for value in values)
    # Labels of whole numbers are short, so more of them may fit.
    for most in range(10 if whole else 8, 0, -1):
        ticks = nice_ticks(min(values), max(values), most, whole=whole)
        # Along this axis the plot ends where the data end: a line may start at the very left.
        low, high = (min(values), max(values)) if max(values) > min(values) else (ticks[0], ticks[-1])
        inside = tuple(tick for tick in ticks if low <= tick <= high)
        # The last label is centred on its tick, and must not reach over the edge of the picture.
        overhang = width(tick_labels(ticks)[-1], SMALL) / 2
        axis = Axis(inside if len(inside) > 1 else ticks, low, high, start, min(end, WIDTH - overhang))
        places = [axis.place(tick) for tick in axis.ticks]
        spacing = min((b - a for a, b in pairwise(places)), default=WIDTH)
        if max(width(label, SMALL) for label in axis.labels) + 6 <= spacing:
            break
    return axis


def _heads(rules: Sequence[Event], x: Axis) -> list[_Head]:
    """The labels of vertical rules. One that does not fit to the right of its rule goes where there is more room."""
    ordered = sorted(rules, key=lambda event: event.x)
    places = [x.place(rule.x) for rule in ordered]
    backward, lines, spans = [], [], []
    for rule, at in zip(ordered, places, strict=True):
        whole = width(rule.name, LARGE)
        right, left = WIDTH - at - _GAP, at - _GAP
        goes_back = whole > right and left > right
        wrapped_name = wrapped(rule.name, LARGE, left if goes_back else right)
        wide = max(width(line, LARGE) for line in wrapped_name) + 8
        backward.append(goes_back)
        lines.append(wrapped_name)
        spans.append((at - wide, at) if goes_back else (at, at + wide))
    rows = stacked(spans, places, [len(each) for each in lines])
    return [_Head(*head) for head in zip(places, backward, lines, rows, strict=True)]


def _spread(places: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """All places of a line that has few; else some of them, about the same distance apart along the line."""
    if len(places) <= MAX_MARKERS:
        return list(places)
    walked = list(accumulate((math.dist(*pair) for pair in pairwise(places)), initial=0.0))
    wanted = [walked[-1] * number / (MAX_MARKERS - 1) for number in range(MAX_MARKERS)]
    picked = dict.fromkeys(bisect_left(walked, length) for length in wanted)
    return [places[min(index, len(places) - 1)] for index in picked]


def _table(display: Chart) -> Table:
    """The points of all lines, by their place on the horizontal axis."""
    series = [each for each in display.series if not each.reference]
    xs = sorted({x for each in series for x, _ in each.points})
    stride = math.ceil(len(xs) / MAX_ROWS) or 1  # lines may have no points at all
    picked = sorted({*xs[::stride], *xs[-1:]})
    columns = [_column([dict(each.points).get(x) for x in picked]) for each in series]
    rows = tuple(zip(map(brief, picked), *columns, strict=True))
    skipped = f"One in {stride} of {len(xs)} points, and the last." if stride > 1 else ""
    return Table((display.x, *(each.name for each in series)), rows, skipped)


def _column(values: Sequence[float | None]) -> list[str]:
    """Figures of one column, all with the decimals that the most exact one needs; empty where there is none."""
    finite = [value for value in values if value is not None and math.isfinite(value)]
    digits = max((len(brief(value).partition(".")[2]) for value in finite), default=0)
    return ["" if value is None else written(value, digits) if math.isfinite(value) else str(value) for value in values]


def _line(x1: float, y1: float, x2: float, y2: float, name: str) -> Markup:
    """A straight line of the class `name` between two places, in units of the picture."""
    return Markup('<path class="{}" d="M{:g} {:g}L{:g} {:g}"/>').format(name, x1, y1, x2, y2)


def _text(x: float, y: float, lines: Sequence[str], name: str) -> Markup:
    """A text in lines, the first of which stands on `y`."""
    text = '<text class="{}" x="{:.1f}" y="{:.1f}">{}</text>'
    return Markup("").join(
        Markup(text).format(name, x, y + _LINE * number, escape(visible(line))) for number, line in enumerate(lines)
    )
