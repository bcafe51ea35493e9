"""`number`: type a number; the key is the value of an expression.

Claims: the value is one finite number, and the typed `answer`, if there is one, is within `tolerance` of it. Each
foreseen mistake is further than twice the tolerance from the key, so that no response is close to both, and a range of
foreseen mistakes has no right response in it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from quizproof import displays, rules
from quizproof.claims import PROVEN, Claim, Judgement, Part, Program, at_frame, obstacle, refuted
from quizproof.comparison.number_match import NumberMatch
from quizproof.comparison.numbers import is_number
from quizproof.comparison.outputs import quoted, same_number
from quizproof.findings import DataPath
from quizproof.kinds.base import Question, Runs
from quizproof.kinds.evidence import evidence
from quizproof.outcome import Outcome
from quizproof.quizfile.fields import Model, Number, Plain, Prose, Snippet, refuse


class NumberMistake(Model):
    """Wrong numbers that authors foresee: one, by its value or by the expression that gives it, or a range."""

    value: Number | None = None
    """The number that this mistake leads to."""
    expression: Snippet | None = None
    """The Python expression that gives it, evaluated after the question's code."""
    above: Number | None = None
    """All numbers that are larger than this. With `below`, those between the two."""
    below: Number | None = None
    """All numbers that are smaller than this. With `above`, those between the two."""
    mistake: Prose
    """The misconception, as feedback."""

    @property
    def range(self) -> NumberMatch | None:
        """The range, if it is one."""
        if self.above is None and self.below is None:
            return None
        above = -math.inf if self.above is None else self.above
        return NumberMatch(None, above, math.inf if self.below is None else self.below)

    @property
    def field(self) -> str:
        """The key that was given; of a range, the first."""
        return next(name for name in ("value", "expression", "above", "below") if getattr(self, name) is not None)

    @model_validator(mode="after")
    def _one(self) -> NumberMistake:
        if sum(x is not None for x in (self.value, self.expression, self.range)) != 1:
            message = "a mistake needs exactly one of `value`, `expression` and a range, with `above`, `below` or both"
            raise refuse(rules.CONTRADICTION, message)
        if self.above is not None and self.below is not None and self.above >= self.below:
            raise refuse(rules.CONTRADICTION, "no number is above `above` and below `below`; exchange them")
        return self


class NumberQuestion(Question):
    """Work out a number. A response is right if it is within `tolerance` of the value."""

    kind_name: ClassVar[str] = "number"
    kind: Literal["number"]
    setup: Snippet | None = None
    """Code that runs first and is not shown."""
    code: Snippet | None = None
    """Code that is shown, and runs after the setup."""
    value: Snippet
    """The expression whose value is the key."""
    answer: Number | None = None
    """The key, if an author has typed one; compared with the value."""
    tolerance: Annotated[Number, Field(ge=0)] = 0
    """By how much a right response may differ from the value."""
    unit: Plain | None = None
    """Shown after the input."""
    mistakes: Annotated[tuple[NumberMistake, ...], Field(max_length=25)] = ()
    """Wrong numbers with feedback of their own. Single numbers come before ranges."""
    otherwise: Prose = ""
    """Feedback for every other wrong number."""

    @property
    def numeric_tolerance(self) -> float:
        """The field `tolerance`, which is 0 by default."""
        return self.tolerance

    def claims(self) -> Iterator[Claim]:
        """The value is a number, with which a typed answer agrees, and each mistake is another number.

        One program evaluates them all, so that a question is one run.
        """
        program = self._program()
        yield Claim(
            "key", ("answer",) if self.answer is not None else ("value",), (program,), self._judge_key, key=True
        )
        for index, mistake in enumerate(self.mistakes):
            judge = partial(self._judge_mistake, index)
            yield Claim(f"mistake {index + 1}", ("mistakes", index, mistake.field), (program,), judge)

    def right_parts(self) -> tuple[Part, ...]:
        """The setup and the code, without the expressions."""
        return tuple(part for part in self._program().parts if part.role != "value")

    def names(self, runs: Runs) -> dict[str, object]:
        """`value` and `answer`, which are both the key, and `stdout` of the code."""
        program = self._program()
        outcome = runs[program]
        value = self._values(outcome)[0]
        return {"value": value, "answer": value, "stdout": program.stdout(outcome, "code").strip()}

    def display(self, runs: Runs) -> displays.Display:
        """A field for a number, with the key as a learner would write it."""
        program = self._program()
        value, *wrong = self._values(runs[program])
        code = () if self.code is None else (displays.Code(self.code),)
        mistakes = self._foreseen(wrong)
        answer = decimal(value if self.answer is None else self.answer, self.tolerance)
        form = displays.NumberInput(float(value), float(self.tolerance), answer, self.unit or "", mistakes)
        parts = [p.source.rstrip() for p in program.parts if p.role in ("setup", "code")]
        run = evidence(program, runs[program], code="\n".join([*parts, f"print({self.value.strip()})"]))
        unit = f" {self.unit}" if self.unit else ""
        run = replace(run, summary=f"Computed: {decimal(value, self.tolerance)}{unit}.")
        return displays.Display(self.asked(None, *code), form, f"{answer}{unit}", self.worked_solution(), run)

    def _foreseen(self, numbers: list[float]) -> tuple[displays.Mistake, ...]:
        """The mistakes in the order in which responses are compared with them: numbers, ranges, every other number."""
        single, ranges = [], []
        for index, (mistake, number) in enumerate(zip(self.mistakes, numbers, strict=True)):
            at = ("mistakes", index)
            if mistake.range:
                ranges.append(displays.Mistake(str(mistake.range), mistake.mistake, at=at))
            else:
                single.append(displays.Mistake(decimal(number), mistake.mistake, _computed(mistake, number), at))
        rest = [displays.Mistake(str(NumberMatch()), self.otherwise, at=("otherwise",))] if self.otherwise else []
        return (*single, *ranges, *rest)

    def _program(self) -> Program:
        # Before the mistakes, so that one that raises does not hide the key.
        parts = [Part("value", self.value, ("value",))]
        for index, mistake in enumerate(self.mistakes):
            if mistake.expression is not None:
                parts.append(Part("value", mistake.expression, ("mistakes", index, "expression")))
        if self.code is not None:
            parts.insert(0, Part("code", self.code, ("code",)))
        if self.setup is not None:
            parts.insert(0, Part("setup", self.setup, ("setup",)))
        return self.program(*parts)

    def _values(self, outcome: Outcome) -> list[float]:
        """The key's value, then that of each mistake; of a range, nan."""
        parts = self._program().parts
        computed = {p.at: r.value for p, r in zip(parts, outcome.parts, strict=False) if p.role == "value"}
        values = [computed[("value",)]]
        for index, mistake in enumerate(self.mistakes):
            typed = mistake.value
            evaluated = computed.get(("mistakes", index, "expression"))
            values.append(math.nan if mistake.range else evaluated if typed is None else typed)
        return values

    def _blocked(self, outcome: Outcome, at: DataPath) -> Judgement | None:
        """Why the expression at `at` was not evaluated; None if it was, even if a later one failed."""
        program = self._program()
        blocked = obstacle(program, outcome)
        if not blocked and outcome.raised:
            part = program.parts[outcome.raised.part]
            if outcome.raised.part > [p.at for p in program.parts].index(at):
                return None
            subject = "the expression" if part.role == "value" else "the code"
            code = rules.NOT_A_NUMBER if part.role == "value" else rules.CODE_CRASHED
            message = f"{subject} raised {outcome.raised}"
            blocked = at_frame(program, outcome, refuted(code, message, at=part.at))
        return blocked

    def _judge_key(self, outcome: Outcome) -> Judgement:
        blocked = self._blocked(outcome, ("value",))
        if blocked:
            return blocked
        value = self._values(outcome)[0]
        if not is_number(value):
            message = f"the value is {quoted(value)}, not one finite number"
            return refuted(rules.NOT_A_NUMBER, message, help="Give an int, a float or a tensor of one element.")
        if not float(value).is_integer() and not self.tolerance:
            message = f"the value is {value!r}, which nobody types exactly"
            return refuted(rules.NOT_A_NUMBER, message, help="Add a `tolerance:`, such as 0.01.")
        if self.answer is not None and not same_number(self.answer, value, self.tolerance):
            message = f"the stated answer is not the value, which is {decimal(value)}"
            return refuted(rules.KEY_REFUTED, message, expected=decimal(self.answer), actual=decimal(value))
        return PROVEN

    def _judge_mistake(self, index: int, outcome: Outcome) -> Judgement:
        typed = self.mistakes[index].expression is None
        blocked = self._blocked(outcome, ("value",) if typed else ("mistakes", index, "expression"))
        if blocked:
            return blocked
        values = self._values(outcome)
        key, wrong = values[0], values[index + 1]
        if foreseen := self.mistakes[index].range:
            if is_number(key) and foreseen.touches(key, self.tolerance):
                message = "this range has right answers in it"
                right = f"{decimal(key)} ± {decimal(self.tolerance)}" if self.tolerance else decimal(key)
                return refuted(rules.DISTRACTOR_HOLDS, message, expected=f"no number of {right}", actual=str(foreseen))
            return PROVEN
        if not is_number(wrong):
            message = f"the value of this mistake is {quoted(wrong)}, not one finite number"
            return refuted(rules.NOT_A_NUMBER, message)
        # A response between the two, within the tolerance of both, would be right and a mistake.
        if is_number(key) and same_number(key, wrong, 2 * self.tolerance):
            message = "this mistake is within twice the tolerance of the key"
            if same_number(key, wrong, self.tolerance):
                message = "this mistake gives a right answer"
            distance = f"more than {decimal(2 * self.tolerance)} away from {decimal(key)}"
            return refuted(rules.DISTRACTOR_HOLDS, message, expected=distance, actual=decimal(wrong))
        return PROVEN


def decimal(value: float, tolerance: float = 0) -> str:
    """A number as a learner would write it, 2, 0.872 or 1e-07: with the fewest digits that are within the tolerance.

    value      finite
    tolerance  absolute; 0 for as many digits as the float needs

    At least 6 significant digits are tried; 17 are enough for any float.
    """
    if isinstance(value, int) or (value.is_integer() and abs(value) < 1e15):  # floats are exact to about there
        return str(int(value))
    texts = (f"{value:.{digits}g}" for digits in range(6, 18))
    return next((text for text in texts if same_number(float(text), value, tolerance)), repr(value))


def _computed(mistake: NumberMistake, number: float) -> displays.Evidence | None:
    if mistake.expression is None:
        return None
    return displays.Evidence(f"What this mistake computes: {decimal(number)}.", code=mistake.expression)
