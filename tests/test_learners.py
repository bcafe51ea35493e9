"""What learners wrote for questions of the shipped bank: answers are run, and none that passes is told wrong.

`learners/programs.txt` has programs, and `learners/fills.txt` texts for blanks: `+` before those that pass, `-` before
those that do not. They were written without a look at what the engine knows.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import pytest

from helpers.turns import in_turn
from quizproof.displays import Blanks, ProgramInput
from quizproof.loading.files import find_files
from quizproof.marking.attempt import filled_program, judge, program_of
from quizproof.marking.mark import NeverRun, mark
from quizproof.marking.recognition import around, known_text
from quizproof.proof import Report
from quizproof.proving.prove import Proving
from quizproof.proving.study import Ticket
from quizproof.runners.locked import LockedRunner
from quizproof.runners.pool import Pool
from quizproof.runners.runner import run
from quizproof.store.lock import NAME, Lock

BANK = Path(__file__).parent.parent / "questions"
LEARNERS = Path(__file__).parent / "learners"


_PROGRAM = re.compile(r"^(\+\+\+|---)\n(.*?)(?=^\+\+\+$|^---$|\Z)", re.MULTILINE | re.DOTALL)


class Answer(NamedTuple):
    """What one learner gave."""

    question: str
    passes: bool
    given: str | list[str]


def answers() -> list[Answer]:
    """All of both files."""
    found = []
    for block in re.split(r"^##### ", (LEARNERS / "programs.txt").read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
        question, programs = block.split("\n", 1)
        for sign, source in re.findall(
            r"^(\+\+\+|---)\n(.*?)(?=^\+\+\+$|^---$|\Z)", programs, re.MULTILINE | re.DOTALL
        ):
            found.append(Answer(question, sign == "+++", source.rstrip("\n")))
    question = ""
    for line in (LEARNERS / "fills.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("##### "):
            question = line.removeprefix("##### ")
        else:
            found.append(Answer(question, line[0] == "+", [text.strip() for text in line[1:].split(" |")]))
    return found


@pytest.fixture(scope="module")
def locked() -> Report:
    """The shipped bank with the outcomes of its lock."""
    lock = Lock.read(BANK / NAME)
    return Proving(find_files([BANK]), LockedRunner[Ticket](lock), lock=lock).report()


def forms(report: Report) -> dict[str, Blanks | ProgramInput]:
    """The questions that are answered by code."""
    shown = {block.id: block.variants[0].display for block in report.blocks if block.variants}
    inputs = {id_: display.input for id_, display in shown.items() if display}
    return {id_: form for id_, form in inputs.items() if isinstance(form, Blanks | ProgramInput)}


def test_programs_with_one_normal_form_do_the_same(locked: Report) -> None:
    """All programs of the bank that were run: two of one question that share a form pass the same number of checks."""
    programs = forms_seen = 0
    for form in forms(locked).values():
        if isinstance(form, ProgramInput):
            passed: dict[str, int] = {}
            for attempt in form.attempts:
                text = known_text(attempt.source, around(form))
                assert passed.setdefault(text, attempt.passed) == attempt.passed, attempt.source
            programs += len(form.attempts)
            forms_seen += len(passed)
    assert programs >= forms_seen > 200


def test_answers_are_what_is_noted_of_them(locked: Report) -> None:
    """A run says whether an answer passes; the questions take turns."""
    asked = forms(locked)
    quizzes = {block.id: quiz for quiz in locked.quizzes for block in quiz.blocks}
    questions = in_turn(sorted(asked))
    with Pool[None]() as pool:
        for question, passes, given in answers():
            if question not in questions:
                continue
            form, header = asked[question], quizzes[question].header
            assert header is not None
            if isinstance(form, Blanks):
                assert isinstance(given, list)
                passed = run(pool, header.runtime, filled_program(form, given)).status == "finished"
            else:
                program = program_of(form, str(given))
                passed = judge(form, program, run(pool, header.runtime, program)).correct
            assert passed is passes, (question, given)


def test_no_right_answer_is_told_wrong(locked: Report) -> None:
    """At least five right answers to each question, and others. No wrong one is told right."""
    asked = forms(locked)
    right = Counter(answer.question for answer in answers() if answer.passes)
    assert right.keys() == asked.keys()
    assert min(right.values()) >= 5
    told: Counter[tuple[bool, str]] = Counter()
    for question, passes, given in answers():
        form = asked[question]
        try:
            said = "right" if mark(form, given).correct else "wrong"
        except NeverRun:
            said = "not run"
        told[isinstance(form, Blanks), f"{'right' if passes else 'wrong'} told {said}"] += 1
    for blanks, known in ((False, 1 / 4), (True, 1 / 2)):
        assert told[blanks, "right told wrong"] == told[blanks, "wrong told right"] == 0
        assert told[blanks, "right told right"] >= known * (
            told[blanks, "right told right"] + told[blanks, "right told not run"]
        )
