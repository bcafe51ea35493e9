"""A program with blanks to fill."""

from __future__ import annotations

from collections.abc import Sequence

from quizproof.displays import Blanks, Display
from quizproof.marking.attempt import filled_program
from quizproof.marking.mark import Mark, NeverRun, Response, mark
from quizproof.marking.recognition import beside
from quizproof.marking.scoring import even_share
from quizproof.outcome import LOST
from quizproof_renderers.terminal.faces.base import Account, Face, Part
from quizproof_renderers.terminal.forms.base import (
    COMMANDS,
    ESCAPE,
    Command,
    Desk,
    Form,
    MarkedResponse,
    compared,
    several,
    unescaped,
)
from quizproof_renderers.terminal.reader import Reader


class BlanksForm(Form):
    """A program with blanks, which are filled one by one."""

    how = f"To answer, type what belongs in each blank, one blank at a time. {ESCAPE}"

    def __init__(self, input_: Blanks, display: Display) -> None:
        super().__init__(input_)
        self._form = input_
        self._blanks = input_.blanks
        self._source = input_.source
        self._evidence = display.evidence
        self._typed: list[str] = []

    def restart(self) -> None:
        self._typed = []

    def show(self, face: Face) -> None:
        face.blanks(self._source, [blank.name for blank in self._blanks])
        face.gap()

    def ask(self, reader: Reader) -> str:
        return reader.line(f"  Blank {len(self._typed) + 1} of {len(self._blanks)}: ")

    def command(self, text: str) -> Command | None:
        # Capitals are no commands here: they may well be the answer.
        return COMMANDS.get(text.strip())

    def read(self, text: str) -> Response | None:
        # The session asks again, for the next blank, as long as this returns None.
        self._typed.append(unescaped(text).strip())
        return self._typed if len(self._typed) == len(self._blanks) else None

    def mark(self, response: Response, desk: Desk) -> MarkedResponse:
        try:
            result = mark(self.input, response)
        except NeverRun as error:  # the program was never run with one of these texts
            run = self._run(several(response), error.right, desk)
            if run is None:
                return MarkedResponse(response, None)
            result = run
        filled = zip(several(response), self._blanks, result.right, strict=True)
        parts = [
            Part(str(number), "right" if right else "wrong", text, "" if right else blank.accepted[0])
            for number, (text, blank, right) in enumerate(filled, 1)
        ]
        return MarkedResponse(response, result, parts)

    def _run(self, texts: Sequence[str], known: Sequence[bool | None], desk: Desk) -> Mark | None:
        """The mark of texts that have to be run, each beside accepted ones; None where they cannot be."""
        if desk.run is None:
            desk.face.say("Your program cannot be run here.")
            return None
        desk.face.say("Running your program.")
        right = []
        for index, was_right in enumerate(known):
            program = filled_program(self._form, beside(self._form, index, texts[index]))
            outcome = desk.run(program) if was_right is None else None
            if outcome and outcome.status in LOST:
                desk.face.say(f"Your program could not be run: {outcome.detail}.")
                return None
            right.append(bool(was_right) if outcome is None else outcome.status == "finished")
        return Mark(even_share(right), right=tuple(right))

    def correction(self) -> str:
        return ""  # it is shown with each blank

    def given(self, response: Response) -> str:
        return "; ".join(several(response))

    def key(self) -> str:
        return "; ".join(blank.accepted[0] for blank in self._blanks)

    def accounts(self, response: Response, mark: Mark) -> list[Account]:
        return compared(mark, self._evidence)
