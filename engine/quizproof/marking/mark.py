"""Marking: one rule for each way of answering. The script of the page has the same rules; tests compare the two.

What each response earns is in `scoring`. All comparison is of `comparison/`: outputs are compared by `same_output`,
programs and what fills their blanks as `recognition` does, numbers exactly, within the tolerance.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

from quizproof.comparison.number_match import NumberMatch
from quizproof.comparison.outputs import fold, fold_program, same_output
from quizproof.comparison.printed import ungrouped
from quizproof.comparison.quantity import Quantity, decimal, quantity
from quizproof.comparison.seen import plain
from quizproof.comparison.tolerance import decimal_fraction
from quizproof.displays import (
    Blanks,
    Evidence,
    Input,
    LineInput,
    Matching,
    Mistake,
    NumberInput,
    OpenInput,
    Options,
    Ordering,
    ProgramInput,
    TextInput,
)
from quizproof.errors import QuizproofError
from quizproof.marking.orders import may_be_right, nested
from quizproof.marking.recognition import around, is_accepted, mistakes_in, same_program
from quizproof.marking.scoring import even_share, in_order, net_share, order_share

Response: TypeAlias = str | int | Sequence[str]
"""What a learner gives. By the way of answering:

- `Options`: the id of an option, or a list of ids
- `NumberInput`, `TextInput`, `ProgramInput`: the text as typed
- `LineInput`: the number of a line, from 1
- `Blanks`: the text of each blank, in their order
- `Ordering`: the ids of the lines, from top to bottom; with indentation, each as `id:level`, the level from 0
- `Matching`: for each item on the left, the id of the one on the right
- `OpenInput`: the ids of the points that the learner made, which may be none
"""

# Not everything that `float` reads: no `nan`, no `infinity`, no `1_000`.
_PLAIN = r"(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_DECIMAL = re.compile(rf"[-+]?{_PLAIN}")
_COMPLEX = re.compile(rf"\(?\s*(?:(?P<real>[-+]?{_PLAIN})\s*(?=[-+]))?(?P<imaginary>[-+]?\s*(?:{_PLAIN})?)[ij]\s*\)?")
# `4,500` is 4500 to some, and 4.5 to others.
_ONE_COMMA = re.compile(r"[-+]?[1-9]\d{0,2},\d{3}")
_LARGEST = Fraction(sys.float_info.max)
_MAX_TYPED = 1_000
"""Characters of a number."""


# As word processors and other keyboards write them: minus and plus signs, points, commas and slashes.
_SIGNS = str.maketrans("\u2212\u2013\uff0d\ufe63\uff0b\uff0e\uff0c\uff0f\u2044", "----+.,//")
_THOUSANDS = re.compile(
    r"([-+]?[1-9]\d{0,2}(?:(?P<mark>[ \u00a0\u2009\u202f'\u2019_])\d{3}(?:(?P=mark)\d{3})*))(\.\d*)?"
)
"""Groups of three digits with one mark between them that no decimal has."""
_POINTS = re.compile(r"[-+]?[1-9]\d{0,2}(?:\.\d{3}){2,}")
"""Groups of three digits with points between them; two points are in no decimal."""

_NAME = re.compile(r"[A-Za-z_][\w.]*")

NOTHING_WORDS = ("nothing", "prints nothing", "it prints nothing", "no output")
"""What learners can type for an empty output, without brackets and full stops, in lower case."""


class MalformedResponse(QuizproofError):
    """The response cannot be marked, because it does not have the form that the question asks for. Ask again."""


class NeverRun(MalformedResponse):
    """The response is a program whose run is not known, so only a new run can mark it. It may well be right."""

    def __init__(self, message: str, right: tuple[bool | None, ...] = (), otherwise: Mark | None = None) -> None:
        """Of a program with blanks, `right` says for each blank whether it is right; None where only a run can say.

        Of an order of lines, `otherwise` is its mark if a run shows that it is not right.
        """
        super().__init__(message)
        self.right = right
        self.otherwise = otherwise


@dataclass(frozen=True)
class Mark:
    """The mark of one response."""

    score: float
    """0 to 1."""
    feedback: str = ""
    """Markdown about this response; empty if there is nothing to say about it."""
    evidence: Evidence | None = None
    """What the foreseen mistake behind the response really does, if it was run."""
    right: tuple[bool, ...] = ()
    """For a response of several parts that are marked one by one: whether each is right."""

    @property
    def correct(self) -> bool:
        """Whether it earned the full score."""
        return self.score == 1


def mark(form: Input | None, response: Response) -> Mark:
    """Mark a response to a question.

    form      how the question is answered, with its key; None of an exhibit
    response  what the learner gave; `Response` lists the forms

        >>> mark(NumberInput(value=0.5, tolerance=0.01, display="0.5"), "1/2").score
        1.0

    Raises MalformedResponse if the response has another form, or if `form` is None, as of an exhibit; NeverRun, which
    is one, if it is a program that was never run, or has a text in a blank with which it was never run, or lines in an
    order that was never run and may be right.
    """
    match form:
        case None:
            raise MalformedResponse("an exhibit has no answer")
        case Options():
            return _mark_options(form, response)
        case NumberInput():
            return _mark_number(form, str(response))
        case TextInput():
            return _mark_text(form, str(response))
        case LineInput():
            return _mark_line(form, response)
        case Blanks():
            return _mark_blanks(form, _several(response))
        case Ordering():
            return _mark_order(form, _several(response))
        case Matching():
            return _mark_match(form, _several(response))
        case OpenInput():
            return _mark_open(form, _several(response))
        case ProgramInput():
            return _mark_program(form, str(response))


def parse_number(text: str, unit: str = "") -> Quantity:
    """Read a typed number: `12`, `-0.5`, `1e-3`, `1,526,400`, `85/95`, `1+2j`, each with or without its unit.

    Signs and digits of other scripts are read too, and so are spaces, apostrophes and underscores between thousands.

    text  as typed
    unit  what may come after the number; empty for none

    Raises MalformedResponse for anything else, for a division by zero, and for what is larger than a float can be.
    """
    bare = _bare_number(text, unit)
    if len(bare) > _MAX_TYPED:
        raise MalformedResponse("the number is too large")
    if found := _COMPLEX.fullmatch(bare):
        # `j` alone is one.
        imaginary = re.sub(r"\s", "", found["imaginary"])
        imaginary += "" if imaginary[-1:].isdecimal() or imaginary.endswith(".") else "1"
        value = Quantity(_decimal(found["real"] or "0"), _decimal(imaginary))
    else:
        top, slash, bottom = bare.partition("/")
        try:
            value = Quantity(_decimal(top) / _decimal(bottom) if slash else _decimal(bare))
        except ZeroDivisionError:
            raise MalformedResponse("a number cannot be divided by zero") from None
    if any(abs(part) > _LARGEST for part in value):
        raise MalformedResponse("the number is too large")
    return value


def _bare_number(text: str, unit: str) -> str:
    """A typed number without its unit, in plain signs."""
    bare = text.strip()
    if unit and bare.endswith(unit):
        bare = bare.removesuffix(unit).strip()
    return bare.translate(_SIGNS)


def _decimal(text: str) -> Fraction:
    text = ungrouped(text.strip())
    if grouped := _THOUSANDS.fullmatch(text):
        text = "".join(sign for sign in grouped[1] if sign != grouped["mark"]) + (grouped[3] or "")
    elif _POINTS.fullmatch(text):
        text = text.replace(".", "")
    if not _DECIMAL.fullmatch(text):
        raise MalformedResponse(f"{text[:40]!r} is not a number; write, for example, 12, 0.5, 1e-3 or 3/4")
    return decimal(text)


def _mark_options(form: Options, response: Response) -> Mark:
    chosen = {response} if isinstance(response, str) else set(response) if isinstance(response, Sequence) else None
    known = {option.id: option for option in form.options}
    if not chosen or not chosen <= set(known):
        raise MalformedResponse(f"choose from {', '.join(sorted(known))}")
    if len(chosen) > 1 and not form.multiple:
        raise MalformedResponse("choose one option")
    right = {option.id for option in form.options if option.correct}
    feedback = [known[id_].feedback for id_ in sorted(chosen) if known[id_].feedback]
    score = net_share(chosen, right) if form.multiple else float(chosen <= right)
    return Mark(score, "\n\n".join(feedback))


def _mark_number(form: NumberInput, response: str) -> Mark:
    value = parse_number(response, form.unit)
    distance = decimal_fraction(form.tolerance) + Fraction(form.slack)
    if quantity(form.value).within(distance, value):
        return Mark(1.0)
    bare = _bare_number(response, form.unit)
    if _ONE_COMMA.fullmatch(bare):
        point = bare.replace(",", ".")
        raise MalformedResponse(f"{bare} can be read in two ways; write {bare.replace(',', '')}, or {point}")
    return _mistaken(m for m in form.mistakes if NumberMatch.parse(m.value).fits(value, distance))


def _mark_text(form: TextInput, response: str) -> Mark:
    if form.asks != "output":
        return _mark_event(form, response)
    typed, real = plain(response), plain(form.accepted)
    if not typed.strip() and fold(real):
        raise MalformedResponse(f"type what the program prints; for nothing, type {NOTHING_WORDS[0]!r}")

    def is_same(text: str) -> bool:
        silent = not fold(text) and _says_nothing(fold(typed))
        return silent or same_output(typed, text, form.tolerance, model=real)

    if is_same(real):
        return Mark(1.0)
    return _mistaken(m for m in form.mistakes if is_same(plain(m.value)))


def _says_nothing(typed: str) -> bool:
    """Whether a response stands for an empty output."""
    return typed.strip(" .()").lower() in NOTHING_WORDS


def _mark_event(form: TextInput, response: str) -> Mark:
    """Mark what a learner says that happens: an exception, or other words."""
    if not response.strip():
        raise MalformedResponse("type what happens" if form.asks == "happens" else "type the name of the exception")
    if any(_is_event(response, accepted) for accepted in (form.accepted, *form.also)):
        return Mark(1.0)
    return _mistaken(m for m in form.mistakes if _is_event(response, m.value))


def _is_event(response: str, accepted: str) -> bool:
    """Whether a response names what happens: in the same words, or the exception without its module.

    A message counts only where the accepted text has one; then it must be a part of what was typed.
    """
    response, accepted = plain(response), plain(accepted)
    if _words(response) == _words(accepted):
        return True
    name, _, message = response.partition(":")
    key, _, fragment = accepted.partition(":")
    # Names of exceptions are told from words by having no spaces.
    right = _NAME.fullmatch(name.strip()) and _bare(name) == _bare(key)
    return bool(right) and _words(fragment) in _words(message)


def _words(text: str) -> str:
    return " ".join(text.lower().split()).strip(" .")


def _bare(name: str) -> str:
    return name.strip().rpartition(".")[2]


def _mark_line(form: LineInput, response: Response) -> Mark:
    count = len(form.source.split("\n"))
    text = str(response).strip()
    # `isdigit` is true of `²` too, which `int` refuses.
    if not text.isdecimal() or not 1 <= int(text) <= count:
        raise MalformedResponse(f"give the number of a line, 1 to {count}")
    if int(text) in form.correct:
        return Mark(1.0)
    return _mistaken(m for m in form.mistakes if int(m.value) == int(text))


def _several(response: Response) -> list[str]:
    """The parts of a response that has several."""
    if isinstance(response, str) or not isinstance(response, Sequence):
        raise MalformedResponse("give one response for each part")
    return [str(part) for part in response]


def _mark_blanks(form: Blanks, typed: list[str]) -> Mark:
    if len(typed) != len(form.blanks) or not all(text.strip() for text in typed):
        raise MalformedResponse("fill every blank")
    right: list[bool | None] = []
    mistakes: list[Mistake] = []
    for index, text in enumerate(typed):
        right.append(is_accepted(form, index, text) or None)
        if not right[-1] and (mistake := next(mistakes_in(form, index, text), None)):
            right[-1] = False
            mistakes.append(mistake)
    known = tuple(each for each in right if each is not None)
    if len(known) < len(right):
        raise NeverRun("the program was never run with these texts, so only a new run can mark them", tuple(right))
    feedback = "\n\n".join(mistake.feedback for mistake in mistakes)
    evidence = mistakes[0].evidence if mistakes else None
    return Mark(even_share(known), feedback, evidence, known)


def _mark_order(form: Ordering, given: list[str]) -> Mark:
    lines = {line.id: line for line in form.lines}
    named = [part.partition(":")[0] for part in given] if form.indented else given
    levels = [part.partition(":")[2] for part in given] if form.indented else []
    if not given or not set(named) <= set(lines) or len(set(named)) < len(named):
        raise MalformedResponse(f"put lines in order, each once: {', '.join(lines)}")
    if not all(level.isdecimal() and level.isascii() for level in levels):
        raise MalformedResponse("give the indentation of each line as a number of levels: a:0, b:1")
    feedback = [lines[name].feedback for name in named if lines[name].feedback]
    depths = nested(form, [int(level) for level in levels]) if form.indented else ()
    if form.indented:
        given = [f"{name}:{level}" for name, level in zip(named, depths, strict=True)]
    best = max(form.orders, key=lambda order: order_share(given, [order]), default=())
    places = in_order(given, best)
    right = tuple(place in places for place in range(len(given)))
    known = Mark(order_share(given, form.orders), "\n\n".join(feedback), right=right)
    if not known.correct and may_be_right(form, named, depths):
        raise NeverRun("the lines were never run in this order, so only a new run can mark it", otherwise=known)
    return known


def _mark_match(form: Matching, given: list[str]) -> Mark:
    items = {item.id: item for item in form.right}
    if len(given) != len(form.left) or not set(given) <= set(items):
        raise MalformedResponse("give every item on the left one of the items on the right")
    right = [id_ == key for id_, key in zip(given, form.key, strict=True)]
    # Each once, although a learner may give one item to several.
    feedback = [items[id_].feedback for id_ in dict.fromkeys(given) if items[id_].feedback]
    return Mark(even_share(right), "\n\n".join(feedback), right=tuple(right))


def _mark_open(form: OpenInput, made: list[str]) -> Mark:
    if not set(made) <= {point.id for point in form.points}:
        raise MalformedResponse("tick the points that you made")
    right = tuple(point.id in made for point in form.points)
    return Mark(even_share(right), right=right)


def _mark_program(form: ProgramInput, source: str) -> Mark:
    if not fold_program(source):
        raise MalformedResponse("write a program first")
    given = around(form)
    known = next((attempt for attempt in form.attempts if same_program(source, attempt.source, given)), None)
    if known is None:
        raise NeverRun("this program was never run, so only a new run can mark it")
    return Mark(known.passed / len(form.checks), known.feedback, known.evidence)


def _mistaken(made: Iterator[Mistake]) -> Mark:
    """The mark of a wrong response, with the feedback of the first foreseen mistake that it matches."""
    mistake = next(made, None)
    return Mark(0.0, mistake.feedback, mistake.evidence) if mistake else Mark(0.0)
