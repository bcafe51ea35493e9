"""How the suite is spread over processes: by names of fixtures that must exist, or costly ones are made many times."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from conftest import COSTLY, LONGEST_FIRST

HERE = Path(__file__).parent


@pytest.mark.parametrize("name", COSTLY)
def test_costly_fixtures_are_there(name: str) -> None:
    """A fixture that is renamed would lose its group without a word."""
    tree = ast.parse((HERE / f"{name}.py").read_text(encoding="utf-8"))
    fixtures = {
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and any("fixture" in ast.unparse(mark) for mark in node.decorator_list)
    }
    assert COSTLY[name] <= fixtures


def test_files_that_take_long_are_there() -> None:
    """Each once."""
    assert len(set(LONGEST_FIRST)) == len(LONGEST_FIRST)
    assert [name for name in LONGEST_FIRST if not (HERE / f"{name}.py").is_file()] == []
