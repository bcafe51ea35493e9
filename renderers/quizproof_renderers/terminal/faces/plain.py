"""The plain face: sentences, line after line, for screen readers and logs."""

from __future__ import annotations

import itertools
import shutil
import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, TextIO

from rich.cells import cell_len

from quizproof.displays import Code, Content, Output, Prose, Written
from quizproof_renderers.terminal import figures, prose
from quizproof_renderers.terminal.faces.base import Account, Face, Part, Row, Standing
from quizproof_renderers.terminal.faces.listings import (
    blank_signs,
    brief,
    listing,
    output_lines,
    source_lines,
    with_signs,
)
from quizproof_renderers.text import one_line, visible

if TYPE_CHECKING:
    from quizproof.proving.trial import Trial


class PlainFace(Face):
    """Plain sentences, line after line."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def _write(self, *lines: str) -> None:
        """Write lines as they are: programs, outputs, and commands to copy."""
        self._stream.write("".join(f"{line}\n" for line in lines))

    def _say(self, *texts: str) -> None:
        """Write sentences. On a terminal, which breaks lines in the middle of words, they are broken between words."""
        for line in itertools.chain.from_iterable(text.split("\n") for text in texts):
            self._write(*self._fitted(line))

    def _fitted(self, line: str) -> list[str]:
        width = shutil.get_terminal_size().columns if self._stream.isatty() else 0
        if not width or cell_len(line) <= width:
            return [line]
        indent = line[: len(line) - len(line.lstrip())]
        return textwrap.wrap(line, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False) or [
            line
        ]

    def quiz(self, title: str, facts: Sequence[str], intro: str) -> None:
        self._say(f"Quiz: {one_line(title)}", *map(one_line, facts))
        if intro:
            self._say("", prose.plain(intro))

    def question(self, number: int, total: int, title: str) -> None:
        name = one_line(prose.plain(title))
        self._say("", f"Question {number} of {total}{f': {name}' if name else ''}")

    def exhibit(self, title: str) -> None:
        name = one_line(prose.plain(title))
        self._say("", f"Exhibit{f': {name}' if name else ''}")

    def contents(self, contents: Sequence[Content]) -> None:
        for content in contents:
            self._content(content)

    def _content(self, content: Content) -> None:
        match content:
            case Prose(text):
                self._say(prose.plain(text))
            case Output(text, label):
                self._write(f"{one_line(label) or 'Output'}:", *output_lines(text))
            case Code(source, label, highlight):
                self._write(f"{one_line(label) or 'Program'}:", *source_lines(source))
                if highlight:
                    self._say(f"Changed: line {', '.join(map(str, highlight))}.")
            case _:
                self._say(*figures.sentences(content))

    def choices(self, choices: Sequence[tuple[str, Written]]) -> None:
        for letter, content in choices:
            lines = prose.plain(content.text).split("\n") if isinstance(content, Prose) else listing(content)
            if not isinstance(content, Prose) and content.label:
                lines = [f"{one_line(content.label)}:", *lines]
            self._say(*([f"{letter}: {lines[0]}"] if len(lines) == 1 else [f"{letter}:", *lines]))

    def numbered(self, source: str) -> None:
        self._write("Program:", *(f"{n}: {line}" for n, line in enumerate(source_lines(source), 1)))

    def blanks(self, source: str, names: Sequence[str]) -> None:
        signs = blank_signs(len(names), ascii_only=True)  # circled numbers are read aloud as anything, or not at all
        self._write("Program with blanks:", *source_lines(with_signs(source, names, signs)))

    def gap(self) -> None:
        pass  # room means nothing to those who listen

    def note(self, text: str) -> None:
        self.say(text)

    def say(self, text: str) -> None:
        self._say(visible(text))

    def command(self, text: str) -> None:
        self._write(visible(text))

    def menu_line(self, key: str, name: str, detail: str, *, is_topic: bool) -> None:
        what = "topic " if is_topic else ""
        self._say(f"{key}: {what}{one_line(name)}, {one_line(detail)}")

    def trial(self, trial: Trial) -> None:
        from quizproof_renderers.reports import trial_report

        self._say("", *trial_report.sentences(trial))

    def verdict(self, standing: Standing, text: str) -> None:
        self._say("", visible(text))

    def parts(self, parts: Sequence[Part]) -> None:
        for part in parts:
            key = f". Right: {one_line(part.key)}" if part.key else ""
            self._say(f"{part.label}, {part.standing}: {one_line(part.given)}{key}")

    def heading(self, text: str) -> None:
        text = one_line(text)
        # A question has its sign already; a colon after it would be read aloud too.
        self._say("", text if text.endswith("?") else f"{text}:")

    def account(self, account: Account) -> None:
        labels = [account.label, "your answer" if account.label and account.chosen else ""]
        if account.right is not None:
            labels.append("right" if account.right else "wrong")
        head = ", ".join(filter(None, labels))
        summary = f"Not proven: {account.unproven}" if account.unproven else account.summary
        self._say(": ".join(part for part in (head, one_line(summary)) if part))
        sections = [
            [prose.plain(account.feedback)] if account.feedback else [],
            [line for label, content in account.parts() for line in (f"{label}:", *listing(content))],
        ]
        self._say(*itertools.chain(*(reversed(sections) if account.introduces else sections)))

    def table(self, rows: Sequence[Row]) -> None:
        for row in rows:
            score = f", {row.score}" if row.score else ""
            line = f"Question {row.number}, {one_line(row.name)}: {row.standing}{score}."
            if row.given:
                line += f" Your answer: {brief(row.given)}."
            if row.key:
                line += f" The answer: {brief(row.key)}."
            self._say(line)
