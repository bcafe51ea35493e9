"""Evidence: what the runs of a block gave, as typed prose may speak of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from quizproof.claims import Program
from quizproof.comparison.numbers import is_number
from quizproof.comparison.quantity import same_number
from quizproof.findings import DataPath
from quizproof.kinds.base import Block, Exhibit, Runs
from quizproof.kinds.questions.find_bug import FindBug
from quizproof.outcome import Outcome
from quizproof.proving.prose.number_words import with_digits
from quizproof.proving.prose.sentences import NUMBER, lines, sentences
from quizproof.quizfile.fields import CODE, PROSE, TEXT, texts

ANSWERED = frozenset(["explanation", "steps", "quick_check", "why"])
"""Fields of prose that say what is right."""
_ASKING = frozenset(["prompt", "text", "match", "answer"])
"""Fields of prose that say what is given or asked for, so that other prose may repeat their numbers."""
_NUMBERS = re.compile(rf"(?<![\w.]){NUMBER}|(?<=[\w.]){NUMBER.removeprefix('[-+−]?')}")


@dataclass(frozen=True)
class Evidence:
    """What the runs of a block gave, as prose may speak of it."""

    block: Block
    names: Mapping[str, Any]
    runs: Runs
    programs: tuple[Program, ...]

    @cached_property
    def key_numbers(self) -> list[float]:
        """The numbers of the right answer; empty when it has none."""
        value = self.names.get("value")
        if is_number(value):
            return [value]
        return numbers_in(str(self.names.get("answer") or self.names.get("stdout") or ""))

    @property
    def runtime(self) -> str:
        """The framework that the block runs with; `python` where it is none of those that prose is about."""
        versions = self.names.get("versions") or {}
        return next((name for name in ("torch", "tensorflow") if name in versions), "python")

    @property
    def expression(self) -> str:
        """What prose writes for the right answer."""
        return next((name for name in ("value", "answer", "stdout") if self.names.get(name)), "")

    @cached_property
    def numbers(self) -> list[float]:
        """Every number in the block's code, options and outputs, and every value, fact and parameter."""
        written = [text for role in (CODE, TEXT) for _, text in texts(self.block, role)]
        # Of an exhibit, the text is about the runs as its note is; of a question, it is what is asked.
        asking = _ASKING - {"text"} if isinstance(self.block, Exhibit) else _ASKING
        written += [text for at, text in texts(self.block, PROSE) if at[-1] in asking]
        # Parameters and facts, but not `versions`, whose numbers no explanation means.
        written += [str(value) for name, value in self.names.items() if name != "versions"]
        written += [str(getattr(each, "value", "")) for each in getattr(self.block, "mistakes", ())]
        return [*self.computed, *numbers_in("\n".join(written))]

    @cached_property
    def computed(self) -> list[float]:
        """Every number that a run gave."""
        given = []
        for outcome in (self.runs[program] for program in self.programs if program in self.runs):
            given += [f"{part.stdout}\n{part.stderr}\n{part.value}" for part in outcome.parts]
            given.append(outcome.raised.message if outcome.raised else "")
        return numbers_in("\n".join(given))

    @cached_property
    def printed(self) -> list[float]:
        """Every number that a run printed."""
        outcomes = (self.runs[program] for program in self.programs if program in self.runs)
        return numbers_in("\n".join(part.stdout for outcome in outcomes for part in outcome.parts))

    def has_number(self, number: float) -> bool:
        """Whether a number is known from anything else in the block."""
        return any(same_number(number, known, 0) for known in self.numbers)

    def knows(self, typed: str) -> bool:
        """Whether a typed number is known from anything else in the block, exactly, or rounded from a run."""
        return self.has_number(number_of(typed)) or any(agrees(typed, known) for known in self.computed)

    @cached_property
    def mentions_key(self) -> bool:
        """Whether the prose about the right answer has its number somewhere, typed or as an expression."""
        prose = [text for at, text in texts(self.block, PROSE) if at[0] in ANSWERED or at[-1] in ANSWERED]
        typed = [number for text in prose for number in _NUMBERS.findall(with_digits(text))]
        return any("{{" in text for text in prose) or any(
            agrees(number, value) for number in typed for value in self.key_numbers
        )

    def own(self, at: DataPath) -> list[tuple[Program, Outcome]]:
        """The runs of the option that a prose is about; none if it is about none, or about a statement's proof."""
        if at[0] not in ("options", "distractors", "wrong") or len(at) < 3:
            return []
        run = [program for program in dict.fromkeys(self.programs) if program in self.runs]
        own = [program for program in run if any(part.at[:2] == at[:2] for part in program.parts)]
        if any(part.at[-1] in ("proof", "refute") for p in own for part in p.parts):
            return []
        return [(program, self.runs[program]) for program in own]

    def own_texts(self, at: DataPath) -> list[str]:
        """What the option that a prose is about printed, in its own runs."""
        found = []
        for program, outcome in self.own(at):
            pairs = zip(program.parts, outcome.parts, strict=False)
            found += [result.stdout for part, result in pairs if part.at[:2] == at[:2]]
        return found

    def own_numbers(self, at: DataPath) -> list[float]:
        """The numbers of the wrong response that a prose is about: typed, printed, or what its expression gives."""
        if at[0] == "mistakes" and isinstance(at[1], int):
            value = getattr(self.block.mistakes[at[1]], "value", None) if hasattr(self.block, "mistakes") else None
            given = [
                result.value
                for program, outcome in self.runs.items()
                for part, result in zip(program.parts, outcome.parts, strict=False)
                if part.at[:2] == at[:2]
            ]
            return [each for each in (value, *given) if is_number(each)]
        return [number for text in self.own_outputs(at) for number in numbers_in(text)]

    def own_outputs(self, at: DataPath) -> list[str]:
        """What the option that a prose is about prints, as its author typed it or as its run shows."""
        typed = [text for place, text in texts(self.block, TEXT) if place[:2] == at[:2] and len(place) > 2]
        return [*typed, *self.own_texts(at)]

    @cached_property
    def outputs(self) -> list[str]:
        """Everything that a run gave in words: what it printed, its values, the messages of its exceptions."""
        found = []
        for outcome in (self.runs[program] for program in self.programs if program in self.runs):
            found += [text for part in outcome.parts for text in (part.stdout, part.stderr, str(part.value))]
            found += [text for part in outcome.parts for text in part.warned]
            found.append(str(outcome.raised or ""))
        return found

    @cached_property
    def code(self) -> str:
        """All code of the block, and its parameters."""
        return "\n".join([*(text for _, text in texts(self.block, CODE)), *map(str, self._params)])

    @property
    def _params(self) -> Iterator[Any]:
        return (value for name, value in self.names.items() if name in self.block.params)

    @cached_property
    def _named(self) -> str:
        """Everything in which the block names exceptions, except its prose."""
        block = self.block
        named = [text for role in (CODE, TEXT) for _, text in texts(block, role)]
        groups = (getattr(block, name, ()) for name in ("options", "distractors", "wrong"))
        blanks = (blank.mistakes for blank in getattr(block, "blanks", {}).values())
        for each in (block, *(each for group in (*groups, *blanks) for each in group)):
            named += [str(getattr(each, field, "")) for field in ("happens", "raises", "text")]
        return "\n".join(named)

    @cached_property
    def explains_bug(self) -> bool:
        """Whether the prose about the right answer mentions a line of the bug, or one that raises."""
        prose = [text for at, text in texts(self.block, PROSE) if at[0] in ANSWERED]
        mentioned = {int(stated.text) for text in prose for sentence in sentences(text) for stated in lines(sentence)}
        derived = any(re.search(r"\{\{[^}]*\bline\b", text) for text in prose)
        return derived or bool(mentioned & {*self.bug_lines, *self.raising_lines})

    def mentions(self, exception: str) -> bool:
        """Whether code, options or the stated reasons name an exception, or a run raised it."""
        # A check without an answer raises a NameError that no prose means.
        ran = (p for p in self.programs if p in self.runs and any(part.role in ("code", "answer") for part in p.parts))
        raised = {self.runs[program].raised for program in ran}
        return exception in self._named or any(each and each.type == exception for each in raised)

    def raised_at(self, at: DataPath) -> tuple[str | None, str]:
        """What was raised by the code that a prose is about, and the expression for it.

        An empty name if it raised nothing; None if the prose is about no run of its own.
        """
        if at[0] in ("options", "distractors", "wrong"):
            own = self.own(at)
            if not own:
                return None, ""
            program, outcome = own[0]
            raised = outcome.raised
            is_checks = raised is not None and program.parts[raised.part].role == "check"
            better = f"options[{at[1]}].raised" if at[0] == "options" else ""
            return ("" if raised is None or is_checks else raised.type), better
        if at[0] in ("explanation", "steps", "quick_check"):
            raised_name = self.names.get("raised")
            return (raised_name if isinstance(raised_name, str) else None), "raised"
        return None, ""

    @cached_property
    def bug_lines(self) -> tuple[int, ...]:
        """The lines of the bug, from 1; none where there is no bug to find."""
        found = getattr(self.block, "bug_lines", None)
        return tuple(found()) if found else ()

    @cached_property
    def code_lines(self) -> int:
        """How many lines the program has that is shown."""
        return len(str(getattr(self.block, "code", None) or "").rstrip("\n").split("\n"))

    @cached_property
    def raising_lines(self) -> tuple[int, ...]:
        """The lines, from 1, of the program that is shown, that its exception went through."""
        for program in self.programs:
            outcome = self.runs.get(program)
            code = [part for part in program.parts if part.at == ("code",)]
            if outcome and outcome.raised and code and program.parts[outcome.raised.part].at == ("code",):
                located = (program.locate(frame.line) for frame in program.frames(outcome))
                return tuple(line + 1 for part, line in located if part.at == ("code",))
        return ()

    def suspected(self, at: DataPath) -> int | None:
        """The line that a mistake of a `find-bug` question is about."""
        if at[0] != "mistakes" or not isinstance(at[1], int):
            return None
        return self.block.mistakes[at[1]].line if isinstance(self.block, FindBug) else None


def number_of(text: str) -> float:
    """A typed number as a float."""
    return float(text.replace(",", "").replace("−", "-"))


def numbers_in(text: str) -> list[float]:
    """Every number in a text."""
    return [number for found in _NUMBERS.findall(text) if is_number(number := number_of(found))]


def agrees(typed: str, value: float) -> bool:
    """Whether a typed number is a value, rounded or as a percentage. A whole number may be a rounded one."""
    digits = len(typed.lower().partition("e")[0].partition(".")[2])
    number = number_of(typed)
    exponent = int(typed.lower().partition("e")[2] or 0)
    half = 0.5 * 10.0 ** (exponent - digits) * (1 + 1e-9)
    whole = float(value).is_integer() and not digits and not exponent
    return any(abs(abs(number) - abs(real)) <= (1e-9 if whole else half) for real in (value, 100 * value))
