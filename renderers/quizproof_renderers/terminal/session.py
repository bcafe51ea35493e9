"""The session: a self-test from the first question to the summary."""

from __future__ import annotations

import itertools
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, TextIO, TypeAlias

from quizproof.displays import Prose
from quizproof.marking import scoring
from quizproof.marking.mark import MalformedResponse, Mark, Response
from quizproof.marking.scoring import Confidence
from quizproof.proof import QuizProof
from quizproof_renderers.tally import all_versions, counted_blocks, percent, shared_code
from quizproof_renderers.terminal.faces.base import Face
from quizproof_renderers.terminal.faces.dispatch import face_for
from quizproof_renderers.terminal.forms.base import Desk, Form, MarkedResponse, Quit
from quizproof_renderers.terminal.hints import Hints
from quizproof_renderers.terminal.reader import Reader, reader_for
from quizproof_renderers.terminal.record import Answer, Ending, Marked, OnMark, Result
from quizproof_renderers.terminal.selection import Item, Selection, select
from quizproof_renderers.terminal.summary import points, show_summary
from quizproof_renderers.text import listed, plural, sentence

if TYPE_CHECKING:
    from quizproof.claims import Program
    from quizproof.outcome import Outcome

Runner: TypeAlias = "Callable[[QuizProof, Program], Outcome]"
"""Runs a program as those of a quiz are run, and waits for its outcome."""

_GO_ON = "\n  Press any key to continue, or q to quit: "


def run(
    quizzes: Sequence[QuizProof],
    *,
    seed: int,
    plain: bool = False,
    runner: Runner | None = None,
    on_mark: OnMark | None = None,
    stdin: TextIO | None = None,
    stdout: TextIO | None = None,
) -> Result:
    """Put the questions of `quizzes` to a learner, mark the answers, and show what each option's run really did.

    quizzes  proven, with displays
    seed     decides the variants and the order of options, so that the same seed gives the same test
    plain    whether to write for screen readers
    runner   runs the programs that learners write; when None, those that proving did not run stay unmarked
    on_mark  is told each mark, before what the runs did and the solution are shown; None where nobody keeps them
    stdin    where answers are read; the standard input of the process when None
    stdout   where everything is shown; the standard output of the process when None

    Exhibits are shown in their places. On a terminal one key answers a choice; from anything else answers are read
    line by line. The end of the input and Ctrl-C end the test early, with the summary; they raise nothing.
    """
    output = stdout or sys.stdout
    face = face_for(output, plain=plain)
    return _Session(select(quizzes, seed), face, reader_for(stdin or sys.stdin, output), runner, on_mark).run()


class _Session:
    """One self-test."""

    def __init__(
        self, selection: Selection, face: Face, reader: Reader, runner: Runner | None, on_mark: OnMark | None
    ) -> None:
        self._items = selection.items
        self._questions = selection.questions
        self._left_out = selection.left_out
        self._seed = selection.seed
        self._face = face
        self._reader = reader
        self._runner = runner
        self._on_mark = on_mark
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
        exhibits = len(self._items) - len(self._questions)
        result = Result(tuple(self._answers), self._left_out, len(self._questions), ending, exhibits)
        if result.total:
            show_summary(self._face, self._questions, result)
        elif not result.exhibits:
            self._say_left_out()
            self._face.say("There is no question to answer.")
        return result

    def _run(self) -> None:
        for quiz, group in itertools.groupby(self._items, key=lambda item: item.quiz):
            self._introduce(quiz)
            for item in group:
                if item.form is None:
                    self._exhibit(item)
                    continue
                answer = self._ask(item, item.form)
                self._answers.append(answer)
                if answer.response is not None and item is not self._items[-1]:
                    self._pause()
            self._conclude(quiz)

    def _pause(self) -> None:
        if self._reader.pause(_GO_ON) == "q":
            raise Quit

    def _introduce(self, quiz: QuizProof) -> None:
        """The head of a quiz: what is in it, how much of that is proven, and what it ran on."""
        mine = [item for item in self._items if item.quiz is quiz]
        claims = [claim for item in mine for claim in item.proof.claims]
        proven = sum(claim.verdict == "proven" for claim in claims)
        header = quiz.header
        assert header is not None, "only quizzes that could be read are put"
        facts = [counted_blocks(item.proof.exhibit for item in mine)]
        if header.minutes:
            facts.append(f"about {plural(header.minutes, 'minute')}")
        facts.append(f"{percent(proven, len(claims))} of {plural(len(claims), 'claim')} proven")
        lines = [", ".join(facts)]
        if quiz.versions:
            lines.append(f"Ran on {all_versions(quiz.versions)}")
        # An expression in the introduction can only be filled in on the site, which proves it with the whole quiz.
        intro = "" if "{{" in header.intro else header.intro
        self._face.quiz(header.title, lines, intro)
        if shared := shared_code(header, quiz.steps):
            self._face.contents(shared)
        # Once for the whole test, below the first head.
        if quiz is self._items[0].quiz:
            self._say_left_out()
            hinted = any(item.display.hints for item in self._items)
            self._face.say(f"{_keys(hinted=hinted)} Seed {self._seed}.")

    def _say_left_out(self) -> None:
        count = len(self._left_out)
        if count:
            verb = "is not proven here and was" if count == 1 else "are not proven here and were"
            names = ", ".join(proof.id for proof in self._left_out)
            self._face.say(f"{counted_blocks(proof.exhibit for proof in self._left_out)} {verb} left out: {names}.")

    def _exhibit(self, item: Item) -> None:
        """Show an exhibit. Its hints and its solution are shown when they are asked for."""
        face, display = self._face, item.display
        face.exhibit(item.proof.title)
        face.contents(display.prompt)
        hints = Hints(display.hints, cost=0)  # an exhibit has no score
        solution = display.solution
        while hints.left or solution:
            offers = ["h for a hint"] * bool(hints.left) + ["v to view the solution"] * bool(solution)
            keys = ", ".join([*offers, "q to quit", "any other key to continue"])
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
        if item is not self._items[-1]:
            self._pause()

    def _conclude(self, quiz: QuizProof) -> None:
        """The key insight of a quiz, unless it rests on a block that is not proven here."""
        insight = quiz.header.insight if quiz.header else None
        if not insight:
            return
        missing = [proof.id for proof in self._left_out if proof.id in insight.rests_on]
        self._face.heading("Key insight")
        if missing:
            verb = "is" if len(missing) == 1 else "are"
            self._face.say(f"Left out, because it rests on {listed(missing)}, which {verb} not proven here.")
        else:
            self._face.contents([Prose(insight.text)])

    def _ask(self, item: Item, form: Form) -> Answer:
        """Put one question until it is answered or skipped."""
        face = self._face
        face.question(item.number, len(self._questions), item.proof.title)
        face.contents(item.display.prompt)
        face.gap()
        form.show(face)
        hints = Hints(item.display.hints, item.quiz.header.hint_cost if item.quiz.header else 0)
        self._say_rules(form, hints)
        started, clock = time.time(), time.monotonic()
        while True:
            try:
                typed = form.ask(self._reader)
                match form.command(typed):
                    case "quit":
                        raise Quit
                    case "skip":
                        face.verdict("skipped", "Skipped.")
                        return Answer(item.proof, item.params, None, None, hints.taken, hints.cost)
                    case "help":
                        rule = f"Scoring: {scoring.rule(form.input)}"
                        lines = [form.how, rule, hints.rule, _keys(hinted=bool(hints.texts))]
                        face.say("\n".join(filter(None, lines)))
                        continue
                    case "hint":
                        hints.give(face)
                        continue
                response = form.read(typed)
                if response is None:
                    continue
                # Before marking, which shows the model answer of an open question.
                seconds = time.monotonic() - clock
                confidence = self._confidence(item)
                marked = form.mark(response, self._desk(item))
            except MalformedResponse as error:
                face.say(sentence(str(error)))
                continue
            answer = Answer(item.proof, item.params, marked.response, marked.mark, hints.taken, hints.cost, confidence)
            # Before anything more is shown: who ends the test while reading has answered.
            self._tell(item, answer, started, seconds)
            self._reveal(item, form, marked, answer)
            return answer

    def _tell(self, item: Item, answer: Answer, started: float, seconds: float) -> None:
        """Tell whoever keeps marks about this one."""
        if self._on_mark is None or answer.response is None:
            return
        correct = answer.mark is not None and answer.mark.correct
        score = answer.score if answer.mark else None
        self._on_mark(
            Marked(
                item.proof.id,
                item.quiz.id,
                item.params,
                answer.response,
                score,
                correct,
                started,
                seconds,
                answer.hints,
                answer.confidence,
            )
        )

    def _say_rules(self, form: Form, hints: Hints) -> None:
        """What cannot be guessed about the score, before the first answer."""
        rule = scoring.rule(form.input)
        # All or nothing is what everyone expects; `?` says it as well.
        rules = [f"Scoring: {rule}"] if rule != scoring.ALL_OR_NOTHING else []
        if hints.texts:
            rules.append(f"{plural(len(hints.texts), 'hint')}: type h. {hints.rule}".strip())
        if rules:
            self._face.note(" ".join(rules))
            self._face.gap()

    def _confidence(self, item: Item) -> Confidence | None:
        """How sure the learner is, where the quiz asks for it."""
        if not item.quiz.header or not item.quiz.header.confidence:
            return None
        while True:
            typed = self._reader.key("  How sure are you (s sure, u unsure, g guess)? ").strip().lower()
            for level in scoring.CONFIDENCES:
                if typed in (level, level[0]):
                    return level
            if typed == "q":
                raise Quit
            self._face.say("Type s if you are sure, u if you are unsure, g if you guessed, or q to quit.")

    def _desk(self, item: Item) -> Desk:
        return Desk(self._face, self._reader, partial(self._runner, item.quiz) if self._runner else None)

    def _reveal(self, item: Item, form: Form, marked: MarkedResponse, answer: Answer) -> None:
        """The mark, what the runs did, and the solution."""
        face, result = self._face, marked.mark
        if result is None:
            face.verdict("unmarked", "Not marked. It counts neither for you nor against you.")
        else:
            face.verdict(answer.standing, _verdict(form, marked.response, result, answer))
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


def _verdict(form: Form, response: Response, mark: Mark, answer: Answer) -> str:
    """Whether an answer is right, what would have been right, and what hints took from the score."""
    if mark.correct:
        sentences = ["Right."]
    else:
        total = form.total(response, mark)
        sentences = [f"Partly right ({round(mark.score * total)} of {total})." if mark.score else "Wrong."]
        sentences.append(form.correction())
    if mark.score > answer.score:
        sentences.append(f"With {plural(answer.hints, 'hint')} it earns {points(answer.score)}.")
    return " ".join(filter(None, sentences))


def _keys(*, hinted: bool) -> str:
    """The keys that work everywhere."""
    return f"Keys: ? help, {'h hint, ' if hinted else ''}s skip this question, q quit. Ctrl-C quits too."
