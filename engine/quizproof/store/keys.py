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


def program_key(runtime: str, program: Program, data: str, prepared: str = "") -> str:
    """The key of a program: its code and limits, never its place in a file.

    runtime   the name of the runtime
    program   the places of its parts do not count, so that it may move in its file
    data      the fingerprint of the files that it may read: see `fingerprints.contents`
    prepared  that of the files which steps prepared for it; empty where it gets none

    The lock has these keys too, so a change of what counts makes every lock stale.
    """
    parts = [(part.role, part.source) for part in program.parts]
    # Added only where there is any, so that most programs keep the keys that locks have.
    given: list[Any] = [[program.stdin, program.endless]] if program.stdin is not None or program.endless else []
    if prepared or program.prepares:
        given.append({"prepared": prepared, "step": program.prepares})
    return digest(runtime, parts, program.limits.model_dump(), data, *given)


class Keys:
    """The keys of what is kept of the runs of one runner."""

    def __init__(self, runner: Isolation, *options: Any) -> None:
        """Take in what all keys of a runner have in common.

        runner   what carries out the runs: its machine and its sandbox level affect outcomes
        options  what else affects verdicts, as JSON data
        """
        # The machine of a cluster is that of its workers; we only judge.
        self._circumstances = digest(runner.machine or machine(), runner.level)
        self._options = (engine(), *options)

    def run(self, program: str, conditions: Conditions) -> str:
        """The key of the outcome of a program under some conditions.

        program     the program's `program_key`
        conditions  the state of the process; each has outcomes of its own
        """
        return f"run:{digest(self._circumstances, program, astuple(conditions))}"

    def versions(self, runtime: str) -> str:
        """The key of the versions of a runtime."""
        return f"versions:{digest(self._circumstances, runtime)}"

    def quiz(self, path: str, content: bytes, data: str) -> str:
        """The key of the proof of a whole file.

        path     as it is shown, because findings in the proof name it
        content  the bytes of the file
        data     the fingerprint of the files that its snippets may read
        """
        return f"quiz:{digest(self._circumstances, self._options, path, content.hex(), data)}"
