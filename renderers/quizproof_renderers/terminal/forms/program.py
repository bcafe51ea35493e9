"""A program to write."""

from __future__ import annotations

from quizproof.comparison.outputs import fold_program
from quizproof.displays import Code, ProgramInput
from quizproof.errors import CannotVerify
from quizproof.marking.attempt import judge, program_of
from quizproof.marking.mark import MalformedResponse, Mark, NeverRun, Response, mark
from quizproof_renderers.terminal.faces.base import Account, Face, Part, Standing
from quizproof_renderers.terminal.forms.base import COMMANDS, Desk, Form, MarkedResponse, mistaken
from quizproof_renderers.terminal.forms.files import named_to_write, read_program
from quizproof_renderers.terminal.reader import Reader
from quizproof_renderers.text import plural, sentence

EDIT, FILE = "e", "f "
"""What is typed to open an editor, and before the path of a file."""


class ProgramForm(Form):
    """A program from an editor, a file or the keyboard. It is run to be marked, unless proving has run an equal one."""

    how = (
        "To answer, type e to write in your editor, f and a path to read a file, or type the program itself and end "
        "it with a line that is only a full stop. To write the start of it to a file, type w and a path."
    )

    def __init__(self, input_: ProgramInput) -> None:
        super().__init__(input_)
        self._task = input_
        self._draft = input_.starter

    @property
    def starter(self) -> str:
        return self._task.starter

    def show(self, face: Face) -> None:
        if self._task.starter.strip():
            face.contents([Code(self._task.starter, "Start from")])
            face.gap()
        face.say("Your program must pass these checks, in order:")
        for number, check in enumerate(self._task.checks, 1):
            name = f"{number}. {check.name}"
            if check.hidden:
                face.say(f"{name} (its code is hidden)")
            else:
                face.contents([Code(check.source, name)])
        face.gap()
        face.note(self.how)
        face.gap()

    def ask(self, reader: Reader) -> str:
        typed = reader.lines(
            "  Your program (e, f PATH, or lines up to one that is only a full stop):",
            ".",
            _is_alone,
        )
        if typed.strip().lower() == EDIT:
            return reader.edit(self._draft, ".py")
        return typed

    def read(self, text: str) -> Response:
        source = read_program(text.strip()[len(FILE) :].strip()) if _names_file(text) else text
        if not fold_program(source):
            raise MalformedResponse("write a program, or type s to skip the question")
        self._draft = source  # what the editor opens with when the learner has to answer again
        return source

    def mark(self, response: Response, desk: Desk) -> MarkedResponse:
        source = str(response)
        try:
            result = mark(self._task, source)
        except NeverRun:  # no equal program was run when the bank was proven
            run = self._run(source, desk)
            if run is None:
                return MarkedResponse(response, None)
            result = run
        return MarkedResponse(response, result, self._checks(result))

    def _run(self, source: str, desk: Desk) -> Mark | None:
        """The mark of a program that has to be run; None where it cannot be."""
        if desk.run is None:
            desk.face.say("Your program cannot be run here.")
            return None
        program = program_of(self._task, source)
        desk.face.say("Running your program.")
        outcome = desk.run(program)
        try:
            return judge(self._task, program, outcome)
        except CannotVerify as error:
            # A fault is ours, so the answer does not count; what the machine lacks will be missing again.
            if outcome.status == "fault":
                raise MalformedResponse(f"{error}; this is not your fault, so try again") from None
            desk.face.say(sentence(str(error)))
            return None

    def _checks(self, mark: Mark) -> list[Part]:
        """Every check, with whether the program passed it. Those after the first that fails are not reached."""
        passed = round(mark.score * len(self._task.checks))
        parts = []
        for index, check in enumerate(self._task.checks):
            standing: Standing = "right" if index < passed else "wrong" if index == passed else "not reached"
            parts.append(Part(str(index + 1), standing, check.name))
        return parts

    def total(self, response: Response, mark: Mark) -> int:
        return len(self._task.checks)

    def given(self, response: Response) -> str:
        return str(response)

    def so_far(self, response: Response) -> str:
        return f"a program of {plural(str(response).count(chr(10)) + 1, 'line')}"

    def recall(self, text: str, reader: Reader) -> None:
        if not _is_alone(text):
            self._draft = text
        super().recall(text, reader)

    def key(self) -> str:
        return ""  # one solution of many

    def accounts(self, response: Response, mark: Mark) -> list[Account]:
        return mistaken(mark, None)


def _is_alone(line: str) -> bool:
    """Whether a first line is a command rather than the start of a program."""
    return line.strip().lower() in (*COMMANDS, EDIT) or _names_file(line) or bool(named_to_write(line))


def _names_file(text: str) -> bool:
    """Whether it is `f PATH`, and not a line of Python such as `f = 1`."""
    # An equals sign makes it Python, so a path that holds one cannot be given here.
    return text.lstrip().startswith(FILE) and "\n" not in text.strip() and "=" not in text
