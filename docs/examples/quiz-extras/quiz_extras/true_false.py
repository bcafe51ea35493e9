"""`true-false`: is the statement true? Nobody types the key: it is the value of an expression."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from quizproof import displays, rules
from quizproof.claims import PROVEN, Claim, Judgement, Part, Program, obstacle, refuted
from quizproof.kinds.base import Question, Runs
from quizproof.kinds.evidence import evidence
from quizproof.outcome import Outcome
from quizproof.quizfile.fields import Flag, Prose, Snippet


class TrueFalse(Question):
    """Say whether a statement is true; an expression is evaluated to know it."""

    kind_name: ClassVar[str] = "true-false"
    kind: Literal["true-false"]
    code: Snippet
    """The program that the statement is about."""
    test: Snippet
    """An expression that is `True` or `False` after the program, as the statement is."""
    answer: Flag | None = None
    """The key, where an author has typed one; compared with the run."""
    mistake: Prose
    """The misconception that leads to the wrong answer, as feedback."""

    def claims(self) -> Iterator[Claim]:
        """The statement is what the author says it is."""
        yield Claim("key", ("test",), (self._program(),), self._judge)

    def right_parts(self) -> tuple[Part, ...]:
        """What facts are evaluated after."""
        return (Part("code", self.code, ("code",)),)

    def display(self, runs: Runs) -> displays.Display:
        """Two options, one of which the run has shown to be right."""
        program = self._program()
        run = evidence(program, runs[program])
        truth = runs[program].parts[-1].value
        options = tuple(
            displays.Option(id_, displays.Prose(word), value is truth, "" if value is truth else self.mistake, run)
            for id_, word, value in (("a", "True", True), ("b", "False", False))
        )
        prompt = (displays.Prose(self.prompt), displays.Code(self.code))
        return displays.Display(prompt, displays.Options(options), str(truth), self.worked_solution())

    def _program(self) -> Program:
        return self.program(*self.right_parts(), Part("value", self.test, ("test",)))

    def _judge(self, outcome: Outcome) -> Judgement:
        blocked = obstacle(self._program(), outcome)
        if blocked:
            return blocked
        if outcome.raised:
            return refuted(rules.CODE_CRASHED, f"it raised {outcome.raised}")
        truth = outcome.parts[-1].value
        if not isinstance(truth, bool):
            return refuted(rules.CODE_CRASHED, f"the test is {truth!r}, not True or False")
        if self.answer not in (None, truth):
            message = "the stated answer is not the value of the test"
            return refuted(rules.KEY_REFUTED, message, expected=str(self.answer), actual=str(truth))
        return PROVEN
