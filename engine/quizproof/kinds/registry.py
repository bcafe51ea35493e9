"""The kinds of block. Each lives in one file; installed packages add more by the entry point `quizproof.kinds`."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from typing import cast

from quizproof.kinds.base import Block

_OURS = {
    "choice": "questions.choice:Choice",
    "confusion-matrix": "exhibits.confusion_matrix:ConfusionMatrix",
    "experiment": "exhibits.experiment:Experiment",
    "figure": "exhibits.figure:FigureExhibit",
    "fill-blank": "questions.fill_blank:FillBlank",
    "find-bug": "questions.find_bug:FindBug",
    "match": "questions.match:Match",
    "number": "questions.number:NumberQuestion",
    "open": "questions.open_answer:Open",
    "order-lines": "questions.order_lines:OrderLines",
    "pipeline": "exhibits.pipeline:Pipeline",
    "predict-output": "questions.predict_output:PredictOutput",
    "training-run": "exhibits.training_run:TrainingRun",
    "write-code": "questions.write_code:WriteCode",
}
"""Where the class of each kind is, by the name used in `kind:`. Who waits for one question waits for its kind alone."""
BUILT_IN = frozenset(_OURS)
"""The names of the kinds that come with the engine."""


def kind_of(name: str) -> type[Block] | None:
    """The kind of a name; None when none of that name is installed. Raises what the import of an installed kind raises.

    name  as in `kind:`
    """
    return _ours(name) if name in _OURS else kinds().get(name)


@cache
def kinds() -> dict[str, type[Block]]:
    """All installed kinds by the name used in `kind:`; built-in names cannot be taken over.

    Cached, because looking through all installed packages for entry points is slow. Raises what the import of an
    installed kind raises.
    """
    known = {entry.name: entry.load() for entry in entry_points(group="quizproof.kinds")}
    known.update({name: _ours(name) for name in _OURS})
    return known


@cache
def _ours(name: str) -> type[Block]:
    module, _, kind = _OURS[name].partition(":")
    return cast("type[Block]", getattr(import_module(f"quizproof.kinds.{module}"), kind))
