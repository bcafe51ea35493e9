"""Feedback on the mistakes that an author foresaw, in one form for all ways of answering.

The answer sheet of a question lists it (`templates/feedback.html`), and the page's script finds the mistakes that a
response makes in that list. The feedback of an option is no part of it: the option carries its own.
"""

from __future__ import annotations

import json
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
from quizproof.marking import recognition
from quizproof_renderers.site.languages.messages import gettext, ngettext


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
            return tuple(_on_mistake(each, each.shown or each.value or gettext("nothing")) for each in asked.mistakes)
        case LineInput():
            return tuple(
                _on_mistake(mistake, gettext("line {number}", number=mistake.value)) for mistake in asked.mistakes
            )
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
    """The attribute by which the page marks programs: an entry for each that was run, separated by spaces.

    An entry is "<fingerprint>:<checks passed>", with the fingerprint of `recognition.known_text`. Where the script may
    read less of Python than we do, it looks for the program as it is written; so that has an entry too, which ends in
    ":<fingerprint>" of the first.
    """
    given = recognition.around(asked)
    entries: dict[str, str] = {}
    for attempt in asked.attempts:
        known = fingerprint(recognition.known_text(attempt.source, given))
        entries.setdefault(known, f"{known}:{attempt.passed}")
        written = fingerprint(fold_program(attempt.source))
        entries.setdefault(written, f"{written}:{attempt.passed}:{known}")
    return " ".join(entries.values())


def given_code(asked: Blanks | ProgramInput) -> str:
    """The attribute from which the script reads what is around a learner's program: JSON of a `Given`."""
    given = recognition.around(asked)
    parts = {"names": sorted(given.names), "modules": dict(given.modules), "plain": given.plain}
    return json.dumps({**parts, "sort": given.sort_keywords}, separators=(",", ":"))


def fingerprint(text: str) -> str:
    """The FNV-1a hash of 64 bits of a text, as 16 hexadecimal digits: "af63dc4c8601ec8c" for `a`.

    The page's script computes the same. The page holds fingerprints instead of programs, which would be longer and
    would give the solution away. (http://www.isthe.com/chongo/tech/comp/fnv/; the browser's own hashes need a server.)
    """
    value = 0xCBF29CE484222325  # the offset basis of FNV; the number below is its prime
    for byte in text.encode("utf-8", "replace"):
        value = (value ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return f"{value:016x}"


def _on_mistake(mistake: Mistake, given: str, part: str = "") -> Feedback:
    return Feedback(mistake.value, given, mistake.feedback, mistake.evidence, part)


def _on_programs(asked: ProgramInput) -> Iterator[Feedback]:
    """Feedback on each program that its author comments on or that fails a check, once per program."""
    seen = set()
    around = recognition.around(asked)
    for attempt in asked.attempts:
        value = fingerprint(recognition.known_text(attempt.source, around))
        has_feedback = attempt.feedback or (attempt.evidence and attempt.origin == "wrong")
        if value in seen or not has_feedback:
            continue
        seen.add(value)
        count = len(asked.checks)
        given = ngettext(
            "passes {passed} of {count} check", "passes {passed} of {count} checks", count, passed=attempt.passed
        )
        change = attempt.origin == "mutation"
        yield Feedback(value, given, attempt.feedback, attempt.evidence, code=attempt.source, change=change)
