"""Listings: code and output as lines that are safe to show, cut to a length that people read."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text

from quizproof.displays import Code, Output
from quizproof_renderers.terminal import prose
from quizproof_renderers.text import clip, clip_lines, one_line, shortened, visible

MAX_LINES = 40
"""Lines of an output or a traceback that are shown."""
MAX_LINE = 1000
"""Characters of any one of these lines."""
_MAX_CELL = 30
"""Characters of an answer in the table at the end."""
_MAX_CIRCLED = 20
"""Unicode has circled numbers up to this one, in a row."""
_BEFORE_CIRCLED = 0x245F
"""The code point before that of ①."""


def output_lines(text: str) -> list[str]:
    """The lines of an output, safe to show: at most MAX_LINES, each of at most MAX_LINE characters."""
    lines = visible(text).rstrip().split("\n")
    return [clip(line.rstrip(), MAX_LINE) for line in clip_lines(lines, MAX_LINES)]


def blank_signs(count: int, *, ascii_only: bool) -> list[str]:
    """A sign for each blank: circled numbers, as far as there are such characters; `[blank 1]` elsewhere."""
    return [
        f"[blank {number}]" if ascii_only or number > _MAX_CIRCLED else chr(_BEFORE_CIRCLED + number)
        for number in range(1, count + 1)
    ]


def with_signs(source: str, names: Sequence[str], signs: Sequence[str]) -> str:
    """A program with a sign for each blank.

    source  with blanks such as `___name___`
    names   of the blanks
    signs   one for each name, in the same order
    """
    for name, sign in zip(names, signs, strict=True):
        source = source.replace(f"___{name}___", sign)
    return source


def source_lines(source: str) -> list[str]:
    """The lines of a program. None is cut: a program is to be read as a whole."""
    return visible(source).rstrip().split("\n")


def listing(content: Code | Output) -> list[str]:
    """The lines of code or of an output."""
    return source_lines(content.source) if isinstance(content, Code) else output_lines(content.text)


def coloured(content: Code | Output) -> list[Text]:
    """The same, with the code in colours."""
    if isinstance(content, Code):
        return list(prose.highlighted("\n".join(source_lines(content.source))).split("\n", allow_blank=True))
    return [Text(line) for line in output_lines(content.text)]


def brief(text: str) -> str:
    """An answer as it fits into a table."""
    return shortened(one_line(text), _MAX_CELL)
