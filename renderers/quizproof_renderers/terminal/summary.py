"""The summary at the end of a self-test: the score, a table of all questions, and what to review."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

from quizproof.marking import scoring
from quizproof.marking.scoring import Confidence
from quizproof_renderers.tally import percent
from quizproof_renderers.terminal.faces.base import Face, Row
from quizproof_renderers.terminal.questioning.commands import Commands
from quizproof_renderers.terminal.record import Answer, Ending, Result, shown_score
from quizproof_renderers.terminal.selection import Item
from quizproof_renderers.text import plural

_HEADINGS: dict[Ending, str] = {
    "finished": "Summary",
    "interrupted": "Interrupted",
    "quit": "Ended early",
    "end of input": "Ended early",
    "out of time": "Time is up",
}
_CONFIDENCES: dict[Confidence, str] = {"sure": "Sure", "unsure": "Unsure", "guess": "Guessed"}


def show_summary(face: Face, questions: Sequence[Item], result: Result, commands: Commands) -> None:
    """Show how a test went: the score, a row per question, how right the learner was when sure, what to review.

    face       where to show it
    questions  all of the test, also those that were not reached; at least one
    result     the answers to them
    commands   writes the command that asks again what was not right, what was skipped and what is flagged
    """
    face.heading(_HEADINGS[result.ending])
    face.say(_score(result))
    answers = {answer.question.id: answer for answer in result.answers}
    face.table([_row(item, answers.get(item.proof.id)) for item in questions])
    _show_calibration(face, result)
    if result.flagged:
        face.gap()
        face.say(f"Flagged: {', '.join(result.flagged)}.")
    missed = {id_ for id_, answer in answers.items() if answer.standing in ("partly", "wrong", "skipped")}
    again = [item.proof.id for item in questions if item.proof.id in missed or item.proof.id in result.flagged]
    if again:
        face.gap()
        face.say("To review:")
        face.command(commands.take(again))


def _score(result: Result) -> str:
    """The score over the questions that were put and could be marked, and how many others there were."""
    standings = Counter(answer.standing for answer in result.answers)
    weighted = any(answer.question.points != 1 for answer in result.answers)
    share = percent(_hundredths(result.score), _hundredths(result.worth))
    earned = f"{shown_score(result.score)} of {shown_score(result.worth)}{' points' if weighted else ''} ({share})"
    counts = [earned if result.worth else "no question was answered"]
    if standings["answered"]:
        counts = [f"not handed in yet, {standings['answered']} answered"]
    counts += [f"{standings[name]} {name}" for name in ("skipped", "unmarked") if standings[name]]
    if len(result.answers) < result.total:
        counts.append(f"{result.total - len(result.answers)} not reached")
    return f"Score: {', '.join(counts)}."


def _row(item: Item, answer: Answer | None) -> Row:
    """A question's row in the table. The key is shown only to a learner who has answered."""
    name = item.proof.id
    if answer is None:
        return Row(item.number, name, "not reached", "", "")
    if answer.response is None or item.form is None:
        return Row(item.number, name, answer.standing, "", "")
    if answer.is_held:
        return Row(item.number, name, answer.standing, item.form.so_far(answer.response), "")
    # The standing says it already when a right answer earned 1, or a wrong one 0.
    obvious = answer.score == (answer.standing == "right")
    score = "" if obvious else answer.points
    return Row(item.number, name, answer.standing, item.form.given(answer.response), item.form.key(), score)


def _show_calibration(face: Face, result: Result) -> None:
    """How right the learner was when sure, and when not."""
    marked = [(a.confidence, a.score) for a in result.answers if a.confidence and a.mark]
    levels = scoring.calibration(marked)
    if levels:
        face.heading("How sure, and how right")
    for level in levels:
        share = percent(_hundredths(level.score), 100)
        face.say(f"{_CONFIDENCES[level.confidence]}: {plural(level.answers, 'answer')}, mean score {share}.")


def _hundredths(score: float) -> int:
    """A score in whole hundredths, rounded down; but a sum of thirds that misses a whole by an error counts as one."""
    return math.floor(round(score * 100, 6))
