"""Studies: a file of a bank of which some blocks are not judged yet, and the runs that it waits for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from quizproof import rules
from quizproof.claims import Program
from quizproof.findings import Finding, Unavailable
from quizproof.loading.budget import Budget, BudgetSpent
from quizproof.loading.quiz import Item, Loaded, Quiz
from quizproof.outcome import Outcome
from quizproof.proof import BlockProof, QuizProof
from quizproof.proving.plan import Plan, Request
from quizproof.proving.preparation import PLACE, Steps, found_in, steps_of
from quizproof.proving.writing.quiz import advised
from quizproof.quizfile.runtime_names import BUILT_IN
from quizproof.quizfile.yaml_document import located
from quizproof.runners.job import Job, job_for
from quizproof.store.fingerprints import digest
from quizproof.store.keys import program_key
from quizproof.store.lock import Lock, of_programs


@dataclass(frozen=True, eq=False)
class Ticket:
    """What a run was asked for; runners give it back with the outcome."""

    study: Study
    block: int
    """The index of the plan that asks."""
    request: Request
    key: str
    """The key of the program."""
    known: Outcome | None = None
    """The outcome that the cache or a committed lock has, when the program is run to see whether that is right."""

    def job(self) -> Job[Ticket]:
        """The run as runners take it."""
        quiz = self.study.quiz
        runtime, program = quiz.header.runtime, self.request.program
        group = f"{quiz.id}#{self.block}"
        job = job_for(self, runtime, program, quiz.files, self.request.conditions, self.key, group)
        return replace(job, prepared=self.study.steps.recipe(self.study.steps.needed(self.block, program)))


@dataclass(eq=False)
class Study:
    """A file of which some blocks are not judged yet."""

    file: Loaded
    quiz: Quiz
    key: str
    """What its proof is kept under; empty when it is not to be kept."""
    data: str
    """The fingerprint of the files that its snippets may read."""
    budget: Budget = field(default_factory=Budget)
    """What may be spent on it."""
    reports_steps: bool = True
    """Whether what is found in the header's steps is reported; another shard does it otherwise."""
    plans: list[Plan] = field(default_factory=list)
    """Of the steps of `prepare`, and then of the blocks."""
    proofs: list[BlockProof | None] = field(default_factory=list)
    """One for each plan; None until it is judged."""
    versions: Mapping[str, str] = field(default_factory=dict)
    runs: int = 0
    lasting: bool = True
    """Whether all outcomes are of a sort that is kept."""
    _keys: dict[Program, str] = field(default_factory=dict)
    steps: Steps = field(init=False)

    waiting: list[tuple[int, Request]] = field(default_factory=list)
    """What is to be run once steps are done: the index of the plan that asks for it, and what."""

    def __post_init__(self) -> None:
        self.steps = Steps(self.quiz)

    def take_steps(self, *, needed: bool) -> tuple[Item, ...]:
        """The steps of the header, to be added before the blocks; none where nothing needs them."""
        return tuple(steps_of(self.quiz)) if needed else ()

    def place_in_lock(self, block: int, run: str) -> tuple[str, str]:
        """Under what a lock has a run: the id of its block and the run's name, or the place and the name of a step."""
        if block < self.steps.count:
            return PLACE, self.quiz.header.prepare[block].name
        return self.plans[block].item.block.id, run

    def add(self, item: Item, stress: int = 0) -> None:
        """Take up one more block.

        item    one of the quiz
        stress  as `Plan` has it
        """
        try:
            with self.budget.use():
                plan = Plan(self.quiz, item, stress)
        except BudgetSpent:
            plan = self._refused(item)
        self.plans.append(plan)
        self.proofs.append(None)

    def ticket(self, block: int, request: Request) -> Ticket:
        """The ticket for a run that a plan asks for.

        block    the index of the plan
        request  the program, and the conditions to run it under
        """
        return Ticket(self, block, request, self.program_key(block, request.program))

    def program_key(self, block: int, program: Program) -> str:
        """The key of a program, which is computed once: programs are long, and asked for by several.

        block  the index of the plan that asks for it
        """
        if program not in self._keys:
            recipe = self.steps.recipe(self.steps.needed(block, program))
            prepared = digest(dict(recipe.files)) if recipe else ""
            self._keys[program] = program_key(self.quiz.header.runtime, program, self.data, prepared)
        return self._keys[program]

    def is_ready(self, block: int) -> bool:
        """Whether all outcomes of a block are in, and it is not judged yet. It waits for steps before it to be judged.

        block  the index of its plan
        """
        if self.plans[block].waiting or self.proofs[block] is not None:
            return False
        return all(self.proofs[: min(block, self.steps.count)])

    def judge(self, block: int) -> None:
        """Judge a block, whose outcomes are all in, and let go of them, because a bank has many.

        block  the index of its plan
        """
        plan = self.plans[block]
        plan.unprepared = self.steps.refusal(self.proofs[:block])
        try:
            with self.budget.use():
                proof = plan.judge(self.versions)
                proof = replace(proof, findings=located(proof.findings, self.quiz.document))
        except BudgetSpent:
            proof = self._refused(plan.item).judge({})
        self.proofs[block] = proof
        self.runs += plan.runs
        plan.forget()

    def _refused(self, item: Item) -> Plan:
        """A plan that runs nothing and says that the budget is spent, which another machine may have enough of."""
        self.lasting = False
        return Plan(self.quiz, item, refusal=self.budget.message)

    def proof(self, lock: Lock | None) -> QuizProof | None:
        """The proof of the file; None until every block is judged.

        lock  what the bank must match, run by run; None for no lock
        """
        every = tuple(proof for proof in self.proofs if proof)
        if len(every) < len(self.proofs):
            return None
        left_over = self._left_over(every, lock) if lock else ()
        proofs = every[self.steps.count :]
        if len(proofs) == len(self.quiz.items):  # a shard does not see the quiz as a whole
            proofs = advised(self.quiz, proofs)
        steps = every[: self.steps.count] if self.reports_steps else ()
        document = self.quiz.document
        own = located((*self._missing_runtime(proofs or every), *left_over, *found_in(steps)), document)
        findings = (*own, *self.file.findings)
        lines = {item.block.id: document.span(item.at).line for item in self.quiz.items}
        programs = of_programs(self._keys.values())
        return QuizProof(
            self.file.path,
            self.quiz.header,
            proofs,
            findings,
            self.versions,
            self.runs,
            lines,
            programs,
            tuple(claim for step in steps for claim in step.claims),
            ignores=self.file.ignores,
            files=self.quiz.files,
        )

    def _missing_runtime(self, proofs: tuple[BlockProof, ...]) -> Iterator[Finding]:
        """One finding for all blocks that lack the runtime."""
        missing = [f for proof in proofs for f in proof.findings if f.code == rules.RUNTIME_MISSING]
        if missing:
            unavailable = Unavailable(missing[0].message, len({finding.block for finding in missing}))
            name = self.quiz.header.runtime
            own = f'Install it: pip install "quizproof[{name}]"'
            help_ = own if name in BUILT_IN else f"Install what `{name}` imports; the package that adds it is there."
            span = self.quiz.document.first_line(("runtime",))
            yield Finding(
                rules.RUNTIME_MISSING, self.file.path, span, unavailable.message, help=help_, unavailable=unavailable
            )

    def _left_over(self, proofs: tuple[BlockProof, ...], lock: Lock) -> Iterator[Finding]:
        """The runs that a lock has of this quiz although they are not in it any more."""
        known = set(self._keys.values())
        # Of what waits for a step that is not there, the programs are not even known.
        stale = (rules.NOT_LOCKED, rules.NOT_PREPARED)
        of_step = dict.fromkeys(step.id for step in proofs[: self.steps.count])
        reported = {
            PLACE if f.block in of_step else f.block for proof in proofs for f in proof.findings if f.code in stale
        }
        for block, runs in lock.quizzes.get(self.quiz.id, {}).items():
            left = [run for run, entry in runs.items() if entry["program"] not in known]
            # What the lock has too much can change without a change of this file.
            self.lasting &= not left
            if left and block not in reported:
                message = f"the lock has a run of `{block}`, {left[0]}, that is no longer in the bank"
                help_ = "Rewrite the lock with `quizproof check --write-lock`."
                span = self.quiz.document.first_line(("quiz",))
                yield Finding(rules.NOT_LOCKED, self.file.path, span, message, help=help_)
