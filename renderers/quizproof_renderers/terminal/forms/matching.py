"""Items on the left that belong to items on the right."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

from quizproof.displays import Display, Matching
from quizproof.marking.mark import MalformedResponse, Mark, Response, mark
from quizproof_renderers.shuffling import letters
from quizproof_renderers.terminal.faces.base import Account, Face, Part
from quizproof_renderers.terminal.forms.base import Desk, Form, MarkedResponse, compared, several
from quizproof_renderers.terminal.reader import Reader

# A number is optional: letters alone are taken in order.
_PAIR = re.compile(r"(?P<number>\d{0,3})[\s:=-]*(?P<label>[A-Z]+)[\s,;]*")


class MatchingForm(Form):
    """The left side under numbers, in its author's order; the right side under letters, shuffled."""

    def __init__(self, input_: Matching, display: Display, draw: random.Random) -> None:
        super().__init__(input_)
        self._pairs = input_
        self._evidence = display.evidence
        right = list(input_.right)
        draw.shuffle(right)
        self._right = dict(zip(letters(), right, strict=False))
        self._label = {item.id: label for label, item in self._right.items()}
        count = min(len(input_.left), len(right))
        example = list(zip(range(1, count + 1), reversed([*self._right][:count]), strict=True))
        self._example = " ".join(f"{number}{label}" for number, label in example)
        short = " ".join(label for _, label in example)
        self.how = f"To answer, type a letter for each number, such as {self._example}, or the letters alone: {short}."

    def show(self, face: Face) -> None:
        face.choices([(str(number), item.content) for number, item in enumerate(self._pairs.left, 1)])
        face.gap()
        face.choices([(label, item.content) for label, item in self._right.items()])
        face.gap()

    def ask(self, reader: Reader) -> str:
        return reader.line(f"  Your pairs (such as {self._example}): ")

    def read(self, text: str) -> Response:
        typed = text.strip().upper()
        found = list(_PAIR.finditer(typed))
        count = len(self._pairs.left)
        if len(found) == 1 and not found[0]["number"] and len(found[0]["label"]) == count > 1:
            pairs = list(enumerate(found[0]["label"], 1))  # bac, in one word
        elif not found or "".join(match[0] for match in found) != typed:
            raise MalformedResponse(f"type a letter for each number, such as {self._example}")
        else:
            pairs = [(int(match["number"] or index), match["label"]) for index, match in enumerate(found, 1)]
            if len({bool(match["number"]) for match in found}) > 1:
                raise MalformedResponse("give every letter a number, or none")
        # Checked here, because marking knows ids and no letters.
        if unknown := next((label for _, label in pairs if label not in self._right), None):
            raise MalformedResponse(f"there is no {unknown} on the right")
        if sorted(number for number, _ in pairs) != list(range(1, count + 1)):
            raise MalformedResponse(f"give each of the numbers 1 to {count} exactly one letter")
        return self.checked([self._right[label].id for _, label in sorted(pairs)])

    def mark(self, response: Response, desk: Desk) -> MarkedResponse:
        result = mark(self.input, response)
        paired = zip(several(response), self._pairs.key, result.right, strict=True)
        parts = [
            Part(str(number), "right" if right else "wrong", self._label[given], "" if right else self._label[key])
            for number, (given, key, right) in enumerate(paired, 1)
        ]
        return MarkedResponse(response, result, parts)

    def correction(self) -> str:
        return ""  # it is shown with each pair

    def given(self, response: Response) -> str:
        return self._paired(several(response))

    def key(self) -> str:
        return self._paired(self._pairs.key)

    def accounts(self, response: Response, mark: Mark) -> list[Account]:
        return compared(mark, self._evidence)

    def _paired(self, ids: Sequence[str]) -> str:
        return " ".join(f"{number}{self._label[one]}" for number, one in enumerate(ids, 1))
