"""Answers of one piece that are typed: a number, an output, a line."""

from __future__ import annotations

from quizproof.comparison.outputs import fold
from quizproof.displays import Display, LineInput, NumberInput, TextInput
from quizproof.marking.mark import Mark, Response
from quizproof_renderers.terminal.forms.base import COMMANDS, ESCAPE, Command, Form, mistaken, something, unescaped
from quizproof_renderers.terminal.reader import Reader
from quizproof_renderers.terminal.views import Face, Told
from quizproof_renderers.text import one_line


class NumberForm(Form):
    """A number to type."""

    how = "To answer, type a number, such as 12, 0.5, 1e-3 or 3/4."

    def __init__(self, shown: NumberInput, display: Display) -> None:
        super().__init__(shown)
        self._shown = shown
        self._evidence = display.evidence

    def show(self, face: Face) -> None:
        pass

    def ask(self, reader: Reader) -> str:
        unit = f" in {one_line(self._shown.unit)}" if self._shown.unit else ""
        return reader.line(f"  Your answer{unit}: ")

    def read(self, text: str) -> Response:
        return self.checked(something(text.strip()))

    def given(self, response: Response) -> str:
        return str(response)

    def key(self) -> str:
        return f"{self._shown.display} {self._shown.unit}".strip()

    def told(self, response: Response, mark: Mark) -> list[Told]:
        return mistaken(mark, self._evidence)


class TextForm(Form):
    """An output to type, over several lines where it has several."""

    def __init__(self, shown: TextInput, display: Display) -> None:
        super().__init__(shown)
        self._shown = shown
        self._evidence = display.evidence
        lines = fold(shown.accepted).split("\n")
        self._end = "" if all(line.strip() for line in lines) else "."
        finish = "an empty line" if not self._end else "a line that is only a full stop"
        self._finish = f"end with {finish} or Ctrl-D"
        self.how = "To answer, type what the program prints"
        self.how += f"; {self._finish}." if shown.multiline else "."
        self.how += f" {ESCAPE}"

    def show(self, face: Face) -> None:
        pass

    def ask(self, reader: Reader) -> str:
        if self._shown.multiline:
            return reader.lines(f"  Your answer ({self._finish}):", self._end)
        return reader.line("  Your answer: ")

    def command(self, text: str) -> Command | None:
        # Not in capitals: a program may well print Q.
        return COMMANDS.get(text.strip())

    def read(self, text: str) -> Response:
        return self.checked(unescaped(text))

    def given(self, response: Response) -> str:
        return str(response)

    def key(self) -> str:
        return self._shown.accepted

    def told(self, response: Response, mark: Mark) -> list[Told]:
        return mistaken(mark, self._evidence)


class LineForm(Form):
    """A line to pick."""

    def __init__(self, shown: LineInput, display: Display) -> None:
        super().__init__(shown)
        self._shown = shown
        self._evidence = display.evidence
        self._count = len(shown.source.split("\n"))
        self.how = f"To answer, type the number of a line, 1 to {self._count}."

    def show(self, face: Face) -> None:
        face.numbered(self._shown.source)
        face.gap()

    def ask(self, reader: Reader) -> str:
        return reader.line(f"  Line (1 to {self._count}): ")

    def read(self, text: str) -> Response:
        return self.checked(something(text.strip()))

    def given(self, response: Response) -> str:
        return f"line {response}"

    def key(self) -> str:
        return f"line {' or '.join(map(str, self._shown.correct))}"

    def told(self, response: Response, mark: Mark) -> list[Told]:
        return mistaken(mark, self._evidence)
