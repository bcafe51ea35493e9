"""What moves from run to run is found, and what only looks like it is not."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from quizproof.comparison.outcome_diff import same_value
from quizproof.loading.load import load_bank
from quizproof.proving.prove import Proving
from quizproof.proving.study import Ticket
from quizproof.runners.pool import Pool
from quizproof.snippets import nondeterminism

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import ProveText
    from quizproof.proof import Report

MOVING = {
    "random": "import random; print(random.random())",
    "random-method": "import random; print(random.Random().random())",
    "random-decides": "import random; print(random.random() < 0.99)",
    "random-die": "import random; print(random.randint(1, 6) != 6)",
    "random-cards": "import random; cards = [1, 2]; random.shuffle(cards); print(cards)",
    "random-unseeded-again": "import random; random.seed(1); random.seed(); print(random.random() < 0.99)",
    "random-system": "import random; print(random.SystemRandom().random() < 0.99)",
    "bytes": "import os; print(os.urandom(1)[0] > 20)",
    "uuid": "import uuid; print(uuid.uuid4().hex[0] != '0')",
    "time": "import time; print(time.perf_counter_ns())",
    "time-taken": "import time; t = time.time(); sum(range(9)); print(f'{time.time() - t:.3f}')",
    "year": "import datetime; print(datetime.datetime.now().year)",
    "weekday": "from datetime import date; print(date.today().weekday())",
    "mail": "from email.utils import formatdate; print(formatdate()[:16])",
    "log": (
        "import logging, sys; "
        "logging.basicConfig(stream=sys.stdout, format='%(asctime)s', datefmt='%Y'); logging.warning('')"
    ),
    "process": "import os; print(os.getpid())",
    "set-order": 'print({"red", "green"})',
    "set-made": 'print(list(map(set, ["ab", "cd"])))',
    "set-of-keys": "a = {'x': 1, 'y': 2, 'z': 3}; print(a.keys() - {'z'})",
    "set-of-items": "a = {'x': 1, 'y': 2}; print(a.items() & a.items())",
    "set-first": "print(next(iter({'a', 'b'})), {'a', 'b'}.pop())",
    "set-unpacked": "x, y = {'a', 'b'}; print(x)",
    "set-of-paths": "from pathlib import Path; print([p.name for p in {Path('a'), Path('b')}])",
    "set-of-members": "from enum import Enum; print({*Enum('Color', 'RED BLUE')})",
    "hash": 'print(hash("layer"))',
    "hash-even": 'print(hash("a") % 2)',
    "hash-key": 'print(sorted(["red", "blue"], key=hash))',
    "hash-method": 'print("quiz".__hash__())',
    "address": "print(id(object()))",
    "thread": "import threading; print(threading.get_ident())",
    "folder": "import os; os.mkdir('a'); os.mkdir('b'); print(os.listdir())",
    "folder-walked": "import os; os.mkdir('a'); os.mkdir('b'); print(next(os.walk('.'))[1])",
    "folder-globbed": "import os, glob; os.mkdir('a'); os.mkdir('b'); print(glob.glob('*'))",
    "numpy": "import numpy as np; print(np.random.rand() < 0.99)",
    "numpy-generator": "import numpy as np; print(np.random.default_rng().random() < 0.99)",
    "numpy-day": "import numpy as np; print(np.datetime64('today'))",
    "numpy-empty": "import numpy as np; print(np.empty(3))",
}
STEADY = {
    "random": "import random; random.seed(7); print(random.random())",
    "random-method": "import random; print(random.Random(7).random())",
    "random-sorted": "import random; x = [3, 1, 2]; random.shuffle(x); print(sorted(x))",
    "random-within": "import random; print(0 <= random.random() < 1, 1 <= random.randint(1, 6) <= 6)",
    "random-state": (
        "import random; s = random.getstate(); a = random.random(); random.setstate(s); print(a == random.random())"
    ),
    "uuid": "import uuid; print(uuid.uuid5(uuid.NAMESPACE_DNS, 'a'), len(str(uuid.uuid4())))",
    "time": "import time; print(time.perf_counter() > 0)",
    "time-slept": "import time; t = time.time(); time.sleep(0.02); print(time.time() - t >= 0.02)",
    "date": "import datetime; print(datetime.date(2026, 1, 2), repr(datetime.datetime(2020, 1, 2)))",
    "date-type": "from datetime import datetime; print(type(datetime.now()), datetime.now().tzinfo)",
    "date-of-zone": "import datetime as d; print(d.datetime.fromtimestamp(0, d.timezone.utc))",
    "file-time": "import os, time; open('f', 'w').close(); print(abs(time.time() - os.path.getmtime('f')) < 60)",
    "set-order": 'print(sorted({"red", "green", "blue"}), len({"a", "b"}), {"a", "b"} - {"b"})',
    "set-of-numbers": "print({3, 1, 2}, {(1, 2), (3, 4)}, frozenset([1.5, 2]))",
    "set-changed": """
s = {'a', 'b'}
try:
    for x in s:
        s.add(x * 2)
except RuntimeError as error:
    print(error, type(iter(s)))
""",
    "hash": 'print(hash("layer") == hash("layer") == "layer".__hash__(), hash(1) == hash(1.0), hash(""))',
    "hash-of-own": """
class Name:
    def __init__(self, text): self.text = text
    def __hash__(self): return hash(self.text)
    def __eq__(self, other): return self.text == other.text
print(hash(Name("a")) == hash("a"), {Name("a"): 1}[Name("a")], len({Name("a"), Name("a")}))
""",
    "address": "print(id(print) == id(print), object())",
    "folder": "import os; os.mkdir('a'); os.mkdir('b'); print(sorted(os.listdir()))",
    "folder-of-one": "import os; os.mkdir('a'); print([e.name for e in os.scandir()], os.listdir())",
    "temporary": "import os, tempfile\nwith tempfile.TemporaryDirectory() as d: print(os.path.isdir(d))",
    "environment": "import os; os.environ['X'] = '1'; print(os.environ['X'], os.environ.get('nothing'))",
    "processors": "import os, sys; print(min(os.cpu_count(), 1), sys.platform.startswith('linux'))",
    "child": "import subprocess, sys; print(subprocess.run([sys.executable, '-c', '']).returncode)",
    "numpy": "import numpy as np; np.random.seed(0); print(np.random.default_rng(7).random(), np.random.rand())",
    "numpy-filled": "import numpy as np; x = np.empty(3); x[:] = 1; print(x, np.empty((2, 2)).shape)",
    "draws-but-does-not-tell": "import random; random.random(); print('done')",
}
OF_MACHINE = {
    "processors": "import os; print(os.cpu_count())",
    "home": "import os; print(os.path.expanduser('~'))",
    "folder": "import os; print(os.path.abspath('x'))",
    "host": "import platform; print(platform.node())",
    "zone": "import datetime; print(datetime.datetime.fromtimestamp(0))",
    "system": "import sys; print(sys.platform)",
}


def predict(code: str, name: str = "q", **more: str) -> str:
    """A question about what a program prints."""
    fields = {"id": name, "kind": "predict-output", "prompt": "What does it do?", "code": code, **more}
    return f"- {json.dumps(fields)}\n"


def quoted(code: str) -> str:
    """Code as YAML text in single quotes."""
    return "'" + code.replace("'", "''") + "'"


def verdicts(report: Report) -> tuple[str, list[str]]:
    """The status of the one question, and the codes of all findings."""
    (question,) = report.blocks
    return question.status, [finding.code for finding in report.findings]


def findings_by_program(programs: dict[str, str], prove_text: ProveText, **options: str) -> dict[str, list[str]]:
    """The codes of what is found wrong with each program whose output is asked for, by name."""
    report = prove_text("".join(predict(code, name) for name, code in programs.items()), **options)
    return {name: [f.code for f in report.findings if f.block == name] for name in programs}


def test_moving_keys_are_unstable(prove_text: ProveText) -> None:
    """The key depends on chance, the clock, hashes, addresses, folders or fresh memory."""
    found = findings_by_program(MOVING, prove_text)
    assert found == {key: ["QP401"] for key in MOVING}


def test_steady_keys_are_proven(prove_text: ProveText) -> None:
    """The same means, used in such a way that the key does not move."""
    assert findings_by_program(STEADY, prove_text) == {key: [] for key in STEADY}


def test_what_belongs_to_the_machine_is_a_warning(prove_text: ProveText) -> None:
    """It is no matter of chance, so it is no error; the claim stays proven."""
    assert findings_by_program(OF_MACHINE, prove_text) == {key: ["QP403"] for key in OF_MACHINE}
    report = prove_text(predict(OF_MACHINE["processors"]))
    assert (verdicts(report), report.status) == (("proven", ["QP403"]), "proven")


def test_messages_are_sentences(prove_text: ProveText) -> None:
    """They say what the program did, what was different, and what it did then."""

    def message(code: str, **typed: str) -> str:
        return prove_text(predict(code, **typed)).findings[0].message

    drawn = message("import random; print('heads' if random.random() < 0.5 else 'tails')")
    sides = {"heads", "tails"}
    assert drawn in {
        f"key: unseeded: the program printed {one!r}, but when it was run again it printed {other!r}"
        for one in sides
        for other in sides - {one}
    }
    order = message("print('first')\nfor x in {'a', 'b'}:\n    print(x)")
    assert "as line 2, but with its sets in another order it printed" in order
    assert "but at another time it printed" in message("import time; print(time.strftime('%Y'))")
    assert "key: unseeded: " in message("import random; print(random.random())", answer="0.5")


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


def test_a_moved_mistake_is_reported_where_it_is(prove_text: ProveText) -> None:
    """It shares its run with the key, which is steady."""
    text = """
        - id: q
          kind: number
          prompt: P
          setup: import random
          value: 1 + 2
          mistakes:
            - {value: 4, mistake: One too many.}
            - {expression: "10 + random.randint(1, 10 ** 6)", mistake: Far too many.}
    """
    report = prove_text(text)
    (finding,) = report.findings
    assert (finding.code, finding.span.line) == ("QP401", 13)
    assert finding.message.startswith("mistake 2: unseeded: the program gave ")
    assert verdicts(prove_text(text.replace("random.randint(1, 10 ** 6)", "7"))) == ("proven", [])


def test_a_wrong_option_that_drew_is_run_again(prove_text: ProveText) -> None:
    """One of two orders is the right answer; a refutation that may fail refutes nothing."""
    text = """
        - id: q
          kind: choice
          prompt: Which?
          setup: "import random; cards = [2, 1]"
          check: assert cards == [1, 2]
          options:
            - {code: cards.sort(), key: true}
            - {code: random.shuffle(cards), mistake: M}
    """
    assert verdicts(prove_text(text)) == ("unstable", ["QP401"])
    assert verdicts(prove_text(text.replace("random.shuffle(cards)", "cards.append(random.random())"))) == (
        "proven",
        [],
    )
    refuted = """
        - id: q
          kind: choice
          prompt: Which?
          setup: import random
          options:
            - {text: Yes., key: true, proof: assert random.random() < 1}
            - {text: No., mistake: M, refute: assert random.random() < 0.95}
    """
    assert verdicts(prove_text(refuted)) == ("unstable", ["QP401"])
    assert verdicts(prove_text(refuted.replace("0.95", "1.5"))) == ("proven", [])


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


TORCH = "import torch, torch.nn as nn; "
TORCH_MOVING = {
    "rand": "print(torch.rand(1).item())",
    "decides": "print((torch.rand(1) < 0.99).item())",
    "seed": "torch.seed(); print((torch.rand(1) < 0.99).item())",
    "generator": "g = torch.Generator(); g.seed(); print(torch.rand(1, generator=g))",
    "layer": "print(nn.Linear(2, 1).weight.sum().item())",
    "argmax": "print(nn.Linear(2, 100000)(torch.ones(2)).argmax().item())",
    "dropout": "print(nn.Dropout(0.5)(torch.ones(2)))",
    "loader": "print([int(x) for x in torch.utils.data.DataLoader([1, 2], shuffle=True)])",
    "numpy": "import numpy as np; optim = np.random.rand(); print(optim)",
    "empty": "print(torch.empty(3))",
    "constructor": "print(torch.Tensor(2, 2))",
    "pointer": "print(torch.ones(2).data_ptr())",
    "profile": "p = torch.profiler.profile(); p.start(); torch.ones(3) + 1; p.stop(); print(p.key_averages().table())",
}
TORCH_STEADY = {
    "rand": "torch.manual_seed(0); print(torch.rand(1).item())",
    "generator": "print(torch.rand(1, generator=torch.Generator().manual_seed(3)).item())",
    "layer": "print(nn.Linear(2, 1).weight.shape, sum(p.numel() for p in nn.Linear(2, 3).parameters()))",
    "frozen": "m = nn.Linear(2, 1).requires_grad_(False); print([p.requires_grad for p in m.parameters()])",
    "dropout": "print(nn.Dropout(0.5).eval()(torch.ones(3)))",
    "softmax": "print(round(torch.softmax(torch.randn(3), 0).sum().item(), 4))",
    "two-layers": "print(torch.equal(nn.Linear(4, 4).weight, nn.Linear(4, 4).weight))",
    "step": (
        "m = nn.Linear(8, 1); x = torch.randn(32, 8); o = torch.optim.SGD(m.parameters(), 0.01); "
        "a = m(x).pow(2).mean(); a.backward(); o.step(); print((m(x).pow(2).mean() < a).item())"
    ),
    "empty": "print(torch.empty(2, 3).shape, torch.empty(2).fill_(1))",
    "device": "d = 'cuda' if torch.cuda.is_available() else 'cpu'; print(torch.ones(2).to(d).shape)",
}
TORCH_OF_MACHINE = {
    "threads": "print(torch.get_num_threads())",
    "gpu": "print(torch.cuda.is_available())",
    "device": "print('cuda' if torch.cuda.is_available() else 'cpu')",
    "version": "print(torch.__version__)",
}


@pytest.mark.parametrize(
    ("programs", "codes"), [(TORCH_MOVING, ["QP401"]), (TORCH_STEADY, []), (TORCH_OF_MACHINE, ["QP403"])]
)
def test_torch(programs: dict[str, str], codes: list[str], prove_text: ProveText) -> None:
    """Making a layer draws its weights, which no word in the program says, and mostly does not matter."""
    programs = {name: TORCH + code for name, code in programs.items()}
    assert findings_by_program(programs, prove_text, runtime="torch") == dict.fromkeys(programs, codes)


TENSORFLOW = "import tensorflow as tf; "
TENSORFLOW_MOVING = {
    "decides": "print(bool(tf.random.uniform([]) < 0.99))",
    "flip": "print(tf.image.random_flip_left_right([[[1.0], [2.0]]]).numpy())",
    "raw": "print(tf.raw_ops.RandomUniform(shape=[1], dtype=tf.float32))",
    "shuffle": "print(list(tf.data.Dataset.range(2).shuffle(2)))",
    "clock": "print(int(tf.timestamp()) // 86400)",
    "dropout": "print(tf.keras.layers.Dropout(0.5)(tf.ones([3]), training=True))",
}
TENSORFLOW_STEADY = {
    "layer": "print(tf.keras.layers.Dense(2)(tf.ones([3, 4])).shape)",
    "seeded": "tf.random.set_seed(0); print(tf.random.uniform([2]))",
    "stateless": "print(tf.random.stateless_uniform([2], seed=(1, 2)))",
    "dropout": "print(tf.keras.layers.Dropout(0.5)(tf.ones([3])))",
}


def test_tensorflow(prove_text: ProveText) -> None:
    """Its operations draw in C++, out of sight but for the seeds that they ask for."""
    both = {f"moving-{name}": TENSORFLOW + code for name, code in TENSORFLOW_MOVING.items()}
    both |= {f"steady-{name}": TENSORFLOW + code for name, code in TENSORFLOW_STEADY.items()}
    expected = {name: ["QP401"] if name.startswith("moving") else [] for name in both}
    assert findings_by_program(both, prove_text, runtime="tensorflow") == expected


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
    """A wrong option that is wrong under one hash seed only."""
    code = f"good = {ORDER} != {usual_order}"
    status, codes, message = stressed(tmp_path, code, 1)
    assert (status, codes) == ("unstable", ["QP401"])
    assert "distractor b: the program raised AssertionError, but with other hashes and addresses" in message


def test_stress_changes_threads_and_starts_cold(tmp_path: Path) -> None:
    """Two threads in odd rounds, and in even ones a process that has not imported the framework."""
    threads = "import torch; good = torch.get_num_threads() == 2"
    assert stressed(tmp_path, threads, 0, "torch")[:2] == ("proven", ["QP403"])
    assert stressed(tmp_path, threads, 1, "torch")[:2] == ("unstable", ["QP401"])
    cold = "import sys; good = 'torch' not in sys.modules"
    assert stressed(tmp_path, cold, 1, "torch")[:2] == ("proven", [])
    assert stressed(tmp_path, cold, 2, "torch")[:2] == ("unstable", ["QP401"])


def test_stress_leaves_what_is_true(tmp_path: Path) -> None:
    """A wrong option that is always wrong stays proven, over more interpreters than are kept at once."""
    assert stressed(tmp_path, "good = sum({1, 2, 3}) == 7", 7)[:2] == ("proven", [])


def test_suspects() -> None:
    """Words that only look alike are not suspected."""
    assert nondeterminism.mentions_chance("np.random.rand(2)")
    assert not nondeterminism.mentions_chance("nn.Linear(2, 3)")
    assert nondeterminism.mentions_unwatched_chance("g.seed()")
    assert not nondeterminism.mentions_unwatched_chance("random.seed(3)")
    assert nondeterminism.mentions_hash_method('"a".__hash__()')
    assert not nondeterminism.mentions_hash_method("def __hash__(self): return 1")
    assert nondeterminism.mentions_addresses("print(id(x))")
    assert not nondeterminism.mentions_addresses("identity(1); hidden = 2")


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
