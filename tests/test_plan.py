"""Plans: which runs a block calls for, and how its claims are judged from outcomes. Outcomes are made by hand here."""

from __future__ import annotations

import textwrap
from dataclasses import replace
from pathlib import Path

import pytest

from quizproof import rules
from quizproof.claims import Program
from quizproof.loading.files import SourceFile
from quizproof.loading.load import load_source
from quizproof.outcome import Outcome, PartResult
from quizproof.proving import plan as plan_module
from quizproof.proving.plan import Plan
from quizproof.runtimes.conditions import USUAL, Conditions

HEADER = "quiz: q\ntitle: Q\ntopic: t\nblocks:\n"
NUMBER = """\
- id: sum
  kind: number
  prompt: How much?
  value: a + b
  setup: a = 1; b = 1
  answer: {answer}
"""


def plan_of(block: str, stress: int = 0) -> Plan:
    """The plan of one block, which begins on line 5 of its file."""
    content = (HEADER + textwrap.indent(block, "  ")).encode()
    loaded = load_source(SourceFile(Path("q.yaml"), "q.yaml", content, "", None))
    assert loaded.quiz
    assert loaded.findings == ()
    return Plan(loaded.quiz, loaded.quiz.items[0], stress)


def finished(program: Program, value: object = None, stdout: str = "", drew: bool = False) -> Outcome:
    """An outcome of a program whose last part has this value and output."""
    parts = [PartResult("", "", 0, None)] * (len(program.parts) - 1)
    return Outcome("finished", (*parts, PartResult(stdout, "", 0, value)), drew=drew)


def answer_all(plan: Plan, value: object = None, stdout: str = "", drew: bool = False) -> int:
    """Give the same outcome for every run that is asked for, until none is; how many there were."""
    count = 0
    while plan.waiting:
        request = next(iter(plan.waiting))
        plan.receive(request, finished(request.program, value, stdout, drew))
        count += 1
    return count


def test_right_outcome_proves() -> None:
    plan = plan_of(NUMBER.format(answer=2))
    assert answer_all(plan, 2) == 2  # with a second look
    proof = plan.judge({"python": "3.11"})
    assert (proof.id, proof.kind, proof.status, proof.answer, proof.line) == ("sum", "number", "proven", "2", 5)
    assert proof.findings == ()


def test_wrong_outcome_refutes_at_its_line() -> None:
    plan = plan_of(NUMBER.format(answer=3))
    answer_all(plan, 2)
    proof = plan.judge({})
    assert proof.status == "refuted"
    (finding,) = proof.findings
    assert (finding.code, finding.block, finding.span.line) == (rules.KEY_REFUTED, "sum", 10)
    assert (finding.expected, finding.actual) == ("3", "2")


def test_each_variant_is_run_and_the_same_finding_is_reported_once() -> None:
    block = NUMBER.format(answer=5).replace("a = 1; b = 1", "a = {{ n }}; b = 1") + "  params: {n: [1, 2, 3]}\n"
    plan = plan_of(block)
    assert len(plan.waiting) == 3
    answer_all(plan, 2)
    proof = plan.judge({})
    assert [claim.verdict for claim in proof.claims] == ["refuted"] * 3
    assert [finding.code for finding in proof.findings] == [rules.KEY_REFUTED]
    assert proof.findings[0].message.endswith("(with n=1)")


def test_parameters_that_cannot_be_filled_in_are_a_finding_of_their_variant() -> None:
    plan = plan_of(NUMBER.format(answer=2).replace("a = 1;", "a = {{ 1 // n }};") + "  params: {n: [0, 1]}\n")
    assert len(plan.waiting) == 1
    answer_all(plan, 2)
    proof = plan.judge({})
    assert [claim.verdict for claim in proof.claims if claim.what in ("expressions", "key")] == ["refuted", "proven"]
    (finding,) = proof.findings
    assert (finding.code, finding.span.line) == (rules.TEMPLATE, 9)


def test_more_runs_than_anybody_waits_for_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    block = NUMBER.format(answer=2) + "  params: {n: [1, 2, 3]}\n"
    monkeypatch.setattr(plan_module, "MAX_PROGRAMS", 3)
    assert len(plan_of(block).waiting) == 1  # the three variants share a program
    monkeypatch.setattr(plan_module, "MAX_PROGRAMS", 2)
    plan = plan_of(block)
    assert plan.waiting == set()
    (finding,) = plan.judge({}).findings
    assert (finding.code, finding.span.line) == (rules.LIMIT_HIT, 5)
    assert "more than 2 runs" in finding.message


def test_a_key_that_drew_is_run_again_and_must_come_out_the_same() -> None:
    plan = plan_of(NUMBER.format(answer=2))
    (request,) = plan.waiting
    first, *attempts = plan.receive(request, finished(request.program, 2, drew=True))
    assert "clock" in first.conditions.changes
    assert {each.conditions.changes for each in attempts} == {""}
    for each in attempts:
        assert plan.receive(each, finished(each.program, 2)) == ()
    # Only what differs is looked at more closely, with one change at a time.
    closer = plan.receive(first, finished(first.program, 3))
    assert Conditions(attempt=5, changes="clock") in {each.conditions for each in closer}
    for each in closer:
        changed = each.conditions.changes == "order"
        assert plan.receive(each, finished(each.program, 3 if changed else 2)) == ()
    proof = plan.judge({})
    assert (proof.status, [finding.code for finding in proof.findings]) == ("unstable", [rules.UNSTABLE])
    assert proof.findings[0].message == "key: the program gave 2, but with its sets in another order it gave 3"
    assert plan.runs == 2 + len(attempts) + len(closer)


def test_a_key_that_drew_and_comes_out_the_same_is_proven() -> None:
    plan = plan_of(NUMBER.format(answer=2))
    assert answer_all(plan, 2, drew=True) == 4
    assert plan.judge({}).status == "proven"


def test_stress_runs_every_program_under_as_many_conditions() -> None:
    plan = plan_of(NUMBER.format(answer=2), stress=3)
    (request,) = plan.waiting
    further = plan.receive(request, finished(request.program, 2))
    assert len({each.conditions for each in further} | {USUAL}) == 4


def test_what_did_not_come_to_an_end_is_not_run_again() -> None:
    plan = plan_of(NUMBER.format(answer=2), stress=3)
    (request,) = plan.waiting
    assert plan.receive(request, Outcome("fault", detail="the cable was cut")) == ()
    proof = plan.judge({})
    assert (proof.status, [finding.code for finding in proof.findings]) == ("unverified", [rules.ENGINE_FAULT])


def test_names_of_runs_tell_all_programs_apart() -> None:
    block = """\
- id: order
  kind: order-lines
  prompt: Put the lines in order.
  check: assert out == [1, 2]
  lines: |
    out = []
    out.append(1)
    out.append(2)
"""
    plan = plan_of(block)
    count = answer_all(plan)
    names = [name for name, *_ in plan.names_of_runs()]
    assert len(names) == len(set(names)) == count - 1  # the second look at the key has no name of its own
    assert any(name.endswith("#2") for name in names)
    assert all("check" in name or "kind" in name for name in names)  # "kind": what the lines leave is recorded


def test_facts_that_raise_are_a_finding_where_the_fact_is() -> None:
    good = NUMBER.format(answer=2) + "  facts: {twice: 2 * a}\n  explanation: Twice is {{ twice }}.\n"
    plan = plan_of(good)
    answer_all(plan, 2)
    proof = plan.judge({})
    assert proof.status == "proven"
    assert "Twice is 2." in str(proof.variants[0].display)
    plan = plan_of(good)
    for request in list(plan.waiting):
        facts = request.program.parts[-1].at[0] == "facts"
        outcome = finished(request.program, 2)
        if facts:
            outcome = replace(outcome, status="limit", detail="it took 10 s")
        plan.receive(request, outcome)
    proof = plan.judge({})
    assert [(claim.what, claim.verdict) for claim in proof.claims][-1] == ("facts", "refuted")
    assert [(finding.code, finding.span.line) for finding in proof.findings] == [(rules.LIMIT_HIT, 11)]


def test_audit_reports_what_the_cache_has_and_what_the_run_gave() -> None:
    plan = plan_of(NUMBER.format(answer=2))
    (request,) = plan.waiting
    plan.audit(request.program, finished(request.program, 2), finished(request.program, 2))
    assert plan.findings == []
    plan.audit(request.program, finished(request.program, 4), finished(request.program, 2))
    assert [(finding.code, finding.expected, finding.actual) for finding in plan.findings] == [
        (rules.AUDIT, "gave 4", "gave 2")
    ]


def test_forgotten_outcomes_are_gone() -> None:
    plan = plan_of(NUMBER.format(answer=2))
    answer_all(plan, 2, drew=True)
    plan.forget()
    assert (plan.outcomes, plan.again) == ({}, {})
