"""Metadata: what a course needs to know about a quiz or a block. It decides nothing about what is proven."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from quizproof.quizfile.fields import Fixed, Model, Plain, Slug
from quizproof.quizfile.yaml_document import PlainBool, written

LEVELS = {"easy": 2, "medium": 3, "hard": 4}
"""What the words for a difficulty stand for, on the scale from 1 to 5."""
NAMES = {1: "very easy", 2: "easy", 3: "medium", 4: "hard", 5: "very hard"}
"""The levels of difficulty as people read them."""
MAX_LISTED = 20
"""Tags, objectives or authors of one quiz or block."""
MAX_POINTS = 1000
"""Of one question."""
_WRONG_LEVEL = "write `easy`, `medium` or `hard`, or a whole number from 1 to 5"


def _level(value: object) -> int:
    """A difficulty on the scale from 1 to 5."""
    if isinstance(value, int) and not isinstance(value, (PlainBool, bool)) and int(value) in NAMES:
        return int(value)
    word = written(value)
    if isinstance(word, str) and word in LEVELS:
        return LEVELS[word]
    raise ValueError(_WRONG_LEVEL)


def _distinct(items: tuple[Any, ...]) -> tuple[Any, ...]:
    if repeated := next((item for item in items if items.count(item) > 1), ""):
        raise ValueError(f"name `{repeated}` once")
    return items


Difficulty = Annotated[
    int,
    BeforeValidator(_level),
    WithJsonSchema({"enum": [*LEVELS, *NAMES]}),
]
"""How hard something is, from 1 to 5. Files can also say `easy` (2), `medium` (3) and `hard` (4)."""
_Tags = Annotated[tuple[Slug, ...], Field(max_length=MAX_LISTED), AfterValidator(_distinct)]
_Sentences = Annotated[tuple[Fixed, ...], Field(max_length=MAX_LISTED), AfterValidator(_distinct)]
_Names = Annotated[tuple[Plain, ...], Field(max_length=MAX_LISTED), AfterValidator(_distinct)]


class Metadata(Model):
    """What a course needs to know about a quiz or a block."""

    tags: _Tags = ()
    """What it is about, beside its topic: `overfitting`. A block has the tags of its quiz as well."""
    difficulty: Difficulty | None = None
    """How hard it is: `easy`, `medium` or `hard`, or from 1 to 5, on which scale the words are 2, 3 and 4."""
    objectives: _Sentences = ()
    """What learners can do after it, a sentence each."""
    authors: _Names = ()
    """Who wrote it."""
    license: Plain | None = None
    """Under which licence others may use it, such as `CC-BY-4.0`."""
    source: Plain | None = None
    """Where it is from: a book, a lecture, an address."""


def inherited(own: Metadata, quiz: Metadata) -> Metadata:
    """The metadata of a block, with those of its quiz where it has none of its own. Tags are added to the quiz's.

    own   what the block says of itself
    quiz  what the header says
    """
    return Metadata.model_construct(
        tags=tuple(dict.fromkeys((*quiz.tags, *own.tags))),
        difficulty=own.difficulty or quiz.difficulty,
        objectives=own.objectives or quiz.objectives,
        authors=own.authors or quiz.authors,
        license=own.license or quiz.license,
        source=own.source or quiz.source,
    )


def metadata_of(model: Metadata) -> Metadata:
    """The metadata alone of a header or a block, which have more keys."""
    return Metadata.model_construct(**{name: getattr(model, name) for name in Metadata.model_fields})
