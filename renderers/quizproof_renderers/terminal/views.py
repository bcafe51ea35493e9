"""Faces: how the self-test looks. One draws with colours and boxes, the other speaks to screen readers."""

from __future__ import annotations

import itertools
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TextIO, TypeAlias

from rich import box
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.panel import Panel
from rich.rule import Rule
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from quizproof.displays import Code, Content, Evidence, Output, Prose, Written
from quizproof_renderers.console import console_for
from quizproof_renderers.terminal import figures, prose
from quizproof_renderers.text import clip, clip_lines, one_line, shortened, visible

Standing: TypeAlias = Literal["right", "partly", "wrong", "unmarked", "skipped", "not reached"]
"""How an answer stands."""

WIDEST = 96
"""Cells of a terminal that are used: longer lines are hard to read."""
BLOCK_LINES = 40
"""Lines of an output or a traceback that are shown."""
LONGEST = 1000
"""Characters of any one of these lines."""


@dataclass(frozen=True)
class Told:
    """What a run did, as it is told after a question is answered."""

    evidence: Evidence | None
    label: str = ""
    """Whose run: the option's letter, or nothing."""
    right: bool | None = None
    """Whether that was a right answer; None where there is no saying."""
    chosen: bool = False
    feedback: str = ""
    """Markdown."""
    unproven: str = ""

    @property
    def summary(self) -> str:
        """What happened, in a sentence; why nothing was run, where nothing was."""
        return self.evidence.summary if self.evidence else self.unproven

    @property
    def introduces(self) -> bool:
        """Whether the summary leads over to what the run left behind, so that nothing may come between them."""
        return self.summary.endswith(":")

    def parts(self) -> list[tuple[str, Code | Output]]:
        """What the run left behind, each with its name. Its program is told where it concerns the learner."""
        if not self.evidence:
            return []
        parts: list[tuple[str, Code | Output]] = []
        if self.evidence.code.strip() and (self.chosen or self.right is not False):
            parts.append(("Program", Code(self.evidence.code)))
        named = (("Output", self.evidence.stdout), ("Error", self.evidence.traceback))
        return parts + [(label, Output(text)) for label, text in named if text.strip()]


@dataclass(frozen=True)
class Part:
    """A part of an answer that is right or wrong on its own."""

    label: str
    """Its number or letter."""
    standing: Standing
    given: str
    """What was answered, or what was tested."""
    key: str = ""
    """What would have been right, where something else was given."""


@dataclass(frozen=True)
class Row:
    """One question in the table at the end."""

    number: int
    name: str
    standing: Standing
    given: str
    key: str
    score: str = ""
    """What was earned, where that is not plain from the standing."""


class Face(ABC):
    """Shows one thing after the other. All texts are made safe here, and here only."""

    @abstractmethod
    def quiz(self, title: str, facts: Sequence[str], intro: str) -> None:
        """The head of a quiz. `intro` is Markdown."""

    @abstractmethod
    def question(self, number: int, total: int, title: str) -> None:
        """The head of a question. `title` is Markdown, and may be empty."""

    @abstractmethod
    def exhibit(self, title: str) -> None:
        """The head of an exhibit. `title` is Markdown, and may be empty."""

    @abstractmethod
    def contents(self, contents: Sequence[Content]) -> None:
        """A prompt or a solution."""

    @abstractmethod
    def choices(self, choices: Sequence[tuple[str, Written]]) -> None:
        """Options to choose from, each with its letter."""

    @abstractmethod
    def numbered(self, source: str) -> None:
        """A program whose lines can be chosen."""

    @abstractmethod
    def gapped(self, source: str, names: Sequence[str]) -> None:
        """A program with gaps, `___name___` each, which get the numbers of their names."""

    @abstractmethod
    def gap(self) -> None:
        """Some room."""

    @abstractmethod
    def note(self, text: str) -> None:
        """A remark that need not be noticed."""

    @abstractmethod
    def say(self, text: str) -> None:
        """A remark."""

    @abstractmethod
    def verdict(self, standing: Standing, text: str) -> None:
        """How the answer stands, in a sentence."""

    @abstractmethod
    def parts(self, parts: Sequence[Part]) -> None:
        """The parts of an answer and how each stands."""

    @abstractmethod
    def heading(self, text: str) -> None:
        """The head of a part of what is shown after an answer."""

    @abstractmethod
    def told(self, told: Told) -> None:
        """What a run did."""

    @abstractmethod
    def table(self, rows: Sequence[Row]) -> None:
        """All questions and how their answers stand."""


def face_for(stream: TextIO, *, plain: bool) -> Face:
    """The face for `stream`; `plain` is the one without colours, boxes and Markdown's marks."""
    console = console_for(stream, width=WIDEST, off_terminal=80)
    return PlainFace(stream) if plain else RichFace(console)


def _block(text: str) -> list[str]:
    """Foreign output, made safe and cut to what somebody might read."""
    lines = visible(text).rstrip().split("\n")
    return [clip(line.rstrip(), LONGEST) for line in clip_lines(lines, BLOCK_LINES)]


class PlainFace(Face):
    """Plain sentences, line after line."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def _write(self, *lines: str) -> None:
        self._stream.write("".join(f"{line}\n" for line in lines))

    def quiz(self, title: str, facts: Sequence[str], intro: str) -> None:
        self._write(f"Quiz: {one_line(title)}", *map(one_line, facts))
        if intro:
            self._write("", prose.plain(intro))

    def question(self, number: int, total: int, title: str) -> None:
        name = one_line(prose.plain(title))
        self._write("", f"Question {number} of {total}{f': {name}' if name else ''}")

    def exhibit(self, title: str) -> None:
        name = one_line(prose.plain(title))
        self._write("", f"Exhibit{f': {name}' if name else ''}")

    def contents(self, contents: Sequence[Content]) -> None:
        for content in contents:
            self._content(content)

    def _content(self, content: Content) -> None:
        match content:
            case Prose(text):
                self._write(prose.plain(text))
            case Output(text):
                self._write("Output:", *_block(text))
            case Code(source, label, highlight):
                self._write(f"{one_line(label) or 'Program'}:", *_source_lines(source))
                if highlight:
                    self._write(f"Changed: line {', '.join(map(str, highlight))}.")
            case _:
                self._write(*figures.told(content))

    def choices(self, choices: Sequence[tuple[str, Written]]) -> None:
        for letter, content in choices:
            lines = prose.plain(content.text).split("\n") if isinstance(content, Prose) else _lines(content)
            self._write(*([f"{letter}: {lines[0]}"] if len(lines) == 1 else [f"{letter}:", *lines]))

    def numbered(self, source: str) -> None:
        self._write("Program:", *(f"{n}: {line}" for n, line in enumerate(_source_lines(source), 1)))

    def gapped(self, source: str, names: Sequence[str]) -> None:
        self._write("Program with gaps:", *_source_lines(_numbered(source, names, _gaps(len(names), ascii_only=True))))

    def gap(self) -> None:
        pass

    def note(self, text: str) -> None:
        self.say(text)

    def say(self, text: str) -> None:
        self._write(visible(text))

    def verdict(self, standing: Standing, text: str) -> None:
        self._write("", visible(text))

    def parts(self, parts: Sequence[Part]) -> None:
        for part in parts:
            key = f". Right: {one_line(part.key)}" if part.key else ""
            self._write(f"{part.label}, {part.standing}: {one_line(part.given)}{key}")

    def heading(self, text: str) -> None:
        text = one_line(text)
        self._write("", text if text.endswith("?") else f"{text}:")

    def told(self, told: Told) -> None:
        words = [f"{told.label}{', your answer' if told.chosen else ''}" if told.label else ""]
        if told.right is not None:
            words.append("right" if told.right else "wrong")
        head = ", ".join(word for word in words if word)
        summary = f"Not proven: {told.unproven}" if told.unproven else told.summary
        self._write(": ".join(part for part in (head, one_line(summary)) if part))
        sections = [
            [prose.plain(told.feedback)] if told.feedback else [],
            [line for label, content in told.parts() for line in (f"{label}:", *_lines(content))],
        ]
        self._write(*itertools.chain(*(reversed(sections) if told.introduces else sections)))

    def table(self, rows: Sequence[Row]) -> None:
        for row in rows:
            score = f", {row.score}" if row.score else ""
            line = f"Question {row.number}, {one_line(row.name)}: {row.standing}{score}."
            if row.given:
                line += f" Your answer: {_short(row.given)}."
            if row.key:
                line += f" The answer: {_short(row.key)}."
            self._write(line)


class RichFace(Face):
    """Colours, boxes and syntax highlighting."""

    _STYLES = {
        "right": "bold green",
        "partly": "bold yellow",
        "wrong": "bold red",
        "unmarked": "bold yellow",
        "skipped": "bold yellow",
        "not reached": "dim",
    }

    def __init__(self, console: Console) -> None:
        self._console = console
        self._marks = {"right": "✓", "partly": "◐", "wrong": "✗", "unmarked": "?", "skipped": "-", "not reached": " "}
        if console.options.ascii_only:
            self._marks |= {"right": "+", "partly": "~", "wrong": "x"}

    def quiz(self, title: str, facts: Sequence[str], intro: str) -> None:
        head = Group(Text(one_line(title), "bold"), *(Text(one_line(fact), "dim") for fact in facts))
        self._console.print(Panel(head, border_style="blue", padding=(0, 1)))
        if intro:
            self._console.print(_indented(prose.Prose(intro)))

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
                self._console.print(_indented(prose.Prose(text)))
            case Code() | Output():
                label = content.label if isinstance(content, Code) else "Output"
                if label:
                    self._console.print(_indented(Text(one_line(label), "dim")))
                highlight = content.highlight if isinstance(content, Code) else ()
                self._console.print(_indented(_Quoted(_texts(content), highlight=highlight)))
            case _:
                self._console.print(_indented(figures.drawn(content)))

    def choices(self, choices: Sequence[tuple[str, Written]]) -> None:
        shown = [(letter, prose.Prose(c.text) if isinstance(c, Prose) else _joined(_texts(c))) for letter, c in choices]
        roomy = any(isinstance(text, Text) and "\n" in text.plain for _, text in shown)
        for index, (letter, text) in enumerate(shown):
            if index and roomy:
                self.gap()
            self._console.print(_beside(Text(letter, "bold blue"), text))

    def numbered(self, source: str) -> None:
        self._console.print(_indented(_Quoted(_texts(Code(source)), numbers=True)))

    def gapped(self, source: str, names: Sequence[str]) -> None:
        signs = _gaps(len(names), ascii_only=self._console.options.ascii_only)
        lines = _texts(Code(_numbered(source, names, signs)))
        for line in lines:
            line.highlight_words(signs, "bold yellow")
        self._console.print(_indented(_Quoted(lines)))

    def gap(self) -> None:
        self._console.print()

    def note(self, text: str) -> None:
        self._console.print(_indented(Text(visible(text), "dim")))

    def say(self, text: str) -> None:
        self._console.print(_indented(Text(visible(text))))

    def verdict(self, standing: Standing, text: str) -> None:
        line = Text(f"{self._marks[standing]} {visible(text)}", self._STYLES[standing])
        self._console.print()
        self._console.print(_indented(line))

    def parts(self, parts: Sequence[Part]) -> None:
        wide = max((len(part.label) for part in parts), default=0)
        for part in parts:
            style = self._STYLES[part.standing]
            edge = Text.assemble((f"{part.label:<{wide}}", "bold blue"), (f" {self._marks[part.standing]}", style))
            # Code may begin with spaces that mean something.
            text = Text(visible(part.given).rstrip(), "dim" if part.standing == "not reached" else "")
            if part.key:
                text.append("   right: ", "dim").append(one_line(part.key), "bold")
            self._console.print(_beside(edge, text))

    def heading(self, text: str) -> None:
        self._console.print()
        self._console.print(_indented(Text(one_line(text), "bold")))

    def told(self, told: Told) -> None:
        head = Text("Your answer. " if told.chosen else "", "bold")
        head.append("Not proven: " if told.unproven else "", "not bold cyan")
        head.append(one_line(told.summary), "not bold")
        parts: list[RenderableType] = [head] if head.plain else []
        sections: list[list[RenderableType]] = [
            [prose.Prose(told.feedback)] if told.feedback else [],
            _quoted_parts(told),
        ]
        parts += itertools.chain(*(reversed(sections) if told.introduces else sections))
        if told.label:
            edge = Text(told.label, "bold blue")
            if told.right is not None:
                standing: Standing = "right" if told.right else "wrong"
                edge.append(f" {self._marks[standing]}", self._STYLES[standing])
            self._console.print(_beside(edge, Group(*parts)))
        else:
            self._console.print(_indented(Group(*parts)))

    def table(self, rows: Sequence[Row]) -> None:
        table = Table(box=box.SIMPLE_HEAD, padding=(0, 1), show_edge=False)
        table.add_column("", justify="right", overflow="fold")
        for name in ("question", "", "yours", "answer"):
            table.add_column(name, overflow="fold")
        for row in rows:
            score = f" {row.score}" if row.score else ""
            mark = Text(f"{self._marks[row.standing]} {row.standing}{score}", self._STYLES[row.standing])
            cells = [Text(one_line(row.name)), mark, Text(_short(row.given)), Text(_short(row.key))]
            table.add_row(str(row.number), *cells)
        self._console.print(_indented(table))


class _Quoted:
    """Lines with a bar down their left side, and with numbers where they are needed."""

    def __init__(self, lines: Sequence[Text], *, numbers: bool = False, highlight: Sequence[int] = ()) -> None:
        self._lines = lines
        self._digits = len(str(len(lines))) if numbers or highlight else 0
        self._highlight = frozenset(highlight)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        bar, bold, broken = "|>:" if options.ascii_only else "│┃┆"
        room = max(10, options.max_width - self._digits - 3)
        for number, line in enumerate(self._lines, 1):
            label = f"{number:>{self._digits}} " if self._digits else ""
            edge = Text.assemble((f"{label}{bar} ", "dim"))
            if number in self._highlight:
                edge = Text.assemble((f"{label}{bold} ", "bold green"))
            for part in line.wrap(console, room) if line.plain else [Text()]:
                part.rstrip()
                yield edge + part
                # A line that is too long goes on below, by an edge that says so: in Python, lines mean something.
                edge = Text.assemble((f"{' ' * len(label)}{broken}   ", "dim"))


class _Edged:
    """Something behind a left edge, without the spaces with which rich fills lines, and empty lines at its ends."""

    def __init__(self, first: Text, inner: RenderableType) -> None:
        self._first = first
        self._inner = inner

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        width = self._first.cell_len
        inner = options.update(width=max(10, options.max_width - width))
        lines = [_trimmed(line) for line in console.render_lines(self._inner, inner, pad=False)]
        while lines and not lines[0]:
            lines.pop(0)
        while lines and not lines[-1]:
            lines.pop()
        if isinstance(self._inner, prose.Prose):
            # rich sets tables and lists off by an empty line more than other paragraphs.
            lines = [line for line, before in zip(lines, [lines[:1], *lines], strict=False) if line or before]
        for index, line in enumerate(lines):
            if not index:
                yield from self._first.render(console)
            elif line:
                yield Segment(" " * width)
            yield from line
            yield Segment.line()


def _trimmed(line: list[Segment]) -> list[Segment]:
    while line and not line[-1].text.strip(" "):
        line = line[:-1]
    if line:
        text, style, control = line[-1]
        line = [*line[:-1], Segment(text.rstrip(" "), style, control)]
    return line


def _indented(shown: RenderableType) -> _Edged:
    return _Edged(Text("  "), shown)


def _beside(label: Text, shown: RenderableType) -> _Edged:
    return _Edged(Text.assemble("  ", label, "  "), shown)


def _quoted_parts(told: Told) -> list[RenderableType]:
    """What a run left behind. The names are needed only where an output stands above an error."""
    parts: list[RenderableType] = []
    outputs = sum(isinstance(content, Output) for _, content in told.parts())
    for label, content in told.parts():
        if outputs > 1 and isinstance(content, Output):
            parts.append(Text(label, "dim"))
        parts.append(_Quoted(_texts(content)))
    return parts


def _gaps(count: int, *, ascii_only: bool) -> list[str]:
    """How gaps are marked: by circled numbers, as far as there are such characters."""
    return [f"[gap {n}]" if ascii_only or n > 20 else chr(0x245F + n) for n in range(1, count + 1)]


def _numbered(source: str, names: Sequence[str], signs: Sequence[str]) -> str:
    """A program with a sign for each gap."""
    for name, sign in zip(names, signs, strict=True):
        source = source.replace(f"___{name}___", sign)
    return source


def _source_lines(source: str) -> list[str]:
    return visible(source).rstrip().split("\n")


def _lines(content: Code | Output) -> list[str]:
    return _source_lines(content.source) if isinstance(content, Code) else _block(content.text)


def _texts(content: Code | Output) -> list[Text]:
    """The lines of code, in colours, or of output."""
    if isinstance(content, Code):
        return list(prose.highlighted("\n".join(_source_lines(content.source))).split("\n", allow_blank=True))
    return [Text(line) for line in _block(content.text)]


def _joined(lines: Sequence[Text]) -> Text:
    return Text("\n").join(lines)


def _short(text: str) -> str:
    return shortened(one_line(text), 30)
