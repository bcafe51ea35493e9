"""Caps: what whoever proves a bank allows its runs at most, whatever the bank asks for."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import Any, Generic, Self, cast

from quizproof.outcome import Outcome
from quizproof.runners.job import Job, Key
from quizproof.runners.runner import Runner

MAX_SECONDS = 600.0
MAX_PROCESSES = 1024
_SHARE_OF_MEMORY = 0.75
_LEAST_MEMORY_MIB = 2048
"""What runs get that ask for nothing in particular."""


def _memory_mib() -> int:
    """Most of the machine's memory."""
    try:
        physical = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 20
    except (AttributeError, ValueError, OSError):  # Windows has no such function
        return _LEAST_MEMORY_MIB
    return max(_LEAST_MEMORY_MIB, int(physical * _SHARE_OF_MEMORY))


@dataclass(frozen=True)
class Caps:
    """The most that one run may have."""

    seconds: float = MAX_SECONDS
    """By the clock."""
    memory_mib: int = field(default_factory=_memory_mib)
    """Beyond that of the imported framework."""
    processes: int = MAX_PROCESSES

    def within(self, limits: Mapping[str, Any]) -> dict[str, Any]:
        """`RequestLimits` of `runtimes.wire` that exceed no cap."""
        return {**limits, **{name: min(limits[name], most) for name, most in vars(self).items()}}


@dataclass(frozen=True)
class _Asked(Generic[Key]):
    """What a run was asked for with."""

    key: Key
    is_cut: bool
    """Whether it got less than its author asked for."""


class CappedRunner(Generic[Key]):
    """A runner whose runs get no more than the caps. What stops at one has shown nothing: its status is "capped"."""

    def __init__(self, runner: Runner[_Asked[Key]], caps: Caps) -> None:
        self._runner = runner
        self._caps = caps

    @property
    def level(self) -> str:
        """Of the runner."""
        return self._runner.level

    @property
    def machine(self) -> str:
        """Of the runner. Caps are no part of it: an outcome that is kept has met none."""
        return self._runner.machine

    @property
    def max_backlog(self) -> int:
        """Of the runner."""
        return self._runner.max_backlog

    @property
    def versions(self) -> Mapping[str, Mapping[str, str]]:
        """Of the runner."""
        return self._runner.versions

    @property
    def runs(self) -> int:
        """Of the runner."""
        return self._runner.runs

    @property
    def shared(self) -> int:
        """Of the runner."""
        return self._runner.shared

    @property
    def alone(self) -> int:
        """Of the runner."""
        return self._runner.alone

    @property
    def knows(self) -> bool:
        """Of the runner."""
        return self._runner.knows

    @property
    def backlog(self) -> int:
        """Of the runner."""
        return self._runner.backlog

    def submit(self, job: Job[Key]) -> None:
        """Ask for a run with its limits, or with the caps where these are lower."""
        limits = self._caps.within(job.limits)
        recipe = job.prepared and job.prepared.within(self._caps.within)
        asked = _Asked(job.key, limits != dict(job.limits))
        self._runner.submit(replace(cast("Job[Any]", job), key=asked, limits=limits, prepared=recipe))

    def collect(self, *, wait: bool = True) -> Iterator[tuple[Key, Outcome]]:
        """Give the outcomes that have arrived, as the runner does."""
        for asked, outcome in self._runner.collect(wait=wait):
            if asked.is_cut and outcome.status in ("limit", "endless"):
                outcome = replace(outcome, status="capped")
            yield asked.key, outcome

    def learn(self, runtimes: Iterable[str]) -> None:
        """As the runner does."""
        self._runner.learn(runtimes)

    def __enter__(self) -> Self:
        self._runner.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._runner.__exit__(kind, error, trace)
