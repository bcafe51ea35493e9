"""Bounds of our own work: whatever a bank holds, looking at it ends, with a finding, and the other files are proven."""

from __future__ import annotations

import contextlib
import os
import threading
from pathlib import Path

import pytest

from quizproof.errors import UsageError
from quizproof.findings import Finding
from quizproof.loading import budget as budgets
from quizproof.loading.budget import Budget, BudgetSpent
from quizproof.loading.files import MAX_FILES_MIB, find_files
from quizproof.loading.load import load_bank, load_file
from quizproof.loading.walk import MAX_DEPTH, walk
from quizproof.proof import Report
from quizproof.proving.prove import Proving
from quizproof.proving.study import Ticket
from quizproof.quizfile import yaml_document
from quizproof.quizfile.fields import MAX_LINES, MAX_TEXT
from quizproof.quizfile.source_text import MAX_BYTES
from quizproof.quizfile.template import TemplateError, render
from quizproof.runners.pool import Pool
from quizproof.snippets.mutations import mutations_of
from quizproof.store.fingerprints import contents
from quizproof.store.lock import MAX_MIB, Lock
from quizproof_renderers.cli.exits import code_of

QUIZ = """\
quiz: {name}
title: A quiz
topic: faults
blocks:
  - id: {name}
    kind: number
    prompt: {prompt}
    value: 6 * 7
"""


def quiz(name: str, prompt: str = "What is 6 times 7?", more: str = "") -> str:
    return QUIZ.format(name=name, prompt=prompt) + more


def found(path: Path) -> list[str]:
    """The codes of what is wrong in a file."""
    return [finding.code for finding in load_file(path).findings]


def proved(folder: Path) -> Report:
    """The proof of a folder, with what cannot be read in it."""
    with Pool[Ticket](1, "none") as pool:
        proving = Proving(find_files([folder]), pool)
        return Report(tuple(proving), proving.result)


def told(findings: tuple[Finding, ...]) -> list[tuple[str, int, str]]:
    return [(finding.code, finding.span.line, finding.message) for finding in findings]


@pytest.mark.parametrize(
    ("sound", "over", "code"),
    [
        (quiz("a", "x" * MAX_TEXT), quiz("a", "x" * (MAX_TEXT + 1)), "QP105"),
        (
            quiz("a", more="    setup: |\n" + "      x = 1\n" * (MAX_LINES - 1)),
            quiz("a", more="    setup: |\n" + "      x = 1\n" * (MAX_LINES + 1)),
            "QP105",
        ),
    ],
    ids=["text", "code"],
)
def test_texts_have_bounds(tmp_path: Path, sound: str, over: str, code: str) -> None:
    (tmp_path / "sound.yaml").write_text(sound)
    (tmp_path / "over.yaml").write_text(over)
    assert found(tmp_path / "sound.yaml") == []
    assert found(tmp_path / "over.yaml") == [code]


def test_values_of_a_file_have_bounds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each takes half a kilobyte: a list of two million numbers took a gigabyte."""
    assert yaml_document.MAX_VALUES >= 100_000
    monkeypatch.setattr(yaml_document, "MAX_VALUES", 500)
    path = tmp_path / "a.yaml"
    for count, codes in ((400, ["QP109"]), (500, ["QP105"])):  # nobody may have 400 mistakes either
        path.write_text(quiz("a", more=f"    mistakes: [{','.join(['1'] * count)}]\n"))
        assert found(path)[-1:] == codes


def test_errors_of_a_block_have_bounds(tmp_path: Path) -> None:
    """A hundred are told one by one, and how many more there are."""
    path = tmp_path / "a.yaml"
    path.write_text(quiz("a", more=f"    mistakes: [{','.join(['{}'] * 500)}]\n"))
    findings = load_file(path).findings
    assert len(findings) == 101
    assert [f.message for f in findings if "more errors" in f.message] == ["400 more errors like these are in it"]
    path.write_text(quiz("a", more="    mistakes: [{}, {}]\n"))
    assert found(path) == ["QP108"] * 2


@pytest.mark.parametrize(
    ("sound", "over", "message"),
    [
        ("~".join(["a"] * 400), "~".join(["a"] * 600), "1,199 characters; at most 1,000"),
        ("9 ** 1000 * 9 ** 1000 % 7", "*".join(["999999999 ** 1000"] * 40), "the product is too large"),
    ],
    ids=["long", "large"],
)
def test_expressions_have_bounds(sound: str, over: str, message: str) -> None:
    assert render(f"{{{{ {sound} }}}}", {"a": 1})
    with pytest.raises(TemplateError, match=message):
        render(f"{{{{ {over} }}}}", {"a": 1})


def test_mutations_have_bounds() -> None:
    """Of a long program a few hundred changes are compiled, from its beginning to its end."""
    assert len(mutations_of("x = 1 + 2\ny = 3 + 4\n")) == 6
    many = mutations_of("".join(f"x{n} = {n} + {n}\n" for n in range(900)))
    assert 200 < len(many) <= 400
    assert many[0].line < 10
    assert many[-1].line > 890


def test_budget_ends_what_does_not_end() -> None:
    """Also where code survives every error; and it stays spent."""
    budget = Budget(seconds=0.1)

    def endless() -> None:
        with budget.use():
            while True:
                with contextlib.suppress(Exception):
                    sum(range(1_000))

    with pytest.raises(BudgetSpent):
        endless()
    with pytest.raises(BudgetSpent), budget.use():
        pytest.fail("there is nothing left")


def test_budget_of_memory() -> None:
    """A program that grows is stopped long before it has what it asks for."""
    kept: list[bytearray] = []

    def grow(mib: int) -> None:
        for _ in range(mib):
            kept.append(bytearray(b"x" * (1 << 20)))
            sum(range(50_000))  # the clock is that of the processor

    with Budget(mib=200).use():
        grow(20)
    with pytest.raises(BudgetSpent), Budget(mib=50).use():
        grow(400)
    assert len(kept) < 420


def test_budget_leaves_the_rest_alone() -> None:
    """What is within it gives its result, uses add up, and nothing is bounded in a thread, which has no timer."""
    budget = Budget()
    before = budget.seconds
    with budget.use():
        total = sum(range(1_000_000))
    assert total == 499999500000
    assert budget.seconds < before
    totals: list[int] = []

    def elsewhere() -> None:
        with Budget(seconds=-1).use():
            totals.append(sum(range(10)))

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    assert totals == [45]


COSTLY = """\
quiz: costly
title: Costly
topic: faults
blocks:
  - id: costly
    kind: write-code
    prompt: Write it.
    solution: |
LINES    checks:
      - name: It is two
        code: assert x1 == 2
"""


def test_costly_block_is_found_and_others_are_proven(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its place is told, and the exit code is that of a bank with an error."""
    monkeypatch.setattr(budgets, "MAX_SECONDS", 0.3)
    lines = "".join(f"      x{n} = {n} + {n}\n" for n in range(MAX_LINES - 10))
    (tmp_path / "a.yaml").write_text(COSTLY.replace("LINES", lines))
    monkeypatch.chdir(tmp_path)
    report = proved(tmp_path)
    assert [(f.code, f.span.line, f.block) for f in report.findings] == [("QP120", 5, "costly")]
    assert "0.3 s of processor time" in report.findings[0].message
    assert report.block("costly").status == "refuted"
    assert code_of(report.result) == 1
    monkeypatch.undo()
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.yaml").write_text(quiz("good"))
    assert proved(tmp_path).status == "proven"


def test_files_are_measured_before_they_are_read(tmp_path: Path) -> None:
    """A sparse file of a tebibyte is refused for its size, and one that the kernel makes up for what it is."""
    (tmp_path / "good.yaml").write_text(quiz("good"))
    with (tmp_path / "huge.yaml").open("wb") as file:
        file.truncate(1 << 40)
    assert told(load_file(tmp_path / "huge.yaml").findings) == [
        ("QP105", 1, f"the file has 1,099,511,627,776 bytes; at most {MAX_BYTES:,} are read")
    ]
    (tmp_path / "made.yaml").symlink_to("/proc/kmsg")
    assert told(load_file(tmp_path / "made.yaml").findings) == [
        ("QP101", 1, "the file cannot be read: it is not a regular file")
    ]
    with (tmp_path / "quizproof.lock").open("wb") as file:
        file.truncate(1 << 40)
    with pytest.raises(UsageError, match=f"more than {MAX_MIB} MiB"):
        Lock.read(tmp_path / "quizproof.lock")


def test_folder_of_files_is_measured(tmp_path: Path) -> None:
    """One that is too large, or a link, is a finding about each quiz beside it; a usual one is none."""
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "data.csv").write_text("1\n")
    (tmp_path / "files" / "endless").symlink_to("/proc/kmsg")
    (tmp_path / "a.yaml").write_text(quiz("a"))
    assert found(tmp_path / "a.yaml") == []
    assert contents(str(tmp_path / "files"))  # it ends
    with (tmp_path / "files" / "sparse").open("wb") as file:
        file.truncate((MAX_FILES_MIB << 20) + 1)
    loaded = load_file(tmp_path / "a.yaml")
    assert [finding.code for finding in loaded.findings] == ["QP105"]
    assert loaded.quiz is not None
    assert loaded.quiz.files is None
    (tmp_path / "files").rename(tmp_path / "elsewhere")
    (tmp_path / "files").symlink_to("elsewhere")
    report = proved(tmp_path)
    assert [finding.code for finding in report.findings] == ["QP121"]
    assert report.block("a").status == "proven"


def test_folders_of_any_depth(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is too deep is told; a check of it ends, and proves the rest."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "good.yaml").write_text(quiz("good"))
    depth = 1_500
    for _ in range(depth):
        Path("d").mkdir()
        os.chdir("d")
    Path("lost.yaml").write_text(quiz("lost"))
    os.chdir(tmp_path)
    try:
        assert sum(1 for _ in walk(tmp_path)) == 2
        report = proved(tmp_path)
        assert [finding.code for finding in report.findings] == ["QP101"]
        assert f"more than {MAX_DEPTH} folders deep" in report.findings[0].message
        assert report.block("good").status == "proven"
    finally:
        _remove(depth)


def _remove(depth: int) -> None:
    """Remove a folder that is too deep for `shutil`."""
    for _ in range(depth):
        os.chdir("d")
    Path("lost.yaml").unlink()
    for _ in range(depth):
        os.chdir("..")
        Path("d").rmdir()


def test_links_out_of_a_bank_are_not_read(tmp_path: Path) -> None:
    """Nothing of what they lead to is shown. Inside of the bank they are followed; so is one that is named."""
    secret = tmp_path / "secret.yaml"
    secret.write_text("token: hunter2\n")
    bank = tmp_path / "bank"
    bank.mkdir()
    (bank / "good.yaml").write_text(quiz("good"))
    (bank / "leak.yaml").symlink_to(secret)
    findings = load_bank([bank]).findings
    assert [finding.code for finding in findings] == ["QP121"]
    assert "hunter2" not in str(findings)
    (bank / "leak.yaml").unlink()
    (bank / "again.yaml").symlink_to("good.yaml")
    assert [finding.code for finding in load_bank([bank]).findings] == ["QP111"]
    (tmp_path / "named.yaml").symlink_to(bank / "good.yaml")
    assert load_bank([tmp_path / "named.yaml"]).findings == ()


def test_one_file_by_two_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.yaml").write_text(quiz("a"))
    assert find_files(["a.yaml", tmp_path, tmp_path / "a.yaml", "./a.yaml"]) == [Path("a.yaml")]
