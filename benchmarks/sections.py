"""The sections: what is measured, and against what."""

from __future__ import annotations

import os
import shutil
import statistics
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks import banks, table, timing, tool
from benchmarks.floor import Floor
from benchmarks.isolated import Isolated
from benchmarks.peers import PEERS, Peer, environment
from benchmarks.table import Target

PYTHON = sys.executable
SHIPPED = Path(__file__).parent.parent / "questions"
JOBS = len(os.sched_getaffinity(0))
FRAMEWORKS: tuple[banks.Runtime, ...] = ("torch", "tensorflow")

_OPTIMIZER = """\
import torch

w = torch.zeros(3, requires_grad=True)
optimizer = torch.optim.SGD([w], lr=0.5)
(w.sum() * 2).backward()
optimizer.step()
print(w[0].item())
"""


@dataclass(frozen=True)
class Effort:
    """How much to measure."""

    repeat: int
    quick: bool
    largest: int

    def often(self) -> int:
        """Repetitions of what takes no time."""
        return 3 if self.quick else self.repeat

    def seldom(self) -> int:
        """Repetitions of what takes long."""
        return 1 if self.quick else max(3, self.repeat // 5)


# The start, and one run.


def startup(effort: Effort) -> None:
    """What a user waits for before anything happens."""
    table.title("Start")
    help_, click, engine, bare = timing.alternating(
        effort.often(),
        lambda: timing.process([tool.TOOL, "--help"]),
        lambda: _python("-c", "import click"),
        lambda: _python("-c", "import quizproof.proving.prove, quizproof.loading.load"),
        lambda: _python("-c", ""),
    )
    table.seconds("quizproof --help", timing.median(help_), "import click", timing.median(click), Target(2))
    table.seconds("import of the whole engine", timing.median(engine), "python -c ''", timing.median(bare))


def run(effort: Effort) -> None:
    """One isolated run of a snippet, against an empty fork of the same image, and against `python snippet.py`."""
    table.title("One isolated run, from the request to the outcome")
    table.note("A fork that runs the snippet and isolates nothing is the least that any runner which forks can need.")
    for runtime, faster in (("torch", 100), ("tensorflow", 30)):
        source = banks.snippet(runtime, 0).source
        with Isolated(runtime, source) as isolated, Floor(runtime) as floor:
            floor.fork(source)
            ours, empty, bare = map(
                statistics.median,
                timing.alternating(
                    4 * effort.often(), isolated.run, floor.fork, lambda floor=floor, source=source: floor.fork(source)
                ),
            )
        target = Target(1.5) if runtime == "torch" else None
        table.seconds(f"one isolated run: {runtime}", ours, "an empty fork of the same image", empty, target)
        table.seconds("", ours, "a fork that runs the snippet, no more", bare)
        _against_python(runtime, source, "", effort, Target(faster, "speed-up"))
    _against_python("torch", _OPTIMIZER, "one isolated run: torch, with an optimizer", effort, None)


def _against_python(runtime: str, source: str, name: str, effort: Effort, target: Target | None) -> None:
    with tempfile.TemporaryDirectory() as folder, Isolated(runtime, source) as isolated:
        script = Path(folder) / "snippet.py"
        script.write_text(source)
        ours, fresh = timing.alternating(effort.seldom(), isolated.run, lambda: _python(str(script)).seconds)
    table.seconds(name, statistics.median(ours), "python snippet.py", statistics.median(fresh), target)


def watch(effort: Effort) -> None:
    """What an author waits for after a save, against one isolated run."""
    table.title("From a save to its verdict: `quizproof watch`, one torch question, in a pipe")
    table.note("It makes two runs: the edited program, and the same under other conditions.")
    with Isolated("torch", banks.snippet("torch", 0).source) as isolated, tool.watched() as edit:
        edits, runs = map(statistics.median, timing.alternating(3 if effort.quick else 50, edit, isolated.run))
    table.seconds("save to verdict: torch", edits, "one isolated run", runs, Target(0.05, "seconds"))


def serve(effort: Effort) -> None:
    """What a learner waits for after a click on *Run*, against one isolated run."""
    table.title("From a request to the end of its answer: `quizproof serve`, one torch program, on loopback")
    snippet = banks.snippet("torch", 0)
    with Isolated("torch", snippet.source) as isolated, tool.served(snippet.source, f"{snippet.prints}\n") as ask:
        asks, runs = map(statistics.median, timing.alternating(3 if effort.quick else 50, ask, isolated.run))
    table.seconds("request to answer: torch", asks, "one isolated run", runs, Target(0.05, "seconds"))


# Peers.


def peers(effort: Effort) -> None:
    """The same snippets, proven by quizproof and by its peers, each as a whole process."""
    table.title("The same snippets, proven by others")
    table.note(f"Whole processes, from start to verdict; {JOBS} snippets at once, where a peer can do so.")
    table.note("- quizproof: a closed-off fork each; compares output itself; proves that wrong answers are wrong")
    here = [peer for peer in PEERS if peer.installed()]
    for peer in PEERS:
        table.note(f"- {peer.name}: {peer.proviso if peer in here else 'not installed; `make bench` installs it'}")
    table.note("None but quizproof looks at wrong answers, or keeps a snippet from memory, files and network.")
    with _folder() as folder:
        _sanity(folder / "sanity", here)
        table.note("Each of them accepted right outputs, and refused the same with one wrong: so each does compare.")
        for runtime, count in (("torch", 20), ("tensorflow", 10)):
            _peers(folder / runtime, runtime, 4 if effort.quick else count, here, effort)


def _peers(folder: Path, runtime: banks.Runtime, count: int, here: Sequence[Peer], effort: Effort) -> None:
    bank, home = folder / "bank", folder / "home"
    snippets = banks.snippets(runtime, count)
    banks.write_bank(bank, runtime, count, mixed=False)
    for peer in here:
        peer.prepare(folder / peer.name, snippets)

    def theirs(peer: Peer, *, cold: bool = True) -> timing.Measured:
        if cold:
            shutil.rmtree(folder / peer.name / "cache", ignore_errors=True)
        return _prove(peer, folder / peer.name)

    names = [peer.name for peer in here]
    ours, *others = timing.alternating(
        effort.seldom(),
        lambda: tool.check(bank, tool.empty(home), memory=True),
        *(lambda peer=peer: theirs(peer) for peer in here),
    )
    for name, other in zip(names, others, strict=True):
        table.seconds(f"{count} {runtime} snippets, cold", timing.median(ours), name, timing.median(other))
    for peer in here:
        if peer.name == "jupyter-cache":
            kept, its = timing.alternating(
                effort.seldom(), lambda: tool.check(bank, home), lambda peer=peer: theirs(peer, cold=False)
            )
            what = f"{count} {runtime} snippets, unchanged"
            table.seconds(what, timing.median(kept), "jupyter-cache, unchanged", timing.median(its))
    peaks = [max(each.all_mib for each in taken) for taken in (ours, *others)]
    told = ", ".join(f"{name} {peak:,.0f} MiB" for name, peak in zip(["quizproof", *names], peaks, strict=True))
    table.note(f"Peak memory, all processes together: {told}")


def _prove(peer: Peer, folder: Path, fine: tuple[int, ...] = (0,)) -> timing.Measured:
    return timing.process(peer.command(folder, JOBS), cwd=folder, environment=environment(), memory=True, fine=fine)


def _sanity(folder: Path, here: Sequence[Peer]) -> None:
    """Every tool must accept three right outputs, and refuse them when the last is wrong. Raises Failed."""
    right = banks.snippets("python", 3)
    wrong = [*right[:-1], replace(right[-1], prints="something else")]
    for name, snippets, code in (("right", right, 0), ("wrong", wrong, 1)):
        for peer in here:
            peer.prepare(folder / name / peer.name, snippets)
            _prove(peer, folder / name / peer.name, fine=(code,))
        bank = folder / name / "bank"
        banks.write_bank(bank, "python", 3, mixed=False)
        if code:
            (quiz,) = bank.rglob("*.yaml")
            before, _, after = quiz.read_text().rpartition("answer: ")
            quiz.write_text(f"{before}answer: something else\n{after.partition(chr(10))[2]}")
        tool.check(bank, tool.empty(folder / "home"), fine=(code,))


# Many questions.


def scale(effort: Effort) -> None:
    """Banks of 10 to 10,000 questions: cold, when nothing changed, and after one edit; with memory."""
    table.title("Banks of many questions: `quizproof check`, whole process")
    table.note("Of ten questions, nine make one run each, and one makes four, as its options are programs.")
    table.note("Runs are counted as quizproof tells: it makes some twice, where a result may depend on chance.")
    table.note(f"Cold: no results are kept yet, and they are on the way. Floor: import + runs x empty fork / {JOBS}.")
    with _folder() as folder:
        for runtime in FRAMEWORKS:
            for count in [10, 30] if effort.quick else [10, 100, 1_000, 5_000, 10_000]:
                if count <= effort.largest and (count != 5_000 or runtime == "torch"):
                    _scale(folder / f"{runtime}-{count}", runtime, count, effort)
        if effort.largest > 10_000:
            _scale(folder / "python", "python", effort.largest, effort)


def _scale(folder: Path, runtime: banks.Runtime, count: int, effort: Effort) -> None:
    bank, home, what = folder / "bank", folder / "home", f"{count:,} {runtime} questions"
    banks.write_bank(bank, runtime, count)
    cold, imports = timing.alternating(
        effort.seldom() if count <= 100 else 1,
        lambda: tool.check(bank, tool.empty(home), memory=True),
        lambda: _python("-c", "import " + ("sys" if runtime == "python" else runtime)),
    )
    with Floor(runtime) as floor:
        fork = statistics.median(floor.fork() for _ in range(30))
    import_, runs = timing.median(imports), tool.runs(cold[0])
    target = Target(1.5) if (runtime, count) == ("torch", 1_000) else None
    least = import_ + runs * fork / JOBS
    table.seconds(f"{what}, cold", timing.median(cold), f"floor of {runs:,} runs", least, target)
    _memory(cold, count)
    edits = iter(range(count, count + 100 * banks.PER_FILE, banks.PER_FILE))

    def edited() -> timing.Measured:
        banks.edit(bank, runtime, next(edits), min(count, banks.PER_FILE))
        return tool.check(bank, home)

    unchanged = [tool.check(bank, home, memory=True) for _ in range(effort.seldom())]
    changed = [edited() for _ in range(effort.seldom())]
    limit = Target(1, "seconds") if count == 5_000 else None
    table.seconds(f"{what}, unchanged", timing.median(unchanged), "cold", timing.median(cold), limit)
    if tool.runs(unchanged[0]):
        table.note(f"It made {tool.runs(unchanged[0]):,} runs all the same.")
    _memory(unchanged, count)
    table.seconds(f"{what}, one edited", timing.median(changed), "import + an empty fork", import_ + fork)
    shutil.rmtree(folder)


def _memory(of: Sequence[timing.Measured], count: int) -> None:
    limit = Target(200, "MiB") if count == 5_000 else None
    table.memory("    memory of quizproof itself", max(each.own_mib for each in of), limit)
    table.memory("    with its interpreters and runs", max(each.all_mib for each in of))


# What programs have in common.


def sharing(effort: Effort) -> None:
    """A question whose setup takes about a second, against one plain run of its solution."""
    table.title("A `write-code` question with a slow setup, all of its small changes tried")
    with _folder() as folder:
        script = banks.write_slow_setup(folder, steps=500 if effort.quick else 12_000)
        home = folder / "home"
        checks, plain = timing.alternating(
            effort.seldom(),
            lambda: tool.check(folder / "bank", tool.empty(home)),
            lambda: _python(str(script)),
        )
        what = f"check, cold ({tool.runs(checks[0])} runs)"
        table.seconds(what, timing.median(checks), "python solution.py", timing.median(plain), Target(1.6))


# The shipped bank, and pages.


def bank(effort: Effort) -> None:
    """The bank that the project ships, as a whole process."""
    table.title("The shipped bank")
    with _folder() as folder:
        home = folder / "home"
        checks, builds, torch, tensorflow = timing.alternating(
            effort.seldom(),
            lambda: tool.check(SHIPPED, tool.empty(home), memory=True),
            lambda: tool.build(SHIPPED, folder / "site", tool.empty(home)),
            lambda: _python("-c", "import torch"),
            lambda: _python("-c", "import tensorflow"),
        )
        imports = timing.median(torch) + timing.median(tensorflow)
        what = f"check, cold ({tool.runs(checks[0])} runs)"
        table.seconds(what, timing.median(checks), "import torch + import tensorflow", imports)
        table.seconds("build, cold", timing.median(builds), "import torch + import tensorflow", imports)
        again = [tool.check(SHIPPED, home) for _ in range(effort.seldom())]
        table.seconds("check, unchanged", timing.median(again), "check, cold", timing.median(checks))
        table.memory("memory of quizproof itself", max(each.own_mib for each in checks))


def build(effort: Effort) -> None:
    """The pages of many questions: made for the first time, and made again."""
    table.title("Pages: `quizproof build --locked`, whole process, with no results kept but those in the lock")
    for count in [30] if effort.quick else [100, 1_000, 5_000]:
        if count <= effort.largest:
            _builds(count, effort)


def _builds(count: int, effort: Effort) -> None:
    with _folder() as folder:
        bank, site, home = folder / "bank", folder / "site", folder / "home"
        banks.write_bank(bank, "torch", count)
        proven = tool.check(bank, tool.empty(home))
        tool.lock(bank, home)
        first = tool.build(bank, site, tool.empty(home), "--locked")
        again = [tool.build(bank, site, home, "--locked") for _ in range(effort.seldom())]
    limits = (Target(10, "seconds"), Target(1, "seconds"), Target(200, "MiB")) if count == 5_000 else (None,) * 3
    what = f"{count:,} torch questions: build"
    table.seconds(what, first.seconds, "check, cold", proven.seconds, limits[0])
    table.seconds("    again, nothing changed", timing.median(again), "build", first.seconds, limits[1])
    table.memory("    memory of quizproof itself", first.own_mib, limits[2])


def _python(*arguments: str) -> timing.Measured:
    return timing.process([PYTHON, *arguments], environment=environment())


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="quizproof-benchmark-") as name:
        yield Path(name)


SECTIONS = {each.__name__: each for each in (startup, run, watch, serve, sharing, bank, peers, scale, build)}
