"""The plugin of pytest: one test per claim, by the real pytest in a process of its own."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from quizproof_renderers.testing.prover import Prover
from test_ignoring import HEADER, LIE, SILENT

VARIED = """\
  - id: varied
    kind: number
    prompt: What is {{ a }} plus 1?
    params: {a: [1, 2]}
    value: "{{ a }} + 1"
    explanation: It is {{ stated('2', answer) }}.
"""
"""The prose is wrong for the second variant."""
UNPROVEN = """\
  - id: taste
    kind: choice
    prompt: Which is better?
    options:
      - {text: Spaces., key: true, unproven: A matter of taste.}
      - {text: Tabs., unproven: A matter of taste., mistake: They are not.}
"""
PREPARED = """\
quiz: prepared
title: A quiz
topic: samples
prepare:
  - name: a file
    code: |
      open("prepared/six.txt", "w").write("6")
blocks:
  - id: reads
    kind: number
    prompt: What is in it?
    value: int(open("prepared/six.txt").read())
"""
BROKEN = """\
  - id: broken
    kind: number
    promt: What?
    value: 1
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project whose tests are a bank."""
    (tmp_path / "pytest.ini").write_text("[pytest]\nquizproof_banks = questions\n")
    (tmp_path / "questions/files").mkdir(parents=True)
    (tmp_path / "questions/files/no-quiz.yaml").write_text("a: 1\n")
    (tmp_path / "other.yaml").write_text("b: 1\n")
    return tmp_path


def put(project: Path, **quizzes: str) -> None:
    for name, blocks in quizzes.items():
        (project / f"questions/{name}.yaml").write_text(HEADER.format(quiz=name) + blocks)


def run(project: Path, *arguments: str) -> dict[str, str]:
    """How each test ended, by its id: "PASSED", "FAILED", "SKIPPED (why)", ..., and under "" all that was printed."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-v", "-rA", "-p", "no:cacheprovider", *arguments],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
    )
    assert not done.stderr, done.stderr
    ends = re.findall(r"^(?:\[gw\d\] .*?)?(questions/\S+::.*?) ([A-Z]+)(?: |$)", done.stdout, re.MULTILINE)
    ends += [(name, end) for end, name in re.findall(r"^\[gw\d\] \[.*?\] ([A-Z]+) (\S+)", done.stdout, re.MULTILINE)]
    return {name.strip(): end for name, end in ends} | {"": done.stdout}


def test_each_claim_is_a_test(project: Path) -> None:
    put(project, a=LIE + SILENT, b=VARIED + UNPROVEN + BROKEN)
    (project / "questions/c.yaml").write_text(PREPARED)
    found = run(project)
    assert {name: end for name, end in found.items() if name} == {
        "questions/a.yaml::lie::key": "PASSED",
        "questions/a.yaml::lie::distractor-1": "FAILED",
        "questions/a.yaml::lie::page": "SKIPPED",
        "questions/a.yaml::silent::key": "PASSED",
        "questions/a.yaml::silent::distractor-1": "PASSED",
        "questions/a.yaml::silent::page": "PASSED",
        "questions/a.yaml::file": "PASSED",
        "questions/b.yaml::varied::key[a=1]": "PASSED",
        "questions/b.yaml::varied::key[a=2]": "PASSED",
        "questions/b.yaml::varied::page": "FAILED",
        "questions/b.yaml::taste::key-a": "SKIPPED",
        "questions/b.yaml::taste::distractor-b": "SKIPPED",
        "questions/b.yaml::taste::page": "PASSED",
        "questions/b.yaml::file": "FAILED",
        "questions/c.yaml::reads::key": "PASSED",
        "questions/c.yaml::reads::page": "PASSED",
        "questions/c.yaml::file": "PASSED",
    }
    told = found[""]
    assert "questions/a.yaml:10:17: QP202 [distractor-holds] distractor 1: this distractor is the right answer" in told
    assert "unproven: A matter of taste." in told
    assert "QuizWarning: questions/a.yaml:17:17: QP303 [no-mistake] warning" in told
    assert "QP107 [unknown-key]" in told
    assert "Traceback" not in told
    assert "no-quiz.yaml" not in told
    assert "other.yaml" not in told


def test_tests_are_chosen_and_placed_in_the_file(project: Path) -> None:
    put(project, a=LIE + SILENT)
    found = run(project, "-k", "silent", "--junitxml", "out.xml", "-o", "junit_family=xunit1")
    assert {name for name in found if name} == {
        f"questions/a.yaml::silent::{name}" for name in ("key", "distractor-1", "page")
    }
    lines = dict(
        re.findall(
            r'name="(?:silent::)?([\w-]+)" file="questions/a.yaml" line="(\d+)"', (project / "out.xml").read_text()
        )
    )
    assert (lines["distractor-1"], lines["page"]) == ("16", "11")  # pytest counts them from 0


def test_what_is_ignored_is_expected_to_fail(project: Path) -> None:
    ignored = LIE.replace("- prints: 2", "- prints: 2  # quizproof: ignore QP202 It is meant.")
    put(project, a=ignored)
    found = run(project, "questions/a.yaml")
    assert found["questions/a.yaml::lie::distractor-1"] == "XFAIL"
    assert found["questions/a.yaml::lie::key"] == "PASSED"
    assert "QP202 is ignored by its comment: It is meant." in found[""]


def test_processes_share_the_tests(project: Path) -> None:
    """Under xdist, every test runs once, and ends as it does alone."""
    put(project, a=LIE + SILENT, b=VARIED)
    alone, shared = run(project), run(project, "-n", "2")
    assert "2 workers [" in shared.pop("")
    alone.pop("")
    assert shared == alone


def test_no_file_is_proven_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second process that asks for a proof starts nothing: it takes the one that the first has left."""
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "a.yaml"
    file.write_text(HEADER.format(quiz="a") + LIE)
    shared = tmp_path / "shared"
    shared.mkdir()
    first, second = Prover([file], shared), Prover([file], shared)
    try:
        proof = first.proof(file)
        assert [finding.code for finding in proof.findings] == ["QP202"]
        assert second.proof(file) == proof
        assert (first._runner is None, second._runner is None) == (False, True)
    finally:
        first.close()
        second.close()


def test_without_the_option_it_does_nothing(project: Path) -> None:
    put(project, a=LIE)
    (project / "pytest.ini").unlink()
    assert set(run(project)) == {""}
    script = "import pytest, sys; pytest.main(['-q', '-p', 'no:cacheprovider']); print(sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], cwd=project, capture_output=True, text=True, check=True)
    ours = {"quizproof_renderers", "quizproof_renderers.testing", "quizproof_renderers.testing.plugin"}
    assert set(re.findall(r"'(quizproof[\w.]*)'", done.stdout)) == ours


def test_wrong_settings_end_the_collection(project: Path) -> None:
    put(project, a=LIE)
    (project / "quizproof.toml").write_text("selct = []\n")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q"], cwd=project, capture_output=True, text=True, check=False
    )
    assert done.returncode == pytest.ExitCode.INTERRUPTED or done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "there is no setting `selct`; did you mean `select`?" in done.stdout + done.stderr
