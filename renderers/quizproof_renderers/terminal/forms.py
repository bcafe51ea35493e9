"""Forms: one for each way of answering. A form shows what can be answered, asks, and reads what was typed."""

from __future__ import annotations

import random
import re
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import replace
from typing import Literal, TypeAlias, assert_never

from quizproof.blocks import Display, Evidence, LineInput, NumberInput, Option, Options, Output, TextInput
from quizproof.compare import fold
from quizproof.marking import MalformedResponse, Mark, Response
from quizproof_renderers.terminal.faces import Face, Told
from quizproof_renderers.terminal.reader import Reader
from quizproof_renderers.text import one_line

Command: TypeAlias = Literal["help", "skip", "quit"]

COMMANDS: dict[str, Command] = {"?": "help", "s": "skip", "q": "quit"}
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

_ESCAPED = re.compile(r"\\[sq?]")


class Form(ABC):
    """What is common to all ways of answering."""

    how: str
    """How to answer, for the help."""

    @abstractmethod
    def show(self, face: Face) -> None:
        """Show what stands between the prompt and the answer."""

    @abstractmethod
    def ask(self, reader: Reader) -> str:
        """What the learner typed. Raises what the reader raises."""

    @abstractmethod
    def read(self, text: str) -> Response:
        """The response that was typed. Raises MalformedResponse when it is none."""

    @abstractmethod
    def given(self, response: Response) -> str:
        """A response in the learner's terms, for the table at the end."""

    @abstractmethod
    def key(self) -> str:
        """The right answer in the learner's terms."""

    @abstractmethod
    def told(self, response: Response, mark: Mark) -> list[Told]:
        """What the runs behind the question did."""

    def feedback(self, mark: Mark) -> str:
        """What to say to the response itself, as Markdown."""
        return mark.feedback

    def command(self, text: str) -> Command | None:
        """The command that was typed, if it is one."""
        return COMMANDS.get(text.strip().lower())


def form_for(display: Display, draw: random.Random) -> Form:
    """The form for a question. `draw` decides the order of options."""
    match display.input:
        case Options() as options:
            return OptionsForm(options, display.evidence, draw)
        case NumberInput() as number:
            return NumberForm(number, display)
        case TextInput() as text:
            return TextForm(text, display)
        case LineInput() as line:
            return LineForm(line, display)
        case never:
            assert_never(never)


class OptionsForm(Form):
    """Options under letters, in the order drawn."""

    def __init__(self, shown: Options, evidence: Evidence | None, draw: random.Random) -> None:
        self._multiple = shown.multiple
        self._evidence = evidence
        order = list(shown.options)
        draw.shuffle(order)
        self._options = dict(zip(LETTERS, order, strict=False))
        letters = _listed(list(self._options))
        self._choices = f"choose all that are right of {letters}" if shown.multiple else f"choose {letters}"
        self.how = f"To answer, {self._choices}" + (", such as A,C." if shown.multiple else ".")

    def show(self, face: Face) -> None:
        face.choices([(letter, option.content) for letter, option in self._options.items()])
        face.gap()

    def ask(self, reader: Reader) -> str:
        letters = "/".join(self._options)
        if self._multiple:
            return reader.line(f"  All that are right ({letters}, with commas): ")
        return reader.key(f"  Your answer ({letters}): ")

    def command(self, text: str) -> Command | None:
        return None if text.strip().upper() in self._options else super().command(text)

    def read(self, text: str) -> Response:
        typed = text.upper()
        letters = re.findall(r"[A-Z]", typed)
        if not letters or re.search(r"[^A-Z,;\s]", typed) or not set(letters) <= set(self._options):
            raise MalformedResponse(f"please {self._choices}")
        if len(letters) > 1 and not self._multiple:
            raise MalformedResponse("please choose one option only")
        return [self._options[letter].id for letter in dict.fromkeys(letters)]

    def given(self, response: Response) -> str:
        return _listed([letter for letter, option in self._options.items() if option.id in _ids(response)], "and")

    def key(self) -> str:
        return _listed([letter for letter, option in self._options.items() if option.correct], "and")

    def feedback(self, mark: Mark) -> str:
        return ""  # stands with the option, among those of the others

    def told(self, response: Response, mark: Mark) -> list[Told]:
        told = [
            Told(
                letter,
                option.correct,
                option.id in _ids(response),
                _new_to_reader(option),
                option.feedback,
                option.unproven,
            )
            for letter, option in self._options.items()
        ]
        runs = [option.evidence for option in self._options.values()]
        if runs[0] and all(run == runs[0] for run in runs):
            # All options are about one program: its run is told once.
            told = [Told("", None, False, runs[0]), *(replace(one, evidence=None) for one in told)]
        elif self._evidence and self._evidence not in runs:
            told.insert(0, Told("", None, False, self._evidence))
        return told


class NumberForm(Form):
    """A number to type."""

    how = "To answer, type a number, such as 12, 0.5, 1e-3 or 3/4."

    def __init__(self, shown: NumberInput, display: Display) -> None:
        self._shown = shown
        self._evidence = display.evidence

    def show(self, face: Face) -> None:
        pass

    def ask(self, reader: Reader) -> str:
        unit = f" in {one_line(self._shown.unit)}" if self._shown.unit else ""
        return reader.line(f"  Your answer{unit}: ")

    def read(self, text: str) -> Response:
        return _something(text.strip())

    def given(self, response: Response) -> str:
        return str(response)

    def key(self) -> str:
        return f"{self._shown.display} {self._shown.unit}".strip()

    def told(self, response: Response, mark: Mark) -> list[Told]:
        return _mistaken(mark, self._evidence)


class TextForm(Form):
    """An output to type, over several lines where it has several."""

    def __init__(self, shown: TextInput, display: Display) -> None:
        self._shown = shown
        self._evidence = display.evidence
        lines = fold(shown.accepted).split("\n")
        self._end = "" if all(line.strip() for line in lines) else "."
        finish = "an empty line" if not self._end else "a line that is only a full stop"
        self._finish = f"end with {finish} or Ctrl-D"
        self.how = "To answer, type what the program prints"
        self.how += f"; {self._finish}." if shown.multiline else "."
        self.how += " Should it print s, q or ?, put a backslash before it: \\s."

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
        bare = text.strip()
        return bare[1:] if _ESCAPED.fullmatch(bare) else _something(text)

    def given(self, response: Response) -> str:
        return str(response)

    def key(self) -> str:
        return self._shown.accepted

    def told(self, response: Response, mark: Mark) -> list[Told]:
        return _mistaken(mark, self._evidence)


class LineForm(Form):
    """A line to pick."""

    def __init__(self, shown: LineInput, display: Display) -> None:
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
        return _something(text.strip())

    def given(self, response: Response) -> str:
        return f"line {response}"

    def key(self) -> str:
        return f"line {' or '.join(map(str, self._shown.correct))}"

    def told(self, response: Response, mark: Mark) -> list[Told]:
        return _mistaken(mark, self._evidence)


def _something(text: str) -> str:
    if not text.strip():
        raise MalformedResponse("please type an answer, or s to skip the question")
    return text


def _ids(response: Response) -> Sequence[str]:
    return [response] if isinstance(response, str) else response if isinstance(response, Sequence) else []


def _listed(words: list[str], link: str = "or") -> str:
    return f" {link} ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def _new_to_reader(option: Option) -> Evidence | None:
    """An option's evidence without an output that the option itself has just stated."""
    told = option.evidence
    if told and not told.code and isinstance(option.content, Output) and fold(told.stdout) == fold(option.content.text):
        return replace(told, stdout="")
    return told


def _mistaken(mark: Mark, evidence: Evidence | None) -> list[Told]:
    """The run behind the mistake that was made, then the question's own."""
    return [Told("", None, False, run) for run in (mark.evidence, evidence) if run]
