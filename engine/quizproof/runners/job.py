"""Jobs: programs on their way to a runner."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from quizproof.runtimes.conditions import USUAL, Conditions

if TYPE_CHECKING:
    from quizproof.claims import Program
    from quizproof.outcome import Outcome
    from quizproof.runners.recipe import Recipe

Key = TypeVar("Key")


class Interpreter(NamedTuple):
    """The warm process that a job needs."""

    runtime: str
    conditions: Conditions
    """The state of the process; it serves all attempts."""


@dataclass
class Job(Generic[Key]):
    """A program to run."""

    key: Key
    """What the outcome is given back with."""
    runtime: str
    parts: list[dict[str, Any]]
    """Each a `RequestPart` of `runtimes.wire`: `{"role": "check", "source": "assert x == 2", "line": 4}`."""
    limits: Mapping[str, Any]
    """`RequestLimits` of `runtimes.wire`."""
    files: str | None = None
    """A folder that the run may read, as `files` in its working folder."""
    conditions: Conditions = USUAL
    stdin: str | None = None
    """What the run reads on standard input; None where its author gave nothing."""
    endless: bool = False
    """Whether its author says that it never ends; its limit of time is then where it is believed."""
    program: str = ""
    """What distinguishes this program from others, for runners that look outcomes up."""
    group: str = ""
    """Jobs of the same group may share what they begin with: those of a block. Empty for one that shares nothing."""
    prepared: Recipe | None = None
    """What is in its folder `prepared`, and how to make that; None where it gets none."""
    step: bool = False
    """Whether it is a step of `prepare`: it may write to `prepared`, and the files there are kept."""
    folder: str | None = None
    """Where those files are on this machine, once they are there."""
    keep: Callable[[Outcome, int | None], Outcome] | None = None
    """Called with a step's outcome and the descriptor of its archive, which it closes; gives what it comes to."""
    alone: bool = field(default=False, init=False)
    """Whether it turned out that it must be run by itself."""
    shape: tuple[Any, ...] | None = field(default=(), init=False, repr=False)
    """For `sharing`, which computes it once."""
    deaths: int = field(default=0, init=False)
    """How many interpreters ended while this was running."""
    is_late: bool = field(default=False, init=False)
    """Whether it has met its limit of time once, and waited for most of it: a busy machine can be the reason."""

    @property
    def interpreter(self) -> Interpreter:
        """What runs it on this machine."""
        # A run makes these two for itself, and needs no other process.
        return Interpreter(self.runtime, replace(self.conditions, attempt=0, changes=""))

    @property
    def is_suspect(self) -> bool:
        """Whether what ran beside it may be to blame for how it ended, so that it runs once more, beside no other."""
        return bool(self.deaths or self.is_late)

    @property
    def lines(self) -> list[range]:
        """The lines of each part, from 1, when all parts are read as one program."""
        return [range(part["line"], part["line"] + part["source"].count("\n") + 1) for part in self.parts]


def job_for(
    key: Key,
    runtime: str,
    program: Program,
    files: str | None,
    conditions: Conditions = USUAL,
    name: str = "",
    group: str = "",
) -> Job[Key]:
    """The job that runs a program.

    key         what its outcome is given back with
    runtime     the name of the runtime, for example "torch"
    program     its parts become `RequestPart`s, its limits `RequestLimits`
    files       the folder that the program may read; None when the bank has none
    conditions  the state of the process that it runs in
    name        what runners look the program up under: see `store.keys.program_key`
    group       as `Job` has it

        >>> job_for("sum", "python", Program((Part("code", "print(1)", ("code",)),)), None).parts
        [{'role': 'code', 'source': 'print(1)', 'line': 1}]
    """
    parts = [
        {"role": part.role, "source": part.source, "line": line}
        for part, line in zip(program.parts, program.starts(), strict=True)
    ]
    limits = program.limits.model_dump()
    return Job(
        key,
        runtime,
        parts,
        limits,
        files,
        conditions,
        program.stdin,
        program.endless,
        name,
        group,
        step=program.prepares,
    )
