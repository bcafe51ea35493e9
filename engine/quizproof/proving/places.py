"""Places: where in its file a block, a text of it, or a line that a run went through is."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from quizproof.claims import SHARED, Program
from quizproof.findings import DataPath, Span
from quizproof.outcome import Frame, Outcome
from quizproof.quizfile.yaml_document import Document


@dataclass(frozen=True)
class Places:
    """The places of one block.

    A `DataPath` here is relative to the block: ("options", 2, "code"). Lines of programs count from 1, over all parts;
    lines of spans count from 1, in the file.
    """

    document: Document
    block: DataPath
    """Where the block is: ("blocks", 3)."""

    @property
    def path(self) -> str:
        """The file, as it should be shown."""
        return self.document.path

    def of(self, at: DataPath) -> Span:
        """The place of the value at `at`, cut to its first line."""
        return self.document.first_line(self._path_of(at))

    def within(self, at: DataPath, line: int, column: int) -> Span:
        """A place inside a text of the block, in the file.

        at            the text, relative to the block
        line, column  both from 0, within the text
        """
        return self.document.inside(self._path_of(at), line, column)

    def of_line(self, at: DataPath, line: int) -> Span:
        """A whole line of a text in the file, without its indentation.

        at    the text, relative to the block
        line  from 1, within that text
        """
        row = self._start(at)[0] + line - 1
        text = self.document.lines[row - 1]
        return self._clamp(row, len(text) - len(text.lstrip()) + 1, len(text.rstrip()) + 1)

    def of_frame(self, at: DataPath, frame: Frame) -> Span:
        """The place in the file of a line that a run went through.

        at     the text that the line is in, relative to the block
        frame  its line counts from 0, the first line of that text; its columns from 1
        """
        line, column = self._start(at)
        return self._clamp(frame.line + line, frame.column + column, frame.end_column + column)

    def file_line(self, program: Program, line: int) -> int:
        """The line of the file, from 1, that a line of a program was written on.

        program  its parts know where they are in the block
        line     from 1, over all parts
        """
        part, offset = program.locate(line)
        return self._start(part.at)[0] + offset

    def traceback(self, program: Program, outcome: Outcome) -> str:
        """The outcome's traceback with the file's name and lines; empty when nothing was raised.

        program  what was run; lines of parts that no author wrote are left out
        outcome  of its run
        """
        if outcome.raised is None:
            return ""
        frames = tuple(replace(f, line=self.file_line(program, f.line)) for f in program.frames(outcome))
        return replace(outcome, raised=replace(outcome.raised, frames=frames)).traceback(self.path)

    def in_file_lines(self, message: str, program: Program, outcome: Outcome) -> str:
        """The message of a syntax error, in which Python's parser may name a line: that of the file instead."""
        if outcome.status != "syntax":
            return message
        return re.sub(r"\bon line (\d{1,9})\b", lambda m: f"on line {self.file_line(program, int(m[1]))}", message)

    def _start(self, at: DataPath) -> tuple[int, int]:
        """The line, from 1, and the column, from 0, at which the text at `at` begins."""
        return self.document.text_start(self._path_of(at)) or (1, 0)

    def _path_of(self, at: DataPath) -> DataPath:
        """Where something of the block is in the document."""
        return ("setup",) if at == SHARED else (*self.block, *at)

    def _clamp(self, line: int, column: int, end: int) -> Span:
        """A place kept within its line: a run's columns count filled-in parameters, and may lie beyond its end."""
        lines = self.document.lines
        width = len(lines[line - 1]) if line <= len(lines) else 0
        column = max(1, min(column, width))
        return Span(line, column, line, max(column + 1, min(end, width + 1)))
