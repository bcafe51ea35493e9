"""The rules: each is defined once, has what `explain` shows, and says how its findings are shared."""

from __future__ import annotations

import pytest

from helpers.docs_pages import DOCS, anchors
from quizproof import rules
from quizproof.findings import Finding, Span
from quizproof.rulebook import rule


def test_rules_are_in_the_order_of_their_codes() -> None:
    """Whatever the order of the modules that define them; and each has a text."""
    assert list(rules.RULES) == sorted(rules.RULES)
    for code, each in rules.RULES.items():
        assert each.code == code
        assert each.summary.endswith(".")
        assert each.explanation


def test_every_rule_has_a_name_in_the_program() -> None:
    """The constants of `quizproof.rules` are all codes there are."""
    named = [value for name, value in vars(rules).items() if name.isupper() and isinstance(value, str)]
    assert sorted(named) == list(rules.RULES)


@pytest.mark.parametrize(("code", "name"), [("QP201", "new"), ("QP299", "key-refuted")])
def test_codes_and_names_are_not_used_twice(code: str, name: str) -> None:
    """Scripts and people keep both."""
    before = dict(rule.DEFINED)
    with pytest.raises(ValueError, match="already"):
        rule.define(code, name, "Summary.", "Explanation.")
    assert before == rule.DEFINED


def test_what_is_not_the_authors_doing() -> None:
    """Exactly the rules of the last hundred judge nothing, and so concern every claim and every variant."""
    for code, each in rules.RULES.items():
        unverified = code.startswith("QP9")
        assert Finding(code, "a.yaml", Span(1, 1, 1, 1), "m").is_unverified == unverified
        assert each.shared_by_variants == unverified
        assert each.shared_by_claims or not unverified


def test_every_rule_is_explained_in_the_pages() -> None:
    """Where its anchor says, which reports carry for programs."""
    for each in rules.RULES.values():
        page, _, heading = each.anchor.partition("#")
        assert heading in anchors(DOCS / page), each.anchor


def test_advice_is_what_may_be_chosen() -> None:
    """A warning is advice. What could not be verified is no advice, and cannot be ignored."""
    for code, each in rules.RULES.items():
        assert each.is_advice == (each.severity == "warning")
        assert each.may_be_ignored == (code[:3] != "QP9")
        assert not (each.is_advice and each.is_unverified)
