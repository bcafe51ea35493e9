"""What is common to all ways of answering: the form, its commands, and the words they are typed with."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal, TypeAlias

from quizproof.comparison.tolerance import Tolerance
from quizproof.displays import Evidence, Input
from quizproof.marking.mark import MalformedResponse, Mark, Response, mark
from quizproof_renderers.terminal.faces.base import Account, Face, Part
from quizproof_renderers.terminal.reader import Reader
from quizproof_renderers.text import listed

if TYPE_CHECKING:
    from quizproof.claims import Program
    from quizproof.outcome import Outcome

Command: TypeAlias = Literal["help", "hint", "skip", "back", "flag", "quit"]

COMMANDS: dict[str, Command] = {
    "?": "help",
    "h": "hint",
    "s": "skip",
    "b": "back",
    "<": "back",
    "!": "flag",
    "q": "quit",
}
"""What is typed for each. Where `b` is an option, `<` goes back."""
ESCAPE = f"If your answer is just {listed([*COMMANDS], 'or')}, type a backslash before it: \\s."

_ESCAPED = re.compile(rf"\\[{re.escape(''.join(COMMANDS))}]")


class Quit(Exception):
    """The learner has asked to quit."""


@dataclass(frozen=True)
class Desk:
    """What a form may use to mark an answer: the learner, and the sandbox."""

    face: Face
    reader: Reader
    run: Callable[[Program], Outcome] | None = None
    """Runs a program under the quiz's runtime; None where nothing can be run."""


@dataclass(frozen=True)
class MarkedResponse:
    """A response with its mark."""

    response: Response
    """As marking takes it."""
    mark: Mark | None
    """None when it could not be marked."""
    parts: Sequence[Part] = field(default=())
    """Its parts, where they are right or wrong on their own."""


class Form(ABC):
    """One way of answering. A form shows what can be answered, asks, reads what was typed, and marks it."""

    how: str
    """How to answer, for the help."""
    shows_solution = False
    """Whether learners see the solution before the answer is marked, because they mark it themselves."""

    def __init__(self, input_: Input) -> None:
        self.input = input_

    def restart(self) -> None:  # noqa: B027 - most forms keep nothing
        """Forget what was typed, before the question is answered again."""

    @property
    def starter(self) -> str:
        """A program to start from, which can be written to a file; empty where there is none."""
        return ""

    @abstractmethod
    def show(self, face: Face) -> None:
        """Show what is between the prompt and the answer, such as options."""

    @abstractmethod
    def ask(self, reader: Reader) -> str:
        """What the learner typed. Raises what the reader raises."""

    @abstractmethod
    def read(self, text: str) -> Response | None:
        """The response that was typed; None when another part of it must be asked for.

        text  what `ask` gave, and no command

        Raises MalformedResponse when it cannot be marked.
        """

    @abstractmethod
    def given(self, response: Response) -> str:
        """A response in the learner's terms, for the table at the end."""

    def so_far(self, response: Response) -> str:
        """A response that is not marked yet, in the learner's terms. `response` is as `read` gave it."""
        return self.given(response)

    def recall(self, text: str, reader: Reader) -> None:
        """Let the learner go on from what was typed before the test was left."""
        reader.prefill(text)

    @abstractmethod
    def key(self) -> str:
        """The right answer in the learner's terms; empty where it takes more than a line."""

    @abstractmethod
    def accounts(self, response: Response, mark: Mark) -> list[Account]:
        """What the runs behind the question did, in the order in which it is shown."""

    def total(self, response: Response, mark: Mark) -> int:
        """The number of parts that an answer has, each with the same share of the score."""
        return len(mark.right) or 1

    def mark(self, response: Response, desk: Desk) -> MarkedResponse:
        """Mark what was read.

        response  what `read` gave
        desk      for forms that ask more, or that run a program

        Raises MalformedResponse when the learner has to answer again.
        """
        return MarkedResponse(response, mark(self.input, response))

    def mark_given(self, response: Response, desk: Desk) -> MarkedResponse:
        """The same for a response of which nobody can be asked more. `response` is as marking takes it."""
        return self.mark(response, desk)

    def correction(self) -> str:
        """What to say after an answer that is not right, in a sentence; empty where it is shown below."""
        key = self.key()
        return f"The answer is {key}." if key and "\n" not in key else ""

    def feedback(self, mark: Mark) -> str:
        """What to say to the response itself, as Markdown."""
        return mark.feedback

    def command(self, text: str) -> Command | None:
        """The command that was typed, if it is one."""
        return COMMANDS.get(text.strip().lower())

    def checked(self, response: Response) -> Response:
        """The response, if it can be marked. Raises MalformedResponse otherwise."""
        mark(self.input, response)
        return response


def something(text: str) -> str:
    """What was typed. Raises MalformedResponse when that is nothing."""
    if not text.strip():
        raise MalformedResponse("type an answer, or s to skip the question")
    return text


def tolerated(tolerance: Tolerance | None) -> str:
    """By how much numbers in an output may differ, in words; empty when they may not."""
    return f"numbers may differ by {tolerance}" if tolerance else ""


def unescaped(text: str) -> str:
    """What was typed, without the backslash before an answer that looks like a command."""
    bare = text.strip()
    return bare[1:] if _ESCAPED.fullmatch(bare) else something(text)


def several(response: Response) -> Sequence[str]:
    """The parts of a response."""
    return [response] if isinstance(response, str) else response if isinstance(response, Sequence) else []


def mistaken(mark: Mark, evidence: Evidence | None) -> list[Account]:
    """Accounts of the run behind the mistake that was made, then of the question's own."""
    return [Account(run) for run in (mark.evidence, evidence) if run]


def compared(mark: Mark, evidence: Evidence | None) -> list[Account]:
    """The same, where the question's own run is that of the right answer."""
    if evidence and not mark.correct:
        evidence = replace(evidence, summary=f"The right answer: {evidence.summary}")
    return mistaken(mark, evidence)
