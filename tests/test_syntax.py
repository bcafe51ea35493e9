"""Parsing snippets: what is valid, what compiles, and that neither a warning nor an exception comes of it."""

from __future__ import annotations

import warnings

import pytest

from quizproof.snippets.syntax import is_expression, is_invalid, parse, parse_compilable

DEEP = "(" * 1000 + "1" + ")" * 1000
"""Valid Python that no parser takes: it is refused as too deep."""


@pytest.mark.parametrize(
    ("source", "parses", "compiles", "expression"),
    [
        ("1 + 1", True, True, True),
        ("  1 + 1\n", False, False, True),  # an expression may be indented, because it is put in brackets
        ("x = 1", True, True, False),
        ("return 1", True, False, False),
        ("x = (", False, False, False),
        ("", True, True, False),
        ("a\0b", False, False, False),
        (DEEP, False, False, False),
    ],
)
def test_sources_are_told_apart(source: str, *, parses: bool, compiles: bool, expression: bool) -> None:
    """What parses need not compile; and what is an expression has a value."""
    assert (parse(source) is not None) == parses
    assert (parse_compilable(source) is not None) == compiles
    assert is_expression(source) == expression


def test_what_is_too_deep_for_the_parser_is_not_called_invalid() -> None:
    """Where the parser gives up for want of memory or depth, only a run can say what is right."""
    assert is_invalid("x = (")
    assert is_invalid("if x:\nprint(1)")
    assert not is_invalid("return 1")
    nested = "-" * 100_000 + "1"  # a RecursionError or a MemoryError, by the version of Python
    assert parse(nested) is None
    assert not is_invalid(nested)


@pytest.mark.parametrize("source", [r"'\d'", "1 is not x", "assert (1, 'always true')"])
def test_warnings_are_for_the_run_to_show(source: str) -> None:
    """Python warns of such code whenever it is compiled; here nobody would know of which snippet."""
    with warnings.catch_warnings(action="error"):
        assert parse(source)
        assert parse_compilable(source)
        assert not is_invalid(source)
