"""Running programs: the job for one, and one alone, outside any proof."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from quizproof.runtimes.runner import USUAL, Conditions, Job, Key, Runner

if TYPE_CHECKING:
    from quizproof.claims import Program
    from quizproof.outcome import Outcome


def job_for(
    key: Key, runtime: str, program: Program, files: str | None, conditions: Conditions = USUAL, name: str = ""
) -> Job[Key]:
    """The job that runs a program. `files`: the folder it may read; `name`: what runners look it up under."""
    parts = [
        {"role": part.role, "source": part.source, "line": line}
        for part, line in zip(program.parts, program.starts(), strict=True)
    ]
    return Job(key, runtime, parts, program.limits.model_dump(), files, conditions, name)


def run(runner: Runner[Any], runtime: str, program: Program, files: str | None = None) -> Outcome:
    """Run one program on a runner that has nothing else to do, and wait for what comes of it."""
    runner.submit(job_for(None, runtime, program, files))
    while True:
        for _, outcome in runner.collect():
            return outcome
