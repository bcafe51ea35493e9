"""Feedback: what a learner sees after an answer. The mark, what the runs did, and the solution."""

from __future__ import annotations

from quizproof.displays import Prose
from quizproof.marking.mark import Mark, Response
from quizproof_renderers.tally import all_versions
from quizproof_renderers.terminal.faces.base import Face
from quizproof_renderers.terminal.forms.base import Form, MarkedResponse
from quizproof_renderers.terminal.record import Answer
from quizproof_renderers.terminal.selection import Item
from quizproof_renderers.text import plural

NOT_RUN = "Not run here. It may well be right, and counts neither for you nor against you."


def reveal(face: Face, item: Item, form: Form, marked: MarkedResponse, answer: Answer) -> None:
    """Show everything about an answer.

    face    where to show it
    item    the question
    form    its form
    marked  the response, its mark and its parts
    answer  the same as it is recorded
    """
    result = marked.mark
    if result is None:
        face.verdict("unmarked", NOT_RUN)
    else:
        face.verdict(answer.standing, _in_full(form, marked.response, result, answer))
        face.parts(marked.parts)
        if form.feedback(result):
            face.contents([Prose(form.feedback(result))])
        if accounts := form.accounts(marked.response, result):
            versions = item.quiz.versions
            face.heading(f"What really happened ({all_versions(versions)})" if versions else "What really happened")
            for account in accounts:
                face.account(account)
    if item.display.solution and not form.shows_solution:
        face.heading("Solution")
        face.contents(item.display.solution)


def in_short(form: Form, response: Response, mark: Mark) -> str:
    """Whether an answer is right, and nothing that gives the answer away."""
    if mark.correct:
        return "Right."
    total = form.total(response, mark)
    return f"Partly right ({round(mark.score * total)} of {total})." if mark.score else "Wrong."


def _in_full(form: Form, response: Response, mark: Mark, answer: Answer) -> str:
    """Whether an answer is right, what would have been right, and what hints took from the score."""
    sentences = [in_short(form, response, mark)]
    if not mark.correct:
        sentences.append(form.correction())
    if mark.score > answer.score:
        sentences.append(f"With {plural(answer.hints, 'hint')} it earns {answer.points}.")
    return " ".join(filter(None, sentences))
