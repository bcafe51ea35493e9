"""The catalogue: what readers can search for, one entry per question, as a script that the first page loads."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator

from quizproof.displays import (
    Blanks,
    Code,
    Content,
    Display,
    LineInput,
    Matching,
    NumberInput,
    OpenInput,
    Options,
    Ordering,
    Output,
    ProgramInput,
    Prose,
    TextInput,
)
from quizproof_renderers.site.names import kind_name, level_name, tag_name
from quizproof_renderers.site.pages.block import PageBlock
from quizproof_renderers.site.pages.contents import Site

_SIGNS = re.compile(r"[`*$]|\\(?=[^\w\s])")
"""What Markdown and formulas are written with, and nobody searches for."""


def catalogue(site: Site) -> bytes:
    """The catalogue as a script in UTF-8, which leaves `quizproofCatalogue` in the window.

        {"kinds": ["Choice", ...], "quizzes": ["autograd-practice", ...], "tags": ["weight decay", ...],
         "levels": ["easy", ...],
         "questions": [[quiz, id, number, title, kind, stem, code, options, beliefs, tags, level], ...]}

    `quiz` and `kind` are places in the lists before, as are those in `tags`, and `level`, which is -1 where nobody says
    how hard a question is. Every question that can be answered has an entry, with the texts
    of its first variant.
    """
    quizzes = [quiz for topic in site.topics for quiz in topic.quizzes]
    kinds = sorted({question.proof.kind for quiz in quizzes for question in quiz.questions if question.markable})
    known = [question.whole_metadata for quiz in quizzes for question in quiz.questions if question.markable]
    tags = sorted({tag for each in known for tag in each.tags})
    levels = sorted({each.difficulty for each in known if each.difficulty})
    questions = [
        [
            place,
            question.id,
            question.number,
            _plain(question.title),
            kinds.index(question.proof.kind),
            *_texts(question),
            [tags.index(tag) for tag in question.whole_metadata.tags],
            levels.index(question.whole_metadata.difficulty) if question.whole_metadata.difficulty else -1,
        ]
        for place, quiz in enumerate(quizzes)
        for question in quiz.questions
        if question.markable
    ]
    data = {
        "kinds": [kind_name(kind) for kind in kinds],
        "quizzes": [quiz.id for quiz in quizzes],
        "tags": [tag_name(tag) for tag in tags],
        "levels": [level_name(level) for level in levels],
        "questions": questions,
    }
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return f"window.quizproofCatalogue = {text};\n".encode("utf-8", "replace")


def _texts(question: PageBlock) -> tuple[str, str, str, str]:
    """Its stem, the code in it, its options, and beliefs."""
    display = question.variants[0].display
    beliefs = (*_beliefs(display), display.belief)
    stem = [content for content in display.prompt if isinstance(content, Prose)]
    code = [content for content in display.prompt if not isinstance(content, Prose)]
    return _joined(_written(stem)), _joined(_written(code)), _joined(_options(display)), _joined(beliefs)


def _options(display: Display) -> Iterator[str]:
    """What there is to choose from, to fill or to put in order."""
    match display.input:
        case Options(options=options):
            yield from _written(option.content for option in options)
        case Matching(left=left, right=right):
            yield from _written(item.content for item in (*left, *right))
        case Ordering(lines=lines):
            yield from (line.source for line in lines)
        case Blanks(source=source) | LineInput(source=source) | ProgramInput(starter=source):
            yield source
        case NumberInput() | TextInput() | OpenInput() | None:
            pass


def _beliefs(display: Display) -> Iterator[str]:
    """What people believe who answer wrongly."""
    match display.input:
        case Options(options=options):
            yield from (option.feedback for option in options if not option.correct)
        case NumberInput(mistakes=mistakes) | TextInput(mistakes=mistakes) | LineInput(mistakes=mistakes):
            yield from (mistake.feedback for mistake in mistakes)
        case Blanks(blanks=blanks):
            yield from (mistake.feedback for blank in blanks for mistake in blank.mistakes)
        case Matching(right=right):
            yield from (item.feedback for item in right)
        case Ordering(lines=lines):
            yield from (line.feedback for line in lines)
        case ProgramInput(attempts=attempts):
            yield from (attempt.feedback for attempt in attempts)
        case OpenInput() | None:
            pass


def _written(contents: Iterable[Content]) -> Iterator[str]:
    """The texts of what can be read."""
    for content in contents:
        match content:
            case Prose(text=text) | Output(text=text):
                yield text
            case Code(source=source):
                yield source


def _joined(texts: Iterable[str]) -> str:
    # Options may be wrong for one reason, which is searched for once.
    return _plain("\n".join(dict.fromkeys(texts)))


def _plain(text: str) -> str:
    """Markdown as its words, on one line."""
    return " ".join(_SIGNS.sub("", text).split())
