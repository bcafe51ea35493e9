"""Jobs: programs on their way to a runner."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from quizproof.runtimes.conditions import USUAL, Conditions

if TYPE_CHECKING:
    from quizproof.claims import Program

Key = TypeVar("Key")


@dataclass
class Job(Generic[Key]):
    """A program to run."""

    key: Key
    """What the outcome is given back with."""
    runtime: str
    parts: list[dict[str, Any]]
    """Each with `role`, `source` and `line`, the first line in the whole."""
    limits: Mapping[str, Any]
    files: str | None = None
    """A folder that the run may read, as `files` in its working folder."""
    conditions: Conditions = USUAL
    program: str = ""
    """What tells this program from others, for runners that look outcomes up."""
    deaths: int = field(default=0, init=False)
    """How many interpreters ended while this was running."""


def job_for(
    key: Key, runtime: str, program: Program, files: str | None, conditions: Conditions = USUAL, name: str = ""
) -> Job[Key]:
    """The job that runs a program. `files`: the folder it may read; `name`: what runners look it up under."""
    parts = [
        {"role": part.role, "source": part.source, "line": line}
        for part, line in zip(program.parts, program.starts(), strict=True)
    ]
    return Job(key, runtime, parts, program.limits.model_dump(), files, conditions, name)
