"""`write-code`: write a program that passes the checks. They pass on the solution, and fail on mutations.

Claims: every check passes after the solution, with an assertion each; the starter fails one, and so does no program at
all; each wrong program fails one, as `happens` says if it is stated. Up to `mutations` small changes of the solution
are run as well: those that pass every check are reported as warnings, unless their line is in `equivalent`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from quizproof import displays, rules
from quizproof.checks import can_fail, passes
from quizproof.claims import (
    PROVEN,
    Claim,
    Judgement,
    Part,
    Program,
    at_frame,
    fails,
    obstacle,
    proven,
    refuted,
)
from quizproof.comparison.happens import Happens
from quizproof.comparison.outputs import fold, fold_program
from quizproof.findings import Advice, DataPath
from quizproof.kinds.base import HappensText, Question, Runs, given, said
from quizproof.marking.attempt import passed, run_evidence
from quizproof.outcome import LOST, Outcome
from quizproof.quizfile.fields import Flag, Integer, Model, Plain, Prose, Snippet, refuse
from quizproof.snippets.mutations import Mutation, mutations_of, sample
from quizproof.snippets.syntax import same_program

_COMMENT_SIGN = re.compile(r"^([ \t]*)#[ \t]?", re.MULTILINE)


class ProgramCheck(Model):
    """One thing that a right program does."""

    name: Plain
    """What it checks, in plain words; shown to the learner."""
    code: Snippet
    """Assertions that hold after a right program."""
    hidden: Flag = False
    """Whether the code of the check is hidden from the learner until the question is answered."""


class WrongProgram(Model):
    """A program that learners write by mistake."""

    code: Snippet
    """The program. A check fails after it, or it raises an exception."""
    mistake: Prose
    """The misconception, as feedback."""
    happens: HappensText | None = None
    """What really happens when it runs; proven too."""


class WriteCode(Question):
    """Write a program. It is run, and each check that passes before the first failure earns its share of the score."""

    kind_name: ClassVar[str] = "write-code"
    kind: Literal["write-code"]
    setup: Snippet | None = None
    """Code that runs first; shown as given."""
    starter: Snippet | None = None
    """What the learner starts from. It must not pass every check."""
    solution: Snippet
    """A right program."""
    checks: Annotated[tuple[ProgramCheck, ...], Field(min_length=1, max_length=20)]
    """What is checked, in this order, after the learner's program."""
    wrong: Annotated[tuple[WrongProgram, ...], Field(max_length=25)] = ()
    """Wrong programs with feedback of their own."""
    mutations: Annotated[Integer, Field(ge=0, le=256)] = 24
    """The largest number of small changes of the solution to try, to see that the checks notice them; 0 for none."""
    equivalent: tuple[Snippet, ...] = ()
    """Lines of changed solutions that are also right, so that no check needs to notice them."""

    @model_validator(mode="after")
    def _names_differ(self) -> WriteCode:
        names = [check.name for check in self.checks]
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise refuse(rules.CONTRADICTION, f"two checks have the name {twice!r}; give each a name of its own")
        return self

    def claims(self) -> Iterator[Claim]:
        """What the module lists. All mutations are one claim, because reports only sum them up."""
        solution = self._solution()
        yield Claim("solution", ("solution",), (solution,), partial(self._judge_solution, solution), key=True)
        if self._starter_does_something():
            starter = self._program(self.starter or "", ("starter",))
            yield Claim("starter", ("starter",), (starter,), partial(_judge_starter, starter))
        bare = self.program(*given(self.setup), *self._checks())
        for index, wrong in enumerate(self.wrong):
            program = self._wrong_program(index)
            judge = partial(_judge_wrong, wrong, program)
            yield Claim(f"wrong program {index + 1}", ("wrong", index, "code"), (program,), judge)
        mutants = self._mutants()
        if mutants or self.equivalent:
            # The solution first: if it fails, what its mutations do shows nothing.
            programs = (solution, *(program for _, program in mutants))
            yield Claim("mutations", ("solution",), programs, self._judge_mutations, probe=True)
        others = (*self._wrong_programs(), *(program for _, program in mutants))
        judge = partial(can_fail, bare, (solution,), others)
        yield Claim("checks can fail", ("checks",), (solution, *others, bare), judge, probe=True)
        for index, part in enumerate(self._checks() if len(self.checks) > 1 else ()):
            judge = partial(can_fail, bare, (solution,), others, within=part)
            name = f"check {self.checks[index].name!r} can fail"
            yield Claim(name, part.at, (solution, *others, bare), judge, probe=True)

    def right_parts(self) -> tuple[Part, ...]:
        """The setup and the solution, without the checks."""
        return tuple(part for part in self._solution().parts if part.role != "check")

    def names(self, runs: Runs) -> dict[str, object]:
        """`stdout` of the solution."""
        solution = self._solution()
        return {"stdout": fold(solution.stdout(runs[solution], "answer"))}

    def advice(self, runs: Runs) -> Iterator[Advice]:
        """Whether the starter gives the solution away: it has every line of it, some of them as comments."""
        starter = self.starter or ""
        uncommented = _COMMENT_SIGN.sub(r"\1", starter)
        if starter and same_program(self.solution, starter, uncommented):
            message = "the starter differs from the solution by comments only"
            help_ = "Leave out of it what the learner should write."
            yield Advice(rules.STARTER_GIVES_AWAY, ("starter",), message, help=help_)

    def display(self, runs: Runs) -> displays.Display:
        """A field for a program, with every program that was run and how many checks it passed."""
        checks = tuple(displays.Check(check.name, check.code, check.hidden) for check in self.checks)
        solution = self._solution()
        form = displays.ProgramInput(
            starter=self.starter or "",
            checks=checks,
            attempts=tuple(self._attempts(checks, runs)),
            setup=self.with_shared(self.setup),
            limits=solution.limits.model_dump(),
            stdin=solution.stdin,
        )
        code = (displays.Code(check.code, f"Check: {check.name}") for check in self.checks)
        return displays.Display(
            prompt=self.asked(self.setup),
            input=form,
            answer=self.solution.strip(),
            solution=self.worked_solution(displays.Code(self.solution, "A right program"), *code),
            evidence=run_evidence(checks, solution, runs[solution]),
        )

    def _attempts(self, checks: tuple[displays.Check, ...], runs: Runs) -> Iterator[displays.Attempt]:
        """The programs that were run, the solution first."""

        def attempt(program: Program, origin: displays.Origin, feedback: str, at: DataPath) -> displays.Attempt:
            source = next(part.source for part in program.parts if part.role == "answer")
            outcome = runs[program]
            count = passed(program, outcome)
            said = feedback if count < len(checks) else ""  # a right program has nothing to fix
            return displays.Attempt(source, count, origin, said, run_evidence(checks, program, outcome), at)

        yield attempt(self._solution(), "solution", "", ("solution",))
        if self._starter_does_something():
            starter = self._program(self.starter or "", ("starter",))
            yield attempt(starter, "starter", "This is what you started from.", ("starter",))
        for index, wrong in enumerate(self.wrong):
            yield attempt(self._wrong_program(index), "wrong", wrong.mistake, ("wrong", index, "code"))
        for mutation, program in self._mutants():
            origin: displays.Origin = "equivalent" if mutation.text in self._equivalent() else "mutation"
            feedback = f"{mutation.description[0].upper()}{mutation.description[1:]}."
            yield attempt(program, origin, feedback, ("solution",))

    def _starter_does_something(self) -> bool:
        """Whether the starter has code. If not, it is the same program as the one without an answer."""
        return bool(fold_program(self.starter or ""))

    def _checks(self) -> Iterator[Part]:
        return (Part("check", check.code, ("checks", n, "code")) for n, check in enumerate(self.checks))

    def _program(self, source: str, at: DataPath) -> Program:
        """What is run for a program in the place of the learner's."""
        return self.program(*given(self.setup), Part("answer", source, at), *self._checks())

    def _wrong_programs(self) -> Iterator[Program]:
        """What is run for the starter and for each wrong program."""
        if self._starter_does_something():
            yield self._program(self.starter or "", ("starter",))
        for index, wrong in enumerate(self.wrong):
            yield self._program(wrong.code, ("wrong", index, "code"))

    def _solution(self) -> Program:
        return self._program(self.solution, ("solution",))

    def _wrong_program(self, index: int) -> Program:
        wrong = self.wrong[index]
        return said(self._program(wrong.code, ("wrong", index, "code")), wrong.happens)

    def _mutants(self) -> list[tuple[Mutation, Program]]:
        """Small changes of the solution that are not run for another reason, and what is run for each."""
        # A mutation that is also the starter or a wrong program has feedback of the author's there.
        known = {fold_program(source) for source in (self.starter or "", *(wrong.code for wrong in self.wrong))}
        new = [each for each in mutations_of(self.solution) if fold_program(each.source) not in known]
        return [
            (mutation, self._program(mutation.source, ("solution", "mutations", number)))
            for number, mutation in enumerate(sample(new, self.mutations))
        ]

    def _equivalent(self) -> list[str]:
        return [line.strip() for line in self.equivalent]

    def _judge_solution(self, program: Program, outcome: Outcome) -> Judgement:
        judgement = self._passes(program, outcome)
        if judgement.code == rules.KEY_REFUTED and program.raised_in(outcome) == "check":
            return at_frame(program, outcome, judgement)
        pairs = zip(program.parts, outcome.parts, strict=False)
        vacuous = next((p for p, r in pairs if p.role == "check" and not r.assertions), None)
        if judgement.verdict == "proven" and vacuous:
            message = "the check executed no assertion that could fail"
            help_ = "Assert what a right program does."
            return refuted(rules.NO_ASSERTION, message, help=help_, at=vacuous.at)
        return judgement

    def _passes(self, program: Program, outcome: Outcome) -> Judgement:
        name = self.checks[min(passed(program, outcome), len(self.checks) - 1)].name
        message = "it does not run" if program.raised_in(outcome) == "answer" else f"it fails the check {name!r}"
        return passes(program, outcome, code=rules.KEY_REFUTED, message=message, expected="every check passes")

    def _judge_mutations(self, solved: Outcome, *outcomes: Outcome) -> Judgement:
        """Refuted only if a line of `equivalent` is stale: mutations that survive are warnings, given elsewhere."""
        judgement = self._judge_solution(self._solution(), solved)
        if judgement.verdict != "proven":  # reported by the claim about the solution
            return judgement
        survived = []
        for (mutation, program), outcome in zip(self._mutants(), outcomes, strict=True):
            if outcome.status in LOST or program.raised_in(outcome) == "setup":
                return obstacle(program, outcome) or PROVEN
            if outcome.status == "finished":
                survived.append(mutation)
        lines = {mutation.text for mutation in survived}
        stale = next((n for n, line in enumerate(self._equivalent()) if line not in lines), None)
        figures = {
            "mutations": len(outcomes),
            "killed": len(outcomes) - len(survived),
            "survived": [f"line {mutation.line}: {mutation.description}" for mutation in survived],
        }
        if stale is not None:
            message = "no change of the solution that passes every check has this line"
            at = ("equivalent", stale)
            return Judgement("refuted", rules.STALE_EQUIVALENT, message, help="Remove it.", at=at, evidence=figures)
        return proven(**figures)


def _judge_starter(program: Program, outcome: Outcome) -> Judgement:
    blocked = obstacle(program, outcome)
    if blocked or outcome.raised:
        return blocked or PROVEN
    message = "the starter passes every check, so there is nothing left to write"
    help_ = "Remove something from it, or check what it lacks."
    return refuted(rules.STARTER_PASSES, message, help=help_, expected="a check fails", actual="every check passed")


def _judge_wrong(wrong: WrongProgram, program: Program, outcome: Outcome) -> Judgement:
    happens = Happens.parse(wrong.happens) if wrong.happens else None
    message = "this wrong program passes every check"
    return fails(program, outcome, happens, code=rules.DISTRACTOR_HOLDS, message=message)
