"""What a worker of a Dask cluster does: one batch of runs at a time, in a pool that stays warm between batches.

`this_machine_json`, `work` and `stop` are all that a cluster is asked to call, by the name of this module. They get and
give JSON text: see `batch` and `machine`.
"""

from __future__ import annotations

import asyncio
import atexit
import json
import socket
import threading
from functools import cache
from pathlib import Path

from quizproof.outcome import Outcome
from quizproof.runners.dask.batch import Answer, Order, received
from quizproof.runners.dask.machine import identity, this_machine
from quizproof.runners.local import local_runner
from quizproof.runners.preparing import PreparingRunner
from quizproof.runtimes.sandbox.levels import Level
from quizproof.store.fingerprints import contents

_turn = threading.Lock()
"""Held while a batch is run: a pool is not for several threads."""
_pools: dict[tuple[Level, int], PreparingRunner[int]] = {}
"""By sandbox and runs at once; one at most, the last that was needed."""
_stopped: set[str] = set()
"""The sessions whose runs nobody waits for any more."""


# ---- called by the cluster


async def this_machine_json() -> str:
    """What this worker is: a `Machine` as JSON text."""
    # In a thread, because it takes seconds, in which the worker must go on answering the scheduler.
    return await asyncio.to_thread(lambda: json.dumps(this_machine()))


# A coroutine runs in the worker's event loop, even while all its threads are busy with `work`.
async def stop(session: str) -> None:
    """End the runs of a session: `work` looks at this between outcomes.

    session  the one of the orders to stop; batches of it that are still to come run nothing either
    """
    _stopped.add(session)


def work(text: str) -> str:
    """Run a batch of programs.

    text  an `Order` as JSON text

    Returns an `Answer` as JSON text. Raises what `this_machine` raises; a run that fails is an outcome, not an
    exception.
    """
    # Only a worker calls this, and it has Dask.
    from distributed import get_worker

    order: Order = json.loads(text)
    us = get_worker()
    machine = this_machine()
    session, level, runtime = order["session"], order["sandbox"], order["runtime"]
    answer: Answer = {"worker": us.address, "machine": machine, "outcomes": None, "versions": {}, "missing": ""}
    # As all workers were when the session began. Those that joined since must have the same.
    if identity(machine) != order["identity"] or machine["sandbox"][level]:
        return json.dumps(answer)
    key = (level, us.state.nthreads)
    with _turn:
        sound = False
        try:
            pool = _pool(*key)
            outcomes = _run(pool, order)
            sound = not any(outcome.status == "fault" for outcome in outcomes.values()) and session not in _stopped
            answer["versions"] = pool.versions.get(runtime, {})
            answer["missing"] = pool.missing.get(runtime, "")
        finally:
            if not sound:
                _end(*key)  # so that the next batch starts with new processes
    for number, job in enumerate(order["jobs"]):
        outcomes.setdefault(number, Outcome("fault", detail=_other_files(job["files"] or "")))
    answer["outcomes"] = [outcomes[number].to_json() for number in range(len(order["jobs"]))]
    return json.dumps(answer)


def _run(pool: PreparingRunner[int], order: Order) -> dict[int, Outcome]:
    """The outcomes of the jobs whose files are here, by their places in the order."""
    runtime, session = order["runtime"], order["session"]
    outcomes: dict[int, Outcome] = {}
    if not order["jobs"]:
        pool.learn([runtime])
    for number, job in enumerate(order["jobs"]):
        files = job["files"]
        if not files or (Path(files).is_dir() and _contents(session, files) == order["files"][files]):
            pool.submit(received(number, order, job))
    while pool.backlog and session not in _stopped:
        outcomes.update(pool.collect())
    return outcomes


def _other_files(folder: str) -> str:
    what = "has other files in it" if Path(folder).is_dir() else "is not there"
    return f"the folder {folder} {what} on {socket.gethostname()}, a worker of the cluster"


@cache
def _contents(session: str, folder: str) -> str:
    """A fingerprint of a folder of files, computed once per session."""
    return contents(folder)


def _pool(level: Level, jobs: int) -> PreparingRunner[int]:
    if (level, jobs) not in _pools:
        # One pool at most: each holds its frameworks in memory.
        _end_all()
        # A worker that ends must not leave interpreters behind.
        atexit.register(_end_all)
        _pools[level, jobs] = local_runner(jobs, level).__enter__()
    return _pools[level, jobs]


def _end(level: Level, jobs: int) -> None:
    if pool := _pools.pop((level, jobs), None):
        pool.__exit__(None, None, None)


def _end_all() -> None:
    for level, jobs in list(_pools):
        _end(level, jobs)
