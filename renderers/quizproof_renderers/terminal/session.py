"""The session: question after question, from the first prompt to the table at the end."""

from __future__ import annotations

import random
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TextIO, TypeAlias

from quizproof.blocks import Display, Prose
from quizproof.marking import MalformedResponse, Mark, Response, mark
from quizproof.proof import QuestionProof, QuizProof
from quizproof_renderers.tally import all_versions, percent
from quizproof_renderers.terminal.faces import Face, Row, Standing, face_for
from quizproof_renderers.terminal.forms import Form, form_for
from quizproof_renderers.terminal.reader import Reader, reader_for
from quizproof_renderers.text import plural

Ending: TypeAlias = Literal["finished", "quit", "end of input", "interrupted"]
"""Why a session ended."""

KEYS = "Keys: ? help, s skip this question, q quit. Ctrl-C quits too."


@dataclass(frozen=True)
class Answer:
    """A question that was put, and what the learner made of it."""

    question: QuestionProof
    params: Mapping[str, Any]
    """The variant that was shown."""
    response: Response | None
    """As marking takes it; None when the question was skipped."""
    mark: Mark | None

    @property
    def standing(self) -> Standing:
        """How it stands, in a word."""
        if self.mark is None:
            return "skipped"
        return "right" if self.mark.correct else "wrong"


@dataclass(frozen=True)
class Result:
    """What came of a session."""

    answers: tuple[Answer, ...]
    """In the order of the questions."""
    left_out: tuple[QuestionProof, ...]
    """Questions that were not put, because they are not proven here."""
    total: int
    """Questions that could be put."""
    ending: Ending

    @property
    def score(self) -> float:
        """The marks earned."""
        return sum(answer.mark.score for answer in self.answers if answer.mark)

    @property
    def exit_code(self) -> int:
        """0; 130 after Ctrl-C; 3 when there was nothing to put because nothing is proven here."""
        if self.ending == "interrupted":
            return 130
        return 3 if self.left_out and not self.total else 0


def run(
    quizzes: Sequence[QuizProof],
    *,
    seed: int,
    plain: bool = False,
    stdin: TextIO | None = None,
    stdout: TextIO | None = None,
) -> Result:
    """Put the questions of `quizzes` to a learner, mark the answers, and show what each option's run really did.

    `seed` decides the variants and the order of options: the same seed gives
    the same test. `plain` is for screen readers. On a terminal one key answers a choice; from anything else answers
    are read line by line. The end of the input and Ctrl-C end the test early, with the summary.
    """
    output = stdout or sys.stdout
    questions = [(quiz, question) for quiz in quizzes if quiz.header for question in quiz.questions]
    fit = [(quiz, question) for quiz, question in questions if _is_fit(question)]
    put = [_prepared(number, quiz, question, seed) for number, (quiz, question) in enumerate(fit, 1)]
    left_out = tuple(question for _, question in questions if not _is_fit(question))
    face = face_for(output, plain=plain)
    return _Session(put, left_out, seed, face, reader_for(stdin or sys.stdin, output)).run()


def _is_fit(proof: QuestionProof) -> bool:
    """Whether a question can be trusted. A statement that its author says no run can settle is shown as such."""
    sound = proof.status in ("proven", "unproven")
    return sound and not any(f.severity == "error" for f in proof.findings) and bool(_shown_variants(proof))


def _shown_variants(proof: QuestionProof) -> list[tuple[Mapping[str, Any], Display]]:
    return [(variant.params, variant.display) for variant in proof.variants if variant.display]


class _Ended(Exception):
    """The learner has had enough."""


@dataclass(frozen=True)
class _Put:
    """A question in the form in which it is put."""

    number: int
    quiz: QuizProof
    proof: QuestionProof
    params: Mapping[str, Any]
    display: Display
    form: Form


class _Session:
    """One self-test."""

    def __init__(
        self,
        put: Sequence[_Put],
        left_out: tuple[QuestionProof, ...],
        seed: int,
        face: Face,
        reader: Reader,
    ) -> None:
        self._put = put
        self._left_out = left_out
        self._seed = seed
        self._face = face
        self._reader = reader
        self._answers: list[Answer] = []

    def run(self) -> Result:
        """The whole session. Nothing that ends it early leaves it as an exception."""
        ending: Ending = "finished"
        try:
            self._run()
        except _Ended:
            ending = "quit"
        except EOFError:
            ending = "end of input"
            self._reader.end_line()
        except KeyboardInterrupt:
            ending = "interrupted"
            self._reader.end_line()
        result = Result(tuple(self._answers), self._left_out, len(self._put), ending)
        self._sum_up(result)
        return result

    def _run(self) -> None:
        shown = ""
        for put in self._put:
            if put.quiz.id != shown:
                shown = put.quiz.id
                self._introduce(put.quiz)
            answer = self._ask(put)
            self._answers.append(answer)
            last = put.number == len(self._put)
            if answer.mark and not last and self._reader.pause("\n  Any key for the next question, q to quit: ") == "q":
                raise _Ended

    def _introduce(self, quiz: QuizProof) -> None:
        mine = [put.proof for put in self._put if put.quiz is quiz]
        claims = [claim for proof in mine for claim in proof.claims]
        proven = sum(claim.verdict == "proven" for claim in claims)
        header = quiz.header
        assert header is not None, "only quizzes that could be read are put"
        facts = [plural(len(mine), "question")]
        if header.minutes:
            facts.append(f"about {plural(header.minutes, 'minute')}")
        facts.append(f"{percent(proven, len(claims))} of {plural(len(claims), 'claim')} proven")
        lines = [", ".join(facts)]
        if quiz.versions:
            lines.append(f"Ran on {all_versions(quiz.versions)}")
        intro = "" if "{{" in header.intro else header.intro
        self._face.quiz(header.title, lines, intro)
        if quiz is self._put[0].quiz:
            self._say_left_out()
            self._face.say(f"{KEYS} Seed {self._seed}.")

    def _say_left_out(self) -> None:
        count = len(self._left_out)
        if count:
            verb = "is not proven here and was" if count == 1 else "are not proven here and were"
            names = ", ".join(proof.id for proof in self._left_out)
            self._face.say(f"{plural(count, 'question')} {verb} left out: {names}.")

    def _ask(self, put: _Put) -> Answer:
        """Put one question until it is answered or skipped."""
        face, form = self._face, put.form
        face.question(put.number, len(self._put), put.proof.title)
        face.contents(put.display.prompt)
        face.gap()
        form.show(face)
        while True:
            typed = form.ask(self._reader)
            match form.command(typed):
                case "quit":
                    raise _Ended
                case "skip":
                    face.verdict("skipped", "Skipped.")
                    return Answer(put.proof, put.params, None, None)
                case "help":
                    face.say(f"{form.how} {KEYS}")
                    continue
            try:
                response = form.read(typed)
                result = mark(put.display.input, response)
            except MalformedResponse as error:
                face.say(_sentence(str(error)))
                continue
            self._reveal(put, response, result)
            return Answer(put.proof, put.params, response, result)

    def _reveal(self, put: _Put, response: Response, result: Mark) -> None:
        """The mark, what the runs did, and the solution."""
        face, form = self._face, put.form
        key = form.key()
        if result.correct:
            face.verdict("right", "Right.")
        elif "\n" in key:
            face.verdict("wrong", "Wrong.")
        else:
            face.verdict("wrong", f"Wrong. The answer is {key}.")
        if form.feedback(result):
            face.contents([Prose(form.feedback(result))])
        told = form.told(response, result)
        if told:
            versions = put.quiz.versions
            face.heading(f"What really happened ({all_versions(versions)})" if versions else "What really happened")
            for one in told:
                face.told(one)
        if put.display.solution:
            face.heading("Solution")
            face.contents(put.display.solution)

    def _sum_up(self, result: Result) -> None:
        face = self._face
        if not result.total:
            self._say_left_out()
            face.say("There is no question to answer.")
            return
        face.heading({"interrupted": "Interrupted", "finished": "Summary"}.get(result.ending, "Ended early"))
        face.say(_score(result))
        rows = []
        for put, answer in zip(self._put, [*result.answers, *[None] * result.total], strict=False):
            rows.append(_row(put, answer))
        face.table(rows)
        again = [a.question.id for a in result.answers if a.standing != "right"]
        if again:
            face.gap()
            face.say(f"To review: {', '.join(again)}.")


def _prepared(number: int, quiz: QuizProof, proof: QuestionProof, seed: int) -> _Put:
    """A question with its variant and the order of its options drawn.

    Each question has a draw of its own, so that leaving one out changes nothing about the others.
    """
    draw = random.Random(f"{seed}/{proof.id}")
    params, display = draw.choice(_shown_variants(proof))
    return _Put(number, quiz, proof, params, display, form_for(display, draw))


def _row(put: _Put, answer: Answer | None) -> Row:
    """A question's row in the table at the end. The key is told only to those who have answered."""
    name = put.proof.id
    if answer is None:
        return Row(put.number, name, "not reached", "", "")
    if answer.response is None:
        return Row(put.number, name, answer.standing, "", "")
    return Row(put.number, name, answer.standing, put.form.given(answer.response), put.form.key())


def _score(result: Result) -> str:
    """The score in words: of the questions that were put, and how many were not."""
    put = len(result.answers)
    share = percent(int(result.score * 100), put * 100)
    words = [f"{result.score:g} of {put} right ({share})" if put else "no question was answered"]
    skipped = sum(answer.standing == "skipped" for answer in result.answers)
    if skipped:
        words.append(f"{skipped} skipped")
    if put < result.total:
        words.append(f"{result.total - put} not reached")
    return f"Score: {', '.join(words)}."


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}" + ("" if text.endswith(".") else ".")
