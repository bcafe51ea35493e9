"""Figures: tables, charts, matrices and pipelines, as drawings of characters or as sentences."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from typing import assert_never

from rich import box
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.padding import Padding
from rich.table import Table as RichTable
from rich.text import Text

from quizproof.comparison.numbers import figure
from quizproof.displays import Figure
from quizproof.figures import Chart, Drawing, Flow, Matrix, Series, Stage, Table
from quizproof_renderers.terminal import prose
from quizproof_renderers.terminal.plot import Plot
from quizproof_renderers.text import clip_lines, one_line, share, visible

MAX_ROWS = 12
"""Rows of figures below a drawing."""
MAX_SENTENCES = 60
"""Rows of figures that are read aloud one by one."""


def drawing(display: Figure) -> RenderableType:
    """A figure to look at, under its caption, as a renderable of rich.

    Charts are drawn, with their figures as a table below; of many figures only some are shown.
    """
    match display:
        case Table():
            body: RenderableType = _table(display)
        case Chart():
            table = display.table or _sample(_figures(display))
            body = Group(Plot(display), Text(), drawing(table))
        case Matrix():
            body = _matrix(display)
        case Flow():
            body = _Stations(display)
        case Drawing():
            return Text(f"Picture: {prose.plain_line(display.alt)}")
        case _:
            assert_never(display)
    return Group(Text(prose.plain_line(display.caption), "dim"), body) if display.caption else body


def sentences(display: Figure) -> list[str]:
    """A figure as lines to be read aloud, such as "epoch: 1; loss: 0.5" for the row of a table.

    display  at most MAX_SENTENCES of its rows are read

    The first line names the figure and has its caption: "Table: Loss by epoch".
    """
    match display:
        case Table():
            lines = [*_head("Table", display.caption), *_rows(display)]
        case Chart():
            lines = _chart_sentences(display)
        case Matrix():
            lines = [*_head("Confusion matrix", display.caption), *_matrix_sentences(display)]
        case Flow():
            stages = enumerate(display.stages, 1)
            lines = [
                *_head("Pipeline", display.caption),
                *itertools.chain(*(_stage_sentences(n, s) for n, s in stages)),
            ]
        case Drawing():
            return _head("Picture", display.alt)
        case _:
            assert_never(display)
    return lines


def _head(kind: str, caption: str) -> list[str]:
    return [f"{kind}: {prose.plain_line(caption)}" if caption else f"{kind}:"]


def _table(source: Table) -> RenderableType:
    table = RichTable(box=box.SIMPLE_HEAD, padding=(0, 1), show_edge=False, header_style="bold")
    for index, name in enumerate(source.head):
        figures = all(_is_figure(row[index]) for row in source.rows if index < len(row))
        table.add_column(Text(prose.plain_line(name)), justify="right" if figures else "left", overflow="fold")
    for row in source.rows:
        table.add_row(*(Text(prose.plain_line(cell)) for cell in row))
    return table


def _is_figure(cell: str) -> bool:
    """Whether a cell begins with a digit, after a sign or a currency; an empty one does not spoil a column."""
    return not cell.strip() or cell.strip("+-− $€%")[:1].isdecimal()


def _rows(table: Table) -> list[str]:
    """Each row with its cells after their headings, as tables in prose are read aloud."""
    lines = []
    for row in table.rows:
        cells = itertools.zip_longest(map(prose.plain_line, table.head), map(prose.plain_line, row), fillvalue="")
        lines.append("; ".join(f"{head}: {cell}" if head else cell for head, cell in cells if cell))
    return clip_lines(lines, MAX_SENTENCES)


def _figures(chart: Chart) -> Table:
    """The points of a chart, in one row for each place when all its lines have the same places."""
    lines = [series for series in chart.series if not series.reference]
    first, *others = lines or [Series("", ())]
    places = [x for x, _ in first.points]
    if all([x for x, _ in series.points] == places for series in others):
        columns = [[figure(y) for _, y in series.points] for series in lines]
        rows = zip(map(figure, places), *columns, strict=True)
        return Table((chart.x, *(s.name if others or s.name else chart.y for s in lines)), tuple(rows))
    named = ((series.name, figure(x), figure(y)) for series in lines for x, y in series.points)
    return Table(("", chart.x, chart.y), tuple(named))


def _sample(table: Table) -> Table:
    """Rows at even steps and the last, where there are too many, under a caption that says so."""
    count = len(table.rows)
    if count <= MAX_ROWS:
        return table
    step = math.ceil((count - 1) / (MAX_ROWS - 1))
    caption = f"One in {step} of {count} points, and the last"
    return Table(table.head, (*table.rows[:-1:step], table.rows[-1]), caption)


def _chart_sentences(chart: Chart) -> list[str]:
    lines = _head("Chart", chart.caption)
    lines.append(f"{one_line(chart.y)} over {one_line(chart.x)}.")
    for series in chart.series:
        if series.points and not series.reference:
            lines.append(f"{one_line(series.name)}: {_course(series, one_line(chart.x))}.")
    for event in chart.events:
        height = "" if event.y is None else f", {one_line(chart.y)} {figure(event.y)}"
        lines.append(f"{one_line(event.name)}: at {one_line(chart.x)} {figure(event.x)}{height}.")
    table = chart.table or _figures(chart)
    return [*lines, *_head("Figures", table.caption), *_rows(table)]


def _course(series: Series, x: str) -> str:
    """The course of a line: "from 1 to 0.2, lowest 0.1 at epoch 7"."""
    first, last = series.points[0], series.points[-1]
    low = min(series.points, key=lambda point: point[1])
    high = max(series.points, key=lambda point: point[1])
    phrases = [f"from {figure(first[1])} to {figure(last[1])}"]
    ends = (first[1], last[1])
    phrases += [
        f"{name} {figure(point[1])} at {x} {figure(point[0])}"
        for name, point in (("lowest", low), ("highest", high))
        if point[1] not in ends
    ]
    return ", ".join(phrases)


def _matrix(matrix: Matrix) -> RenderableType:
    """Rows are the truth. Each cell has its share of its row, and right ones stand out."""
    table = RichTable(box=box.SIMPLE_HEAD, padding=(0, 1), show_edge=False, header_style="bold")
    table.add_column(Text("true \\ predicted", "dim"), overflow="fold")
    for label in matrix.labels:
        table.add_column(Text(one_line(label)), justify="right", overflow="fold")
    table.add_column(Text("all", "dim"), justify="right")
    for index, (label, row) in enumerate(zip(matrix.labels, matrix.counts, strict=True)):
        total = sum(row)
        names = matrix.names[index] if matrix.names else ("",) * len(row)
        cells = [
            Text(f"{_initials(name)}{count:,} ({_share(count, total)})", "bold green" if index == at else "")
            for at, (count, name) in enumerate(zip(row, names, strict=True))
        ]
        table.add_row(Text(one_line(label), "bold"), *cells, Text(f"{total:,}", "dim"))
    return table


def _matrix_sentences(matrix: Matrix) -> Iterator[str]:
    for index, (label, row) in enumerate(zip(matrix.labels, matrix.counts, strict=True)):
        total = sum(row)
        called = [f", {one_line(each)}" for each in matrix.names[index]] if matrix.names else [""] * len(row)
        cells = ", ".join(
            f"{count:,} predicted as {one_line(name)} ({_share(count, total)}{cell})"
            for name, count, cell in zip(matrix.labels, row, called, strict=True)
        )
        yield f"Of {total:,} that are {one_line(label)}: {cells}."


def _initials(name: str) -> str:
    """The name of a cell by its first letters, before its count: "TP "."""
    letters = "".join(word[:1].upper() for word in one_line(name).split())
    return f"{letters} " if letters else ""


def _share(part: int, whole: int) -> str:
    return share(part, whole) if whole else "-"


def _shape(shape: Sequence[int]) -> str:
    """A shape as Python prints it: "(2, 3)", "(2,)", "()"."""
    return f"({', '.join(map(str, shape))}{',' if len(shape) == 1 else ''})"


def _stage_sentences(number: int, stage: Stage) -> Iterator[str]:
    """A station in sentences, with its shape as people say it: "2 by 3"."""
    if stage.code.strip():
        yield "Code:"
        yield from visible(stage.code).rstrip().split("\n")
    shape = f"shape {' by '.join(map(str, stage.shape))}" if stage.shape else "a single value"
    facts = ", ".join(filter(None, [shape, one_line(stage.dtype)]))
    yield f"{number}. {one_line(stage.name)}: {facts}."
    if stage.sample:
        yield f"{_sampled(stage)}."
    if stage.note.strip():
        yield prose.plain(stage.note)


def _sampled(stage: Stage) -> str:
    """The recorded value of a station, and which one it is."""
    of = f"{one_line(stage.sampled)} is" if stage.sampled else "First value"
    return f"{of} {one_line(stage.sample)}"


class _Stations:
    """Stations below each other, with the code that leads from one to the next beside the arrow."""

    def __init__(self, flow: Flow) -> None:
        self._stages = flow.stages

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        bar, head = "|v" if options.ascii_only else "│▼"
        # Below, columns end at 30 cells: one long name must not push away the shapes of all stations.
        wide = max((len(one_line(stage.name)) for stage in self._stages), default=0)
        shapes = max((len(_shape(stage.shape)) for stage in self._stages), default=0)
        for index, stage in enumerate(self._stages):
            if index or stage.code.strip():
                source = prose.highlighted(visible(stage.code).rstrip()) if stage.code.strip() else Text()
                for line in source.split("\n", allow_blank=True):
                    yield Text.assemble((f"{bar} ", "dim"), line)
                yield Text(head, "dim")
            name = one_line(stage.name)
            yield Text.assemble(
                (f"{name:<{min(wide, 30)}}", "bold blue"),
                (f"  {_shape(stage.shape):<{min(shapes, 30)}}", "bold"),
                (f"  {one_line(stage.dtype)}", "dim"),
                f"  {_sampled(stage)}" if stage.sample else "",
            )
            if stage.note.strip():
                yield Padding(prose.Prose(stage.note), (0, 0, 0, 2))
