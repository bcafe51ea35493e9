"""Answers of one piece that are typed: a number, an output, a line."""

from __future__ import annotations

from quizproof.comparison.outputs import fold
from quizproof.displays import Display, LineInput, NumberInput, TextInput
from quizproof.marking.mark import Mark, Response
from quizproof_renderers.terminal.faces.base import Account, Face
from quizproof_renderers.terminal.forms.base import (
    COMMANDS,
    ESCAPE,
    Command,
    Form,
    mistaken,
    something,
    tolerated,
    unescaped,
)
from quizproof_renderers.terminal.reader import Reader
from quizproof_renderers.text import one_line


class NumberForm(Form):
    """A number to type."""

    how = "To answer, type a number, such as 12, 0.5, 1e-3 or 3/4."

    def __init__(self, input_: NumberInput, display: Display) -> None:
        super().__init__(input_)
        self._number = input_
        self._evidence = display.evidence

    def show(self, face: Face) -> None:
        pass

    def ask(self, reader: Reader) -> str:
        unit = f" in {one_line(self._number.unit)}" if self._number.unit else ""
        within = f" (tolerance: {self._number.shown_tolerance})" if self._number.shown_tolerance else ""
        return reader.line(f"  Your answer{unit}{within}: ")

    def read(self, text: str) -> Response:
        return self.checked(something(text.strip()))

    def given(self, response: Response) -> str:
        return str(response)

    def key(self) -> str:
        return f"{self._number.display} {self._number.unit}".strip()

    def accounts(self, response: Response, mark: Mark) -> list[Account]:
        return mistaken(mark, self._evidence)


_TO_TYPE = {
    "output": "what the program prints",
    "exception": "the name of the exception",
    "happens": "what happens: never ends, or the name of an exception",
}
"""What learners type, by what is asked."""


class TextForm(Form):
    """An output to type, in several lines if it has several."""

    def __init__(self, input_: TextInput, display: Display) -> None:
        super().__init__(input_)
        self._text = input_
        self._evidence = display.evidence
        lines = fold(input_.accepted).split("\n")
        # An output with an empty line inside needs another line to end it.
        self._end = "" if all(line.strip() for line in lines) else "."
        finish = "an empty line" if not self._end else "a line that is only a full stop"
        self._finish = f"end with {finish} or Ctrl-D"
        self.how = f"To answer, type {_TO_TYPE[input_.asks]}"
        self.how += f"; {self._finish}." if input_.multiline else "."
        self.how += f" {ESCAPE}"

    def show(self, face: Face) -> None:
        pass

    def ask(self, reader: Reader) -> str:
        within = tolerated(self._text.tolerance)
        if self._text.multiline:
            return reader.lines(f"  Your answer ({'; '.join(filter(None, (within, self._finish)))}):", self._end)
        return reader.line(f"  Your answer ({within}): " if within else "  Your answer: ")

    def command(self, text: str) -> Command | None:
        # Capitals are no commands here: a program may well print Q.
        return COMMANDS.get(text.strip())

    def read(self, text: str) -> Response:
        return self.checked(unescaped(text))

    def given(self, response: Response) -> str:
        return str(response).strip() or "nothing"

    def key(self) -> str:
        return self._text.accepted or "nothing"

    def accounts(self, response: Response, mark: Mark) -> list[Account]:
        return mistaken(mark, self._evidence)


class LineForm(Form):
    """A line to pick."""

    def __init__(self, input_: LineInput, display: Display) -> None:
        super().__init__(input_)
        self._line = input_
        self._evidence = display.evidence
        self._count = len(input_.source.split("\n"))
        self.how = f"To answer, type the number of a line, 1 to {self._count}."

    def show(self, face: Face) -> None:
        face.numbered(self._line.source)
        face.gap()

    def ask(self, reader: Reader) -> str:
        return reader.line(f"  Line (1 to {self._count}): ")

    def read(self, text: str) -> Response:
        return self.checked(something(text.strip()))

    def given(self, response: Response) -> str:
        return f"line {response}"

    def key(self) -> str:
        return f"line {' or '.join(map(str, self._line.correct))}"

    def accounts(self, response: Response, mark: Mark) -> list[Account]:
        return mistaken(mark, self._evidence)
