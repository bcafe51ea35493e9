"""`open`: answer in your own words, then compare with a model answer and tick the points that you made.

Claims: the `proof` of each point passes after the setup and the code; a point with `unproven` shows its reason instead.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Annotated, ClassVar, Literal

from pydantic import BeforeValidator, Field, model_validator

from quizproof import displays, rules
from quizproof.checks import passes
from quizproof.claims import PROVEN, Claim, Judgement, Part, Program, at_frame, crash
from quizproof.kinds.base import LETTERS, Question, Runs, Weight, given
from quizproof.kinds.evidence import evidence
from quizproof.outcome import Outcome
from quizproof.quizfile.fields import Model, Plain, Prose, Snippet, refuse


class Point(Model):
    """Something that a good answer says."""

    text: Prose
    """The point. Learners who made it tick it."""
    proof: Snippet | None = None
    """A program that passes because the point is true. It runs after the setup and the code."""
    unproven: Plain | None = None
    """Why no run can settle the point."""

    @model_validator(mode="after")
    def _one(self) -> Point:
        if (self.proof is None) == (self.unproven is None):
            raise refuse(rules.CONTRADICTION, "a point needs exactly one of `proof` and `unproven`")
        return self


def _no_worth(value: object) -> object:
    if isinstance(value, (int, float)):
        raise refuse(
            rules.INVALID_VALUE, "`points` lists what a good answer says; what the question is worth is `weight`"
        )
    return value


class Open(Question):
    """Answer in words. The learner marks the answer by its points, each of which is proven or openly unproven."""

    kind_name: ClassVar[str] = "open"
    kind: Literal["open"]
    setup: Snippet | None = None
    """Code that runs first; shown as given."""
    code: Snippet | None = None
    """The program that the question is about. It runs after the setup."""
    answer: Prose
    """The model answer, shown before the learner ticks points."""
    points: Annotated[tuple[Point, ...], Field(min_length=1, max_length=8), BeforeValidator(_no_worth)]
    """What a good answer says."""
    weight: Weight | None = None
    """What the question is worth: `points` of other kinds, which is another key here."""

    def claims(self) -> Iterator[Claim]:
        """The code runs, and the proof of each point passes."""
        if self.code is not None:
            program = self.program(*self.right_parts())
            yield Claim("code", ("code",), (program,), partial(_judge_code, program))
        for index, point in enumerate(self.points):
            name = f"point {LETTERS[index]}"
            if point.proof is None:
                yield Claim(name, ("points", index, "text"), unproven=point.unproven or "")
                continue
            program = self._proof(index, point.proof)
            judge = partial(self._judge_point, program)
            yield Claim(name, ("points", index, "proof"), (program,), judge, key=True)

    def right_parts(self) -> tuple[Part, ...]:
        """The setup and the code."""
        code = () if self.code is None else (Part("code", self.code, ("code",)),)
        return (*given(self.setup), *code)

    def names(self, runs: Runs) -> dict[str, object]:
        """`stdout` of the code; empty if there is none."""
        if self.code is None:
            return {"stdout": ""}
        program = self.program(*self.right_parts())
        return {"stdout": program.stdout(runs[program], "code").strip()}

    def display(self, runs: Runs) -> displays.Display:
        """The points to tick; the model answer is shown before them, with the solution."""
        code = () if self.code is None else (displays.Code(self.code),)
        points = tuple(self._shown(index, runs) for index in range(len(self.points)))
        solution = (displays.Prose(self.answer), *self.worked_solution())
        return displays.Display(
            self.asked(self.setup, *code), displays.OpenInput(points), self.answer.strip(), solution
        )

    def _proof(self, index: int, proof: str) -> Program:
        return self.program(*self.right_parts(), Part("check", proof, ("points", index, "proof")))

    def _judge_point(self, program: Program, outcome: Outcome) -> Judgement:
        if program.raised_in(outcome) == "code":
            return _judge_code(program, outcome)
        message, expected = "the point's proof does not pass", "the proof runs to its end"
        judged = passes(program, outcome, code=rules.PROOF_FAILED, message=message, expected=expected)
        # If a proof fails, nothing but the proof can be wrong.
        return at_frame(program, outcome, judged) if judged.code == rules.PROOF_FAILED else judged

    def _shown(self, index: int, runs: Runs) -> displays.Point:
        point = self.points[index]
        run = None
        if point.proof is not None:
            program = self._proof(index, point.proof)
            run = evidence(program, runs[program], code=point.proof)
            run = replace(run, summary="A run shows that this is true.", about="proof")
        return displays.Point(LETTERS[index], point.text, run, point.unproven or "")


def _judge_code(program: Program, outcome: Outcome) -> Judgement:
    return crash(program, outcome) or PROVEN
