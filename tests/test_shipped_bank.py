"""The bank that the project ships: proven as a whole, and marked by its own pages as the engine marks it."""

from __future__ import annotations

import itertools
from collections import Counter
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from helpers.chart_text import outside_pictures
from helpers.replay import answer_all, expected, opened, responses
from helpers.residue import residues
from helpers.turns import in_turn
from quizproof.kinds.registry import BUILT_IN
from quizproof.loading.files import find_files
from quizproof.proof import QuizProof, Report
from quizproof.proving.prove import Proving
from quizproof.proving.study import Ticket
from quizproof.runners.local import local_runner
from quizproof.runners.locked import LockedRunner
from quizproof.store.lock import NAME, Lock
from quizproof_renderers.site.build import build_site
from quizproof_renderers.site.pages.block import MAX_VARIANTS

BANK = Path(__file__).parent.parent / "questions"


@pytest.fixture(scope="module")
def lock() -> Lock:
    """The lock that is committed."""
    return Lock.read(BANK / NAME)


@pytest.fixture(scope="module")
def report(lock: Lock) -> Report:
    """The whole bank, proven by its lock."""
    return Proving(find_files([BANK]), LockedRunner[Ticket](lock), lock=lock).report()


def test_every_claim_is_proven(report: Report) -> None:
    """No finding, not even a warning; nothing unverified; nearly nothing taken on trust."""
    assert [f"{f.place} {f.code} {f.message}" for f in report.findings] == []
    assert {proof.status for proof in report.blocks} <= {"proven", "unproven"}
    assert report.summary.proof_coverage >= 0.97
    assert report.status == "proven"


def test_claims_are_proven_by_runs() -> None:
    """Run anew, without the lock, every claim is proven as well.

    That is a third of the bank, another one at each commit, while nothing that carries out runs has changed.
    """
    fresh = Proving(in_turn(find_files([BANK])), local_runner()).report()
    assert [f"{f.place} {f.code} {f.message}" for f in fresh.findings] == []
    assert {proof.status for proof in fresh.blocks} <= {"proven", "unproven"}
    assert fresh.status == "proven"
    assert fresh.summary.runs > 500


def test_lock_is_that_of_the_bank(lock: Lock, report: Report) -> None:
    """Every program has its outcome in the lock, none is left over, and they prove every claim again."""
    assert {quiz.id for quiz in report.quizzes} == lock.quizzes.keys()
    assert (report.status, report.summary.runs) == ("proven", 0)


def test_pages_have_no_residue(report: Report, tmp_path: Path) -> None:
    """Nothing that a template leaves, no number with a long tail, and nothing that says the same of every run."""
    site = build_site(report, tmp_path / "site").out
    found = [(page.name, text) for page in sorted(site.rglob("*.html")) for _, text in residues(page)]
    assert found == []


def test_bank_teaches_what_it_should(report: Report) -> None:
    """Every kind is used for real, there are variants, and every topic refutes what people commonly believe."""
    used = Counter(proof.kind for proof in report.blocks)
    # Figures need a package that none of the bank's extras has.
    assert {kind: used[kind] for kind in BUILT_IN if used[kind] < 5 and kind != "figure"} == {}
    assert sum(len(proof.variants) > 1 for proof in report.blocks) >= 10
    for topic, quizzes in by_topic(report).items():
        displays = [v.display for quiz in quizzes for proof in quiz.blocks for v in proof.variants]
        assert any(display and display.belief for display in displays), topic


def test_topics_have_their_modes(report: Report) -> None:
    """Freezing layers in all modes and at least 60 questions; the other topics in practice and trace, and 20."""
    topics = by_topic(report)
    assert len(topics) >= 4
    for topic, quizzes in topics.items():
        ways = {(quiz.header.mode, quiz.header.runtime) for quiz in quizzes if quiz.header}
        first = topic == "freezing-layers"
        modes = ("practice", "metrics", "experiment", "trace") if first else ("practice", "trace")
        assert ways >= set(itertools.product(modes, ("torch", "tensorflow"))), topic
        asked = sum(not proof.exhibit for quiz in quizzes for proof in quiz.blocks)
        assert asked >= (60 if first else 20), topic


def test_every_page_has_questions_and_an_insight(report: Report) -> None:
    """At least three questions a page, and what to take home from it."""
    for quiz in report.quizzes:
        assert quiz.header is not None
        assert quiz.header.insight, quiz.id
        assert sum(not proof.exhibit for proof in quiz.blocks) >= 3, quiz.id


def by_topic(report: Report) -> dict[str, list[QuizProof]]:
    """The quizzes of each topic."""
    topics: dict[str, list[QuizProof]] = {}
    for quiz in report.quizzes:
        if quiz.header:
            topics.setdefault(quiz.header.topic, []).append(quiz)
    return topics


def test_pages_mark_as_the_engine_does(report: Report, browser: Browser, tmp_path: Path) -> None:
    """Every key, distractor and foreseen mistake, given on the page in a real browser, gets the engine's mark."""
    site = build_site(report, tmp_path / "site").out
    tried = 0
    for quiz in report.quizzes:
        assert quiz.header is not None
        with opened(browser, site / quiz.header.topic / f"{quiz.id}.html") as page:
            assert outside_pictures(page) == []
            for proof in quiz.blocks:
                if proof.exhibit:
                    continue
                for index, variant in enumerate(proof.variants[:MAX_VARIANTS]):
                    assert variant.display is not None
                    given = list(responses(variant.display))
                    marks = answer_all(page, ((proof.id, response, index) for response in given))
                    for response, (score, _) in zip(given, marks, strict=True):
                        assert score == expected(variant.display, response), (proof.id, response)
                        tried += 1
    assert tried > 200
