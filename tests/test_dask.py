"""A real Dask cluster of two worker processes: the report of a local run, whatever dies on the way."""

from __future__ import annotations

import contextlib
import importlib
import json
import logging
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from helpers.dask_cluster import Cluster, cluster, until
from helpers.many import QUIZPROOF, lasting, quizproof, write_bank
from helpers.processes import alive, descendants, kill_one
from quizproof.errors import CannotVerify, UsageError
from quizproof.loading.files import find_files
from quizproof.outcome import Outcome
from quizproof.proving.prove import Proving
from quizproof.runners.dask import connection
from quizproof.runners.dask.agreement import agree, common_level
from quizproof.runners.dask.runner import DaskRunner
from quizproof.runners.job import Job
from quizproof.runners.pool import Pool
from quizproof.runners.runner import Runner
from quizproof.store.cache import Cache
from quizproof_renderers.reports import formats

LIMITS = {"seconds": 10, "memory_mib": 256, "output_kib": 64, "file_mib": 4, "processes": 32}
KILLER = """\
quiz: killer
title: Killer
topic: many
limits: {seconds: 20}
blocks:
  - id: kills-its-worker
    kind: predict-output
    prompt: P
    code: |
      import os, signal
      parent = os.getppid()
      worker = int(open(f"/proc/{parent}/stat").read().rpartition(")")[2].split()[1])
      os.kill(worker, signal.SIGKILL)
"""
ENDLESS = """\
quiz: endless
title: Endless
topic: many
limits: {seconds: 100}
blocks:
"""


@pytest.fixture(scope="module")
def two() -> Iterator[Cluster]:
    """Two workers, of which each is begun anew when it dies."""
    with cluster(2) as found:
        yield found


@pytest.fixture(scope="module")
def strict() -> Iterator[Cluster]:
    """The same, but the scheduler gives a batch up as soon as one worker died under it."""
    with cluster(2, DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES="0") as found:
        yield found


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a bank of some 200 runs, and its report by a local check."""
    folder = tmp_path_factory.mktemp("cluster")
    write_bank(folder / "questions", 10, 21, work=100_000)
    (folder / "local.json").write_text(report(folder, Pool[Any](2)), encoding="utf-8")
    return folder


class Counting:
    """A runner that takes down for what outcomes came, and tells of progress."""

    def __init__(self, runner: DaskRunner[Any]) -> None:
        self.seen: Counter[int] = Counter()
        self.kept: list[object] = []
        collect = runner.collect

        def counted(*, wait: bool = True) -> Iterator[tuple[Any, Outcome]]:
            for key, outcome in collect(wait=wait):
                self.seen[id(key)] += 1
                self.kept.append(key)  # so that no other gets its id
                yield key, outcome

        runner.collect = counted  # type: ignore[method-assign]


def report(folder: Path, runner: Runner[Any], **how: Any) -> str:
    """The JSON report of a bank as the command line writes it from `folder`."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        proving = Proving(find_files([Path("questions")]), runner, displays=False, **how)
        target = folder / f"report-{time.monotonic_ns()}.json"
        with target.open("w", encoding="utf-8") as stream:
            formats.write(proving.report(), "json", stream)
    finally:
        os.chdir(before)
    return target.read_text(encoding="utf-8")


def kill_workers(found: Cluster, moments: list[int], seed: int) -> Any:
    """Progress that kills a worker, and what it has running, each time this number of runs is done.

    A moment is taken off the list once a worker was really killed; when all have just ended, the next progress kills.
    """
    draw = random.Random(seed)

    def progress(_judged: int, _questions: int, runs: int) -> None:
        if moments and runs >= moments[0]:
            pids = found.workers()
            draw.shuffle(pids)
            if kill_one(pids):
                moments.pop(0)

    return progress


def same(one: str, other: str) -> bool:
    """Whether two reports are the same byte for byte, but for times."""
    return json.dumps(lasting(one)) == json.dumps(lasting(other))


def test_only_what_is_alive_is_killed() -> None:
    """A worker that ended by itself, reaped or not, is passed over for one that lives, and nothing is killed twice."""
    gone, ended, living = (subprocess.Popen(["sleep", "0" if n < 2 else "600"]) for n in range(3))
    gone.wait()
    assert until(lambda: not alive([ended.pid]))
    pids = [gone.pid, ended.pid, living.pid]
    assert kill_one(pids)
    assert not alive(pids)
    assert (ended.wait(), living.wait()) == (0, -signal.SIGKILL)
    assert not kill_one(pids)


# ---- the same report


def test_report_is_that_of_a_local_run(two: Cluster, bank: Path) -> None:
    """The command line on a cluster writes what it writes here; the exit code is the same."""
    done = quizproof("check", "--dask", two.address, "--no-cache", "--format", "json", cwd=bank)
    assert (done.returncode, done.stderr) == (1, "")
    assert same(done.stdout, (bank / "local.json").read_text())


@pytest.mark.parametrize("seed", [1, 2])
def test_killed_workers_lose_nothing(two: Cluster, bank: Path, seed: int) -> None:
    """Workers are killed while some 200 runs go on. No run is lost, none is taken twice, and no verdict changes."""
    runner = DaskRunner[Any](two.address)
    counting = Counting(runner)
    moments = sorted(random.Random(seed).sample(range(10, 150), 3))
    witnessed: Counter[tuple[str, ...]] = Counter()
    text = report(
        bank,
        runner,
        progress=kill_workers(two, moments, seed),
        witness=lambda quiz, question, run, program, outcome, again: witnessed.update([(quiz, question, run)]),
    )
    assert not moments, "all workers were killed that should be"
    assert same(text, (bank / "local.json").read_text())
    assert set(counting.seen.values()) == {1}
    assert set(witnessed.values()) == {1}
    assert len(counting.seen) == runner.runs > 150


def test_batches_that_the_scheduler_gives_up_are_tried_run_by_run(strict: Cluster, bank: Path) -> None:
    """A scheduler that allows no failure reports every batch of a dead worker as hopeless; we do not believe it."""
    runner = DaskRunner[Any](strict.address)
    counting = Counting(runner)
    moments = [20, 120]
    text = report(bank, runner, progress=kill_workers(strict, moments, 3))
    assert not moments
    assert same(text, (bank / "local.json").read_text())
    assert set(counting.seen.values()) == {1}


def test_run_that_kills_workers_is_unverified(strict: Cluster, tmp_path: Path) -> None:
    """A run under which workers die again and again is lost for good: a fault of ours, and nothing else is harmed."""
    write_bank(tmp_path / "questions", 1, 12)
    before = report(tmp_path, Pool[Any](1, "none"))
    (tmp_path / "questions/killer.yaml").write_text(KILLER, encoding="utf-8")
    data = lasting(report(tmp_path, DaskRunner[Any](strict.address, "none")))
    (killer,) = (question for question in data["questions"] if question["id"] == "kills-its-worker")
    assert killer["status"] == "unverified"
    (finding,) = (finding for finding in data["findings"] if finding["question"] == "kills-its-worker")
    assert finding["code"] == "QP902"
    assert "the workers of the cluster that ran it died" in finding["message"]
    others = [question for question in data["questions"] if question is not killer]
    assert others == lasting(before)["questions"]


def test_torch_runs_on_workers(two: Cluster, tmp_path: Path) -> None:
    """A framework comes up on the workers, and the report names their versions."""
    pytest.importorskip("torch")
    (tmp_path / "questions").mkdir()
    text = "quiz: t\ntitle: T\ntopic: t\nruntime: torch\nblocks:\n"
    for number in range(4):
        text += f"  - {{id: t-{number}, kind: number, prompt: P, value: 'torch.ones({number}, 2).sum().item()', "
        text += f"setup: import torch, answer: {2 * number if number else 7}}}\n"
    (tmp_path / "questions/t.yaml").write_text(text, encoding="utf-8")
    mine, theirs = (report(tmp_path, r) for r in (Pool[Any](1), DaskRunner[Any](two.address)))
    assert same(mine, theirs)
    assert set(lasting(theirs)["runtimes"]["torch"]) >= {"python", "torch"}
    assert lasting(theirs)["summary"]["refuted"] == 1


def test_outcomes_are_kept_for_the_workers_that_gave_them(two: Cluster, tmp_path: Path) -> None:
    """A second check runs nothing; what the cluster gave is not taken for what this machine would give."""
    write_bank(tmp_path / "questions", 1, 6)
    for runs in (True, False):
        with Cache(tmp_path / "cache.sqlite3") as known:
            data = json.loads(report(tmp_path, DaskRunner[Any](two.address), cache=known))
        assert (data["summary"]["runs"] > 0) is runs
        assert (data["summary"]["cached"] > 0) is not runs
    with Cache(tmp_path / "cache.sqlite3") as known:
        data = json.loads(report(tmp_path, Pool[Any](1), cache=known))
    assert data["summary"]["cached"] == 0


def test_versions_are_learnt_though_nothing_runs(two: Cluster) -> None:
    """A runtime that no run needs any more is still asked for its versions; one that is not there is missing."""
    with DaskRunner[str](two.address) as runner:
        runner.learn(["python", "cobol"])
        assert runner.versions["python"]["python"] == ".".join(map(str, sys.version_info[:3]))
        assert "cobol" not in runner.versions


def test_files_that_a_worker_lacks_are_a_fault(two: Cluster, tmp_path: Path) -> None:
    """The folder of files must be on all machines, with the same in it; else nothing is run."""
    part = {"role": "code", "source": "print(1)", "line": 1}
    gone, other = tmp_path / "gone", tmp_path / "other"
    for folder in (gone, other):
        folder.mkdir()
    with DaskRunner[str](two.address) as runner:
        for folder in (gone, other):
            runner.submit(Job(folder.name, "python", [part], LIMITS, str(folder)))
        runner.submit(Job("none", "python", [part], LIMITS))
        gone.rmdir()
        (other / "new.txt").write_text("since")
        found: dict[str, Outcome] = {}
        while runner.backlog:
            found.update(runner.collect())
    assert found["none"].status == "finished"
    assert {found[name].status for name in ("gone", "other")} == {"fault"}
    assert f"the folder {gone} is not there on " in found["gone"].detail
    assert f"the folder {other} has other files in it on " in found["other"].detail


# ---- nothing stays behind


def endless(folder: Path) -> Path:
    """A bank of runs that take long."""
    (folder / "questions").mkdir()
    lines = [f"  - {{id: e-{n}, kind: predict-output, prompt: P, code: 'while True: pass'}}\n" for n in range(12)]
    (folder / "questions/endless.yaml").write_text(ENDLESS + "".join(lines), encoding="utf-8")
    return folder


def busy(found: Cluster) -> set[int]:
    """The processes below its workers: zygotes and runs."""
    return set().union(*(descendants(pid) for pid in found.workers()))


@contextlib.contextmanager
def started(command: list[str], folder: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that has ended, at the latest, when this is left."""
    pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, cwd=folder, **pipes) as process:
        try:
            yield process
        finally:
            process.kill()


def test_interruption_leaves_nothing_running(strict: Cluster, tmp_path: Path) -> None:
    """Ctrl-C ends the runs on the workers, soon, though they would take long."""
    folder = endless(tmp_path)
    before = busy(strict)
    command = [str(QUIZPROOF), "check", "--dask", strict.address, "--no-cache"]
    with started(command, folder) as process:
        assert until(lambda: len(busy(strict) - before) >= 3)  # a zygote, its helper and a run
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in out + err
    assert until(lambda: not busy(strict) - before)


def test_killed_worker_takes_its_runs_with_it(strict: Cluster, tmp_path: Path) -> None:
    """The zygotes of a worker that is killed end with it, and so do their runs."""
    endless(tmp_path)
    with DaskRunner[Any](strict.address) as runner:
        for number in range(2):
            part = {"role": "code", "source": "while True: pass", "line": 1}
            runner.submit(Job(number, "python", [part], LIMITS | {"seconds": 100}))
        list(runner.collect(wait=False))
        assert until(lambda: any(map(descendants, strict.workers())))
        victim = next(filter(descendants, strict.workers()))
        doomed = descendants(victim)
        assert kill_one([victim])
        assert until(lambda: not alive(doomed))


def test_lost_scheduler(tmp_path: Path) -> None:
    """When the scheduler dies half-way, one sentence says so, and everything ends."""
    with cluster(1) as found:
        command = [str(QUIZPROOF), "check", "--dask", found.address, "--no-cache"]
        folder = endless(tmp_path)
        with started(command, folder) as process:
            assert until(lambda: len(busy(found)) >= 2)
            everything = found.processes()
            found.process.kill()
            out, err = process.communicate(timeout=120)
        assert process.returncode == 3
        assert out == ""
        assert err.startswith(f"quizproof: the Dask scheduler at {found.address} ")
        assert err.count("\n") == 1
        assert until(lambda: not alive(everything))


# ---- clusters that will not do


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do not wait long for what will not come."""
    monkeypatch.setattr(connection, "_CONNECT_SECONDS", 1)


@pytest.mark.usefixtures("hurried")
def test_no_scheduler() -> None:
    """Nobody listens at the address. What Dask logs is silenced for the attempt only."""
    importlib.import_module("distributed")  # which sets the level of its own log
    log = logging.getLogger("distributed")
    before = log.level
    with pytest.raises(
        CannotVerify, match=r"^no Dask scheduler answers at tcp://127.0.0.1:1: .*(refused|TimeoutError)$"
    ):
        DaskRunner[Any]("tcp://127.0.0.1:1")
    assert log.level == before


def test_no_scheduler_is_told_in_one_sentence(tmp_path: Path) -> None:
    """The command line says that nobody listens, or that it is no address, and nothing else."""
    write_bank(tmp_path / "questions", 1, 1)
    for address, code in (("tcp://127.0.0.1:1", 3), ("tls://127.0.0.1:1", 2), ("http://127.0.0.1:1", 2)):
        done = quizproof("check", "--dask", address, cwd=tmp_path, DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT="1s")
        assert (done.returncode, done.stdout) == (code, "")
        assert done.stderr.startswith("quizproof: ")
        assert address in done.stderr
        assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("address", ["http://127.0.0.1:1", "tcp://", "tcp://127.0.0.1:x"])
@pytest.mark.usefixtures("hurried")
def test_no_address(address: str) -> None:
    """What is no address is bad usage, or leads nowhere."""
    with pytest.raises((UsageError, CannotVerify), match=f"{address}"):
        DaskRunner[Any](address)


@pytest.mark.usefixtures("hurried")
def test_no_worker() -> None:
    """A scheduler without workers can run nothing."""
    with cluster(0) as found, pytest.raises(CannotVerify, match=r"^the cluster at .* has no worker$"):
        DaskRunner[Any](found.address)


def test_workers_without_quizproof(tmp_path: Path) -> None:
    """Workers on which it is not installed are named."""
    (tmp_path / "sitecustomize.py").write_text("import sys\nsys.modules['quizproof'] = None\n")
    with cluster(1, PYTHONPATH=str(tmp_path)) as found:
        with pytest.raises(UsageError, match=r"^tcp://127.0.0.1:\d+ has no quizproof, or another version than 0.1.0$"):
            DaskRunner[Any](found.address)
        done = quizproof("check", "--dask", found.address, cwd=write_bank(tmp_path / "bank", 1, 1))
        assert done.returncode == 2


def test_options_that_do_not_fit(tmp_path: Path) -> None:
    """The workers decide how much they run at once."""
    write_bank(tmp_path / "questions", 1, 1)
    done = quizproof("check", "--dask", "tcp://127.0.0.1:1", "--jobs", "2", cwd=tmp_path)
    assert done.returncode == 2
    assert "leave out `--jobs`" in done.stderr


def worker(sandbox: str = "namespaces", **others: Any) -> dict[str, Any]:
    """What a worker says that it is, of which `sandbox` is the strongest that it allows."""
    levels = ("namespaces", "landlock", "none")
    refused = {level: "not here" if levels.index(level) < levels.index(sandbox) else "" for level in levels}
    about = {"quizproof": "1", "code": "c", "python": "3.11", "machine": "x86_64", "processor": "p", "sandbox": refused}
    return about | {"packages": {"torch": "2.13", "numpy": "2"}} | others


def test_workers_must_be_alike() -> None:
    """What differs is named, with who has what; processors may differ."""
    agree({"A": worker(), "B": worker(processor="q")})
    for other, message in (
        (worker(python="3.12"), "Python is 3.11 on A and B, 3.12 on C"),
        (worker(quizproof="2"), "quizproof is 1 on A and B, 2 on C"),
        (worker(packages={"torch": "2.14", "numpy": "2"}), "torch is 2.13 on A and B, 2.14 on C"),
        (worker(packages={"torch": "2.13"}), "numpy is 2 on A and B, not installed on C"),
        (worker(packages={"torch": "2.14", "zip": "2"}), "2.14 on C; numpy and zip differ too"),
    ):
        with pytest.raises(UsageError) as caught:
            agree({"A": worker(), "B": worker(), "C": other})
        assert message in str(caught.value)


def test_sandbox_of_workers() -> None:
    """The level is what all workers allow by themselves; a weaker one only when it is asked for."""
    level = common_level
    strong, weak = {"A": worker(), "B": worker()}, {"A": worker(), "B": worker("landlock")}
    assert level(strong, None, None) == level(strong, None, "namespaces") == "namespaces"
    assert level(weak, "landlock", None) == level(weak, "landlock", "landlock") == "landlock"
    with pytest.raises(UsageError, match="namespaces on A, landlock on B; `--sandbox landlock` is what all allow"):
        level(weak, None, None)
    with pytest.raises(CannotVerify, match="the sandbox `namespaces` is refused on B: not here"):
        level(weak, "namespaces", None)
    with pytest.raises(CannotVerify, match="weaker than the required `namespaces`: B allows no more"):
        level(weak, "landlock", "namespaces")
    with pytest.raises(CannotVerify, match="weaker than the required `landlock`: it was asked for"):
        level(strong, "none", "landlock")


def test_required_sandbox_is_honoured_by_workers(two: Cluster, tmp_path: Path) -> None:
    """Nothing is run below what is required."""
    write_bank(tmp_path / "questions", 1, 1)
    done = quizproof("check", "--dask", two.address, "--sandbox", "none", "--require-sandbox", "landlock", cwd=tmp_path)
    assert done.returncode == 3
    assert "runs would have the sandbox `none`" in done.stderr
    done = quizproof(
        "check", "--dask", two.address, "--sandbox", "none", "--no-cache", "--format", "json", cwd=tmp_path
    )
    assert json.loads(done.stdout)["sandbox"] == "none"
