"""Outcomes: the one JSON form that the cache, zygotes and Dask workers share."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest

from quizproof.outcome import Frame, Outcome, PartResult, Raised

OUTCOMES = [
    Outcome("missing", detail="é"),
    Outcome("finished", (PartResult("a\n", "\x00é", 2, {"x": [1, 2.5, None, math.inf]}),), drew=True),
    Outcome("raised", (PartResult(),), Raised("E", "m", 0, (Frame(1, 2, 3, "f", "t"),), "meant"), "d", 0.1, 2.5),
]
EXAMINED = {"weak": [[1, "constant", "x"]], "tried": 2, "noticed": 1, "missed": "m"}
PART = {
    "stdout": "",
    "stderr": "",
    "assertions": 0,
    "value": None,
    "dtype": "",
    "warned": ["UserWarning: w"],
} | EXAMINED
FRAME = {"line": 1, "column": 1, "end_column": 2, "function": "f", "text": "t"}
RAISED = {"type": "E", "message": "m", "part": 0, "frames": [FRAME], "meant": "", "aliases": ["A"], "bases": ["B"]}
DATA: dict[str, Any] = {
    "status": "raised",
    "parts": [PART],
    "raised": RAISED,
    "detail": "",
    "seconds": 0.5,
    "peak_mib": 1,
    "drew": False,
}


@pytest.mark.parametrize("outcome", OUTCOMES, ids=lambda outcome: outcome.status)
def test_outcomes_arrive_as_they_were(outcome: Outcome) -> None:
    """An outcome survives its way as JSON data and as JSON text, whatever it printed."""
    data = outcome.to_json()
    assert Outcome.from_json(data) == outcome
    assert Outcome.from_json(json.loads(json.dumps(data))) == outcome


def test_json_data_is_a_copy() -> None:
    """Nothing that is done to the data changes the outcome."""
    outcome = OUTCOMES[2]
    data = outcome.to_json()
    data["parts"][0]["stdout"] = "other"
    assert data["raised"]
    data["raised"]["frames"][0]["line"] = 9
    assert outcome.parts[0].stdout == ""
    assert outcome.raised
    assert outcome.raised.frames[0].line == 1


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        "finished",
        {},
        {"status": "finished"},
        DATA | {"more": 1},
        DATA | {"status": "odd"},
        DATA | {"status": ["finished"]},
        DATA | {"parts": {}},
        DATA | {"parts": [[]]},
        DATA | {"parts": [PART | {"stdout": None}]},
        DATA | {"parts": [["", "", 0, None]]},
        DATA | {"parts": [PART | {"stderr": "\ud800"}]},
        DATA | {"parts": [PART | {"dtype": "int8"}]},
        DATA | {"parts": [PART | {"assertions": True}]},
        DATA | {"peak_mib": -1},
        DATA | {"seconds": math.inf},
        DATA | {"detail": 7},
        DATA | {"raised": []},
        DATA | {"raised": RAISED | {"frames": [[1, 1, 2, "f", "t"]]}},
        DATA | {"raised": RAISED | {"frames": [FRAME | {"line": "1"}]}},
        DATA | {"raised": {"type": "E"}},
        DATA | {"seconds": "0.5"},
        DATA | {"drew": 0},
    ],
    ids=json.dumps,
)
def test_anything_else_is_refused(data: Any) -> None:
    """What others or earlier versions wrote is a ValueError and nothing else."""
    assert Outcome.from_json(DATA)
    with pytest.raises(ValueError, match=r"^(`.+`|the outcome) (is .+, not|lacks|has an unknown key,) "):
        Outcome.from_json(data)
