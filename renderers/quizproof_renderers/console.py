"""Consoles: how reports and the self-test reach a stream."""

from __future__ import annotations

import io
import os
from typing import TextIO

from rich.console import Console, ConsoleDimensions
from rich.theme import Theme

_UNKNOWN_WIDTH = 80
MAX_WIDTH = 2000
"""The width of a file or a pipe: nothing is wrapped there, and only absurd lines are cut."""

_THEME = Theme(
    {
        "markdown.code": "bold cyan",
        "markdown.link": "blue underline",
        "markdown.link_url": "blue",
        "markdown.item.bullet": "bold",
        "markdown.item.number": "bold",
        "markdown.block_quote": "italic",
        "markdown.table.border": "dim",
        "markdown.table.header": "bold",
    }
)
"""rich's own styles give inline code a black background, whatever the terminal's is."""


class _Console(Console):
    """A console that lets the program decide how to end when its output was closed, and follows its terminal's size."""

    max_width: int | None = None
    """The most cells that are used; None for all of them."""

    @property
    def size(self) -> ConsoleDimensions:
        """The size as it is now, but at most `max_width` wide."""
        size = super().size
        return size if self.max_width is None else size._replace(width=min(size.width, self.max_width))

    @size.setter
    def size(self, new: tuple[int, int]) -> None:
        self._width, self._height = new

    def on_broken_pipe(self) -> None:
        """Let the error through. rich would exit with 1, which means findings here."""
        raise


def console_for(stream: TextIO, *, width: int | None = None, off_terminal: int = MAX_WIDTH) -> Console:
    """A console on `stream` that shows texts as they are: no markup, no emoji codes, no guessed highlighting.

    stream        a terminal, a pipe or a file
    width         the most cells of a terminal that are used; all of them when None
    off_terminal  the width of a pipe or a file in cells, unless COLUMNS gives one

    Colours appear only on a terminal, or where FORCE_COLOR asks for them; NO_COLOR forbids them.
    """
    if isinstance(stream, io.TextIOWrapper):
        # A character that the encoding of the stream lacks becomes an escape; otherwise it would end the program.
        stream.reconfigure(errors="backslashreplace")
    console = _Console(file=stream, markup=False, emoji=False, highlight=False, theme=_THEME)
    given = os.environ.get("COLUMNS", "")
    if given.isdigit() and not int(given):  # some terminals say so before they know; rich would show nothing
        console.width = _UNKNOWN_WIDTH
        given = ""
    # Off a terminal rich would take the width of any terminal that the process has, or 80.
    if not stream.isatty() and not given.isdigit():
        console.width = off_terminal
    elif width is not None:
        console.max_width = width
    return console
