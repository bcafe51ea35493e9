"""Consoles: how the terminal faces reach a stream."""

from __future__ import annotations

import io
import os
from typing import TextIO

from rich.console import Console
from rich.theme import Theme

UNBOUNDED = 2000
"""The width of what is no terminal: nothing is wrapped, and only absurd lines are cut."""


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
    """A console that leaves it to the program how to end when nobody reads its output any more."""

    def on_broken_pipe(self) -> None:
        """Let the error through: rich would exit with 1, which means findings."""
        raise


def console_for(stream: TextIO, *, width: int | None = None, off_terminal: int = UNBOUNDED) -> Console:
    """A console on `stream` that shows texts as they are: no markup, no emoji codes, no guessed highlighting.

    Colours appear on a terminal only, or where FORCE_COLOR asks for them; NO_COLOR forbids them. `width` is the
    most that may be used of a terminal; `off_terminal` is the width elsewhere, unless COLUMNS gives it.
    """
    if isinstance(stream, io.TextIOWrapper):
        # A character that the stream's encoding lacks is shown as an escape rather than ending the program.
        stream.reconfigure(errors="backslashreplace")
    console = _Console(file=stream, markup=False, emoji=False, highlight=False, theme=_THEME)
    if not stream.isatty() and not os.environ.get("COLUMNS", "").isdigit():
        console.width = off_terminal
    elif width is not None:
        console.width = min(width, console.width)
    return console
