"""An analysis for people, on a terminal or in a file: a table per quiz, and what is worth a look in plain words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TextIO

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from quizproof_renderers.analysis.flags import WEAK, Flag, flags_of
from quizproof_renderers.analysis.items import ItemFigures, QuizFigures
from quizproof_renderers.analysis.scale_text import why_no_scale, write_scale
from quizproof_renderers.attempts.bars import bar
from quizproof_renderers.console import console_for
from quizproof_renderers.text import one_line, plural, shortened

_WIDTH = 100
_CELLS = 12
_NARROW = 64
"""The width below which bars are left out."""
_MAX_NAME = 40


def write(quizzes: Sequence[QuizFigures], stream: TextIO, *, every_option: bool = False) -> None:
    """Write an analysis.

    quizzes       what to show
    stream        a terminal, a pipe or a file
    every_option  whether to show the options of every question, rather than of those with a flag
    """
    console = console_for(stream, width=_WIDTH, off_terminal=_WIDTH)
    for place, quiz in enumerate(quizzes):
        if place:
            console.print()
        _quiz(console, quiz, every_option=every_option)


def summary(quiz: QuizFigures) -> str:
    """A quiz in one line."""
    facts = [plural(quiz.learners, "learner"), plural(len(quiz.items), "question"), f"mean {percent(quiz.mean)}"]
    if quiz.spread is not None:
        facts[-1] += f" (SD {percent(quiz.spread)})"
    if quiz.alpha is not None and quiz.error is not None:
        facts += [f"alpha {quiz.alpha:.2f}", f"standard error {percent(quiz.error)}"]
    if quiz.complete < quiz.learners:
        facts.append(f"{quiz.complete:,} answered every question")
    return ", ".join(facts)


def percent(share: float) -> str:
    """A share in whole percent."""
    return f"{round(100 * share)} %"


def figure(value: float | None) -> str:
    """A correlation with two digits; a dash where there is none."""
    return "-" if value is None else f"{value:.2f}"


def _quiz(console: Console, quiz: QuizFigures, *, every_option: bool) -> None:
    flags = flags_of(quiz)
    console.print(Text.assemble((one_line(quiz.quiz) or "All questions", "bold"), f": {summary(quiz)}"))
    console.print()
    console.print(_items(console, quiz, {flag.question for flag in flags}))
    shown = [item for item in quiz.items if every_option or any(flag.question == item.question for flag in flags)]
    if flags:
        console.print()
        console.print(Text("Worth a look", "bold"))
    for flag in flags:
        if not flag.question:
            console.print(_bullet(console, flag.message, ""))
    for item in shown:
        _item(console, item, [flag for flag in flags if flag.question == item.question])
    if not flags and quiz.items:
        console.print()
        console.print(Text("Nothing stands out.", "green"))
    console.print()
    if quiz.rasch:
        write_scale(console, quiz.rasch)
    else:
        console.print(Text(why_no_scale(quiz.no_rasch, quiz.learners), "dim"))


def _bullet(console: Console, message: str, name: str) -> Padding:
    sign = "!" if console.options.ascii_only else "▸"
    text = Text.assemble((f"{sign} ", "yellow"), (name, "bold"), ": " if name else "", message)
    return Padding(text, (0, 0, 0, 2), expand=False)


def _items(console: Console, quiz: QuizFigures, flagged: set[str]) -> Table:
    narrow = console.width < _NARROW
    room = console.width - (4 + 8 + 6 + 14 + 2 * 4) - (0 if narrow else _CELLS + 2)
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", pad_edge=False)
    table.add_column("  question", no_wrap=True)
    table.add_column("learners", justify="right", width=8)
    table.add_column("mean", justify="right", width=5)
    if not narrow:
        table.add_column("", width=_CELLS)
    table.add_column("discrimination", justify="right", width=14)
    for item in quiz.items:
        sign = "! " if item.question in flagged else "  "
        name = shortened(one_line(item.question), max(8, min(_MAX_NAME, room)))
        row = [Text.assemble((sign, "yellow"), name), Text(f"{item.learners:,}"), Text(percent(item.difficulty))]
        if not narrow:
            row.append(bar(item.difficulty, _CELLS, ascii_only=console.options.ascii_only, style="blue"))
        found = item.discrimination
        style = "red" if found is not None and found < 0 else "yellow" if found is not None and found < WEAK else ""
        row.append(Text(figure(found), style))
        table.add_row(*row)
    return table


def _item(console: Console, item: ItemFigures, flags: Sequence[Flag]) -> None:
    """A question with its flags and its options."""
    console.print()
    for flag in flags:
        console.print(_bullet(console, flag.message, one_line(item.question)))
    if not flags:
        console.print(Padding(Text(one_line(item.question), "bold"), (0, 0, 0, 2), expand=False))
    if not item.options:
        return
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", pad_edge=False)
    table.add_column("option" if item.complete else "answer", no_wrap=True)
    table.add_column("key")
    for name in ("all", "lower 27 %", "middle", "upper 27 %"):
        table.add_column(name, justify="right")
    table.add_column("discrimination", justify="right")
    sign = "x" if console.options.ascii_only else "✓"
    for option in item.options:
        table.add_row(
            Text(shortened(one_line(option.name), _MAX_NAME // 2), "green" if option.key else ""),
            Text(sign if option.key else "", "green"),
            *(Text(percent(share)) for share in (option.share, *option.groups)),
            Text(figure(option.discrimination)),
        )
    console.print(Padding(table, (0, 0, 0, 4), expand=False))
