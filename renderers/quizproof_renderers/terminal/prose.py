"""Prose: the Markdown of quizzes, for terminals and for screen readers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar

from markdown_it.token import Token as MarkdownToken
from pygments.token import Comment, Keyword, Name, Number, Operator, String, Token
from rich.console import Console, ConsoleOptions, RenderResult
from rich.markdown import CodeBlock, Heading, Markdown, MarkdownElement
from rich.padding import Padding
from rich.style import Style
from rich.syntax import ANSISyntaxTheme, Syntax
from rich.text import Text

from quizproof.markdown.parser import FORMULA, parser
from quizproof_renderers.formula_text import readable
from quizproof_renderers.text import one_line, visible

_THEME = ANSISyntaxTheme(
    {
        Token: Style(),
        Comment: Style(dim=True, italic=True),
        Keyword: Style(color="magenta"),
        Operator.Word: Style(color="magenta"),
        Name.Builtin: Style(color="cyan"),
        Name.Exception: Style(color="cyan"),
        Name.Function: Style(color="blue"),
        Name.Class: Style(color="blue"),
        Name.Decorator: Style(color="blue"),
        Name.Tag: Style(color="blue"),
        Name.Variable.Magic: Style(),
        Name.Builtin.Pseudo: Style(),
        String: Style(color="green"),
        Number: Style(color="yellow"),
    }
)
"""The terminal's own colours and none of their bright forms, so that code can be read on any background."""


class Prose(Markdown):
    """A renderable of quiz prose: rich's Markdown, but with formulas, with HTML as plain text, and without frames."""

    def __init__(self, text: str) -> None:
        # Without links of the terminal, addresses can be read and copied as text.
        super().__init__("", hyperlinks=False)
        self.parsed = parse(text)  # rich's own parser knows no formulas, and drops HTML

    class _Heading(Heading):
        # rich centres headings of the first level.
        def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
            self.text.justify = "left"
            self.text.stylize("bold")
            yield self.text

    class _CodeBlock(CodeBlock):
        # rich gives code a background of its own, which fits few terminals.
        def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
            yield Padding(highlighted(str(self.text).rstrip(), self.lexer_name), (0, 0, 0, 2))

    elements: ClassVar[dict[str, type[MarkdownElement]]] = Markdown.elements | {
        "heading_open": _Heading,
        "fence": _CodeBlock,
        "code_block": _CodeBlock,
    }


def highlighted(source: str, language: str = "python") -> Text:
    """Code in colours, line for line, with tabs as spaces.

    source    safe to show: nothing in it is made visible here
    language  a name that Pygments knows; without colours when it does not
    """
    text = Syntax(source, language, theme=_THEME, tab_size=4).highlight(source)
    text.expand_tabs(4)
    text.rstrip()  # rich ends code with a line break
    text.no_wrap = None  # it would cut off a line without spaces that is too long
    return text


def parse(text: str) -> list[MarkdownToken]:
    """The tokens of Markdown, in which everything that could act on a terminal is made visible first."""
    return [*_without_formulas(parser().parse(visible(text)))]


def _without_formulas(tokens: list[MarkdownToken]) -> Iterator[MarkdownToken]:
    """The tokens with formulas as text, and images as the text that says what they show: rich knows neither."""
    for token in tokens:
        if token.type == FORMULA and token.block:
            yield from _paragraph(readable(token.content, block=True).split("\n"), token.level)
            continue
        if token.type == FORMULA:
            shown = readable(token.content, block=token.markup == "$$").replace("\n", "; ")
            token = MarkdownToken("text", "", 0, content=shown, level=token.level)
        elif token.type == "image":
            shown = f"[Image: {one_line(token.content)}]"
            token = MarkdownToken("text", "", 0, content=shown, level=token.level)
        elif token.children:
            token.children = [*_without_formulas(token.children)]
        yield token


def _paragraph(lines: list[str], level: int) -> Iterator[MarkdownToken]:
    """A paragraph of these lines."""
    children: list[MarkdownToken] = []
    for line in lines:
        children += [MarkdownToken("hardbreak", "br", 0)] if children else []
        children.append(MarkdownToken("text", "", 0, content=line))
    yield MarkdownToken("paragraph_open", "p", 1, level=level, block=True)
    content = "\n".join(lines)
    yield MarkdownToken("inline", "", 0, content=content, children=children, level=level + 1, block=True)
    yield MarkdownToken("paragraph_close", "p", -1, level=level, block=True)


def plain(text: str) -> str:
    """Markdown without its marks, to be read aloud.

    Paragraphs are not wrapped. Items of lists keep their bullets and numbers, and links have their address in brackets
    behind them. A row of a table is one line, each cell after the name of its column: "epoch: 1; loss: 0.5".
    """
    return "\n".join(_Plain(parse(text)).lines())


def plain_line(text: str) -> str:
    """One line of Markdown, such as a cell of a table, without its marks."""
    tokens = _without_formulas(parser().parseInline(visible(text)))
    return one_line("".join(_pieces(child for token in tokens for child in token.children or [])))


class _Plain:
    """Walks the tokens of a text and gives its lines."""

    def __init__(self, tokens: list[MarkdownToken]) -> None:
        self._tokens = tokens
        self._lists: list[int | None] = []
        """For each open list, the number of its next item, or None for bullets."""
        self._marker = ""
        self._heads: list[str] = []
        self._cells: list[str] | None = None

    def lines(self) -> Iterator[str]:
        for token in self._tokens:
            yield from self._line(token)

    def _line(self, token: MarkdownToken) -> Iterator[str]:
        match token.type:
            case "ordered_list_open":
                self._lists.append(int(token.attrs.get("start", 1)))
            case "bullet_list_open":
                self._lists.append(None)
            case "ordered_list_close" | "bullet_list_close":
                self._lists.pop()
            case "list_item_open":
                self._open_item()
            case "table_open":
                self._heads = []  # not those of the table before
            case "tr_open":
                self._cells = []
            case "tr_close":
                yield from self._row()
            case "inline":
                yield from self._inline(token)
            case "fence" | "code_block":
                yield from (f"{self._indent()}{line}" for line in token.content.rstrip("\n").split("\n"))

    def _open_item(self) -> None:
        number = self._lists[-1]
        self._marker = "- " if number is None else f"{number}. "
        if number is not None:
            self._lists[-1] = number + 1

    def _indent(self) -> str:
        """What is before a line: an item's marker on its first line, and room for it on the others."""
        marker, self._marker = self._marker, ""
        return "   " * max(0, len(self._lists) - bool(marker)) + marker

    def _inline(self, token: MarkdownToken) -> Iterator[str]:
        text = "".join(_pieces(token.children or []))
        if self._cells is not None:
            self._cells.append(text)
        else:
            yield from (f"{self._indent()}{line}" for line in text.split("\n"))

    def _row(self) -> Iterator[str]:
        """A table's row with each cell after the name of its column; the row of names itself gives no line."""
        cells, self._cells = self._cells or [], None
        if not self._heads:
            self._heads = cells
            return
        named = zip(self._heads, cells, strict=False)
        yield "; ".join(f"{head}: {cell}" if head else cell for head, cell in named)


def _pieces(tokens: Iterable[MarkdownToken]) -> Iterator[str]:
    href = ""
    for token in tokens:
        match token.type:
            case "softbreak":
                yield " "
            case "hardbreak":
                yield "\n"
            case "link_open":
                href = str(token.attrs.get("href", ""))
            case "link_close":
                yield f" ({href})" if href else ""
            case _:
                yield token.content
