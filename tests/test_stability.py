"""What moves from run to run is found, and what only looks like it is not."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from quizproof.comparison.outcome_diff import same_value
from quizproof.loading.load import load_bank
from quizproof.proving.prove import Proving
from quizproof.proving.study import Ticket
from quizproof.runners.pool import Pool
from quizproof.snippets.nondeterminism import looks_at_clock_or_chance, looks_at_order

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import ProveText
    from quizproof.proof import Report

MOVING = {
    "random": "import random; print(random.random())",
    "random-method": "import random; print(random.Random().random())",
    "time": "import time; print(time.perf_counter_ns())",
    "date": "import datetime; print(datetime.datetime.now().isoformat())",
    "uuid": "import uuid; print(uuid.uuid4())",
    "set-order": 'print({"red", "green", "blue", "white", "black"})',
    "set-made": 'print(list(set("learning rates decay")))',
    "hash": 'print(hash("layer"))',
    "address": "print(id(object()))",
    "raised": "import random; [][random.randrange(10**9)]; ",
    "numpy": "import numpy as np; print(np.random.rand())",
}
STEADY = {
    "random": "import random; random.seed(7); print(random.random())",
    "random-method": "import random; print(random.Random(7).random())",
    "time": "import time; print(time.perf_counter() > 0)",
    "date": "import datetime; print(datetime.date(2026, 1, 2))",
    "set-order": 'print(sorted({"red", "green", "blue"}))',
    "hash": 'print(hash("layer") == hash("layer"))',
    "address": "print(id(print) == id(print))",
    "object": "print(object())",
    "numpy": "import numpy as np; print(np.random.default_rng(7).random())",
    "draws-but-does-not-tell": "import random; random.random(); print('done')",
}


def predict(code: str, *, exception: bool = False) -> str:
    """A question about what a program prints."""
    asks = ", asks: exception" if exception else ""
    return f"- {{id: q, kind: predict-output, prompt: What does it do?, code: {quoted(code)}{asks}}}"


def quoted(code: str) -> str:
    """Code as YAML text in single quotes."""
    return "'" + code.replace("'", "''") + "'"


def verdicts(report: Report) -> tuple[str, list[str]]:
    """The status of the one question, and the codes of all findings."""
    (question,) = report.blocks
    return question.status, [finding.code for finding in report.findings]


@pytest.mark.parametrize("name", MOVING)
def test_moving_key_is_unstable(name: str, prove_text: ProveText) -> None:
    """The key depends on chance, the clock, hashes or addresses."""
    report = prove_text(predict(MOVING[name]))
    if name == "raised":  # what it raises is no output; that is what is wrong first
        assert verdicts(report) == ("refuted", ["QP213"])
        return
    assert verdicts(report) == ("unstable", ["QP401"])
    (finding,) = report.findings
    assert "key: it printed" in finding.message
    assert finding.help
    assert report.status == "refuted"


@pytest.mark.parametrize("name", STEADY)
def test_steady_key_is_proven(name: str, prove_text: ProveText) -> None:
    """The same means, used in such a way that the key does not move."""
    assert verdicts(prove_text(predict(STEADY[name]))) == ("proven", [])


def test_number_and_facts_are_watched(prove_text: ProveText) -> None:
    """The value of a number, and the facts that prose quotes, are keys too; a tolerance allows for small moves."""
    moving = "- {id: q, kind: number, prompt: P, code: import random, value: random.random(), tolerance: 0.0001}"
    assert verdicts(prove_text(moving)) == ("unstable", ["QP401"])
    near = "- {id: q, kind: number, prompt: P, code: import random, value: 5 + random.random() / 1e6, tolerance: 0.01}"
    assert verdicts(prove_text(near)) == ("proven", [])
    fact = """
        - id: q
          kind: number
          prompt: P
          code: import random
          value: "3"
          facts: {drawn: random.random()}
          explanation: It drew {{ drawn }}.
    """
    assert verdicts(prove_text(fact)) == ("unstable", ["QP401"])


ORDER = "list(set('abcdefgh'))"


@pytest.fixture(scope="module")
def usual_order() -> str:
    """What ORDER is under the usual hash seed."""
    command = [sys.executable, "-c", f"print({ORDER})"]
    done = subprocess.run(command, env={"PYTHONHASHSEED": "0"}, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_check_that_passes_by_luck(prove_text: ProveText, usual_order: str) -> None:
    """A key option whose check holds under one order of hashes only."""
    text = f"""
        - id: q
          kind: choice
          prompt: Which?
          check: {quoted(f"assert order == {usual_order}")}
          options:
            - {{code: {quoted(f"order = {ORDER}")}, key: true}}
            - {{code: order = 0, mistake: M}}
    """
    assert verdicts(prove_text(text)) == ("unstable", ["QP401"])


TORCH_MOVING = {
    "rand": "import torch; print(torch.rand(1).item())",
    "layer": "import torch.nn as nn; print(nn.Linear(2, 1).weight.sum().item())",
    "argmax": "import torch.nn as nn, torch; print(nn.Linear(2, 100000)(torch.ones(2)).argmax().item())",
}
TORCH_MOVING["numpy"] = "import numpy as np, torch; optim = np.random.rand(); print(optim)"
TORCH_STEADY = {
    "rand": "import torch; torch.manual_seed(0); print(torch.rand(1).item())",
    "generator": "import torch; print(torch.rand(1, generator=torch.Generator().manual_seed(3)).item())",
    "layer": "import torch.nn as nn; print(nn.Linear(2, 1).weight.shape)",
}


@pytest.mark.parametrize("name", TORCH_MOVING)
def test_torch_draws_are_seen(name: str, prove_text: ProveText) -> None:
    """Making a layer draws its weights, which no word in the program says."""
    report = prove_text(predict(TORCH_MOVING[name]), runtime="torch")
    assert verdicts(report) == ("unstable", ["QP401"])
    assert report.findings[0].help == "It draws random numbers without a seed: seed the generator first."


@pytest.mark.parametrize("name", TORCH_STEADY)
def test_torch_seeds_are_respected(name: str, prove_text: ProveText) -> None:
    """Seeded draws, and draws that do not show, are no reason for a finding."""
    assert verdicts(prove_text(predict(TORCH_STEADY[name]), runtime="torch")) == ("proven", [])


def test_keras_draws_are_seen(prove_text: ProveText) -> None:
    """Keras seeds its layers from Python's generator; `set_random_seed` makes them steady."""
    body = "import keras; {seed}print(float(keras.layers.Dense(1)(keras.ops.ones((1, 2)))[0, 0]))"
    moving = prove_text(predict(body.format(seed="")), runtime="tensorflow")
    assert verdicts(moving) == ("unstable", ["QP401"])
    steady = prove_text(predict(body.format(seed="keras.utils.set_random_seed(1); ")), runtime="tensorflow")
    assert verdicts(steady) == ("proven", [])


STRESSED = """\
quiz: stressed
title: Stressed
topic: samples
runtime: {runtime}
blocks:
  - id: q
    kind: choice
    prompt: Which?
    check: assert good
    options:
      - {{code: good = True, key: true}}
      - {{code: {code}, mistake: M}}
"""


def stressed(tmp_path: Path, code: str, stress: int, runtime: str = "python") -> tuple[str, list[str], str]:
    """Status, codes and first message of a question with this distractor."""
    file = tmp_path / "stressed.yaml"
    file.write_text(STRESSED.format(code=quoted(code), runtime=runtime))
    report = Proving(load_bank([file]).files, Pool[Ticket](2), stress=stress).report()
    return (*verdicts(report), report.findings[0].message if report.findings else "")


def test_stress_moves_hashes(tmp_path: Path, usual_order: str) -> None:
    """A wrong option that is wrong under one hash seed only. Without stress it passes for wrong."""
    code = f"good = {ORDER} != {usual_order}"
    assert stressed(tmp_path, code, 0)[:2] == ("proven", [])
    status, codes, message = stressed(tmp_path, code, 1)
    assert (status, codes) == ("unstable", ["QP401"])
    assert "distractor b: it raised AssertionError, and with other hashes and addresses" in message


def test_stress_changes_threads_and_starts_cold(tmp_path: Path) -> None:
    """Two threads in odd rounds, and in even ones a process that has not imported the framework."""
    threads = "import torch; good = torch.get_num_threads() == 2"
    assert stressed(tmp_path, threads, 0, "torch")[:2] == ("proven", [])
    assert stressed(tmp_path, threads, 1, "torch")[:2] == ("unstable", ["QP401"])
    cold = "import sys; good = 'torch' not in sys.modules"
    assert stressed(tmp_path, cold, 1, "torch")[:2] == ("proven", [])
    assert stressed(tmp_path, cold, 2, "torch")[:2] == ("unstable", ["QP401"])


def test_stress_leaves_what_is_true(tmp_path: Path) -> None:
    """A wrong option that is always wrong stays proven, over more interpreters than are kept at once."""
    assert stressed(tmp_path, "good = sum({1, 2, 3}) == 7", 7)[:2] == ("proven", [])


def test_suspects() -> None:
    """Words that only look alike are not suspected."""
    assert looks_at_clock_or_chance("import time")
    assert looks_at_clock_or_chance("np.random.rand(2)")
    assert not looks_at_clock_or_chance("timeout = 3; lifetime = randomly = 2")
    assert looks_at_order("x = {1, 2}")
    assert looks_at_order("print(id(x))")
    assert looks_at_order("{word for word in words}")
    assert looks_at_order(r"{'\d', 'w'}")  # Python warns of it, and still runs it
    assert not looks_at_order("x = {1: 2}; model.id(3); hashes = set_to = identity(1)")
    assert not looks_at_order("{ this is no Python")


@pytest.mark.parametrize(
    ("one", "other", "tolerance", "same"),
    [
        (0.1 + 0.2, 0.3, None, True),
        (1.0, 1.00001, None, False),
        (1.0, 1.00001, 0.001, True),
        ({"loss": [0.5, 1e-9]}, {"loss": [0.50000002, 0.0]}, None, True),
        ({"loss": [0.5]}, {"loss": [0.51]}, None, False),
        ({"loss": [0.5]}, {"loss": [0.5, 0.5]}, None, False),
        ({"loss": 0.5}, {"accuracy": 0.5}, None, False),
        ([float("nan")], [float("nan")], None, True),
        ([float("inf")], [float("-inf")], None, False),
        (1_000_000, 1_000_001, None, False),
        (True, 1, None, False),
        ("0.30000000000000004", "0.3", None, False),
        ("ab", ["a", "b"], None, False),
    ],
)
def test_same_value(one: object, other: object, tolerance: float | None, same: bool) -> None:
    """Rounding of floats is no drift, wherever they stand; counts, words and what is missing are."""
    assert same_value(one, other, tolerance) is same
    assert same_value(other, one, tolerance) is same
