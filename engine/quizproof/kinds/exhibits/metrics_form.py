"""The form of what a run records for a confusion matrix: `quizproof_measured` of the kind gives it.

    {"counts": [[50, 10], [5, 35]], "figures": {"accuracy": 0.85, "precision": 0.78, ...},
     "curves": {"roc": [[0.0, 0.0], [0.17, 0.88], [1.0, 1.0]]}}

With more than two classes, `per_class` has the metrics of each class, and there are no curves. A metric is NaN where
nothing was predicted that it could be computed from.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from functools import cache

from quizproof.comparison.numbers import is_number
from quizproof.json_forms import Form, items, record, row, whole

_OF_EACH = ("precision", "recall", "f1")
_OF_TWO = ("accuracy", *_OF_EACH, "specificity")
_OF_SCORES = ("average_precision", "roc_auc")
_WIDTHS = {"threshold": 3, "roc": 2, "precision-recall": 2}
"""How many numbers a point of each curve has."""


def _ratio(data: object) -> str:
    # A sum of shares can be a little more than 1.
    sound = isinstance(data, float) and (math.isnan(data) or 0 <= data <= 1 + 1e-9)
    return "" if sound else " is not a ratio"


def _number(data: object) -> str:
    return "" if is_number(data) else " is not a finite number"


@cache
def metrics_form(classes: int, curves: Collection[str] | None) -> Form:
    """The form of the metrics of one matrix.

    classes  how many there are
    curves   those that are recorded, of two classes with scores; None for any other matrix
    """
    counts = row(*(row(*(whole(0) for _ in range(classes))) for _ in range(classes)))
    if classes > 2:
        each = record({**dict.fromkeys(_OF_EACH, _ratio), "support": whole(0)})
        figures = record(dict.fromkeys(("accuracy", *_OF_EACH), _ratio))
        return record({"counts": counts, "figures": figures, "per_class": row(*(each for _ in range(classes)))})
    if curves is None:
        return record({"counts": counts, "figures": record(dict.fromkeys(_OF_TWO, _ratio))})
    points = record({name: _points(_WIDTHS[name]) for name in curves})
    return record(
        {"counts": counts, "figures": record(dict.fromkeys((*_OF_TWO, *_OF_SCORES), _ratio)), "curves": points}
    )


def _points(width: int) -> Form:
    """The form of the points of a curve, of which there is at least one."""
    some = items(row(*(_number for _ in range(width))))
    return lambda data: some(data) or ("" if data else " has no points")
