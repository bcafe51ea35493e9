"""`confusion-matrix`: how often classes were confused, and the metrics that scikit-learn computes from it.

Claims: labels and scores, or predictions, can be computed with; and each figure under `states` is the run's, rounded to
the digits typed. With two classes and TP, FP, FN, TN for true and false positives and negatives: precision is
TP / (TP + FP), recall TP / (TP + FN), F1 their harmonic mean 2 TP / (2 TP + FP + FN), specificity TN / (TN + FP). With
more classes, each is computed per class, and the figure is the macro mean, in which every class has the same weight.

The functions at the end run beside the author's code. Their text is a part of the program: see `snippets/recorders.py`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Annotated, Any, ClassVar, Literal, TypeAlias

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from quizproof import displays, rules
from quizproof.claims import OURS, Claim, Judgement, Part, Program, crash, proven, refuted, unverified
from quizproof.comparison.numbers import figure, thinned
from quizproof.comparison.outputs import same_to_digits
from quizproof.figures import Chart, Event, Matrix, Series, Table
from quizproof.kinds.base import Exhibit, Runs
from quizproof.kinds.exhibits.metrics_form import metrics_form
from quizproof.outcome import Outcome
from quizproof.quizfile.fields import Model, Number, Plain, Snippet, refuse
from quizproof.quizfile.yaml_document import PlainBool, written
from quizproof.snippets.recorders import held, recorders

CurveName: TypeAlias = Literal["threshold", "roc", "precision-recall"]

_MAX_TABLE_ROWS = 11
"""Of the table beside a curve."""
_CELLS = (("true negatives", "false positives"), ("false negatives", "true positives"))
"""The cells of two classes, of which the second is the positive one."""
_OF_SCORES = frozenset(["average_precision", "roc_auc"])
"""The figures that need scores."""
_OF_SEVERAL = frozenset(["accuracy", "precision", "recall", "f1"])
"""The figures that more than two classes have."""


def _typed(value: object) -> object:
    text = str(written(value))
    try:
        if not isinstance(value, (PlainBool, bool)) and math.isfinite(float(text)):
            return text
    except ValueError:
        pass
    raise ValueError("write a number")


Typed = Annotated[str, BeforeValidator(_typed), WithJsonSchema({"type": "number"})]
"""A number that is compared with the run's, rounded to the digits typed."""


class States(Model):
    """Figures that an author has typed. Each is compared with scikit-learn's, rounded to the digits typed."""

    accuracy: Typed | None = None
    """The share of predictions that are right."""
    precision: Typed | None = None
    """The share of predicted positives that are positive; with more than two classes, the macro mean."""
    recall: Typed | None = None
    """The share of positives that are predicted positive; with more than two classes, the macro mean."""
    f1: Typed | None = None
    """The harmonic mean of precision and recall; with more than two classes, the macro mean of the classes' F1."""
    specificity: Typed | None = None
    """The share of negatives that are predicted negative."""
    average_precision: Typed | None = None
    """The mean of the precisions at every threshold, weighted by the gain in recall."""
    roc_auc: Typed | None = None
    """The area under the ROC curve."""
    tp: Typed | None = None
    """True positives."""
    fp: Typed | None = None
    """False positives."""
    fn: Typed | None = None
    """False negatives."""
    tn: Typed | None = None
    """True negatives."""

    def given(self) -> dict[str, str]:
        """The figures that were typed, by name."""
        return self.model_dump(exclude_none=True)


class ConfusionMatrix(Exhibit):
    """A confusion matrix with its metrics; with scores, also how they change with the threshold."""

    kind_name: ClassVar[str] = "confusion-matrix"
    own_names: ClassVar[frozenset[str]] = frozenset([*States.model_fields, "per_class", "threshold"])
    kind: Literal["confusion-matrix"]
    code: Snippet
    """The program that computes labels and scores."""
    labels: Snippet
    """The expression that gives the true classes: 0 or 1, or, with more `classes`, their numbers from 0."""
    scores: Snippet | None = None
    """The expression that gives the scores of the positive class; with more than two classes, one score per class."""
    predictions: Snippet | None = None
    """The expression that gives the predicted classes, if there are no scores."""
    threshold: Number | None = None
    """Samples with this score or more are predicted positive; 0.5 by default."""
    classes: Annotated[tuple[Plain, ...], Field(min_length=2, max_length=12)] = ("negative", "positive")
    """The names of the classes. Of two, the last is the positive one."""
    states: States = States()
    """Figures that an author has typed, to be compared with the run."""
    curve: CurveName | tuple[CurveName, ...] = ()
    """What is drawn: precision and recall over the `threshold`, the `roc` curve, `precision-recall`, or several."""

    @model_validator(mode="after")
    def _fits(self) -> ConfusionMatrix:
        if (self.scores is None) == (self.predictions is None):
            raise refuse(rules.CONTRADICTION, "exactly one of `scores` and `predictions` is needed")
        if self.scores is None or not self.is_binary:
            why = "`predictions`" if self.is_binary else "more than two classes"
            if self.threshold is not None or self.curve:
                raise refuse(rules.CONTRADICTION, f"with {why} there is no `threshold` and no `curve`")
            allowed = frozenset(States.model_fields) - _OF_SCORES if self.is_binary else _OF_SEVERAL
            if wrong := self.states.given().keys() - allowed:
                raise refuse(rules.CONTRADICTION, f"with {why} there is no `{min(wrong)}`")
        if len(set(self.classes)) < len(self.classes):
            raise refuse(rules.CONTRADICTION, "two of the `classes` have the same name")
        return self

    @property
    def is_binary(self) -> bool:
        """Whether there are two classes: a negative and a positive one."""
        return len(self.classes) == 2

    @property
    def cut(self) -> float:
        """The threshold, given or by default."""
        return 0.5 if self.threshold is None else self.threshold

    @property
    def drawn(self) -> tuple[CurveName, ...]:
        """The curves that are drawn."""
        return (self.curve,) if isinstance(self.curve, str) else self.curve

    def claims(self) -> Iterator[Claim]:
        """The figures can be computed, and each stated one is the run's."""
        program = self._program()
        yield Claim("figures", ("labels",), (program,), self._judge, key=True)
        for name, typed in self.states.given().items():
            judge = partial(self._judge_stated, name, typed)
            yield Claim(f"stated {name}", ("states", name), (program,), judge)

    def right_parts(self) -> tuple[Part, ...]:
        """The code; labels and scores are expressions after it."""
        return (Part("code", self.code, ("code",)),)

    def names(self, runs: Runs) -> dict[str, Any]:
        """The figures by the names of `States`, with `threshold` or, of several classes, `per_class`."""
        outcome = runs[self._program()]
        figures = self._figures(outcome)
        if not self.is_binary:
            return figures | {"per_class": dict(zip(self.classes, self._found(outcome)["per_class"], strict=True))}
        return figures | ({"threshold": self.cut} if self.scores is not None else {})

    def display(self, runs: Runs) -> displays.Display:
        """The code, the matrix, the metrics, and the curves that were asked for."""
        found = self._found(runs[self._program()])
        counts = tuple(map(tuple, found["counts"]))
        threshold = f" A score of {figure(self.cut)} or more is predicted to be {self.classes[1]}."
        caption = f"{sum(map(sum, counts))} samples.{threshold if self.scores is not None and self.is_binary else ''}"
        names = _CELLS if self.is_binary else ()
        content: list[displays.Content] = [displays.Code(self.code), Matrix(self.classes, counts, caption, names)]
        content.append(_metrics(found) if self.is_binary else self._by_class(found))
        content.extend(self._chart(name, found["curves"][name], found["figures"]) for name in self.drawn)
        return displays.Display(self.exhibited(*content), None)

    def _by_class(self, found: dict[str, Any]) -> Table:
        columns = ("precision", "recall", "f1")
        rows = [
            (name, *(_share(each[column]) for column in columns), str(each["support"]))
            for name, each in zip(self.classes, found["per_class"], strict=True)
        ]
        rows.append(("Macro mean", *(_share(found["figures"][column]) for column in columns), ""))
        accuracy = _share(found["figures"]["accuracy"])
        head = ("Class", "Precision", "Recall", "F1", "Samples")
        return Table(head, tuple(rows), f"Accuracy {accuracy}. Computed by scikit-learn.")

    def _chart(self, name: CurveName, points: list[list[float]], figures: dict[str, float]) -> Chart:
        chosen = f"threshold {figure(self.cut)}"
        lines: dict[str, int]
        if name == "threshold":
            lines, x, y = {"precision": 1, "recall": 2}, "Threshold", "Precision, recall"
            event = Event(chosen, self.cut)
        elif name == "roc":
            lines, x, y = {"ROC": 1}, "False positive rate", "True positive rate"
            event = Event(chosen, 1 - figures["specificity"], figures["recall"])
        else:
            lines, x, y = {"precision": 1}, "Recall", "Precision"
            precision = figures["precision"]
            event = Event(chosen, figures["recall"], None if math.isnan(precision) else precision)
        series = tuple(Series(line, tuple((p[0], p[column]) for p in points)) for line, column in lines.items())
        if name == "roc":
            series += (Series("by chance", ((0.0, 0.0), (1.0, 1.0)), reference=True),)
        rows = tuple(tuple(_share(value) for value in point) for point in thinned(points, _MAX_TABLE_ROWS))
        head = (x, "Precision", "Recall") if name == "threshold" else (x, y)
        return Chart(series, x, y, (event,), table=Table(head, rows))

    def _program(self) -> Program:
        field = "predictions" if self.scores is None else "scores"
        source = self.predictions if self.scores is None else self.scores
        call = (
            f"quizproof_measured(quizproof_labels, quizproof_shown, {field!r}, {self.cut!r}, "
            f"{len(self.classes)}, {list(self.drawn)!r})"
        )
        return self.program(
            Part("code", self.code, ("code",)),
            held("quizproof_labels", self.labels, ("labels",)),
            held("quizproof_shown", source or "", (field,)),
            recorders(quizproof_array, quizproof_classes, quizproof_curves, quizproof_measured),
            Part("value", call, (field,)),
        )

    def _found(self, outcome: Outcome) -> dict[str, Any]:
        """What the run recorded, as `quizproof_measured` returns it."""
        (found,) = self._program().values(outcome).values()
        result: dict[str, Any] = found
        return result

    def _figures(self, outcome: Outcome) -> dict[str, Any]:
        """The metrics, and of two classes also the counts, by the names of `States`."""
        found = self._found(outcome)
        figures = dict(found["figures"])
        if self.is_binary:
            (figures["tn"], figures["fp"]), (figures["fn"], figures["tp"]) = found["counts"]
        return figures

    def _judge(self, outcome: Outcome) -> Judgement:
        blocked = crash(self._program(), outcome)
        if blocked:
            return blocked
        match found := self._found(outcome):
            case {"missing": str(missing)}:
                message = f"{missing} is not installed, but the metrics are computed with it"
                help_ = 'Install it: pip install "quizproof[metrics]"'
                return unverified(rules.PACKAGE_MISSING, message, help=help_, at=OURS)
            case {"problem": str(problem), "field": str(field)}:
                return refuted(rules.NOT_RECORDABLE, problem, at=(field,))
        curves = self.drawn if self.scores is not None and self.is_binary else None
        if metrics_form(len(self.classes), curves)(found):  # the code tampered with it
            message = "what was recorded is not metrics; does the code change how they are computed?"
            return refuted(rules.NOT_RECORDABLE, message)
        return proven(value=found["figures"] | {"counts": found["counts"]})

    def _judge_stated(self, name: str, typed: str, outcome: Outcome) -> Judgement:
        judged = self._judge(outcome)
        if judged.verdict != "proven":
            return judged
        real = self._figures(outcome)[name]
        if same_to_digits(typed, real):
            return proven(value=real)
        computed = f"{real:.6g}" if isinstance(real, float) else str(real)
        return refuted(rules.FIGURE_REFUTED, f"the run gives {computed}", expected=typed, actual=computed)


def _share(value: float) -> str:
    """A metric as tables show it."""
    return "undefined" if math.isnan(value) else f"{value:.3f}"


def _metrics(found: dict[str, Any]) -> Table:
    """The metrics of two classes, each with the counts that it is computed from."""
    (tn, fp), (fn, tp) = found["counts"]
    figures: dict[str, float] = found["figures"]
    made: Sequence[tuple[str, str, str]] = (
        ("precision", "Precision", f"TP / (TP + FP) = {tp} / {tp + fp}"),
        ("recall", "Recall", f"TP / (TP + FN) = {tp} / {tp + fn}"),
        ("f1", "F1", f"2 TP / (2 TP + FP + FN) = {2 * tp} / {2 * tp + fp + fn}"),
        ("accuracy", "Accuracy", f"(TP + TN) / all = {tp + tn} / {tp + tn + fp + fn}"),
        ("specificity", "Specificity", f"TN / (TN + FP) = {tn} / {tn + fp}"),
        ("average_precision", "Average precision", "over all thresholds"),
        ("roc_auc", "Area under ROC", "over all thresholds"),
    )
    rows = tuple((title, fraction, _share(figures[name])) for name, title, fraction in made if name in figures)
    return Table(("Metric", "From", "Value"), rows, "Computed by scikit-learn.")


# The functions below run beside the author's code; changing their text makes locks stale.


def quizproof_array(value: Any, field: str, noun: str, dimensions: int = 1) -> Any:
    """A tensor, array or list as a NumPy array of finite numbers; raises ValueError with the field and its problem."""
    import numpy

    try:
        array = numpy.asarray(value.detach() if hasattr(value, "detach") else value)
    except (TypeError, ValueError):
        array = numpy.asarray(None)
    if array.dtype.kind not in "biuf":
        raise ValueError(field, f"the {noun}s are of type {type(value).__name__}, not numbers")
    if array.ndim == dimensions + 1 and array.shape[-1] == 1:
        array = array[..., 0]
    if array.ndim != dimensions:
        raise ValueError(field, f"the {noun}s have the shape {array.shape}; there must be {dimensions} dimension(s)")
    bad = numpy.argwhere(~numpy.isfinite(array))
    if len(bad):
        raise ValueError(field, f"{noun} {int(bad[0][0]) + 1} is {array[tuple(bad[0])]}, not a finite number")
    return array


def quizproof_classes(value: Any, field: str, noun: str, classes: int) -> Any:
    """An array of classes, checked."""
    array = quizproof_array(value, field, noun)
    for index, each in enumerate(array.tolist()):
        if each != int(each) or not 0 <= each < classes:
            expected = "0 or 1" if classes == 2 else f"a whole number from 0 to {classes - 1}"
            raise ValueError(field, f"{noun} {index + 1} is {each}, not {expected}")
    return array.astype(int)


def quizproof_curves(labels: Any, scores: Any, threshold: float, names: list[str]) -> dict[str, list[list[float]]]:
    """The points of the curves that were asked for, at most 200 each; that of the threshold is among them."""
    import numpy
    from sklearn import metrics

    def thinned(rows: list[tuple[float, ...]], kept: int) -> list[list[float]]:
        picks = {*numpy.linspace(0, len(rows) - 1, 199).round().astype(int).tolist(), kept}
        return [[float(f"{value:.6g}") for value in rows[pick]] for pick in sorted(picks)]

    curves: dict[str, list[list[float]]] = {}
    rows: list[tuple[float, ...]]
    precision, recall, thresholds = metrics.precision_recall_curve(labels, scores)
    below = int((thresholds < threshold).sum())
    if "threshold" in names:
        rows = list(zip(thresholds.tolist(), precision.tolist(), recall.tolist(), strict=False))
        if below < len(rows):  # between two scores nothing changes, so the threshold has the figures of the next
            rows.insert(below, (threshold, *rows[below][1:]))
        curves["threshold"] = thinned(rows, min(below, len(rows) - 1))
    if "precision-recall" in names:
        rows = list(zip(recall.tolist(), precision.tolist(), strict=True))
        rows.reverse()
        curves["precision-recall"] = thinned(rows, len(rows) - 1 - below)
    if "roc" in names:
        false, true, thresholds = metrics.roc_curve(labels, scores, drop_intermediate=False)
        rows = list(zip(false.tolist(), true.tolist(), strict=True))
        curves["roc"] = thinned(rows, max(int((thresholds >= threshold).sum()) - 1, 0))
    return curves


def quizproof_measured(
    labels: Any, shown: Any, field: str, threshold: float, classes: int, curves: list[str]
) -> dict[str, Any]:
    """Counts, figures and curves; or the field with a problem, and the problem."""
    try:
        import numpy
        from sklearn import metrics
    except ImportError:
        return {"missing": "scikit-learn"}
    try:
        labels = quizproof_classes(labels, "labels", "label", classes)
        absent = sorted(set(range(classes)) - set(labels.tolist()))
        if absent:
            raise ValueError("labels", f"there is no sample of class {absent[0]}, so some metrics have no meaning")
        if field == "predictions":
            predicted = quizproof_classes(shown, field, "prediction", classes)
        elif classes == 2:
            scores = quizproof_array(shown, field, "score")
            predicted = (scores >= threshold).astype(int)
        else:
            scores = quizproof_array(shown, field, "score", 2)
            if scores.shape[1] != classes:
                raise ValueError(field, f"there are {scores.shape[1]} scores a sample, and {classes} classes")
            predicted = scores.argmax(axis=1)
        if len(predicted) != len(labels):
            raise ValueError(field, f"there are {len(predicted)} {field}, and {len(labels)} labels")
    except ValueError as error:
        place, problem = error.args
        return {"field": place, "problem": problem}
    every, undefined = list(range(classes)), float("nan")
    found: dict[str, Any] = {
        "counts": metrics.confusion_matrix(labels, predicted, labels=every).tolist(),
        "figures": {"accuracy": float(metrics.accuracy_score(labels, predicted))},
    }
    if classes == 2:
        figures = found["figures"]
        figures["precision"] = float(metrics.precision_score(labels, predicted, zero_division=undefined))
        figures["recall"] = float(metrics.recall_score(labels, predicted))
        figures["f1"] = float(metrics.f1_score(labels, predicted))
        figures["specificity"] = float(metrics.recall_score(labels, predicted, pos_label=0))
        if field == "scores":
            figures["average_precision"] = float(metrics.average_precision_score(labels, scores))
            figures["roc_auc"] = float(metrics.roc_auc_score(labels, scores))
            found["curves"] = quizproof_curves(labels, scores, threshold, curves)
        return found
    names = ("precision", "recall", "f1", "support")
    each = metrics.precision_recall_fscore_support(labels, predicted, labels=every, zero_division=undefined)
    found["per_class"] = [dict(zip(names, map(float, row), strict=True)) for row in zip(*each, strict=True)]
    for row in found["per_class"]:
        row["support"] = int(row["support"])
    for name in names[:3]:
        found["figures"][name] = float(numpy.mean([row[name] for row in found["per_class"]]))
    return found
