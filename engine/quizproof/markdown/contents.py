"""The formulas and images of a Markdown text, each with its place in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it.token import Token


@dataclass(frozen=True)
class Formula:
    """A formula in a text."""

    tex: str
    """Without its dollar signs."""
    index: int
    """Where the TeX begins in the text, from 0."""
    block: bool
    """Whether it is set on lines of its own."""


@dataclass(frozen=True)
class Image:
    """An image in a text, `![alt](address)`."""

    address: str
    """As a URL, with `%20` for a space."""
    alt: str
    """What it shows, for those who do not see it."""
    index: int
    """Where it begins in the text, from 0."""


def contents(text: str) -> Iterator[Formula | Image]:
    """The formulas and images of a text, in their order; what is in code is neither.

    text  Markdown; its `{{ expressions }}` have been filled in
    """
    if "$" not in text and "![" not in text:
        return
    # Here, because it is slow to import, and most texts have neither.
    from quizproof.markdown.parser import FORMULA, parser

    at = 0
    for token in _leaves(parser().parse(text)):
        # Tokens do not say where in the text they are; nothing before the last one found is looked at again.
        match token.type:
            case type_ if type_ == FORMULA:
                at = _find(text, token.content, _find(text, token.markup, at) + len(token.markup))
                yield Formula(token.content, at, token.markup == "$$")
                at += len(token.content)
            case "image":
                at = _find(text, "![", at)
                yield Image(str(token.attrs.get("src", "")), token.content.strip(), at)
                at += 2
            case "code_inline" | "fence" | "code_block":
                at = _find(text, token.content, at) + len(token.content)


def _leaves(tokens: list[Token]) -> Iterator[Token]:
    for token in tokens:
        yield from token.children if token.children is not None else [token]


def _find(text: str, piece: str, start: int) -> int:
    """Where a piece is in a text; of a piece whose lines are indented there, where its first line is."""
    found = text.find(piece, start)
    if found < 0:
        found = text.find(piece.split("\n")[0], start)
    return max(found, start) if found >= 0 else start
