"""Statistics for people: tables with bars, on a terminal or in a file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TextIO

from rich.console import Console
from rich.table import Table
from rich.text import Text

from quizproof_renderers.attempts.bars import bar
from quizproof_renderers.attempts.statistics import Group, Statistics
from quizproof_renderers.console import console_for
from quizproof_renderers.text import one_line, plural, shortened

_WIDTH = 100
_CELLS = 20
_NARROW = 60
"""The width below which bars are half as long, and times are left out."""
_BESIDE_NARROW = 7 + 5 + 3 * 2
"""The cells of a table that names and bars cannot have."""
_BESIDE = _BESIDE_NARROW + 9 + 2
_WEAK, _STRONG = 0.6, 0.8
"""Below and from which a mean score is coloured."""
_LEVELS = {"sure": "Sure", "unsure": "Unsure", "guess": "Guessed"}


def write(found: Statistics, stream: TextIO) -> None:
    """Write statistics of at least one answer.

    found   what to show
    stream  a terminal, a pipe or a file
    """
    console = console_for(stream, width=_WIDTH, off_terminal=_WIDTH)
    total = found.total
    facts = [
        f"{plural(total.answers, 'answer')} to {plural(total.questions, 'question')}",
        plural(found.sessions, "session"),
        *([duration(total.seconds)] if total.seconds else []),
        f"{found.first}" if found.first == found.last else f"{found.first} to {found.last}",
    ]
    console.print(Text(", ".join(facts)))
    if total.score is not None:
        console.print(
            Text.assemble("Mean score of first tries: ", (percent(total.score), f"bold {colour(total.score)}"))
        )
    if found.unmarked:
        console.print(Text(f"{plural(found.unmarked, 'answer')} could not be marked and counted for nothing.", "dim"))
    if found.skipped:
        console.print(Text(f"{plural(found.skipped, 'question')} skipped.", "dim"))
    if found.outdated:
        count = plural(found.outdated, "answer")
        console.print(Text(f"{count} to questions that have changed since: not counted.", "dim"))
    tables = {
        "By topic": found.topics,
        "By kind": found.kinds,
        "By tag": found.tags,
        f"By {found.step}": found.time,
        "By confidence": tuple(_named(group) for group in found.confidences),
    }
    # All tables have their columns at the same places.
    names = max(len(name) for heading, groups in tables.items() for name in (heading, *(each.name for each in groups)))
    for heading, groups in tables.items():
        if groups:
            console.print()
            console.print(_table(console, heading, groups, names, counts=groups is found.time))


def percent(score: float) -> str:
    """A score in whole percent, rounded down: only 1 is 100 %."""
    return f"{int(score * 100 + 1e-9)} %"


def colour(score: float) -> str:
    """The colour of a mean score."""
    return "red" if score < _WEAK else "green" if score >= _STRONG else "yellow"


def duration(seconds: float) -> str:
    """A time as people say it: "45 s", "12 min", "1 h 5 min"."""
    if seconds < 60:
        return f"{round(seconds)} s"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"


def _named(group: Group) -> Group:
    return Group(_LEVELS[group.name], group.answers, group.questions, group.score, group.seconds)


def _table(console: Console, heading: str, groups: Sequence[Group], names: int, *, counts: bool) -> Table:
    """One table.

    console  where it will be shown
    heading  above it
    groups   its rows, at least one
    names    the width of their names, where there is room
    counts   whether bars show how many answers there were, rather than the score
    """
    narrow = console.width < _NARROW
    cells = _CELLS // 2 if narrow else _CELLS
    room = console.width - cells - (_BESIDE_NARROW if narrow else _BESIDE)
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", pad_edge=False)
    table.add_column(Text(heading, "bold"), width=max(8, min(names + 2, room)), no_wrap=True, overflow="ellipsis")
    table.add_column("answers", justify="right", width=7)
    table.add_column("", width=cells)
    table.add_column("score", justify="right", width=5)
    if not narrow:
        table.add_column("time", justify="right", width=9)
    most = max(group.answers for group in groups)
    for group in groups:
        score = group.score
        drawn = group.answers / most if counts and most else score or 0
        style = "blue" if counts else colour(drawn)
        row = [
            Text(f"  {shortened(one_line(group.name), max(6, room - 2))}"),
            Text(f"{group.answers:,}" if group.answers else "-", "" if group.answers else "dim"),
            bar(drawn, cells, ascii_only=console.options.ascii_only, style=style),
            Text("-", "dim") if score is None else Text(percent(score), colour(score)),
        ]
        if not narrow:
            row.append(Text(duration(group.seconds) if group.seconds else "", "dim"))
        table.add_row(*row)
    return table
