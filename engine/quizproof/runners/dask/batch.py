"""Batches: what travels between the runner and a worker, as JSON text in both directions.

The order of a batch:

    {"session": "b1946a…", "identity": "5891b5…", "sandbox": "namespaces", "runtime": "torch",
     "jobs": [{"parts": [{"role": "code", "source": "print(1)", "line": 1}],
               "limits": {"seconds": 5, "memory_mib": 256, "output_kib": 64, "file_mib": 4, "processes": 32},
               "files": null, "conditions": [0, 1, false, 0, ""], "stdin": null, "endless": false,
               "program": "d4735e…", "prepared": null, "step": false}],
     "files": {}, "recipes": []}

An order without jobs asks for the versions of a runtime. The answer has one outcome per job, in their order, or none
when the worker is not as all workers were when the session began:

    {"worker": "tcp://127.0.0.1:4711", "machine": {…}, "outcomes": [{"status": "finished", …}],
     "versions": {"python": "3.11.7", "torch": "2.13.0"}, "missing": ""}
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import astuple
from typing import Any, TypedDict

from quizproof.json_forms import either, items, mapping, nothing, record, text
from quizproof.outcome import LOST, Outcome, OutcomeData
from quizproof.runners.dask.machine import MACHINE, Machine
from quizproof.runners.job import Job, Key
from quizproof.runners.recipe import Recipe, StepData
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
    group: str
    prepared: int | None
    """The index of its recipe; None for a job that gets no prepared files."""
    step: bool


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
    recipes: list[list[StepData]]
    """How the files are made that jobs find in `prepared`; many jobs share one."""


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


_ANSWER = record(
    {
        "worker": text,
        "machine": MACHINE,
        "outcomes": either(nothing, items(lambda data: "")),  # each is checked as an outcome
        "versions": mapping(text),
        "missing": text,
    }
)


def answered(written: str, jobs: Sequence[Job[Any]]) -> tuple[Answer, list[Outcome]]:
    """What a worker wrote in answer to an order, and the outcomes in it: none if it has run nothing.

    written  JSON text, which anybody on the cluster's network may have sent
    jobs     those of the order

    Raises ValueError, with what is wrong, when it cannot be the answer to such an order.
    """
    try:
        answer: Answer = json.loads(written)
    except (TypeError, ValueError, RecursionError):
        raise ValueError("it is not JSON") from None
    if wrong := _ANSWER(answer):
        raise ValueError(wrong.strip())
    outcomes = [Outcome.from_json(data) for data in answer["outcomes"] or ()]
    if answer["outcomes"] is not None and len(outcomes) != len(jobs):
        raise ValueError(f"it has {len(outcomes)} outcomes for {len(jobs)} runs")
    if not all(outcome.fits(job.lines) or outcome.status in LOST for job, outcome in zip(jobs, outcomes, strict=False)):
        raise ValueError("an outcome is not one of its program")
    return answer, outcomes


def ordered(job: Job[Any], recipes: list[list[StepData]]) -> OrderedJob:
    """A job as it travels: without its key, because the answer has the outcomes in the order of the jobs.

    recipes  those of the order, to which that of the job is added unless it is there
    """
    recipe = job.prepared.to_json() if job.prepared else None
    if recipe and recipe not in recipes:
        recipes.append(recipe)
    return {
        "parts": job.parts,
        "limits": dict(job.limits),
        "files": job.files,
        "conditions": list(astuple(job.conditions)),
        "stdin": job.stdin,
        "endless": job.endless,
        "program": job.program,
        "group": job.group,
        "prepared": recipes.index(recipe) if recipe else None,
        "step": job.step,
    }


def received(key: Key, order: Order, job: OrderedJob) -> Job[Key]:
    """A job that has travelled, under another key.

    key    what the pool of the worker gives its outcome back with
    order  the job is one of it
    job    what `ordered` made of it
    """
    limits: Mapping[str, Any] = job["limits"]
    conditions = Conditions(*job["conditions"])
    given = (job["stdin"], job["endless"], job["program"], job["group"])
    recipe = None if job["prepared"] is None else Recipe.from_json(order["recipes"][job["prepared"]])
    return Job(key, order["runtime"], job["parts"], limits, job["files"], conditions, *given, recipe, job["step"])
