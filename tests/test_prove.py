"""Proving a bank file by file: the order, what is read and computed once, and what is kept or not."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from quizproof import rules
from quizproof.errors import UsageError
from quizproof.loading.files import SourceFile, find_files
from quizproof.loading.load import load_bank
from quizproof.proving import study as study_module
from quizproof.proving.prove import Proving, prove
from quizproof.runners.pool import Pool
from quizproof.store import keys
from quizproof.store.cache import Cache

QUIZ = """\
quiz: {id}
title: T
topic: t
blocks:
  - {{id: {id}-sum, kind: number, prompt: P, value: {value}, answer: 2}}
"""


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool[Any]]:
    """One pool for all tests here: a proving neither enters nor leaves it."""
    with Pool[Any](1, "none") as pool:
        yield pool


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[Cache]:
    with Cache(tmp_path / "kept" / "cache") as cache:
        yield cache


def bank(folder: Path, **values: str) -> list[Path]:
    """A file for each quiz, with one question that is right when its value is 2."""
    for name, value in values.items():
        folder.joinpath(f"{name}.yaml").write_text(QUIZ.format(id=name, value=value), encoding="utf-8")
    return [file for file in find_files([folder]) if isinstance(file, Path)]


def test_proofs_come_in_the_order_of_the_files(tmp_path: Path, pool: Pool[Any]) -> None:
    """Also when the first is the slowest."""
    slow = "__import__('time').sleep(0.5) or 2"
    proving = Proving(bank(tmp_path, a=slow, b="2", c="3"), pool)
    proofs = list(proving)
    assert [proof.id for proof in proofs] == ["a", "b", "c"]
    assert [proof.blocks[0].status for proof in proofs] == ["proven", "proven", "refuted"]
    summary = proving.result.summary  # "key" and "options differ" are two claims
    assert (summary.quizzes, summary.questions, summary.proven, summary.refuted) == (3, 3, 4, 1)


def test_each_file_is_read_once(tmp_path: Path, pool: Pool[Any], cache: Cache, monkeypatch: pytest.MonkeyPatch) -> None:
    files = bank(tmp_path, a="2", b="1 + 1")
    read: list[Path] = []
    original = os.open

    def counted(path: Any, *how: Any, **more: Any) -> int:
        if str(path).endswith(".yaml"):
            read.append(Path(path))
        return original(path, *how, **more)

    monkeypatch.setattr(os, "open", counted)
    assert all(proof.blocks[0].status == "proven" for proof in Proving(files, pool, cache=cache))
    assert read == files


def test_the_key_of_a_program_is_computed_once(
    tmp_path: Path, pool: Pool[Any], cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Although it is looked up, run, kept under it and handed to the witness."""
    programs: list[Any] = []
    original = keys.program_key

    def counted(runtime: str, program: Any, *more: Any) -> str:
        programs.append(program)
        return original(runtime, program, *more)

    monkeypatch.setattr(study_module, "program_key", counted)
    seen: list[str] = []
    proving = Proving(
        bank(tmp_path, a="2", b="'sum({1}) + 1'"),  # the second is run again under other hash seeds
        pool,
        cache=cache,
        witness=lambda quiz, block, name, key, outcome, again: seen.append(key),
    )
    assert [proof.blocks[0].status for proof in proving] == ["proven", "proven"]
    assert len(programs) == len(set(programs)) == len(seen) == 2


def test_a_proof_is_found_again_and_counts_as_known(tmp_path: Path, pool: Pool[Any], cache: Cache) -> None:
    files = bank(tmp_path, a="2", b="1 + 1")
    first = Proving(files, pool, cache=cache)
    proofs = list(first)
    runs = pool.runs
    second = Proving(files, pool, cache=cache)
    assert list(second) == proofs
    assert (pool.runs, second.result.summary.cached) == (runs, 4)
    assert second.result.bank == first.result.bank
    changed = Proving(bank(tmp_path, a="3"), pool, cache=cache)
    assert [proof.blocks[0].status for proof in changed] == ["refuted", "proven"]
    assert (changed.result.summary.cached, changed.result.bank == first.result.bank) == (2, False)


def test_an_id_that_came_before_is_reported_also_when_both_files_are_known(
    tmp_path: Path, pool: Pool[Any], cache: Cache
) -> None:
    """A proof from the cache says nothing about the files before it."""
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        bank(tmp_path / folder, same="2")
        assert [p.file_findings for p in Proving(find_files([tmp_path / folder]), pool, cache=cache)] == [()]
    for _ in range(2):
        first, second = Proving(find_files([tmp_path]), pool, cache=cache)
        assert first.file_findings == ()
        assert {finding.code for finding in second.file_findings} == {rules.DUPLICATE_ID}


def test_a_file_that_cannot_be_read_is_a_finding(tmp_path: Path, pool: Pool[Any]) -> None:
    files = bank(tmp_path, a="2")
    files.append(tmp_path / "gone.yaml")
    good, gone = Proving(files, pool)
    assert good.blocks[0].status == "proven"
    (finding,) = gone.file_findings
    assert (finding.code, gone.header) == (rules.UNREADABLE, None)
    assert "No such file" in finding.message
    assert SourceFile.read(files[-1]).content is None


def test_progress_counts_up_to_all_blocks(tmp_path: Path, pool: Pool[Any]) -> None:
    steps: list[tuple[int, int, int]] = []
    proving = Proving(bank(tmp_path, a="2", b="2 * 1"), pool, progress=lambda *step: steps.append(step))
    assert len(list(proving)) == 2
    assert steps == sorted(steps, key=lambda step: step[0])
    assert steps[-1][:2] == (2, 2)


def test_displays_are_left_out_on_request(tmp_path: Path, pool: Pool[Any]) -> None:
    files = bank(tmp_path, a="2")
    (whole,) = Proving(files, pool)
    (bare,) = Proving(files, pool, displays=False)
    assert whole.blocks[0].variants[0].display is not None
    assert bare.blocks[0].variants[0].display is None
    assert bare.blocks[0].claims == whole.blocks[0].claims


def test_prove_takes_a_loaded_bank(tmp_path: Path) -> None:
    bank(tmp_path, a="2", b="3")
    report = prove(load_bank([tmp_path]), jobs=1, sandbox="none")
    assert [(block.id, block.status) for block in report.blocks] == [("a-sum", "proven"), ("b-sum", "refuted")]
    with pytest.raises(UsageError, match="does not exist"):
        load_bank([tmp_path / "nowhere"])
