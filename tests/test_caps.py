"""Caps: whoever proves a bank says what its runs may have at most, and what stops at a cap has shown nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from helpers.processes import quizproof
from quizproof.outcome import Outcome
from quizproof.runners.capped import CappedRunner, Caps
from quizproof.runners.job import Job
from quizproof.runners.pool import Pool

LIMITS = {"seconds": 30, "memory_mib": 512, "output_kib": 64, "file_mib": 4, "processes": 32}
HEAVY = {
    "seconds": "while True:\n    pass",
    "memory_mib": "x = bytearray(300 << 20)",
    "processes": "import os, time\nfor _ in range(12):\n    if not os.fork():\n        time.sleep(20)\ntime.sleep(20)",
}


def job(name: str, source: str, **limits: float) -> Job[str]:
    return Job(name, "python", [{"role": "code", "source": source, "line": 1}], LIMITS | limits)


def test_runs_that_need_more_than_a_cap_are_capped() -> None:
    """And those that need less are judged as usual, also when they asked for more; so are limits below the caps."""
    caps = Caps(seconds=2, memory_mib=64, processes=6)
    jobs = [job(name, source) for name, source in HEAVY.items()]
    jobs += [job("modest", "print(1)"), job("own", HEAVY["seconds"], seconds=1, memory_mib=32, processes=4)]
    outcomes: dict[str, Outcome] = {}
    with CappedRunner[str](Pool[Any](2, "none"), caps) as runner:
        for each in jobs:
            runner.submit(each)
        while runner.backlog:
            outcomes.update(runner.collect())
    assert {name: outcome.status for name, outcome in outcomes.items()} == {
        "seconds": "capped",
        "memory_mib": "capped",
        "processes": "capped",
        "modest": "finished",
        "own": "limit",
    }
    assert outcomes["seconds"].detail == "it ran longer than 2 s"


def test_caps_are_sane_unless_they_are_given() -> None:
    """What the shipped bank asks for is within them, and what a stranger's may ask for is not."""
    caps = Caps()
    modest = {"seconds": 120, "memory_mib": 1024, "processes": 64, "output_kib": 256}
    assert caps.within(modest) == modest
    cut = caps.within(modest | {"seconds": 3600, "memory_mib": 1 << 30, "processes": 4096})
    assert (cut["seconds"], cut["processes"], cut["output_kib"]) == (600, 1024, 256)
    assert 2048 <= cut["memory_mib"] < 1 << 30


BANK = """\
quiz: slow
title: Slow
topic: faults
limits: {seconds: 60}
blocks:
  - id: slow
    kind: number
    prompt: How many?
    setup: import time
    value: time.sleep(NAP) or 42
"""


@pytest.mark.parametrize(("nap", "status", "code"), [("30", 3, "QP909"), ("0", 0, "")])
def test_cap_of_the_command(tmp_path: Path, nap: str, status: int, code: str) -> None:
    """It is no verdict on the bank: exit 3, with what to do."""
    (tmp_path / "slow.yaml").write_text(BANK.replace("NAP", nap))
    done = quizproof("check", "slow.yaml", "--max-seconds", "1", "--no-cache", "--format", "full", cwd=tmp_path)
    assert (done.returncode, code in done.stdout) == (status, True), done.stdout
    assert ("`--max-seconds`" in done.stdout) == bool(code)
