"""The scale of the Rasch model for people: learners and questions side by side, the hardest and the ablest on top."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from quizproof_renderers.analysis.rasch import MIN_LEARNERS, RaschFigures, RaschItem
from quizproof_renderers.analysis.scale_plot import bands
from quizproof_renderers.attempts.bars import bar
from quizproof_renderers.text import one_line, shortened

NOISY = 1.3
"""The infit above which answers follow something else than the ability: Wright & Linacre (1994)."""
_CELLS = 12
_NARROW = 64
_MAX_NAME = 40


def scale_summary(figures: RaschFigures) -> str:
    """A scale in one line."""
    return f"mean ability {figures.mean:.2f}, SD {figures.spread:.2f}; 0 is the mean difficulty"


def why_no_scale(reason: str, learners: int) -> str:
    """Why a quiz has no scale, in one line."""
    return f"No Rasch scale: {reason}." + (" Its figures would be mostly chance." if learners < MIN_LEARNERS else "")


def write_scale(console: Console, figures: RaschFigures) -> None:
    """Write a scale."""
    console.print(Text.assemble(("Rasch scale in logits", "bold"), f": {scale_summary(figures)}"))
    console.print()
    narrow = console.width < _NARROW
    found = bands(figures)
    most = max(band.learners for band in found) or 1
    room = console.width - (2 + 6 + 8 + 13 + 6 + 2 * 4) - (0 if narrow else _CELLS + 2)
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", pad_edge=False)
    table.add_column("  from", justify="right", width=6)
    table.add_column("learners", justify="right", width=8)
    if not narrow:
        table.add_column("", width=_CELLS)
    table.add_column("question", no_wrap=True)
    table.add_column("difficulty", justify="right")
    if not narrow:
        table.add_column("infit", justify="right")
    for band in reversed(found):
        drawn = bar(band.learners / most, _CELLS, ascii_only=console.options.ascii_only, style="blue")
        head = [Text(f"{band.start:.1f}"), Text(f"{band.learners:,}" if band.learners else "")]
        head += [] if narrow else [drawn]
        for item in reversed(band.items) if band.items else (None,):
            cells = [Text("")] * 3 if item is None else _cells(console, item, max(8, min(_MAX_NAME, room)))
            table.add_row(*head, *(cells[:2] if narrow else cells))
            head = [Text("")] * len(head)
    console.print(table)


def _cells(console: Console, item: RaschItem, room: int) -> list[Text]:
    sign = "+-" if console.options.ascii_only else "±"
    return [
        Text(shortened(one_line(item.question), room)),
        Text(f"{item.difficulty:.2f} {sign} {item.error:.2f}"),
        Text(f"{item.infit:.2f}", "yellow" if item.infit > NOISY else ""),
    ]
