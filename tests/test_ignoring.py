"""Findings that do not count: comments beside them, the baseline, warnings not chosen. No claim is proven by it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from operator import itemgetter
from pathlib import Path

import pytest

from helpers.processes import quizproof
from quizproof.errors import UsageError
from quizproof.findings import Finding, Ignore, Span
from quizproof.loading.load import load_file
from quizproof.rules import RULES
from quizproof_renderers.policy.baseline import NAME, Baseline
from quizproof_renderers.policy.selection import ADVICE, Selection, codes_of

HEADER = """\
quiz: {quiz}
title: A quiz
topic: samples
blocks:
"""
LIE = """\
  - id: lie
    kind: predict-output
    prompt: What is printed?
    code: print(1 + 1)
    distractors:
      - prints: 2
        mistake: It is the answer.
"""
"""An error: line 10, where the distractor prints what the program prints."""
SILENT = """\
  - id: silent
    kind: predict-output
    prompt: What is printed?
    code: print(3)
    distractors:
      - prints: 4
"""
"""A warning: the distractor has no feedback."""

WriteQuiz = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> WriteQuiz:
    """Write quizzes of some blocks into a bank, and return its parent."""

    def run(**quizzes: str) -> Path:
        (tmp_path / "questions").mkdir(exist_ok=True)
        for name, blocks in quizzes.items():
            text = HEADER.format(quiz=name.replace("_", "-")) + blocks
            (tmp_path / "questions" / f"{name}.yaml").write_text(text, encoding="utf-8")
        return tmp_path

    return run


def codes(stdout: str) -> list[str]:
    """The findings of a concise report, by their codes."""
    return [line.split()[1] for line in stdout.splitlines() if ": QP" in line]


# Comments


def ignores(tmp_path: Path, blocks: str) -> tuple[list[Ignore], list[Finding]]:
    file = tmp_path / "a.yaml"
    file.write_text(HEADER.format(quiz="a") + blocks, encoding="utf-8")
    loaded = load_file(file)
    return list(loaded.ignores), [each for each in loaded.findings if each.code == "QP122"]


@pytest.mark.parametrize(
    ("line", "comment", "at"),
    [
        (5, "- id: lie", ("blocks", 0)),
        (6, "kind: predict-output", ("blocks", 0, "kind")),
        (9, "distractors:", ("blocks", 0, "distractors")),
        (10, "- prints: 2", ("blocks", 0, "distractors", 0)),
        (11, "mistake: It is the answer.", ("blocks", 0, "distractors", 0, "mistake")),
    ],
)
def test_a_comment_covers_what_begins_on_its_line(tmp_path: Path, line: int, comment: str, at: tuple[str, ...]) -> None:
    lines = LIE.splitlines()
    assert comment in lines[line - 5]
    beside = lines.copy()
    beside[line - 5] += "  # quizproof: ignore QP202 It is meant."
    above = lines.copy()
    above[line - 5 : line - 5] = ["# quizproof: ignore QP202 It is meant.", "", "    # another comment"]
    for each in (beside, above):
        (found,), wrong = ignores(tmp_path, "\n".join(each) + "\n")
        assert (found.at, found.codes, found.reason, wrong) == (at, ("QP202",), "It is meant.", [])


@pytest.mark.parametrize(
    ("text", "names", "reason"),
    [
        ("QP304 The key quotes the manual.", ("QP304",), "The key quotes the manual."),
        ("qp304: quoted", ("QP304",), "quoted"),
        ("long-key, QP302 - an old question", ("QP304", "QP302"), "an old question"),
        ("QP304 QP302 old", ("QP304", "QP302"), "old"),
        ("QP304 no-mistake of mine", ("QP304",), "no-mistake of mine"),
    ],
)
def test_rules_and_reason_of_a_comment(tmp_path: Path, text: str, names: tuple[str, ...], reason: str) -> None:
    (found,), _ = ignores(tmp_path, LIE + f"    # quizproof: ignore {text}\n    title: T\n")
    assert (found.codes, found.reason) == (names, reason)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("ignore QP202", "the comment gives no reason to ignore QP202, so nothing is ignored"),
        ("ignore QP202 -- ?!", "the comment gives no reason to ignore QP202, so nothing is ignored"),
        ("ignore", "the comment names no rule"),
        ("ignore QP999 why", "there is no rule `QP999`; did you mean `QP909`?"),
        ("ignore key-refutd why", "there is no rule `key-refutd`; did you mean `key-refuted`?"),
        ("ignore QP901 no torch", "QP901 cannot be ignored: it says that something could not be verified"),
        ("ignore QP202 " + 500 * "x", "the comment has more than 500 characters"),
        ("ignroe QP202 why", "`ignroe QP202 why` is no instruction; the only one is `ignore`"),
    ],
)
def test_a_comment_that_cannot_be_used_is_an_error(tmp_path: Path, text: str, message: str) -> None:
    found, (wrong,) = ignores(tmp_path, LIE.replace("- prints: 2", f"- prints: 2  # quizproof: {text}"))
    assert (wrong.span.line, wrong.severity, wrong.message, found) == (10, "error", message, [])


def test_what_a_program_has_as_a_comment_is_none(tmp_path: Path) -> None:
    """Nor what is in a quoted or a folded text; beside the `|` it is a comment of the file."""
    text = LIE.replace("code: print(1 + 1)", "code: |\n      print(2)  # quizproof: ignore QP202 in code")
    text = text.replace("prompt: What", 'title: "# quizproof: ignore QP202 quoted"\n    prompt: >-\n      What')
    text = text.replace("printed?", "printed? # quizproof: ignore QP202 folded")
    assert ignores(tmp_path, text) == ([], [])
    ((found), *_), _ = ignores(tmp_path, text.replace("code: |", "code: |  # quizproof: ignore QP213 meant"))
    assert (found.at, found.codes) == (("blocks", 0, "code"), ("QP213",))


def test_a_comment_ignores_and_proves_nothing(write: WriteQuiz) -> None:
    """The check passes. The claim stays refuted, and the report says both; the site is not written."""
    root = write(a=LIE + SILENT)
    assert codes(quizproof("check", cwd=root).stdout) == ["QP202", "QP303"]
    root = write(a=LIE.replace("- prints: 2", "- prints: 2  # quizproof: ignore QP202 It is meant.") + SILENT)
    done = quizproof("check", "--format", "json", cwd=root)
    data = json.loads(done.stdout)
    assert done.returncode == 0
    assert [finding["code"] for finding in data["findings"]] == ["QP303"]
    (ignored,) = data["ignored"]
    assert (ignored["code"], ignored["ignored"]) == ("QP202", {"by": "comment", "reason": "It is meant."})
    assert (data["summary"]["refuted"], data["summary"]["ignored"]) == (1, 1)
    assert {each["id"]: each["status"] for each in data["questions"]} == {"lie": "refuted", "silent": "proven"}
    last = quizproof("check", cwd=root).stdout.splitlines()[-1]
    assert last.startswith("1 warning; 1 finding ignored, 1 error among them; 4 claims proven, 1 refuted in ")
    assert quizproof("build", "-o", "site", cwd=root).returncode == 1
    assert not (root / "site").exists()
    done = quizproof("check", "questions", "--write-lock", cwd=root)
    assert "not everything is proven, so questions/quizproof.lock was not written" in done.stderr


def test_a_comment_in_the_wrong_place_ignores_nothing_and_is_told(write: WriteQuiz) -> None:
    root = write(a=LIE.replace("prompt: What is printed?", "prompt: What is printed?  # quizproof: ignore QP202 why"))
    done = quizproof("check", cwd=root)
    assert (done.returncode, codes(done.stdout)) == (1, ["QP123", "QP202"])
    assert "questions/a.yaml:7:31: QP123 [unused-ignore] warning: there is no QP202 [distractor-holds]" in done.stdout


def test_unused_comments_are_told_only_where_everything_was_looked_at(write: WriteQuiz) -> None:
    """Of one block, or of a file whose runtime is missing, nobody knows what is not in it."""
    fixed = LIE.replace("prints: 2", "prints: 3  # quizproof: ignore QP202 why")
    root = write(a=fixed + SILENT)
    assert codes(quizproof("check", cwd=root).stdout) == ["QP123", "QP303"]
    assert codes(quizproof("check", "silent", cwd=root).stdout) == ["QP303"]
    root = write(a=fixed.replace("print(1 + 1)", "1 / 0"))
    assert codes(quizproof("check", cwd=root).stdout) == ["QP213"]


# Which warnings are reported


def test_selectors_name_warnings() -> None:
    assert codes_of(["QP304"]) == codes_of(["long-key"]) == codes_of([" qp304 "]) == {"QP304"}
    assert codes_of(["QP3"]) == {code for code in RULES if code.startswith("QP3")}
    assert codes_of(["QP2"]) == {code for code in ADVICE if code.startswith("QP2")}
    assert codes_of(["QP"]) == ADVICE


@pytest.mark.parametrize(
    ("selector", "words"),
    [
        ("QP201", "QP201 is an error, and only warnings are chosen by rule; ignore it where it is, with `# quizproof"),
        ("QP9", "all rules that begin with QP9 are errors"),
        ("QP901", "could not be verified, and cannot be ignored"),
        ("QP7", "there is no rule `QP7`"),
        ("long-kye", "there is no rule `long-kye`; did you mean `long-key`?"),
        ("304", "there is no rule `304`"),
    ],
)
def test_selectors_that_are_refused(selector: str, words: str) -> None:
    with pytest.raises(UsageError, match=words.replace("?", r"\?").replace("(", r"\(")):
        codes_of([selector])


def finding(code: str, path: str = "questions/old/a.yaml") -> Finding:
    return Finding(code, path, Span(1, 1, 1, 2), "m")


@pytest.mark.parametrize(
    ("pattern", "matches"),
    [
        ("a.yaml", True),
        ("*.yaml", True),
        ("b.yaml", False),
        ("questions/old/a.yaml", True),
        ("questions/*.yaml", False),
        ("questions/**/*.yaml", True),
        ("questions/**", True),
        ("old/*.yaml", False),
        ("**/old/*", True),
        ("./questions/old/?.yaml", True),
        ("questions/old/[a].yaml", False),
    ],
)
def test_patterns_of_files(pattern: str, matches: bool) -> None:
    selection = Selection.of(by_file={pattern: ["QP304"]})
    assert selection.reports(finding("QP304")) is not matches
    assert selection.reports(finding("QP303"))
    assert selection.reports(finding("QP201"))


def test_errors_are_always_reported(write: WriteQuiz) -> None:
    root = write(a=LIE + SILENT)
    assert codes(quizproof("check", "--ignore", "QP303", cwd=root).stdout) == ["QP202"]
    assert codes(quizproof("check", "--ignore", "QP1,QP2,QP3", cwd=root).stdout) == ["QP202"]
    assert codes(quizproof("check", "--select", "QP304", cwd=root).stdout) == ["QP202"]
    assert codes(quizproof("check", "--select", "no-mistake", cwd=root).stdout) == ["QP202", "QP303"]
    done = quizproof("check", "--ignore", "QP202", cwd=root)
    assert (done.returncode, done.stdout) == (2, "")


# The baseline


def test_a_baseline_lets_only_new_findings_fail(write: WriteQuiz) -> None:
    root = write(a=LIE + SILENT)
    first = quizproof("check", "questions", "--write-baseline", cwd=root)
    assert (first.returncode, codes(first.stdout)) == (0, [])
    assert f"questions/{NAME}: 2 known findings" in first.stderr
    assert codes(quizproof("check", "--no-baseline", cwd=root).stdout) == ["QP202", "QP303"]
    # It is used from then on, wherever in the bank one is, and whatever moves or is renamed.
    (root / "questions/a.yaml").rename(root / "questions/renamed.yaml")
    text = (root / "questions/renamed.yaml").read_text()
    (root / "questions/renamed.yaml").write_text(text.replace("topic: samples", "topic: samples\nminutes: 3"))
    for folder, *paths in ((root, "questions/renamed.yaml"), (root / "questions", "."), (root,)):
        done = quizproof("check", *paths, cwd=folder)
        assert (done.returncode, done.stdout.split(" in ")[0], done.stderr) == (
            0,
            "2 findings ignored, 1 error among them; 4 claims proven, 1 refuted",
            "",
        )
    # What is new counts: another block, another rule, and the same fault once more in the same block.
    again = LIE.replace("id: lie", "id: another")
    done = quizproof("check", cwd=write(b=again))
    assert (done.returncode, codes(done.stdout)) == (1, ["QP202"])
    write(renamed=LIE.replace("- prints: 2", "- prints: 3\n        mistake: A miscount.\n      - prints: 2") + SILENT)
    (root / "questions/b.yaml").unlink()
    done = quizproof("check", cwd=root)
    assert (done.returncode, codes(done.stdout)) == (1, ["QP202"])


def test_what_no_longer_occurs_is_told(write: WriteQuiz) -> None:
    root = write(a=LIE + SILENT, b=LIE.replace("id: lie", "id: other"))
    quizproof("check", "questions", "--write-baseline", cwd=root)
    write(a=LIE.replace("prints: 2", "prints: 3") + SILENT)
    told = f"quizproof: questions/{NAME} has what is no longer found: a.yaml: QP202 lie; write it again"
    assert quizproof("check", cwd=root).stderr.startswith(told)
    assert quizproof("check", "questions/b.yaml", cwd=root).stderr == ""
    assert quizproof("check", "silent", cwd=root).stderr == ""
    (root / "questions/b.yaml").unlink()
    assert "QP202 lie and 1 more" in quizproof("check", "questions/a.yaml", cwd=root).stderr
    quizproof("check", "questions", "--write-baseline", cwd=root)
    assert quizproof("check", cwd=root).stderr == ""


def test_a_baseline_has_nothing_that_could_not_be_verified(write: WriteQuiz) -> None:
    """What stops at a cap of the command is unverified, before and after."""
    slow = LIE.replace("id: lie", "id: slow").replace("code: print(1 + 1)", 'code: "while True: pass"')
    root = write(a=LIE + slow)
    done = quizproof("check", "questions", "--write-baseline", "--max-seconds", "0.2", cwd=root)
    baseline = json.loads((root / "questions" / NAME).read_text())
    assert [entry["code"] for entry in baseline["findings"]] == ["QP202"]
    assert (done.returncode, codes(done.stdout)) == (3, ["QP909"])
    assert quizproof("check", "--max-seconds", "0.2", cwd=root).returncode == 3


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "is damaged"),
        ("[]", "is damaged"),
        ('{"version": 2, "findings": []}', "is damaged at `version`"),
        ('{"version": 1, "findings": [{"path": "a"}]}', "is damaged at `findings.0.block`"),
        (
            '{"version": 1, "findings": [{"path": "a", "block": null, "code": "QP1", "message": "", "count": 0}]}',
            "is damaged at `findings.0.count`",
        ),
    ],
)
def test_a_damaged_baseline_is_refused(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / NAME).write_text(text)
    with pytest.raises(UsageError, match=message):
        Baseline.read(tmp_path / NAME)


def test_an_entry_is_used_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    entry = {"path": "a.yaml", "block": None, "code": "QP101", "message": "m", "count": 2}
    (tmp_path / NAME).write_text(json.dumps({"version": 1, "findings": [entry]}))
    baseline = Baseline.read(Path(NAME))
    found = finding("QP101", "a.yaml")
    assert [baseline.takes(each) for each in (replace(found, path="b.yaml"), found, found, found)] == [
        False,
        True,
        True,
        False,
    ]


@pytest.mark.parametrize(
    "arguments",
    [
        ("questions/a.yaml", "--write-baseline"),
        ("questions", "--write-baseline", "--shard", "1/2"),
        ("questions", "--write-baseline", "--kind", "choice"),
        ("questions", "silent", "--write-baseline"),
        ("--baseline", "x.json", "--no-baseline"),
        ("--baseline", "x.json"),
    ],
)
def test_calls_that_are_refused(write: WriteQuiz, arguments: tuple[str, ...]) -> None:
    done = quizproof("check", *arguments, cwd=write(a=SILENT))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("quizproof: ")


def test_shards_keep_what_is_ignored(write: WriteQuiz) -> None:
    """The merged report has it, as that of the whole bank does; and its exit code is the same."""
    root = write(
        a=LIE.replace("- prints: 2", "- prints: 2  # quizproof: ignore QP202 It is meant.") + SILENT,
        b=LIE.replace("id: lie", "id: other"),
        c=SILENT.replace("id: silent", "id: quiet"),
    )
    quizproof("check", "questions", "--write-baseline", cwd=root)
    write(d=LIE.replace("id: lie", "id: new"))
    for part, file in (("1/2", "one.json"), ("2/2", "two.json")):
        quizproof("check", "--shard", part, "--format", f"json:{file}", cwd=root)
    merged = quizproof("merge", "one.json", "two.json", "--format", "json", cwd=root)
    whole = quizproof("check", "--format", "json", cwd=root)
    one, other = json.loads(merged.stdout), json.loads(whole.stdout)
    assert (merged.returncode, whole.returncode) == (1, 1)
    assert [finding["question"] for finding in one["findings"]] == ["new"]
    assert one["findings"] == other["findings"]
    key = itemgetter("path", "line")
    assert sorted(one["ignored"], key=key) == sorted(other["ignored"], key=key)
    assert len(one["ignored"]) == one["summary"]["ignored"] == other["summary"]["ignored"] == 4
    assert merged.stderr == whole.stderr == ""


# When a check fails


@pytest.mark.parametrize(
    ("blocks", "arguments", "code"),
    [
        (SILENT, (), 0),
        (SILENT, ("--fail-on", "warning"), 1),
        (SILENT, ("--fail-on", "warning", "--ignore", "QP3"), 0),
        (LIE, (), 1),
        (LIE, ("--fail-on", "never"), 0),
        (LIE, ("--exit-zero",), 0),
        (SILENT, ("--min-proof", "100"), 0),
        (LIE + SILENT, ("--min-proof", "80", "--exit-zero"), 0),
    ],
)
def test_what_fails_a_check(write: WriteQuiz, blocks: str, arguments: tuple[str, ...], code: int) -> None:
    assert quizproof("check", *arguments, cwd=write(a=blocks)).returncode == code


def test_the_least_proof_counts_what_is_ignored_as_not_proven(write: WriteQuiz) -> None:
    """Four of five claims are proven."""
    root = write(a=LIE.replace("- prints: 2", "- prints: 2  # quizproof: ignore QP202 why") + SILENT)
    assert quizproof("check", "--min-proof", "80", cwd=root).returncode == 0
    done = quizproof("check", "--min-proof", "80.5", cwd=root)
    assert done.returncode == 1
    assert done.stderr == "quizproof: 4 of 5 claims are proven, fewer than the 80.5 % of `--min-proof`\n"
