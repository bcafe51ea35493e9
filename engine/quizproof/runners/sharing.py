"""Sharing: which jobs of a queue begin alike, so that a zygote runs their beginning once.

Each zygote has *stacks* of trunks. A trunk is a process that has run some parts; jobs that begin with these go on from
it, one after the other. The trunk above it in a stack has run more of them.
"""

from __future__ import annotations

import itertools
import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, NamedTuple

from quizproof.runners.job import Job, Key

_TELLS = re.compile(
    r"getp?pid|getpgid|getsid|/proc\b|/dev/(?:fd|shm)|num_fds|psutil|(?:process|thread|cpu)_time|clock_gettime|"
    r"\bresource\b|os\.times|native_id|settrace|setprofile|sys\.monitoring|profil|tracemalloc|sched_|priority|\bnice\b|"
    r"subprocess|multiprocessing|\bmp\b|fork|spawn|Popen|ProcessPool|num_workers|os\.(?:system|exec)|__file__"
)
"""What shows a program which process it is in, or how long that has existed; or starts other processes."""
_RUNTIMES = ("python", "torch")
"""TensorFlow has threads after its first operation."""
_FORK, _BRANCH = 0.012, 0.008
"""Seconds that it takes to begin a run, and a branch: measured with torch, on a machine of two processors. Their ratio
is what matters, and with other runtimes it is about the same."""
_UNKNOWN = 0.01
"""Seconds that a beginning is thought to take of which nothing is known yet."""
_MANY = 3
"""So many jobs must wait for a trunk that is in use for it to be made once more."""
_MAX_TIMES = 20_000


class Shape(NamedTuple):
    """What tells a job's beginning from others."""

    state: tuple[Any, ...]
    """All but the parts that makes a difference."""
    parts: tuple[tuple[str, str, int], ...]


def _shape(job: Job[Any]) -> Shape | None:
    conditions = job.conditions
    if not job.group or job.step or job.endless or job.runtime not in _RUNTIMES or conditions.cold:
        return None
    if conditions.threads > 1 or any(_TELLS.search(part["source"]) for part in job.parts):
        return None
    state = (job.group, tuple(sorted(job.limits.items())), job.files, job.folder, job.stdin, conditions)
    return Shape(state, tuple((part["role"], part["source"], part["line"]) for part in job.parts))


class Times:
    """How long programs took to come to the end of each of their parts: it decides what is worth being shared."""

    def __init__(self) -> None:
        self._seconds: dict[tuple[Any, ...], float] = {}

    def note(self, job: Job[Any], times: Sequence[float]) -> None:
        """Take in how long the parts of a job took, in seconds."""
        shape = shape_of(job)
        if shape is None:
            return
        if len(self._seconds) > _MAX_TIMES:
            self._seconds.clear()
        for index, total in enumerate(itertools.accumulate(times), 1):
            self._seconds[shape.parts[:index]] = total

    def between(self, parts: tuple[Any, ...], begun: int) -> float | None:
        """How long the parts take after the first `begun`, in seconds; None when nobody knows."""
        total, before = self._seconds.get(parts), self._seconds.get(parts[:begun]) if begun else 0.0
        return None if total is None or before is None else total - before


@dataclass(eq=False)
class Trunk:
    """A process of a zygote that jobs go on from."""

    shape: Shape
    id: int = 0
    """The number of the request for it."""
    busy: bool = True
    """Whether it is being made, or something goes on from it."""

    def fits(self, shape: Shape | None) -> bool:
        """Whether a job of this shape begins with its parts."""
        length = len(self.shape.parts)
        return shape is not None and shape.state == self.shape.state and shape.parts[:length] == self.shape.parts


class Assignment(NamedTuple, Generic[Key]):
    """What a zygote is to do next."""

    job: Job[Key]
    """What to run; or a job that begins as the new trunk does."""
    trunk: Trunk | None
    """What it goes on from."""
    new: Trunk | None
    """The trunk to make, instead of running the job."""


@dataclass
class Sharing(Generic[Key]):
    """The trunks of a zygote."""

    stacks: list[list[Trunk]] = field(default_factory=list)
    closing: list[int] = field(default_factory=list)
    """Trunks that are to be closed, by their ids; whoever closes them takes them out."""
    _unfit: set[tuple[Any, ...]] = field(default_factory=set)
    """Beginnings that turned out to be none, such as those that start threads."""

    def next(self, queue: deque[Job[Key]], times: Times | None) -> Assignment[Key] | None:
        """Take what is to be done next, off the queue where it is a job; None when nothing is.

        times  of earlier runs; None when no trunks are to be made
        """
        if times is None:
            return Assignment(queue.popleft(), None, None) if queue else None
        for stack in list(self.stacks):
            while stack and not stack[-1].busy:
                found = self._above(stack, queue, times)
                if found:
                    return found
                self.closing.append(stack.pop().id)
                if stack:
                    stack[-1].busy = False
            if not stack:
                self.stacks.remove(stack)
        covered: list[Job[Key]] = []
        for job in queue:
            own = shape_of(job)
            if own is not None and any(stack[0].fits(own) for stack in self.stacks):
                covered.append(job)
                continue
            return self._first(job, own, queue, times)
        if len(covered) > _MANY:
            return self._first(covered[0], shape_of(covered[0]), queue, times)
        return None

    def _above(self, stack: list[Trunk], queue: deque[Job[Key]], times: Times) -> Assignment[Key] | None:
        """What goes on from the top of a stack: a job, or another trunk for several."""
        top = stack[-1]
        jobs = [job for job in queue if top.fits(shape_of(job))]
        if not jobs:
            return None
        length = len(top.shape.parts)
        top.busy = True
        new = self._worthwhile(jobs[0], jobs[1:], length, times)
        if new is not None:
            stack.append(new)
            return Assignment(jobs[0], top, new)
        queue.remove(jobs[0])
        return Assignment(jobs[0], top, None)

    def _first(self, job: Job[Key], own: Shape | None, queue: deque[Job[Key]], times: Times) -> Assignment[Key]:
        """What begins a stack, or a job that shares nothing."""
        if own is not None:
            others = [other for other in queue if other is not job]
            new = self._worthwhile(job, others, 0, times)
            if new is not None:
                self.stacks.append([new])
                return Assignment(job, None, new)
        queue.remove(job)
        return Assignment(job, None, None)

    def _worthwhile(self, job: Job[Key], others: Iterable[Job[Key]], length: int, times: Times) -> Trunk | None:
        """The trunk of the fewest parts, more than `length`, that the job has in common with others; None when it would
        take longer with it.
        """
        own = shape_of(job)
        assert own is not None
        common = [shared for shared in _common(own, others) if shared > length]
        if not common:
            return None
        parts = own.parts[: min(common)]
        count = len(common) + 1
        seconds = times.between(parts, length)
        if length:
            # Of what is not known, the first job that goes on from below tells it.
            gain = (count - 1) * (seconds or 0.0) - _BRANCH
        else:
            gain = (count - 1) * (_FORK + (_UNKNOWN if seconds is None else seconds)) - count * _BRANCH
        return Trunk(Shape(own.state, parts)) if gain > 0 and (own.state, parts) not in self._unfit else None

    def find(self, id_: int) -> Trunk | None:
        """The trunk of this id."""
        return next((trunk for stack in self.stacks for trunk in stack if trunk.id == id_), None)

    def drop(self, id_: int) -> None:
        """Forget a trunk that has ended, and those above it."""
        for stack in self.stacks:
            for index, trunk in enumerate(stack):
                if trunk.id == id_:
                    del stack[index:]
                    if stack:
                        stack[-1].busy = False
                    break
        self.stacks = [stack for stack in self.stacks if stack]

    def refuse(self, id_: int) -> None:
        """Do not try again what this trunk was to begin with; it has ended."""
        trunk = self.find(id_)
        if trunk is not None:
            self._unfit.add((trunk.shape.state, trunk.shape.parts))
            self.drop(id_)


def shape_of(job: Job[Any]) -> Shape | None:
    """The shape of a job; None when it must be run alone."""
    if job.alone or job.deaths:
        return None
    if job.shape == ():  # not known yet
        job.shape = _shape(job)
    return job.shape  # type: ignore[return-value]


def _common(own: Shape, others: Iterable[Job[Any]]) -> Iterator[int]:
    """How many parts each of the others begins with that a shape has, too."""
    for job in others:
        other = shape_of(job)
        if other is not None and other.state == own.state:
            length = 0
            for first, second in zip(own.parts, other.parts, strict=False):
                if first != second:
                    break
                length += 1
            yield length
