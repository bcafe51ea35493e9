"""Claims become runs, runs give outcomes, outcomes judge claims: file after file, as they come."""

from __future__ import annotations

import hashlib
import random
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from quizproof.comparison.outcome_diff import steadied
from quizproof.loading.budget import Budget
from quizproof.loading.files import SourceFile
from quizproof.loading.ids import Ids
from quizproof.outcome import KEPT
from quizproof.proof import QuizProof, Report, Result, Totals
from quizproof.proving.writing.twins import Twins
from quizproof.runners.local import local_runner
from quizproof.runners.runner import Runner
from quizproof.runtimes.conditions import USUAL
from quizproof.runtimes.sandbox.levels import Level
from quizproof.store.cache import Cache
from quizproof.store.fingerprints import contents, digest
from quizproof.store.prepared_files import kept_beside
from quizproof.store.proof_cache import ProofCache

if TYPE_CHECKING:
    from quizproof.loading.quiz import Bank, Loaded
    from quizproof.loading.shards import Shard
    from quizproof.outcome import Outcome
    from quizproof.proving.plan import Request
    from quizproof.proving.study import Study, Ticket
    from quizproof.store.known import Known
    from quizproof.store.lock import Lock

# The loader, the plans and all kinds of question are imported only where a file must be read. Most files are as they
# were when they were last proven, and then that half of the engine is not needed.

Progress: TypeAlias = Callable[[int, int, int], None]
"""Called with the blocks judged, the blocks in all (about, until all files are read), and the runs done."""

Witness: TypeAlias = Callable[[str, str, str, str, "Outcome", int], None]
"""Called with the ids of quiz and block, the name and the key of a program, its outcome, and under how many other
conditions it was run."""

MAX_WAITING = 512
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

    bank      what `load_bank` gives
    jobs      how many runs to have in parallel; as many as there are processors when None
    sandbox   how runs are isolated: "namespaces", "landlock" or "none"; as strongly as the machine allows when None
    cache     where outcomes are looked up and kept; nowhere when None
    progress  called now and then; see `Progress`

    What is wrong becomes findings of the report, and what cannot be run becomes `unverified`; no exception is raised
    for either. Raises CannotVerify on a platform that can run nothing.
    """
    runner = local_runner(jobs, sandbox, kept_beside(cache.path) if cache else None)
    return Proving(bank.files, runner, cache=cache, progress=progress).report()


class Proving:
    """Files of a bank on their way to being proven. Iterate, once, to have the proof of each, in their order.

    with runner:
        for proof in (proving := Proving(find_files(["questions"]), runner)):
            ...
        proving.result
    """

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
        known: Known | None = None,
        shard: Shard | None = None,
        progress: Progress | None = None,
    ) -> None:
        """Nothing is read or run before the iteration.

        files     paths, or files that were loaded
        runner    carries out the runs. The caller has entered it: a generator that is left in the middle would
                  clear away too late
        cache     where outcomes and proofs are looked up and kept
        displays  whether proofs hold how blocks are shown, which is most of them; reports do without
        stress    how many more times every program is run, each time under other conditions
        audit     the share of outcomes found in the cache, 0 to 1, that are run again and compared
        witness   called with every outcome that claims were judged by
        lock      what the bank must match, run by run
        known     outcomes that are believed without a run, where the cache has none
        shard     the part of the bank to prove; what is wrong with a file as a whole is reported by the shard that
                  holds its path
        progress  called now and then
        """
        self._files = files
        self._runner = runner
        options = (stress, audit > 0, lock.fingerprint if lock else "", known.fingerprint if known else "", str(shard))
        self._proof_cache = ProofCache(cache, runner, *options) if cache else None
        self._kept = None if runner.knows else self._proof_cache
        """Where outcomes and versions are kept; not those that the runner keeps already."""
        self._committed = known
        self._displays = displays
        self._stress = stress
        self._audit = audit
        self._witness = witness
        self._lock = lock
        self._shard = shard
        self._progress = progress
        self._ids = Ids()
        self._twins = Twins()
        self._data: dict[str | None, str] = {}
        self._bank = hashlib.sha256()
        self._totals = Totals()
        self._cached = self._from_lock = 0
        self._opened = self._blocks = self._judged = 0
        self._seconds = 0.0

    @property
    def result(self) -> Result:
        """The figures so far."""
        return self._totals.result(
            sandbox=self._runner.level,
            runs=self._runner.runs,
            cached=self._cached,
            known=self._from_lock,
            shared=self._runner.shared,
            alone=self._runner.alone,
            seconds=self._seconds,
            shard=str(self._shard) if self._shard else None,
            revision=self._committed.revision if self._committed else None,
            bank=self._bank.hexdigest(),
        )

    def report(self) -> Report:
        """Prove everything, and gather it. The runner is entered for this, and left.

        It holds the proofs of all files at the same time; to have them one by one, iterate.
        """
        with self._runner:
            return Report(tuple(self), self.result)

    def __iter__(self) -> Iterator[QuizProof]:
        started = time.monotonic()
        for proved in self._proofs():
            proof = self._twins.marked(proved)
            self._totals.add(proof)
            yield proof if self._displays else _without_displays(proof)
            self._seconds = time.monotonic() - started

    def _proofs(self) -> Iterator[QuizProof]:
        waiting: deque[QuizProof | Study] = deque()
        for file in self._files:
            waiting.append(self._open(file))
            yield from self._finished(waiting)
            # Read no further ahead than the runner and the memory bear.
            while self._runner.backlog > self._runner.max_backlog or len(waiting) > MAX_WAITING:
                self._collect()
                yield from self._finished(waiting)
        while waiting:
            self._collect()
            yield from self._finished(waiting)

    # ---- a file is taken up

    def _open(self, file: Path | Loaded) -> QuizProof | Study:
        """Take up a file: its proof of an earlier time, or a study of it, whose runs are asked for."""
        self._opened += 1
        if not isinstance(file, Path):
            return self._take_up(file, file, key="")  # its ids were compared when it was loaded
        source = SourceFile.read(file)
        self._note(source)
        key = self._proof_key(source)
        if known := self._earlier_proof(key):
            return replace(known, files=source.data_folder)  # the bank may have been moved since
        from quizproof.loading.load import load_source

        budget = Budget()
        read = load_source(source, budget)
        return self._take_up(read, self._ids.keep(read), key, budget)

    def _note(self, source: SourceFile) -> None:
        """Take a file into the fingerprint of the bank."""
        hashed = hashlib.sha256(source.content).hexdigest() if source.content is not None else ""
        self._bank.update(digest(source.shown, hashed, self._contents(source.data_folder)).encode())

    def _proof_key(self, source: SourceFile) -> str:
        """What the proof of a file is kept under; empty when it cannot be."""
        if not self._proof_cache or source.content is None:
            return ""
        return self._proof_cache.quiz_key(source.shown, source.content, self._contents(source.data_folder))

    def _earlier_proof(self, key: str) -> QuizProof | None:
        """The proof of a file from an earlier time, where it is known and will do."""
        if not key or not self._proof_cache or self._witness or self._audit:  # they ask for every outcome
            return None
        known = self._proof_cache.proof(key, displays=self._displays)
        if known is None or not self._ids.accept(known):
            return None
        self._cached += known.runs
        self._count(blocks=len(known.blocks), judged=len(known.blocks))
        return known

    def _take_up(self, read: Loaded, file: Loaded, key: str, budget: Budget | None = None) -> QuizProof | Study:
        """Plan the blocks of a file, and ask for their runs.

        `file` is `read` without the blocks whose ids came before. `key`: what its proof is kept under. `budget`: what
        is left for it.
        """
        if file.findings != read.findings or not _is_ours(file):
            key = ""  # its proof depends on the files before it, or on code that we do not know
        if self._shard and not self._shard.holds(file.path):
            file = replace(file, findings=())  # another shard reports them
        if file.quiz is None:
            return QuizProof(file.path, None, file_findings=file.findings, ignores=file.ignores)
        from quizproof.proving.study import Study

        reports_steps = not self._shard or self._shard.holds(file.path)
        study = Study(file, file.quiz, key, self._contents(file.quiz.files), budget or Budget(), reports_steps)
        items = [item for item in file.quiz.items if not self._shard or self._shard.holds(item.block.id)]
        # A shard with none of the blocks needs no steps, unless it is the one that reports them.
        for item in (*study.take_steps(needed=reports_steps or bool(items)), *items):
            study.add(item, self._stress)
        self._count(blocks=len(items))
        for block, plan in enumerate(study.plans):
            # A copy, because an outcome from the cache is received immediately, which changes the set.
            for request in list(plan.waiting):
                self._want(study, block, request)
            # All of its outcomes may have come from the cache, or it may need none.
            self._judge(study, block)
            self._collect(wait=False)  # so that the runtimes have work while we read on
        return study

    def _contents(self, folder: str | None) -> str:
        """The fingerprint of a folder of files that snippets may read; many quizzes share one."""
        if folder not in self._data:
            self._data[folder] = contents(folder)
        return self._data[folder]

    # ---- its runs

    def _want(self, study: Study, block: int, request: Request) -> None:
        """Ask for a run, as soon as the steps are done whose files it gets."""
        if study.steps.has_to_wait(block, request.program):
            study.waiting.append((block, request))
        elif study.steps.lost and study.steps.needed(block, request.program):
            study.lasting = False
            study.plans[block].receive(request, study.steps.lost)
        else:
            self._ask(study.ticket(block, request))

    def _ask(self, ticket: Ticket) -> None:
        """Look up the outcome of a run, or have it run."""
        conditions = ticket.request.conditions
        cached = self._kept.outcome(ticket.key, conditions) if self._kept else None
        known = cached
        if known is None and self._committed:
            known = self._committed.outcome(ticket.study.quiz.header.runtime, ticket.key, conditions)
        if known:
            # Drawn run by run, so that over many audits every outcome comes up.
            if random.random() >= self._audit:
                self._cached += cached is not None
                self._from_lock += cached is None
                self._receive(ticket, known)
                return
            ticket = replace(ticket, known=known)
        self._runner.submit(ticket.job())

    def _collect(self, *, wait: bool = True) -> None:
        """Take in the outcomes that have come."""
        for ticket, raw in self._runner.collect(wait=wait):
            # Before it is kept or compared: addresses differ each time and would count as differences.
            outcome = steadied(raw)
            study, request = ticket.study, ticket.request
            # A proof that rests on a limit or on a loss is not kept: another attempt may give another.
            study.lasting &= outcome.status in KEPT
            if self._kept:
                self._kept.keep_outcome(ticket.key, request.conditions, outcome)
            if ticket.known:
                study.plans[ticket.block].audit(request.program, ticket.known, outcome)
            self._receive(ticket, outcome)
            self._judge(study, ticket.block)

    def _receive(self, ticket: Ticket, outcome: Outcome) -> None:
        """Give an outcome to the plan that asked for it, and ask for the further runs that it calls for."""
        study, block = ticket.study, ticket.block
        for request in study.plans[block].receive(ticket.request, outcome):
            self._want(study, block, request)
        if ticket.request.conditions == USUAL and study.steps.receive(block, ticket.request.program, outcome):
            self._go_on(study)

    def _go_on(self, study: Study) -> None:
        """Ask for the runs that have waited for a step."""
        waiting, study.waiting = study.waiting, []
        for block, request in waiting:
            self._want(study, block, request)
        for block in {block for block, _ in waiting}:
            self._judge(study, block)

    # ---- it is judged

    def _judge(self, study: Study, block: int) -> None:
        """Judge a block when all its outcomes are in."""
        if not study.is_ready(block):
            return
        plan = study.plans[block]
        if plan.outcomes:
            study.versions = study.versions or self._versions(study.quiz.header.runtime)
        if self._witness:
            for name, program, outcome, again in plan.names_of_runs():
                place, name = study.place_in_lock(block, name)
                key = study.program_key(block, program)
                self._witness(study.quiz.id, place, name, key, outcome, again)
        study.judge(block)
        self._count(judged=int(block >= study.steps.count))
        if block < study.steps.count:
            study.steps.conclude(block)
            self._go_on(study)
            for later in range(block + 1, len(study.plans)):  # all outcomes of those may be in
                self._judge(study, later)

    def _versions(self, runtime: str) -> Mapping[str, str]:
        """The versions of a runtime. It is started for this only when nothing is known from earlier."""
        if runtime not in self._runner.versions:
            if self._kept and (cached := self._kept.versions(runtime)):
                return cached
            if self._committed and runtime in self._committed.versions:
                return self._committed.versions[runtime]
            self._runner.learn([runtime])
        versions = self._runner.versions.get(runtime, {})
        if self._kept and versions:
            self._kept.keep_versions(runtime, versions)
        return versions

    def _finished(self, waiting: deque[QuizProof | Study]) -> Iterator[QuizProof]:
        """The files that are done, up to the first that is not."""
        while waiting:
            first = waiting[0]
            if isinstance(first, QuizProof):
                proof = first
            elif done := first.proof(self._lock):
                proof = done
                if first.key and first.lasting and self._proof_cache:
                    self._proof_cache.keep_proof(first.key, proof)
            else:
                return
            waiting.popleft()
            yield proof

    def _count(self, *, blocks: int = 0, judged: int = 0) -> None:
        self._blocks += blocks
        self._judged += judged
        if self._progress:
            # As if the files to come had as many blocks as those before.
            expected = round(self._blocks / self._opened * len(self._files))
            self._progress(self._judged, max(expected, self._blocks), self._runner.runs)


def _is_ours(file: Loaded) -> bool:
    """Whether all kinds in a file are built in, so that the engine's fingerprint covers them."""
    from quizproof.kinds.registry import BUILT_IN
    from quizproof.quizfile.yaml_document import written

    blocks = file.quiz.document.data.get("blocks") if file.quiz else ()
    return all(not isinstance(block, dict) or str(written(block.get("kind"))) in BUILT_IN for block in blocks or ())


def _without_displays(proof: QuizProof) -> QuizProof:
    """The proof without how its blocks are shown."""
    blocks = [
        replace(block, variants=tuple(replace(variant, display=None) for variant in block.variants))
        for block in proof.blocks
    ]
    return replace(proof, blocks=tuple(blocks))
