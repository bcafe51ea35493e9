"""Groups of tests, by names of files and fixtures, which must exist: or costly fixtures are made many times."""

from __future__ import annotations

import ast

import pytest

from helpers.scheduling import COSTLY, LONGEST_FIRST, TESTS, group


@pytest.mark.parametrize("name", COSTLY)
def test_costly_fixtures_are_there(name: str) -> None:
    """A fixture that is renamed would lose its group without a word."""
    tree = ast.parse((TESTS / f"{name}.py").read_text(encoding="utf-8"))
    fixtures = {
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and any("fixture" in ast.unparse(mark) for mark in node.decorator_list)
    }
    assert COSTLY[name] <= fixtures


def test_files_that_take_long_are_there() -> None:
    """Each once."""
    assert len(set(LONGEST_FIRST)) == len(LONGEST_FIRST)
    assert [name for name in LONGEST_FIRST if not (TESTS / f"{name}.py").is_file()] == []


@pytest.mark.parametrize(
    ("nodeid", "expected"),
    [
        ("tests/test_shipped_bank.py::test_every_claim_is_proven", "test_shipped_bank"),
        ("tests/test_shipped_bank.py::test_pages_mark_as_the_engine_does", "test_shipped_bank"),
        ("tests/test_shipped_bank.py::test_claims_are_proven_by_runs", None),
        ("tests/test_lock.py::test_prose_may_change", "test_lock"),  # by way of another fixture
        ("tests/test_kinds.py::test_good_samples_are_proven[torch-a]", "frameworks"),
        ("tests/test_kinds.py::test_good_samples_are_proven[number-a]", None),
    ],
)
def test_groups(nodeid: str, expected: str | None) -> None:
    """Tests that share something costly have one group, and others none."""
    assert group(nodeid) == (expected or nodeid)
