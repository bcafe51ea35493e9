"""Options to choose from."""

from __future__ import annotations

import random
import re
from dataclasses import replace

from quizproof.comparison.outputs import fold
from quizproof.displays import Evidence, Option, Options, Output
from quizproof.marking.mark import MalformedResponse, Mark, Response
from quizproof_renderers.shuffling import letters
from quizproof_renderers.terminal.forms.base import Command, Form, listed, several
from quizproof_renderers.terminal.reader import Reader
from quizproof_renderers.terminal.views import Face, Told


class OptionsForm(Form):
    """Options under letters, in the order drawn."""

    def __init__(self, shown: Options, evidence: Evidence | None, draw: random.Random) -> None:
        super().__init__(shown)
        self._multiple = shown.multiple
        self._evidence = evidence
        order = list(shown.options)
        draw.shuffle(order)
        self._options = dict(zip(letters(), order, strict=False))
        choices = listed(list(self._options))
        self._choices = f"choose all that are right of {choices}" if shown.multiple else f"choose {choices}"
        self.how = f"To answer, {self._choices}" + (", such as A,C." if shown.multiple else ".")

    def show(self, face: Face) -> None:
        face.choices([(letter, option.content) for letter, option in self._options.items()])
        face.gap()

    def ask(self, reader: Reader) -> str:
        choices = "/".join(self._options)
        if self._multiple:
            return reader.line(f"  All that are right ({choices}, with commas): ")
        return reader.key(f"  Your answer ({choices}): ")

    def command(self, text: str) -> Command | None:
        return None if text.strip().upper() in self._options else super().command(text)

    def read(self, text: str) -> Response:
        typed = text.upper()
        chosen = re.findall(r"[A-Z]", typed)
        if not chosen or re.search(r"[^A-Z,;\s]", typed) or not set(chosen) <= set(self._options):
            raise MalformedResponse(f"please {self._choices}")
        if len(chosen) > 1 and not self._multiple:
            raise MalformedResponse("please choose one option only")
        return [self._options[letter].id for letter in dict.fromkeys(chosen)]

    def given(self, response: Response) -> str:
        return listed([letter for letter, option in self._options.items() if option.id in several(response)], "and")

    def key(self) -> str:
        return listed([letter for letter, option in self._options.items() if option.correct], "and")

    def total(self, response: Response, mark: Mark) -> int:
        return sum(option.correct for option in self._options.values()) if self._multiple else 1

    def feedback(self, mark: Mark) -> str:
        return ""  # stands with the option, among those of the others

    def told(self, response: Response, mark: Mark) -> list[Told]:
        told = [
            Told(
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
            # All options are about one program: its run is told once.
            told = [Told(runs[0]), *(replace(one, evidence=None) for one in told)]
        elif self._evidence and self._evidence not in runs:
            told.insert(0, Told(self._evidence))
        return told


def _new_to_reader(option: Option) -> Evidence | None:
    """An option's evidence without an output that the option itself has just stated."""
    told = option.evidence
    if told and not told.code and isinstance(option.content, Output) and fold(told.stdout) == fold(option.content.text):
        return replace(told, stdout="")
    return told
