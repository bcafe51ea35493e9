"""Contradictions: typed prose that says something else than the runs of its block.

A typed number, exception or line drifts from the code without anybody noticing. What is written as `{{ expression }}`
cannot, so only what is typed is looked at. A warning needs strong grounds, because prose is full of numbers that are
not the answer: a sentence must state it plainly (see `sentences`), and nothing in the block may be meant instead.

Left alone is what is false on purpose: `belief`, wrong options, and the prompt.
"""

from __future__ import annotations

import builtins
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from quizproof import rules
from quizproof.claims import Program
from quizproof.comparison.numbers import is_number
from quizproof.comparison.quantity import same_number
from quizproof.findings import Advice, DataPath
from quizproof.kinds.base import Block, Runs
from quizproof.proving.arithmetic import equations
from quizproof.proving.sentences import (
    NUMBER,
    Sentence,
    Stated,
    answers,
    conclusions,
    exceptions,
    lines,
    prints,
    pronouns,
    raising_lines,
    sentences,
)
from quizproof.quizfile.fields import CODE, PROSE, TEXT, texts
from quizproof.quizfile.template import show

_ANSWERED = frozenset(["explanation", "steps", "quick_check", "why"])
"""Fields of prose that say what is right."""
_FEEDBACK = frozenset(["mistake", "otherwise", "hints"])
"""Fields of prose that may say what happens otherwise."""
_NUMBERS = re.compile(rf"(?<![\w.]){NUMBER}|(?<=[\w.]){NUMBER.removeprefix('[-+−]?')}")


@dataclass(frozen=True)
class Contradiction:
    """A typed statement that differs from the runs."""

    advice: Advice
    line: int
    column: int
    """Both from 0, within the prose."""


def contradictions(
    block: Block, names: Mapping[str, Any], runs: Runs, programs: tuple[Program, ...]
) -> Iterator[Contradiction]:
    """Every typed statement in the prose of a block that its runs contradict.

    block     with its parameters filled in, but its prose as its author wrote it
    names     what prose can use, by name: evidence, facts, parameters
    runs      the outcomes of its programs
    programs  those of all its claims
    """
    evidence = _Evidence(block, names, runs, programs)
    for at, prose in texts(block, PROSE):
        field = next((step for step in reversed(at) if isinstance(step, str)), "")
        if field not in _ANSWERED | _FEEDBACK:
            continue
        for stated, message, better in _of_prose(prose, at, field, evidence):
            before = prose[: stated.index]
            write = f"Write `{{{{ {better} }}}}` instead, which cannot drift." if better else "Correct the text."
            advice = Advice(rules.PROSE_CONTRADICTS, at, message, help=write)
            yield Contradiction(advice, before.count("\n"), len(before.rpartition("\n")[2]))


def _of_prose(prose: str, at: DataPath, field: str, evidence: _Evidence) -> Iterator[tuple[Stated, str, str]]:
    """What one prose states falsely: where, in which words, and the expression to write instead."""
    for sentence in sentences(prose):
        for equation in equations(sentence.text):
            # A run may show that 200 + 100 is 44, in a type of one byte.
            shown = any(same_number(_number(equation.right), known, 0) for known in evidence.computed)
            if not equation.holds and not shown and sentence.is_plain:
                stated = Stated(equation.right, sentence.start + equation.index)
                yield stated, f"{equation.left} is {show(equation.value)}, not {equation.right}", ""
        yield from _of_numbers(sentence, prose, field, evidence)
        yield from _of_exceptions(sentence, prose, at, field, evidence)
        yield from _of_lines(sentence, prose, at, field, evidence)


def _of_numbers(sentence: Sentence, prose: str, field: str, evidence: _Evidence) -> Iterator[tuple[Stated, str, str]]:
    key = evidence.key_numbers
    if not key or field == "hints":
        return
    found: list[Stated] = []
    if field in _ANSWERED:
        found = [s for s in answers(sentence) if s.definite or not evidence.has_number(_number(s.text))]
        if evidence.printed:
            found += [s for s in prints(sentence) if not any(_agrees(s.text, each) for each in evidence.printed)]
        own_number = "{{" in prose or any(_agrees(text, value) for text in _NUMBERS.findall(prose) for value in key)
        # A step may come to any intermediate number.
        if not found and field == "explanation" and len(key) == 1 and not own_number:
            found = [s for s in conclusions(sentence) if not evidence.has_number(_number(s.text))]
    else:
        found = [s for s in (*answers(sentence), *pronouns(sentence)) if not evidence.has_number(_number(s.text))]
    for stated in found:
        if not any(_agrees(stated.text, value) for value in key):
            real = " and ".join(show(value) for value in key[:3])
            better = evidence.expression if field in _ANSWERED else ""
            yield stated, f"the text says {stated.text}, but the run gave {real}", better
            return


def _of_exceptions(
    sentence: Sentence, prose: str, at: DataPath, field: str, evidence: _Evidence
) -> Iterator[tuple[Stated, str, str]]:
    raised, better = evidence.raised_at(at)
    for stated in exceptions(sentence):
        name = stated.text
        if raised is None or _is_a(raised, name) or (raised and re.search(rf"\b{raised}\b", prose)):
            continue  # nothing is known, it is true, or the prose has both
        if evidence.mentions(name) and not (stated.definite and field in _ANSWERED and raised):
            continue
        if not raised and not stated.definite:
            continue
        did = f"raised {raised}" if raised else "raised nothing"
        yield stated, f"the text says {name}, but the run {did}", better if raised else ""


def _of_lines(
    sentence: Sentence, prose: str, at: DataPath, field: str, evidence: _Evidence
) -> Iterator[tuple[Stated, str, str]]:
    raising = list(raising_lines(sentence)) if field in _ANSWERED else []
    for stated in raising:
        where = evidence.raising_lines
        if where and int(stated.text) not in where and int(stated.text) <= evidence.code_lines:
            yield stated, f"the text says line {stated.text}, but line {where[-1]} raised", ""
    if not evidence.bug_lines:
        return
    mentioned = {int(s.text) for each in sentences(prose) for s in lines(each)}
    for stated in lines(sentence):
        number = int(stated.text)
        if number > evidence.code_lines:
            yield stated, f"the text says line {number}, but the program has {evidence.code_lines} lines", ""
        elif not stated.definite or stated.index in {other.index for other in raising}:
            continue
        elif field in _ANSWERED and not evidence.explains_bug:
            bug = " or ".join(map(str, evidence.bug_lines))
            yield stated, f"the text says line {number}, but the bug is in line {bug}", "line"
        elif field == "mistake" and (own := evidence.suspected(at)) and not {own, *evidence.bug_lines} & mentioned:
            yield stated, f"the text says line {number}, but this is about line {own}", ""


@dataclass(frozen=True)
class _Evidence:
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
        return _numbers_in(str(self.names.get("answer") or self.names.get("stdout") or ""))

    @property
    def expression(self) -> str:
        """What prose writes for the right answer."""
        return next((name for name in ("value", "answer", "stdout") if self.names.get(name)), "")

    @cached_property
    def numbers(self) -> list[float]:
        """Every number in the block's code, options and outputs, and every value, fact and parameter."""
        written = [text for role in (CODE, TEXT) for _, text in texts(self.block, role)]
        written += [text for at, text in texts(self.block, PROSE) if at[-1] in ("prompt", "text", "match", "answer")]
        # Parameters and facts, but not `versions`, whose numbers no explanation means.
        written += [str(value) for name, value in self.names.items() if name != "versions"]
        written += [str(getattr(each, "value", "")) for each in getattr(self.block, "mistakes", ())]
        return [*self.computed, *_numbers_in("\n".join(written))]

    @cached_property
    def computed(self) -> list[float]:
        """Every number that a run gave."""
        given = []
        for outcome in (self.runs[program] for program in self.programs if program in self.runs):
            given += [f"{part.stdout}\n{part.stderr}\n{part.value}" for part in outcome.parts]
            given.append(outcome.raised.message if outcome.raised else "")
        return _numbers_in("\n".join(given))

    @cached_property
    def printed(self) -> list[float]:
        """Every number that a run printed."""
        outcomes = (self.runs[program] for program in self.programs if program in self.runs)
        return _numbers_in("\n".join(part.stdout for outcome in outcomes for part in outcome.parts))

    def has_number(self, number: float) -> bool:
        """Whether a number is known from anything else in the block."""
        return any(same_number(number, known, 0) for known in self.numbers)

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
        prose = [text for at, text in texts(self.block, PROSE) if at[0] in _ANSWERED]
        mentioned = {int(stated.text) for text in prose for sentence in sentences(text) for stated in lines(sentence)}
        derived = any(re.search(r"\{\{[^}]*\bline\b", text) for text in prose)
        return derived or bool(mentioned & {*self.bug_lines, *self.raising_lines})

    def mentions(self, exception: str) -> bool:
        """Whether code, options or the stated reasons name an exception, or a run raised it."""
        raised = {self.runs[p].raised for p in self.programs if p in self.runs}
        return exception in self._named or any(each and each.type == exception for each in raised)

    def raised_at(self, at: DataPath) -> tuple[str | None, str]:
        """What was raised by the code that a prose is about, and the expression for it.

        An empty name if it raised nothing; None if the prose is about no run of its own.
        """
        if at[0] in ("options", "distractors", "wrong") and len(at) > 2:
            own = [p for p in self.programs if any(part.at[:2] == at[:2] for part in p.parts) and p in self.runs]
            if not own or any(part.at[-1] in ("proof", "refute") for p in own for part in p.parts):
                return None, ""
            raised = self.runs[own[0]].raised
            is_checks = raised is not None and own[0].parts[raised.part].role == "check"
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
        line = getattr(self.block.mistakes[at[1]], "line", None)  # type: ignore[attr-defined]
        return line if isinstance(line, int) else None


def _number(text: str) -> float:
    return float(text.replace(",", "").replace("−", "-"))


def _numbers_in(text: str) -> list[float]:
    return [number for found in _NUMBERS.findall(text) if is_number(number := _number(found))]


def _agrees(typed: str, value: float) -> bool:
    """Whether a typed number is a value, rounded or as a percentage. A whole number may be a rounded one."""
    digits = len(typed.lower().partition("e")[0].partition(".")[2])
    number = _number(typed)
    exponent = int(typed.lower().partition("e")[2] or 0)
    half = 0.5 * 10.0 ** (exponent - digits) * (1 + 1e-9)
    whole = float(value).is_integer() and not digits and not exponent
    return any(abs(abs(number) - abs(real)) <= (1e-9 if whole else half) for real in (value, 100 * value))


def _is_a(raised: str, name: str) -> bool:
    """Whether an exception that was raised is one of a name, which may be that of a class it inherits from."""
    one, other = getattr(builtins, raised, None), getattr(builtins, name, None)
    if isinstance(one, type) and isinstance(other, type):
        return issubclass(one, other)
    return raised == name
