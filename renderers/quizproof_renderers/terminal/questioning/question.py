"""A question while it is put: asked until it is answered or skipped, then marked and explained."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from quizproof.marking import scoring
from quizproof.marking.mark import MalformedResponse, Response
from quizproof.marking.scoring import Confidence
from quizproof_renderers.terminal.faces.base import Face
from quizproof_renderers.terminal.forms.base import Form, MarkedResponse, Quit
from quizproof_renderers.terminal.forms.files import named_to_write, write_new
from quizproof_renderers.terminal.questioning.draft import Draft
from quizproof_renderers.terminal.questioning.feedback import in_short, reveal
from quizproof_renderers.terminal.questioning.hints import Hints
from quizproof_renderers.terminal.questioning.setting import Setting
from quizproof_renderers.terminal.record import Answer, marked
from quizproof_renderers.terminal.selection import Item
from quizproof_renderers.text import plural, sentence


@dataclass(frozen=True)
class Place:
    """Where a question is in its test, and what is known of it."""

    total: int
    """Questions of the test."""
    is_first: bool
    """Whether nothing comes before it."""
    keys: str
    """The keys that work everywhere, in a sentence."""
    flag: Callable[[], bool]
    """Flags the question, or takes the flag away; gives whether it is flagged now."""
    held: Answer | None = None
    """An answer that is not handed in, in an exam."""
    earlier: Answer | None = None
    """The first answer, where the test was left in the middle of a second try."""
    draft: Draft = field(default_factory=Draft)
    """What was typed before the test was left."""


class Asking:
    """One question from its head to its answer."""

    def __init__(self, item: Item, form: Form, place: Place, setting: Setting) -> None:
        """Nothing is shown before `run`.

        item     the question
        form     its form
        place    where it is in the test
        setting  who is asked, and where
        """
        self._item = item
        self._form = form
        self._place = place
        self._setting = setting
        self._face = setting.face
        self._reader = setting.reader
        self._hints = Hints(item.display.hints, item.quiz.header.hint_cost if item.quiz.header else 0)
        self._hints.taken = max(place.draft.hints, place.held.hints if place.held else 0)
        self._done: list[str] = []
        self._typed = ""
        self._began = 0.0
        self.marked: MarkedResponse | None = None
        """The response that counts, with its mark, once there is one."""
        self.answer = place.earlier
        self._is_second = place.earlier is not None
        """The answer that counts, once there is one; it may still be tried again."""

    def draft(self) -> Draft:
        """What was typed so far, for when the test is left in the middle of the question."""
        if self.answer is not None and not self._is_second:
            return Draft()  # there is an answer, and no other one was begun
        return Draft(tuple(self._done), self._typed or self._reader.typed, self._hints.taken)

    def run(self) -> Answer | None:
        """Put the question until it is answered or skipped; None when the learner wants to go back.

        Raises what the reader raises, and Quit.
        """
        show_question(self._face, self._item, self._form, self._place.total)
        self._say_rules()
        self._recall()
        self._setting.shown(self._item)
        started, self._began = time.time(), time.monotonic()
        while True:
            found = self._once(started, self.answer)
            # A later try takes nothing back.
            if found is not None and (self.answer is None or found.score >= self.answer.score):
                self.answer = found
            if found is None or not self._tries_again(found):
                return self.answer
            self._is_second = True
            self._form.restart()
            self._hints.give(self._face)
            self._began = time.monotonic()

    def _recall(self) -> None:
        """Start with what was typed before, and show an answer that is not handed in."""
        held, draft = self._place.held, self._place.draft
        if held is not None and held.response is not None:
            self._face.say(f"Your answer so far: {self._form.so_far(held.response)}. Type s to keep it.")
        self._form.restart()
        if draft.done or draft.typed:
            self._face.say("What you had typed is kept.")
        for text in draft.done:
            self._form.read(text)
            self._done.append(text)
        if draft.typed:
            self._form.recall(draft.typed, self._reader)

    def _once(self, started: float, first: Answer | None) -> Answer | None:
        """Ask until there is an answer. None when the learner wants to go back, or to leave a second try."""
        form, face = self._form, self._face
        while True:
            try:
                typed = form.ask(self._reader)
                match form.command(typed):
                    case "quit":
                        raise Quit
                    case "skip":
                        return self._skip(started, first)
                    case "back" if not self._place.is_first:
                        return None
                    case "back":
                        face.say("This is the first question.")
                        continue
                    case "flag":
                        now = "flagged" if self._place.flag() else "no longer flagged"
                        face.say(f"This question is {now}.")
                        continue
                    case "help":
                        face.say(self._help())
                        continue
                    case "hint":
                        self._hints.give(face)
                        continue
                if form.starter and (name := named_to_write(typed)):
                    self._write_starter(name)
                    continue
                response = form.read(typed)
                if response is None:
                    self._done.append(typed)
                    continue
                self._typed = typed
                answer = self._answer(response, started, first)
            except MalformedResponse as error:
                self._typed = ""
                face.say(sentence(str(error)))
                continue
            self._done, self._typed = [], ""
            return answer

    def _skip(self, started: float, first: Answer | None) -> Answer | None:
        if first is not None:
            return None
        if self._place.held is not None:
            self._face.say("Your answer is kept.")
            return replace(self._place.held, hints=self._hints.taken)
        self._face.verdict("skipped", "Skipped.")
        skipped = Answer(
            self._item.proof,
            self._item.params,
            None,
            None,
            self._hints.taken,
            self._hints.cost,
            started=started,
            seconds=time.monotonic() - self._began,
        )
        # In an exam it can still be answered.
        if self._setting.on_mark and not self._setting.is_exam:
            self._setting.on_mark(marked(skipped, self._item.quiz.id))
        return skipped

    def _answer(self, response: Response, started: float, first: Answer | None) -> Answer:
        """The answer that a response is, marked unless it waits for the end of an exam. Raises MalformedResponse."""
        seconds = time.monotonic() - self._began
        # Before marking, which shows the model answer of an open question.
        confidence = first.confidence if first else self._confidence()
        answer = Answer(
            self._item.proof,
            self._item.params,
            response,
            None,
            self._hints.taken,
            self._hints.cost,
            confidence,
            started,
            seconds,
            tries=2 if first else 1,
            is_held=self._setting.is_exam,
        )
        if self._setting.is_exam:
            self._face.say("Noted.")
            return answer
        given = self._form.mark(response, self._setting.desk(self._item))
        answer = replace(answer, response=given.response, mark=given.mark)
        # Before anything more is shown: who leaves the test while reading has answered.
        if self._setting.on_mark:
            self._setting.on_mark(marked(answer, self._item.quiz.id))
        if self.marked is None or first is None or answer.score >= first.score:
            self.marked = given
        return answer

    def explain(self, answer: Answer) -> None:
        """Show everything about an answer that this question got."""
        if self.marked is not None and answer.response is not None:
            reveal(self._face, self._item, self._form, self.marked, answer)

    def _tries_again(self, answer: Answer) -> bool:
        """Whether the learner wants to try again, where that is possible: once, with a hint, before the solution."""
        if answer.mark is None or answer.mark.correct or answer.tries > 1 or answer.response is None:
            return False
        if not (self._reader.waits and self._hints.left) or self._form.shows_solution:
            return False
        self._face.verdict(answer.standing, in_short(self._form, answer.response, answer.mark))
        cost = f" {self._hints.rule}" if self._hints.rule else ""
        self._face.say(f"You can try once more, with a hint.{cost}")
        while True:
            pressed = self._reader.pause("  t to try again with a hint, Enter for the answer: ").strip().lower()
            # `h` gives a hint everywhere else.
            if pressed in ("t", "h"):
                return True
            if not pressed:
                return False
            self._face.say("Type t, or press Enter.")

    def _write_starter(self, name: str) -> None:
        write_new(name, self._form.starter)
        commands, item = self._setting.commands, self._item
        command = commands.trial(name, "question", item.proof.id, item.quiz.path)
        self._face.say(f"Written to {name}. Type f {name} here when it is done, or run this:")
        self._face.command(command)

    def _help(self) -> str:
        rule = f"Scoring: {scoring.rule(self._form.input)}"
        return "\n".join(filter(None, [self._form.how, rule, self._hints.rule, self._place.keys]))

    def _say_rules(self) -> None:
        """What cannot be guessed about the score, before the first answer."""
        rule = scoring.rule(self._form.input)
        # All or nothing is what everyone expects; `?` says it as well.
        rules = [f"Scoring: {rule}"] if rule != scoring.ALL_OR_NOTHING else []
        if self._hints.texts:
            rules.append(f"{plural(len(self._hints.texts), 'hint')}: type h. {self._hints.rule}".strip())
        if rules:
            self._face.note(" ".join(rules))
            self._face.gap()

    def _confidence(self) -> Confidence | None:
        """How sure the learner is, where the quiz asks for it."""
        header = self._item.quiz.header
        if not header or not header.confidence:
            return None
        while True:
            typed = self._reader.key("  How sure are you (s sure, u unsure, g guess)? ").strip().lower()
            for level in scoring.CONFIDENCES:
                if typed in (level, level[0]):
                    return level
            if typed == "q":
                raise Quit
            self._face.say("Type s if you are sure, u if you are unsure, g if you guessed, or q to quit.")


def show_question(face: Face, item: Item, form: Form, total: int) -> None:
    """The head of a question, its prompt, and what can be chosen from."""
    face.question(item.number, total, item.proof.title)
    face.contents(item.display.prompt)
    face.gap()
    form.show(face)
