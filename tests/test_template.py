"""Expressions in quiz files: what they give, and what they refuse."""

from __future__ import annotations

import contextlib
import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizproof.quizfile.template import FILTERS, Disagreement, TemplateError, render, stated


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("no expression { here }", "no expression { here }"),
        ("{{ a }} x {{ b + 1 }}", "10 x 6"),
        ("{{ a / 4 }}", "2.5"),
        ("{{ 1 / 3 }}", "0.333333"),
        ("{{ (1 / 3) | fixed(2) }}", "0.33"),
        ("{{ (85 / 95) | percent(1) }}", "89.5%"),
        ("{{ 2257984 | thousands }}", "2,257,984"),
        ("{{ 1999.6 | thousands }}", "2,000"),
        ("{{ -1999.6 | thousands }}", "-2,000"),
        ("{{ '12345678901234567890' | thousands }}", "12,345,678,901,234,567,890"),
        ("{{ names[1] | upper }} of {{ names | length }}", "Y of 2"),
        ("{{ '{{' }} and {{ '}}' }}", "{{ and }}"),
        ("{{ stated('0.895', 85 / 95) }}", "0.895"),
        ("{{ 'many' if a > 3 else 'few' }}", "many"),
    ],
)
def test_render(text: str, result: str) -> None:
    """Names, arithmetic, filters and literal braces."""
    assert render(text, {"a": 10, "b": 5, "names": ["x", "y"]}) == result


@pytest.mark.parametrize(
    ("text", "message", "line", "column"),
    [
        ("one\n two {{ nope }}", "`{{ nope }}`: 'nope' is undefined (known names: a)", 1, 5),
        ("{{ a", "`{{` is not closed by `}}` on the same line", 0, 0),
        ("{{ a\n}}", "`{{` is not closed by `}}` on the same line", 0, 0),
        ("{{ a + }}", "`{{ a + }}`: unexpected 'end of template'", 0, 0),
        ("{{ a / 0 }}", "`{{ a / 0 }}`: ZeroDivisionError: division by zero", 0, 0),
        ("{{ a | evil }}", f"`{{{{ a | evil }}}}`: No filter named 'evil'. Known: {', '.join(FILTERS)}.", 0, 0),
        ("{{ a.__class__ }}", "`{{ a.__class__ }}`: access to attribute '__class__' of 'int' object is unsafe.", 0, 0),
        ("{{ 'x'.center(9) }}", "`{{ 'x'.center(9) }}`: only `stated` can be called", 0, 0),
        ("{{ range(9) }}", "`{{ range(9) }}`: only `stated` can be called", 0, 0),
        ("{{ 'x' * 999 }}", "`{{ 'x' * 999 }}`: `*` works on numbers only", 0, 0),
        ("{{ [1] * 999 }}", "`{{ [1] * 999 }}`: `*` works on numbers only", 0, 0),
        ("{{ 9 ** 99999 }}", "`{{ 9 ** 99999 }}`: the exponent or the base is too large", 0, 0),
        ("{{ stated('3', a) }}", "the text states 3, but the run gave 10", 0, 0),
    ],
)
def test_refusals(text: str, message: str, line: int, column: int) -> None:
    """Every refusal names the expression and its place; nothing gets out of the sandbox or grows without bound."""
    with pytest.raises(TemplateError) as caught:
        render(text, {"a": 10})
    assert (str(caught.value), caught.value.line, caught.value.column) == (message, line, column)


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("0.895", 85 / 95),
        ("0.89", 85 / 95),
        ("89%", 85 / 95),
        ("89.5 %", 85 / 95),
        ("2,257,984", 2257984),
        ("1e-3", 0.001),
        ("-2,257,984.5", -2257984.5),
        ("5", "5"),
        ("1,5", "1,5"),
        ("2", 2.0),
        ("3", 3.0000000000000004),
        ("1", 0.9999999403953552),
        ("18446744073709551616", 2**64),
        ("100%", 1.0),
        ("0%", 0),
        ("99%", 0.986),
        ("nan", math.nan),
        ("inf", math.inf),
        ("TypeError", "TypeError"),
    ],
)
def test_stated_accepts_what_rounds_to_it(typed: str, value: object) -> None:
    """The typed value comes out as it was typed when the real one agrees at the typed digits."""
    assert stated(typed, value) == typed


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("0.90", 85 / 95),
        ("1", 0.6),
        ("3", 2.7),
        ("85", 85.2),
        ("1e6", 1000001),
        ("18446744073709551615", 2**64),
        ("100%", 249 / 250),
        ("0%", 0.004),
        ("0.8948", 85 / 95),
        ("90%", 85 / 95),
        ("2,257,985", 2257984),
        ("TypeError", "ValueError"),
        ("1,5", 15),
        ("1,5%", 0.15),
        ("12,34", 1234),
        ("0,123", 123),
        ("1234,567", 1234567),
        ("1,234,", 1234),
        ("inf", 2.0),
    ],
)
def test_stated_refuses_another_value(typed: str, value: object) -> None:
    """One unit in the last typed digit too many is a disagreement."""
    with pytest.raises(Disagreement, match="but the run gave"):
        stated(typed, value)


@given(st.floats(-1e6, 1e6), st.integers(1, 6))
def test_stated_accepts_every_rounding(value: float, digits: int) -> None:
    """Rounding a value to any number of decimals gives something that may be stated of it."""
    typed = f"{value:.{digits}f}"
    assert stated(typed, value) == typed


@given(st.text(max_size=40))
def test_only_template_errors_escape(text: str) -> None:
    """Whatever stands between the braces, the author gets a TemplateError or a text."""
    with contextlib.suppress(TemplateError):
        assert isinstance(render("{{" + text + "}}", {"a": 1}), str)


@pytest.mark.parametrize(
    ("written", "better"),
    [
        ("value:.2f", "value | fixed(2)"),
        ("value * 2:.1f", "(value * 2) | fixed(1)"),
        ("f'{value:.2f}'", "value | fixed(2)"),
        ("'%.3f' % value", "value | fixed(3)"),
        ("'{:.2f}'.format(value)", "value | fixed(2)"),
        ("format(value, '.2f')", "value | fixed(2)"),
        ("value | format('.2f')", "value | fixed(2)"),
        ("round(value, 2)", "value | fixed(2)"),
        ("round(values[0], 2)", "values[0] | fixed(2)"),
        ("value:.1%", "value | percent(1)"),
        ("value:,", "value | thousands"),
        ("len(values)", "values | length"),
        ("max(values)", "values | max"),
        ("str(value)", "value"),
    ],
)
def test_python_that_is_none_here_is_told_with_what_works(written: str, better: str) -> None:
    names = {"value": 1.25, "values": [1.25]}
    with pytest.raises(TemplateError, match=re.escape(f"; write `{{{{ {better} }}}}`")):
        render(f"It is {{{{ {written} }}}}.", names)
    assert render(f"It is {{{{ {better} }}}}.", names).startswith("It is ")


@pytest.mark.parametrize("written", ["vlaue", "value.item()", "value!r", "value | rond", "1:2:3", "max(value, 2)"])
def test_nothing_is_suggested_where_nothing_is_known(written: str) -> None:
    with pytest.raises(TemplateError) as caught:
        render(f"{{{{ {written} }}}}", {"value": 1.25})
    assert "; write" not in str(caught.value)
