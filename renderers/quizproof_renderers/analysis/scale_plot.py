"""The scale of the Rasch model as a plot: how many learners are where on it, and each question where it is."""

from __future__ import annotations

import math
from dataclasses import dataclass

from quizproof_renderers.analysis.rasch import RaschFigures, RaschItem

BAND = 0.5
"""Logits that learners are counted by."""
_ROW = 22
"""Height of a question, in CSS pixels."""
_LOGIT = 70
"""Width of a logit."""
_TALLEST = 80
"""Height of the largest band of learners."""


@dataclass(frozen=True)
class Band:
    """A part of the scale, half a logit wide."""

    start: float
    learners: int
    items: tuple[RaschItem, ...]
    """From easy to hard."""


def bands(figures: RaschFigures) -> tuple[Band, ...]:
    """The parts of the scale that have a learner or a question, and those between, from low to high."""
    items = sorted(figures.items, key=lambda item: item.difficulty)
    of_learners = [_place(each.ability) for each in figures.learners]
    of_items = [_place(item.difficulty) for item in items]
    places = [*of_learners, *of_items]
    return tuple(
        Band(
            place * BAND,
            of_learners.count(place),
            tuple(item for item, where in zip(items, of_items, strict=True) if where == place),
        )
        for place in range(min(places), max(places) + 1)
    )


def _place(logits: float) -> int:
    return math.floor(logits / BAND)


@dataclass(frozen=True)
class ScalePlot:
    """Where everything is drawn, in CSS pixels; the axis is at height 0, learners are above it, questions below."""

    width: float
    height: float
    """Of the part below the axis."""
    ticks: tuple[tuple[float, int], ...]
    """Whole logits: where, and which."""
    bars: tuple[tuple[float, float, float, int], ...]
    """Bands of learners: left edge, width, height, and how many they are."""
    points: tuple[tuple[RaschItem, float, float, float, float], ...]
    """Questions from hard to easy: the left end of two standard errors, the difficulty, the right end, the height."""


def scale_plot(figures: RaschFigures) -> ScalePlot:
    """The plot of a scale."""
    found = bands(figures)
    ends = [item.difficulty + sign * 2 * item.error for item in figures.items for sign in (-1, 1)]
    low = math.floor(min(found[0].start, *ends))
    high = math.ceil(max(found[-1].start + BAND, *ends))
    most = max(band.learners for band in found) or 1

    def across(logits: float) -> float:
        return round((logits - low) * _LOGIT, 1)

    hardest_first = sorted(figures.items, key=lambda item: -item.difficulty)
    return ScalePlot(
        width=across(high),
        height=_ROW * (len(hardest_first) + 0.5),
        ticks=tuple((across(tick), tick) for tick in range(low, high + 1)),
        bars=tuple(
            (across(band.start) + 1, BAND * _LOGIT - 2, round(_TALLEST * band.learners / most, 1), band.learners)
            for band in found
            if band.learners
        ),
        points=tuple(
            (
                item,
                across(item.difficulty - 2 * item.error),
                across(item.difficulty),
                across(item.difficulty + 2 * item.error),
                _ROW * (place + 0.75),
            )
            for place, item in enumerate(hardest_first)
        ),
    )
