"""A program with gaps to fill."""

from __future__ import annotations

from quizproof.displays import Blanks, Display
from quizproof.marking.mark import Mark, Response, mark
from quizproof_renderers.terminal.forms.base import (
    COMMANDS,
    ESCAPE,
    Command,
    Desk,
    Form,
    Marked,
    compared,
    several,
    unescaped,
)
from quizproof_renderers.terminal.reader import Reader
from quizproof_renderers.terminal.views import Face, Part, Told


class BlanksForm(Form):
    """A program with gaps, which are filled one by one."""

    how = f"To answer, type what stands in each gap, one after the other. {ESCAPE}"

    def __init__(self, shown: Blanks, display: Display) -> None:
        super().__init__(shown)
        self._blanks = shown.blanks
        self._source = shown.source
        self._evidence = display.evidence
        self._typed: list[str] = []

    def show(self, face: Face) -> None:
        face.gapped(self._source, [blank.name for blank in self._blanks])
        face.gap()

    def ask(self, reader: Reader) -> str:
        return reader.line(f"  Blank {len(self._typed) + 1} of {len(self._blanks)}: ")

    def command(self, text: str) -> Command | None:
        # Not in capitals: those may well be the answer.
        return COMMANDS.get(text.strip())

    def read(self, text: str) -> Response | None:
        self._typed.append(unescaped(text).strip())
        return self._typed if len(self._typed) == len(self._blanks) else None

    def mark(self, response: Response, desk: Desk) -> Marked:
        result = mark(self.input, response)
        filled = zip(several(response), self._blanks, result.right, strict=True)
        parts = [
            Part(str(number), "right" if right else "wrong", text, "" if right else blank.accepted[0])
            for number, (text, blank, right) in enumerate(filled, 1)
        ]
        return Marked(response, result, parts)

    def correction(self) -> str:
        return ""  # stands with each blank

    def given(self, response: Response) -> str:
        return "; ".join(several(response))

    def key(self) -> str:
        return "; ".join(blank.accepted[0] for blank in self._blanks)

    def told(self, response: Response, mark: Mark) -> list[Told]:
        return compared(mark, self._evidence)
