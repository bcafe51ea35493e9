"""Lines to be put in order."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

from quizproof.displays import Code, Display, Ordering
from quizproof.marking.attempt import judge_order, ordered_program
from quizproof.marking.mark import MalformedResponse, Mark, NeverRun, Response, mark
from quizproof.outcome import LOST
from quizproof_renderers.shuffling import letters
from quizproof_renderers.terminal.faces.base import Account, Face, Part, Standing
from quizproof_renderers.terminal.forms.base import Desk, Form, MarkedResponse, compared, several
from quizproof_renderers.terminal.reader import Reader
from quizproof_renderers.text import sentence

INDENT = "    "
"""One level of indentation on the screen."""


class OrderingForm(Form):
    """Lines under letters, shuffled.

    A letter alone is a command where there is one of that name: an order has several letters.
    """

    def __init__(self, input_: Ordering, display: Display, draw: random.Random) -> None:
        super().__init__(input_)
        self._ordering = input_
        self._evidence = display.evidence
        self._indented = input_.indented
        self._orders = input_.orders
        lines = list(input_.lines)
        draw.shuffle(lines)
        self._lines = dict(zip(letters(), lines, strict=False))
        self._label = {line.id: label for label, line in self._lines.items()}
        # Beyond 26 lines some labels have two letters, so letters without spaces between them are one label.
        letter = "[A-Z]" if len(lines) <= 26 else "[A-Z]+"
        self._token = re.compile(rf"(?P<dots>[.>]*)(?P<label>{letter})(?::(?P<level>\d{{1,3}}))?[\s,;]*")
        first, second = list(self._lines)[-1], next(iter(self._lines))
        self._example = f"{first} {second}:1" if input_.indented else f"{first} {second}"
        self.how = (
            f"To answer, type the letters of the lines in order, such as {first} {second}. Leave out lines that do"
        )
        self.how += " not belong."
        if input_.indented:
            self.how += (
                f" Indent a line with a number after a colon, or with full stops before the letter: {second}:2 and"
            )
            self.how += f" ..{second} both mean two levels, and {second} alone means none."

    def show(self, face: Face) -> None:
        face.choices([(label, Code(self._placed(line.id))) for label, line in self._lines.items()])
        face.gap()

    def ask(self, reader: Reader) -> str:
        return reader.line(f"  Lines in order (such as {self._example}): ")

    def read(self, text: str) -> Response:
        found = list(self._token.finditer(text.strip().upper()))
        labelled = [match["label"] for match in found]
        if not found or "".join(match[0] for match in found) != text.strip().upper():
            raise MalformedResponse(f"type letters in order, such as {self._example}")
        if unknown := next((label for label in labelled if label not in self._lines), None):
            raise MalformedResponse(f"there is no line {unknown}")
        if twice := next((label for label in labelled if labelled.count(label) > 1), None):
            raise MalformedResponse(f"line {twice} can be used once only")
        ids = [self._lines[label].id for label in labelled]
        if not self._indented:
            if any(match["dots"] or match["level"] for match in found):
                raise MalformedResponse("the lines are indented already; type letters only")
            return self.checked(ids)
        levels = (int(match["level"]) if match["level"] else len(match["dots"]) for match in found)
        return self.checked([f"{name}:{level}" for name, level in zip(ids, levels, strict=True)])

    def mark(self, response: Response, desk: Desk) -> MarkedResponse:
        try:
            result, is_known = mark(self.input, response), True
        except NeverRun as error:  # nobody has tried this order, and no rule says that it is wrong
            if error.otherwise is None or desk.run is None:
                desk.face.say("Your order cannot be run here.")
                return MarkedResponse(response, None)
            result, is_known = error.otherwise, False
        if not result.correct and desk.run:
            desk.face.say("Running your order.")
            program = ordered_program(self._ordering, several(response))
            outcome = desk.run(program)
            if not is_known and outcome.status in LOST:
                desk.face.say(sentence(f"your order could not be run: {outcome.detail}"))
                return MarkedResponse(response, None)
            result = judge_order(self._ordering, several(response), program, outcome, result)
        parts = []
        for given, right in zip(several(response), result.right, strict=True):
            standing: Standing = "right" if right else "wrong"
            parts.append(Part(self._lettered([given]), standing, self._placed(given)))
        return MarkedResponse(response, result, parts)

    def total(self, response: Response, mark: Mark) -> int:
        return max([len(several(response)), *map(len, self._orders)])

    def correction(self) -> str:
        count = len(self._orders)
        return f"The answer is {self.key()}." if count == 1 else f"One of {count:,} right orders is {self.key()}."

    def given(self, response: Response) -> str:
        return self._lettered(several(response))

    def key(self) -> str:
        return self._lettered(self._orders[0]) if self._orders else ""

    def accounts(self, response: Response, mark: Mark) -> list[Account]:
        return compared(mark, self._evidence)

    def _lettered(self, ids: Sequence[str]) -> str:
        """Ids as letters, with the levels that are not 0."""
        labels = []
        for one in ids:
            name, _, level = one.partition(":")
            labels.append(self._label[name] + (f":{level}" if level.strip("0") else ""))
        return " ".join(labels)

    def _placed(self, given: str) -> str:
        """The text of a line, indented as its author did, or as the learner has where that is part of the answer."""
        name, _, level = given.partition(":")
        line = self._lines[self._label[name]]
        return INDENT * (int(level or 0) if self._indented else line.indent) + line.source
