"""Batches: what travels between the runner and a worker, as JSON text in both directions.

The order of a batch:

    {"session": "b1946a…", "identity": "5891b5…", "sandbox": "namespaces", "runtime": "torch",
     "jobs": [{"parts": [{"role": "code", "source": "print(1)", "line": 1}],
               "limits": {"seconds": 5, "memory_mib": 256, "output_kib": 64, "file_mib": 4, "processes": 32},
               "files": null, "conditions": [0, 1, false, 0, ""], "stdin": null, "endless": false,
               "program": "d4735e…"}],
     "files": {}}

An order without jobs asks for the versions of a runtime. The answer has one outcome per job, in their order, or none
when the worker is not as all workers were when the session began:

    {"worker": "tcp://127.0.0.1:4711", "machine": {…}, "outcomes": [{"status": "finished", …}],
     "versions": {"python": "3.11.7", "torch": "2.13.0"}, "missing": ""}
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import astuple
from typing import Any, TypedDict

from quizproof.outcome import OutcomeData
from quizproof.runners.dask.machine import Machine
from quizproof.runners.job import Job, Key
from quizproof.runtimes.conditions import Conditions
from quizproof.runtimes.sandbox.levels import Level


class OrderedJob(TypedDict):
    """A `Job`."""

    parts: list[dict[str, Any]]
    limits: dict[str, Any]
    files: str | None
    conditions: list[Any]
    """The fields of `Conditions`, in their order."""
    stdin: str | None
    endless: bool
    program: str


class Order(TypedDict):
    """Jobs of one runtime."""

    session: str
    """What all orders of one runner have in common, so that they can be stopped together."""
    identity: str
    """What the worker must be: see `machine.identity`."""
    sandbox: Level
    runtime: str
    jobs: list[OrderedJob]
    files: dict[str, str]
    """Fingerprints by folder, of the folders that jobs may read: the worker must have the same in them."""


class Answer(TypedDict):
    """What a worker made of an order."""

    worker: str
    """Its address."""
    machine: Machine
    outcomes: list[OutcomeData] | None
    """In the order of the jobs; None when the worker is not what it must be, and has run nothing."""
    versions: dict[str, str]
    """Of the runtime, by package; empty when it did not start."""
    missing: str
    """Why the runtime did not start; empty when it did."""


def ordered(job: Job[Any]) -> OrderedJob:
    """A job as it travels: without its key, because the answer has the outcomes in the order of the jobs."""
    return {
        "parts": job.parts,
        "limits": dict(job.limits),
        "files": job.files,
        "conditions": list(astuple(job.conditions)),
        "stdin": job.stdin,
        "endless": job.endless,
        "program": job.program,
    }


def received(key: Key, runtime: str, job: OrderedJob) -> Job[Key]:
    """A job that has travelled, under another key.

    key      what the pool of the worker gives its outcome back with
    runtime  that of the whole order
    job      what `ordered` made of it
    """
    limits: Mapping[str, Any] = job["limits"]
    conditions = Conditions(*job["conditions"])
    given = (job["stdin"], job["endless"], job["program"])
    return Job(key, runtime, job["parts"], limits, job["files"], conditions, *given)
