"""An analysis as one HTML page: no script, nothing from elsewhere, plots as SVG."""

from __future__ import annotations

from collections.abc import Sequence

from jinja2 import Environment, PackageLoader, StrictUndefined

from quizproof_renderers.analysis.flags import flags_of
from quizproof_renderers.analysis.items import QuizFigures
from quizproof_renderers.analysis.report_text import figure, percent, summary
from quizproof_renderers.analysis.scale_plot import scale_plot
from quizproof_renderers.analysis.scale_text import NOISY, scale_summary, why_no_scale

_PLOT = 260
"""Width and height of a plot, in CSS pixels."""


def page(quizzes: Sequence[QuizFigures]) -> str:
    """The text of the page."""
    loader = PackageLoader("quizproof_renderers.analysis")
    environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    environment.filters |= {"percent": percent, "figure": figure}
    environment.globals |= {"scale_plot": scale_plot, "scale_summary": scale_summary, "why_no_scale": why_no_scale}
    shown = [(quiz, summary(quiz), flags_of(quiz), points(quiz)) for quiz in quizzes]
    return environment.get_template("analysis.html").render(quizzes=shown, size=_PLOT, noisy=NOISY)


def points(quiz: QuizFigures) -> list[tuple[str, float, float]]:
    """The questions in a plot of discrimination over mean score, as names and places in CSS pixels."""
    return [
        (item.question, round(item.difficulty * _PLOT, 1), round((1 - item.discrimination) / 2 * _PLOT, 1))
        for item in quiz.items
        if item.discrimination is not None
    ]
