"""An answer in the learner's own words."""

from __future__ import annotations

from quizproof.displays import Display, OpenInput, Prose
from quizproof.marking.mark import Mark, Response, mark
from quizproof_renderers.terminal.faces.base import Account, Face
from quizproof_renderers.terminal.forms.base import COMMANDS, Desk, Form, MarkedResponse, Quit, several, something
from quizproof_renderers.terminal.reader import Reader


class OpenForm(Form):
    """A text to type. Then learners compare it with the model answer, and mark the points that they made."""

    how = (
        "To answer, write in your own words; an empty line ends the answer. "
        "Then you see a model answer, and mark for each of its points whether you made it."
    )
    shows_solution = True

    def __init__(self, input_: OpenInput, display: Display) -> None:
        super().__init__(input_)
        self._points = input_.points
        self._solution = display.solution

    def show(self, face: Face) -> None:
        pass

    def ask(self, reader: Reader) -> str:
        return reader.lines("  Your answer (end with an empty line or Ctrl-D):", "", COMMANDS.__contains__)

    def read(self, text: str) -> Response:
        return something(text)

    def mark(self, response: Response, desk: Desk) -> MarkedResponse:
        face = desk.face
        face.heading("Model answer")
        face.contents(self._solution)
        face.heading("Which points did you make?")
        made = []
        for number, point in enumerate(self._points, 1):
            if number > 1:
                face.gap()
            face.choices([(str(number), Prose(point.text))])
            face.account(Account(point.evidence, unproven=point.unproven))
            if self._has_made(desk):
                made.append(point.id)
        # The text itself is not marked: the response is which points it makes.
        return MarkedResponse(made, mark(self.input, made))

    def mark_given(self, response: Response, desk: Desk) -> MarkedResponse:
        return MarkedResponse(response, mark(self.input, response))

    def given(self, response: Response) -> str:
        return f"{len(several(response))} of {len(self._points)} points"

    def so_far(self, response: Response) -> str:
        return str(response)

    def key(self) -> str:
        return ""

    def accounts(self, response: Response, mark: Mark) -> list[Account]:
        return []  # each point was shown with its own

    def _has_made(self, desk: Desk) -> bool:
        while True:
            typed = desk.reader.key("  Did you make this point (y/n)? ").strip().lower()
            if typed in ("y", "yes", "n", "no"):
                return typed.startswith("y")
            if COMMANDS.get(typed) == "quit":
                raise Quit
            desk.face.say("Type y if you made this point, n if you did not, or q to quit.")
