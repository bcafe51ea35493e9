"""Which face a stream gets."""

from __future__ import annotations

from typing import TextIO

from quizproof_renderers.console import console_for
from quizproof_renderers.terminal.faces.base import Face
from quizproof_renderers.terminal.faces.plain import PlainFace
from quizproof_renderers.terminal.faces.rich import RichFace

MAX_WIDTH = 96
"""Cells of a terminal that are used: longer lines are hard to read."""


def face_for(stream: TextIO, *, plain: bool) -> Face:
    """The face for a stream.

    stream  a terminal, a pipe or a file
    plain   whether to do without colours, boxes and Markdown's marks
    """
    # For the plain face too: this is where the stream is made to accept every character.
    console = console_for(stream, width=MAX_WIDTH, off_terminal=80)
    return PlainFace(stream) if plain else RichFace(console)
