"""Preparation: the steps of a quiz's `prepare`, how each is judged, and which programs read their files.

A step is proven as a block is, before the blocks that read its files. Its program has a last part that nobody wrote,
whose value is a list of those files: so they are cached, locked and compared as any value is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import ClassVar, Literal

from quizproof import displays, rules
from quizproof.claims import PROVEN, Claim, Judgement, Part, Program, crash, refuted
from quizproof.comparison.outcome_diff import OutcomeDiff
from quizproof.findings import Finding
from quizproof.kinds.base import Exhibit, Runs
from quizproof.loading.quiz import Item, Quiz
from quizproof.outcome import Outcome
from quizproof.proof import BlockProof, JudgedClaim
from quizproof.quizfile.fields import Plain, Snippet
from quizproof.quizfile.limits import Limits
from quizproof.runners.job import job_for
from quizproof.runners.recipe import Recipe, Step, reads_prepared
from quizproof.runtimes.prepared.contents import FOLDER, Files, files_in

PLACE = "header.prepare"
"""Under what a lock has the outcomes of steps, where it has those of blocks under their ids."""


class StepBlock(Exhibit):
    """A step as a block, which no quiz file has: a plan runs and judges it."""

    kind_name: ClassVar[str] = "step"
    kind: Literal["step"] = "step"
    name: Plain
    code: Snippet

    def claims(self) -> Iterator[Claim]:
        """It comes to its end, and leaves files, the same ones each time."""
        program = self.whole_program()
        yield Claim(f"step `{self.name}`", ("code",), (program,), self._judge, key=True)

    def right_parts(self) -> tuple[Part, ...]:
        """Its code."""
        return (Part("code", self.code, ("code",)),)

    def display(self, runs: Runs) -> displays.Display:
        """Its code, for advice about it: renderers show steps as the header has them."""
        return displays.Display((displays.Code(self.code, self.name),), None)

    def whole_program(self) -> Program:
        """Its code, and a part whose value becomes the list of files. The header's setup, which may read them, is not
        in it.
        """
        files = Part("value", repr(self.name), ("name",))
        return Program((*self.right_parts(), files), self.limits or Limits(), prepares=True)

    def _judge(self, outcome: Outcome) -> Judgement:
        if blocked := crash(self.whole_program(), outcome):
            return blocked
        value = outcome.parts[-1].value
        if value and isinstance(value, str):
            return refuted(rules.NOT_KEPT, value)
        if not value:
            return refuted(rules.NOT_KEPT, f"it leaves no file in `{FOLDER}`")
        if files_in(value) is None:
            return refuted(rules.NOT_KEPT, "what is known of its files is damaged")
        return PROVEN


def steps_of(quiz: Quiz) -> Iterator[Item]:
    """The steps of a quiz as blocks, in their order, each at its place in the header."""
    for index, step in enumerate(quiz.header.prepare):
        block = StepBlock(id=f"step-{index + 1}", name=step.name, code=step.code, limits=step.limits)
        yield Item(block, ("prepare", index))


def files_of(outcome: Outcome) -> Files | None:
    """What a step left, by its outcome; None where that is not known, or is not kept."""
    return files_in(outcome.parts[-1].value) if outcome.status == "finished" else None


def named(program: Program, before: Outcome, now: Outcome, diff: OutcomeDiff) -> OutcomeDiff:
    """How two outcomes of a program differ; of a step, with the name of a file in place of its digests.

    diff  what `outcome_diff.compare` says of the two
    """
    old, new = files_of(before) or {}, files_of(now) or {}
    if not program.prepares or not old or not new or diff.part != len(program.parts) - 1:
        return diff
    name = min(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))
    words = [f"left {'another' if name in old else 'a'} `{name}`", f"left no `{name}`"]
    return OutcomeDiff(f"left `{name}`" if name in old else words[1], words[name not in new], diff.part)


class Steps:
    """The steps of one quiz while they are run: what each has left, or why it has left nothing.

    A plan is known by its index among those of its file, of which the first are those of the steps.
    """

    def __init__(self, quiz: Quiz) -> None:
        self._quiz = quiz
        self.count = len(quiz.header.prepare)
        self._done: list[Step] = []
        self.lost: Outcome | None = None
        """What stands for the outcomes of all that waits for a step that has failed."""

    def needed(self, plan: int, program: Program) -> int:
        """How many steps have to come before a program, which gets their files."""
        if plan < self.count:
            return plan
        return self.count if self.count and reads_prepared(program) else 0

    def has_to_wait(self, plan: int, program: Program) -> bool:
        """Whether steps that come before a program have not ended yet."""
        return self.lost is None and self.needed(plan, program) > len(self._done)

    def recipe(self, count: int) -> Recipe | None:
        """How the files of the first steps are made; None for no step, and where one has failed."""
        return Recipe(tuple(self._done[:count])) if 0 < count <= len(self._done) else None

    def receive(self, plan: int, program: Program, outcome: Outcome) -> bool:
        """Take in the first outcome of a program. Returns whether it is one that others may have waited for."""
        if plan != len(self._done) or plan >= self.count or self.lost:
            return False
        if files := files_of(outcome):
            self._done.append(_step(self._quiz, self._quiz.header.prepare[plan].name, program, files))
        elif outcome.status == "missing":
            self.lost = outcome
        else:
            self.conclude(plan)
        return True

    def conclude(self, plan: int) -> None:
        """Take in that a plan is judged: of a step that has left nothing by now, nothing will come."""
        if len(self._done) <= plan < self.count and not self.lost:
            self.lost = Outcome("fault", detail=_unprepared(self._quiz.header.prepare[plan].name))

    def refusal(self, proofs: Sequence[BlockProof | None]) -> str:
        """Why nothing can rely on the files; empty when it can.

        proofs  of the plans before, which begin with those of the steps
        """
        named = zip(self._quiz.header.prepare, proofs, strict=False)
        return next((_unprepared(step.name) for step, proof in named if proof and proof.status != "proven"), "")


def _unprepared(name: str) -> str:
    return f"it reads what the step `{name}` leaves in `{FOLDER}`, and that step is not proven"


def found_in(proofs: Sequence[BlockProof]) -> Iterator[Finding]:
    """What is wrong with some steps, as findings about the file. That a runtime is missing, its blocks say."""
    for proof in proofs:
        yield from (replace(found, block=None) for found in proof.findings if found.code != rules.RUNTIME_MISSING)


def _step(quiz: Quiz, name: str, program: Program, leaves: Files) -> Step:
    """A step that was run, for those who need its files."""
    job = job_for(None, quiz.header.runtime, program, quiz.files)
    return Step(name, job.runtime, job.parts, job.limits, job.files, leaves)


def recipe_of(quiz: Quiz, claims: Sequence[JudgedClaim]) -> Recipe | None:
    """How the files are made that programs of a quiz read; None where there are no steps, or one is not proven.

    quiz    the quiz, as it was proven
    claims  of its steps, as a `QuizProof` has them
    """
    steps = []
    for item, claim in zip(steps_of(quiz), claims, strict=True):
        files = files_in(claim.evidence.get("value")) if claim.verdict == "proven" else None
        if files is None:
            return None
        block = item.block
        assert isinstance(block, StepBlock)
        limits = block.limits or quiz.header.limits or Limits()
        program = block.model_copy(update={"limits": limits}).whole_program()
        steps.append(_step(quiz, block.name, program, files))
    return Recipe(tuple(steps)) if steps else None
