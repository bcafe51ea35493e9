"""Runners: whatever takes programs and gives outcomes. The pool of this machine is one of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Generic, Protocol, Self, TypeVar

from quizproof.outcome import Outcome

Key = TypeVar("Key")


@dataclass(frozen=True)
class Conditions:
    """The state of the process in which a program runs. What is true must be true under all of them."""

    hash_seed: int = 0
    """PYTHONHASHSEED, which decides the order of sets of texts. Another one also means other memory addresses."""
    threads: int = 1
    """How many threads numerical libraries may use."""
    cold: bool = False
    """Whether the program imports its framework itself, instead of finding it imported."""
    attempt: int = 0
    """Tells runs apart that are alike in all else: time goes on, and unseeded generators begin elsewhere."""


USUAL = Conditions()

WINDOW = 256
"""How many runs are asked for ahead of their turn, on one machine."""


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


class Runner(Protocol[Key]):
    """Carries out jobs. A context manager: leaving it ends every process."""

    @property
    def level(self) -> str:
        """The isolation of runs: "namespaces", "landlock" or "none"."""

    @property
    def machine(self) -> str:
        """A fingerprint of all, beside programs, that decides what comes of runs; empty when they are run here."""

    @property
    def window(self) -> int:
        """How many runs it likes to be asked for ahead of their turn."""

    @property
    def versions(self) -> Mapping[str, Mapping[str, str]]:
        """Versions by runtime, of those that came up."""

    @property
    def runs(self) -> int:
        """Runs carried out."""

    @property
    def knows(self) -> bool:
        """Whether outcomes are known without running, so that it is useless to keep them elsewhere."""

    @property
    def backlog(self) -> int:
        """The jobs that have been submitted and have no outcome yet."""

    def submit(self, job: Job[Key]) -> None:
        """Ask for a run."""

    def collect(self, *, wait: bool = True) -> Iterator[tuple[Key, Outcome]]:
        """Give the outcomes that have come, in no particular order; `wait` for some, unless there is nothing to do."""

    def learn(self, runtimes: Iterable[str]) -> None:
        """Make sure that `versions` tells of these runtimes, if they can be had at all."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...
