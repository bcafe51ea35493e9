"""Exhibits that a program draws: the picture is the run's, the same each time, and harmless wherever it is shown."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from quizproof import drawings
from quizproof.figures import Drawing
from quizproof.kinds.exhibits import figure
from quizproof_renderers.site import typeset
from quizproof_renderers.terminal.figures import sentences

if TYPE_CHECKING:
    from conftest import ProveText

CURVE = """
- id: curve
  kind: figure
  code: |
    import matplotlib.pyplot as plt
    fig, ax = plt.subplots()
    ax.plot([0, 1, 2], [0, 0.5, 2], label="a < b")
    ax.scatter([1], [1], color="#00ff00")
    ax.imshow([[0, 1], [1, 0]], extent=(0, 1, 0, 1))
    ax.set_title("A curve & a point")
    ax.legend()
  figure: ax
  alt: A curve that ends at {{ end }}.
  facts: {end: "ax.lines[0].get_ydata()[-1]"}
"""
START = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 72 36">'


def drawn(inner: str) -> str:
    """What becomes of something in a drawing."""
    return drawings.harmless(f"{START}{inner}</svg>")[0]


def test_figure_is_drawn_by_the_run(prove_text: ProveText) -> None:
    """With its text as text, in the colours of the page; the colours that the program sets are kept."""
    report = prove_text(CURVE)
    assert [(f.place, f.message) for f in report.findings] == []
    display = report.blocks[0].variants[0].display
    assert display
    (drawing,) = display.prompt
    assert isinstance(drawing, Drawing)
    assert drawing.alt == "A curve that ends at 2."
    assert sentences(drawing) == ["Picture: A curve that ends at 2."]
    html = typeset.content(drawing)
    assert 'role="img" aria-label="A curve that ends at 2."' in html
    assert ">a &lt; b</text>" in html
    assert ">A curve &amp; a point</text>" in html
    assert set(re.findall(r"var\(--series-\d", html)) == {"var(--series-0"}
    assert 'fill="currentColor"' in html
    assert "#00ff00" in html
    assert "#0102" not in html  # every colour that stands for one of the page was replaced
    assert "data:image/png;base64," in html
    # No date, no version, no style that a strict policy refuses, and no background.
    assert not re.search(r"style=|<metadata|Matplotlib|\d{4}-\d\d-\d\d|#ffffff", html)
    assert display.evidence
    assert display.evidence.code.startswith("import matplotlib")
    assert "quizproof" not in display.evidence.code


@pytest.mark.parametrize(
    ("code", "rest", "said"),
    [
        ("import matplotlib", "", "the code leaves no current figure of `pyplot`"),
        ("import matplotlib.pyplot as plt; plt.figure()", "", "the figure is empty: nothing was drawn into it"),
        ("import matplotlib.pyplot as plt; plt.subplots()", "", "the figure is empty: nothing was drawn into it"),
        ("fig = [1]", "figure: fig", "the value is of type list, which is no figure of matplotlib"),
        ("import no_such_package", "", "`no_such_package` is not installed"),
        (
            "import numpy as np, matplotlib.pyplot as plt; plt.scatter(*np.random.default_rng(0).random((2, 3000)))",
            "",
            "at most 64 can be kept",
        ),
    ],
    ids=["nothing", "empty", "empty-axes", "no-figure", "no-package", "large"],
)
def test_what_is_no_figure_is_refuted(prove_text: ProveText, code: str, rest: str, said: str) -> None:
    """With what is wrong; of a package that is missing, the finding that all blocks have."""
    block = f"- id: none\n  kind: figure\n  code: {code!r}\n  alt: A picture.\n  {rest}\n"
    (finding,) = prove_text(block).findings
    assert said in finding.message


def test_alt_is_required(prove_text: ProveText) -> None:
    without = "- id: none\n  kind: figure\n  code: import matplotlib.pyplot as p; p.plot([1])\n"
    for alt, code in (("", "QP108"), ('  alt: ""\n', "QP109")):
        assert [finding.code for finding in prove_text(without + alt).findings] == [code]


@pytest.mark.parametrize(
    "inner",
    [
        "<script>alert(1)</script>",
        '<a href="https://evil.example"><path d="M 0 0"/></a>',
        "<foreignObject><body xmlns='http://www.w3.org/1999/xhtml'/></foreignObject>",
        "<style>* { fill: url(https://evil.example) }</style>",
        '<animate attributeName="href" to="javascript:alert(1)"/>',
        "<svg><path d='M 0 0'/></svg>",
        "<g>" * 40 + "</g>" * 40,
        "<!-- - -->",
        "<g>",
    ],
)
def test_drawing_with_anything_else_is_refused(inner: str) -> None:
    with pytest.raises(drawings.DrawingError):
        drawn(inner)
    shown = typeset.content(Drawing(f"{START}{inner}</svg>", "A *picture* <b>"))
    assert shown == '<figure class="figure"><p class="undrawn">A picture &lt;b&gt;</p></figure>'


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ('<path d="M 0" onload="alert(1)" style="fill: #010203; behavior: url(x)"/>', ' d="M 0" fill="currentColor"'),
        ('<path d="M 0 0" fill="url(https://evil.example/x)" stroke="url(#none)"/>', ' d="M 0 0"'),
        ('<path d="M 0 0" fill="URL(//evil.example)" class="x"/>', ' d="M 0 0"'),
        ('<image xlink:href="https://evil.example/x.png" width="3"/>', ' width="3"'),
        ('<image xlink:href="data:image/svg+xml;base64,PHN2Zz4=" width="3"/>', ' width="3"'),
        ('<image xlink:href="data:image/png;base64,iV B0=" x="3"/>', ' href="data:image/png;base64,iVB0=" x="3"'),
        ('<use xlink:href="https://evil.example/x.svg#a" x="1"/>', ' x="1"'),
    ],
)  # fmt: skip
def test_attributes_that_do_not_draw_are_left_out(given: str, kept: str) -> None:
    tag = given[1:].split(" ")[0]
    assert drawn(given) == f"<{tag}{kept}></{tag}>"


def test_places_in_a_drawing_are_its_own() -> None:
    """Ids are new ones that differ from drawing to drawing, so that two of them can be in one page."""
    inner = '<defs><path id="a" d="M 0 0"/></defs><use xlink:href="#a"/>'
    one, other = drawn(inner), drawn(inner + '<path d="M 1 1"/>')
    (id_,) = re.findall(r'id="([^"]+)"', one)
    assert f'<use href="#{id_}"></use>' in one
    assert id_ not in other
    assert 'href="#d' in other


def test_a_drawing_cannot_multiply_itself() -> None:
    """Only shapes are used many times: groups that use groups would be drawn a billion times."""
    levels = "".join(
        f'<g id="g{n}"><use xlink:href="#g{n - 1}"/><use xlink:href="#g{n - 1}"/></g>' for n in range(1, 30)
    )
    assert "href" not in drawn('<g id="g0"><path d="M 0 0"/></g>' + levels)
    pattern = '<pattern id="p"><path d="M 0 0" fill="url(#p)"/></pattern><path d="M 1 1" fill="url(#p)"/>'
    assert drawn(pattern).count("url(#") == 1


def test_drawings_that_nobody_can_tell_apart() -> None:
    """Places may differ by what nobody sees; text, colours and the number of shapes may not."""
    plot = START + '<path d="M 10 20.5 L 300 5"/><text x="1">0.25</text></svg>'
    for other in ("M 10.05 20.5 L 300 5", "M 10 20.5 L 300.2 5"):
        assert drawings.look_the_same(plot, plot.replace("M 10 20.5 L 300 5", other))
    for old, new in ((" 20.5", " 21"), ("0.25", "0.26"), ("<path", "<path fill='red'"), ("L 300 5", "L 300 5 L 3 3")):
        assert not drawings.look_the_same(plot, plot.replace(old, new))


def test_a_difference_that_nobody_sees_is_stable(prove_text: ProveText) -> None:
    """Floats that another order of adding up moves are one picture; a point that chance moves is another one."""
    code = "import random, matplotlib.pyplot as plt; plt.plot([0, 1], [0, {}])"
    block = "- id: noisy\n  kind: figure\n  code: {!r}\n  alt: A line.\n"
    assert not prove_text(block.format(code.format("1 + random.random() / 1e6"))).findings
    (finding,) = prove_text(block.format(code.format("1 + random.random()"))).findings
    assert finding.code == "QP401"


def test_palette_is_that_of_the_run() -> None:
    """The lines of the program that set the colours name each colour that pages replace."""
    assert all(repr(colour) in figure._styled().source for colour in drawings.PALETTE)
