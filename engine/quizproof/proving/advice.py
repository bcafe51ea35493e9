"""Advice: what the assessment field advises against in a question. It is found by reading, and gives warnings.

The guidelines are those of Haladyna, Downing and Rodriguez, "A Review of Multiple-Choice Item-Writing Guidelines
for Classroom Assessment" (Applied Measurement in Education 15, 2002): no negated stems, no "all of the above", options
of similar length.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from fractions import Fraction

from quizproof import rules
from quizproof.comparison.outputs import fold
from quizproof.comparison.printed import take_apart
from quizproof.comparison.quantity import quantity
from quizproof.displays import (
    Code,
    Display,
    Input,
    Matching,
    NumberInput,
    Option,
    Options,
    Ordering,
    Output,
    ProgramInput,
    Prose,
    TextInput,
)
from quizproof.findings import Advice, DataPath
from quizproof.proving.precision import misfit
from quizproof.proving.writing.wording import advise_on_wording, code_of, without_code
from quizproof.snippets.mutations import first_change

_FIRST = "(?:first|second|third|fourth|fifth|last)"
# Phrases that make sense in one order of the options only. "None of these items" is about items, and not about options.
_POSITIONAL = re.compile(
    r"\b(?:all|none|both|either|neither|any) of (?:the above|them|(?:the other|these)"
    r"(?=[\s\"'*]*$|[.,;:!?)]"
    r"| (?:options?|answers?|choices?|statements?|is|are|was|were|can|do|does|holds?|apply|applies)\b))"
    r"|\b(?:option|answer|choice|statement)s? (?:above|below)\b"
    r"|\bthe (?:above|following) (?:option|answer|choice|statement)s?\b"
    r"|\b(?:option|choice)s? (?:\d|(?-i:[A-F]))\b|\banswers (?:\d|(?-i:[A-F])) (?:and|or) (?:\d|(?-i:[A-F]))\b"
    rf"|\bthe {_FIRST} (?:and (?:the )?{_FIRST} )?(?:option|answer|choice)s?"
    r"(?= (?:is|are)(?: both)? (?:right|true|correct|wrong|false|incorrect)\b)"
    r"|\bboth (?P<one>[A-F]) and (?P<two>[A-F])\b",
    re.IGNORECASE,
)
_STANDS_OUT = 1.5
"""A key this many times as long as the longest distractor stands out."""
_MIN_SURPLUS = 15
"""Characters, about two words, that it must be longer by: among short options nobody counts letters."""

_RESIDUE = Fraction(1, 10**6)
"""Values no larger than this are what rounding leaves of 0."""
_NEGATED = re.compile(r"\b(which|what|who|where)\b([^.?!]*?)\b(not|never|except|isn't|doesn't|won't)\b")
_FALSE = re.compile(
    r"\bwhich(?: ones?)?(?: of (?:these|them|the following))?"
    r"(?: (?:statement|sentence|claim|assertion|answer|option|description|explanation)s?\b[^.?!]*?)?"
    r" (?:is|are) (false|wrong|incorrect|untrue)(?= about\b| of\b|\s*\?)"
)
"""A question for what is false. "Which line is wrong?" asks for a mistake in a program, as it should."""
_BOLD = re.compile(r"(\*\*|__)(?:[\w']+ ){0,2}[\w']+\1")
"""A few words in bold, which nobody overlooks."""
_CLAUSE = re.compile(r"\b(where|when|if|as|because|although|while|whether|since|until|unless|that|or)\b")
"""What begins a clause of its own, whose `not` is not what the question asks: "where the logarithm does not exist"."""


def advise(display: Display) -> Iterator[Advice]:
    """What to advise against in a question, found by reading what is shown of it.

    display  its first variant; of an exhibit, which is not answered, little can be said

    Codes and texts of the rules are in `rulebook/writing.py`. All are warnings.
    """
    stem = display.prompt[0]
    if isinstance(stem, Prose):
        yield from _negated(stem.text, display.input)
    yield from advise_on_wording(display)
    match display.input:
        case Options() as question:
            yield from _positional(question, display)
            yield from _long_key(question)
        case ProgramInput() as question:
            yield from _unnoticed(question)
        case Ordering(complete=False) as question:
            yield from _any_order(question)
            message = f"{question.tried:,} of the {question.total:,} orders were tried; a page cannot mark the others"
            yield Advice(rules.ORDERS_CUT, ("lines",), message)
        case Ordering() as question:
            yield from _any_order(question)
    if _is_wide(display.input):
        message = "the tolerance is half the value or more, so that answers which are far off count as right"
        yield Advice(rules.WIDE_TOLERANCE, ("tolerance",), message)
    elif (
        isinstance(stem, Prose)
        and isinstance(display.input, NumberInput)
        and (message := misfit(stem.text, display.input))
    ):
        unit = "Give half a unit of the last decimal, or ask for other decimals."
        yield Advice(rules.WIDE_TOLERANCE, ("tolerance",), message, help=unit)
    for at in _without_feedback(display.input):
        message = "this distractor does not say which mistake leads to it; add `mistake:`"
        yield Advice(rules.NO_FEEDBACK, at, message)


def _is_wide(question: Input | None) -> bool:
    """Whether a tolerance is half the value or more: in an output, of every number in it that is not 0."""
    match question:
        case NumberInput(value=value, tolerance=tolerance) if tolerance:
            return _swallows(Fraction(repr(tolerance)), abs(quantity(value)))
        case TextInput(accepted=text, tolerance=tolerance) if tolerance:
            pass
        case Options(options=options, tolerance=tolerance) if tolerance:
            text = next((o.content.text for o in options if o.correct and isinstance(o.content, Output)), "")
        case _:
            return False
    sizes = [abs(Fraction(number)) for number in take_apart(fold(text)).numbers if number]
    return bool(sizes) and all(_swallows(tolerance.around(size), size) for size in sizes)


def _swallows(distance: Fraction, size: Fraction) -> bool:
    # What is left of a sum that should be 0 is compared with 0, and no tolerance is a share of that.
    return size > _RESIDUE and 2 * distance >= size


def _any_order(question: Ordering) -> Iterator[Advice]:
    """A warning when the lines can be in any order, so that there is nothing to put in order."""
    lines = {f"{line.id}:{line.indent}" if question.indented else line.id: line for line in question.lines}
    own = [id_ for id_, line in lines.items() if not line.distractor]
    # With distractors the task is to leave them out, and with indentation to give it.
    if len(own) < len(lines) or any(line.indent for line in lines.values()):
        return
    right = sum(set(order) == set(own) for order in question.orders)
    if right == math.factorial(len(own)):
        message = "every order of the lines is right, so there is nothing to put in order"
        help_ = "Choose lines that rest on each other, or check what the order changes."
        yield Advice(rules.ANY_ORDER, ("lines",), message, help=help_)


def _negated(stem: str, asked: Input | None) -> Iterator[Advice]:
    """A warning when the stem asks for what is not true."""
    # Only lower case counts, so that a NOT in capitals passes; the first letter of a sentence is a capital anyhow.
    text = _BOLD.sub("", without_code(re.sub(r"\w", lambda letter: letter[0].lower(), stem, count=1)))
    found = _NEGATED.search(text)
    word = found[3] if found and not _CLAUSE.search(found[2]) else ""
    if not word and isinstance(asked, Options) and all(map(_is_statement, asked.options)):
        word = wrong[1] if (wrong := _FALSE.search(text)) else ""
    if word:
        message = (
            f"the stem turns on {word!r}, which readers overlook; "
            "ask what is true instead, or write it in capitals or bold"
        )
        yield Advice(rules.NEGATED_STEM, ("prompt",), message)


def _is_statement(option: Option) -> bool:
    """Whether an option says something, and is no value: "Which of these is false?" may be asked of values."""
    return isinstance(option.content, Prose) and " " in without_code(option.content.text).strip()


def _positional(question: Options, display: Display) -> Iterator[Advice]:
    """Options that name a position, although they are shown in any order."""
    shown = " ".join(
        each.source if isinstance(each, Code) else code_of(each.text)
        for each in display.prompt
        if isinstance(each, (Code, Prose))
    )
    names = set(re.findall(r"\b[A-Za-z]\b", shown))
    for option in question.options:
        text = without_code(option.content.text) if isinstance(option.content, Prose) else ""
        # "Both A and B" may be classes of the program.
        if (found := _POSITIONAL.search(text)) and not {found["one"], found["two"]} <= names:
            message = f"{found[0]!r} names a position, but options are shown in any order"
            yield Advice(rules.POSITIONAL_OPTION, option.at, message)


def _without_feedback(question: Input | None) -> Iterator[DataPath]:
    """Where the distractors are that say nothing to a learner who chooses them."""
    match question:
        case Options(options):
            yield from (option.at for option in options if not option.correct and not option.feedback)
        case Ordering(lines):
            yield from (line.at for line in lines if line.distractor and not line.feedback)
        case Matching(right=right, key=key):
            yield from (item.at for item in right if item.id not in key and not item.feedback)


def _unnoticed(question: ProgramInput) -> Iterator[Advice]:
    """Changes of the solution that no check notices, line by line."""
    solution = question.attempts[0]
    lines: dict[int, list[str]] = {}
    for attempt in question.attempts:
        if attempt.origin == "mutation" and attempt.passed == len(question.checks):
            line, text = first_change(solution.source, attempt.source)
            lines.setdefault(line, []).append(f"`{text}`")
    for line, changed in sorted(lines.items()):
        message = (
            f"every check passes when this line is changed to {' or to '.join(changed)}; "
            "check what this breaks, or list it under `equivalent`"
        )
        yield Advice(rules.SURVIVING_MUTATION, solution.at, message, line)


def _long_key(question: Options) -> Iterator[Advice]:
    """A warning when the one key among statements is much longer than any distractor."""
    # With several keys no single length stands out.
    if question.multiple or question.any_right:
        return
    lengths = {option: len(option.content.text) for option in question.options if isinstance(option.content, Prose)}
    # What a program does is no wording of its author's.
    key = next((option for option in lengths if option.correct and option.at[:1] == ("options",)), None)
    longest = max((length for option, length in lengths.items() if option is not key), default=0)
    if key and longest and lengths[key] >= max(_STANDS_OUT * longest, longest + _MIN_SURPLUS):
        message = f"the key has {lengths[key]} characters, the longest distractor {longest}: its length gives it away"
        yield Advice(rules.LONG_KEY, key.at, message)
