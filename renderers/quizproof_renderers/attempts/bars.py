"""Bars: shares and counts drawn in a line of text."""

from __future__ import annotations

from rich.text import Text

_EIGHTHS = " ▏▎▍▌▋▊▉█"


def bar(share: float, cells: int, *, ascii_only: bool, style: str = "green") -> Text:
    """A bar that fills a share of its cells.

    share       0 to 1
    cells       its whole length
    ascii_only  whether the stream lacks block characters
    style       of the filled part
    """
    eighths = round(share * cells * 8)
    if share > 0:
        eighths = max(eighths, 1)  # only nothing looks like nothing
    if ascii_only:
        full = min(cells, -(-eighths // 8))
        return Text.assemble(("#" * full, style), ("." * (cells - full), "dim"))
    full, part = divmod(eighths, 8)
    filled = "█" * full + (_EIGHTHS[part] if part else "")
    return Text.assemble((filled, style), " " * (cells - len(filled)))
