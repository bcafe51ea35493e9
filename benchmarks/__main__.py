"""Measure what DESIGN 9 promises, each figure beside its floor or peer from the same run.

    python -m benchmarks [--repeat N]

Medians of N (default 15); whole processes are measured from outside, alternating with what they are compared to.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from quizproof.runtimes.pool import Pool
from quizproof.runtimes.runner import Job

ROOT = Path(__file__).parent.parent
LIMITS = {"seconds": 60, "memory_mib": 2048, "output_kib": 256, "file_mib": 64, "processes": 64}

SNIPPETS = {
    "torch": """\
import torch.nn as nn
model = nn.Sequential(nn.Linear(10, 5), nn.ReLU(), nn.Linear(5, 2))
for p in model[0].parameters():
    p.requires_grad = False
print(sum(p.numel() for p in model.parameters() if p.requires_grad))
""",
    "tensorflow": """\
import tensorflow as tf
model = tf.keras.Sequential([tf.keras.Input((10,)), tf.keras.layers.Dense(5), tf.keras.layers.Dense(2)])
model.layers[0].trainable = False
print(sum(w.numpy().size for w in model.trainable_weights))
""",
}

EMPTY_FORKS = """\
import gc, os, statistics, sys, time
from quizproof.runtimes.zygote import warm_up
warm_up(sys.argv[1])
gc.collect(); gc.freeze(); gc.disable()
taken = []
for _ in range(int(sys.argv[2])):
    start = time.perf_counter()
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)
    taken.append(time.perf_counter() - start)
print(statistics.median(taken))
"""


def process(*arguments: str) -> float:
    """Seconds of one whole process."""
    start = time.perf_counter()
    subprocess.run(arguments, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=ROOT)
    return time.perf_counter() - start


def alternating(repeat: int, *works: Callable[[], float]) -> list[float]:
    """The median of each work; they take turns, so that a drift of the machine falls on all alike."""
    taken: list[list[float]] = [[] for _ in works]
    for _ in range(repeat):
        for times, work in zip(taken, works, strict=True):
            times.append(work())
    return [statistics.median(times) for times in taken]


def row(what: str, value: float, against: str, other: float, target: str) -> None:
    """One figure, its comparison, the ratio and what it should be."""
    unit = (lambda s: f"{s * 1000:,.1f} ms") if max(value, other) < 10 else (lambda s: f"{s:,.1f} s")
    print(f"{what:<42}{unit(value):>12}   {against:<28}{unit(other):>12}   {value / other:7.3f} x   {target}")


def one_run(runtime: str, repeat: int) -> None:
    """One isolated run, from request to outcome, against an empty fork and a fresh interpreter."""
    source = SNIPPETS[runtime]
    part = {"role": "code", "source": source, "line": 1}
    taken = []
    with Pool[int](1) as pool:
        pool.start([runtime])
        pool.wait()
        for index in range(repeat + 2):
            start = time.perf_counter()
            ((_, outcome),) = pool.run([Job(index, runtime, [part], LIMITS)])
            taken.append(time.perf_counter() - start)
            assert outcome.status == "finished", outcome
    run = statistics.median(taken[2:])
    script = [sys.executable, "-c", EMPTY_FORKS, runtime, str(repeat)]
    fork = float(subprocess.run(script, check=True, capture_output=True, text=True).stdout)
    with tempfile.NamedTemporaryFile("w", suffix=".py") as file:
        file.write(source)
        file.flush()
        (fresh,) = alternating(max(3, repeat // 5), lambda: process(sys.executable, file.name))
    row(
        f"one isolated {runtime} run", run, "empty fork of the same image", fork, "<= 1.5" if runtime == "torch" else ""
    )
    row("", run, "python snippet.py", fresh, "<= 0.01" if runtime == "torch" else "<= 0.033")


def start_up(repeat: int) -> None:
    """What a user waits for before anything happens."""
    python, tool = sys.executable, str(Path(sys.executable).parent / "quizproof")
    help_, click = alternating(repeat, lambda: process(tool, "--help"), lambda: process(python, "-c", "import click"))
    row("quizproof --help", help_, "import click", click, "<= 2")
    import_, bare = alternating(
        repeat,
        lambda: process(python, "-c", "import quizproof.prove, quizproof.load"),
        lambda: process(python, "-c", ""),
    )
    row("import of the whole engine", import_, "bare python", bare, "")


def shipped_bank(repeat: int) -> None:
    """The main job, cold, as a whole process."""
    python, tool = sys.executable, str(Path(sys.executable).parent / "quizproof")
    with tempfile.TemporaryDirectory() as folder:
        check, build, both = alternating(
            max(3, repeat // 5),
            lambda: process(tool, "check", "questions", "--format", "json"),
            lambda: process(tool, "build", "questions", "--output", f"{folder}/site"),
            lambda: process(python, "-c", "import torch") + process(python, "-c", "import tensorflow"),
        )
    row("check of the shipped bank, cold", check, "import torch + import tf", both, "")
    row("build of the shipped bank, cold", build, "import torch + import tf", both, "")


def main() -> None:
    """Run everything and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeat", type=int, default=15, metavar="N")
    repeat = parser.parse_args().repeat
    one_run("torch", repeat)
    one_run("tensorflow", repeat)
    start_up(repeat)
    shipped_bank(repeat)


if __name__ == "__main__":
    main()
