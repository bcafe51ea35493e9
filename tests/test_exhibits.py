"""Each kind of exhibit: a good sample is proven and shown, and samples that lie are refuted at the right line."""

from __future__ import annotations

from textwrap import indent
from typing import TYPE_CHECKING, TypeAlias

import pytest

from conftest import HEADER
from quizproof.blocks import Chart, Code, Flow, Matrix, Prose, Table
from quizproof.load import load_file
from quizproof.prove import prove
from quizproof.quiz import Bank

if TYPE_CHECKING:
    from conftest import ProveText
    from quizproof.blocks import Content, Display
    from quizproof.errors import Finding
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
    (proof, *_) = report.questions
    assert list(report.findings) == []
    assert report.exit_code == 0
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
    assert find(display, Code) == [
        Code('x = np.full((4, 3, 8, 8), 120, dtype=np.uint8)\nx = (x / 255).astype("float32")')
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
