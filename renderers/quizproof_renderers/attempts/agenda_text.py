"""An agenda for people: what is due, mastery per topic, and the next quiz."""

from __future__ import annotations

from typing import TextIO

from rich.console import Console
from rich.table import Table
from rich.text import Text

from quizproof_renderers.attempts.agenda import Agenda
from quizproof_renderers.attempts.bars import bar
from quizproof_renderers.attempts.mastery import Mastery
from quizproof_renderers.attempts.schedule import Review
from quizproof_renderers.attempts.statistics_text import colour, percent
from quizproof_renderers.console import console_for
from quizproof_renderers.terminal.questioning.commands import Commands
from quizproof_renderers.text import one_line, plural, shortened

_WIDTH = 100
_CELLS = 20
_NARROW = 60
"""The width below which bars are half as long, and counts are left out."""
_MAX_LISTED = 20


def write(agenda: Agenda, stream: TextIO, commands: Commands, *, listed: bool) -> None:
    """Write an agenda.

    agenda    what to show
    stream    a terminal, a pipe or a file
    commands  writes the command that takes the next quiz
    listed    whether to list the questions that are due
    """
    console = console_for(stream, width=_WIDTH, off_terminal=_WIDTH)
    console.print(Text(_head(agenda), "bold"))
    if listed and agenda.due:
        _list(console, agenda)
    console.print()
    console.print(_topics(console, agenda))
    following = agenda.standing.next_quiz
    console.print()
    if following is None:
        console.print(Text("Every question of the bank was answered right."))
        return
    new = following.questions - following.right
    console.print(
        Text(f"Next quiz: {one_line(following.title)}, {new} of {following.questions} questions still to master.")
    )
    console.print(Text(f"  {commands.take([following.name])}", "bold"), soft_wrap=True)


def _head(agenda: Agenda) -> str:
    if agenda.due:
        return f"{plural(len(agenda.due), 'question')} due now, {len(agenda.later):,} later."
    if not agenda.later:
        return "Nothing was answered yet."
    first = agenda.later[0]
    return f"Nothing is due. The next of {plural(len(agenda.later), 'question')} is due {_when(first, agenda)}."


def _list(console: Console, agenda: Agenda) -> None:
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False, pad_edge=False)
    table.add_column(no_wrap=True, overflow="ellipsis")
    table.add_column(justify="right", no_wrap=True)
    table.add_column(no_wrap=True, overflow="ellipsis")
    for review in agenda.due[:_MAX_LISTED]:
        table.add_row(
            Text(f"  {review.key[1]}"),
            Text(_when(review, agenda), "dim"),
            Text(one_line(review.title), "dim"),
        )
    console.print(table)
    if len(agenda.due) > _MAX_LISTED:
        console.print(Text(f"  and {len(agenda.due) - _MAX_LISTED:,} more", "dim"))


def _when(review: Review, agenda: Agenda) -> str:
    """When a question is due, as people say it."""
    days = (review.due.astimezone().date() - agenda.moment.astimezone().date()).days
    if days == 0:
        return "today"
    if days == 1:
        return "tomorrow"
    return f"in {days:,} days" if days > 0 else f"since {plural(-days, 'day')}"


def _topics(console: Console, agenda: Agenda) -> Table:
    narrow = console.width < _NARROW
    cells = _CELLS // 2 if narrow else _CELLS
    topics = agenda.standing.topics
    room = console.width - cells - (5 + 6 if narrow else 5 + 6 + 14)
    names = max([len("Mastery"), *(len(topic.name) + 2 for topic in topics)])
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", pad_edge=False)
    table.add_column(Text("Mastery", "bold"), width=max(8, min(names, room)), no_wrap=True)
    table.add_column("", width=cells)
    table.add_column("", justify="right", width=5)
    if not narrow:
        table.add_column("right last", justify="right", width=12)
    for topic in topics:
        row = [
            Text(f"  {shortened(one_line(topic.name), max(6, room - 2))}"),
            bar(topic.share, cells, ascii_only=console.options.ascii_only, style=_colour(topic)),
            Text(percent(topic.share), _colour(topic)),
        ]
        if not narrow:
            row.append(Text(f"{topic.right} of {topic.questions}", "dim"))
        table.add_row(*row)
    return table


def _colour(topic: Mastery) -> str:
    return colour(topic.share) if topic.answered else "dim"
