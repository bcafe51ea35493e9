"""What `doctor` reports: which runtimes this machine has, what runs may use, and how they are isolated."""

from __future__ import annotations

import os
import platform
import statistics
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any, TextIO

import yaml
from rich.console import Console
from rich.table import Table
from rich.text import Text

from quizproof.quizfile.limits import Limits
from quizproof.quizfile.runtime_names import runtime_names
from quizproof.runners.job import Job
from quizproof.runtimes.sandbox.levels import LEVELS, Level, refusal
from quizproof_renderers.console import console_for
from quizproof_renderers.text import visible

if TYPE_CHECKING:
    from collections.abc import Mapping

    from quizproof.runners.pool import Pool

_SAMPLES = 5
"""Runs of each runtime, of which the median time is shown."""
_ISOLATION: dict[Level, str] = {
    "namespaces": "every run sees the interpreter and an empty folder of its own; no network, no other process",
    "landlock": "the kernel refuses files outside the interpreter and a folder of the run's own, and the network",
    "none": "every run is a process of its own with limits, killed as a group; it can reach files and the network",
}
_REMEDIES: dict[Level, str] = {
    "namespaces": "; user namespaces must be allowed (sysctl user.max_user_namespaces, "
    "and on Ubuntu kernel.apparmor_restrict_unprivileged_userns=0)",
    "landlock": "; Linux 5.13 or newer has it, unless its `lsm=` parameter leaves it out",
}
"""How to get a level that a machine refuses."""


def write(pool: Pool[str], stream: TextIO, lock: Mapping[str, Any] | None = None) -> None:
    """Describe this machine: a row per runtime, how to install those that are missing, then one line per fact.

    pool    has been started, and waited for, with all of `runtime_names()`; here it runs an empty program in each
    stream  where to write
    lock    the `path` of the bank's lock, and the `differences` of its versions from those here; None without one
    """
    console = console_for(stream, width=100)
    table = Table(box=None, pad_edge=False, header_style="bold", collapse_padding=True)
    for name in ("runtime", "", "versions", "one run"):
        table.add_column(name)
    times = _times(pool)
    for runtime in runtime_names():
        if runtime in pool.versions:
            versions = ", ".join(f"{name} {version}" for name, version in pool.versions[runtime].items())
            table.add_row(runtime, Text("ready", "green"), visible(versions), f"{times[runtime] * 1000:.1f} ms")
        else:
            table.add_row(runtime, Text("missing", "red"), "", "")
    console.print(table)
    for runtime, reason in pool.missing.items():
        console.print(Text(f"{visible(reason)}; pip install 'quizproof[{runtime}]'"))
    console.print()
    limits = Limits()
    files = f"files of {limits.file_mib} MiB, {limits.processes} processes (a quiz may set its own)"
    refused = [
        ("", f"{level} is refused: {why}{_REMEDIES.get(level, '')}") for level in LEVELS if (why := refusal(level))
    ]
    facts = [
        ("sandbox", f"{pool.level}: {_ISOLATION[pool.level]}"),
        *refused,
        ("limits", f"{limits.seconds:g} s, {limits.memory_mib} MiB, {limits.output_kib} KiB of output, {files}"),
        ("jobs", f"{pool.jobs} runs in parallel (--jobs)"),
        *_machine(),
        *_lock(lock),
    ]
    _print(facts, console)


def write_without_runs(why: str, stream: TextIO) -> None:
    """Describe a machine that can run nothing: what works there, what fails, and what is installed.

    why     the reason, as `platform_refusal` gives it
    stream  where to write
    """
    facts = [
        ("runs", f"none: {why}"),
        ("works", "`build --locked` and `take --locked`, with the lock that a Linux machine wrote"),
        ("", "`merge`, `explain`, `cache` and `--help`"),
        ("fails", "`check`, `try`, and `build` and `take` without a lock; they exit with 3"),
        *_machine(),
    ]
    _print(facts, console_for(stream, width=100))


def data(pool: Pool[str]) -> dict[str, Any]:
    """The same as JSON data. `seconds` is the median time of an empty run; a runtime that is missing has `missing`.

    {"version": 1, "runtimes": {"torch": {"versions": {"python": "3.11.7", "torch": "2.13.0"}, "seconds": 0.0042}},
     "sandbox": "namespaces", "refused": {}, "limits": {"seconds": 20.0, ...}, "jobs": 2, "platform": "Linux",
     "release": "6.1", "processors": 2, "scikit_learn": "1.9.0", "libyaml": true}
    """
    times = _times(pool)
    runtimes: dict[str, dict[str, Any]] = {}
    for runtime in runtime_names():
        if runtime in pool.versions:
            runtimes[runtime] = {"versions": pool.versions[runtime], "seconds": round(times[runtime], 6)}
        else:
            runtimes[runtime] = {"missing": pool.missing.get(runtime, "")}
    return {
        "version": 1,
        "runtimes": runtimes,
        "sandbox": pool.level,
        "refused": {level: why for level in LEVELS if (why := refusal(level))},
        "limits": Limits().model_dump(),
        "jobs": pool.jobs,
        **_machine_data(),
    }


def data_without_runs(why: str) -> dict[str, Any]:
    """The same of a machine that can run nothing: `runs` says why, and there are no runtimes."""
    return {"version": 1, "runtimes": {}, "runs": why, **_machine_data()}


def _machine_data() -> dict[str, Any]:
    try:
        metrics: str | None = version("scikit-learn")
    except PackageNotFoundError:
        metrics = None
    return {
        "platform": platform.system(),
        "release": platform.release(),
        "processors": os.cpu_count(),
        "scikit_learn": metrics,
        "libyaml": bool(yaml.__with_libyaml__),
    }


def _machine() -> list[tuple[str, str]]:
    """What can be said of any machine."""
    return [
        ("machine", f"{platform.system()} {platform.release()}, {os.cpu_count()} processors"),
        ("metrics", _scikit_learn()),
        ("yaml", "the fast parser (libyaml)" if yaml.__with_libyaml__ else "the slow parser; libyaml is missing"),
    ]


def _lock(lock: Mapping[str, Any] | None) -> list[tuple[str, str]]:
    """Whether the bank's lock was written with the versions that are here."""
    if lock is None:
        return []
    told = "; ".join(lock["differences"])
    return [
        ("lock", f"{visible(lock['path'])}: {f'other versions: {told}' if told else 'written with these versions'}")
    ]


def _print(facts: list[tuple[str, str]], console: Console) -> None:
    """One line per fact, with its name; lines without a name belong to the one above."""
    for name, fact in facts:
        console.print(Text.assemble((f"{name:<8} ", "bold"), fact))


def _scikit_learn() -> str:
    """Whether the metrics of confusion matrices can be computed here. Found without importing it."""
    try:
        return f"scikit-learn {version('scikit-learn')}"
    except PackageNotFoundError:
        return "scikit-learn is missing, which confusion matrices need; pip install 'quizproof[metrics]'"


def _times(pool: Pool[str]) -> dict[str, float]:
    """The median time of an empty run, in seconds, by runtime."""
    limits = Limits().model_dump()
    part = {"role": "code", "source": "pass\n", "line": 1}
    seconds: dict[str, list[float]] = {}
    for runtime in pool.versions:
        jobs = (Job(runtime, runtime, [part], limits) for _ in range(_SAMPLES))
        for key, outcome in pool.run(jobs):
            seconds.setdefault(key, []).append(outcome.seconds)
    # The median, because one run may wait for other programs of the machine.
    return {runtime: statistics.median(taken) for runtime, taken in seconds.items()}
