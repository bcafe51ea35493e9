"""`full`: the report for people. Each finding with the author's lines and the outcome of the run, then a table.

A finding looks like this; `_Gutter` draws its left edge.

```
error[QP201] key-refuted: key: the stated answer is not what the program prints: 'True'
 --> questions/a.yaml:9:13 (question text-of-false)
  |
9 |     answer: False
  |             ^^^^^
  = expected: False
  = actual:   True
  = help: Drop `answer:`: it is derived.
```
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.text import Text

from quizproof import rules
from quizproof.findings import Finding
from quizproof.loading.walk import read_regular
from quizproof.proof import QuizProof, Result
from quizproof.quizfile.source_text import MAX_BYTES
from quizproof.verdicts import Verdict
from quizproof_renderers import tally
from quizproof_renderers.reports.excerpt import excerpt
from quizproof_renderers.tally import Tally
from quizproof_renderers.text import clip, clip_lines, one_line, visible

MAX_LINES = 30
"""Lines of an output or a traceback that are shown."""
MAX_LINE = 1000
"""Characters of any one line that are shown."""
MAX_COMPARED = 400
"""Lines of an output up to which a difference is shown: finding it takes time that grows with their square."""
MAX_LISTED = 12
"""Fully proven quizzes that are listed; when there are more, they are summed up in one line."""

GUTTER = "bold blue"
SEVERITIES = {"error": "bold red", "warning": "bold yellow"}
STYLES: dict[Verdict, str] = {
    "proven": "green",
    "refuted": "bold red",
    "unstable": "bold yellow",
    "unverified": "bold yellow",
    "unproven": "cyan",
}
MARKS: dict[Verdict, str] = {"proven": "✓", "refuted": "✗", "unstable": "~", "unverified": "?", "unproven": "·"}
ASCII_MARKS = MARKS | {"proven": "+", "refuted": "x", "unproven": "-"}
"""For streams that cannot write the others."""

ReadSource = Callable[[str], str | None]
"""From a path as findings name it to the text of the file; None when it cannot be read."""


class Full:
    """Writes findings as they come, and in the end the table."""

    def __init__(self, console: Console, read: ReadSource | None = None) -> None:
        """Nothing is written before the first file is added.

        console  where to write, and how wide it is
        read     gives the text of a file by its path, as findings name it; by default it is read from the disk
        """
        self._console = console
        self._read = read or read_file
        self._codes: set[str] = set()
        self._rows: list[Tally] = []

    def add(self, quiz: QuizProof) -> None:
        """The findings of a file, with the author's lines."""
        self._rows.append(tally.tally(quiz))
        # Read now rather than kept since loading: most files have no findings, and a bank may have thousands of files.
        source = (self._read(quiz.path) or "") if quiz.findings else ""
        for finding in quiz.findings:
            self._codes.add(finding.code)
            self._print(_finding(finding, source, self._console))

    def finish(self, result: Result) -> None:
        """Where to read more, one line per quiz, the verdict, and how many mutations the checks killed."""
        self._print(_further(sorted(self._codes), self._console))
        self._print(_table(self._rows, self._console))
        self._print(_totals(result, self._console))
        if mutations := tally.mutations(result):
            self._print([Text(f"  {mutations}.", "dim")])

    def _print(self, lines: Iterable[Text]) -> None:
        for line in lines:
            # Lines have their width already. Those that are wider, such as paths, must stay whole.
            self._console.print(line, soft_wrap=True)


def read_file(path: str) -> str | None:
    """A file's text with lines ended as in findings, whatever its bytes; None when it cannot be read."""
    try:
        text = read_regular(Path(path), MAX_BYTES)[0].decode("utf-8-sig", "replace")
    except OSError:
        return None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _finding(finding: Finding, source: str, console: Console) -> Iterator[Text]:
    """One finding: its headline, its place with the author's lines, and what is known about it."""
    style = SEVERITIES[finding.severity]
    # Numbers of the context below the place may have one digit more.
    digits = len(str(finding.span.end_line + 2))
    shown = "" if finding.code == rules.LINKED_ELSEWHERE else source  # what it leads to is nobody's business
    rows = excerpt(shown, finding.span, width=console.width - digits - 3, style=style)
    numbers = [row.number for row in rows if row.number]
    gutter = _Gutter(len(str(max(numbers, default=1))), console)

    head, *more = clip_lines(visible(finding.message).strip().split("\n"), MAX_LINES)
    name = f"{finding.severity}[{finding.code}] {finding.rule.name}"
    headline = Text.assemble((name, style), (f": {clip(head, MAX_LINE)}", "bold"))
    yield from _wrapped(headline, console, console.width)
    yield from gutter.place(finding)
    if rows:
        yield gutter.bar()
        for row in rows:
            yield gutter.line(row.text, row.number)
    after_block = bool(rows)
    for note in (gutter.note("note", "\n".join(more)), *_compared(finding, gutter), gutter.note("help", finding.help)):
        if note.lines and after_block:
            yield gutter.bar()
        yield from note.lines
        after_block = note.is_block if note.lines else after_block
    yield Text()


def _compared(finding: Finding, gutter: _Gutter) -> tuple[_Note, ...]:
    """What was expected and what came instead: a difference where both have several lines."""
    expected, actual = _lines(finding.expected), _lines(finding.actual)
    # A traceback has no line in common with an output, so a difference would show both as a whole.
    if 1 < len(expected) <= MAX_COMPARED and 1 < len(actual) <= MAX_COMPARED and not _is_traceback(actual):
        return (gutter.difference(expected, actual),)
    # The shorter label is padded, so that two short values line up.
    pad = "  " if len(expected) == len(actual) == 1 else ""
    return gutter.note("expected", finding.expected), gutter.note("actual", finding.actual, pad)


def _lines(text: str) -> list[str]:
    return text.strip("\n").split("\n") if text.strip("\n") else []


def _is_traceback(lines: list[str]) -> bool:
    return lines[0].startswith("Traceback (most recent call last)")


@dataclass(frozen=True)
class _Note:
    """A labelled text under a finding; without lines when the text is empty."""

    lines: list[Text]
    is_block: bool
    """Whether it ends in quoted lines, which an empty line then sets off from the next note."""


class _Gutter:
    """The left edge of a finding: line numbers, bars and the `=` of notes.

    Every line that quotes foreign text begins with it, so that no output can pose as a line of the report, or as a
    command to a CI service.
    """

    def __init__(self, digits: int, console: Console) -> None:
        self.width = digits
        self._console = console

    def bar(self) -> Text:
        """An empty line."""
        return Text.assemble((f"{' ' * self.width} |", GUTTER))

    def place(self, finding: Finding) -> Iterator[Text]:
        """The place of a finding. The path is never broken: terminals and editors make it a link."""
        line = Text.assemble(" " * self.width, ("--> ", GUTTER), one_line(finding.place))
        question = Text(f" (question {one_line(finding.block)})" if finding.block else "", "dim")
        if line.cell_len + question.cell_len <= self._console.width:
            yield line + question
        else:
            yield line
            yield Text(" " * (self.width + 3)) + question

    def line(self, text: Text, number: int | None = None) -> Text:
        """A quoted line, with its number if it has one."""
        label = f"{number or '':>{self.width}} |"
        return Text.assemble((label, GUTTER), " ", text) if text.plain else Text(label, GUTTER)

    def note(self, label: str, text: str, pad: str = "") -> _Note:
        """A labelled text: on the label's own line when it is one line, as a quoted block when it is more."""
        lines = _lines(text)
        lead = Text.assemble((f"{' ' * self.width} = ", GUTTER), (f"{label}:", "bold"))
        if len(lines) > 1:
            return _Note([lead, *self._block(lines)], is_block=True)
        if not lines:
            return _Note([], is_block=False)
        lead.append(f"{pad} ")
        body = Text(clip(one_line(lines[0]), MAX_LINE))
        parts = _wrapped(body, self._console, max(20, self._console.width - lead.cell_len))
        rest = self.bar() + Text(" " * (lead.cell_len - self.width - 2))
        return _Note([(rest if index else lead) + part for index, part in enumerate(parts)], is_block=False)

    def difference(self, expected: list[str], actual: list[str]) -> _Note:
        """Two outputs as one, in the manner of `diff -u`."""
        legend = Text.assemble((f"{' ' * self.width} = ", GUTTER), ("difference: ", "bold"))
        legend.append_text(Text.assemble(("- expected", "red"), ", ", ("+ actual", "green")))
        # The first three lines name the files and the first hunk.
        lines = list(difflib.unified_diff(expected, actual, lineterm="", n=2))[3:]
        # Line numbers of hunks would be those of the outputs, which nobody sees. The first hunk needs no gap before it.
        lines = ["  …" if line.startswith("@@") else f"{line[:1]} {line[1:]}" for line in lines]
        block = self._block(
            lines or ["  they differ only in characters that cannot be seen"], {"-": "red", "+": "green"}
        )
        return _Note([legend, *block], is_block=True)

    def _block(self, lines: list[str], styles: dict[str, str] | None = None) -> Iterator[Text]:
        room = max(20, self._console.width - self.width - 5)
        for line in clip_lines(lines, MAX_LINES):
            style = (styles or {}).get(line[:1], "")
            # Terminals differ in how wide a tab is, and wrapping must know.
            safe = clip(visible(line).replace("\t", "    ").rstrip(), MAX_LINE)
            for part in _wrapped(Text(safe), self._console, room):
                yield self.line(Text(f"  {part.plain}".rstrip(), style))


def _further(codes: list[str], console: Console) -> Iterator[Text]:
    """Where to read more about the rules that were broken."""
    if codes:
        also = f" (also {', '.join(codes[1:])})" if codes[1:] else ""
        line = Text.assemble("Read more: ", (f"quizproof explain {codes[0]}", "bold"), also)
        yield from _wrapped(line, console, console.width)
        yield Text()


def _table(rows: list[Tally], console: Console) -> Iterator[Text]:
    """One line per quiz; many fully proven ones are summed up."""
    good = [row for row in rows if row.status == "proven"]
    if len(good) > MAX_LISTED:
        rows = [row for row in rows if row.status != "proven"]
        questions, claims = sum(r.questions for r in good), sum(r.claims for r in good)
        more = "more " if rows else ""
        rows.append(Tally(f"{len(good):,} {more}quizzes", "", questions, claims, claims, "proven", "all proven"))
    if not rows:
        return
    columns = [
        ("questions", [f"{row.questions:,}" for row in rows]),
        ("claims", [f"{row.proven:,}/{row.claims:,}" for row in rows]),
        ("proven", [row.coverage for row in rows]),
    ]
    widths = [max(map(len, (name, *cells))) for name, cells in columns]
    figures = sum(width + 2 for width in widths)
    titles = max(cell_len(row.title) for row in rows)
    # At least as wide as its heading.
    titles = max(4, min(titles, console.width - figures - 2))
    heads = "".join(f"  {name:>{width}}" for (name, _), width in zip(columns, widths, strict=True))
    yield Text(f"  {set_cell_size('quiz', titles)}{heads}", "dim")
    for index, row in enumerate(rows):
        title = row.title if cell_len(row.title) <= titles else f"{set_cell_size(row.title, titles - 1).rstrip()}…"
        cells = "".join(f"  {cells[index]:>{width}}" for (_, cells), width in zip(columns, widths, strict=True))
        line = Text.assemble(_mark(row.status, console), f" {set_cell_size(title, titles)}{cells}")
        if row.notes and line.cell_len + 2 + len(row.notes) <= console.width:
            line.append(f"  {row.notes}", STYLES[row.status])
            yield line
        else:
            yield line
            if row.notes:
                yield Text(f"    {row.notes}", STYLES[row.status])
    yield Text()


def _totals(result: Result, console: Console) -> Iterator[Text]:
    """The last line: the conclusion, and how claims were judged."""
    mark = _mark(result.status, console)
    line = Text.assemble(mark, " ", (tally.conclusion(result), "bold"), f" {tally.circumstances(result)}")
    for index, part in enumerate(_wrapped(line, console, console.width - 2)):
        yield Text("  " if index else "") + part


def _wrapped(text: Text, console: Console, width: int) -> Iterator[Text]:
    """The text in lines of at most `width` cells, without the spaces at which it was broken."""
    for line in text.wrap(console, width):
        line.rstrip()
        yield line


def _mark(verdict: Verdict, console: Console) -> tuple[str, str]:
    marks = ASCII_MARKS if console.options.ascii_only else MARKS
    return marks[verdict], STYLES[verdict]
