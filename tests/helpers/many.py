"""Banks of many questions, and reports without what changes from run to run."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

from helpers import processes

QUIZPROOF = Path(sys.executable).with_name("quizproof")

LINES = {
    "right": "{{id: {id}, kind: number, prompt: P, value: sum(range({n})), answer: {sum}}}",
    "wrong": "{{id: {id}, kind: number, prompt: P, value: sum(range({n})), answer: 3}}",
    "raises": "{{id: {id}, kind: number, prompt: P, value: 1 / ({n} - {n}), answer: {sum}}}",
    "prints": "{{id: {id}, kind: predict-output, prompt: P, code: 'print(sum(range({n})))'}}",
    "exits": "{{id: {id}, kind: predict-output, prompt: P, code: 'import os; os._exit({n} % 7)'}}",
    "unknown": "{{id: {id}, kind: nonsense, prompt: P}}",
}
"""Questions that are sound, refuted, broken, or that cannot be read."""


def write_bank(folder: Path, files: int, questions: int, *, seed: int = 1, work: int = 1000) -> Path:
    """Write a bank with questions of all sorts, some ids used twice, and a file that is no YAML."""
    draw = random.Random(seed)
    folder.mkdir()
    for number in range(files):
        lines = [f"quiz: quiz-{number}", f"title: Quiz {number}", "topic: many", "blocks:"]
        for index in range(questions):
            sort = draw.choices(list(LINES), [10, 3, 1, 10, 1, 0.3])[0]
            n = work + draw.randrange(100_000)
            twice = draw.random() < 0.1 and number
            name = f"q-{number - 1 if twice else number}-{index}"
            lines.append("  - " + LINES[sort].format(id=name, n=n, sum=sum(range(n))))
        (folder / f"quiz-{number}.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "broken.yaml").write_text("quiz: [\n", encoding="utf-8")
    return folder


def quizproof(
    *arguments: str | Path, cwd: Path, python: str | None = None, **environ: str
) -> subprocess.CompletedProcess[str]:
    """Run the command line, with a cache beside the bank. `python`: see `processes.quizproof`."""
    cache = {"XDG_CACHE_HOME": str(cwd / "cache")}
    return processes.quizproof(*arguments, cwd=cwd, python=python, **cache | environ)


def lasting(text: str) -> dict[str, Any]:
    """A JSON report without what changes from run to run: times, how many runs it took, and its part."""
    data: dict[str, Any] = json.loads(text)
    del data["shard"]
    for name in ("seconds", "runs", "cached", "shared", "alone"):
        del data["summary"][name]
    return data
