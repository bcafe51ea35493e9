"""Lies are found and truths are let pass: banks of `tests/lies` and `tests/truths`, written by others than the rules.

Each question of `tests/lies` makes one false or worthless claim, and `#! reason` marks the line where it must be found.
Each of `tests/truths` is honest, however odd it looks: it must be proven, without even a warning. What is not so yet is
listed beside them, and must leave the list when it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from quizproof.loading.load import load_bank

if TYPE_CHECKING:
    from conftest import ProveBank
    from quizproof.findings import Finding
    from quizproof.proof import Report

HERE = Path(__file__).parent
LIES = sorted(HERE.joinpath("lies").glob("*.yaml"))
TRUTHS = sorted(HERE.joinpath("truths").glob("*.yaml"))

MARK = re.compile(r"[ ]*#! (?P<reason>[a-z-]+)(?P<words> .*)?$")
"""What marks a line of a lie. It is taken off before the file is proven, so that it changes nothing."""
ID = re.compile(r"  - id: (\S+)")

REASONS = {
    "alike", "always-true", "comment-cut", "every-order", "false-figure", "false-key", "hunk", "limit-in-child",
    "machine", "missing", "moves", "name-error-only", "not-sensitive", "one-seed", "other", "overwrites", "prose",
    "right-distractor", "same-object", "starter", "swallowed", "tolerance", "unseeded", "unstated-slip",
}  # fmt: skip
OF_A_PROGRAM = {"machine", "missing", "moves", "name-error-only", "not-sensitive", "swallowed", "unseeded"}
"""Reasons that are about a program as a whole. They may be told at any line of the snippet that is marked."""


@dataclass(frozen=True)
class Lie:
    """A question that must be caught, and the lines of its file at which it may be."""

    id: str
    reasons: frozenset[str]
    lines: frozenset[int]


def known(name: str) -> dict[str, bool]:
    """The ids that a list of known failures holds, and whether each fails always; one with `?` does by chance."""
    listed = HERE.joinpath(name).read_text(encoding="utf-8").split()
    return {each.removesuffix("?"): not each.endswith("?") for each in listed}


def lies_of(file: Path) -> list[Lie]:
    """The questions of a file, in its order."""
    text = file.read_text(encoding="utf-8").split("\n")
    starts = [number for number, line in enumerate(text) if ID.match(line)]
    found = []
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        marks = [(number, mark["reason"]) for number in range(start, end) if (mark := MARK.search(text[number]))]
        lines = {each for number, reason in marks for each in _lines(text, number, reason)}
        reasons = frozenset(reason for _, reason in marks)
        found.append(Lie(ID.match(text[start])[1], reasons, frozenset(line + 1 for line in lines)))  # type: ignore[index]
    return found


def _lines(text: list[str], number: int, reason: str) -> range:
    """The lines that a mark stands for: its own, or those of the program around it and of the item that this is of."""
    if reason not in OF_A_PROGRAM:
        return range(number, number + 1)
    first = number
    while not re.match(r" +(- )?(?!(try|else|finally):$)[a-z_]+:", text[first]):  # a key, and no statement
        first -= 1
    depth = _depth(text[first])
    last = first
    while last + 1 < len(text) and (not text[last + 1] or _depth(text[last + 1]) > depth):
        last += 1
    start = first
    while not text[start].strip().startswith("- ") or _depth(text[start]) > depth:
        start -= 1
    return range(first if ID.match(text[start]) else start, last + 1)


def _depth(line: str) -> int:
    """How far the key of a line is indented, or else its text."""
    return len(re.match(r"[ ]*(- (?=[a-z_]+:))?", line)[0])  # type: ignore[index]


def unmarked(file: Path) -> str:
    """The text of a file without marks."""
    return "\n".join(MARK.sub("", line) for line in file.read_text(encoding="utf-8").split("\n"))


def parameters(files: list[Path], listed: str) -> Iterator[object]:
    """Each question of the files; one that is listed is expected to fail."""
    ids = known(listed)
    for file in files:
        for lie in lies_of(file):
            marks = [pytest.mark.xfail(strict=ids[lie.id], reason=f"in {listed}")] if lie.id in ids else []
            yield pytest.param(file, lie, id=f"{file.stem}-{lie.id}", marks=marks)


Proofs = Callable[[Path], "Report"]


@pytest.fixture(scope="session")
def proofs(prove_warm: ProveBank, tmp_path_factory: pytest.TempPathFactory) -> Proofs:
    """The report of a file, which is proven once."""

    @cache
    def prove(file: Path) -> Report:
        copy = tmp_path_factory.mktemp("honesty") / file.name
        copy.write_text(unmarked(file), encoding="utf-8")
        return prove_warm(load_bank([copy]))

    return prove


def told(findings: list[Finding]) -> list[str]:
    """Findings in short, for messages of failed tests."""
    return [f"{finding.span.line}: {finding.code} {finding.message}" for finding in findings]


@pytest.mark.parametrize(("file", "lie"), [*parameters(LIES, "lies/known_escapes.txt")])
def test_lie_is_found(file: Path, lie: Lie, proofs: Proofs) -> None:
    """Something is said of the question, at the line that lies."""
    findings = [finding for finding in proofs(file).findings if finding.block == lie.id]
    at = [f for f in findings if any(f.span.line <= line <= f.span.end_line for line in lie.lines)]
    assert at, told(findings)


@pytest.mark.parametrize(("file", "truth"), [*parameters(TRUTHS, "truths/known_refusals.txt")])
def test_truth_passes(file: Path, truth: Lie, proofs: Proofs) -> None:
    """The question is proven, and nothing is said of it, nor of its file."""
    report = proofs(file)
    findings = [finding for finding in report.findings if finding.block in (truth.id, None)]
    status = {proof.id: proof.status for proof in report.blocks}.get(truth.id)
    assert (status, told(findings)) == ("proven", [])


def test_marks_and_lists_are_sound() -> None:
    """Every lie has a known reason, truths have none, no id is there twice, and lists name what exists."""
    lies = [lie for file in LIES for lie in lies_of(file)]
    truths = [truth for file in TRUTHS for truth in lies_of(file)]
    assert [lie.id for lie in lies if not lie.reasons or lie.reasons - REASONS] == []
    assert [truth.id for truth in truths if truth.reasons] == []
    ids = [each.id for each in (*lies, *truths)]
    assert sorted(ids) == sorted(set(ids))
    for name, of in (("lies/known_escapes.txt", lies), ("truths/known_refusals.txt", truths)):
        listed = [*known(name)]
        assert listed == sorted(listed)
        assert set(listed) <= {each.id for each in of}
