"""The kinds of block. Each lives in one file; installed packages add more by the entry point `quizproof.kinds`."""

from __future__ import annotations

from functools import cache
from importlib.metadata import entry_points

from quizproof.kinds.base import Block
from quizproof.kinds.exhibits.confusion_matrix import ConfusionMatrix
from quizproof.kinds.exhibits.experiment import Experiment
from quizproof.kinds.exhibits.pipeline import Pipeline
from quizproof.kinds.exhibits.training_run import TrainingRun
from quizproof.kinds.questions.choice import Choice
from quizproof.kinds.questions.fill_blank import FillBlank
from quizproof.kinds.questions.find_bug import FindBug
from quizproof.kinds.questions.match import Match
from quizproof.kinds.questions.number import NumberQuestion
from quizproof.kinds.questions.open_answer import Open
from quizproof.kinds.questions.order_lines import OrderLines
from quizproof.kinds.questions.predict_output import PredictOutput
from quizproof.kinds.questions.write_code import WriteCode

_OURS: tuple[type[Block], ...] = (
    Choice,
    ConfusionMatrix,
    Experiment,
    FillBlank,
    FindBug,
    Match,
    NumberQuestion,
    Open,
    OrderLines,
    Pipeline,
    PredictOutput,
    TrainingRun,
    WriteCode,
)
BUILT_IN = frozenset(kind.kind_name for kind in _OURS)
"""The names of the kinds that come with the engine."""


@cache
def kinds() -> dict[str, type[Block]]:
    """All installed kinds by the name used in `kind:`; built-in names cannot be taken over.

    Cached, because looking through all installed packages for entry points is slow. Raises what the import of an
    installed kind raises.
    """
    known = {entry.name: entry.load() for entry in entry_points(group="quizproof.kinds")}
    known.update({kind.kind_name: kind for kind in _OURS})
    return known
