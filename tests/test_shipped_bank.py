"""The bank that the project ships: proven as a whole, and marked by its own pages as the engine marks it."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from quizproof.files import find_files
from quizproof.load import load_bank
from quizproof.lock import NAME, Lock
from quizproof.locked import LockedRunner
from quizproof.proof import Report
from quizproof.prove import Proving, Ticket, prove
from quizproof_renderers.pages import MAX_VARIANTS
from quizproof_renderers.site import build_site
from replay import answer, expected, opened, responses

BANK = Path(__file__).parent.parent / "questions"


@pytest.fixture(scope="module")
def report() -> Report:
    """The whole bank, proven on this machine."""
    return prove(load_bank([BANK]))


def test_every_claim_is_proven(report: Report) -> None:
    """No finding, not even a warning; nothing unverified; nearly nothing taken on trust."""
    assert [f"{f.place} {f.code} {f.message}" for f in report.findings] == []
    assert {proof.status for proof in report.questions} <= {"proven", "unproven"}
    assert report.summary.proof_coverage >= 0.95
    assert report.exit_code == 0


def test_lock_is_that_of_the_bank() -> None:
    """Every program has its outcome in the lock, none is left over, and they prove every claim again."""
    lock = Lock.read(BANK / NAME)
    locked = Proving(find_files([BANK]), LockedRunner[Ticket](lock), lock=lock).report()
    assert [f"{f.place} {f.code} {f.message}" for f in locked.findings] == []
    assert {quiz.id for quiz in locked.quizzes} == lock.quizzes.keys()
    assert (locked.exit_code, locked.summary.runs) == (0, 0)


def test_bank_teaches_what_it_should(report: Report) -> None:
    """Both frameworks, every kind, variants, and a mistake behind every wrong option."""
    assert len(report.questions) >= 16
    assert {quiz.header.runtime for quiz in report.quizzes if quiz.header} == {"torch", "tensorflow"}
    assert {proof.kind for proof in report.questions} == {"choice", "find-bug", "number", "predict-output"}
    assert sum(len(proof.variants) > 1 for proof in report.questions) >= 5


def test_pages_mark_as_the_engine_does(report: Report, browser: Browser, tmp_path: Path) -> None:
    """Every key, distractor and foreseen mistake, given on the page in a real browser, gets the engine's mark."""
    site = build_site(report, tmp_path / "site").out
    tried = 0
    for quiz in report.quizzes:
        assert quiz.header is not None
        with opened(browser, site / quiz.header.topic / f"{quiz.id}.html") as page:
            for proof in quiz.questions:
                if proof.exhibit:
                    continue
                for index, variant in enumerate(proof.variants[:MAX_VARIANTS]):
                    assert variant.display is not None
                    for response in responses(variant.display):
                        score, _ = answer(page, proof.id, response, index)
                        assert score == expected(variant.display, response), (proof.id, response)
                        tried += 1
    assert tried > 200
