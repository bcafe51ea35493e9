"""`number`: type a number; the key is the value of an expression.

Claims: the value is one finite number, and the typed `answer`, if there is one, is within `tolerance` of it. Each
foreseen mistake is further than twice the tolerance from the key, so that no response is close to both, and a range of
foreseen mistakes has no right response in it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from functools import partial
from typing import Annotated, Any, ClassVar, Literal, TypeGuard

from pydantic import Field, model_validator

from quizproof import displays, rules
from quizproof.claims import PROVEN, Claim, Judgement, Part, Program, at_frame, obstacle, refuted
from quizproof.comparison.number_match import NumberMatch
from quizproof.comparison.numbers import is_number
from quizproof.comparison.outputs import quoted
from quizproof.comparison.quantity import Number as Value
from quizproof.comparison.quantity import quantity, same_number, shortest, slack
from quizproof.comparison.tolerance import Tolerance
from quizproof.findings import DataPath
from quizproof.kinds.base import Question, Runs
from quizproof.kinds.evidence import evidence
from quizproof.outcome import Outcome
from quizproof.quizfile.fields import Exact, Model, Plain, Prose, Snippet, ToleranceField, refuse
from quizproof.snippets.tidied import computes, tidied

_EXACT_TYPES = ("Fraction", "Decimal", "complex")
"""What runs report as text, so that it stays exact."""
_MOST_DIGITS = {"": 10, "float32": 6, "float16": 3, "bfloat16": 2}
"""By type of float: the digits up to which people type a number as it is. What was rounded has more of them."""
_READABLE = 8
"""Digits up to which people read a number as it is."""


class NumberMistake(Model):
    """Wrong numbers that authors foresee: one, by its value or by the expression that gives it, or a range."""

    value: Exact | None = None
    """The number that this mistake leads to."""
    expression: Snippet | None = None
    """The Python expression that gives it, evaluated after the question's code."""
    above: Exact | None = None
    """All numbers that are larger than this. With `below`, those between the two."""
    below: Exact | None = None
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
    answer: Exact | None = None
    """The key, if an author has typed one; compared with the value."""
    tolerance: ToleranceField = Tolerance()
    """By how much a right response may differ from the value: `0.01`, or `5%` of the value."""
    unit: Plain | None = None
    """Shown after the input."""
    mistakes: Annotated[tuple[NumberMistake, ...], Field(max_length=25)] = ()
    """Wrong numbers with feedback of their own. Single numbers come before ranges."""
    otherwise: Prose = ""
    """Feedback for every other wrong number."""

    @property
    def numeric_tolerance(self) -> Tolerance:
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
        value, _ = self._values(outcome)[0]
        return {"value": value, "answer": value, "stdout": program.stdout(outcome, "code").strip()}

    def display(self, runs: Runs) -> displays.Display:
        """A field for a number, with the key as a learner would write it."""
        program = self._program()
        (value, dtype), *wrong = self._values(runs[program])
        code = () if self.code is None else (displays.Code(self.code),)
        distance = float(self.tolerance.around(abs(quantity(value))))
        answer = decimal(value if self.answer is None else self.answer, distance, dtype)
        mistakes = self._foreseen([number for number, _ in wrong])
        room = slack(value, dtype)
        form = displays.NumberInput(value, distance, answer, self.unit or "", mistakes, room, str(self.tolerance))
        parts = [p.source.rstrip() for p in program.parts if p.role in ("setup", "code")]
        run = evidence(program, runs[program], code="\n".join([*parts, tidied(f"print({self.value.strip()})")]))
        unit = f" {self.unit}" if self.unit else ""
        run = replace(run, summary=f"Computes {decimal(value, distance, dtype)}{unit}.")
        return displays.Display(self.asked(None, *code), form, f"{answer}{unit}", self.worked_solution(), run)

    def _foreseen(self, numbers: list[Any]) -> tuple[displays.Mistake, ...]:
        """The mistakes in the order in which responses are compared with them: numbers, ranges, every other number."""
        single, ranges = [], []
        for index, (mistake, number) in enumerate(zip(self.mistakes, numbers, strict=True)):
            at = ("mistakes", index)
            if mistake.range:
                ranges.append(displays.Mistake(str(mistake.range), mistake.mistake, at=at))
            else:
                run, shown = _computed(mistake, number), rounded(number)
                single.append(displays.Mistake(decimal(number), mistake.mistake, run, at, shown))
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

    def _values(self, outcome: Outcome) -> list[tuple[Any, str]]:
        """The key's value, then that of each mistake, each with what it was computed in: `(0.5, "float32")`.

        Of a range the value is None.
        """
        pairs = zip(self._program().parts, outcome.parts, strict=False)
        computed = {part.at: (result.value, result.dtype) for part, result in pairs if part.role == "value"}
        values = [computed[("value",)]]
        for index, mistake in enumerate(self.mistakes):
            typed = mistake.value
            values.append(computed.get(("mistakes", index, "expression"), (None, "")) if typed is None else (typed, ""))
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
        value, dtype = self._values(outcome)[0]
        if not _is_quantity(value, dtype):
            message = f"the value is {quoted(value)}, not one finite number"
            return refuted(rules.NOT_A_NUMBER, message, help="Give a number, or a tensor of one element.")
        if isinstance(value, float) and not self.tolerance and not _can_be_typed(value, dtype):
            message = f"the value is {value!r}, which nobody types exactly"
            return refuted(rules.NOT_A_NUMBER, message, help="Add a `tolerance:`, such as 0.01 or 1%.")
        if self.answer is not None and not same_number(self.answer, value, self.tolerance, dtype):
            message = f"the stated answer is not the value, which is {decimal(value, 0, dtype)}"
            actual = decimal(value, 0, dtype)
            return refuted(rules.KEY_REFUTED, message, expected=decimal(self.answer), actual=actual)
        return PROVEN

    def _judge_mistake(self, index: int, outcome: Outcome) -> Judgement:
        typed = self.mistakes[index].expression is None
        blocked = self._blocked(outcome, ("value",) if typed else ("mistakes", index, "expression"))
        if blocked:
            return blocked
        values = self._values(outcome)
        (key, dtype), (wrong, wrong_dtype) = values[0], values[index + 1]
        if foreseen := self.mistakes[index].range:
            return _judge_range(foreseen, key, self.tolerance, dtype)
        if not _is_quantity(wrong, wrong_dtype):
            message = f"the value of this mistake is {quoted(wrong)}, not one finite number"
            return refuted(rules.NOT_A_NUMBER, message)
        if not _is_quantity(key, dtype):
            return PROVEN
        # A response between the two, within the tolerance of both, would be right and a mistake.
        distance = float(self.tolerance.around(abs(quantity(key))))
        if same_number(wrong, key, 2 * distance, dtype):
            message = "this mistake is within twice the tolerance of the key"
            if same_number(wrong, key, distance, dtype):
                message = "this mistake gives a right answer"
            expected = f"more than {decimal(2 * distance)} away from {decimal(key, 0, dtype)}"
            return refuted(rules.DISTRACTOR_HOLDS, message, expected=expected, actual=decimal(wrong))
        return PROVEN


def _judge_range(foreseen: NumberMatch, key: object, tolerance: Tolerance, dtype: str) -> Judgement:
    """Whether a range of wrong numbers has no right one in it."""
    if not _is_quantity(key, dtype):
        return PROVEN
    distance = tolerance.around(abs(quantity(key)))
    # Right answers end where the precision of the key does: 1.1 * 3 is 3.3, and `above: 3.3` has no right answer in it.
    if not foreseen.touches(quantity(key), distance - Fraction(slack(key, dtype))):
        return PROVEN
    right = decimal(key, 0, dtype) + (f" ± {decimal(float(distance))}" if tolerance else "")
    message = "this range has right answers in it"
    return refuted(rules.DISTRACTOR_HOLDS, message, expected=f"no number of {right}", actual=str(foreseen))


def _is_quantity(value: object, dtype: str) -> TypeGuard[Value]:
    """Whether a value is one finite number; text only where a run reports an exact number so."""
    if not isinstance(value, str) or dtype not in _EXACT_TYPES:
        return is_number(value)
    try:
        quantity(value)
    except (ValueError, ArithmeticError):  # a Decimal may be NaN
        return False
    return True


def _can_be_typed(value: float, dtype: str) -> bool:
    """Whether people type a value as it is, such as 2.5: it has few digits, so nothing was rounded."""
    text = shortest(value, dtype)
    kind = dtype if dtype in _MOST_DIGITS else "float32" if text != repr(value) else ""
    digits = text.partition("e")[0].replace(".", "").replace("-", "").strip("0")
    return value.is_integer() or len(digits) <= _MOST_DIGITS[kind]


def decimal(value: Value, tolerance: float = 0, dtype: str = "") -> str:
    """A number as a learner would write it, 2, 0.872 or 1e-07: with the fewest digits that are within the tolerance.

    value      finite; of text, which is exact, the text
    tolerance  absolute; 0 for as many digits as the float needs
    dtype      what it was computed in: see `quantity.slack`

    At least 6 significant digits are tried; 17 are enough for any float.
    """
    if isinstance(value, str):
        return value.removeprefix("(").removesuffix(")")
    if isinstance(value, int) or (value.is_integer() and abs(value) < 1e15):  # floats are exact to about there
        return str(int(value))
    if not tolerance:
        return shortest(value, dtype)
    texts = (f"{value:.{digits}g}" for digits in range(6, 18))
    return next((text for text in texts if same_number(float(text), value, tolerance)), repr(value))


def rounded(value: Value) -> str:
    """A number as people read it, 0.7 or 3.32193: with six digits where it has a long tail; empty where it has none."""
    exact = decimal(value)
    if not isinstance(value, float) or sum(map(str.isdigit, exact.partition("e")[0])) <= _READABLE:
        return ""
    return f"{value:.6g}" if abs(value) < 1e6 else f"{value:.0f}"


def _computed(mistake: NumberMistake, number: Value) -> displays.Evidence | None:
    """How the expression of a mistake gives its number; None where the expression is only the number."""
    if mistake.expression is None or not computes(mistake.expression):
        return None
    summary = f"What this mistake computes: {rounded(number) or decimal(number)}."
    return displays.Evidence(summary, code=tidied(mistake.expression), about="mistake")
