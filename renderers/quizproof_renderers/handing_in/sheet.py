"""Sheets: quizzes with everything taken out that says which response is right. Pages without keys are made from these.

What is not in a sheet cannot be on a page: no key, no evidence, no explanation, no hint and no feedback. Neither is an
order of the author's, who often writes the key first: options, lines and matches are sorted by a hash of what is shown,
and are named by their places in that order. `to_author` translates responses back.

A *draw* makes a sheet another one: it draws the variant of each question, the order of questions, and that of options.
The same draw gives the same sheet, on every machine: it decides by hashes, not by a generator.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, TypeAlias, assert_never

from quizproof.displays import (
    Blanks,
    Code,
    Content,
    Display,
    Input,
    LineInput,
    Matching,
    NumberInput,
    OpenInput,
    Options,
    Ordering,
    ProgramInput,
    TextInput,
    Written,
)
from quizproof.proof import BlockProof, QuizProof
from quizproof.quizfile.header import Exam
from quizproof.snippets.blanks import GAP
from quizproof_renderers.shuffling import letters
from quizproof_renderers.tally import shared_code

Way: TypeAlias = Literal["options", "number", "text", "line", "blanks", "order", "match", "open", "program"]
_LENGTH = 12
"""Hexadecimal digits of a fingerprint."""


@dataclass(frozen=True)
class Choice:
    """An option, a line to be put in order, or an item to be matched."""

    name: str
    """The letter at which it is shown; it names it in responses too."""
    content: Written


@dataclass(frozen=True)
class Check:
    """A test that a program must pass."""

    name: str
    source: str
    """Empty where learners must not see it."""


@dataclass(frozen=True)
class Asked:
    """A question as learners see it before they answer."""

    id: str
    number: int
    title: str
    prompt: tuple[Content, ...]
    way: Way
    """How it is answered."""
    multiple: bool = False
    """Whether several options must be chosen."""
    choices: tuple[Choice, ...] = ()
    left: tuple[Written, ...] = ()
    """The items that a match is wanted for, in their order."""
    unit: str = ""
    hint: str = ""
    """What cannot be guessed about the form of a response."""
    source: str = ""
    """The program with the wrong line, or with blanks that are numbered: `___b1___`."""
    blanks: int = 0
    indented: bool = False
    starter: str = ""
    checks: tuple[Check, ...] = ()

    @cached_property
    def fingerprint(self) -> str:
        """It differs when something else was asked. It depends on nothing that is not shown."""
        return hashlib.sha256(repr(self).encode("utf-8", "surrogatepass")).hexdigest()[:_LENGTH]


@dataclass(frozen=True)
class Sheet:
    """A quiz as learners see it before they answer."""

    quiz: str
    title: str
    topic: str
    minutes: int | None
    intro: str
    shared: tuple[Code, ...]
    """What all programs begin with."""
    exam: Exam
    """Time limit and attempts."""
    draw: str
    """What drew variants and orders; empty for first variants in the author's order."""
    questions: tuple[Asked, ...]


def sheet_of(quiz: QuizProof, draw: str = "") -> Sheet:
    """The sheet of a quiz that could be read: its proven questions, each in one variant. Exhibits are left out.

    quiz  proven, with displays
    draw  draws variants and orders; without it, each question is asked in its first variant
    """
    assert quiz.header is not None, "only quizzes that could be read are asked"
    header = quiz.header
    return Sheet(
        quiz=quiz.id,
        title=header.title,
        topic=header.topic,
        minutes=header.minutes,
        intro="" if "{{" in header.intro else header.intro,
        shared=shared_code(header, quiz.steps),
        exam=header.exam or Exam(),
        draw=draw,
        questions=tuple(
            _asked(salt_of(quiz.id, draw), number, block, display)
            for number, (block, display) in enumerate(fit_blocks(quiz, draw), 1)
        ),
    )


def fit_blocks(quiz: QuizProof, draw: str = "") -> list[tuple[BlockProof, Display]]:
    """The questions of a quiz that can be put, each with the variant that is asked, in the order of the sheet."""
    found = []
    for block in quiz.blocks:
        shown = [variant.display for variant in block.variants if variant.display and variant.display.input is not None]
        sound = block.status in ("proven", "unproven") and not any(f.severity == "error" for f in block.findings)
        if sound and shown:
            place = int.from_bytes(_hash(f"{draw}/{quiz.id}/{block.id}/variant")) % len(shown) if draw else 0
            found.append((block, shown[place]))
    return sorted(found, key=lambda pair: _hash(f"{draw}/{quiz.id}/{pair[0].id}/place")) if draw else found


def salt_of(quiz: str, draw: str) -> str:
    """What the orders of options, lines and matches of a sheet depend on, besides what is shown."""
    return f"{draw}/{quiz}" if draw else quiz


def _hash(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def to_author(salt: str, block: BlockProof, form: Input, response: object) -> object:
    """A response with the names that the page gives, in those of the author, as marking takes it.

    salt      of the sheet
    block     the question
    form      how it is answered
    response  as a page writes it, or the letter of an option as a text; what has another form, or names nothing, is
              returned as it is: marking refuses it
    """
    names = {letter: id_ for id_, letter in page_names(salt, block, form).items()}
    if isinstance(form, Options) and isinstance(response, str):
        response = [response]  # one letter, as other programs write it
    if not names or not isinstance(response, list) or not all(isinstance(each, str) for each in response):
        return response
    # Of a line with its indentation, only what is before the colon is a name. What the page does not name is no id.
    parts = [each.partition(":") for each in response]
    return [names.get(name, "") + colon + level for name, colon, level in parts]


def page_names(salt: str, block: BlockProof, form: Input) -> dict[str, str]:
    """The letter at which each option, match or line is shown, by the author's ids; none where there are none."""
    match form:
        case Options():
            return _named(salt, block.id, form.options)
        case Matching():
            return _named(salt, block.id, form.right)
        case Ordering():
            return _named(salt, block.id, form.lines)
        case _:
            return {}


def _named(salt: str, question: str, items: Iterable[object]) -> dict[str, str]:
    """The letter of each by its id."""
    ordered = _sorted(salt, question, [(_content(item), _id(item)) for item in items])
    return {id_: letter for letter, (_, id_) in zip(letters(), ordered, strict=False)}


def _sorted(salt: str, question: str, items: Sequence[tuple[Written, str]]) -> list[tuple[Written, str]]:
    """What can be chosen from, in an order that depends on what is shown alone."""

    def place(item: tuple[Written, str]) -> tuple[bytes, str]:
        return _hash(f"{salt}/{question}/{item[0]!r}"), item[1]

    return sorted(items, key=place)


def _content(item: object) -> Written:
    content = getattr(item, "content", None)
    return content if content is not None else Code(getattr(item, "source"))  # noqa: B009 - a line has this instead


def _id(item: object) -> str:
    return str(getattr(item, "id"))  # noqa: B009 - options, lines and items have nothing else in common


def _choices(salt: str, question: str, items: Iterable[object]) -> tuple[Choice, ...]:
    ordered = _sorted(salt, question, [(_content(item), _id(item)) for item in items])
    return tuple(Choice(letter, content) for letter, (content, _) in zip(letters(), ordered, strict=False))


def _asked(salt: str, number: int, block: BlockProof, display: Display) -> Asked:
    form = display.input
    assert form is not None
    id_ = block.id
    common = (id_, number, block.title, display.prompt)
    match form:
        case Options():
            shown = _choices(salt, id_, form.options)
            hint = f"Numbers may differ by {form.tolerance}." if form.tolerance else ""
            return Asked(*common, "options", multiple=form.multiple, choices=shown, hint=hint)
        case NumberInput():
            tolerance = f" Tolerance: {form.shown_tolerance}." if form.shown_tolerance else ""
            return Asked(*common, "number", unit=form.unit, hint=f"For example 12, 0.5, 1e-3 or 3/4.{tolerance}")
        case TextInput():
            tolerance = f" Numbers may differ by {form.tolerance}." if form.tolerance else ""
            return Asked(*common, "text", hint=_TEXTS[form.asks] + tolerance)
        case LineInput():
            return Asked(*common, "line", source=form.source)
        case Blanks():
            places = {blank.name: f"___b{place}___" for place, blank in enumerate(form.blanks, 1)}
            source = GAP.sub(lambda found: places.get(found[1], found[0]), form.source)
            return Asked(*common, "blanks", source=source, blanks=len(form.blanks))
        case Ordering():
            return Asked(*common, "order", choices=_choices(salt, id_, form.lines), indented=form.indented)
        case Matching():
            left = tuple(item.content for item in form.left)
            return Asked(*common, "match", choices=_choices(salt, id_, form.right), left=left)
        case OpenInput():
            return Asked(*common, "open")
        case ProgramInput():
            checks = tuple(Check(check.name, "" if check.hidden else check.source) for check in form.checks)
            return Asked(*common, "program", starter=form.starter, checks=checks)
        case _:
            assert_never(form)


_TEXTS = {
    "output": "Type every line as the program prints it, or the word “nothing” if it prints nothing.",
    "exception": "The name of the exception, such as TypeError.",
    "happens": "What happens: “never ends”, or the name of an exception or a warning.",
}
