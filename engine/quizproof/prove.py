"""Claims become runs, runs give outcomes, outcomes judge claims: file after file, as they come."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from quizproof import rules
from quizproof.cache import Cache
from quizproof.environment import contents
from quizproof.errors import Finding
from quizproof.files import data_folder, shown_path
from quizproof.ids import Ids
from quizproof.keeping import LASTING, Keeper, program_key
from quizproof.proof import QuestionProof, QuizProof, Report, Result, Totals
from quizproof.runtimes.pool import Job, Pool
from quizproof.runtimes.sandbox import Level

if TYPE_CHECKING:
    from quizproof.claims import Program
    from quizproof.plan import Plan
    from quizproof.quiz import Bank, Loaded, Quiz

# The loader, the plans and all kinds of question are imported only where a file must be read. Most files are as they
# were when they were last proven, and then that half of the engine is not needed.

Progress: TypeAlias = Callable[[int, int, int], None]
"""Called with the questions judged, the questions in all (about, until all files are read), and the runs done."""

_MOST_BACKLOG = 256
"""Runs asked for ahead of their turn."""
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
    findings, and what cannot be run becomes `unverified`; no exception is raised for either.
    """
    return Proving(bank.files, jobs=jobs, sandbox=sandbox, cache=cache, progress=progress).report()


class Proving:
    """Files of a bank on their way to being proven. Iterate, once, to have the proof of each, in their order."""

    def __init__(
        self,
        files: Sequence[Path | Loaded],
        *,
        jobs: int | None = None,
        sandbox: Level | None = None,
        cache: Cache | None = None,
        displays: bool = True,
        progress: Progress | None = None,
    ) -> None:
        """`files` are paths, or files that were loaded. For `jobs`, `sandbox` and `cache` see `prove`.

        `displays`: whether proofs tell how questions are shown; reports do without.
        """
        self._files = files
        self._displays = displays
        self._progress = progress
        self._pool: Pool[tuple[_Study, int, Program]] = Pool(jobs, sandbox)
        self._keeper = Keeper(cache, self._pool.level) if cache else None
        self._ids = Ids()
        self._data: dict[str | None, str] = {}
        self._totals = Totals()
        self._cached = 0
        self._opened = self._questions = self._judged = 0
        self._seconds = 0.0

    @property
    def result(self) -> Result:
        """What it came to so far."""
        runs = self._pool.runs
        return self._totals.result(sandbox=self._pool.level, runs=runs, cached=self._cached, seconds=self._seconds)

    def report(self) -> Report:
        """Prove everything, and gather it."""
        return Report(tuple(self), self.result)

    def __iter__(self) -> Iterator[QuizProof]:
        started = time.monotonic()
        with self._pool:
            for proof in self._proofs():
                self._totals.add(proof)
                yield proof if self._displays else _without_displays(proof)
                self._seconds = time.monotonic() - started

    def _proofs(self) -> Iterator[QuizProof]:
        waiting: deque[QuizProof | _Study] = deque()
        for file in self._files:
            waiting.append(self._open(file))
            yield from self._finished(waiting)
            while self._pool.backlog > _MOST_BACKLOG or len(waiting) > _MOST_WAITING:
                self._collect()
                yield from self._finished(waiting)
        while waiting:
            self._collect()
            yield from self._finished(waiting)

    def _open(self, file: Path | Loaded) -> QuizProof | _Study:
        """Take up a file: find its proof of an earlier time, or plan its questions and ask for their runs."""
        self._opened += 1
        key = ""
        if isinstance(file, Path):
            content = _read(file)
            if self._keeper and content is not None:
                key = self._keeper.quiz_key(shown_path(file), content, self._contents(data_folder(file)))
                known = self._keeper.proof(key, displays=self._displays)
                if known and self._ids.accept(known):
                    self._cached += known.runs
                    self._count(questions=len(known.questions), judged=len(known.questions))
                    return known
            from quizproof.load import load_file

            read = load_file(file, content)
            file = self._ids.keep(read)
            if file.findings != read.findings or not _is_ours(file):
                key = ""  # what is wrong with it depends on the files before it, or on code that we do not know
        if file.quiz is None:
            return QuizProof(file.path, None, file_findings=file.findings)
        from quizproof.plan import Plan

        study = _Study(file, file.quiz, key, self._contents(file.quiz.files))
        study.plans = [Plan(file.quiz, item) for item in file.quiz.items]
        study.proofs = [None] * len(study.plans)
        self._count(questions=len(study.plans))
        for index, plan in enumerate(study.plans):
            for program in list(plan.waiting):
                self._ask(study, index, program)
            self._judge(study, index)
            self._collect(wait=False)  # so that the runtimes have work while we read on
        return study

    def _ask(self, study: _Study, index: int, program: Program) -> None:
        """Look up what came of a program, or have it run."""
        runtime = study.quiz.header.runtime
        if self._keeper:
            known = self._keeper.outcome(program_key(runtime, program, study.data))
            if known:
                self._cached += 1
                study.plans[index].receive(program, known)
                return
        parts = [
            {"role": part.role, "source": part.source, "line": line}
            for part, line in zip(program.parts, program.starts(), strict=True)
        ]
        limits = program.limits.model_dump()
        self._pool.submit(Job((study, index, program), runtime, parts, limits, study.quiz.files))

    def _collect(self, *, wait: bool = True) -> None:
        """Take in the outcomes that have come."""
        for (study, index, program), outcome in self._pool.collect(wait=wait):
            study.plans[index].receive(program, outcome)
            study.lasting &= outcome.status in LASTING
            if self._keeper:
                key = program_key(study.quiz.header.runtime, program, study.data)
                self._keeper.keep_outcome(key, outcome)
            self._judge(study, index)

    def _judge(self, study: _Study, index: int) -> None:
        """Judge a question when all its outcomes are in."""
        plan = study.plans[index]
        if plan.waiting or study.proofs[index]:
            return
        if plan.outcomes:
            study.versions = study.versions or self._versions(study.quiz.header.runtime)
        study.proofs[index] = plan.judge(study.versions)
        study.runs += len(plan.outcomes)
        plan.outcomes.clear()
        self._count(judged=1)

    def _versions(self, runtime: str) -> Mapping[str, str]:
        """The versions of a runtime. It is started for this only when nothing is known from earlier."""
        if runtime not in self._pool.versions:
            known = self._keeper.versions(runtime) if self._keeper else None
            if known:
                return known
            self._pool.start([runtime])
            self._pool.wait()
        versions = self._pool.versions.get(runtime, {})
        if self._keeper and versions:
            self._keeper.keep_versions(runtime, versions)
        return versions

    def _finished(self, waiting: deque[QuizProof | _Study]) -> Iterator[QuizProof]:
        """The files that are done, up to the first that is not."""
        while waiting:
            first = waiting[0]
            proof = first.proof() if isinstance(first, _Study) else first
            if proof is None:
                return
            if isinstance(first, _Study) and first.key and first.lasting and self._keeper:
                self._keeper.keep_proof(first.key, proof)
            waiting.popleft()
            yield proof

    def _contents(self, folder: str | None) -> str:
        if folder not in self._data:
            self._data[folder] = contents(folder)
        return self._data[folder]

    def _count(self, *, questions: int = 0, judged: int = 0) -> None:
        self._questions += questions
        self._judged += judged
        if self._progress:
            about = round(self._questions / self._opened * len(self._files))
            self._progress(self._judged, max(about, self._questions), self._pool.runs)


@dataclass(eq=False)
class _Study:
    """A file of which some questions are not judged yet."""

    file: Loaded
    quiz: Quiz
    key: str
    """What its proof is kept under; empty when it is not to be kept."""
    data: str
    """The fingerprint of the files that its snippets may read."""
    plans: list[Plan] = field(default_factory=list)
    proofs: list[QuestionProof | None] = field(default_factory=list)
    versions: Mapping[str, str] = field(default_factory=dict)
    runs: int = 0
    lasting: bool = True
    """Whether all outcomes are of a sort that is kept."""

    def proof(self) -> QuizProof | None:
        """The proof of the file, when every question is judged."""
        proofs = tuple(proof for proof in self.proofs if proof)
        if len(proofs) < len(self.proofs):
            return None
        wrong = (*self._missing(proofs), *self.file.findings)
        return QuizProof(self.file.path, self.quiz.header, proofs, wrong, self.versions, self.runs)

    def _missing(self, proofs: tuple[QuestionProof, ...]) -> Iterator[Finding]:
        """One finding for all questions that lack the runtime."""
        lacking = [f for proof in proofs for f in proof.findings if f.code == rules.RUNTIME_MISSING]
        if lacking:
            count = len({finding.question for finding in lacking})
            noun = "question" if count == 1 else "questions"
            message = f"{lacking[0].message}; {count} {noun} could not be verified"
            help_ = f'Install it: pip install "quizproof[{self.quiz.header.runtime}]"'
            span = self.quiz.document.first_line(("runtime",))
            yield Finding(rules.RUNTIME_MISSING, self.file.path, span, message, help_)


def _read(file: Path) -> bytes | None:
    """What is in a file; None when it cannot be read, which the loader then explains."""
    try:
        return file.read_bytes()
    except OSError:
        return None


def _is_ours(file: Loaded) -> bool:
    """Whether all kinds in a file are built in, so that the engine's fingerprint covers them."""
    return file.quiz is None or all(type(i.question).__module__.startswith("quizproof.") for i in file.quiz.items)


def _without_displays(proof: QuizProof) -> QuizProof:
    questions = [
        replace(question, variants=tuple(replace(variant, display=None) for variant in question.variants))
        for question in proof.questions
    ]
    return replace(proof, questions=tuple(questions))
