"""Agreement: what all workers of a cluster must have in common, and the sandbox that all of them allow."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from quizproof.errors import CannotVerify, UsageError
from quizproof.runtimes.sandbox.levels import LEVELS, Level

_MAX_LISTED = 4
"""Things listed in one message."""
_NOUNS = {"quizproof": "quizproof", "code": "the code of quizproof", "python": "Python", "machine": "the architecture"}
"""What must be the same, beside the packages: the keys of a `Machine`, and what messages call them."""
_NAMED_FIRST = ("torch", "tensorflow", "tensorflow-cpu", "keras", "numpy", "scikit-learn")
"""Packages that are named before others."""


def agree(machines: Mapping[str, Mapping[str, Any]]) -> None:
    """Check that workers are the same, except in processors and sandboxes.

    machines  for each worker by its name, a `Machine` or a part of one; keys that are missing are not compared

    Raises UsageError when they differ. Its message says who has what: "numpy is 2.1.0 on A and B, 2.2.0 on C".
    """
    for name, noun in _NOUNS.items():
        values = {worker: str(machine[name]) for worker, machine in machines.items() if name in machine}
        if len(set(values.values())) > 1:
            if name == "code":
                # A fingerprint has 64 digits; eight tell two apart.
                values = {worker: value[:8] for worker, value in values.items()}
            raise UsageError(f"the workers must not differ, and {noun} is {_by_value(values)}")
    packages = {worker: machine["packages"] for worker, machine in machines.items() if "packages" in machine}
    every = sorted({name for versions in packages.values() for name in versions})
    differing = [name for name in every if len({versions.get(name) for versions in packages.values()}) > 1]
    if differing:
        order = {name: place for place, name in enumerate(_NAMED_FIRST)}
        differing.sort(key=lambda name: (order.get(name, len(order)), name))
        first = differing[0]
        values = {worker: versions.get(first, "not installed") for worker, versions in packages.items()}
        more = f"; {listed(differing[1:])} differ too" if len(differing) > 1 else ""
        raise UsageError(f"the workers must have the same packages, and {first} is {_by_value(values)}{more}")


def common_level(machines: Mapping[str, Mapping[str, Any]], sandbox: Level | None, required: Level | None) -> Level:
    """The sandbox that all workers have.

    machines  the `Machine` of each worker by its name
    sandbox   the level that was asked for; the strongest that each allows when None, which must be the same for all
    required  the weakest level that will do; any when None

    Raises UsageError when workers allow different levels and none was asked for, and CannotVerify when a worker refuses
    the level or it is weaker than required.
    """
    strongest: dict[str, Level] = {
        worker: next(level for level in LEVELS if not machine["sandbox"][level]) for worker, machine in machines.items()
    }
    chosen = next(iter(strongest.values())) if sandbox is None else sandbox
    if sandbox is None and len(set(strongest.values())) > 1:
        weakest = max(strongest.values(), key=LEVELS.index)
        levels = _by_value(strongest)
        raise UsageError(f"the workers allow different sandboxes: {levels}; `--sandbox {weakest}` is what all allow")
    answers = {worker: machine["sandbox"][chosen] for worker, machine in machines.items()}
    if refusals := {worker: why for worker, why in answers.items() if why}:
        why = next(iter(refusals.values()))
        raise CannotVerify(f"the sandbox `{chosen}` is refused on {listed(list(refusals))}: {why}")
    if required and LEVELS.index(chosen) > LEVELS.index(required):
        weak = [worker for worker, level in strongest.items() if LEVELS.index(level) > LEVELS.index(required)]
        why = f"{listed(weak)} {'allows' if len(weak) == 1 else 'allow'} no more" if weak else "it was asked for"
        raise CannotVerify(
            f"runs would have the sandbox `{chosen}`, which is weaker than the required `{required}`: {why}"
        )
    return chosen


def _by_value(values: Mapping[str, str]) -> str:
    """Who has what: "2.13 on A and B, 2.14 on C"."""
    workers: dict[str, list[str]] = {}
    for worker, value in values.items():
        workers.setdefault(value, []).append(worker)
    return ", ".join(f"{value} on {listed(names)}" for value, names in workers.items())


def listed(names: Sequence[str]) -> str:
    """Names in a sentence, the last ones as a number when there are many: "A and B", "A, B, C and 7 more"."""
    kept = list(names[:_MAX_LISTED])
    if len(names) > _MAX_LISTED:
        kept[-1] = f"{len(names) - _MAX_LISTED + 1} more"
    return " and ".join(filter(None, (", ".join(kept[:-1]), kept[-1])))


def one_line(error: object) -> str:
    """An exception in one line, without what Dask and the system put around its message.

    error  an exception; its type is the line when it has no message

    "in <distributed.comm.tcp.TCPConnector object at 0x7f…>: ConnectionRefusedError: [Errno 111] Connection refused"
    becomes "Connection refused".
    """
    lines = str(error or "").strip().splitlines()
    message = re.sub(r"^in <.*? object at 0x\w+>: (\w+: )?(\[Errno \d+\] )?", "", lines[0]) if lines else ""
    return message.rstrip(".")[:300] or type(error).__name__
