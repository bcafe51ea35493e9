"""Reports for CI services, read as their services read them: by the published schema, and by a library."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import jsonschema
import pytest
from hypothesis import given
from junitparser import JUnitXml, TestSuite
from junitparser.junitparser import Error, Failure, Skipped

from helpers import report_samples as samples
from quizproof.findings import Finding, Span
from quizproof.proof import Report
from quizproof.rules import RULES
from quizproof_renderers.reports import formats
from quizproof_renderers.reports.ci import sarif
from test_reports import SAMPLES
from test_text import ANY_TEXT

SCHEMA = Path(__file__).parent / "schemas/sarif-2.1.0.json"
"""As OASIS publishes it: https://docs.oasis-open.org/sarif/sarif/v2.1.0/."""


def written(report: Report, form: formats.Format) -> str:
    stream = io.StringIO()
    formats.write(report, form, stream, {})
    return stream.getvalue()


def of(*findings: Finding) -> Report:
    return samples.report(samples.file(samples.quiz(path="a.yaml"), findings=findings))


# SARIF


@pytest.fixture(scope="module")
def validator() -> Any:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    kind = jsonschema.validators.validator_for(schema)
    kind.check_schema(schema)
    return kind(schema)


@pytest.mark.parametrize("name", SAMPLES)
def test_sarif_is_of_its_schema(name: str, validator: Any) -> None:
    data = json.loads(written(getattr(samples, name)(), "sarif"))
    assert [error.message for error in validator.iter_errors(data)] == []
    # The schema does find what is wrong.
    for result in data["runs"][0]["results"]:
        result["level"] = "fatal"
        assert not validator.is_valid(data)


def test_sarif_of_nothing(validator: Any) -> None:
    data = json.loads(written(samples.report(), "sarif"))
    assert validator.is_valid(data)
    assert data["runs"][0]["results"] == []


def test_sarif_names_each_rule_once_and_results_point_to_it(validator: Any) -> None:
    findings = [Finding(code, "a.yaml", Span(1, 1, 1, 2), "message") for code in [*RULES, "QP201", "QP304"]]
    data = json.loads(written(of(*findings), "sarif"))
    assert validator.is_valid(data)
    (run,) = data["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == list(RULES)
    assert all(rules[result["ruleIndex"]]["id"] == result["ruleId"] for result in run["results"])
    assert {result["level"] for result in run["results"]} == {"error", "warning"}


def test_sarif_keeps_what_is_ignored_as_suppressed() -> None:
    data = json.loads(written(samples.ignored(), "sarif"))
    assert [result.get("suppressions") for result in data["runs"][0]["results"]] == [
        [{"kind": "external"}],
        [{"kind": "inSource", "justification": "The page of this course says so."}],
        [{"kind": "inSource", "justification": 'It is <obvious> & "short".'}],
    ]


def test_sarif_paths_are_uris() -> None:
    data = json.loads(written(samples.hostile(), "sarif"))
    place = data["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert place == {"uri": "questions/a%2Cb%3A100%25.yaml", "uriBaseId": "%SRCROOT%"}
    assert unquote(place["uri"]) == "questions/a,b:100%.yaml"


def test_sarif_ends_where_github_stops_reading(monkeypatch: pytest.MonkeyPatch, validator: Any) -> None:
    monkeypatch.setattr(sarif, "MAX_RESULTS", 2)
    data = json.loads(written(of(*(Finding("QP304", "a.yaml", Span(n, 1, n, 2), "m") for n in range(1, 6))), "sarif"))
    assert validator.is_valid(data)
    (run,) = data["runs"]
    assert len(run["results"]) == 2
    notes = [each["message"]["text"] for each in run["invocations"][0]["toolExecutionNotifications"]]
    assert notes[1] == "3 more results left out: a run has 2 at most"


def test_a_fingerprint_stays_when_lines_move() -> None:
    """And no two findings of a report share one, even when all else is the same."""

    def prints(*findings: Finding) -> list[str]:
        results = json.loads(written(of(*findings), "sarif"))["runs"][0]["results"]
        return [result["partialFingerprints"]["quizproof/v1"] for result in results]

    def at(line: int) -> Finding:
        return Finding("QP206", "a.yaml", Span(line, 1, line, 2), f"the same as on line {line + 1}", block="q")

    assert prints(at(1)) == prints(at(7))
    assert len(set(prints(at(1), at(7)))) == 2


# GitLab


@pytest.mark.parametrize("name", SAMPLES)
def test_gitlab_is_a_list_of_violations(name: str) -> None:
    """The keys and values that GitLab documents as required."""
    report = getattr(samples, name)()
    data = json.loads(written(report, "gitlab"))
    assert len(data) == len(report.findings)
    assert len({item["fingerprint"] for item in data}) == len(data)
    for item in data:
        assert set(item) == {"description", "check_name", "fingerprint", "severity", "location"}
        assert item["severity"] in ("info", "minor", "major", "critical", "blocker")
        assert item["location"]["path"][:2] != "./"
        assert item["location"]["lines"]["begin"] >= 1
        assert "\n" not in item["description"]


def test_gitlab_severities() -> None:
    findings = [Finding(code, "a.yaml", Span(3, 1, 3, 2), "m") for code in ("QP201", "QP304", "QP901")]
    assert [item["severity"] for item in json.loads(written(of(*findings), "gitlab"))] == ["critical", "minor", "major"]


# JUnit


def junit(report: Report) -> list[TestSuite]:
    return list(JUnitXml.fromstring(written(report, "junit").encode()))


def outcomes(report: Report) -> dict[str, list[tuple[type, str | None]]]:
    return {
        str(case.name): [(type(result), result.message) for result in case.result]
        for suite in junit(report)
        for case in suite
    }


def test_junit_tells_refuted_from_proven() -> None:
    report = samples.refuted()
    found = outcomes(report)
    assert [kind for kind, _ in found["trainable-tensors"]] == [Failure]
    assert found["trainable-tensors"][0][1] == "the stated answer is not what the program does"
    assert found["precision"] == []
    first, second = junit(report)
    assert (first.tests, first.failures, first.errors, first.skipped) == (2, 2, 0, 0)
    assert (second.tests, second.failures, second.errors, second.skipped) == (1, 0, 0, 0)
    (case, other) = first
    assert (case.classname, case._elem.get("file"), case._elem.get("line")) == (
        "freezing-layers",
        "questions/freezing.yaml",
        "7",
    )
    assert "expected: 10\nactual: 12\nhelp: Drop `answer:`: it is derived." in case.result[0].text
    assert "QP303 [no-mistake] warning: this distractor has no `mistake:`" in (other.system_out or "")


def test_junit_says_what_could_not_be_verified_as_errors() -> None:
    """Both the file, whose framework is missing, and each block that needs it: none has failed, and none has passed."""
    report = samples.spread()
    found = outcomes(report)
    assert [kind for kind, _ in found["freeze-two-of-three"]] == [Error]
    (suite,) = junit(report)
    assert (suite.failures, suite.errors) == (0, suite.tests)


def test_junit_has_a_case_for_a_file_that_cannot_be_read() -> None:
    assert outcomes(samples.unreadable())["(file)"] == [(Failure, "mapping values are not allowed here")]


def test_junit_skips_what_is_ignored_and_what_nobody_proves() -> None:
    assert outcomes(samples.ignored()) == {
        "trainable-tensors": [(Skipped, "QP201 is ignored by the baseline")],
        "freeze-two-of-three": [(Skipped, "QP203 is ignored by its comment: The page of this course says so.")],
        "precision": [(Skipped, "unproven: A matter of taste.")],
    }


@given(text=ANY_TEXT)
def test_any_text_survives_xml(text: str) -> None:
    """Every parser of XML reads the report, whatever a snippet prints."""
    found = Finding("QP201", text, Span(1, 1, 1, 2), text, help=text, block=text, expected=text, actual=text)
    (suite,) = junit(of(found))
    assert suite.failures == 1
