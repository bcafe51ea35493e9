"""The runner that sees to it that files which steps of `prepare` left are there for the runs that read them.

Where they are at hand, a run gets them. Where they are not, as on a machine that knows their digests from a lock, or on
a worker of a cluster, their steps are run again first, and must leave the same.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Generic, Self

from quizproof.outcome import TAMPERED, Outcome
from quizproof.runners.job import Job, Key
from quizproof.runners.pool import Pool
from quizproof.runners.recipe import NOT_MADE, Recipe, Step
from quizproof.runners.zygote_handle import undisturbed
from quizproof.runtimes.prepared.contents import files_in
from quizproof.store.fingerprints import digest
from quizproof.store.prepared_files import PreparedFiles


@dataclass(eq=False)
class _Making:
    """Files that are being made again, and the jobs that wait for them."""

    recipe: Recipe
    waiting: list[Job[Any]] = field(default_factory=list)
    done: int = 0
    """How many of its steps have been run."""


class PreparingRunner(Generic[Key]):
    """A pool whose runs find in `prepared` what they should. A context manager, as the pool is.

    with PreparingRunner(Pool(), Path("cache/prepared")) as runner:
        runner.submit(job)
    """

    knows = False
    machine = ""

    def __init__(self, pool: Pool[Any], kept: Path | None) -> None:
        """Start nothing yet.

        pool  carries out the runs
        kept  the folder in which files of steps are kept for later; None to keep them only as long as this runner
        """
        self._pool = pool
        self._files = PreparedFiles(kept)
        self._making: dict[str, _Making] = {}
        self._made: dict[str, str] = {}
        """The recipes that were followed, and why they did not lead to the files; empty where they did."""
        self._arrived: deque[tuple[Any, Outcome]] = deque()

    @property
    def level(self) -> str:
        """Of the pool."""
        return self._pool.level

    @property
    def max_backlog(self) -> int:
        """Of the pool."""
        return self._pool.max_backlog

    @property
    def versions(self) -> dict[str, dict[str, str]]:
        """Of the pool."""
        return self._pool.versions

    @property
    def missing(self) -> dict[str, str]:
        """Of the pool."""
        return self._pool.missing

    @property
    def runs(self) -> int:
        """Of the pool: steps that were run again are among them."""
        return self._pool.runs

    @property
    def shared(self) -> int:
        """Of the pool."""
        return self._pool.shared

    @property
    def alone(self) -> int:
        """Of the pool."""
        return self._pool.alone

    @property
    def backlog(self) -> int:
        """The jobs that have been submitted and have no outcome yet."""
        return self._pool.backlog + len(self._arrived) + sum(len(making.waiting) for making in self._making.values())

    def submit(self, job: Job[Any]) -> None:
        """Ask for a run, which begins when the files that it reads are there."""
        recipe = job.prepared
        name = digest(recipe.to_json()) if recipe else ""
        if name in self._making:
            self._making[name].waiting.append(job)
            return
        folder = self._files.folder(recipe.files) if recipe else None
        if recipe is None or folder:
            keep = self._kept if job.step else None
            self._pool.submit(replace(job, folder=str(folder) if folder else None, keep=keep))
        elif name in self._made:  # where they were made, they could not even be kept for a moment
            self._arrived.append((job.key, _not_prepared(self._made[name] or "there is no room for them")))
        else:
            self._making[name] = _Making(recipe, [job])
            self._go_on(name)

    def collect(self, *, wait: bool = True) -> Iterator[tuple[Key, Outcome]]:
        """Give the outcomes that have arrived, as the pool does."""
        self._arrived.extend(self._pool.collect(wait=wait and not self._arrived))
        while self._arrived:
            key, outcome = self._arrived.popleft()
            if isinstance(key, _Again):
                self._take_step(key.name, outcome)
            else:
                yield key, outcome

    def learn(self, runtimes: Iterable[str]) -> None:
        """As the pool does."""
        self._pool.learn(runtimes)

    def __enter__(self) -> Self:
        self._pool.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._pool.__exit__(kind, error, trace)
        finally:
            with undisturbed():
                self._files.close()

    # ---- steps that are run again

    def _go_on(self, name: str) -> None:
        """Run the next step of a recipe."""
        making = self._making[name]
        self.submit(_job(making.recipe, making.done, _Again(name)))

    def _take_step(self, name: str, outcome: Outcome) -> None:
        """Take in the outcome of a step that was run again."""
        making = self._making[name]
        why = _differs(making.recipe.steps[making.done], outcome)
        making.done += 1
        if not why and making.done < len(making.recipe.steps):
            self._go_on(name)
            return
        del self._making[name]
        self._made[name] = why
        for job in making.waiting:
            if why:
                self._arrived.append((job.key, _not_prepared(why)))
            else:
                self.submit(job)

    def _kept(self, outcome: Outcome, archive: int | None) -> Outcome:
        """The outcome of a step, its files kept: the value of its last part has their digests in place of their sizes.

        Where that value is what is wrong with the files, in words, it stays.
        """
        try:
            if outcome.status != "finished":
                return outcome
            listing = outcome.parts[-1].value
            if archive is None:
                raise ValueError("it came without an archive")
            if isinstance(listing, str):
                return outcome
            files = self._files.keep(listing, archive)
        except ValueError:
            return Outcome("died", detail=TAMPERED)
        except OSError as error:
            return Outcome("fault", detail=f"the files of the step could not be kept: {error.strerror}")
        finally:
            if archive is not None:
                os.close(archive)
        return replace(outcome, parts=(*outcome.parts[:-1], replace(outcome.parts[-1], value=files)))


@dataclass(frozen=True)
class _Again:
    """The key of a job of ours."""

    name: str
    """Of the recipe."""


def _job(recipe: Recipe, index: int, key: _Again) -> Job[_Again]:
    """The job that runs a step of a recipe again."""
    step = recipe.steps[index]
    before = Recipe(recipe.steps[:index]) if index else None
    return Job(key, step.runtime, step.parts, step.limits, step.files, prepared=before, step=True)


def _differs(step: Step, outcome: Outcome) -> str:
    """How a step that was run again ended otherwise than it had before; empty when it left the same files."""
    what = f"the step `{step.name}`, run again here,"
    if outcome.status != "finished":
        return f"{what} did not come to its end: {outcome.raised or outcome.detail}"
    files = files_in(outcome.parts[-1].value) or {}
    other = sorted(path for path in files.keys() | step.leaves.keys() if files.get(path) != step.leaves.get(path))
    return f"{what} left another `{other[0]}` than is known of it" if other else ""


def _not_prepared(why: str) -> Outcome:
    return Outcome("fault", detail=NOT_MADE + why)
