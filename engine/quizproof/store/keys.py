"""Keys: under what outcomes and proofs are kept. A key holds everything that affects the value, and nothing else.

run:DIGEST         program, conditions; isolation, machine
versions:DIGEST    runtime; isolation, machine
quiz:DIGEST        path, content and data files of a quiz file; options, engine, isolation, machine
"""

from __future__ import annotations

from dataclasses import astuple
from typing import Any, Protocol

from quizproof.claims import Program
from quizproof.runtimes.conditions import Conditions
from quizproof.store.fingerprints import digest, engine
from quizproof.store.this_machine import machine


class Isolation(Protocol):
    """What affects outcomes besides the programs: every runner has it."""

    @property
    def level(self) -> str:
        """The isolation of runs: "namespaces", "landlock" or "none"."""

    @property
    def machine(self) -> str:
        """A fingerprint of where programs are run; empty for this machine."""


def program_key(runtime: str, program: Program, data: str) -> str:
    """The key of a program: its code and limits, never its place in a file. `data` is the fingerprint of its files."""
    parts = [(part.role, part.source) for part in program.parts]
    return digest(runtime, parts, program.limits.model_dump(), data)


class Keys:
    """The keys of what is kept of the runs of one runner."""

    def __init__(self, runner: Isolation, *options: Any) -> None:
        """`options` are what else affects verdicts, as JSON data."""
        self._circumstances = digest(runner.machine or machine(), runner.level)
        self._options = (engine(), *options)

    def run(self, program: str, conditions: Conditions) -> str:
        """The key of the outcome of a program, which has this `program_key`, under some conditions."""
        return f"run:{digest(self._circumstances, program, astuple(conditions))}"

    def versions(self, runtime: str) -> str:
        """The key of the versions of a runtime."""
        return f"versions:{digest(self._circumstances, runtime)}"

    def quiz(self, path: str, content: bytes, data: str) -> str:
        """The key of the proof of a whole file. `data` is the fingerprint of the files that its snippets may read."""
        return f"quiz:{digest(self._circumstances, self._options, path, content.hex(), data)}"
