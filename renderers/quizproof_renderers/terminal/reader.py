"""Readers: where a learner's answers come from, a keyboard or a pipe."""

from __future__ import annotations

import contextlib
import io
import sys
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import TextIO

import click

from quizproof.marking.mark import MalformedResponse
from quizproof_renderers.text import visible


class Reader(ABC):
    """Asks for answers. Every method raises EOFError when there are no more, and KeyboardInterrupt on Ctrl-C."""

    def __init__(self, output: TextIO) -> None:
        self._output = output

    @abstractmethod
    def key(self, prompt: str) -> str:
        """One key, or a line where there are no keys."""

    @abstractmethod
    def line(self, prompt: str) -> str:
        """One line, without its end."""

    @abstractmethod
    def pause(self, prompt: str) -> str:
        """One key when the learner is ready to go on; empty where nobody needs to be waited for."""

    @abstractmethod
    def offer(self, prompt: str) -> str:
        """One key, or a line; empty where nothing was wanted, and at the end of a file of answers."""

    @abstractmethod
    def edit(self, text: str, extension: str) -> str:
        """The text as somebody left it in an editor. Raises MalformedResponse when nothing came of that."""

    def lines(self, prompt: str, end: str, is_alone: Callable[[str], bool] = lambda line: False) -> str:
        """Several lines, up to a line that is `end`. The end of the input ends them too, once there is one.

        A first line that `is_alone` is given as soon as it was typed.
        """
        self._write(f"{prompt}\n")
        lines: list[str] = []
        while True:
            try:
                line = self.line("")
            except EOFError:
                if not lines:
                    raise
                self._write("\n")
                break
            if line.strip() == end:
                break
            lines.append(line)
            if len(lines) == 1 and is_alone(line):
                break
        return "\n".join(lines)

    def end_line(self) -> None:
        """End the line on which a prompt waited in vain."""
        self._write("\n")

    def _write(self, text: str) -> None:
        self._output.write(text)
        self._output.flush()


class Keyboard(Reader):
    """A person at a terminal. The process's own standard input must be one."""

    def __init__(self, output: TextIO) -> None:
        super().__init__(output)
        with contextlib.suppress(ImportError):
            import readline  # noqa: F401 - gives input() a line that can be edited

    def key(self, prompt: str) -> str:
        self._write(prompt)
        key = ""
        while not key:
            # Enter is not an answer, but a habit after one.
            key = click.getchar().strip()
        self._write(f"{visible(key)}\n")
        return key

    def line(self, prompt: str) -> str:
        self._output.flush()
        return input(prompt)

    def pause(self, prompt: str) -> str:
        self._write(prompt)
        key = click.getchar()
        self._write("\n")
        return key

    def offer(self, prompt: str) -> str:
        return self.pause(prompt).strip()

    def edit(self, text: str, extension: str) -> str:
        self._output.flush()
        try:
            edited = click.edit(text, extension=extension)
        except click.ClickException as error:
            raise MalformedResponse(f"{error.format_message()}; EDITOR can name another") from None
        if edited is None:
            raise MalformedResponse("the editor was closed without saving anything")
        return edited


class Pipe(Reader):
    """Lines from a stream, such as a file of answers. They are repeated, so that the output can be read alone."""

    def __init__(self, source: TextIO, output: TextIO) -> None:
        super().__init__(output)
        self._source = source

    def key(self, prompt: str) -> str:
        return self.line(prompt)

    def line(self, prompt: str) -> str:
        self._write(prompt)
        line = self._source.readline()
        if not line:
            raise EOFError
        line = line.rstrip("\r\n")
        self._write(f"{visible(line)}\n")
        return line

    def pause(self, prompt: str) -> str:
        return ""

    def offer(self, prompt: str) -> str:
        try:
            return self.line(prompt).strip()
        except EOFError:
            self._write("\n")
            return ""

    def edit(self, text: str, extension: str) -> str:
        raise MalformedResponse("an editor needs a terminal")


def reader_for(source: TextIO, output: TextIO) -> Reader:
    """Keys, when `source` is this process's own terminal; lines otherwise."""
    if isinstance(source, io.TextIOWrapper):
        with contextlib.suppress(io.UnsupportedOperation):  # somebody has read from it already
            source.reconfigure(errors="replace")
    if source is sys.stdin and source.isatty():
        return Keyboard(output)
    return Pipe(source, output)
