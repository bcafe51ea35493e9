"""Claims become runs, runs give outcomes, outcomes judge claims: file after file, as they come."""

from __future__ import annotations

import hashlib
import random
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from quizproof import rules
from quizproof.comparison.outcome_diff import steadied
from quizproof.findings import Finding, Unavailable
from quizproof.loading.files import data_folder, shown_path
from quizproof.loading.ids import Ids
from quizproof.outcome import LASTING
from quizproof.proof import BlockProof, QuizProof, Report, Result, Totals
from quizproof.runners.job import job_for
from quizproof.runners.local import local_pool
from quizproof.runners.runner import Runner
from quizproof.runtimes.levels import Level
from quizproof.store.cache import Cache
from quizproof.store.fingerprints import contents, digest
from quizproof.store.proof_cache import Keeper, program_key

if TYPE_CHECKING:
    from quizproof.loading.quiz import Bank, Loaded, Quiz
    from quizproof.loading.shards import Shard
    from quizproof.outcome import Outcome
    from quizproof.proving.plan import Plan, Request
    from quizproof.store.lock import Lock

# The loader, the plans and all kinds of question are imported only where a file must be read. Most files are as they
# were when they were last proven, and then that half of the engine is not needed.

Progress: TypeAlias = Callable[[int, int, int], None]
"""Called with the blocks judged, the blocks in all (about, until all files are read), and the runs done."""

Witness: TypeAlias = Callable[[str, str, str, str, "Outcome"], None]
"""Called with the ids of quiz and block, the name and key of a program, and what came of it."""

_MOST_WAITING = 512
"""Files held back because one before them is not done."""


def prove(
    bank: Bank,
    *,
    jobs: int | None = None,
    sandbox: Level | None = None,
    cache: Cache | None = None,
    progress: Progress | None = None,
) -> Report:
    """Run and judge every claim of a bank that was loaded.

    `jobs`: how many runs at once; as many as there are processors when None. `sandbox`: how runs are closed off; as
    strongly as the machine allows when None. `cache`: where outcomes are looked up and kept. What is wrong becomes
    findings, and what cannot be run becomes `unverified`; no exception is raised for either. Raises CannotVerify on a
    platform that can run nothing.
    """
    return Proving(bank.files, local_pool(jobs, sandbox), cache=cache, progress=progress).report()


class Proving:
    """Files of a bank on their way to being proven. Iterate, once, to have the proof of each, in their order."""

    def __init__(
        self,
        files: Sequence[Path | Loaded],
        runner: Runner[Ticket],
        *,
        cache: Cache | None = None,
        displays: bool = True,
        stress: int = 0,
        audit: float = 0.0,
        witness: Witness | None = None,
        lock: Lock | None = None,
        shard: Shard | None = None,
        progress: Progress | None = None,
    ) -> None:
        """`files` are paths, or files that were loaded. `runner` carries out the runs. Who iterates
        has entered it: a generator that is left in the middle clears away too late.

        `cache`: where outcomes and proofs are looked up and kept. `displays`: whether proofs tell how questions are
        shown; reports do without. `stress`: how many more times every program is run under other conditions. `audit`:
        the share of outcomes found in the cache, 0 to 1, that are had again by a run and compared. `witness`: told of
        every outcome that claims were judged by. `lock`: what the bank must match, run by run. `shard`: the part of
        the bank to prove; what is wrong with a file as a whole is told of by the shard that holds its path.
        """
        self._files = files
        self._runner = runner
        options = (stress, audit > 0, lock.fingerprint if lock else "", str(shard))
        self._keeper = Keeper(cache, runner, *options) if cache else None
        self._known = None if runner.knows else self._keeper
        """Where outcomes and versions are kept; not those that somebody else keeps already."""
        self._displays = displays
        self._stress = stress
        self._audit = audit
        self._witness = witness
        self._lock = lock
        self._shard = shard
        self._progress = progress
        self._ids = Ids()
        self._data: dict[str | None, str] = {}
        self._bank = hashlib.sha256()
        self._totals = Totals()
        self._cached = 0
        self._opened = self._questions = self._judged = 0
        self._seconds = 0.0

    @property
    def result(self) -> Result:
        """What it came to so far."""
        return self._totals.result(
            sandbox=self._runner.level,
            runs=self._runner.runs,
            cached=self._cached,
            seconds=self._seconds,
            shard=str(self._shard) if self._shard else None,
            bank=self._bank.hexdigest(),
        )

    def report(self) -> Report:
        """Prove everything, and gather it. The runner is entered for this, and left."""
        with self._runner:
            return Report(tuple(self), self.result)

    def __iter__(self) -> Iterator[QuizProof]:
        started = time.monotonic()
        for proof in self._proofs():
            self._totals.add(proof)
            yield proof if self._displays else _without_displays(proof)
            self._seconds = time.monotonic() - started

    def _proofs(self) -> Iterator[QuizProof]:
        waiting: deque[QuizProof | _Study] = deque()
        for file in self._files:
            waiting.append(self._open(file))
            yield from self._finished(waiting)
            while self._runner.backlog > self._runner.window or len(waiting) > _MOST_WAITING:
                self._collect()
                yield from self._finished(waiting)
        while waiting:
            self._collect()
            yield from self._finished(waiting)

    def _open(self, file: Path | Loaded) -> QuizProof | _Study:
        """Take up a file: find its proof of an earlier time, or plan its blocks and ask for their runs."""
        self._opened += 1
        key = ""
        if isinstance(file, Path):
            content = _read(file)
            data = self._contents(data_folder(file))
            self._note(shown_path(file), content, data)
            if self._keeper and content is not None:
                key = self._keeper.quiz_key(shown_path(file), content, data)
                known = self._keeper.proof(key, displays=self._displays) if self._is_enough() else None
                if known and self._ids.accept(known):
                    self._cached += known.runs
                    self._count(questions=len(known.blocks), judged=len(known.blocks))
                    return known
            from quizproof.loading.load import load_file

            read = load_file(file, content)
            file = self._ids.keep(read)
            if file.findings != read.findings or not _is_ours(file):
                key = ""  # what is wrong with it depends on the files before it, or on code that we do not know
        if self._shard and not self._shard.holds(file.path):
            file = replace(file, findings=())  # another shard tells of them
        if file.quiz is None:
            return QuizProof(file.path, None, file_findings=file.findings)
        from quizproof.proving.plan import Plan

        study = _Study(file, file.quiz, key, self._contents(file.quiz.files))
        items = [item for item in file.quiz.items if not self._shard or self._shard.holds(item.block.id)]
        study.plans = [Plan(file.quiz, item, self._stress) for item in items]
        study.proofs = [None] * len(study.plans)
        self._count(questions=len(study.plans))
        for index, plan in enumerate(study.plans):
            for request in list(plan.waiting):
                self._ask(Ticket(study, index, request))
            self._judge(study, index)
            self._collect(wait=False)  # so that the runtimes have work while we read on
        return study

    def _is_enough(self) -> bool:
        """Whether the proof of a file will do, when we have one: outcomes are not asked for."""
        return not self._witness and not self._audit

    def _ask(self, ticket: Ticket) -> None:
        """Look up what came of a program, or have it run."""
        quiz, program, conditions = ticket.study.quiz, ticket.request.program, ticket.request.conditions
        key = program_key(quiz.header.runtime, program, ticket.study.data)
        ticket.study.asked.add(key)
        if self._known and (known := self._known.outcome(key, conditions)):
            if random.random() >= self._audit:
                self._cached += 1
                self._receive(ticket, known)
                return
            ticket = replace(ticket, known=known)
        self._runner.submit(job_for(ticket, quiz.header.runtime, program, quiz.files, conditions, key))

    def _collect(self, *, wait: bool = True) -> None:
        """Take in the outcomes that have come."""
        for ticket, came in self._runner.collect(wait=wait):
            outcome = steadied(came)
            study, request = ticket.study, ticket.request
            study.lasting &= outcome.status in LASTING
            if self._known:
                key = program_key(study.quiz.header.runtime, request.program, study.data)
                self._known.keep_outcome(key, request.conditions, outcome)
            if ticket.known:
                study.plans[ticket.question].audit(request.program, ticket.known, outcome)
            self._receive(ticket, outcome)
            self._judge(study, ticket.question)

    def _receive(self, ticket: Ticket, outcome: Outcome) -> None:
        for request in ticket.study.plans[ticket.question].receive(ticket.request, outcome):
            self._ask(Ticket(ticket.study, ticket.question, request))

    def _judge(self, study: _Study, index: int) -> None:
        """Judge a block when all its outcomes are in."""
        plan = study.plans[index]
        if plan.waiting or study.proofs[index]:
            return
        if plan.outcomes:
            study.versions = study.versions or self._versions(study.quiz.header.runtime)
        if self._witness:
            for name, program, outcome in plan.names_of_runs():
                key = program_key(study.quiz.header.runtime, program, study.data)
                self._witness(study.quiz.id, plan.item.block.id, name, key, outcome)
        study.proofs[index] = plan.judge(study.versions)
        study.runs += plan.runs
        plan.forget()
        self._count(judged=1)

    def _versions(self, runtime: str) -> Mapping[str, str]:
        """The versions of a runtime. It is started for this only when nothing is known from earlier."""
        if runtime not in self._runner.versions:
            known = self._known.versions(runtime) if self._known else None
            if known:
                return known
            self._runner.learn([runtime])
        versions = self._runner.versions.get(runtime, {})
        if self._known and versions:
            self._known.keep_versions(runtime, versions)
        return versions

    def _finished(self, waiting: deque[QuizProof | _Study]) -> Iterator[QuizProof]:
        """The files that are done, up to the first that is not."""
        while waiting:
            first = waiting[0]
            proof = first.proof(self._lock) if isinstance(first, _Study) else first
            if proof is None:
                return
            if isinstance(first, _Study) and first.key and first.lasting and self._keeper:
                self._keeper.keep_proof(first.key, proof)
            waiting.popleft()
            yield proof

    def _note(self, path: str, content: bytes | None, data: str) -> None:
        """Take a file into the fingerprint of the bank."""
        told = hashlib.sha256(content).hexdigest() if content is not None else ""
        self._bank.update(digest(path, told, data).encode())

    def _contents(self, folder: str | None) -> str:
        if folder not in self._data:
            self._data[folder] = contents(folder)
        return self._data[folder]

    def _count(self, *, questions: int = 0, judged: int = 0) -> None:
        self._questions += questions
        self._judged += judged
        if self._progress:
            about = round(self._questions / self._opened * len(self._files))
            self._progress(self._judged, max(about, self._questions), self._runner.runs)


@dataclass(frozen=True, eq=False)
class Ticket:
    """What a run was asked for."""

    study: _Study
    question: int
    """Its index in the quiz."""
    request: Request
    known: Outcome | None = None
    """What the cache says that comes of it, when it is run to see whether that is so."""


@dataclass(eq=False)
class _Study:
    """A file of which some blocks are not judged yet."""

    file: Loaded
    quiz: Quiz
    key: str
    """What its proof is kept under; empty when it is not to be kept."""
    data: str
    """The fingerprint of the files that its snippets may read."""
    plans: list[Plan] = field(default_factory=list)
    proofs: list[BlockProof | None] = field(default_factory=list)
    versions: Mapping[str, str] = field(default_factory=dict)
    asked: set[str] = field(default_factory=set)
    """The keys of all programs."""
    runs: int = 0
    lasting: bool = True
    """Whether all outcomes are of a sort that is kept."""

    def proof(self, lock: Lock | None) -> QuizProof | None:
        """The proof of the file, when every block is judged."""
        proofs = tuple(proof for proof in self.proofs if proof)
        if len(proofs) < len(self.proofs):
            return None
        left = self._left(proofs, lock) if lock else ()
        wrong = (*self._missing(proofs), *left, *self.file.findings)
        document = self.quiz.document
        lines = {item.block.id: document.span(item.at).line for item in self.quiz.items}
        return QuizProof(self.file.path, self.quiz.header, proofs, wrong, self.versions, self.runs, lines)

    def _missing(self, proofs: tuple[BlockProof, ...]) -> Iterator[Finding]:
        """One finding for all blocks that lack the runtime."""
        without = [f for proof in proofs for f in proof.findings if f.code == rules.RUNTIME_MISSING]
        if without:
            unavailable = Unavailable(without[0].message, len({finding.block for finding in without}))
            help_ = f'Install it: pip install "quizproof[{self.quiz.header.runtime}]"'
            span = self.quiz.document.first_line(("runtime",))
            yield Finding(
                rules.RUNTIME_MISSING,
                self.file.path,
                span,
                unavailable.message,
                help_,
                unavailable=unavailable,
            )

    def _left(self, proofs: tuple[BlockProof, ...], lock: Lock) -> Iterator[Finding]:
        """What a lock tells of this quiz although it is not in it any more."""
        told = {finding.block for proof in proofs for finding in proof.findings if finding.code == rules.NOT_LOCKED}
        for question, runs in lock.quizzes.get(self.quiz.id, {}).items():
            left = [run for run, entry in runs.items() if entry["program"] not in self.asked]
            self.lasting &= not left
            if left and question not in told:
                words = f"the lock tells of `{question}`, {left[0]}, which is not here any more"
                help_ = "Write the lock anew with `quizproof check --write-lock`."
                span = self.quiz.document.first_line(("quiz",))
                yield Finding(rules.NOT_LOCKED, self.file.path, span, words, help_)


def _read(file: Path) -> bytes | None:
    """What is in a file; None when it cannot be read, which the loader then explains."""
    try:
        return file.read_bytes()
    except OSError:
        return None


def _is_ours(file: Loaded) -> bool:
    """Whether all kinds in a file are built in, so that the engine's fingerprint covers them."""
    from quizproof.kinds.registry import BUILT_IN
    from quizproof.quizfile.yaml_document import written

    blocks = file.quiz.document.data.get("blocks") if file.quiz else ()
    return all(not isinstance(block, dict) or str(written(block.get("kind"))) in BUILT_IN for block in blocks or ())


def _without_displays(proof: QuizProof) -> QuizProof:
    questions = [
        replace(question, variants=tuple(replace(variant, display=None) for variant in question.variants))
        for question in proof.blocks
    ]
    return replace(proof, blocks=tuple(questions))
