"""Reports, compared whole: what people and machines read is a contract."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

import quizproof
from helpers import report_samples as samples
from helpers.goldfile import compare
from quizproof.findings import Finding, Span
from quizproof.proof import Report, VariantProof
from quizproof.rules import RULES
from quizproof_renderers.console import console_for
from quizproof_renderers.reports import formats, full
from quizproof_renderers.reports.ci import github
from quizproof_renderers.reports.excerpt import excerpt
from test_text import ANY_TEXT, is_safe

SGR = re.compile(r"\x1b\[[\d;]*m")


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the files that findings quote."""
    folder = tmp_path_factory.mktemp("bank")
    for path, text in samples.SOURCES.items():
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(autouse=True)
def _ordinary_environment(bank: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(bank)
    for name in ("COLUMNS", "FORCE_COLOR", "NO_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")


def written(report: Report, form: formats.Format) -> str:
    """The report as it goes to a pipe."""
    stream = io.StringIO()
    formats.write(report, form, stream, {})
    return stream.getvalue()


def on_terminal(report: Report, width: int) -> str:
    """The full report as a terminal of some width receives it."""
    console = Console(file=io.StringIO(), width=width, force_terminal=True, markup=False, emoji=False, highlight=False)
    teller = full.Full(console)
    for quiz in report.quizzes:
        teller.add(quiz)
    teller.finish(report.result)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


SAMPLES = ["proven", "refuted", "multi_line", "spread", "unreadable", "hostile", "ignored"]


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize("form", ["full", "concise", "github", "junit"])
def test_report(name: str, form: formats.Format) -> None:
    compare(f"reports/{form}-{name}.txt", written(getattr(samples, name)(), form))


@pytest.mark.parametrize("form", ["gitlab", "sarif"])
def test_report_of_data(form: formats.Format) -> None:
    """One is enough of those that test_ci_reports.py reads as services do."""
    compare(f"reports/{form}-refuted.txt", written(samples.refuted(), form))


def test_full_on_a_narrow_terminal() -> None:
    compare("reports/full-refuted-60.txt", SGR.sub("", on_terminal(samples.refuted(), 60)))


def test_full_in_colours() -> None:
    compare("reports/full-refuted.ansi", on_terminal(samples.refuted(), 100))


def test_github_appends_to_the_step_summary(tmp_path: Path) -> None:
    target = tmp_path / "summary.md"
    stream = io.StringIO()
    for report in (samples.refuted(), samples.hostile(), samples.ignored()):
        formats.write(report, "github", stream, {"GITHUB_STEP_SUMMARY": str(target)})
    compare("reports/github-step-summary.md", target.read_text(encoding="utf-8"))
    assert stream.getvalue() == "".join(
        written(each(), "github") for each in (samples.refuted, samples.hostile, samples.ignored)
    )


def test_github_takes_no_end_before_its_start() -> None:
    found = Finding("QP201", "a.yaml", Span(2, 9, 2, 3), "message")
    assert github.command(found).startswith(
        "::error title=quizproof (QP201),file=a.yaml,line=2,col=9,endLine=2,endColumn=9::"
    )


def test_github_step_summary_stays_short() -> None:
    report = samples.refuted()
    teller = github.Github(io.StringIO(), {})
    teller.add(samples.file(samples.quiz(), findings=report.findings * 100))
    rows = teller.step_summary(report.result).splitlines()
    assert rows[-2] == "| … | | 100 more findings |"


def test_formats_are_those_of_the_command_line() -> None:
    assert formats.FORMATS == ("full", "concise", "json", "github", "gitlab", "junit", "sarif")


# JSON

LISTS = ("questions", "findings", "quizzes", "ignored")


def test_json_is_the_contract() -> None:
    text = written(samples.refuted(), "json")
    data = json.loads(text)
    assert text.endswith("}\n")
    assert data["findings"][0] == {
        "code": "QP201",
        "name": "key-refuted",
        "severity": "error",
        "path": "questions/freezing.yaml",
        "line": 16,
        "column": 13,
        "end_line": 16,
        "end_column": 15,
        "question": "trainable-tensors",
        "message": "the stated answer is not what the program does",
        "help": "Drop `answer:`: it is derived.",
        "expected": "10",
        "actual": "12",
        "at": [],
        "docs": "rules.md#qp201-key-refuted",
    }
    assert data["ignored"] == []
    assert data["questions"][2] == {
        "id": "precision",
        "quiz": "metrics",
        "path": "questions/metrics.yaml",
        "line": 7,
        "kind": "number",
        "exhibit": False,
        "status": "proven",
        "answer": "0.894737",
        "variants": 1,
        "points": 1,
        "tags": [],
        "difficulty": None,
        "objectives": [],
        "authors": [],
        "license": None,
        "source": None,
        "claims": [{"what": "key", "verdict": "proven", "line": 10, "evidence": {}}],
    }
    assert [question["answer"] for question in data["questions"]] == [None, None, "0.894737"]
    assert {key: value for key, value in data.items() if key not in LISTS} == {
        "version": 1,
        "quizproof": quizproof.__version__,
        "bank": "",
        "shard": None,
        "revision": None,
        "sandbox": "none",
        "runtimes": samples.RUNTIMES,
        "summary": {
            "quizzes": 2,
            "questions": 3,
            "exhibits": 0,
            "variants": 3,
            "claims": 7,
            "proven": 4,
            "refuted": 2,
            "unproven": 1,
            "unstable": 0,
            "unverified": 0,
            "cached": 0,
            "known": 0,
            "runs": 31,
            "shared": 0,
            "alone": 0,
            "seconds": 1.9,
            "proof_coverage": 0.5714,
            "mutations": 0,
            "killed": 0,
            "ignored": 0,
        },
    }


def test_json_keys_are_in_the_order_of_the_contract() -> None:
    data = json.loads(written(samples.refuted(), "json"))
    assert list(data) == [
        *(
            "version",
            "quizproof",
            "bank",
            "shard",
            "revision",
            "sandbox",
            "runtimes",
            "summary",
            "questions",
            "findings",
            "quizzes",
            "ignored",
        )
    ]
    assert ", ".join(data["summary"]) == (
        "quizzes, questions, exhibits, variants, claims, proven, refuted, unproven, unstable, unverified, cached, "
        "known, runs, shared, alone, seconds, proof_coverage, mutations, killed, ignored"
    )
    assert ", ".join(data["questions"][0]) == (
        "id, quiz, path, line, kind, exhibit, status, answer, variants, points, tags, difficulty, objectives, authors, "
        "license, source, claims"
    )
    assert ", ".join(data["questions"][0]["claims"][0]) == "what, verdict, line, evidence"
    assert ", ".join(data["findings"][0]) == (
        "code, name, severity, path, line, column, end_line, end_column, question, message, help, expected, actual, "
        "at, docs"
    )


def test_json_evidence_is_json_whatever_a_run_gave() -> None:
    evidence = {"stdout": samples.HOSTILE, "value": [float("nan"), float("-inf"), 1.5, None, {1: True}], "seen": {1}}
    claims = (replace(samples.claims("proven")[0], evidence=evidence),)
    report = samples.report(
        samples.file(samples.quiz(), samples.proof(samples.PREDICT, VariantProof({}, claims, None)))
    )
    text = written(report, "json")
    assert text.isascii()
    assert all(map(is_safe, text))
    told = json.loads(text, parse_constant=pytest.fail)["questions"][0]["claims"][0]["evidence"]
    assert told == {
        "stdout": samples.HOSTILE,
        "value": ["nan", "-inf", 1.5, None, {"1": True}],
        "seen": "{1}",
    }


def test_json_of_nothing() -> None:
    data = json.loads(written(samples.report(runs=0, seconds=0), "json"))
    assert (data["questions"], data["findings"], data["summary"]["proof_coverage"]) == ([], [], 1.0)


# Hostile texts


@given(message=ANY_TEXT, expected=ANY_TEXT, actual=ANY_TEXT, help_=ANY_TEXT, form=st.sampled_from(formats.FORMATS))
def test_no_text_can_act_or_pose(message: str, expected: str, actual: str, help_: str, form: formats.Format) -> None:
    found = Finding(
        "QP201", "a.yaml", Span(2, 3, 2, 9), message, help=help_, block="q", expected=expected, actual=actual
    )
    text = written(samples.report(samples.file(samples.quiz(path="a.yaml"), findings=(found,))), form)
    assert all(map(is_safe, text))
    commands = [line for line in text.split("\n") if line.lstrip().startswith("::")]
    assert len(commands) == (form == "github")


@given(line=ANY_TEXT, column=st.integers(1, 60), length=st.integers(0, 60), width=st.integers(20, 80))
def test_excerpts_fit_and_are_safe(line: str, column: int, length: int, width: int) -> None:
    line = line.replace("\n", " ")
    span = Span(2, column, 2, column + length)
    for row in excerpt(f"first\n{line}\nlast", span, width=width, style="red"):
        assert all(map(is_safe, row.text.plain))
        assert row.text.cell_len <= width or "^" in row.text.plain


# The terminal


def test_colours_change_nothing_but_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    compare("reports/full-refuted.txt", SGR.sub("", written(samples.refuted(), "full")))


def test_no_color_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("NO_COLOR", "1")
    codes = {code for found in SGR.findall(written(samples.refuted(), "full")) for code in found[2:-1].split(";")}
    assert codes <= {"0", "1", "2", "3", "4"}  # bold, dim and the like are no colours


def test_a_pipe_gets_no_codes() -> None:
    assert "\x1b" not in "".join(written(getattr(samples, name)(), "full") for name in SAMPLES)


@pytest.mark.parametrize("width", [40, 60, 100])
@pytest.mark.parametrize("name", SAMPLES)
def test_full_keeps_within_the_width(name: str, width: int) -> None:
    for line in on_terminal(getattr(samples, name)(), width).split("\n"):
        assert console_for(io.StringIO()).render_str(SGR.sub("", line)).cell_len <= width


def test_marks_in_ascii() -> None:
    """A stream that cannot write the marks gets others, and escapes for the rest."""
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii")
    formats.write(samples.unreadable(), "full", stream)
    stream.flush()
    last = raw.getvalue().decode("ascii").split("\n")[-6:-1]
    assert last == [
        "  quiz                          questions  claims  proven",
        r"+ Confusion matrices: \u6df7\u540c\u884c\u5217          1     1/1   100 %",
        "x questions/broken.yaml                 0     0/0       -  could not be read",
        "",
        "x 1 error; 1 claim proven in 1.9 s, 1 run, sandbox: none, torch 2.13.0",
    ]


def test_many_proven_quizzes_are_one_line() -> None:
    bad = samples.refuted()
    quizzes = [samples.quiz(samples.METRICS, f"questions/{n}.yaml", title=f"Quiz {n}") for n in range(20)]
    variant = VariantProof({}, samples.claims("proven"), None)
    good = [samples.file(quiz, samples.proof(samples.NUMBER, variant)) for quiz in quizzes]
    questions = tuple(replace(question, findings=()) for question in bad.quizzes[0].blocks)
    report = samples.report(replace(bad.quizzes[0], blocks=questions), *good)
    assert written(report, "full").split("\n")[:3] == [
        "  quiz                        questions  claims  proven",
        "✗ Freezing layers in PyTorch          2     3/6    50 %  2 refuted, 1 unproven",
        "✓ 20 more quizzes                    20   20/20   100 %  all proven",
    ]


def test_a_file_that_could_not_be_loaded_is_quoted_from_the_disk(tmp_path: Path) -> None:
    path = tmp_path / "broken.yaml"
    path.write_bytes(b"quiz: x\r\n\r\ntitle: a: b\xff\r\n")
    lines = written(samples.unreadable(str(path)), "full").split("\n")
    assert lines[1:6] == [f" --> {path}:3:12", "  |", "1 | quiz: x", "2 |", "3 | title: a: b\ufffd"]


def test_a_traceback_is_not_compared_with_an_output() -> None:
    (found,) = samples.multi_line().findings
    found = replace(found, expected="1\n2", actual=samples.TRACEBACK)
    text = written(samples.report(samples.file(samples.quiz(), findings=(found,))), "full")
    assert "   = expected:\n   |   1\n   |   2\n   |\n   = actual:\n   |   Traceback (most recent call last):\n" in text


def test_long_outputs_are_cut() -> None:
    (found,) = samples.multi_line().findings
    found = replace(found, expected="", actual="\n".join(f"line {n}" for n in range(1000)))
    text = written(samples.report(samples.file(samples.quiz(), findings=(found,))), "full")
    assert "   |   line 18\n   |   … 971 more lines …\n   |   line 990\n" in text


def test_a_place_far_to_the_right_stays_in_sight() -> None:
    rows = excerpt("x" * 200 + "here" + "y" * 200, Span(1, 201, 1, 205), width=40, style="")
    assert [row.text.plain for row in rows] == [
        f"…{'x' * 13}here{'y' * 21}…",
        f"{' ' * 14}^^^^",
    ]


def test_carets_count_cells() -> None:
    rows = excerpt("混同\t\x1bhere", Span(1, 5, 1, 9), width=40, style="")
    assert [row.text.plain for row in rows] == [r"混同    \x1bhere", "            ^^^^"]


def test_a_place_outside_the_file_has_no_excerpt() -> None:
    assert excerpt("one line", Span(5, 1, 5, 2), width=40, style="") == []


def test_every_rule_can_be_reported() -> None:
    findings = tuple(Finding(code, "a.yaml", Span(1, 1, 1, 2), "message") for code in RULES)
    lines = written(samples.report(samples.file(samples.quiz(path="a.yaml"), findings=findings)), "concise").split("\n")
    severities = {code: "" if rule.severity == "error" else "warning: " for code, rule in RULES.items()}
    assert lines[:-2] == [f"a.yaml:1:1: {r.code} [{r.name}] {severities[r.code]}message" for r in RULES.values()]


def test_only_full_needs_rich() -> None:
    code = """if True:
        import io, sys
        from helpers import report_samples as samples
        from quizproof_renderers.reports import formats
        for form in ("concise", "json", "github", "gitlab", "junit", "sarif"):
            formats.write(samples.refuted(), form, io.StringIO(), {})
        print([name for name in ("rich", "jinja2", "pygments") if name in sys.modules])
    """
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("[]\n", "")
