"""Authors' text as safe HTML: Markdown, code and output. Anything that is not markup comes out as text."""

from __future__ import annotations

import html
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache, lru_cache
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import tostring

from markupsafe import Markup, escape
from pygments.lexers import get_lexer_by_name
from pygments.token import Comment, Keyword, Name, Number, Operator, String, _TokenType
from pygments.util import ClassNotFound

from quizproof.markdown.formulas import FormulaError, read
from quizproof.markdown.parser import FORMULA, new_parser
from quizproof.snippets.blanks import GAP
from quizproof_renderers.formula_text import readable
from quizproof_renderers.site import pictures
from quizproof_renderers.site.lexer import CoarsePythonLexer
from quizproof_renderers.text import visible

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.renderer import RendererHTML
    from markdown_it.token import Token
    from pygments.lexer import Lexer

_CLASSES: dict[_TokenType, str] = {
    Comment: "c",
    Keyword: "k",
    Operator.Word: "k",
    String: "s",
    Number: "m",
    Name.Builtin: "b",
    Name.Exception: "b",
    Name.Decorator: "d",
    Name.Function: "d",
    Name.Class: "d",
}
"""The few kinds of token that get a colour. A span for every dot and bracket would double the size of a page."""

# A scheme ends at the first colon, unless the path, the query or the fragment has begun: `a/b:c` has none.
_SCHEME = re.compile(r"([^:/?#]*):")
_SAFE_SCHEMES = ("http", "https", "mailto")
# Lines of frames begin with a space; the first that does not names the exception.
_RAISED = re.compile(r"((?:Traceback \(most recent call last\):\n)?(?: [^\n]*\n)*)(.*)", re.DOTALL)
_MAX_INDENT = 4
"""Levels of indentation for which the style sheet has a rule: deeper, a narrow screen has no room left."""
_HEADING_SHIFT = 2
"""Headings in prose come below the page's title and the question's."""


@lru_cache(maxsize=4096)
def prose(text: str) -> Markup:
    """CommonMark (https://spec.commonmark.org) and tables as HTML. Raw HTML and unsafe links come out as text.

    Headings begin at `<h3>`, formulas become `<math>`, code becomes `code` boxes, and images have an address that
    `pictures` replaces.
    """
    return Markup(_markdown().render(visible(text)))


@lru_cache(maxsize=1024)
def inline(text: str) -> Markup:
    """Markdown of one line, such as a heading, without a paragraph around it."""
    return Markup(_markdown().renderInline(visible(text).replace("\n", " ").strip()))


@lru_cache(maxsize=4096)
def code_lines(source: str, language: str = "python") -> tuple[Markup, ...]:
    """The highlighted lines of a program, one more than it has line breaks.

    source    control characters in it come out as escapes
    language  a name that Pygments knows; without colours when it does not

    A line is HTML without its end, such as `x = <span class="m">1</span>`; its classes are in `_CLASSES`. A string of
    several lines is a span of its own on each.
    """
    text = visible(source)
    lexer = _lexer(language)
    if lexer is None:
        return tuple(escape(line) for line in text.split("\n"))
    lines: list[list[tuple[str, str]]] = [[]]
    for token, value in lexer.get_tokens(text):
        name = _class_of(token)
        for index, piece in enumerate(value.split("\n")):
            if index:
                lines.append([])
            if piece:
                lines[-1].append((name, piece))
    # The lexer ends every text with a line break, whether there was one or not.
    count = text.count("\n") + 1
    return tuple(_spans(pieces) for pieces in lines[:count])


def plain_line(text: str) -> str:
    """Markdown in one line without markup: formulas in Unicode, and images by what they show."""
    tokens = _markdown().parse(visible(text))
    return " ".join(filter(None, (words(token.children or [token]).strip() for token in tokens)))


def words(tokens: Iterable[Token]) -> str:
    """What a reader sees of some tokens of a paragraph, in plain text."""
    shown = []
    for token in tokens:
        if token.type == FORMULA:
            shown.append(readable(token.content).replace("\n", "; "))
        elif token.type == "image":
            shown.append(words(token.children or []))
        else:
            shown.append(" " if token.type in ("softbreak", "hardbreak") else token.content)
    return "".join(shown)


def code(
    source: str, highlight: Collection[int] = (), language: str = "python", *, numbered: bool = False, old: int = 0
) -> Markup:
    """A program in its box, whose long lines wrap.

    source     its last line breaks are left out
    highlight  the numbers of lines to mark, from 1
    language   as for `code_lines`
    numbered   whether the lines have numbers, which the style sheet counts, so that nobody copies them
    old        how many lines at the beginning have the class `old`

    Returns `<pre class="code"><code>…</code></pre>`. A line is `<span class="l">…</span>`, a marked one
    `<mark class="l">…</mark>`. What is indented has the class `i1`, `i2` and so on: there a line wraps below itself.
    """
    source = source.rstrip("\n")
    lines = zip(code_lines(source, language), visible(source).split("\n"), strict=True)
    body = "".join(
        _line(line, text, "mark" if number in highlight else "span", is_old=number <= old)
        for number, (line, text) in enumerate(lines, 1)
    )
    return Markup(f'<pre class="code{" numbered" if numbered else ""}"><code>{body}</code></pre>')


def _line(line: Markup, text: str, tag: str, *, is_old: bool) -> str:
    """A line of a program as a block. Its end is inside: outside it would give an empty line."""
    level = min((len(text) - len(text.lstrip(" "))) // 4, _MAX_INDENT)
    kinds = "l" + (f" i{level}" if level else "") + (" old" if is_old else "")
    return f'<{tag} class="{kinds}">{line}\n</{tag}>'


def blanks(source: str, fields: Mapping[str, str]) -> Markup:
    """A program in its box, with a field in the place of each blank.

    source  with blanks such as `___name___`
    fields  HTML by the names of blanks; a blank without one stays as it is
    """
    lines = code_lines(source.rstrip("\n"))
    # For the lexer a blank is a word or a part of a string, so it comes out in one piece.
    body = "".join(GAP.sub(lambda found: fields.get(found[1], found[0]), f"{line}\n") for line in lines)
    return Markup(f'<pre class="code blanks"><code>{body}</code></pre>')


def output(text: str) -> Markup:
    """What a program printed, in its box: `<pre class="output"><samp>…</samp></pre>`."""
    return Markup('<pre class="output"><samp>{}</samp></pre>').format(visible(text).rstrip("\n"))


def warnings(text: str) -> Markup:
    """Warnings in their box, which wrap, because they are long: `<pre class="warnings"><samp>…</samp></pre>`."""
    return Markup('<pre class="warnings"><samp>{}</samp></pre>').format(visible(text).strip("\n"))


def traceback(text: str) -> Markup:
    """A traceback in its box, its last lines, which name the exception, set apart: they are long, and may wrap.

    Returns `<pre class="traceback"><samp>…<span class="raised">ValueError: …</span></samp></pre>`.
    """
    # The pattern matches every text, since all of its parts may be empty.
    frames, raised = _RAISED.match(visible(text).strip("\n")).groups()  # type: ignore[union-attr]
    box = '<pre class="traceback"><samp>{}<span class="raised">{}</span></samp></pre>'
    return Markup(box).format(frames, raised)


def safe_link(url: str) -> bool:
    """Whether a link may be followed: to the web, to a mail address, or to a place below this page's folder."""
    scheme = _SCHEME.match(url)
    if scheme:
        return scheme[1].lower() in _SAFE_SCHEMES
    # Browsers read a backslash as a slash, and `//host` as another site (https://url.spec.whatwg.org/#url-parsing).
    return not url.startswith(("/", "\\"))


def _spans(pieces: list[tuple[str, str]]) -> Markup:
    """Pieces of one line as HTML, neighbours of one class together."""
    spans: list[str] = []
    for name, group in groupby(pieces, key=itemgetter(0)):
        text = html.escape("".join(piece for _, piece in group))
        spans.append(f'<span class="{name}">{text}</span>' if name else text)
    return Markup("".join(spans))


@cache
def _lexer(language: str) -> Lexer | None:
    if language in ("python", "py"):
        # Pygments strips empty lines at the start, and every number of a line would be wrong.
        return CoarsePythonLexer(stripnl=False)
    try:
        return get_lexer_by_name(language, stripnl=False) if language else None
    except ClassNotFound:
        return None


@cache
def _class_of(token: _TokenType) -> str:
    for kind in reversed(token.split()):  # from the token itself to its most general kind
        if kind in _CLASSES:
            return _CLASSES[kind]
    return ""


@cache
def _markdown() -> MarkdownIt:
    markdown = new_parser()
    markdown.validateLink = safe_link  # type: ignore[method-assign]
    for name, rule in _RULES.items():
        markdown.add_render_rule(name, rule)
    return markdown


def _render_formula(self: RendererHTML, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    token = tokens[index]
    try:
        tree = read(token.content, block=token.markup == "$$")
    except FormulaError:  # its author has a finding about it
        return f'<code class="tex">{escape(token.content)}</code>'
    # Browsers take `<mspace />` for the beginning of an element.
    math = tostring(tree, encoding="unicode", short_empty_elements=False)
    return f'<div class="formula">{math}</div>\n' if token.block else math


def _render_fence(self: RendererHTML, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    language = tokens[index].info.strip().partition(" ")[0]
    return str(code(tokens[index].content, language=language)) + "\n"


def _render_image(self: RendererHTML, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    return str(pictures.placeholder(str(tokens[index].attrs.get("src", "")), words(tokens[index].children or [])))


def _render_heading(self: RendererHTML, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    level = min(int(tokens[index].tag[1:]) + _HEADING_SHIFT, 6)  # HTML has six levels
    return f"<h{level}>" if tokens[index].nesting == 1 else f"</h{level}>\n"


def _render_table(self: RendererHTML, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    return '<div class="table"><table>\n' if tokens[index].nesting == 1 else "</table></div>\n"


def _render_cell(self: RendererHTML, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    token = tokens[index]
    # Markdown-it aligns cells by a style attribute, which the pages' security policy forbids.
    right = "right" in str(token.attrs.get("style", ""))
    # A header without a text heads nothing.
    tag = token.tag if tokens[index + 1].content else "td"
    return f'<{tag} class="number">' if right else f"<{tag}>"


def _render_cell_end(self: RendererHTML, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    return f"</{tokens[index].tag if tokens[index - 1].content else 'td'}>\n"


_RULES = {
    FORMULA: _render_formula,
    "fence": _render_fence,
    "code_block": _render_fence,
    "image": _render_image,
    "heading_open": _render_heading,
    "heading_close": _render_heading,
    "table_open": _render_table,
    "table_close": _render_table,
    "th_open": _render_cell,
    "td_open": _render_cell,
    "th_close": _render_cell_end,
    "td_close": _render_cell_end,
}
