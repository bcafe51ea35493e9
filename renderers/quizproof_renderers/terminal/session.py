"""The session: question after question, from the first prompt to the table at the end."""

from __future__ import annotations

import itertools
import math
import random
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, TextIO, TypeAlias

from quizproof.displays import Display, Prose
from quizproof.marking import scoring
from quizproof.marking.mark import MalformedResponse, Mark, Response
from quizproof.marking.scoring import Confidence, after_hints
from quizproof.proof import BlockProof, QuizProof
from quizproof_renderers.tally import all_versions, counted_blocks, percent
from quizproof_renderers.terminal.forms.base import Desk, Form, Marked, Quit, listed
from quizproof_renderers.terminal.forms.dispatch import form_for
from quizproof_renderers.terminal.reader import Reader, reader_for
from quizproof_renderers.terminal.views import Face, Row, Standing, face_for
from quizproof_renderers.text import plural, sentence

if TYPE_CHECKING:
    from quizproof.claims import Program
    from quizproof.outcome import Outcome

Ending: TypeAlias = Literal["finished", "quit", "end of input", "interrupted"]
"""Why a session ended."""

Runner: TypeAlias = "Callable[[QuizProof, Program], Outcome]"
"""Runs a program as those of a quiz are run, and waits for what comes of it."""


@dataclass(frozen=True)
class Answer:
    """A question that was put, and what the learner made of it."""

    question: BlockProof
    params: Mapping[str, Any]
    """The variant that was shown."""
    response: Response | None
    """As marking takes it; None when the question was skipped."""
    mark: Mark | None
    """None when it was skipped, or could not be marked."""
    hints: int = 0
    """How many hints were taken."""
    hint_cost: float = 0
    """What each took from the score, 0 to 1."""
    confidence: Confidence | None = None
    """How sure the learner was, where that is asked."""

    @property
    def score(self) -> float:
        """What it earned, 0 to 1: its mark, less what the hints cost."""
        return after_hints(self.mark.score, self.hints, self.hint_cost) if self.mark else 0.0

    @property
    def standing(self) -> Standing:
        """How it stands, in a word. Hints cost something, but what is right stays right."""
        if self.response is None:
            return "skipped"
        if self.mark is None:
            return "unmarked"
        return "right" if self.mark.correct else "partly" if self.mark.score else "wrong"


@dataclass(frozen=True)
class Result:
    """What came of a session."""

    answers: tuple[Answer, ...]
    """In the order of the questions."""
    left_out: tuple[BlockProof, ...]
    """Questions that were not put, because they are not proven here."""
    total: int
    """Questions that could be put."""
    ending: Ending
    exhibits: int = 0
    """Exhibits that could be shown."""

    @property
    def score(self) -> float:
        """The marks earned."""
        return math.fsum(answer.score for answer in self.answers)

    @property
    def exit_code(self) -> int:
        """0; 130 after Ctrl-C; 3 when there was nothing to show because nothing is proven here."""
        if self.ending == "interrupted":
            return 130
        return 3 if self.left_out and not self.total and not self.exhibits else 0


def run(
    quizzes: Sequence[QuizProof],
    *,
    seed: int,
    plain: bool = False,
    runner: Runner | None = None,
    stdin: TextIO | None = None,
    stdout: TextIO | None = None,
) -> Result:
    """Put the questions of `quizzes` to a learner, mark the answers, and show what each option's run really did.

    Exhibits are shown in their places. `seed` decides the variants and the order of options: the same seed gives
    the same test. `plain` is for screen readers. `runner` runs the programs that learners write; without it, those
    that were never run stay unmarked. On a terminal one key answers a choice; from anything else answers are read line
    by line. The end of the input and Ctrl-C end the test early, with the summary.
    """
    output = stdout or sys.stdout
    blocks = [(quiz, block) for quiz in quizzes if quiz.header for block in quiz.blocks]
    fit = [(quiz, block) for quiz, block in blocks if _is_fit(block)]
    numbers = itertools.accumulate(int(not block.exhibit) for _, block in fit)
    put = [_prepared(number, quiz, block, seed) for number, (quiz, block) in zip(numbers, fit, strict=True)]
    left_out = tuple(block for _, block in blocks if not _is_fit(block))
    face = face_for(output, plain=plain)
    return _Session(put, left_out, seed, face, reader_for(stdin or sys.stdin, output), runner).run()


def _is_fit(proof: BlockProof) -> bool:
    """Whether a question can be trusted. A statement that its author says no run can settle is shown as such."""
    sound = proof.status in ("proven", "unproven")
    return sound and not any(f.severity == "error" for f in proof.findings) and bool(_shown_variants(proof))


def _shown_variants(proof: BlockProof) -> list[tuple[Mapping[str, Any], Display]]:
    return [(variant.params, variant.display) for variant in proof.variants if variant.display]


@dataclass(frozen=True)
class _Put:
    """A question or an exhibit in the form in which it is put."""

    number: int
    """Of the question; of the last one before, for an exhibit."""
    quiz: QuizProof
    proof: BlockProof
    params: Mapping[str, Any]
    display: Display
    form: Form | None
    """None for an exhibit."""


class _Session:
    """One self-test."""

    def __init__(
        self,
        put: Sequence[_Put],
        left_out: tuple[BlockProof, ...],
        seed: int,
        face: Face,
        reader: Reader,
        runner: Runner | None,
    ) -> None:
        self._put = put
        self._questions = [one for one in put if one.form]
        self._left_out = left_out
        self._seed = seed
        self._face = face
        self._reader = reader
        self._runner = runner
        self._answers: list[Answer] = []

    def run(self) -> Result:
        """The whole session. Nothing that ends it early leaves it as an exception."""
        ending: Ending = "finished"
        try:
            self._run()
        except Quit:
            ending = "quit"
        except EOFError:
            ending = "end of input"
            self._reader.end_line()
        except KeyboardInterrupt:
            ending = "interrupted"
            self._reader.end_line()
        exhibits = len(self._put) - len(self._questions)
        result = Result(tuple(self._answers), self._left_out, len(self._questions), ending, exhibits)
        self._sum_up(result)
        return result

    def _run(self) -> None:
        for quiz, group in itertools.groupby(self._put, key=lambda put: put.quiz):
            self._introduce(quiz)
            for put in group:
                if put.form is None:
                    self._exhibit(put)
                    continue
                answer = self._ask(put, put.form)
                self._answers.append(answer)
                if answer.response is not None and put is not self._put[-1]:
                    self._pause("\n  Any key to go on, q to quit: ")
            self._conclude(quiz)

    def _pause(self, prompt: str) -> None:
        if self._reader.pause(prompt) == "q":
            raise Quit

    def _introduce(self, quiz: QuizProof) -> None:
        mine = [put for put in self._put if put.quiz is quiz]
        claims = [claim for put in mine for claim in put.proof.claims]
        proven = sum(claim.verdict == "proven" for claim in claims)
        header = quiz.header
        assert header is not None, "only quizzes that could be read are put"
        facts = [counted_blocks(put.proof.exhibit for put in mine)]
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
            hinted = any(put.display.hints for put in self._put)
            self._face.say(f"{_keys(hinted=hinted)} Seed {self._seed}.")

    def _say_left_out(self) -> None:
        count = len(self._left_out)
        if count:
            verb = "is not proven here and was" if count == 1 else "are not proven here and were"
            names = ", ".join(proof.id for proof in self._left_out)
            self._face.say(f"{counted_blocks(proof.exhibit for proof in self._left_out)} {verb} left out: {names}.")

    def _exhibit(self, put: _Put) -> None:
        """Show an exhibit. Its hints and its solution are there for the asking."""
        face, display = self._face, put.display
        face.exhibit(put.proof.title)
        face.contents(display.prompt)
        hints = _Hints(display.hints, cost=0)
        solution = display.solution
        while hints.left or solution:
            offers = ["h for a hint"] * bool(hints.left) + ["v to view the solution"] * bool(solution)
            keys = ", ".join([*offers, "q to quit", "any other key to go on"])
            typed = self._reader.offer(f"\n  {keys}: ").lower()
            if typed == "h" and hints.left:
                hints.give(face)
            elif typed == "v" and solution:
                face.heading("Solution")
                face.contents(solution)
                solution = ()
            elif typed == "q":
                raise Quit
            else:
                return
        if put is not self._put[-1]:
            self._pause("\n  Any key to go on, q to quit: ")

    def _conclude(self, quiz: QuizProof) -> None:
        """The key insight of a quiz, unless it rests on what is not proven here."""
        insight = quiz.header.insight if quiz.header else None
        if not insight:
            return
        missing = [proof.id for proof in self._left_out if proof.id in insight.rests_on]
        self._face.heading("Key insight")
        if missing:
            verb = "is" if len(missing) == 1 else "are"
            self._face.say(f"Left out, because it rests on {listed(missing, 'and')}, which {verb} not proven here.")
        else:
            self._face.contents([Prose(insight.text)])

    def _ask(self, put: _Put, form: Form) -> Answer:
        """Put one question until it is answered or skipped."""
        face = self._face
        face.question(put.number, len(self._questions), put.proof.title)
        face.contents(put.display.prompt)
        face.gap()
        form.show(face)
        hints = _Hints(put.display.hints, put.quiz.header.hint_cost if put.quiz.header else 0)
        self._say_rules(form, hints)
        while True:
            typed = ""
            try:
                typed = form.ask(self._reader)
                match form.command(typed):
                    case "quit":
                        raise Quit
                    case "skip":
                        face.verdict("skipped", "Skipped.")
                        return Answer(put.proof, put.params, None, None, hints.taken, hints.cost)
                    case "help":
                        rule = f"Score: {scoring.rule(form.input)}"
                        lines = [form.how, rule, hints.rule, _keys(hinted=bool(hints.texts))]
                        face.say("\n".join(filter(None, lines)))
                        continue
                    case "hint":
                        hints.give(face)
                        continue
                response = form.read(typed)
                if response is None:
                    continue
                confidence = self._confidence(put)
                marked = form.mark(response, self._desk(put))
            except MalformedResponse as error:
                face.say(sentence(str(error)))
                continue
            answer = Answer(put.proof, put.params, marked.response, marked.mark, hints.taken, hints.cost, confidence)
            self._reveal(put, form, marked, answer)
            return answer

    def _say_rules(self, form: Form, hints: _Hints) -> None:
        """What cannot be guessed about the score, before the first answer."""
        rule = scoring.rule(form.input)
        words = [f"Score: {rule}"] if rule != scoring.ALL_OR_NOTHING else []
        if hints.texts:
            words.append(f"{plural(len(hints.texts), 'hint')}: type h. {hints.rule}".strip())
        if words:
            self._face.note(" ".join(words))
            self._face.gap()

    def _confidence(self, put: _Put) -> Confidence | None:
        """How sure the learner is, where the quiz asks for it."""
        if not put.quiz.header or not put.quiz.header.confidence:
            return None
        while True:
            typed = self._reader.key("  How sure are you (s sure, u unsure, g guess)? ").strip().lower()
            for level in scoring.CONFIDENCES:
                if typed in (level, level[0]):
                    return level
            if typed == "q":
                raise Quit
            self._face.say("Please type s when you are sure, u when you are not, g when you guessed, or q to quit.")

    def _desk(self, put: _Put) -> Desk:
        return Desk(self._face, self._reader, partial(self._runner, put.quiz) if self._runner else None)

    def _reveal(self, put: _Put, form: Form, marked: Marked, answer: Answer) -> None:
        """The mark, what the runs did, and the solution."""
        face, result = self._face, marked.mark
        if result is None:
            face.verdict("unmarked", "Not marked. It counts neither for you nor against you.")
        else:
            face.verdict(answer.standing, _verdict(form, marked.response, result, answer))
            face.parts(marked.parts)
            if form.feedback(result):
                face.contents([Prose(form.feedback(result))])
            told = form.told(marked.response, result)
            if told:
                versions = put.quiz.versions
                face.heading(f"What really happened ({all_versions(versions)})" if versions else "What really happened")
                for one in told:
                    face.told(one)
        if put.display.solution and not form.shows_solution:
            face.heading("Solution")
            face.contents(put.display.solution)

    def _sum_up(self, result: Result) -> None:
        face = self._face
        if not result.total:
            if not result.exhibits:
                self._say_left_out()
                face.say("There is no question to answer.")
            return
        face.heading({"interrupted": "Interrupted", "finished": "Summary"}.get(result.ending, "Ended early"))
        face.say(_score(result))
        answers = itertools.zip_longest(self._questions, result.answers)
        face.table([_row(put, answer) for put, answer in answers])
        self._calibrate(result)
        again = [a.question.id for a in result.answers if a.standing not in ("right", "unmarked")]
        if again:
            face.gap()
            face.say(f"To review: {', '.join(again)}.")

    def _calibrate(self, result: Result) -> None:
        """How right the learner was when sure, and when not."""
        marked = [(a.confidence, a.score) for a in result.answers if a.confidence and a.mark]
        levels = scoring.calibration(marked)
        if levels:
            self._face.heading("How sure, and how right")
        for level in levels:
            name = {"sure": "Sure", "unsure": "Unsure", "guess": "Guessed"}[level.confidence]
            share = percent(_hundredths(level.score), 100)
            self._face.say(f"{name}: {plural(level.answers, 'answer')}, mean score {share}.")


class _Hints:
    """The hints to one question, and how many were taken."""

    def __init__(self, texts: Sequence[str], cost: float) -> None:
        self.texts = texts
        self.cost = cost
        self.taken = 0

    @property
    def rule(self) -> str:
        """What they cost, in words; empty where there are none or they are free."""
        return scoring.hint_rule(self.cost) if self.texts else ""

    @property
    def left(self) -> int:
        """How many can still be taken."""
        return len(self.texts) - self.taken

    def give(self, face: Face) -> None:
        """Give the next one."""
        if not self.left:
            face.say("There are no more hints." if self.texts else "There are no hints for this question.")
            return
        if not self.taken and self.rule:
            face.say(self.rule)
        text = self.texts[self.taken]
        self.taken += 1
        face.heading(f"Hint {self.taken} of {len(self.texts)}")
        face.contents([Prose(text)])
        face.gap()


def _prepared(number: int, quiz: QuizProof, proof: BlockProof, seed: int) -> _Put:
    """A question with its variant and the order of its options drawn.

    Each question has a draw of its own, so that leaving one out changes nothing about the others.
    """
    draw = random.Random(f"{seed}/{proof.id}")
    params, display = draw.choice(_shown_variants(proof))
    form = form_for(display.input, display, draw) if display.input else None
    return _Put(number, quiz, proof, params, display, form)


def _verdict(form: Form, response: Response, result: Mark, answer: Answer) -> str:
    """How an answer stands, what would have been right, and what hints took from it."""
    if result.correct:
        words = ["Right."]
    else:
        total = form.total(response, result)
        words = [f"Partly right ({round(result.score * total)} of {total})." if result.score else "Wrong."]
        words.append(form.correction())
    if result.score > answer.score:
        words.append(f"With {plural(answer.hints, 'hint')} it earns {_figure(answer.score)}.")
    return " ".join(filter(None, words))


def _row(put: _Put, answer: Answer | None) -> Row:
    """A question's row in the table at the end. The key is told only to those who have answered."""
    name = put.proof.id
    if answer is None:
        return Row(put.number, name, "not reached", "", "")
    if answer.response is None or put.form is None:
        return Row(put.number, name, answer.standing, "", "")
    plain = answer.score == (answer.standing == "right")
    score = "" if plain else _figure(answer.score)
    return Row(put.number, name, answer.standing, put.form.given(answer.response), put.form.key(), score)


def _score(result: Result) -> str:
    """The score in words: of the questions that were put and could be marked, and how many were not."""
    standings = Counter(answer.standing for answer in result.answers)
    put = len(result.answers) - standings["unmarked"]
    share = percent(_hundredths(result.score), put * 100)
    words = [f"{_figure(result.score)} of {put} ({share})" if put else "no question was answered"]
    words += [f"{standings[name]} {name}" for name in ("skipped", "unmarked") if standings[name]]
    if len(result.answers) < result.total:
        words.append(f"{result.total - len(result.answers)} not reached")
    return f"Score: {', '.join(words)}."


def _hundredths(score: float) -> int:
    """A score in whole hundredths, rounded down but for the error of its arithmetic."""
    return math.floor(round(score * 100, 6))


def _figure(score: float) -> str:
    """A score with two digits after the point at most."""
    return f"{score:.2f}".rstrip("0").rstrip(".")


def _keys(*, hinted: bool) -> str:
    """The keys that work everywhere."""
    return f"Keys: ? help, {'h hint, ' if hinted else ''}s skip this question, q quit. Ctrl-C quits too."
