"""The header's setup: every program of the file begins with it, and learners see it once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from helpers.processes import quizproof

QUIZ = """\
quiz: shared
title: Shared
topic: samples
setup: |
  import math

  def area(r):
      return math.pi * r ** 2
blocks:
  - id: area-of-a-circle
    kind: number
    prompt: What is the area of a circle of radius {{ r }}?
    params: {r: [1, 2]}
    value: area({{ r }})
    tolerance: 0.01
    explanation: It is {{ value | round(2) }}, and twice that is {{ twice | round(2) }}.
    facts: {twice: "2 * area({{ r }})"}
  - id: ring
    kind: choice
    prompt: Which line gives the area of a ring?
    setup: outer, inner = 3, 2
    check: assert math.isclose(ring, 5 * math.pi)
    options:
      - code: ring = area(outer) - area(inner)
        key: true
      - code: ring = area(outer - inner)
        happens: runs silently
        mistake: Areas are subtracted, and not radii.
      - code: ring = area(outer) - area
        happens: TypeError
        mistake: The function is not called.
  - id: volume
    kind: write-code
    prompt: Write `volume(r, h)` of a cylinder.
    solution: |
      def volume(r, h):
          return area(r) * h
    checks:
      - name: A known one
        code: assert math.isclose(volume(1, 2), 2 * math.pi); assert math.isclose(volume(2, 1), 4 * math.pi)
    wrong:
      - code: |
          def volume(r, h):
              return area(r) + h
        mistake: It is a product.
  - id: fallen
    kind: find-bug
    prompt: Which line is wrong?
    happens: runs silently
    code: |
      def half(r):
          whole = area(r)
          return whole
    fix: |
      def half(r):
          whole = area(r)
          return whole / 2
    check: assert math.isclose(half(1), math.pi / 2)
  - id: largest
    kind: experiment
    text: Make the circle larger.
    seeds: [1, 2, 3]
    baseline: r = 1
    solution: r = 3
    targets:
      - {name: Area, value: area(r) + seed / 10, above: 20, margin: 1}
  - id: alone
    kind: predict-output
    shared_setup: false
    asks: exception
    prompt: How does this program end?
    code: print(area(1))
    distractors:
      - raises: ValueError
        mistake: There is no such function.
"""


@pytest.fixture
def bank(tmp_path: Path) -> Path:
    (tmp_path / "questions").mkdir()
    (tmp_path / "questions" / "shared.yaml").write_text(QUIZ)
    return tmp_path


def edit(bank: Path, old: str, new: str) -> None:
    file = bank / "questions" / "shared.yaml"
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1))


def checked(bank: Path) -> tuple[int, list[str], dict[str, str]]:
    """Exit code, findings as line, code and message, and the status of each block."""
    done = quizproof("check", "--format", "json", cwd=bank)
    report = json.loads(done.stdout)
    findings = [f"{each['line']} {each['code']} {each['message']}" for each in report["findings"]]
    return done.returncode, findings, {each["id"]: each["status"] for each in report["questions"]}


def test_every_kind_of_program_begins_with_it(bank: Path) -> None:
    """Keys, wrong options, facts, small changes and scripts with seeds; a block that opts out runs without."""
    code, findings, statuses = checked(bank)
    assert (code, findings) == (0, [])
    assert set(statuses.values()) == {"proven"}
    edit(bank, "    shared_setup: false\n", "")
    code, findings, _ = checked(bank)
    assert code == 1
    assert [finding for finding in findings if "raised nothing" in finding or "QP214" in finding or "ended" in finding]


def test_its_failure_is_told_once_at_its_line(bank: Path) -> None:
    edit(bank, "import math", "import maths")
    code, findings, statuses = checked(bank)
    assert code == 1
    assert [finding.split()[:2] for finding in findings] == [["5", "QP237"]]
    assert [id_ for id_, status in statuses.items() if status == "proven"] == ["alone"]


def test_lines_of_blocks_stay_theirs(bank: Path) -> None:
    """What a block gets wrong is told at its own line, however long the shared setup is."""
    edit(bank, "happens: TypeError", "happens: ValueError")
    line = QUIZ[: QUIZ.index("happens: TypeError")].count("\n") + 1
    code, findings, _ = checked(bank)
    assert (code, [finding.split()[:2] for finding in findings]) == (1, [[str(line), "QP203"]])


def test_a_change_of_it_runs_all_that_begin_with_it(bank: Path) -> None:
    """The cache knows the block that does without, and nothing else."""
    assert quizproof("check", cwd=bank).returncode == 0
    edit(bank, "math.pi * r ** 2", "r ** 2 * math.pi")
    summary = json.loads(quizproof("check", "--format", "json", cwd=bank).stdout)["summary"]
    assert (summary["cached"], summary["runs"] > 15) == (2, True)


def test_learners_see_it_once(bank: Path) -> None:
    """Above the first question, on the page and in the terminal."""
    assert quizproof("build", "questions", "-o", "public", cwd=bank).returncode == 0
    page = (bank / "public" / "samples" / "shared.html").read_text()
    assert page.count("Every program here begins with") == 1
    assert page.index("Every program here begins with") < page.index('id="q-area-of-a-circle"')
    done = quizproof("take", "ring", "--plain", cwd=bank, stdin="a\n")
    assert done.stdout.count("Every program here begins with") == 1
    assert "return math.pi * r ** 2" in done.stdout


@pytest.mark.parametrize(("body", "code"), [("area(r) * h", 0), ("area(r) * h * 2", 1)])
def test_a_learners_program_is_run_with_it(bank: Path, body: str, code: int) -> None:
    (bank / "mine.py").write_text(f"def volume(r, h):\n    return {body}\n")
    done = quizproof("try", "mine.py", "questions", "--question", "volume", cwd=bank)
    assert (done.returncode, "NameError" in done.stdout + done.stderr) == (code, False)
