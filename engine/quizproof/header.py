"""The header of a quiz file: what it says about itself."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from quizproof.model import Fixed, Integer, Limits, Model, Plain, Slug

RuntimeName: TypeAlias = Literal["python", "torch", "tensorflow"]
"""The interpreters that snippets may ask for."""


class Header(Model):
    """What a quiz file says about itself."""

    quiz: Slug
    """The quiz's id, unique in the bank; its page is named after it."""
    title: Plain
    """Its title, as readers see it."""
    topic: Slug
    """The topic it belongs to; quizzes of one topic share a page."""
    mode: Literal["practice", "metrics", "experiment", "trace"] = "practice"
    """The learner's way into the topic."""
    runtime: RuntimeName = "python"
    """Which interpreter runs the snippets."""
    minutes: Annotated[Integer, Field(ge=1, le=600)] | None = None
    """About how long it takes."""
    intro: Fixed = ""
    """What the reader should know before the first question."""
    limits: Limits | None = None
    """What one run of any question may use."""
