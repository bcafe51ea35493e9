"""What a worker of a Dask cluster does: one batch of runs at a time, in a pool that stays warm between batches.

Everything travels as JSON text. `about`, `work` and `stop` are all that a cluster is asked to call.
"""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import json
import platform
import socket
import subprocess
import sys
import threading
from collections.abc import Iterable
from dataclasses import astuple
from functools import cache
from pathlib import Path
from typing import Any

import quizproof
from quizproof.outcome import Frame, Outcome, PartResult, Raised
from quizproof.runners.job import Job
from quizproof.runners.pool import Pool
from quizproof.runtimes.conditions import Conditions
from quizproof.runtimes.levels import LEVELS, Level
from quizproof.runtimes.sandbox import obstacle
from quizproof.runtimes.variables import deciding, handed_down
from quizproof.store.fingerprints import carrying, contents, digest, distributions, processor

_START_SECONDS = 120

_turn = threading.Lock()
"""Held while a batch is run: a pool is not for several threads."""
_pools: dict[tuple[Level, int], Pool[int]] = {}
"""By sandbox and runs at once; one at most, the last that was needed."""
_stopped: set[str] = set()
"""The sessions whose runs nobody waits for any more."""


# ---- called by the cluster


async def about() -> str:
    """What this worker is."""
    return await asyncio.to_thread(lambda: json.dumps(_about()))


async def stop(session: str) -> None:
    """End the runs of a session."""
    _stopped.add(session)


def work(order: str) -> str:
    """Run a batch of programs; what came of each."""
    from distributed import get_worker

    asked, us = json.loads(order), get_worker()
    told: dict[str, Any] = {"worker": us.address, "about": _about()}
    session, level = asked["session"], asked["sandbox"]
    # As all workers were when the session began. Those that joined since must be like them.
    if identity(told["about"]) != asked["identity"] or told["about"]["sandbox"][level]:
        return json.dumps(told | {"differs": True})
    runtime, key = asked["runtime"], (level, us.state.nthreads)
    with _turn:
        sound = False
        try:
            pool = _pool(*key)
            outcomes = _run(pool, asked)
            sound = not any(outcome.status == "fault" for outcome in outcomes.values()) and session not in _stopped
            told |= {"versions": pool.versions.get(runtime, {}), "missing": pool.missing.get(runtime, "")}
        finally:
            if not sound:
                _end(*key)  # the next batch shall begin with everything new
    for number, job in enumerate(asked["jobs"]):
        outcomes.setdefault(number, Outcome("fault", detail=_other_files(job["files"] or "")))
    return json.dumps(told | {"outcomes": [to_json(outcomes[number]) for number in range(len(asked["jobs"]))]})


def _run(pool: Pool[int], asked: dict[str, Any]) -> dict[int, Outcome]:
    """What came of the jobs whose files are here."""
    runtime, session = asked["runtime"], asked["session"]
    outcomes: dict[int, Outcome] = {}
    if not asked["jobs"]:
        pool.learn([runtime])
    for number, job in enumerate(asked["jobs"]):
        files = job["files"]
        if not files or (Path(files).is_dir() and _contents(session, files) == asked["files"][files]):
            conditions = Conditions(*job["conditions"])
            pool.submit(Job(number, runtime, job["parts"], job["limits"], files, conditions, job["program"]))
    while pool.backlog and session not in _stopped:
        outcomes.update(pool.collect())
    return outcomes


def _other_files(folder: str) -> str:
    what = "has other files in it" if Path(folder).is_dir() else "is not there"
    return f"the folder {folder} {what} on {socket.gethostname()}, a worker of the cluster"


@cache
def _contents(session: str, folder: str) -> str:
    """A fingerprint of a folder of files, found once a session."""
    return contents(folder)


def _pool(level: Level, jobs: int) -> Pool[int]:
    if (level, jobs) not in _pools:
        _end_all()
        atexit.register(_end_all)
        _pools[level, jobs] = Pool[int](jobs, level).__enter__()
    return _pools[level, jobs]


def _end(level: Level, jobs: int) -> None:
    if pool := _pools.pop((level, jobs), None):
        pool.__exit__(None, None, None)


def _end_all() -> None:
    for level, jobs in list(_pools):
        _end(level, jobs)


# ---- what a worker is


@cache
def _about() -> dict[str, Any]:
    """Found by a process that sees what runs will see, and has no threads, which probing the sandbox forbids."""
    arguments = [sys.executable, "-sP", "-m", __name__]
    done = subprocess.run(
        arguments, env=handed_down(), capture_output=True, text=True, timeout=_START_SECONDS, check=False
    )
    if done.returncode:
        raise RuntimeError(done.stderr.strip().rpartition("\n")[2])
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def describe() -> dict[str, Any]:
    """What this machine is, as far as runs can tell."""
    return {
        "quizproof": quizproof.__version__,
        "code": carrying(),
        "python": sys.version,
        "machine": platform.machine(),
        "packages": dict(sorted(_packages(distributions()))),
        "processor": digest(processor()),
        "variables": deciding(),
        "sandbox": {level: obstacle(level) for level in LEVELS},
    }


def _packages(folders: Iterable[str]) -> list[tuple[str, str]]:
    """Names and versions, from the names of folders of metadata: `torch-2.13.0.dist-info`."""
    names = (folder.removesuffix("-info").removesuffix(".dist").removesuffix(".egg") for folder in folders)
    parts = (name.rpartition("-") for name in names)
    return [(name.lower().replace("_", "-") or version, version) for name, _, version in parts]


def identity(about: dict[str, Any]) -> str:
    """A fingerprint of all in which workers must agree. Processors may differ, and so may what the kernel allows."""
    return digest({name: value for name, value in about.items() if name not in ("processor", "sandbox")})


# ---- outcomes as JSON data


def to_json(outcome: Outcome) -> dict[str, Any]:
    """An outcome as JSON data."""
    raised = outcome.raised
    return {
        "status": outcome.status,
        "parts": [[part.stdout, part.stderr, part.assertions, part.value] for part in outcome.parts],
        "raised": raised and [raised.type, raised.message, raised.part, [*map(astuple, raised.frames)], raised.meant],
        "rest": [outcome.detail, outcome.seconds, outcome.peak_mib, outcome.drew],
    }


def from_json(data: dict[str, Any]) -> Outcome:
    """The same outcome again."""
    raised = None
    if data["raised"]:
        type_, message, part, frames, meant = data["raised"]
        raised = Raised(type_, message, part, tuple(Frame(*frame) for frame in frames), meant)
    return Outcome(data["status"], tuple(PartResult(*part) for part in data["parts"]), raised, *data["rest"])


if __name__ == "__main__":
    with contextlib.suppress(BrokenPipeError):
        sys.stdout.write(json.dumps(describe()))
