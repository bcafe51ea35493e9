"""Figures: what a display draws. Frozen data, like all that is displayed; see `displays`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True)
class Table:
    """Rows of figures or text under headings. Headings, cells and caption are inline Markdown."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    """The first cell of a row names the row."""
    caption: str = ""
    type: Literal["table"] = field(default="table", kw_only=True, repr=False)


@dataclass(frozen=True)
class Series:
    """One line of a chart: its points from left to right, in the units of the axes."""

    name: str
    points: tuple[tuple[float, float], ...]
    reference: bool = False
    """Whether it is only there to compare the others with, such as the diagonal of a ROC curve."""


@dataclass(frozen=True)
class Event:
    """Something that happened at one place of the horizontal axis, or a point of a line to look at."""

    name: str
    x: float
    y: float | None = None
    """None for a vertical line across the whole height."""


@dataclass(frozen=True)
class Chart:
    """Lines over one pair of axes. Learners who cannot see it read the same figures in a table."""

    series: tuple[Series, ...]
    x: str
    """Title of the horizontal axis."""
    y: str
    """Title of the vertical axis."""
    events: tuple[Event, ...] = ()
    caption: str = ""
    """Inline Markdown, like the caption of every figure."""
    table: Table | None = None
    """The figures to read beside it, if all points of all lines are too many."""
    type: Literal["chart"] = field(default="chart", kw_only=True, repr=False)


@dataclass(frozen=True)
class Matrix:
    """A confusion matrix: rows are the true classes, columns the predicted ones."""

    labels: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]
    caption: str = ""
    names: tuple[tuple[str, ...], ...] = ()
    """What each cell is called, such as "true negatives"; empty where cells have no names."""
    type: Literal["matrix"] = field(default="matrix", kw_only=True, repr=False)


@dataclass(frozen=True)
class Stage:
    """One stage of data on its way, as a run recorded it."""

    name: str
    shape: tuple[int, ...]
    dtype: str = ""
    sample: str = ""
    """One value at this stage, as text."""
    note: str = ""
    """Markdown."""
    code: str = ""
    """The code that leads to it from the stage before."""
    sampled: str = ""
    """The expression that gives the sample; empty if it is the first element."""


@dataclass(frozen=True)
class Flow:
    """The stages of data, in their order."""

    stages: tuple[Stage, ...]
    caption: str = ""
    type: Literal["flow"] = field(default="flow", kw_only=True, repr=False)


@dataclass(frozen=True)
class Drawing:
    """A picture that a run drew."""

    svg: str
    """As the run gave it, and so not to be trusted: `drawings.harmless` makes HTML of it."""
    alt: str
    """What it shows, for readers who do not see it: Markdown."""
    type: Literal["drawing"] = field(default="drawing", kw_only=True, repr=False)
