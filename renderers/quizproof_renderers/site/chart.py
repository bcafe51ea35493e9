"""Charts as SVG: lines over one pair of axes, told apart without colour too, and the same figures as a table.

Everything that may differ between light, dark and paper is a class that the style sheet knows; places and lengths are
attributes, in units of the picture, WIDTH of which the page scales to the column.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, pairwise

from markupsafe import Markup, escape

from quizproof.displays import Chart, Series, Table
from quizproof_renderers.site import figures
from quizproof_renderers.text import visible

WIDTH = 600
_PLOT = 230
"""The height of the plot itself."""
_LINE = 17
"""From one line of text to the next."""
_LETTER = 6.6
"""How wide a letter is on the average, set at 12.5 units in a sans-serif."""
_BOLD = 7.5
"""The same of the names at the ends of lines, which are bold."""
_LONGEST = 18
"""Names of more letters than that stand in a legend above the plot, not at the ends of their lines."""
_STYLES = 6
"""How many dashes and markers the style sheet tells apart."""
_MARKERS = 14
"""A line of more points than that has a marker at some of them only."""
_ROWS = 24
"""The rows of a table made of the points; where there are more points, some are left out between."""
_DOTS = (
    "m-3.4 0a3.4 3.4 0 1 0 6.8 0a3.4 3.4 0 1 0-6.8 0z",
    "m-3-3h6v6h-6z",
    "m0-4l4 7h-8z",
    "m0-4.2l4.2 4.2l-4.2 4.2l-4.2-4.2z",
    "m0 4l4-7h-8z",
    "m-3.2-3.2l6.4 6.4m0-6.4l-6.4 6.4",
)
"""A marker for each style, drawn from its middle: disc, square, triangle, diamond, triangle, cross."""


@dataclass(frozen=True)
class Axis:
    """A stretch of numbers, from one nice number to another, and where they are in the picture."""

    ticks: tuple[float, ...]
    low: float
    high: float
    start: float
    end: float

    def place(self, value: float) -> float:
        """Where a value stands."""
        share = (value - self.low) / (self.high - self.low)
        return round(self.start + share * (self.end - self.start), 1)

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """The ticks as they are written, all with as many decimals."""
        step = self.ticks[1] - self.ticks[0] if len(self.ticks) > 1 else 1.0
        return tuple(written(tick, decimals(step)) for tick in self.ticks)


_GREATEST, _LEAST = 1e12, 1e-9
"""The largest number that an axis can show, and the shortest stretch."""


def nice_ticks(low: float, high: float, most: int, *, whole: bool = False) -> tuple[float, ...]:
    """At most about `most` round numbers that enclose the stretch; steps of 1, 2, 2.5 or 5 times a power of ten."""
    if high <= low:
        half = abs(low) / 2 or 0.5
        low, high = (low - 1, high + 1) if whole else (low - half, high + half)
    rough = (high - low) / most
    power = 10.0 ** math.floor(math.log10(rough))
    steps = (power * factor for factor in (1, 2, 2.5, 5, 10) if not (whole and (power * factor) % 1))
    step = next((step for step in steps if step >= rough * 0.999), max(1.0, power * 10))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return tuple(round(index * step, 12) for index in range(first, last + 1))


def decimals(step: float) -> int:
    """How many decimals a number needs so that those `step` apart differ, and `step` itself is exact."""
    return next((n for n in range(12) if abs(round(step, n) - step) < step * 1e-6), 12)


def written(value: float, digits: int) -> str:
    """A number as it is set: with a real minus sign, and thousands apart."""
    text = f"{value:,.{digits}f}"
    return text.replace("-", "\N{MINUS SIGN}") if float(text.replace(",", "")) else text.removeprefix("-")


def brief(value: float) -> str:
    """A number with up to four significant digits: "0.8125", "12", "1,526,400"."""
    if value == int(value) and abs(value) < 1e15:
        return written(value, 0)
    digits = max(0, 3 - math.floor(math.log10(abs(value))))
    if digits > 9:
        return f"{value:.3g}".replace("-", "\N{MINUS SIGN}")
    return written(round(value, digits), digits).rstrip("0").rstrip(".")


def chart(shown: Chart) -> Markup:
    """A chart as a figure: the picture, the figures behind it in a disclosure, and the caption, which must be last."""
    series = [Series(each.name, tuple(p for p in each.points if all(map(math.isfinite, p)))) for each in shown.series]
    drawn = [each for each in series if each.points]
    picture = _Picture(shown, drawn).svg() if drawn and _fits_axes(shown, drawn) else Markup("")
    behind = figures.rows(shown.table or _table(shown))
    return Markup(
        '<figure class="figure chart">{}<details class="behind"><summary>The numbers</summary>{}</details>{}</figure>'
    ).format(picture, behind, figures.caption(shown.caption))


def _fits_axes(shown: Chart, series: Sequence[Series]) -> bool:
    """Whether ticks can be told apart, and written beside the axes; if not, there are the figures alone."""
    xs = [x for each in series for x, _ in each.points] + [event.x for event in shown.events]
    ys = [y for each in series for _, y in each.points] + [event.y for event in shown.events if event.y is not None]
    return all(
        max(map(abs, values)) <= _GREATEST and ((max(values) - min(values)) or abs(values[0]) or 1) >= _LEAST
        for values in (xs, ys)
    )


class _Picture:
    """The parts of one chart, drawn from back to front."""

    def __init__(self, shown: Chart, series: Sequence[Series]) -> None:
        self.shown, self.series = shown, series
        self.rules = sorted((event for event in shown.events if event.y is None), key=lambda event: event.x)
        self.points = [event for event in shown.events if event.y is not None]
        xs = [x for each in series for x, _ in each.points] + [event.x for event in shown.events]
        ys = [y for each in series for _, y in each.points] + [event.y for event in self.points if event.y is not None]
        self.direct = len(series) > 1 and all(len(each.name) <= _LONGEST for each in series)
        self.legend = [] if self.direct or len(series) == 1 else _flowed([each.name for each in series])
        y_ticks = _y_ticks(min(ys), max(ys))
        whole = all(x == int(x) for x in xs)
        x_ticks = nice_ticks(min(xs), max(xs), 10 if whole else 8, whole=whole)
        widest = max(len(label) for label in Axis(y_ticks, 0, 1, 0, 1).labels)
        left = 30 + widest * _LETTER
        right = max(len(each.name) for each in series) * _BOLD + 12 if self.direct else 14
        # Along the horizontal axis the plot ends where the data end: a line may start at the very left.
        low, high = (min(xs), max(xs)) if max(xs) > min(xs) else (x_ticks[0], x_ticks[-1])
        inside = tuple(tick for tick in x_ticks if low <= tick <= high)
        self.x = Axis(inside if len(inside) > 1 else x_ticks, low, high, left + 8, WIDTH - right)
        self.rows = _in_rows([(self.x.place(rule.x), len(rule.name) * _LETTER + 8) for rule in self.rules], self.x.end)
        self.top = 16 + _LINE * (max((row for row, _ in self.rows), default=-1) + 1 + len(self.legend))
        self.bottom = self.top + _PLOT
        self.y = Axis(y_ticks, y_ticks[0], y_ticks[-1], self.bottom, self.top)
        self.height = self.bottom + 46

    def svg(self) -> Markup:
        """The picture."""
        parts = (*self._grid(), *self._rules(), *self._lines(), *self._points(), *self._names())
        head = '<div class="picture"><svg viewBox="0 0 {} {:.0f}" role="img" aria-label="{}">'
        return (
            Markup(head).format(WIDTH, self.height, visible(self._told()))
            + Markup("").join(parts)
            + Markup("</svg></div>")
        )

    def _told(self) -> str:
        """The chart in words, for those who cannot see it."""
        runs = (
            f"{each.name} from {brief(each.points[0][1])} to {brief(each.points[-1][1])}"
            if len(each.points) > 1
            else f"{each.name} {brief(each.points[0][1])}"
            for each in self.series
        )
        events = (f"{event.name} at {brief(event.x)}" for event in self.shown.events)
        return f"Chart of {self.shown.y} over {self.shown.x}: {'; '.join((*runs, *events))}."

    def _grid(self) -> Iterator[Markup]:
        x, y = self.x, self.y
        for tick, label in zip(y.ticks, y.labels, strict=True):
            at = y.place(tick)
            yield _line(x.start - 8, at, x.end, at, "base" if tick == y.ticks[0] else "grid")
            yield _text(x.start - 14, at + 4, label, "tick end")
        for tick, label in zip(x.ticks, x.labels, strict=True):
            at = x.place(tick)
            yield _line(at, self.bottom, at, self.bottom + 5, "base")
            yield _text(at, self.bottom + 19, label, "tick middle")
        yield _text((x.start + x.end) / 2, self.bottom + 39, self.shown.x, "axis middle")
        middle = (self.top + self.bottom) / 2
        yield Markup('<text class="axis middle" transform="translate(12 {:.1f})rotate(-90)">{}</text>').format(
            middle, visible(self.shown.y)
        )

    def _rules(self) -> Iterator[Markup]:
        for rule, (row, backward) in zip(self.rules, self.rows, strict=True):
            at = self.x.place(rule.x)
            height = self.top - 9 - _LINE * row  # clear of the highest tick, which may stand beside it
            yield _line(at, height - 10, at, self.bottom, "when")
            yield _text(at - 5 if backward else at + 5, height, rule.name, "event end" if backward else "event")

    def _lines(self) -> Iterator[Markup]:
        for index, each in enumerate(self.series):
            style = index % _STYLES
            places = [(self.x.place(x), self.y.place(y)) for x, y in each.points]
            path = "L".join(f"{x:g} {y:g}" for x, y in places)
            dots = "".join(f"M{x:g} {y:g}{_DOTS[style]}" for x, y in _spread(places))
            yield Markup('<path class="line series-{}" d="M{}"/><path class="dot series-{}" d="{}"/>').format(
                style, path, style, dots
            )

    def _points(self) -> Iterator[Markup]:
        taken: list[tuple[float, float, float, float]] = []
        for event in self.points:
            x, y = self.x.place(event.x), self.y.place(event.y or 0.0)
            yield Markup('<path class="ring" d="M{:g} {:g}m-6 0a6 6 0 1 0 12 0a6 6 0 1 0-12 0z"/>').format(x, y)
            taken.append((x - 7, y - 7, x + 7, y + 7))
        for event in self.points:
            width = len(event.name) * _LETTER
            x, y = self.x.place(event.x), self.y.place(event.y or 0.0)
            boxes = [
                (left, base - 11, left + width, base + 3)
                for base in (y - 11, y + 20, y - 25, y + 34)
                for left in (x + 5, x - 5 - width)
            ]
            best = min(boxes, key=lambda box: self._crossed(box, taken))
            taken.append(best)
            yield _text(best[0], best[3] - 3, event.name, "event")

    def _crossed(self, box: tuple[float, float, float, float], taken: Sequence[tuple[float, ...]]) -> int:
        """How badly a label would stand in a box: by the lines below it, other labels, and the edges of the plot."""
        left, top, right, bottom = box
        lines = sum(left - 2 <= x <= right + 2 and top <= y <= bottom for x, y in self._ink)
        others = sum(left < x2 and right > x1 and top < y2 and bottom > y1 for x1, y1, x2, y2 in taken)
        outside = (left < self.x.start) + (right > WIDTH) + (top < self.top - 8) + (bottom > self.bottom)
        return lines + 50 * others + 100 * outside

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
        if self.direct:
            wanted = [self.y.place(each.points[-1][1]) + 4 for each in self.series]
            for index, (each, at) in enumerate(zip(self.series, _apart(wanted, _LINE), strict=True)):
                x = self.x.place(each.points[-1][0]) + 9
                yield _text(x, at, each.name, f"name series-{index % _STYLES}")
        for row, entries in enumerate(self.legend):
            at = 12 + _LINE * row
            for index, x in entries:
                style = index % _STYLES
                yield Markup(
                    '<path class="line series-{}" d="M{:g} {}h26"/><path class="dot series-{}" d="M{:g} {}{}"/>'
                ).format(style, x, at - 4, style, x + 13, at - 4, _DOTS[style])
                yield _text(x + 32, at, self.series[index].name, f"name series-{style}")


def _spread(places: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """All places of a line that has few; else some of them, about as far from one to the next along the line."""
    if len(places) <= _MARKERS:
        return list(places)
    walked = list(accumulate((math.dist(*pair) for pair in pairwise(places)), initial=0.0))
    wanted = [walked[-1] * number / (_MARKERS - 1) for number in range(_MARKERS)]
    picked = dict.fromkeys(bisect_left(walked, length) for length in wanted)
    return [places[min(index, len(places) - 1)] for index in picked]


def _y_ticks(low: float, high: float) -> tuple[float, ...]:
    """The vertical ticks. Zero is among them when the figures come near it; shares do not go beyond 0 and 1."""
    if 0 <= low < 0.4 * high:
        low = 0.0
    if low >= 0 and 0.6 < high <= 1 < nice_ticks(low, high, 5)[-1]:
        high = 1.0
    return nice_ticks(low, high, 5)


def _flowed(names: Sequence[str]) -> list[list[tuple[int, float]]]:
    """The entries of a legend in rows: index and left end of each."""
    rows: list[list[tuple[int, float]]] = [[]]
    x = 30.0
    for index, name in enumerate(names):
        width = 46 + len(name) * _LETTER
        if rows[-1] and x + width > WIDTH:
            rows.append([])
            x = 30.0
        rows[-1].append((index, round(x, 1)))
        x += width
    return rows


def _in_rows(labels: Sequence[tuple[float, float]], end: float) -> list[tuple[int, bool]]:
    """For each label at the head of a rule, given the rule's place and the label's width: its row, and whether it
    goes backward, because it would run beyond `end` and there is room before the rule. No rule crosses a label, as each
    stands above the rules below it.
    """
    backward = [place + width > end + 40 and place >= width for place, width in labels]
    spans = [
        (place - width, place) if back else (place, place + width)
        for (place, width), back in zip(labels, backward, strict=True)
    ]
    rows = [0] * len(labels)

    def covers(one: int, other: int) -> bool:
        return spans[one][0] < labels[other][0] < spans[one][1]

    def above(one: int, other: int) -> bool:
        if covers(one, other) or covers(other, one):
            return covers(one, other)
        # Neither is in the other's way but for the row that both would take.
        return one > other and spans[one][0] < spans[other][1] and spans[other][0] < spans[one][1]

    for _ in labels:  # a label may have to make way for one that has made way
        for one in range(len(labels)):
            rows[one] = max((rows[other] + 1 for other in range(len(labels)) if above(one, other)), default=0)
    return list(zip(rows, backward, strict=True))


def _apart(wanted: Sequence[float], gap: float) -> list[float]:
    """Places near the wanted ones, in the same order, and at least `gap` apart."""
    order = sorted(range(len(wanted)), key=lambda index: wanted[index])
    clusters: list[tuple[float, list[int]]] = []
    for index in order:
        clusters.append((wanted[index], [index]))
        # Neighbours that overlap become one cluster around their common middle.
        while len(clusters) > 1:
            (a, ones), (b, others) = clusters[-2:]
            if b - a >= gap * (len(ones) + len(others)) / 2:
                break
            both = ones + others
            clusters[-2:] = [((a * len(ones) + b * len(others)) / len(both), both)]
    places = [0.0] * len(wanted)
    for middle, members in clusters:
        for number, index in enumerate(members):
            places[index] = round(middle + (number - (len(members) - 1) / 2) * gap, 1)
    return places


def _table(shown: Chart) -> Table:
    """The points of all lines, by their place on the horizontal axis."""
    xs = sorted({x for each in shown.series for x, _ in each.points})
    stride = math.ceil(len(xs) / _ROWS) or 1
    picked = sorted({*xs[::stride], *xs[-1:]})
    columns = [_column([dict(each.points).get(x) for x in picked]) for each in shown.series]
    rows = tuple(zip(map(brief, picked), *columns, strict=True))
    left_out = f"One in {stride} of {len(xs)} points, and the last." if stride > 1 else ""
    return Table((shown.x, *(each.name for each in shown.series)), rows, left_out)


def _column(values: Sequence[float | None]) -> list[str]:
    """Figures that stand below each other, with as many decimals as the one that needs most; empty where is none."""
    finite = [value for value in values if value is not None and math.isfinite(value)]
    digits = max((len(brief(value).partition(".")[2]) for value in finite), default=0)
    return ["" if value is None else written(value, digits) if math.isfinite(value) else str(value) for value in values]


def _line(x1: float, y1: float, x2: float, y2: float, name: str) -> Markup:
    return Markup('<path class="{}" d="M{:g} {:g}L{:g} {:g}"/>').format(name, x1, y1, x2, y2)


def _text(x: float, y: float, text: str, name: str) -> Markup:
    return Markup('<text class="{}" x="{:.1f}" y="{:.1f}">{}</text>').format(name, x, y, escape(visible(text)))
