"""The end of an exam: the learner hands the answers in, they are marked, and then everything is explained."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Literal, TypeAlias

from quizproof.marking.mark import MalformedResponse
from quizproof_renderers.terminal.forms.base import Form, MarkedResponse, Quit
from quizproof_renderers.terminal.questioning.feedback import reveal
from quizproof_renderers.terminal.questioning.question import show_question
from quizproof_renderers.terminal.questioning.setting import Setting
from quizproof_renderers.terminal.record import Answer, marked
from quizproof_renderers.terminal.selection import Item
from quizproof_renderers.text import listed, sentence

Choice: TypeAlias = Literal["hand in", "back", "skipped"]


def ask_to_hand_in(setting: Setting, skipped: Sequence[str]) -> Choice:
    """What to do after the last question of an exam. Where there is nobody to ask, it is handed in.

    skipped  the ids of questions without an answer

    Raises Quit when the learner stops without handing in.
    """
    if not setting.reader.waits:
        return "hand in"
    face = setting.face
    face.gap()
    if skipped:
        face.say(f"You have skipped {listed(skipped)}.")
    to_skipped = "s to go to what you skipped, " if skipped else ""
    while True:
        prompt = f"  h to hand in, b to go back, {to_skipped}q to stop and go on later: "
        match setting.reader.pause(prompt).strip().lower():
            case "h":
                return "hand in"
            case "b" | "<":
                return "back"
            case "s" if skipped:
                return "skipped"
            case "q":
                raise Quit
        face.say("Type h, b or q." if not skipped else "Type h, b, s or q.")


def hand_in(
    setting: Setting,
    questions: Sequence[Item],
    answers: Mapping[str, Answer],
    record: Callable[[str, Answer, MarkedResponse | None], None],
) -> None:
    """Mark every answer that is held, and explain one after the other, until the learner has seen enough.

    questions  of the test, in their order
    answers    by the ids of the questions
    record     is given the id of each question, its answer with the mark, and the parts of that
    """
    held = [item for item in questions if (answer := answers.get(item.proof.id)) and answer.is_held]
    explain = True
    for item in held:
        form = item.form
        assert form is not None
        id_ = item.proof.id
        if explain:
            show_question(setting.face, item, form, len(questions))
        given, answer = _mark(setting, item, form, answers[id_])
        record(id_, answer, given)
        if setting.on_mark:
            setting.on_mark(marked(answer, item.quiz.id))
        if explain:
            reveal(setting.face, item, form, given, answer)
            if item is not held[-1]:
                pressed = setting.reader.pause("\n  Press any key for the next answer, or q for the summary: ")
                explain = pressed.strip().lower() != "q"


def _mark(setting: Setting, item: Item, form: Form, answer: Answer) -> tuple[MarkedResponse, Answer]:
    """The mark of an answer that was held; none where it could not be marked."""
    assert answer.response is not None
    setting.face.say(f"You answered: {form.so_far(answer.response)}")
    try:
        given = form.mark(answer.response, setting.desk(item))
    except MalformedResponse as error:  # a run was lost
        setting.face.say(sentence(str(error)))
        given = MarkedResponse(answer.response, None)
    except Quit:  # in the middle of marking an answer oneself
        given = MarkedResponse(answer.response, None)
    return given, replace(answer, response=given.response, mark=given.mark, is_held=False)
