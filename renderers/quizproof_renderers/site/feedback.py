"""Feedback on the mistakes that an author foresaw, in one form for all ways of answering.

The answer sheet of a question lists it (`templates/feedback.html`), and the page's script finds the mistakes that a
response makes in that list. The feedback of an option is no part of it: the option carries its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import assert_never

from quizproof.comparison.outputs import fold_program
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
from quizproof_renderers.text import plural


@dataclass(frozen=True)
class Feedback:
    """The feedback on one mistake: a wrong response, or a wrong part of one."""

    value: str
    """What the page's script recognises the mistake by: a response, an id, or the fingerprint of a program."""
    given: str
    """The mistake as the reader sees it; empty for a match, which is shown by its letter."""
    text: str
    """What the author says about it, in Markdown."""
    evidence: Evidence | None = None
    part: str = ""
    """The part of the response that the mistake is in: the index of a blank."""
    code: str = ""
    """The wrong program, where programs are written."""
    change: bool = False
    """Whether the program is a small change of the solution. It is shown only to learners who wrote it."""


def feedback_on_mistakes(asked: Input | None) -> tuple[Feedback, ...]:
    """The feedback on all foreseen mistakes of a question, in the order in which marking looks for them.

    asked  the question's way of answering; None for an exhibit

    Options have none here, because each carries its own feedback, and learners mark answers in their own words
    themselves.
    """
    match asked:
        case None | Options() | OpenInput():
            return ()
        case NumberInput() | TextInput():
            return tuple(_on_mistake(mistake, mistake.value or "nothing") for mistake in asked.mistakes)
        case LineInput():
            return tuple(_on_mistake(mistake, f"line {mistake.value}") for mistake in asked.mistakes)
        case Blanks():
            return tuple(
                _on_mistake(mistake, mistake.value, str(index))
                for index, blank in enumerate(asked.blanks)
                for mistake in blank.mistakes
            )
        case Ordering():
            return tuple(Feedback(line.id, line.source, line.feedback) for line in asked.lines if line.feedback)
        case Matching():
            return tuple(Feedback(item.id, "", item.feedback) for item in asked.right if item.feedback)
        case ProgramInput():
            return tuple(_on_programs(asked))
        case _:
            assert_never(asked)


def known_programs(asked: ProgramInput) -> str:
    """The attribute by which the page marks programs: for each that was run, its fingerprint and the number of checks
    that it passed, as "<16 hexadecimal digits>:<number>", separated by spaces.
    """
    passed: dict[str, int] = {}
    for attempt in asked.attempts:
        passed.setdefault(fingerprint(attempt.source), attempt.passed)
    return " ".join(f"{program}:{count}" for program, count in passed.items())


def fingerprint(program: str) -> str:
    """The program's FNV-1a hash of 64 bits after folding, as 16 hexadecimal digits: "63aa54304f1e34eb" for `x = 1`.

    The page's script computes the same. The page holds fingerprints instead of programs, which would be longer and
    would give the solution away. (http://www.isthe.com/chongo/tech/comp/fnv/; the browser's own hashes need a server.)
    """
    value = 0xCBF29CE484222325  # the offset basis of FNV; the number below is its prime
    for byte in fold_program(program).encode("utf-8", "replace"):
        value = (value ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return f"{value:016x}"


def _on_mistake(mistake: Mistake, given: str, part: str = "") -> Feedback:
    return Feedback(mistake.value, given, mistake.feedback, mistake.evidence, part)


def _on_programs(asked: ProgramInput) -> Iterator[Feedback]:
    """Feedback on each program that its author comments on or that fails a check, once per program."""
    seen = set()
    for attempt in asked.attempts:
        value = fingerprint(attempt.source)
        has_feedback = attempt.feedback or (attempt.evidence and attempt.origin == "wrong")
        if value in seen or not has_feedback:
            continue
        seen.add(value)
        given = f"passes {attempt.passed} of {plural(len(asked.checks), 'check')}"
        change = attempt.origin == "mutation"
        yield Feedback(value, given, attempt.feedback, attempt.evidence, code=attempt.source, change=change)
