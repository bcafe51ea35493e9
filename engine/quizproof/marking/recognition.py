"""Recognition: whether what a learner wrote is a program, or a text in a program, whose run is known.

The site's script recognises programs in the same way.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from quizproof.comparison.outputs import fold_expression, fold_program
from quizproof.displays import Blanks, Mistake, ProgramInput
from quizproof.snippets.blanks import GAP
from quizproof.snippets.given import Given, given_by
from quizproof.snippets.normal_form import normal_form

_STRAIGHT = str.maketrans(
    "\u201c\u201d\u201e\u201f\u2018\u2019\u201a\u201b\u2212\u2013\u00a0\u2009\u202f", "\"\"\"\"''''--   "
)
"""What other programs put in the place of plain quotes, minus signs and spaces when text is copied."""

_given = lru_cache(maxsize=128)(given_by)


def around(form: Blanks | ProgramInput) -> Given:
    """What is around a learner's program."""
    if isinstance(form, Blanks):
        return _given(form.setup, form.check)
    return _given(form.setup, *(check.source for check in form.checks))


def known_text(source: str, given: Given) -> str:
    """The text by which a program is known again: its normal form, or, where it has none, what `fold_program` leaves.

    source  as typed; quotes and minus signs as word processors write them are read as plain ones
    given   what is around it
    """
    form = _first_form(_spellings(source), given)
    return fold_program(source) if form is None else form


def same_program(source: str, known: str, given: Given) -> bool:
    """Whether a learner's program is one that was run.

    source  as typed
    known   the program that was run
    given   what is around both
    """
    form = _first_form(_spellings(source), given)
    if form is None:
        return fold_program(source) == fold_program(known)
    return form == normal_form(known, given)


def filled(form: Blanks, texts: Sequence[str]) -> str:
    """The program with a text in each blank, in their order."""
    remaining = iter(texts)
    return GAP.sub(lambda _: next(remaining), form.source)


def beside(form: Blanks, index: int, text: str) -> list[str]:
    """A text for one blank, and the first accepted texts of the others, in the order of the blanks."""
    return [text if place == index else blank.accepted[0] for place, blank in enumerate(form.blanks)]


def is_accepted(form: Blanks, index: int, text: str) -> bool:
    """Whether a text for a blank is one of the accepted ones, or makes the same program as one of them."""
    return any(_is_same(form, index, text, accepted) for accepted in form.blanks[index].accepted)


def mistakes_in(form: Blanks, index: int, text: str) -> Iterator[Mistake]:
    """The foreseen mistakes that a text for a blank is, or makes the same program as."""
    return (mistake for mistake in form.blanks[index].mistakes if _is_same(form, index, text, mistake.value))


def _is_same(form: Blanks, index: int, text: str, other: str) -> bool:
    if fold_expression(text) == fold_expression(other):
        return True
    given = around(form)
    wanted = normal_form(filled(form, beside(form, index, other)), given)
    programs = (filled(form, beside(form, index, each)) for each in _spellings(text.strip()))
    return wanted is not None and _first_form(programs, given) == wanted


def _first_form(programs: Iterable[str], given: Given) -> str | None:
    """The normal form of the first program that has one."""
    forms = (normal_form(program, given) for program in programs)
    return next((form for form in forms if form is not None), None)


def _spellings(text: str) -> Iterator[str]:
    """A text as it was typed, then with plain quotes and signs where that makes a difference."""
    yield text
    straight = text.translate(_STRAIGHT)
    if straight != text:
        yield straight
