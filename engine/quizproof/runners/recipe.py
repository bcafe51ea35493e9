"""Recipes: what the steps of a quiz leave in the folder `prepared`, and how to make it where it is not at hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypedDict

from quizproof.runtimes.prepared.contents import FOLDER, Files

if TYPE_CHECKING:
    from quizproof.claims import Program


NOT_MADE = "the files that it reads in `prepared` could not be made: "
"""What the detail of a run begins with that was not started for that reason; its status is "fault"."""


def reads_prepared(program: Program) -> bool:
    """Whether a program gets the files of all steps. One that does not mention the folder gets none.

    So a change of a step runs nothing again that has nothing to do with it.
    """
    return any(FOLDER in part.source for part in program.parts)


class StepData(TypedDict):
    """A `Step` as JSON data."""

    name: str
    runtime: str
    parts: list[dict[str, Any]]
    limits: dict[str, Any]
    files: str | None
    leaves: dict[str, str]


@dataclass(frozen=True)
class Step:
    """A step that has been run, and what it left."""

    name: str
    """What its author calls it."""
    runtime: str
    parts: list[dict[str, Any]]
    limits: Mapping[str, Any]
    files: str | None
    """The fields of `Job`."""
    leaves: Files
    """Everything that was in `prepared` after it, with what earlier steps had left there."""


@dataclass(frozen=True)
class Recipe:
    """The steps of a quiz, or the first of them, in their order."""

    steps: tuple[Step, ...]

    @property
    def files(self) -> Files:
        """What is in `prepared` after the last one."""
        return self.steps[-1].leaves

    def within(self, caps: Callable[[Mapping[str, Any]], dict[str, Any]]) -> Recipe:
        """The same with limits that exceed no cap.

        caps  gives limits that do not, for any limits
        """
        return Recipe(tuple(replace(step, limits=caps(step.limits)) for step in self.steps))

    @property
    def seconds(self) -> float:
        """How long it may take at most to make the files."""
        return float(sum(step.limits["seconds"] for step in self.steps))

    def to_json(self) -> list[StepData]:
        """The recipe as JSON data."""
        return [
            {
                "name": step.name,
                "runtime": step.runtime,
                "parts": step.parts,
                "limits": dict(step.limits),
                "files": step.files,
                "leaves": dict(step.leaves),
            }
            for step in self.steps
        ]

    @classmethod
    def from_json(cls, data: list[StepData]) -> Recipe:
        """The recipe from what `to_json` gave."""
        return cls(tuple(Step(**step) for step in data))
