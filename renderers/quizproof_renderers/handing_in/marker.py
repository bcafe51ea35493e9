"""The marker: responses of sheets become marks, as the self-test marks them; programs are run in the same sandbox."""

from __future__ import annotations

import io
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal, TypeAlias

from quizproof.displays import Display, Input, OpenInput, Options, Ordering, Point
from quizproof.errors import CannotVerify
from quizproof.marking.mark import MalformedResponse, NeverRun, Response, mark
from quizproof.proof import BlockProof, QuizProof
from quizproof_renderers.handing_in.response_file import GivenResponse, ResponseFile
from quizproof_renderers.handing_in.sheet import Asked, fit_blocks, salt_of, sheet_of, to_author
from quizproof_renderers.terminal.faces.plain import PlainFace
from quizproof_renderers.terminal.forms.base import Desk
from quizproof_renderers.terminal.forms.dispatch import form_for
from quizproof_renderers.terminal.questioning.setting import Runner
from quizproof_renderers.terminal.reader import reader_for

Standing: TypeAlias = Literal["right", "partly", "wrong", "unanswered", "unmarked"]


@dataclass(frozen=True)
class Marking:
    """The mark of one response."""

    standing: Standing
    score: float | None
    """0 to 1; None where it could not be marked."""
    response: Response | None
    """In the author's names, as marking takes it; None where nothing was answered."""
    feedback: str = ""
    """Markdown."""
    note: str = ""
    """Why it is unmarked, or what else a teacher should know."""


@dataclass(frozen=True)
class Item:
    """A question of a sheet with all that marking needs."""

    quiz: QuizProof
    block: BlockProof
    display: Display
    asked: Asked
    draw: str = ""
    """The draw of the sheet."""

    @property
    def salt(self) -> str:
        """What the names of its options, lines and matches depend on."""
        return salt_of(self.quiz.id, self.draw)

    @property
    def form(self) -> Input:
        """How it is answered."""
        assert self.display.input is not None, "only questions are asked"
        return self.display.input

    @property
    def options(self) -> tuple[str, ...]:
        """The ids of its options; none where there is nothing to choose from."""
        return tuple(option.id for option in self.form.options) if isinstance(self.form, Options) else ()


UNANSWERED = Marking("unanswered", 0.0, None)


class Sheets:
    """The questions of every sheet that quizzes can be asked as."""

    def __init__(self, quizzes: Iterable[QuizProof]) -> None:
        self.quizzes = {quiz.id: quiz for quiz in quizzes if quiz.header}
        """Those that could be read, by their ids."""
        self._items: dict[tuple[str, str], tuple[Item, ...]] = {}

    def items(self, quiz: str, draw: str = "") -> tuple[Item, ...]:
        """The questions of one sheet, in its order. Raises KeyError for a quiz that there is not."""
        if (quiz, draw) not in self._items:
            found = self.quizzes[quiz]
            self._items[quiz, draw] = tuple(
                Item(found, block, display, asked, draw)
                for (block, display), asked in zip(
                    fit_blocks(found, draw), sheet_of(found, draw).questions, strict=True
                )
            )
        return self._items[quiz, draw]


def points_of(sheets: Sheets) -> dict[tuple[str, str], tuple[Point, ...]]:
    """The points of every question that is answered in words, by quiz and question."""
    return {
        (quiz, item.block.id): item.form.points
        for quiz in sheets.quizzes
        for item in sheets.items(quiz)
        if isinstance(item.form, OpenInput)
    }


def items_of(quizzes: Iterable[QuizProof]) -> dict[str, tuple[Item, ...]]:
    """The questions of each sheet without a draw, by the ids of the quizzes."""
    sheets = Sheets(quizzes)
    return {quiz: sheets.items(quiz) for quiz in sheets.quizzes}


def needs_run(item: Item, given: GivenResponse) -> bool:
    """Whether only a run can mark a response, so that it is worth being marked beside others."""
    response = _in_authors_names(item, given)
    if given.asked != item.asked.fingerprint:
        return False
    try:
        found = mark(item.form, response)
    except NeverRun:
        return True
    except (MalformedResponse, TypeError, ValueError):
        return False
    return isinstance(item.form, Ordering) and found.score < 1


def mark_one(item: Item, given: GivenResponse, runner: Runner | None) -> Marking:
    """Mark a response.

    item    the question
    given   what was handed in
    runner  runs programs; None where nothing can be run
    """
    response = _in_authors_names(item, given)
    if given.asked != item.asked.fingerprint:
        return Marking("unmarked", None, response, note="the question has changed since the page was built")
    if isinstance(item.form, OpenInput):
        return Marking("unmarked", None, given.response, note="to be marked: answers in words are for a person")
    notes = io.StringIO()
    desk = Desk(
        PlainFace(notes), reader_for(io.StringIO(), notes), partial(runner, item.quiz) if runner is not None else None
    )
    try:
        result = form_for(item.form, item.display, random.Random(0)).mark_given(response, desk)
    except MalformedResponse as error:
        if isinstance(item.form, Options) and isinstance(response, list) and "" in response:
            # Learners, and who reads the note, know the letters of the page, not the ids of the author.
            wanted = ", ".join(choice.name for choice in item.asked.choices)
            return Marking("wrong", 0.0, given.response, note=f"not an answer that can be marked: choose from {wanted}")
        return Marking("wrong", 0.0, response, note=f"not an answer that can be marked: {error}")
    except CannotVerify as error:
        return Marking("unmarked", None, response, note=str(error))
    said = " ".join(notes.getvalue().split())
    if result.mark is None:
        return Marking("unmarked", None, response, note=said or "it could not be run")
    score = result.mark.score
    standing: Standing = "right" if result.mark.correct else "partly" if score else "wrong"
    return Marking(standing, score, response, result.mark.feedback)


Key: TypeAlias = tuple[str, str, str, GivenResponse]
"""Quiz, question, what was asked, and the response: equal ones earn equal marks."""


def key_of(item: Item, given: GivenResponse) -> Key:
    """What a mark depends on."""
    return (item.quiz.id, item.block.id, item.asked.fingerprint, given)


def mark_file(found: ResponseFile, items: Sequence[Item], known: dict[Key, Marking]) -> list[tuple[Item, Marking]]:
    """The marks of one learner, for every question of the sheet.

    found  what was handed in
    items  the questions of its sheet
    known  marks that there are already; gets those that are new
    """
    marks = []
    for item in items:
        given = found.responses.get(item.block.id)
        if given is None:
            marks.append((item, UNANSWERED))
            continue
        key = key_of(item, given)
        if key not in known:
            known[key] = mark_one(item, given, None)
        marks.append((item, known[key]))
    return marks


def _in_authors_names(item: Item, given: GivenResponse) -> Response:
    response: object = list(given.response) if isinstance(given.response, tuple) else given.response
    translated = to_author(item.salt, item.block, item.form, response)
    if isinstance(translated, (str, list)):
        return translated
    return str(translated)
