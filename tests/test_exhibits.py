"""Each kind of exhibit: a good sample is proven and shown, and samples that lie are refuted at the right line."""

from __future__ import annotations

import itertools
import math
from decimal import Decimal
from textwrap import indent
from typing import TYPE_CHECKING, TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import HEADER
from quizproof.comparison.numbers import thinned
from quizproof.comparison.outputs import same_to_digits
from quizproof.displays import Code, Prose
from quizproof.figures import Chart, Flow, Matrix, Table
from quizproof.kinds.exhibits.confusion_matrix import quizproof_measured
from quizproof.kinds.exhibits.training_run import CurveClaim
from quizproof.loading.load import load_file
from quizproof.loading.quiz import Bank
from quizproof.proving.prove import prove
from quizproof.snippets.recorders import held

if TYPE_CHECKING:
    from conftest import ProveText
    from quizproof.displays import Content, Display
    from quizproof.findings import Finding
    from quizproof.proof import Report

MATRIX = """
- id: spam
  kind: confusion-matrix
  text: Of {{ tp + fn }} spam mails {{ tp }} were found; precision is {{ stated('0.895', precision) }}.
  code: |
    y_true = [1] * 100 + [0] * 100
    y_score = [0.9] * 85 + [0.2] * 15 + [0.8] * 10 + [0.1] * 90
  labels: y_true
  scores: y_score
  threshold: 0.5
  classes: [ham, spam]
  states:
    precision: 0.895
    recall: 0.85
    f1: 0.872
    tp: 85
  curve: [threshold, roc, precision-recall]
  note: F1 is {{ f1 | fixed(3) }}, accuracy {{ accuracy | percent }}, specificity {{ specificity }}.
"""

THREE = """
- id: three
  kind: confusion-matrix
  text: Recall of cats is {{ per_class['cat'].recall | fixed(2) }}.
  code: |
    y_true = [0, 0, 1, 1, 2, 2, 2, 2]
    y_pred = [0, 1, 1, 1, 2, 2, 2, 0]
  labels: y_true
  predictions: y_pred
  classes: [cat, dog, cow]
  states: {accuracy: 0.75, recall: 0.75}
"""

PIPELINE = """
- id: stages
  kind: pipeline
  text: The images have the shape {{ stages[0].shape }}.
  setup: |
    import numpy as np
  stages:
    - name: Input
      code: x = np.full((4, 3, 8, 8), 120, dtype=np.uint8)
      value: x
      shape: [4, 3, 8, 8]
      dtype: uint8
      note: As read from *files*.
    - name: Normalised
      code: x = (x / 255).astype("float32")
      value: x
      sample: x[0, 0, 0, 0]
      dtype: float32
    - name: Mean
      value: |
        x.mean(axis=(2, 3))
      shape: [4, 3]
      sample: x.mean(axis=(2, 3))[0]
"""

TRAINING = """
- id: training
  kind: training-run
  text: It ends at {{ final.loss | fixed(4) }} after {{ epochs }} epochs.
  code: |
    history = {"loss": [], "val_loss": [], "accuracy": []}
    for epoch in range(1, 7):
        history["loss"].append((2 + seed / 10) / epoch)
        history["val_loss"].append((3 + seed / 10) / epoch)
        history["accuracy"].append(1 - 0.5 / epoch)
    unfrozen = 4
  history: history
  events:
    - {epoch: unfrozen, name: Unfreeze the base}
    - {epoch: 2, name: Halve the rate}
  claims:
    - {series: loss, is: falling, margin: 0.05}
    - {series: accuracy, ends: above, value: 0.9, margin: 0.01}
    - {gap: [val_loss, loss], ends: below, value: 0.2}
"""

EXPERIMENT = """
- id: improve
  kind: experiment
  text: The baseline reaches {{ baseline['Score'] }}, the solution {{ solution['Score'] | fixed(2) }}.
  setup: |
    data = [1, 2, 3]
    rate = 0
  baseline: |
    score, cost = 0.5 + seed / 100, 3
  solution: |
    rate = 1
    score, cost = 0.9 - seed / 100, 2
  targets:
    - {name: Score, value: score, above: 0.8, margin: 0.05}
    - {name: Cost, value: cost, below: 4}
  constraints:
    - name: Same data
      check: |
        assert data == [1, 2, 3], data
      broken: |
        data.append(4)
    - name: The rate is used
      check: |
        assert rate
  hints:
    - Look at the rate.
    - Double it.
  variations:
    - {name: Twice the rate, code: "score, cost = 0.85, 5"}
  note: That is all.
"""


def shown(report: Report) -> Display:
    """How the first exhibit is shown; it must be proven."""
    (proof, *_) = report.blocks
    assert list(report.findings) == []
    assert report.status == "proven"
    assert proof.status == "proven"
    assert proof.exhibit
    display = proof.variants[0].display
    assert display is not None
    assert display.input is None
    return display


def find(display: Display, sort: type) -> list[Content]:
    """The contents of one sort, in their order."""
    return [content for content in display.prompt if isinstance(content, sort)]


Lie: TypeAlias = tuple[str, str, str, int, str]
"""What is true in a sample, what stands there instead; the code, line and words of what must be found."""


def lies(sample: str, *each: Lie) -> list[object]:
    """Parameters for `test_lie`."""
    return [pytest.param(sample, lie, id=f"{sample.split()[4]}-{lie[3]}-{lie[1].strip()[:30]}") for lie in each]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> dict[str, tuple[Finding, ...]]:
    """What is found in every lying sample, by its text: all are proven in one go, to start the interpreter once."""
    tests = [item for item in request.session.items if item.name.startswith("test_lie[")]
    samples = [lying(*item.callspec.params.values()) for item in tests]  # type: ignore[attr-defined]
    files = []
    for number, sample in enumerate(samples):
        file = tmp_path_factory.mktemp("lies") / f"{number}.yaml"
        file.write_text(HEADER.format(runtime="python") + indent(sample.strip("\n"), "  "), encoding="utf-8")
        files.append(load_file(file))
    report = prove(Bank(tuple(files)), jobs=2)
    return dict(zip(samples, (quiz.findings for quiz in report.quizzes), strict=True))


def lying(sample: str, lie: Lie) -> str:
    """The sample with the lie in it."""
    true, false, *_ = lie
    assert true in sample
    return sample.replace(true, false)


# ---- confusion-matrix


def test_matrix_is_proven_and_shown(prove_text: ProveText) -> None:
    """Counts, metrics and curves are those of the labels, and prose may use them."""
    display = shown(prove_text(MATRIX))
    before, code, matrix, metrics, threshold, roc, trade, after = display.prompt
    assert before == Prose("Of 100 spam mails 85 were found; precision is 0.895.")
    assert after == Prose("F1 is 0.872, accuracy 88%, specificity 0.9.")
    assert isinstance(code, Code)
    assert isinstance(matrix, Matrix)
    assert (matrix.labels, matrix.counts) == (("ham", "spam"), ((90, 10), (15, 85)))
    assert isinstance(metrics, Table)
    assert metrics.rows[0] == ("Precision", "TP / (TP + FP) = 85 / 95", "0.895")
    assert [row[2] for row in metrics.rows[1:5]] == ["0.850", "0.872", "0.875", "0.900"]
    assert [row[0] for row in metrics.rows[5:]] == ["Average precision", "Area under ROC"]
    assert isinstance(threshold, Chart)
    precision, recall = threshold.series
    assert (0.5, 0.894737) in precision.points
    assert (0.5, 0.85) in recall.points
    assert (threshold.events[0].x, threshold.events[0].y) == (0.5, None)
    assert isinstance(roc, Chart)
    assert (0.1, 0.85) in roc.series[0].points
    assert roc.events[0].x == pytest.approx(0.1)
    assert roc.events[0].y == 0.85
    assert isinstance(trade, Chart)
    assert (0.85, 0.894737) in trade.series[0].points
    assert trade.table


def test_three_classes(prove_text: ProveText) -> None:
    """A row for each class, and the macro mean."""
    display = shown(prove_text(THREE))
    (matrix,), (table,) = find(display, Matrix), find(display, Table)
    assert isinstance(matrix, Matrix)
    assert matrix.counts == ((1, 1, 0), (0, 2, 0), (1, 0, 3))
    assert isinstance(table, Table)
    assert table.rows[0] == ("cat", "0.500", "0.500", "0.500", "2")
    assert table.rows[-1] == ("Macro mean", "0.722", "0.750", "0.719", "")
    assert display.prompt[0] == Prose("Recall of cats is 0.50.")


# ---- pipeline


def test_pipeline_is_proven_and_shown(prove_text: ProveText) -> None:
    """Shapes, dtypes and samples are recorded, the typed ones compared."""
    display = shown(prove_text(PIPELINE))
    assert display.prompt[0] == Prose("The images have the shape [4, 3, 8, 8].")
    (flow,) = find(display, Flow)
    assert isinstance(flow, Flow)
    assert [(s.name, s.shape, s.dtype, s.sample) for s in flow.stages] == [
        ("Input", (4, 3, 8, 8), "uint8", "120"),
        ("Normalised", (4, 3, 8, 8), "float32", "0.4706"),
        ("Mean", (4, 3), "float32", "0.4706, 0.4706, 0.4706"),
    ]
    assert flow.stages[0].note == "As read from *files*."
    assert display.evidence
    assert display.evidence.code.splitlines() == [
        "import numpy as np",
        "x = np.full((4, 3, 8, 8), 120, dtype=np.uint8)",
        'x = (x / 255).astype("float32")',
    ]


# ---- training-run


def test_training_is_proven_and_shown(prove_text: ProveText) -> None:
    """The first seed's curves are drawn with the events, and the seeds' range told."""
    display = shown(prove_text(TRAINING))
    assert display.prompt[0] == Prose("It ends at 0.3333 after 6 epochs.")
    loss, accuracy = find(display, Chart)
    assert isinstance(loss, Chart)
    assert isinstance(accuracy, Chart)
    assert [series.name for series in loss.series] == ["loss", "val_loss"]
    assert loss.series[0].points[0] == (1.0, 2.0)
    assert [(event.name, event.x) for event in loss.events] == [("Unfreeze the base", 4), ("Halve the rate", 2)]
    assert accuracy.y == "accuracy"
    assert loss.table
    assert loss.table.rows[0] == ("1", "2", "3")
    ends, holds = find(display, Table)
    assert isinstance(ends, Table)
    assert isinstance(holds, Table)
    assert ends.rows[0] == ("loss", "0.35 (0.3333 to 0.3667)")
    assert holds.rows[0] == (
        "`loss` is falling at every epoch by more than 0.05",
        "0.4 at epoch 5, 0.3333 at epoch 6, with seed 0",
    )


@pytest.mark.parametrize(("seeding", "status"), [("random.seed(seed)", "proven"), ("pass", "unstable")])
def test_trainings_with_chance_are_run_once_more(prove_text: ProveText, seeding: str, status: str) -> None:
    """One run beside one for each seed tells a training that is seeded from one that is not."""
    code = f"  code: |\n    import random\n    {seeding}\n    noise = random.random() / 20\n"
    training = TRAINING.replace("  code: |\n", code).replace("(2 + seed / 10) /", "(2 + noise + seed / 10) /")
    report = prove_text(training.replace("It ends at {{ final.loss | fixed(4) }} after", "It takes"))
    # What differs is looked at more closely, by one change at a time.
    closer = 0 if status == "proven" else 7
    assert (report.blocks[0].status, report.summary.runs) == (status, 3 + 1 + closer)


def test_series_named_after_another_share_its_chart(prove_text: ProveText) -> None:
    """A second training of the same quantity is drawn beside the first, for comparison; another quantity is not."""
    series = '"accuracy": [], "loss_frozen": [5, 4, 3, 3, 3, 3], "losses": [1, 1, 1, 1, 1, 1]}'
    display = shown(prove_text(TRAINING.replace('"accuracy": []}', series)))
    charts = [chart for chart in find(display, Chart) if isinstance(chart, Chart)]
    drawn = [[series.name for series in chart.series] for chart in charts]
    assert drawn == [["loss", "val_loss", "loss_frozen"], ["accuracy"], ["losses"]]


# ---- experiment


def test_experiment_is_proven_and_shown(prove_text: ProveText) -> None:
    """All scripts are compared; the solution and hints wait."""
    display = shown(prove_text(EXPERIMENT))
    assert display.prompt[0] == Prose("The baseline reaches 0.51, the solution 0.89.")
    (table,) = find(display, Table)
    assert isinstance(table, Table)
    assert table.head == ("Script", "Score (above 0.8)", "Cost (below 4)")
    assert table.rows == (
        ("Baseline", "0.51 (0.5 to 0.52), missed", "3, met"),
        ("Solution", "0.89 (0.88 to 0.9), met", "2, met"),
        ("Twice the rate", "0.85, met", "5, missed"),
    )
    assert display.hints == ("Look at the rate.", "Double it.")
    assert [content.label for content in display.solution if isinstance(content, Code)] == [
        "Solution",
        "Twice the rate",
    ]
    assert [content.label for content in find(display, Code) if isinstance(content, Code)] == [
        "Given",
        "Baseline",
        "Same data",
        "The rate is used",
    ]


# ---- lies


@pytest.mark.parametrize(
    ("sample", "lie"),
    [
        *lies(
            MATRIX,
            ("precision: 0.895", "precision: 0.894", "QP228", 12, "stated precision: the run gives 0.894737"),
            ("tp: 85", "tp: 86", "QP228", 15, "stated tp: the run gives 85"),
            ("recall: 0.85", "recall: 1", "QP228", 13, "stated recall: the run gives 0.85"),
            ("[1] * 100", "[2] * 100", "QP227", 7, "label 1 is 2, not 0 or 1"),
            ("[1] * 100", "[0] * 100", "QP227", 7, "there is no sample of class 1"),
            ("[0.1] * 90", "[0.1] * 89", "QP227", 8, "there are 199 scores, and 200 labels"),
            ("[0.2] * 15", "[float('nan')] * 15", "QP227", 8, "score 86 is nan, not a finite number"),
            ("[0.2] * 15", "['?'] * 15", "QP227", 8, "the scores are of type list, not numbers"),
            ("scores: y_score", "scores: y_scor", "QP213", 8, "NameError"),
            ("labels: y_true", "labels: y_true y", "QP113", 7, "SyntaxError"),
            ("y_true = [1]", "y_true = [1", "QP113", 5, "SyntaxError"),
            ("fixed(3)", "fixed(3) }} {{ stated('0.88', f1)", "QP218", 17, "the run gave 0.871795"),
        ),
        *lies(
            PIPELINE,
            ("shape: [4, 3, 8, 8]", "shape: [4, 8, 8, 3]", "QP228", 10, "the run recorded [4, 3, 8, 8]"),
            ("dtype: float32", "dtype: float64", "QP228", 17, "the run recorded float32"),
            ("value: x\n      shape", "value: x.tolist()\n      shape", "QP227", 9, "of type list"),
            ("x.mean(axis=(2, 3))\n      shape", "x.mean(axis=(2, 9))\n      shape", "QP213", 20, "AxisError"),
            ("sample: x[0, 0, 0, 0]", "sample: x[0]", "QP227", 16, "a sample is one number"),
            ('.astype("float32")', '.astyp("float32")', "QP213", 14, "AttributeError"),
        ),
        *lies(
            TRAINING,
            ("is: falling", "is: rising", "QP229", 16, "with seed 0 it does not hold that `loss` is rising"),
            ("margin: 0.05", "margin: 0.07", "QP229", 16, "0.4 at epoch 5, 0.3333 at epoch 6"),
            ("value: 0.2", "value: 0.1", "QP229", 18, "0.5 - 0.3333 = 0.1667 at epoch 6"),
            ("(3 + seed / 10)", "(3 + seed * 3)", "QP229", 18, "with seed 1 it does not hold"),
            ("series: accuracy", "series: acuracy", "QP227", 17, "did you mean `accuracy`?"),
            ("epoch: 2", "epoch: 7", "QP227", 14, "the event is at 7, but the epochs are 1 to 6"),
            ("epoch: unfrozen", "epoch: frozen", "QP213", 13, "NameError"),
            ("history: history", "history: list(history)", "QP227", 11, "not a mapping of names to lists"),
            ('["loss"].append((2', '["loss"].append((float("nan")', "QP227", 11, "`loss` is nan at epoch 1"),
            ("    unfrozen = 4", '    unfrozen = 4; history["loss"].pop()', "QP227", 11, "`loss` has 5 epochs and"),
            ("    unfrozen = 4", "    unfrozen = 4; 1 / (seed - 1)", "QP213", 10, "ZeroDivisionError"),
        ),
        *lies(
            EXPERIMENT,
            ("0.5 + seed / 100, 3", "0.9 + seed / 100, 3", "QP230", 8, "with seed 0 it misses no target"),
            ("0.5 + seed / 100, 3", "0.78, 3", "QP230", 8, "Score 0.78, Cost 3"),
            (
                "0.9 - seed / 100",
                "0.9 - seed / 20",
                "QP231",
                13,
                "with seed 1 it is 0.85, not above 0.8 by more",
            ),
            ("below: 4}", "below: 2}", "QP231", 14, "with seed 0 it is 2, not below 2"),
            (
                "    rate = 1\n",
                "    rate = 1; data.pop()\n",
                "QP232",
                18,
                "with seed 0 the solution breaks it: AssertionError",
            ),
            ("data.append(4)", "data.sort()", "QP233", 20, "the constraint holds after the script"),
            ("data.append(4)", "data.add(4)", "QP213", 20, "AttributeError"),
            ("        assert rate\n", "        rate == 1\n", "QP204", 23, "no assertion"),
            ("        assert rate\n", "        assert rat\n", "QP208", 23, "the check itself raised NameError"),
            ("value: cost", "value: str(cost)", "QP227", 14, "the value of 'Cost' is '3', not a finite number"),
            ('"score, cost = 0.85, 5"', '"score = 0.85"', "QP213", 14, "NameError"),
            ("    data = [1, 2, 3]", "    data = [1, 2, 3][3]", "QP209", 5, "IndexError"),
        ),
    ],
)
def test_lie(sample: str, lie: Lie, told: dict[str, tuple[Finding, ...]]) -> None:
    """What is false is found where it stands, in the right words, and nothing else is."""
    _, _, code, line, words = lie
    (found,) = told[lying(sample, lie)]
    assert (found.code, found.span.line - 5) == (code, line)
    assert words in found.message


# ---- real frameworks

REAL_TORCH = """
- id: matrix
  kind: confusion-matrix
  code: |
    import torch
    from sklearn.datasets import load_breast_cancer
    torch.manual_seed(0)
    data = load_breast_cancer()
    x = torch.tensor(data.data, dtype=torch.float32)
    x = (x - x.mean(0)) / x.std(0)
    y = torch.tensor(data.target, dtype=torch.float32)
    model = torch.nn.Linear(30, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for _ in range(20):
        optimizer.zero_grad()
        torch.nn.functional.binary_cross_entropy_with_logits(model(x)[:, 0], y).backward()
        optimizer.step()
  labels: y
  scores: torch.sigmoid(model(x))
  curve: [threshold, roc, precision-recall]
- id: stages
  kind: pipeline
  setup: |
    import torch
    torch.manual_seed(0)
    base = torch.nn.Conv2d(3, 8, 3, padding=1)
  stages:
    - {name: Input, code: "x = torch.full((4, 3, 8, 8), 120, dtype=torch.uint8)", value: x, dtype: uint8}
    - {name: Features, code: f = base(x / 255), value: f, shape: [4, 8, 8, 8], dtype: float32}
    - {name: Half, value: f.to(torch.bfloat16), sample: f.isnan().sum(), dtype: bfloat16}
    - {name: Nothing, value: "f[:0]", shape: [0, 8, 8, 8]}
- id: training
  kind: training-run
  code: |
    import torch
    torch.manual_seed(seed)
    x = torch.randn(64, 4)
    y = x.sum(dim=1)
    model = torch.nn.Linear(4, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
    history = {"loss": []}
    for epoch in range(8):
        loss = torch.nn.functional.mse_loss(model(x)[:, 0], y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        history["loss"].append(loss.detach())
  history: history
  claims:
    - {series: loss, is: falling}
- id: unseeded
  kind: training-run
  code: |
    import torch
    history = {"loss": [torch.rand(1).item()]}
  history: history
  seeds: [0]
"""

REAL_TENSORFLOW = """
- id: matrix
  kind: confusion-matrix
  code: |
    import tensorflow as tf
    y = tf.constant([0, 1, 1, 0])
    p = tf.constant([[0.2], [0.7], [0.4], [0.6]])
  labels: y
  scores: p
  threshold: 0.7
  states: {tp: 1, fp: 0, recall: 0.5}
- id: stages
  kind: pipeline
  setup: |
    import tensorflow as tf
    tf.keras.utils.set_random_seed(0)
    inputs = tf.keras.Input((8, 8, 3))
    base = tf.keras.Sequential([inputs, tf.keras.layers.Conv2D(8, 3, padding="same")])
  stages:
    - {name: Input, code: "x = tf.fill((4, 8, 8, 3), 120.0)", value: x, dtype: float32}
    - {name: Features, code: f = base(x / 255), value: f, shape: [4, 8, 8, 8]}
    - {name: Kernel, value: "base.layers[0].kernel", shape: [3, 3, 3, 8], dtype: float32}
- id: symbolic
  kind: pipeline
  setup: import tensorflow as tf
  stages:
    - {name: Input, value: "tf.keras.Input((8,))"}
- id: training
  kind: training-run
  code: |
    import tensorflow as tf
    tf.keras.utils.set_random_seed(seed)
    x = tf.random.normal((64, 4))
    y = tf.reduce_sum(x, axis=1)
    model = tf.keras.Sequential([tf.keras.Input((4,)), tf.keras.layers.Dense(1)])
    model.compile(optimizer=tf.keras.optimizers.SGD(0.05), loss="mse")
    fitted = model.fit(x, y, epochs=4, verbose=0, validation_split=0.25)
  history: fitted.history
  seeds: [0, 1]
  claims:
    - {series: loss, is: falling}
"""


def test_real_torch(prove_text: ProveText) -> None:
    """Tensors of a real model are measured and described; a training without a seed is found."""
    report = prove_text(REAL_TORCH, runtime="torch")
    assert {proof.id: proof.status for proof in report.blocks} == {
        "matrix": "proven",
        "stages": "proven",
        "training": "proven",
        "unseeded": "unstable",
    }
    assert [finding.code for finding in report.findings] == ["QP401"]
    displays = [proof.variants[0].display for proof in report.blocks[:2]]
    assert displays[0]
    assert displays[1]
    for chart in find(displays[0], Chart):
        assert isinstance(chart, Chart)
        assert all(10 < len(series.points) <= 200 for series in chart.series if not series.reference)
    (flow,) = find(displays[1], Flow)
    assert isinstance(flow, Flow)
    assert [stage.sample for stage in flow.stages] == ["120", flow.stages[1].sample, "0", ""]


def test_real_tensorflow(prove_text: ProveText) -> None:
    """Eager tensors, variables and Keras's history are recorded; a symbolic tensor is told."""
    report = prove_text(REAL_TENSORFLOW, runtime="tensorflow")
    (found,) = report.findings
    assert (found.code, found.block) == ("QP227", "symbolic")
    assert "sizes that only a run with data decides" in found.message
    assert [proof.status for proof in report.blocks] == ["proven", "proven", "refuted", "proven"]


# ---- properties


@given(
    st.lists(st.tuples(st.integers(0, 1), st.floats(0, 1, width=32)), min_size=2, max_size=400),
    st.floats(0, 1, width=32),
)
def test_metrics_are_those_of_the_counts(samples: list[tuple[int, float]], threshold: float) -> None:
    """Counts by hand, and the fractions beside the metrics, agree with scikit-learn; the threshold's point is drawn."""
    labels, scores = [label for label, _ in samples], [score for _, score in samples]
    names = ["threshold", "roc", "precision-recall"]
    found = quizproof_measured(labels, scores, "scores", threshold, 2, names)
    if len(set(labels)) < 2:
        assert found["field"] == "labels"
        return
    (tn, fp), (fn, tp) = found["counts"]
    pairs = [(label, score >= threshold) for label, score in samples]
    assert (tp, fp) == (pairs.count((1, True)), pairs.count((0, True)))
    assert (fn, tn) == (pairs.count((1, False)), pairs.count((0, False)))
    figures = found["figures"]
    assert figures["recall"] == pytest.approx(tp / (tp + fn))
    assert figures["specificity"] == pytest.approx(tn / (tn + fp))
    assert figures["accuracy"] == pytest.approx((tp + tn) / len(samples))
    assert figures["f1"] == pytest.approx(2 * tp / (2 * tp + fp + fn))
    assert all(len(curve) <= 200 for curve in found["curves"].values())
    chosen = [[1 - figures["specificity"], figures["recall"]]]
    assert any(point == pytest.approx(chosen[0], abs=1e-5) for point in found["curves"]["roc"])
    if tp + fp:
        assert figures["precision"] == pytest.approx(tp / (tp + fp))
        point = [figures["recall"], figures["precision"]]
        assert any(each == pytest.approx(point, abs=1e-5) for each in found["curves"]["precision-recall"])
        assert any(each[1:] == pytest.approx(point[::-1], abs=1e-5) for each in found["curves"]["threshold"])
    else:
        assert math.isnan(figures["precision"])


@given(st.floats(-1000, 1000), st.integers(1, 8))
def test_a_figure_is_compared_at_the_digits_typed(value: float, digits: int) -> None:
    """A value rounded to any number of digits is the value; one more or less in the last place is not."""
    assert same_to_digits(f"{value:.{digits}f}", value)
    step = Decimal(1).scaleb(-digits)
    for other in (-2, 2):
        assert not same_to_digits(str(Decimal(f"{value:.{digits}f}") + other * step), value)


@given(st.lists(st.integers(-50, 50), min_size=2, max_size=20), st.integers(0, 5))
def test_a_trend_holds_when_every_step_does(values: list[int], margin: int) -> None:
    """`is: falling` with a margin is what its words say, and `rising` of a curve upside down the same."""
    falling = CurveClaim.model_validate({"series": "a", "is": "falling", "margin": margin})
    rising = CurveClaim.model_validate({"series": "a", "is": "rising", "margin": margin})
    holds = all(before - after > margin for before, after in itertools.pairwise(values))
    assert (falling.slack({"a": [float(value) for value in values]})[0] > 0) == holds
    assert (rising.slack({"a": [-float(value) for value in values]})[0] > 0) == holds


@given(st.lists(st.floats(-10, 10), min_size=1, max_size=5), st.integers(-5, 5))
def test_an_end_is_above_or_below(values: list[float], bound: int) -> None:
    """The last value decides, by more than the margin; never on both sides."""
    claims = [
        CurveClaim.model_validate({"series": "a", "ends": side, "value": bound, "margin": 0.5})
        for side in ("above", "below")
    ]
    above, below = (claim.slack({"a": values})[0] > 0 for claim in claims)
    assert above == (values[-1] - bound - 0.5 > 0)
    assert below == (bound - values[-1] - 0.5 > 0)


@given(st.lists(st.integers(), max_size=500), st.integers(2, 60))
def test_thinning_keeps_the_ends(items: list[int], most: int) -> None:
    """At most so many, in their order, with the first and the last."""
    kept = thinned(list(enumerate(items)), most)
    assert len(kept) == min(len(items), most)
    assert list(kept) == sorted(set(kept))
    if items:
        assert (kept[0][0], kept[-1][0]) == (0, len(items) - 1)


# ---- what cannot be


@pytest.mark.parametrize(
    ("sample", "true", "false", "code", "words"),
    [
        (MATRIX, "scores: y_score", "predictions: y_score", "QP115", "with `predictions` there is no `threshold`"),
        (MATRIX, "  scores: y_score\n", "", "QP115", "exactly one of `scores` and `predictions`"),
        (MATRIX, "[ham, spam]", "[a, b, c]", "QP115", "with more than two classes there is no `threshold`"),
        (MATRIX, "[ham, spam]", "[spam, spam]", "QP115", "two of the `classes` have the same name"),
        (MATRIX, "tp: 85", "tq: 85", "QP107", "unknown key `tq`"),
        (MATRIX, "tp: 85", "tp: many", "QP109", "write a number"),
        (MATRIX, "  note: F1", "  facts: {precision: 1}\n  note: F1", "QP115", "the fact `precision` has the name of"),
        (THREE, "{accuracy: 0.75,", "{tp: 1,", "QP115", "with more than two classes there is no `tp`"),
        (PIPELINE, "shape: [4, 3]", "shape: [4, -3]", "QP109", "greater than or equal to 0"),
        (TRAINING, "is: falling", "iss: falling", "QP107", "unknown key `iss`; did you mean `is`?"),
        (TRAINING, "is: falling", "ends: above", "QP115", "need a `value`"),
        (TRAINING, "series: loss,", "series: loss, gap: [loss, loss],", "QP115", "exactly one of `series` and `gap`"),
        (TRAINING, "  claims:", "  seeds: [1, 1]\n  claims:", "QP109", "give every seed once"),
        (EXPERIMENT, "below: 4", "below: 4, above: 1", "QP115", "exactly one of `above` and `below`"),
        (EXPERIMENT, "name: Cost", "name: Score", "QP115", "two of the `targets` have the same name"),
    ],
)
def test_what_does_not_fit_together(
    prove_text: ProveText, sample: str, true: str, false: str, code: str, words: str
) -> None:
    """Contradictions are found when the file is read, before anything runs."""
    assert true in sample
    found = prove_text(sample.replace(true, false)).findings
    assert [finding.code for finding in found] == [code]
    assert words in found[0].message


def test_without_scikit_learn_nothing_is_verified(prove_text: ProveText) -> None:
    """A missing package is no fault of the author's, and the finding says what to install."""
    report = prove_text(MATRIX.replace("    y_true", "    import sys; sys.modules['sklearn'] = None\n    y_true", 1))
    (found,) = report.findings
    assert (found.code, report.status) == ("QP904", "unverified")
    assert found.message.startswith("scikit-learn is not installed")  # no one claim is named
    assert found.help == 'Install it: pip install "quizproof[metrics]"'


def test_an_odd_expression_is_recorded() -> None:
    """Python warns of an unknown escape sequence, and still evaluates it; what is no expression is left to the run."""
    assert held("x", r"'\d'", ("history",)).role == "code"
    assert held("x", "x = 1", ("history",)).role == "value"
