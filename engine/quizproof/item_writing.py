"""What the assessment field advises against in a question, found by reading it: warnings, not refutations."""

from __future__ import annotations

import re
from collections.abc import Iterator

from quizproof import rules
from quizproof.blocks import Display, Input, Matching, Options, Ordering, Prose
from quizproof.errors import DataPath

_POSITIONAL = re.compile(
    r"\b(all|none|both|either|neither|any) of (the (above|other)|these|them)\b"
    r"|\b(option|answer|choice|statement)s? (above|below)\b"
    r"|\bthe (above|following) (option|answer|choice|statement)s?\b"
    r"|\bboth [A-F] and [A-F]\b",
    re.IGNORECASE,
)
_NEGATED = re.compile(r"\b(which|what|who|where)\b[^.?!]*\b(not|never|except|isn't|doesn't|won't)\b")


def advise(display: Display) -> Iterator[tuple[str, DataPath, str]]:
    """Rule, place relative to the block, and message of each thing to advise against."""
    stem = display.prompt[0]
    if isinstance(stem, Prose) and (found := _NEGATED.search(stem.text[:1].lower() + stem.text[1:])):
        message = (
            f"the stem turns on {found[2]!r}, which is easily overlooked; ask for what is so, or write it in capitals"
        )
        yield rules.NEGATED_STEM, ("prompt",), message
    if isinstance(display.input, Options):
        for option in display.input.options:
            if isinstance(option.content, Prose) and (found := _POSITIONAL.search(option.content.text)):
                message = f"{found[0]!r} speaks of a place, but options are shown in any order"
                yield rules.POSITIONAL_OPTION, option.at, message
    if isinstance(display.input, Ordering) and not display.input.complete:
        message = f"{display.input.tried:,} of the {display.input.total:,} orders were tried; the others count as wrong"
        yield rules.ORDERS_CUT, ("lines",), message
    for at in _without_feedback(display.input):
        yield rules.NO_FEEDBACK, at, "this distractor does not say which mistake leads to it; add `mistake:`"


def _without_feedback(shown: Input | None) -> Iterator[DataPath]:
    """Where the distractors stand that say nothing to who chooses them."""
    match shown:
        case Options(options):
            yield from (option.at for option in options if not option.correct and not option.feedback)
        case Ordering(lines):
            yield from (line.at for line in lines if line.distractor and not line.feedback)
        case Matching(right=right, key=key):
            yield from (item.at for item in right if item.id not in key and not item.feedback)
