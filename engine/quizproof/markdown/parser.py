"""The Markdown of quizzes: CommonMark without HTML, with tables, and with formulas between dollar signs."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from markdown_it import MarkdownIt

if TYPE_CHECKING:
    from markdown_it.rules_block import StateBlock
    from markdown_it.rules_inline import StateInline

FORMULA = "formula"
"""The type of a token for a formula: its `content` is the TeX, its `markup` the dollar signs around it."""

_TEX = r"(?:\\.|[^\\$])+?"
# Money is no formula: between single dollars there is no space at either end. Before a formula there is no letter and
# no digit, and after it none but an ending: `the $n$th`, `two $x$s`.
_INLINE = re.compile(
    rf"(?<![\w$])(?:\$\$(?P<block>{_TEX})\$\$|\$(?P<inline>(?!\s){_TEX})(?<!\s)\$)(?!\$)(?:(?!\w)|(?=(?:th|st|nd|rd|s)\b))",
    re.DOTALL,
)


@cache
def parser() -> MarkdownIt:
    """The parser that all share who read tokens."""
    return new_parser()


def new_parser() -> MarkdownIt:
    """A parser, to be given rules of rendering; its tokens are those of markdown-it, and of formulas.

    A formula between `$` is a token `FORMULA` in a paragraph, with `$` or `$$` as its `markup`. One between `$$` that
    begins a line is a token of its own, as a block of code is; then it can have lines, and even empty ones.
    """
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    markdown.inline.ruler.before("escape", FORMULA, _inline)
    markdown.block.ruler.before("fence", FORMULA, _block, {"alt": ["paragraph", "reference", "blockquote", "list"]})
    return markdown


def _inline(state: StateInline, silent: bool) -> bool:
    """`$x$` and `$$x$$` in a line of text."""
    match = _INLINE.match(state.src, state.pos)
    if not match:
        return False
    # A silent call only asks where a formula ends, to skip it.
    if not silent:
        token = state.push(FORMULA, "", 0)
        token.markup = "$$" if match["block"] else "$"
        token.content = match["block"] or match["inline"]
    state.pos = match.end()
    return True


def _block(state: StateBlock, first: int, end: int, silent: bool) -> bool:
    """`$$` at the beginning of a line, up to the next `$$`, which ends a line."""
    # Four spaces make code.
    if state.is_code_block(first) or not _line(state, first).startswith("$$"):
        return False
    lines: list[str] = []
    for number in range(first, end):
        inside = state.sCount[number] >= state.blkIndent or state.isEmpty(number)
        line = _line(state, number) if inside else None
        if line is None:
            return False  # the list or quotation around it ends first
        line = line[2:] if number == first else line
        before, sign, after = line.partition("$$")
        lines.append(before)
        if sign:
            break
    else:
        return False
    tex = "\n".join(lines).strip()
    if after.strip() or not tex:
        return False
    if not silent:
        token = state.push(FORMULA, "", 0)
        token.block, token.markup, token.content, token.map = True, "$$", tex, [first, number + 1]
        state.line = number + 1
    return True


def _line(state: StateBlock, number: int) -> str:
    """A line without its indentation and without the end."""
    return state.src[state.bMarks[number] + state.tShift[number] : state.eMarks[number]].rstrip()
