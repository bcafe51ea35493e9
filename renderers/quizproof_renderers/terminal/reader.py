"""Readers: they ask for a learner's answers, at a keyboard or from a pipe."""

from __future__ import annotations

import contextlib
import io
import shutil
import sys
import textwrap
from abc import ABC, abstractmethod
from collections.abc import Callable
from functools import partial
from types import ModuleType
from typing import TextIO

import click
from rich.cells import cell_len

from quizproof.marking.mark import MalformedResponse
from quizproof_renderers.terminal.keys import pressed
from quizproof_renderers.text import visible


class Reader(ABC):
    """Asks for answers. Every method raises EOFError when there are no more, and KeyboardInterrupt on Ctrl-C."""

    waits = False
    """Whether somebody is there to be waited for."""

    def __init__(self, output: TextIO) -> None:
        self._output = output
        self.typed = ""
        """What was typed of an answer that was interrupted."""
        self._prefilled = ""

    def prefill(self, text: str) -> None:
        """Let the next line, or the next lines, start with a text, as if the learner had just typed it."""
        self._prefilled = text

    @abstractmethod
    def key(self, prompt: str) -> str:
        """One key, or a line where there are no keys."""

    @abstractmethod
    def line(self, prompt: str) -> str:
        """One line, without its end."""

    @abstractmethod
    def pause(self, prompt: str) -> str:
        """One key when the learner is ready to continue; empty where there is nobody to wait for."""

    @abstractmethod
    def offer(self, prompt: str) -> str:
        """One key, or a line; empty when nothing was chosen, and at the end of the input."""

    @abstractmethod
    def edit(self, text: str, extension: str) -> str:
        """The text after the learner has edited it in an editor. Raises MalformedResponse when it was not saved."""

    def lines(self, prompt: str, end: str, is_alone: Callable[[str], bool] = lambda line: False) -> str:
        """Several lines, up to a line that ends them, or to the end of the input.

        prompt    shown on a line of its own
        end       the line that ends the answer, and is no part of it; spaces around it do not count
        is_alone  whether a first line, such as a command, is the whole answer

        Raises EOFError when the input ends before the first line.
        """
        self._write(f"{self._fitted(prompt)}\n")
        *lines, self._prefilled = self._prefilled.split("\n")
        self._write("".join(f"{visible(line)}\n" for line in lines))
        while True:
            try:
                line = self.line("")
            except EOFError:
                if not lines:
                    raise
                self._write("\n")
                break
            except BaseException:
                self.typed = "\n".join([*lines, self.typed])
                raise
            if line.strip() == end:
                break
            lines.append(line)
            if len(lines) == 1 and is_alone(line):
                break
        return "\n".join(lines)

    def end_line(self) -> None:
        """End the line of a prompt that was not answered."""
        self._write("\n")

    def _write(self, text: str) -> None:
        self._output.write(text)
        self._output.flush()

    def _fitted(self, prompt: str) -> str:
        """A prompt as it fits on the screen."""
        return prompt


class Keyboard(Reader):
    """A person at a terminal. The process's own standard input must be one."""

    waits = True

    def __init__(self, output: TextIO) -> None:
        super().__init__(output)
        self._readline: ModuleType | None = None
        with contextlib.suppress(ImportError):
            import readline  # gives input() a line that can be edited

            self._readline = readline

    def key(self, prompt: str) -> str:
        self._prefilled = ""  # a key is pressed as fast as it is taken back
        self._write(self._fitted(prompt))
        key = ""
        while not key:
            # Enter is not an answer: people press it after one, out of habit.
            key = pressed().strip()
        self._write(f"{visible(key)}\n")
        return key

    def line(self, prompt: str) -> str:
        *above, last = self._fitted(prompt).split("\n")
        self._write("".join(f"{line}\n" for line in above))
        self.typed = ""
        started, self._prefilled = self._prefilled, ""
        if self._readline and started:
            self._readline.set_startup_hook(partial(self._readline.insert_text, started))
        try:
            return input(last)  # which writes the prompt by itself, past our output
        except EOFError:
            raise
        except BaseException:  # Ctrl-C, a signal that ends us, the end of the time
            self.typed = self._readline.get_line_buffer() if self._readline else ""
            raise
        finally:
            if self._readline:
                self._readline.set_startup_hook(None)

    def _fitted(self, prompt: str) -> str:
        width = shutil.get_terminal_size().columns
        return "\n".join(_at_words(line, width) for line in prompt.split("\n"))

    def pause(self, prompt: str) -> str:
        self._write(self._fitted(prompt))
        key = pressed()
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


def _at_words(line: str, width: int) -> str:
    """A line of a prompt in lines of at most `width` cells, broken at words, each indented as the first."""
    bare = line.strip(" ")
    indent = line[: len(line) - len(line.lstrip(" "))]
    # The cursor needs a cell too.
    if not bare or cell_len(line) < width:
        return line
    lines = textwrap.wrap(bare, max(10, width - len(indent) - 2), break_long_words=False, break_on_hyphens=False)
    return "\n".join(indent + each for each in lines) + line[len(line.rstrip(" ")) :]


class Pipe(Reader):
    """Lines from a stream, such as a file of answers. They are echoed, so that the output makes sense on its own."""

    def __init__(self, source: TextIO, output: TextIO) -> None:
        super().__init__(output)
        self._source = source

    def key(self, prompt: str) -> str:
        return self.line(prompt)

    def line(self, prompt: str) -> str:
        self._prefilled = ""  # what comes from a pipe is whole
        self._write(prompt)
        line = self._source.readline()
        if not line:  # an empty line has its end
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
    """Keys, when `source` is this process's own terminal; lines otherwise.

    source  where answers come from. Bytes in it that are no text are replaced
    output  where prompts are written
    """
    if isinstance(source, io.TextIOWrapper):
        with contextlib.suppress(io.UnsupportedOperation):  # something was read from it already
            source.reconfigure(errors="replace")
    # Keys and edited lines can be read only from the terminal of the process, whatever `source` is.
    if source is sys.stdin and source.isatty():
        return Keyboard(output)
    return Pipe(source, output)
