"""Lines to be put in order."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

from quizproof.displays import Code, Display, Ordering
from quizproof.marking.mark import MalformedResponse, Mark, Response, mark
from quizproof_renderers.shuffling import letters
from quizproof_renderers.terminal.forms.base import Desk, Form, Marked, compared, several
from quizproof_renderers.terminal.reader import Reader
from quizproof_renderers.terminal.views import Face, Part, Standing, Told

INDENT = "    "
"""One level, as it is shown."""


class OrderingForm(Form):
    """Lines under letters, in the order drawn.

    A letter alone is a command, where there is one of that name: who puts lines in order types several.
    """

    def __init__(self, shown: Ordering, display: Display, draw: random.Random) -> None:
        super().__init__(shown)
        self._evidence = display.evidence
        self._indented = shown.indented
        self._orders = shown.orders
        lines = list(shown.lines)
        draw.shuffle(lines)
        self._lines = dict(zip(letters(), lines, strict=False))
        self._label = {line.id: label for label, line in self._lines.items()}
        letter = "[A-Z]" if len(lines) <= 26 else "[A-Z]+"
        self._token = re.compile(rf"(?P<dots>[.>]*)(?P<label>{letter})(?::(?P<level>\d{{1,3}}))?[\s,;]*")
        first, second = list(self._lines)[-1], next(iter(self._lines))
        self._example = f"{first} {second}:1" if shown.indented else f"{first} {second}"
        self.how = f"To answer, type the letters of the lines in their order, such as {first} {second}, and leave out"
        self.how += " lines that do not belong."
        if shown.indented:
            self.how += f" Give the indentation of a line after a colon, or as full stops before it: {second}:2 and"
            self.how += f" ..{second} are the same, and a letter alone stands at the left."

    def show(self, face: Face) -> None:
        face.choices([(label, Code(self._placed(line.id))) for label, line in self._lines.items()])
        face.gap()

    def ask(self, reader: Reader) -> str:
        return reader.line(f"  Lines in order (such as {self._example}): ")

    def read(self, text: str) -> Response:
        found = list(self._token.finditer(text.strip().upper()))
        labelled = [match["label"] for match in found]
        if not found or "".join(match[0] for match in found) != text.strip().upper():
            raise MalformedResponse(f"please type letters in order, such as {self._example}")
        if unknown := next((label for label in labelled if label not in self._lines), None):
            raise MalformedResponse(f"there is no line {unknown}")
        if twice := next((label for label in labelled if labelled.count(label) > 1), None):
            raise MalformedResponse(f"line {twice} can be used once only")
        ids = [self._lines[label].id for label in labelled]
        if not self._indented:
            if any(match["dots"] or match["level"] for match in found):
                raise MalformedResponse("the lines are indented already; please type letters only")
            return self.checked(ids)
        levels = (int(match["level"]) if match["level"] else len(match["dots"]) for match in found)
        return self.checked([f"{name}:{level}" for name, level in zip(ids, levels, strict=True)])

    def mark(self, response: Response, desk: Desk) -> Marked:
        result = mark(self.input, response)
        stand = round(result.score * self.total(response, result))
        parts = []
        for index, given in enumerate(several(response)):
            standing: Standing = "right" if index < stand else "wrong" if index == stand else "not reached"
            parts.append(Part(self._lettered([given]), standing, self._placed(given)))
        return Marked(response, result, parts)

    def total(self, response: Response, mark: Mark) -> int:
        return max([len(several(response)), *map(len, self._orders)])

    def correction(self) -> str:
        count = len(self._orders)
        return f"The answer is {self.key()}." if count == 1 else f"One of {count:,} right orders is {self.key()}."

    def given(self, response: Response) -> str:
        return self._lettered(several(response))

    def key(self) -> str:
        return self._lettered(self._orders[0]) if self._orders else ""

    def told(self, response: Response, mark: Mark) -> list[Told]:
        return compared(mark, self._evidence)

    def _lettered(self, ids: Sequence[str]) -> str:
        """Ids as letters, with the levels that are not 0."""
        words = []
        for one in ids:
            name, _, level = one.partition(":")
            words.append(self._label[name] + (f":{level}" if level.strip("0") else ""))
        return " ".join(words)

    def _placed(self, given: str) -> str:
        """The text of a line, indented as far as that is known: by its author, or by who answers."""
        name, _, level = given.partition(":")
        line = self._lines[self._label[name]]
        return INDENT * (int(level or 0) if self._indented else line.indent) + line.source
