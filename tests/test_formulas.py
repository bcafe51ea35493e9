"""Formulas: where they are in Markdown, how they are read, and how they look as text."""

from __future__ import annotations

import contextlib
from xml.etree.ElementTree import tostring

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from quizproof.loading.prose_faults import filled
from quizproof.markdown.contents import Formula, Image, contents
from quizproof.markdown.formulas import MAX_LENGTH, FormulaError, read
from quizproof.quizfile.template import TemplateError
from quizproof_renderers.formula_text import readable


def mathml(tex: str) -> str:
    """A formula as MathML, without the element around it."""
    return tostring(read(tex), encoding="unicode").removeprefix("<math>").removesuffix("</math>")


SHOWN = [
    (r"\hat{y}", "ŷ", '<mover accent="true"><mi>y</mi><mo stretchy="false">ˆ</mo></mover>'),
    (r"\mathbb{R}", "ℝ", "<mi>ℝ</mi>"),
    (r"\mathbf{x}", "𝐱", "<mi>𝐱</mi>"),
    (r"\mathcal{N}", "𝒩", None),
    (r"\|x\|_2", "‖x‖₂", None),
    (
        r"\begin{bmatrix} 1 & 2 \\ 3 & 4 \end{bmatrix}",
        "[1 2; 3 4]",
        '<mrow><mo>[</mo><mtable displaystyle="false" scriptlevel="0"><mtr><mtd><mn>1</mn></mtd><mtd><mn>2</mn></mtd>'
        "</mtr><mtr><mtd><mn>3</mn></mtd><mtd><mn>4</mn></mtd></mtr></mtable><mo>]</mo></mrow>",
    ),
    (r"x_{ij}", "xᵢⱼ", "<msub><mi>x</mi><mrow><mi>i</mi><mi>j</mi></mrow></msub>"),
    (r"x^2", "x²", "<msup><mi>x</mi><mn>2</mn></msup>"),
    (r"10^{-3}", "10⁻³", None),
    (
        r"\frac{\frac{a}{b}}{c}",
        "(a / b) / c",
        "<mfrac><mfrac><mi>a</mi><mi>b</mi></mfrac><mi>c</mi></mfrac>",
    ),
    # What people write about training.
    (r"\frac{TP}{TP + FP} \le 0.9", "TP / (TP + FP) ≤ 0.9", None),
    (r"\frac{1}{n}\sum_{i=1}^{n} (y_i - \hat{y}_i)^2", "(1 / n) ∑ᵢ₌₁ⁿ (yᵢ − ŷᵢ)²", None),
    (r"w_{t+1} = w_t - \eta \nabla L(w_t)", "wₜ₊₁ = wₜ − η∇L(wₜ)", None),
    (r"\sigma(z) = \frac{1}{1 + e^{-z}}", "σ(z) = 1 / (1 + e⁻ᶻ)", None),
    (r"-\log \hat{y}_c", "−log ŷ_c", None),
    (r"\operatorname{softmax}(z)_i", "softmax(z)ᵢ", None),
    (r"\left\| x - y \right\|", "‖x − y‖", None),
    (r"\sqrt{a + b} \cdot 5\,\%", "√(a + b) ⋅ 5 %", None),
    (r"\sqrt[3]{x}", "∛x", None),
    (r"\text{F1} = 2 \cdot \frac{p \cdot r}{p + r}", "F1 = 2 ⋅ (p ⋅ r) / (p + r)", None),
    (r"f''(x)", "f″(x)", None),
    (r"x^\top W \in \mathbb{R}^{m \times n}", "xᵀW ∈ ℝ^(m×n)", None),
    (r"\lim_{n \to \infty} a_n", "lim_(n→∞) aₙ", None),
    (r"\max(0, x), \ldots", "max(0, x), …", None),
    (r"\bar{x}, \vec{v}, \tilde{x}, \dot{x}, \overline{AB}", "x̄, v⃗, x̃, ẋ, A̅B̅", None),
    (r"\begin{cases} x & x > 0 \\ 0 & \text{else} \end{cases}", "{x x > 0; 0 else", None),
    (r"\binom{n}{k}", "(n choose k)", None),
    (r"{\left(\frac{x}{y}\right)}^2", "(x / y)²", None),
    (r"\rho = \frac{c}{\sigma_X \sigma_Y}", "ρ = c / (σ_X σ_Y)", None),
    (r"1{,}000 \pm 2", "1,000 ± 2", None),
    (r"a\!b", "ab", '<mi>a</mi><mspace class="thin" /><mi>b</mi>'),
    (r"\begin{array}{c|c} a & b \\ \hline c & d \end{array}", "a b; c d", None),
]


@pytest.mark.parametrize(("tex", "text", "elements"), SHOWN, ids=[tex for tex, _, _ in SHOWN])
def test_formulas_as_text_and_as_mathml(tex: str, text: str, elements: str | None) -> None:
    assert readable(tex) == text
    shown = mathml(tex)
    assert elements is None or shown == elements
    # The security policy of pages forbids it.
    assert " style=" not in shown


def test_lines_of_a_formula_are_lines_where_it_has_its_own() -> None:
    tex = r"\begin{aligned} a &= b + c \\ &= d \end{aligned}"
    assert readable(tex, block=True) == "a = b + c\n= d"
    assert readable(tex) == "a = b + c; = d"


@pytest.mark.parametrize(
    ("tex", "message", "index"),
    [
        (r"\frc{1}{n}", r"unknown command `\frc`; did you mean `\frac`?", 0),
        (r"a + \unheardof{x}", r"unknown command `\unheardof`", 4),
        (r"\frac{1}", "expected argument but reached the end of the formula", 8),
        (r"\hat", "expected argument but reached the end of the formula", 4),
        (r"{a", 'expected closing token "}", but reached the end of the formula', 2),
        (r"a}", 'unmatched closing token: "}"', 1),
        (r"x^2^3", "duplicate subscript or superscript", 3),
        (r"\begin{bmatrix} 1 \end{pmatrix}", r'expected "\end{bmatrix}", but found "\end{pmatrix}"', 18),
        (r"\begin{align} a \end{align}", r"`\begin{align}` numbers its lines; write `\begin{aligned}`", 0),
        (r"x + \color{red}{x}", r"`\color` cannot be used in formulas here", 4),
        (r"\def\x{\x\x}\x", r"`\def` cannot be used in formulas here", 0),
        (r"\href{javascript:alert(1)}{x}", r"unknown command `\href`; did you mean `\left`?", 0),
        ("\frac", r"it holds the control character U+000C, as which YAML reads `\f` or `\b` in double quotes", 0),
        ("\ud800", "a formula cannot hold half a surrogate pair", 0),
        ("x" * (MAX_LENGTH + 1), f"a formula of {MAX_LENGTH + 1:,} characters; at most {MAX_LENGTH:,} are read", 2000),
        (r"\sqrt{" * 100 + "x" + "}" * 100, "nested deeper than 60 levels", 0),
    ],
    ids=lambda value: str(value)[:30].encode("ascii", "replace").decode(),
)
def test_what_is_no_formula_is_refused_with_its_place(tex: str, message: str, index: int) -> None:
    with pytest.raises(FormulaError) as refused:
        read(tex)
    assert (refused.value.message, refused.value.index) == (message, index)
    assert readable(tex) == tex.strip()  # as it was written


@given(st.text(st.sampled_from(r"\frac{}^_ sqrtx$1&[]()|hat'leftrightbegin~#%") | st.characters(), max_size=60))
@example(r"\left( \frac{a}{b")
@example("}^_\\")
@example(r"\hat ")
@example("\x0b\\frac\x0c")
def test_a_formula_is_read_or_refused(tex: str) -> None:
    with contextlib.suppress(FormulaError):
        assert read(tex, block=True).tag == "math"
    readable(tex)
    readable(tex, block=True)


@pytest.mark.parametrize(
    ("text", "formulas"),
    [
        ("$x$ and $$ y + 1 $$", ["x", " y + 1 "]),
        ("the $n$th of two $x$s, $k$-fold", ["n", "x", "k"]),
        ("($a$,$b$) is n-$c$", ["a", "b", "c"]),
        ("$5 \\times 2$", ["5 \\times 2"]),
        ("$\\text{\\$5}$", ["\\text{\\$5}"]),
        ("it costs $5 and $6", []),
        ("from $5-$6, $5/$6, $5,$6, $5 (not $6)", []),
        ("US$5 or A$6", []),
        ("**$5**-**$6**", []),
        ("the hash $2y$12$x", []),
        ("$HOME/$USER", []),
        ("`$x$` and \\$x\\$", []),
        ("$ x $ and $$$$", []),
        ("$$\n\\frac{a}{b}\n$$", ["\\frac{a}{b}"]),
        ("text\n$$\na\n\n= b\n$$\nmore", ["a\n\n= b"]),
        ("- item\n  $$\n  x\n  $$\n- $y$", ["x", "y"]),
        ("> $$x$$", ["x"]),
        ("$$x$$ goes on", ["x"]),
        ("$$\nnever ends", []),
        ("    $$x$$", []),
        ("```\n$$x$$\n```", []),
    ],
)
def test_dollar_signs_are_formulas_or_money(text: str, formulas: list[str]) -> None:
    assert [found.tex for found in contents(text) if isinstance(found, Formula)] == formulas


def test_contents_are_found_in_their_places() -> None:
    text = "`$x$` $x$\n\n![A *plot*](files/a%20b.png) and\n\n- $$\n  y\n  $$\n- $x$"
    found = list(contents(text))
    assert found == [
        Formula("x", text.index(" $x$") + 2, False),
        Image("files/a%20b.png", "A *plot*", text.index("![")),
        Formula("y", text.index("y\n"), True),
        Formula("x", text.rindex("x"), False),
    ]


def test_a_value_can_be_part_of_a_formula_or_not() -> None:
    assert filled("$10^{ {{ n }} }$", {"n": -3}) == "$10^{ -3 }$"
    with pytest.raises(TemplateError, match=r"with the value of its expression, the formula `\{` cannot be read"):
        filled("${{ n }}$", {"n": "{"})
    # What is wrong whatever the value is was reported when the file was loaded.
    assert filled("${{ n }} \\frc$", {"n": 1}) == "$1 \\frc$"
