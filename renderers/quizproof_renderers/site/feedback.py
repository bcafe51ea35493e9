"""Slips: what the sheet of a question tells about the wrong responses that were foreseen, whatever the input."""

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
class Slip:
    """A wrong response, or a wrong part of one."""

    value: str
    """What the page's script recognises it by."""
    given: str
    """What the reader sees of it."""
    feedback: str
    """Markdown."""
    evidence: Evidence | None = None
    part: str = ""
    """The part of the response that it is in: the index of a blank."""
    code: str = ""
    """The program, where it is one."""
    change: bool = False
    """Whether the program is a small change of the solution: told of only to whoever has written it."""


def slips(shown: Input | None) -> tuple[Slip, ...]:
    """The foreseen mistakes of a question, in the order in which marking looks for them."""
    match shown:
        case None | Options() | OpenInput():
            return ()
        case NumberInput() | TextInput():
            return tuple(_slip(mistake, mistake.value) for mistake in shown.mistakes)
        case LineInput():
            return tuple(_slip(mistake, f"line {mistake.value}") for mistake in shown.mistakes)
        case Blanks():
            return tuple(
                _slip(mistake, mistake.value, str(index))
                for index, blank in enumerate(shown.blanks)
                for mistake in blank.mistakes
            )
        case Ordering():
            return tuple(Slip(line.id, line.source, line.feedback) for line in shown.lines if line.feedback)
        case Matching():
            return tuple(Slip(item.id, "", item.feedback) for item in shown.right if item.feedback)
        case ProgramInput():
            return tuple(_programs(shown))
        case _:
            assert_never(shown)


def known_programs(shown: ProgramInput) -> str:
    """For each program of which a run is known, its fingerprint and how many checks it passed: "1f2e…:2 …"."""
    passed: dict[str, int] = {}
    for attempt in shown.attempts:
        passed.setdefault(fingerprint(attempt.source), attempt.passed)
    return " ".join(f"{program}:{count}" for program, count in passed.items())


def fingerprint(program: str) -> str:
    """The program's FNV-1a hash of 64 bits after folding, in hexadecimal.

    The page's script computes the same. It stands in the page instead of the program, which would be longer and would
    give the solution away. (http://www.isthe.com/chongo/tech/comp/fnv/; the browser's own hashes need a server.)
    """
    value = 0xCBF29CE484222325
    for byte in fold_program(program).encode("utf-8", "replace"):
        value = (value ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return f"{value:016x}"


def _slip(mistake: Mistake, given: str, part: str = "") -> Slip:
    return Slip(mistake.value, given, mistake.feedback, mistake.evidence, part)


def _programs(shown: ProgramInput) -> Iterator[Slip]:
    """The programs of which there is something to tell."""
    seen = set()
    for attempt in shown.attempts:
        value = fingerprint(attempt.source)
        told = attempt.feedback or (attempt.evidence and attempt.origin == "wrong")
        if value in seen or not told:
            continue
        seen.add(value)
        given = f"passes {attempt.passed} of {plural(len(shown.checks), 'check')}"
        change = attempt.origin == "mutation"
        yield Slip(value, given, attempt.feedback, attempt.evidence, code=attempt.source, change=change)
