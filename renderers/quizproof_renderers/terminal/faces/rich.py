"""The rich face: colours, boxes and syntax highlighting."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich import box
from rich.console import Console, Group, RenderableType
from rich.measure import Measurement
from rich.panel import Panel
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from quizproof.displays import Code, Content, Output, Prose, Written
from quizproof_renderers.terminal import figures, prose
from quizproof_renderers.terminal.faces.base import Account, Face, Part, Row, Standing
from quizproof_renderers.terminal.faces.layout import Quoted, beside, in_room, indented
from quizproof_renderers.terminal.faces.listings import blank_signs, brief, coloured, with_signs
from quizproof_renderers.text import one_line, visible

if TYPE_CHECKING:
    from quizproof.proving.trial import Trial


class RichFace(Face):
    """Colours, boxes and syntax highlighting."""

    _STYLES = {
        "right": "bold green",
        "partly": "bold yellow",
        "wrong": "bold red",
        "unmarked": "bold yellow",
        "answered": "bold",
        "skipped": "bold yellow",
        "not reached": "dim",
    }

    def __init__(self, console: Console) -> None:
        self._console = console
        self._marks = {"right": "✓", "partly": "◐", "wrong": "✗", "unmarked": "?"}
        self._marks |= {"answered": "·", "skipped": "-", "not reached": " "}
        if console.options.ascii_only:
            self._marks |= {"right": "+", "partly": "~", "wrong": "x", "answered": "."}

    def quiz(self, title: str, facts: Sequence[str], intro: str) -> None:
        head = Group(Text(one_line(title), "bold"), *(Text(one_line(fact), "dim") for fact in facts))
        self._console.print(Panel(head, border_style="blue", padding=(0, 1)))
        if intro:
            self._console.print(indented(prose.Prose(intro)))

    def question(self, number: int, total: int, title: str) -> None:
        self._rule(f"{number} of {total}", title)

    def exhibit(self, title: str) -> None:
        self._rule("Exhibit", title)

    def _rule(self, head: str, title: str) -> None:
        name = one_line(prose.plain(title))
        text = Text.assemble((head, "bold blue"), (f"  {name}" if name else "", "bold"))
        self._console.print()
        self._console.print(Rule(text, align="left", style="blue"))
        self._console.print()

    def contents(self, contents: Sequence[Content]) -> None:
        for index, content in enumerate(contents):
            if index:
                self.gap()
            self._content(content)

    def _content(self, content: Content) -> None:
        match content:
            case Prose(text):
                self._console.print(indented(prose.Prose(text)))
            case Code() | Output():
                label = content.label or ("Output" if isinstance(content, Output) else "")
                if label:
                    self._console.print(indented(Text(one_line(label), "dim")))
                highlight = content.highlight if isinstance(content, Code) else ()
                self._console.print(indented(Quoted(coloured(content), highlight=highlight)))
            case _:
                self._console.print(indented(figures.drawing(content)))

    def choices(self, choices: Sequence[tuple[str, Written]]) -> None:
        texts = [prose.Prose(c.text) if isinstance(c, Prose) else Text("\n").join(_labelled(c)) for _, c in choices]
        # Options of several lines would run into each other.
        roomy = any(isinstance(text, Text) and "\n" in text.plain for text in texts)
        for index, ((letter, _), text) in enumerate(zip(choices, texts, strict=True)):
            if index and roomy:
                self.gap()
            self._console.print(beside(Text(letter, "bold blue"), text))

    def numbered(self, source: str) -> None:
        self._console.print(indented(Quoted(coloured(Code(source)), numbers=True)))

    def blanks(self, source: str, names: Sequence[str]) -> None:
        signs = blank_signs(len(names), ascii_only=self._console.options.ascii_only)
        lines = coloured(Code(with_signs(source, names, signs)))
        # After colouring, which knows nothing of signs.
        for line in lines:
            line.highlight_words(signs, "bold yellow")
        self._console.print(indented(Quoted(lines)))

    def gap(self) -> None:
        self._console.print()

    def note(self, text: str) -> None:
        self._console.print(indented(Text(visible(text), "dim")))

    def say(self, text: str) -> None:
        self._console.print(indented(Text(visible(text))))

    def command(self, text: str) -> None:
        self._console.print(Text(f"  {visible(text)}", "bold"), soft_wrap=True)

    def menu_line(self, key: str, name: str, detail: str, *, is_topic: bool) -> None:
        text = Text(one_line(name), "bold" if is_topic else "")
        facts = one_line(detail)
        if text.cell_len + len(facts) + 9 > self._console.width:
            facts = "\n" + in_room(facts, self._console.width - 7)
        self._console.print(beside(Text(f"{key:>3}", "bold blue"), text.append(f"  {facts}", "not bold dim")))

    def trial(self, trial: Trial) -> None:
        from quizproof_renderers.reports import trial_report

        self.gap()
        if self._console.width < trial_report.MIN_WIDTH:
            for line in trial_report.sentences(trial):
                self._console.print(Text(line))
        else:
            trial_report.write_on(trial, self._console)

    def verdict(self, standing: Standing, text: str) -> None:
        line = Text(f"{self._marks[standing]} {visible(text)}", self._STYLES[standing])
        self._console.print()
        self._console.print(indented(line))

    def parts(self, parts: Sequence[Part]) -> None:
        wide = max((len(part.label) for part in parts), default=0)
        for part in parts:
            style = self._STYLES[part.standing]
            edge = Text.assemble((f"{part.label:<{wide}}", "bold blue"), (f" {self._marks[part.standing]}", style))
            # Code may begin with spaces that mean something.
            text = Text(visible(part.given).rstrip(), "dim" if part.standing == "not reached" else "")
            if part.key:
                text.append("   right: ", "dim").append(one_line(part.key), "bold")
            self._console.print(beside(edge, text))

    def heading(self, text: str) -> None:
        self._console.print()
        self._console.print(indented(Text(one_line(text), "bold")))

    def account(self, account: Account) -> None:
        # The style of a Text is that of everything that is appended to it, so the rest has to take "bold" back.
        head = Text("Your answer. " if account.chosen else "", "bold")
        head.append("Not proven: " if account.unproven else "", "not bold cyan")
        head.append(one_line(account.summary), "not bold")
        parts: list[RenderableType] = [head] if head.plain else []
        sections: list[list[RenderableType]] = [
            [prose.Prose(account.feedback)] if account.feedback else [],
            _quoted_parts(account),
        ]
        parts += itertools.chain(*(reversed(sections) if account.introduces else sections))
        if account.label:
            edge = Text(account.label, "bold blue")
            if account.right is not None:
                standing: Standing = "right" if account.right else "wrong"
                edge.append(f" {self._marks[standing]}", self._STYLES[standing])
            self._console.print(beside(edge, Group(*parts)))
        else:
            self._console.print(indented(Group(*parts)))

    def table(self, rows: Sequence[Row]) -> None:
        table = Table(box=box.SIMPLE_HEAD, padding=(0, 1), show_edge=False)
        table.add_column("", justify="right", overflow="fold")
        for name in ("question", "", "yours", "answer"):
            table.add_column(name, overflow="fold")
        for row in rows:
            score = f" {row.score}" if row.score else ""
            mark = Text(f"{self._marks[row.standing]} {row.standing}{score}", self._STYLES[row.standing])
            cells = [Text(one_line(row.name)), mark, Text(brief(row.given)), Text(brief(row.key))]
            table.add_row(str(row.number), *cells)
        # Two cells are for the edge. Where words would have to be broken, each question has lines of its own.
        endless = self._console.options.update(width=10_000)
        if Measurement.get(self._console, endless, table).minimum <= self._console.width - 2:
            self._console.print(indented(table))
            return
        for row in rows:
            self._console.print(beside(Text(f"{row.number:>2}", "bold blue"), self._listed(row)))

    def _listed(self, row: Row) -> Group:
        """A question without a table around it."""
        score = f" {row.score}" if row.score else ""
        lines = [Text(in_room(one_line(row.name), self._console.width - 6))]
        lines.append(Text(f"{self._marks[row.standing]} {row.standing}{score}", self._STYLES[row.standing]))
        lines += [Text(f"{name}: {brief(text)}") for name, text in (("yours", row.given), ("answer", row.key)) if text]
        return Group(*lines)


def _quoted_parts(account: Account) -> list[RenderableType]:
    """The program, output and traceback of a run. They have names only where an output is above an error."""
    parts: list[RenderableType] = []
    outputs = sum(isinstance(content, Output) for _, content in account.parts())
    for label, content in account.parts():
        if outputs > 1 and isinstance(content, Output):
            parts.append(Text(label, "dim"))
        parts.append(Quoted(coloured(content)))
    return parts


def _labelled(content: Code | Output) -> list[Text]:
    """Its lines, below its label."""
    return [*([Text(f"{one_line(content.label)}:", "dim")] if content.label else []), *coloured(content)]
