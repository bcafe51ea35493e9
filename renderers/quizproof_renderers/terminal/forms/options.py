"""Options to choose from."""

from __future__ import annotations

import random
import re
from dataclasses import replace

from quizproof.comparison.outputs import fold
from quizproof.displays import Evidence, Option, Options, Output
from quizproof.marking.mark import MalformedResponse, Mark, Response
from quizproof_renderers.shuffling import letters
from quizproof_renderers.terminal.faces.base import Account, Face
from quizproof_renderers.terminal.forms.base import Command, Form, several, tolerated
from quizproof_renderers.terminal.reader import Reader
from quizproof_renderers.text import listed


class OptionsForm(Form):
    """Options under letters, shuffled."""

    def __init__(self, input_: Options, evidence: Evidence | None, draw: random.Random) -> None:
        super().__init__(input_)
        self._multiple = input_.multiple
        self._evidence = evidence
        self._tolerated = tolerated(input_.tolerance)
        order = list(input_.options)
        draw.shuffle(order)
        self._options = dict(zip(letters(), order, strict=False))
        any_letter = listed(list(self._options), "or")
        if input_.multiple:
            self._choices = f"type the letters of all right options: {any_letter}"
            self.how = "To answer, type the letters of all right options, separated by commas."
        else:
            self._choices = f"type {any_letter}"
            self.how = f"To answer, {self._choices}."
            if input_.any_right:
                self.how = f"Several options are right. {self.how[:-1]}: one that is right is enough."

    def show(self, face: Face) -> None:
        face.choices([(letter, option.content) for letter, option in self._options.items()])
        face.gap()

    def ask(self, reader: Reader) -> str:
        choices = "/".join(self._options)
        if self._multiple:
            return reader.line(f"  All right options ({choices}, separated by commas): ")
        within = f"; {self._tolerated}" if self._tolerated else ""
        return reader.key(f"  Your answer ({choices}{within}): ")

    def command(self, text: str) -> Command | None:
        # With eight options or more, H is one of them, and with nineteen S.
        return None if text.strip().upper() in self._options else super().command(text)

    def read(self, text: str) -> Response:
        typed = text.upper()
        chosen = re.findall(r"[A-Z]", typed)
        if not chosen or re.search(r"[^A-Z,;\s]", typed) or not set(chosen) <= set(self._options):
            raise MalformedResponse(self._choices)
        if len(chosen) > 1 and not self._multiple:
            raise MalformedResponse("type one letter only")
        # A letter that was typed twice counts once.
        return [self._options[letter].id for letter in dict.fromkeys(chosen)]

    def given(self, response: Response) -> str:
        return listed([letter for letter, option in self._options.items() if option.id in several(response)])

    def key(self) -> str:
        right = [letter for letter, option in self._options.items() if option.correct]
        return listed(right, "and" if self._multiple else "or")

    def total(self, response: Response, mark: Mark) -> int:
        return sum(option.correct for option in self._options.values()) if self._multiple else 1

    def feedback(self, mark: Mark) -> str:
        return ""  # it is shown with the option

    def accounts(self, response: Response, mark: Mark) -> list[Account]:
        accounts = [
            Account(
                _new_to_reader(option),
                label=letter,
                right=option.correct,
                chosen=option.id in several(response),
                feedback=option.feedback,
                unproven=option.unproven,
            )
            for letter, option in self._options.items()
        ]
        runs = [option.evidence for option in self._options.values()]
        if runs[0] and all(run == runs[0] for run in runs):
            # All options are about one program: its run is shown once.
            accounts = [Account(runs[0]), *(replace(account, evidence=None) for account in accounts)]
        elif self._evidence and self._evidence not in runs:
            accounts.insert(0, Account(self._evidence))
        return accounts


def _new_to_reader(option: Option) -> Evidence | None:
    """An option's evidence, without an output that is the option itself, which was just read."""
    evidence, content = option.evidence, option.content
    if not evidence or evidence.code or not isinstance(content, Output):
        return evidence
    return replace(evidence, stdout="") if fold(evidence.stdout) == fold(content.text) else evidence
