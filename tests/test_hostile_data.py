"""Data from strangers: whatever a reply, a lock, a cache or a report says, it is judged or refused; nothing crashes."""

from __future__ import annotations

import contextlib
import io
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.corruption import corrupted, written
from quizproof.errors import UsageError
from quizproof.loading.load import load_file
from quizproof.outcome import Outcome, OutcomeData, Raised
from quizproof.proof import QuizProof, Totals
from quizproof.proving.prove import Proving
from quizproof.proving.study import Study, Ticket
from quizproof.runners.dask.batch import answered
from quizproof.runners.locked import LockedRunner
from quizproof.runners.pool import Pool
from quizproof.runtimes.sandbox.levels import LEVELS
from quizproof.store.cache import Cache
from quizproof.store.lock import Lock
from quizproof.store.lock_diff import compare, transcript
from quizproof.store.lock_writer import LockWriter
from quizproof.store.proof_cache import ProofCache
from quizproof_renderers.reports import formats
from quizproof_renderers.reports.merging import merge

if TYPE_CHECKING:
    from quizproof.loading.quiz import Quiz

KINDS = Path(__file__).with_name("kinds.yaml")
FILE = load_file(KINDS)
assert FILE.quiz is not None
QUIZ: Quiz = FILE.quiz


@pytest.fixture(scope="module")
def recorded() -> dict[str, OutcomeData]:
    """The outcomes of a real proof of every kind, by the key of their program."""
    found: dict[str, OutcomeData] = {}

    def keep(quiz: str, block: str, name: str, key: str, outcome: Outcome, again: int) -> None:
        found.setdefault(key, outcome.to_json())

    with Pool[Ticket](2, "none") as pool:
        assert not [proof.findings for proof in Proving([FILE], pool, witness=keep) if proof.findings]
    return found


def judged(index: int, outcomes: dict[str, OutcomeData], forged: Outcome, at: int) -> None:
    """Judge a block of which one program has a forged outcome, and report it in every format."""
    study = Study(FILE, QUIZ, "", "")
    study.add(QUIZ.items[index])
    plan = study.plans[0]
    waiting = sorted(plan.waiting, key=lambda request: study.program_key(0, request.program))
    target = waiting[at % len(waiting)].program
    while waiting:
        request = waiting.pop()
        outcome = (
            forged if request.program == target else Outcome.from_json(outcomes[study.program_key(0, request.program)])
        )
        waiting += plan.receive(request, outcome)
    study.judge(0)
    proof = study.proof(None)
    assert proof is not None
    reported(proof)


def reported(proof: QuizProof) -> None:
    """Report a file in every format."""
    totals = Totals()
    totals.add(proof)
    result = totals.result(sandbox="none", runs=1, cached=0, seconds=0.1)
    for name in formats.FORMATS:
        stream = io.StringIO()
        reporter = formats.reporter(name, stream)
        reporter.add(proof)
        reporter.finish(result)
        stream.getvalue().encode()


@given(st.data())
def test_no_reply_disturbs_a_judge(recorded: dict[str, OutcomeData], data: st.DataObject) -> None:
    """Real outcomes with changes in them are refused as replies, or judged and reported as any other."""
    index = data.draw(st.integers(0, len(QUIZ.items) - 1))
    study = Study(FILE, QUIZ, "", "")
    study.add(QUIZ.items[index])
    waiting = sorted(study.plans[0].waiting, key=lambda request: study.program_key(0, request.program))
    at = data.draw(st.integers(0, len(waiting) - 1))
    ticket = study.ticket(0, waiting[at])
    changed = data.draw(corrupted(recorded[ticket.key]))
    with contextlib.suppress(ValueError):
        outcome = Outcome.from_json(changed)
        if outcome.fits(ticket.job().lines):
            judged(index, recorded, outcome, at)


@pytest.fixture(scope="module")
def proof(recorded: dict[str, OutcomeData]) -> QuizProof:
    """The proof that these outcomes give."""
    writer = LockWriter()
    for number, (key, data) in enumerate(recorded.items()):
        writer.note(QUIZ.id, "any", str(number), key, Outcome.from_json(data))
    with LockedRunner[Ticket](writer.lock("none", {})) as runner:
        (only,) = Proving([FILE], runner)
    return only


@given(st.data())
def test_no_lock_disturbs_its_reader(
    recorded: dict[str, OutcomeData], tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """A lock with changes in it is refused in one sentence, or read and compared as any other."""
    names = data.draw(st.lists(st.sampled_from(sorted(recorded)), min_size=1, max_size=4, unique=True))
    writer = LockWriter()
    for name in names:
        writer.note(QUIZ.id, "any", name, name, Outcome.from_json(recorded[name]))
    path = tmp_path_factory.getbasetemp() / "fuzzed.lock"
    writer.lock("none", {"python": {"python": "3.11.7"}}).write(path)
    sound = json.loads(path.read_text())
    assert Lock.read(path).sandbox == "none"
    changed = written(data.draw(corrupted(sound)))
    if changed is None:
        return
    path.write_text(changed)
    with contextlib.suppress(UsageError):
        lock = Lock.read(path)
        assert not compare(lock, lock).changes
        assert all(transcript(entry) for _, _, _, entry in lock.entries())
        LockedRunner[str](lock)


@pytest.fixture(scope="module")
def kept_text(proof: QuizProof, tmp_path_factory: pytest.TempPathFactory) -> str:
    """What the cache keeps of the proof."""
    with Cache(tmp_path_factory.mktemp("kept") / "cache.sqlite3") as cache:
        ProofCache(cache, LockedRunner[str](Lock("", "", "none", {}, {}))).keep_proof("quiz:a", proof)
        return cache.get("quiz:a") or ""


@given(st.data())
def test_no_cache_disturbs_its_reader(
    kept_text: str, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """What the cache has of a proof is taken as it is, or counts as missing."""
    changed = written(data.draw(corrupted(json.loads(kept_text))))
    if changed is None:
        return
    with Cache(tmp_path_factory.getbasetemp() / "fuzzed.sqlite3") as cache:
        kept = ProofCache(cache, LockedRunner[str](Lock("", "", "none", {}, {})))
        cache.put("quiz:a", kept_text)
        assert kept.proof("quiz:a", displays=False) is not None
        cache.put("quiz:a", changed)
        if (found := kept.proof("quiz:a", displays=False)) is not None:
            reported(found)


@given(st.data())
def test_no_report_disturbs_the_merge(
    proof: QuizProof, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """A report of a part is refused in one sentence, or merged."""
    path = tmp_path_factory.getbasetemp() / "fuzzed.json"
    totals = Totals()
    totals.add(proof)
    with path.open("w", encoding="utf-8") as stream:
        reporter = formats.reporter("json", stream)
        reporter.add(proof)
        reporter.finish(totals.result(sandbox="none", runs=1, cached=0, seconds=0.1, shard="1/1", bank="b"))
    sound = json.loads(path.read_text())
    assert merge([path]).result.summary.claims
    changed = written(data.draw(corrupted(sound)))
    if changed is None:
        return
    path.write_text(changed)
    with contextlib.suppress(UsageError):
        for quiz in merge([path]).quizzes:
            reported(quiz)


@given(st.data())
def test_no_worker_disturbs_us(recorded: dict[str, OutcomeData], data: st.DataObject) -> None:
    """The answer of a worker is refused with a reason, or its outcomes fit the programs."""
    study = Study(FILE, QUIZ, "", "")
    study.add(QUIZ.items[0])
    tickets = [study.ticket(0, request) for request in study.plans[0].waiting]
    machine: dict[str, Any] = dict.fromkeys(("quizproof", "code", "python", "machine", "processor"), "x")
    machine |= {"packages": {"torch": "2"}, "variables": {}, "sandbox": dict.fromkeys(LEVELS, "")}
    outcomes = [recorded[ticket.key] for ticket in tickets]
    answer = {"worker": "tcp://a", "machine": machine, "outcomes": outcomes, "versions": {"a": "1"}, "missing": ""}
    jobs = [ticket.job() for ticket in tickets]
    assert len(answered(json.dumps(answer), jobs)[1]) == len(jobs)
    changed = written(data.draw(corrupted(answer)))
    with contextlib.suppress(ValueError):
        _, found = answered(changed or "", jobs)
        assert len(found) in (0, len(jobs))


def test_syntax_message_with_a_number_of_5000_digits(recorded: dict[str, OutcomeData]) -> None:
    """Python's parser names lines; a forger may name one that is no line, and a number that Python does not convert."""
    message = f"'(' was never closed on line {'9' * 5000}"
    judged(0, recorded, Outcome("syntax", (), Raised("SyntaxError", message, 0)), 0)
