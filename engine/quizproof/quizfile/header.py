"""The header of a quiz file: what it says about itself."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from quizproof import rules
from quizproof.quizfile.fields import Fixed, Flag, Integer, Model, Number, Plain, Slug, Snippet, refuse
from quizproof.quizfile.limits import Limits
from quizproof.quizfile.metadata import MAX_POINTS, Metadata
from quizproof.quizfile.runtime_names import RuntimeName


class Insight(Model):
    """What learners take home from a quiz, and the blocks that show it."""

    text: Fixed
    """The insight, in a sentence or two."""
    rests_on: Annotated[tuple[Slug, ...], Field(min_length=1)]
    """The ids of the blocks of this quiz whose proofs it rests on."""


class Exam(Model):
    """How the quiz is taken as a test."""

    time_limit: Annotated[Number, Field(gt=0, le=600)] | None = None
    """Minutes from the start on. Pages of `build --no-key` and `take --exam` take no answers afterwards."""
    attempts: Annotated[Integer, Field(ge=1, le=100)] | None = None
    """How often a learner can hand in a page of `build --no-key`. `grade` marks the last of these files."""
    countdown: Flag = False
    """Whether the usual pages, too, show how much of `time_limit` is left. They take answers afterwards."""

    @model_validator(mode="after")
    def _counts_something(self) -> Exam:
        if self.countdown and self.time_limit is None:
            raise refuse(rules.CONTRADICTION, "`countdown` counts `time_limit` down, which is not given")
        return self


class Step(Model):
    """A step of `prepare`: a program that is run once, and whose files all programs of the quiz can read."""

    name: Plain
    """What learners see it called; the only one of its name."""
    code: Snippet
    """The program. What it writes to the folder `prepared` is kept; what earlier steps left there, it finds there."""
    limits: Limits | None = None
    """What it can use, where that differs from the limits of the quiz."""


def _distinct(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    names = [step.name for step in steps]
    if repeated := next((name for name in names if names.count(name) > 1), ""):
        raise refuse(rules.CONTRADICTION, f"two steps have the name {repeated!r}")
    return steps


class Header(Metadata):
    """What a quiz file says about itself."""

    quiz: Slug
    """The id of the quiz, unique in the bank. Its page is named after it."""
    title: Plain
    """The title that learners see."""
    topic: Slug
    """The topic it belongs to. Quizzes of one topic share a page."""
    mode: Literal["practice", "metrics", "experiment", "trace"] = "practice"
    """The learner's way into the topic."""
    runtime: RuntimeName = "python"
    """Which interpreter runs the snippets."""
    packages: Annotated[tuple[Plain, ...], Field(max_length=50)] = ()
    """Packages beside the runtime's that snippets import, by the names under which they are imported: `pandas`."""
    minutes: Annotated[Integer, Field(ge=1, le=600)] | None = None
    """About how long the quiz takes."""
    intro: Fixed = ""
    """What learners should know before the first question."""
    limits: Limits | None = None
    """What one run of any block can use."""
    setup: Snippet | None = None
    """What the programs of all blocks begin with, before their own `setup`. Learners see it once, above all blocks."""
    prepare: Annotated[tuple[Step, ...], Field(max_length=20), AfterValidator(_distinct)] = ()
    """Steps that run once, in this order. Every program that mentions `prepared` can read their files, in the folder
    `prepared`."""
    insight: Insight | None = None
    """The key insight, shown at the end."""
    exam: Exam | None = None
    """How the quiz is taken as a test: time limit and attempts."""
    hint_cost: Annotated[Number, Field(ge=0, le=1)] = 0.0
    """What each hint costs, as a share of its question's score: 0.1 is a tenth."""
    confidence: Flag = False
    """Whether learners say how sure they are before their response is marked. This changes no score."""
    points: Annotated[Number, Field(ge=0, le=MAX_POINTS)] = 1.0
    """What each of its questions is worth, where the question does not say."""
