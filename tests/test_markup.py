"""Markdown, code and output as safe HTML."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pygments.lexers import PythonLexer
from pygments.token import Comment, Keyword, Number, Operator, String, _TokenType

from helpers.samples import HOSTILE
from quizproof_renderers.site import markup, pictures
from quizproof_renderers.site.lexer import CoarsePythonLexer

if TYPE_CHECKING:
    from pygments.lexer import Lexer

SOURCES = sorted((Path(__file__).parents[1] / "engine").rglob("*.py"))


class _Text(HTMLParser):
    """What a reader would see, and the tags that made it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text = ""
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.feed(str(html))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes.update(name for name, _ in attrs)

    def handle_data(self, data: str) -> None:
        self.text += data


def shown(html: str) -> str:
    """The text of some HTML."""
    return _Text(html).text


def test_markdown() -> None:
    html = markup.prose("A *b* `c < d`.\n\n- one\n- two")
    assert html == "<p>A <em>b</em> <code>c &lt; d</code>.</p>\n<ul>\n<li>one</li>\n<li>two</li>\n</ul>\n"


@pytest.mark.parametrize("render", [markup.prose, markup.inline, markup.code, markup.output, markup.traceback])
def test_hostile_text_comes_out_as_text(render: object) -> None:
    assert callable(render)
    parsed = _Text(render(HOSTILE))
    assert parsed.tags <= {"p", "pre", "code", "samp", "span", "em", "img"}
    assert parsed.attributes <= {"class", "src", "alt"}
    on_a_page = _Text(pictures.placed(render(HOSTILE), {}, lambda picture: picture.name))
    assert "img" not in on_a_page.tags
    assert on_a_page.attributes <= {"class"}
    assert "<script>alert('pwned')</script>" in parsed.text
    assert "\\x1b[31m" in parsed.text
    assert "\\u202e" in parsed.text


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://pytorch.org/docs", True),
        ("http://example.org", True),
        ("mailto:someone@example.org", True),
        ("#q-one", True),
        ("other-quiz.html#q-one", True),
        ("?a=b:c", True),
        ("javascript:alert(1)", False),
        ("JaVaScRiPt:alert(1)", False),
        ("data:text/html,x", False),
        ("vbscript:x", False),
        ("file:///etc/passwd", False),
        ("//evil.example/x", False),
        ("/etc/passwd", False),
        ("\\\\evil\\share", False),
    ],
)
def test_safe_links(url: str, *, safe: bool) -> None:
    assert markup.safe_link(url) is safe


def test_unsafe_link_stays_text_and_picture_becomes_its_description() -> None:
    html = markup.prose("[x](javascript:alert(1)) <https://a.example> ![a <plot>](https://evil.example/p.png)")
    assert html == (
        '<p>[x](javascript:alert(1)) <a href="https://a.example">https://a.example</a> '
        '<img class="image" src="picture:https://evil.example/p.png" alt="a &lt;plot&gt;"></p>\n'
    )
    assert pictures.placed(html, {}, lambda picture: picture.name).endswith(
        '</a> <em class="image">a &lt;plot&gt;</em></p>\n'
    )


def test_headings_come_below_the_pages_own() -> None:
    assert markup.prose("# One\n\n###### Six") == "<h3>One</h3>\n<h6>Six</h6>\n"


def test_table_has_no_style_attribute_and_no_empty_header() -> None:
    html = markup.prose("| | n |\n|---|--:|\n| a | 1 |")
    assert '<td></td>\n<th class="number">n</th>' in html
    assert '<td>a</td>\n<td class="number">1</td>' in html
    assert "style" not in html


@pytest.mark.parametrize(
    ("text", "formulas"),
    [
        ("$x$ and $$y + 1$$", ["<mi>x</mi>", "<mi>y</mi><mo>+</mo><mn>1</mn>"]),
        ("$a <b$", ["<mi>a</mi><mo>&lt;</mo><mi>b</mi>"]),
        ("$$\nx\n$$", ["<mi>x</mi>"]),
        ("it costs $5 and $6", []),
    ],
)
def test_formulas_in_prose_are_mathml(text: str, formulas: list[str]) -> None:
    assert re.findall(r"<math[^>]*>(.*?)</math>", markup.prose(text)) == formulas


def test_a_formula_on_lines_of_its_own_may_scroll_and_one_that_cannot_be_read_stays_as_it_was_written() -> None:
    assert markup.prose("$$x$$") == '<div class="formula"><math display="block"><mi>x</mi></math></div>\n'
    assert markup.prose("$\\frc{<b>}$") == '<p><code class="tex">\\frc{&lt;b&gt;}</code></p>\n'


@pytest.mark.parametrize(
    "source", ["", "\n", "a", "a\n", "\n\na\n\n", "'''x\n\ny'''\n", "x = 1  # \x0c\r\u2028", "'open"]
)
@pytest.mark.parametrize("language", ["python", "pycon", "no-such-language", ""])
def test_code_lines_are_those_of_the_source(source: str, language: str) -> None:
    lines = markup.code_lines(source, language)
    assert len(lines) == len(source.split("\n"))
    assert [shown(line).replace("\\x0c\\r\\u2028", "\x0c\r\u2028") for line in lines] == source.split("\n")


def test_code_is_coloured_by_classes_and_its_lines_can_be_marked() -> None:
    assert markup.code("def f():\n    return 'x' # <b>\n", (2,)) == (
        '<pre class="code"><code><span class="l"><span class="k">def</span> <span class="d">f</span>():\n</span>'
        '<mark class="l i1">    <span class="k">return</span> <span class="s">&#x27;x&#x27;</span> '
        '<span class="c"># &lt;b&gt;</span>\n</mark></code></pre>'
    )
    # A line wraps below its own indentation, which has an end; what was shown before can be folded away.
    nested = markup.code(f"if a:\n{' ' * 40}b", numbered=True, old=1)
    assert nested.startswith('<pre class="code numbered"><code><span class="l old"><span class="k">if')
    assert '<span class="l i4">' in nested


def test_fence_is_highlighted_in_its_language() -> None:
    box = '<pre class="code"><code><span class="l">{}\n</span></code></pre>\n'
    assert markup.prose("```python\nNone\n```") == box.format('<span class="k">None</span>')
    assert markup.prose("```\nNone\n```") == box.format("None")
    assert '<span class="k">' in markup.prose("```bash\nif true; then\n```")


def test_traceback_sets_the_exception_apart() -> None:
    text = 'Traceback (most recent call last):\n  File "snippet.py", line 1, in <module>\n    f()\nValueError: a\nb\n'
    assert markup.traceback(text) == (
        '<pre class="traceback"><samp>Traceback (most recent call last):\n'
        "  File &#34;snippet.py&#34;, line 1, in &lt;module&gt;\n    f()\n"
        '<span class="raised">ValueError: a\nb</span></samp></pre>'
    )
    assert (
        markup.traceback("KeyError: 1")
        == '<pre class="traceback"><samp><span class="raised">KeyError: 1</span></samp></pre>'
    )


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_coarse_lexer_agrees_with_the_full_one(path: Path) -> None:
    """On comments, keywords, numbers and strings, except inside f-strings and for `match` and `case`."""
    source = path.read_text(encoding="utf-8")
    ours, full = (_kinds(lexer, source) for lexer in (CoarsePythonLexer(stripnl=False), PythonLexer(stripnl=False)))
    assert len(ours) == len(full)
    for index, (one, other) in enumerate(zip(ours, full, strict=True)):
        if one != other and one is not String:
            word = re.compile(r"\w*").match(source, index)
            assert word is not None
            assert word[0] in {"match", "case", "_", *(w[i:] for w in ("match", "case") for i in range(5))}


def _kinds(lexer: Lexer, source: str) -> list[_TokenType | None]:
    """For each character, which of the four kinds it belongs to."""
    found: list[_TokenType | None] = []
    for token, text in lexer.get_tokens(source):
        above = token.split()
        kind = next((kind for kind in (Comment, Keyword, Number, String) if kind in above), None)
        kind = Keyword if Operator.Word in above else kind
        found.extend(kind if character.strip() else None for character in text)
    return found
