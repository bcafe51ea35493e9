"""`write-code`: proven samples, lies refuted at their line, mutations that no check notices, and marks."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizproof.displays import Attempt, Check, ProgramInput
from quizproof.errors import CannotVerify
from quizproof.marking.attempt import judge, passed, program_of
from quizproof.marking.mark import MalformedResponse, NeverRun, mark
from quizproof.marking.recognition import around, known_text
from quizproof.outcome import Outcome, PartResult, Raised
from quizproof.runners.job import Job
from quizproof.runners.pool import Pool
from quizproof_renderers.site.feedback import feedback_on_mistakes, fingerprint
from quizproof_renderers.tally import mutations

if TYPE_CHECKING:
    from conftest import CatchLie, ProveText
    from quizproof.proof import Report

TOTAL = """
- id: q
  kind: write-code
  prompt: Set `total` to the sum of the even numbers.
  setup: |
    numbers = [1, 2, 3, 4]
  starter: |
    total = 0
    # add up
  solution: |
    total = 0
    for n in numbers:
        if n % 2 == 0:
            total += n
    numbers.sort()
  checks:
    - name: The even numbers are added up
      code: |
        assert total == 6
    - name: The numbers are left alone
      hidden: true
      code: |
        assert numbers == [1, 2, 3, 4]
  wrong:
    - code: total = sum(numbers)
      mistake: Adds the odd numbers, too.
      happens: runs silently
    - code: |
        numbers.remove(1)
        numbers.remove(3)
        total = sum(numbers)
      mistake: Takes the odd numbers out of the list.
    - code: total = sum(numbers.even())
      mistake: Lists have no such method.
      happens: "AttributeError: no attribute 'even'"
  equivalent:
    - "# numbers.sort()"
  explanation: The solution prints nothing{{ stdout }}.
"""

FREEZE = """
- id: q
  kind: write-code
  prompt: Freeze the first layer, and set `features` to its output, averaged over the batch.
  setup: |
    import torch
    from torch import nn
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, 2))
    x = torch.rand(5, 4)
  starter: |
    features = model[0](x)
  solution: |
    for p in model[0].parameters():
        p.requires_grad = False
    features = model[0](x).mean(dim=0)
  checks:
    - name: Only the first layer is frozen
      code: |
        assert [p.requires_grad for p in model.parameters()] == [False, False, True, True]
    - name: The features are averaged over the batch
      code: |
        weight, bias = model[0].parameters()
        torch.testing.assert_close(features, (x @ weight.T + bias).mean(0))
  wrong:
    - code: |
        model[0].requires_grad = False
        features = model[0](x).mean(dim=0)
      mistake: Sets an attribute that nobody reads.
      happens: runs silently
    - code: |
        model[0].requires_grad_(False)
        features = model[0](x).mean(dim=1)
      mistake: Averages over the features.
"""


def shown(report: Report) -> ProgramInput:
    display = report.blocks[0].variants[0].display
    assert display is not None
    assert isinstance(display.input, ProgramInput)
    return display.input


def found(report: Report) -> list[tuple[str, int]]:
    return [(f.code, f.span.line) for f in report.findings]


@pytest.mark.parametrize(("text", "runtime"), [(TOTAL, "python"), (FREEZE, "torch")], ids=["python", "torch"])
def test_good_samples_are_proven(prove_text: ProveText, text: str, runtime: str) -> None:
    """The acceptance beside every refusal below: no finding, and every mutation is killed or known to be right."""
    report = prove_text(text, runtime=runtime)
    assert [(f.code, f.message) for f in report.findings] == []
    assert report.status == "proven"
    assert {claim.verdict for claim in report.blocks[0].claims} == {"proven"}


LIES = [
    ("total += n", "total += 1", "QP201", 23, "solution: it fails the check 'The even numbers are added up'"),
    ("total += n", "total += m", "QP201", 18, "solution: it does not run: NameError: name 'm' is not defined"),
    ("total += n", "total += (n", "QP113", 18, "SyntaxError: '(' was never closed"),
    ("numbers = [1,", "numbers = 1 / 0, [1,", "QP209", 10, "the setup raised ZeroDivisionError"),
    ("total = 0\n    # add", "total = 6\n    # add", "QP222", 12, "starter: the starter passes every check"),
    ("sum(numbers)\n      mistake: Adds", "6\n      mistake: Adds", "QP202", 29, "wrong program 1: this wrong program"),
    (
        "attribute 'even'",
        "attribute 'odd'",
        "QP203",
        39,
        "wrong program 3: `happens: AttributeError: no attribute 'odd'`",
    ),
    ("happens: runs silently", "happens: TypeError", "QP203", 31, "wrong program 1: `happens: TypeError`"),
    ("numbers.remove(3)", "numbers.remove(n)", "QP207", 34, "wrong program 2: it failed by NameError"),
    ("assert total == 6", "assert total", "QP202", 29, "wrong program 1: this wrong program passes every check"),
    ("assert total == 6", "total.check()", "QP208", 23, "the check itself raised AttributeError"),
    (
        "assert numbers == [1, 2, 3, 4]",
        "numbers == [1, 2, 3, 4]",
        "QP246",
        27,
        "it compares, and nothing is done with the result",
    ),
    ("assert total == 6", "assert numbers", "QP205", 21, "checks can fail: the check passes although"),
    ("# numbers.sort()", "numbers.sort()", "QP223", 41, "mutations: no change of the solution that passes every"),
    ("The numbers are left alone", "The even numbers are added up", "QP115", 6, "two checks have the name"),
    ("# add up", "for n in numbers:\n        if n % 2 == 0:\n            total += n", "QP222", 12, "starter: the"),
]


@pytest.mark.parametrize(("old", "new", "code", "line", "message"), LIES)
def test_lies_are_refuted(catch_lie: CatchLie, old: str, new: str, code: str, line: int, message: str) -> None:
    """The right rule, at the right line, in words that name the culprit."""
    catch_lie(TOTAL, old, new, code, line, message)


def test_survivors_are_warned_of_at_their_line(prove_text: ProveText) -> None:
    """Each line of the solution that checks do not look at, with what it may be changed to, and in figures."""
    blunt = TOTAL.replace('  equivalent:\n    - "# numbers.sort()"\n', "")
    report = prove_text(blunt)
    assert report.status == "proven"
    (finding,) = report.findings
    assert (finding.code, finding.span.line, finding.span.column) == ("QP221", 19, 7)
    assert "when this line is changed to `# numbers.sort()`; check" in finding.message
    (claim,) = (claim for claim in report.blocks[0].claims if claim.what == "mutations")
    assert claim.evidence["survived"] == ["line 5: without `numbers.sort()`"]
    assert claim.evidence["mutations"] == claim.evidence["killed"] + 1 == report.summary.mutations
    assert mutations(report.result) == f"Mutations: {report.summary.killed} of {report.summary.mutations} killed"
    sharp = prove_text(TOTAL)  # a line known to be right too still counts as surviving
    assert (sharp.summary.mutations, sharp.summary.killed) == (report.summary.mutations, report.summary.killed)
    assert [a.passed for a in shown(sharp).attempts if a.origin == "equivalent"] == [2]


def test_whoever_writes_another_right_program_is_told_of_no_mistake(prove_text: ProveText) -> None:
    program = shown(prove_text(TOTAL))
    (equivalent,) = (a for a in program.attempts if a.origin == "equivalent")
    marked = mark(program, equivalent.source)
    assert (marked.correct, marked.feedback) == (True, "")
    foreseen = {feedback.value for feedback in feedback_on_mistakes(program)}

    def known(source: str) -> str:
        return fingerprint(known_text(source, around(program)))

    assert known(equivalent.source) not in foreseen
    assert {known(a.source) for a in program.attempts if a.origin == "mutation"} <= foreseen


def test_mutations_are_as_many_as_asked_for(prove_text: ProveText) -> None:
    """None for 0, and never more than there are."""
    bare = TOTAL.replace('  equivalent:\n    - "# numbers.sort()"\n', "")
    none = prove_text(bare.replace("  kind: write-code", "  kind: write-code\n  mutations: 0"))
    assert none.summary.mutations == 0
    assert none.findings == ()
    assert mutations(none.result) == ""
    assert prove_text(bare.replace("  kind: write-code", "  kind: write-code\n  mutations: 2")).summary.mutations == 2


def test_endless_mutation_is_killed(prove_text: ProveText) -> None:
    """A mutation that runs into the time limit is one that was noticed."""
    text = """
        - id: q
          kind: write-code
          prompt: Find the first power of two above 100.
          limits: {seconds: 1}
          setup: import itertools
          solution: |
            for n in itertools.count():
                if 2 ** n > 100:
                    break
          checks:
            - name: It is 128
              code: assert 2 ** n == 128
    """
    report = prove_text(text)
    survived = next(c.evidence["survived"] for c in report.blocks[0].claims if c.what == "mutations")
    assert survived == ["line 2: `101` for `100`"]
    assert report.summary.mutations >= 3
    assert any(a.evidence and a.evidence.summary.startswith("Was stopped") for a in shown(report).attempts)


def test_mutation_of_random_code_is_not_run_again(prove_text: ProveText) -> None:
    """Unseeded mutations get no second look; the solution is unstable, and said to be, once."""
    seeded = """
        - id: q
          kind: write-code
          prompt: Seed, and draw.
          solution: |
            import random
            random.seed(1)
            x = random.random()
            print(x)
          checks:
            - name: Between 0 and 1
              code: assert 0 <= x < 1
          equivalent: ["# random.seed(1)", "random.seed(2)", "# print(x)"]
    """
    report = prove_text(seeded)
    assert [f.code for f in report.findings] == []
    unseeded = seeded.replace("            random.seed(1)\n", "").replace('"# random.seed(1)", "random.seed(2)", ', "")
    assert found(prove_text(unseeded)) == [("QP401", 10)]


def test_variants_have_their_own_mutations(prove_text: ProveText) -> None:
    """Parameters are filled into the solution, the checks and the equivalent lines."""
    text = """
        - id: q
          kind: write-code
          prompt: Make a list of {{ n }} zeros.
          params: {n: [2, 3]}
          solution: |
            zeros = [0] * {{ n }}
            zeros.extend([0][{{ n }}:])
          checks:
            - name: All are zero
              code: assert zeros == [0, 0, 0][:{{ n }}]
          equivalent:
            - "# zeros.extend([0][{{ n }}:])"
            - zeros.extend([0][{{ n + 1 }}:])
            - zeros.extend([1][{{ n }}:])
    """
    report = prove_text(text)
    assert [(f.code, f.message) for f in report.findings] == []
    answers = [v.display.answer for v in report.blocks[0].variants if v.display]
    assert answers == [f"zeros = [0] * {n}\nzeros.extend([0][{n}:])" for n in (2, 3)]


def test_programs_that_coincide_are_found(prove_text: ProveText) -> None:
    """Two wrong programs that differ in comments only are one."""
    text = TOTAL.replace("total = sum(numbers.even())", "total = sum(numbers)  \n").replace(
        "      happens: \"AttributeError: no attribute 'even'\"\n", ""
    )
    assert ("QP206", 37) in found(prove_text(text))


def test_display_tells_what_was_run(prove_text: ProveText) -> None:
    """The solution first, then the starter, the wrong programs and the mutations, each as far as its run came."""
    program = shown(prove_text(TOTAL))
    assert [a.origin for a in program.attempts[:5]] == ["solution", "starter", "wrong", "wrong", "wrong"]
    assert [a.passed for a in program.attempts[:5]] == [2, 0, 0, 1, 0]
    assert {a.origin for a in program.attempts[5:]} == {"mutation", "equivalent"}
    assert [(check.name, check.hidden) for check in program.checks] == [
        ("The even numbers are added up", False),
        ("The numbers are left alone", True),
    ]
    kept = program.attempts[3].evidence
    assert kept is not None
    assert kept.summary == "Passes 1 of 2 checks, but “The numbers are left alone” fails."
    assert "assert" not in kept.traceback  # the check is hidden
    assert json.loads(json.dumps(program.limits))["seconds"] == 20


def test_known_programs_are_marked(prove_text: ProveText) -> None:
    """Right, wrong, partly right; comments and empty lines do not matter; others need a run."""
    program = shown(prove_text(TOTAL))
    solution = program.attempts[0].source
    assert mark(program, f"# mine\n\n{solution}").correct
    assert mark(program, "total = sum(numbers)").score == 0
    assert mark(program, "total = sum(numbers)").feedback == "Adds the odd numbers, too."
    assert mark(program, "numbers.remove(1)\nnumbers.remove(3)\ntotal = sum(numbers)\n").score == 0.5
    slipped = mark(program, solution.replace("== 0", "!= 0"))
    assert (slipped.score, slipped.feedback) == (0, "`!=` for `==`.")
    with pytest.raises(NeverRun):
        mark(program, "total = 6")
    with pytest.raises(MalformedResponse):
        mark(program, "# nothing")


# Attempts: a learner's own program


CHECKS = (Check("It is even", "assert n % 2 == 0"), Check("It is small", "assert n < len(data)", hidden=True))
SHOWN = ProgramInput("", CHECKS, (Attempt("n = 0", 2, "solution"),), "data = [1, 2, 3]", {"seconds": 1})


def run(source: str, about: ProgramInput = SHOWN, runtime: str = "python") -> tuple[object, ...]:
    """Score and feedback of a program that is really run."""
    program = program_of(about, source)
    parts = [
        {"role": part.role, "source": part.source, "line": line}
        for part, line in zip(program.parts, program.starts(), strict=True)
    ]
    with Pool[int](1) as pool:
        pool.submit(Job(1, runtime, parts, program.limits.model_dump(), None))
        while not (came := list(pool.collect(wait=True))):
            pass
    ((_, outcome),) = came
    given_mark = judge(about, program, outcome)
    return given_mark.score, given_mark.feedback, given_mark.evidence and given_mark.evidence.traceback


@pytest.mark.parametrize(
    ("source", "score", "feedback"),
    [
        ("n = 2", 1, ""),
        ("n = 4", 0.5, "1 of 2 checks passed. This check fails: It is small"),
        ("n = 3", 0, "This check fails: It is even"),
        ("n = []", 0, "This check fails: It is even (Raises TypeError: unsupported operand"),
        ("n = 2\ndata = 1", 0.5, "1 of 2 checks passed. This check fails: It is small (Raises TypeError: object"),
        ("m = 2", 0, "This check fails: It is even (Raises NameError: name 'n' is not defined)"),
        ("n = m", 0, "Raises NameError: name 'm' is not defined."),
        ("n = (2", 0, "Is not valid Python: SyntaxError: '(' was never closed."),
        ("while True: pass", 0, "Was stopped: it ran longer than 1 s."),
        ("import os; os._exit(3)", 0, "Ended without a result: it left with exit status 3 before its end."),
        ("raise SystemExit", 0, "Raises SystemExit."),
    ],
)
def test_own_program_is_judged_by_its_run(source: str, score: float, feedback: str) -> None:
    """The share of checks passed before the first failure, and in words why it is not all of them."""
    got = run(source)
    assert got[0] == score
    assert str(got[1]).startswith(feedback)
    assert bool(feedback) is bool(got[1])
    assert "len(data)" not in f"{got[1]}{got[2]}"  # the code of a hidden check


def test_own_program_in_a_framework(prove_text: ProveText) -> None:
    """A program that nobody has run before, judged by real tensors."""
    program = shown(prove_text(FREEZE, runtime="torch"))
    own = "model[0].requires_grad_(False)\nfeatures = torch.stack([model[0](row) for row in x]).mean(0)"
    with pytest.raises(NeverRun):
        mark(program, own)
    assert run(own, program, "torch")[0] == 1
    assert run(own.replace("mean(0)", "sum(0)"), program, "torch")[0] == 0.5


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        (Outcome("missing", detail="torch is not installed"), "the program could not be run: torch is not installed"),
        (Outcome("fault", detail="lost twice"), "the program could not be run: lost twice"),
    ],
)
def test_lost_run_is_no_wrong_answer(outcome: Outcome, words: str) -> None:
    """What is not the learner's fault is refused, never marked."""
    with pytest.raises(CannotVerify, match=words):
        judge(SHOWN, program_of(SHOWN, "n = 2"), outcome)


def test_setup_that_fails_is_no_wrong_answer() -> None:
    """Nor is code that was given and does not run here."""
    with pytest.raises(CannotVerify, match="the given code failed before the program started: Raises NameError"):
        run("n = 2", replace(SHOWN, setup="data = dta"))


def test_empty_program_is_malformed() -> None:
    """There is nothing to run."""
    with pytest.raises(MalformedResponse, match="write a program first"):
        program_of(SHOWN, " \n")


@given(st.integers(0, 3), st.sampled_from(["raised", "limit", "died"]))
def test_score_is_a_share(reached: int, status: str) -> None:
    """Between 0 and 1 wherever a run ends, and 1 only for those that finish."""
    program = program_of(SHOWN, "n = 2")
    parts = (PartResult(),) * (reached + 1)
    raised = Raised("AssertionError", "", reached) if status == "raised" else None
    outcome = Outcome(status, parts, raised)  # type: ignore[arg-type]
    assert 0 <= passed(program, outcome) < 2
    assert passed(program, Outcome("finished", (PartResult(),) * 4)) == 2
    if reached:
        assert judge(SHOWN, program, outcome).score == max(0, reached - 2) / 2
