"""The session: a self-test from the first question to the summary."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from functools import partial
from typing import TextIO

from quizproof.errors import UsageError
from quizproof.proof import QuizProof
from quizproof_renderers.terminal.faces.dispatch import face_for
from quizproof_renderers.terminal.forms.base import Form, MarkedResponse, Quit
from quizproof_renderers.terminal.questioning.clock import Clock, TimeUp
from quizproof_renderers.terminal.questioning.commands import Commands
from quizproof_renderers.terminal.questioning.draft import Draft
from quizproof_renderers.terminal.questioning.exhibit import Move, Showing
from quizproof_renderers.terminal.questioning.feedback import reveal
from quizproof_renderers.terminal.questioning.hand_in import ask_to_hand_in, hand_in
from quizproof_renderers.terminal.questioning.heads import keys, say_left_out, show_insight, show_quiz
from quizproof_renderers.terminal.questioning.question import Asking, Place, show_question
from quizproof_renderers.terminal.questioning.setting import Runner, Setting, Trier
from quizproof_renderers.terminal.reader import reader_for
from quizproof_renderers.terminal.record import Answer, Ending, OnMark, Result
from quizproof_renderers.terminal.selection import Item, Selection, select
from quizproof_renderers.terminal.summary import show_summary
from quizproof_renderers.terminal.unfinished import Progress, Unfinished
from quizproof_renderers.text import listed, plural


def run(
    quizzes: Sequence[QuizProof],
    *,
    seed: int,
    plain: bool = False,
    shuffle: bool = False,
    exam: bool = False,
    minutes: float | None = None,
    runner: Runner | None = None,
    trier: Trier | None = None,
    on_mark: OnMark | None = None,
    kept: Unfinished | None = None,
    commands: Commands | None = None,
    on_shown: Callable[[QuizProof], None] | None = None,
    stdin: TextIO | None = None,
    stdout: TextIO | None = None,
) -> Result:
    """Put the questions of `quizzes` to a learner, mark the answers, and show what each option's run really did.

    quizzes   proven, with displays
    seed      decides the variants and the order of options, so that the same seed gives the same test
    plain     whether to write for screen readers
    shuffle   whether the order of the questions is drawn too
    exam      whether nothing is marked before all answers are handed in
    minutes   after how many an exam is handed in as it is; None for no limit
    runner    runs the programs that learners write; when None, those that proving did not run stay unmarked
    trier     judges scripts by an experiment; None where nothing can be run
    on_mark   is told each mark, before what the runs did and the solution are shown; None where nobody keeps them
    kept      keeps what is answered and typed, and has what was when this test was left before; None to keep nothing
    commands  writes the commands that learners can copy; for the default bank when None
    on_shown  is told the quiz of each block that is on screen; it may start what will be needed
    stdin     where answers are read; the standard input of the process when None
    stdout    where everything is shown; the standard output of the process when None

    Exhibits are shown in their places. On a terminal one key answers a choice; from anything else answers are read
    line by line. The end of the input and Ctrl-C end the test early, with the summary; they raise nothing.
    """
    output = stdout or sys.stdout
    face, reader = face_for(output, plain=plain), reader_for(stdin or sys.stdin, output)
    setting = Setting(face, reader, runner, trier, on_mark, exam, commands or Commands(), on_shown)
    return _Session(select(quizzes, seed, shuffle=shuffle), setting, kept, minutes).run()


class _Session:
    """One self-test."""

    def __init__(self, selection: Selection, setting: Setting, kept: Unfinished | None, minutes: float | None) -> None:
        self._selection = selection
        self._items = selection.items
        self._questions = selection.questions
        self._setting = setting
        self._face = setting.face
        self._reader = setting.reader
        self._kept = kept
        before = kept.restored(self._questions) if kept else Progress()
        if kept and not kept.is_of(self._questions):
            # To go on would be another test, and would forget this one.
            raise UsageError("the unfinished test has none of these questions, so it cannot go on; it is still kept")
        self._answers = dict(before.answers)
        self._flagged = set(before.flagged)
        self._drafts = dict(before.drafts)
        self._dropped = before.dropped
        self._clock = Clock(minutes, before.seconds)
        self._marked: dict[str, MarkedResponse] = {}
        self._shown: set[str] = set()
        """The ids of exhibits, and of quizzes, that were shown."""
        self._concluded: set[str] = set()
        """The ids of quizzes whose end was reached."""
        self._quiz: QuizProof | None = None
        """The quiz of the block before."""

    def run(self) -> Result:
        """The whole session. Nothing that ends it early leaves it as an exception."""
        ending: Ending = "finished"
        try:
            with self._clock:
                self._run()
        except TimeUp:
            ending = "out of time"
            self._reader.end_line()
        except Quit:
            ending = "quit"
        except EOFError:
            ending = "end of input"
            self._reader.end_line()
        except KeyboardInterrupt:
            ending = "interrupted"
            self._reader.end_line()
        if self._setting.is_exam:
            ending = self._hand_in(ending)
        return self._close(ending)

    def _run(self) -> None:
        place = self._start()
        move: Move = "on"
        while True:
            while place < len(self._items):
                try:
                    move = self._step(place, move)
                except Quit:
                    if not self._setting.is_exam:
                        raise
                    break
                place = max(0, place + (1 if move == "on" else -1))
            again = self._end()
            if again is None:
                return
            place, move = again, "on"

    def _start(self) -> int:
        """Where the test begins: at the first question without an answer, with the exhibits before it."""
        if self._dropped:
            count = plural(self._dropped, "answer")
            self._face.say(f"{count} could not be kept: the questions have changed, or are not put here now.")
        if not self._answers:
            return 0
        done = f"{len(self._answers)} of {plural(len(self._questions), 'question')} answered or skipped"
        self._face.say(f"Going on where you left: {done}.")
        place = self._first(lambda item: item.proof.id not in self._answers or item.proof.id in self._drafts)
        while place and self._items[place - 1].form is None:
            place -= 1
        return place

    def _first(self, fits: Callable[[Item], bool]) -> int:
        """The place of the first question that fits; behind the last item when none does."""
        found = (place for place, item in enumerate(self._items) if item.form and fits(item))
        return next(found, len(self._items))

    def _step(self, place: int, came: Move) -> Move:
        """Put the block at a place; where the learner goes from it.

        came  how the learner came to it: forward, what was answered or seen before is passed
        """
        item = self._items[place]
        if came == "on" and self._is_done(item):
            return "on"
        self._introduce(item)
        move = self._show(item, place) if item.form is None else self._ask(item, item.form, place)
        if move == "on" and self._is_last_of_quiz(place) and not self._setting.is_exam:
            self._conclude(item.quiz)
        return move

    def _is_done(self, item: Item) -> bool:
        id_ = item.proof.id
        if item.form is None:
            return id_ in self._shown
        answer = self._answers.get(id_)
        return answer is not None and answer.response is not None and id_ not in self._drafts

    def _introduce(self, item: Item) -> None:
        """The head of the quiz, before its first block; where quizzes are mixed, where each question is from."""
        quiz, first = item.quiz, not self._shown
        if quiz.id not in self._shown:
            show_quiz(self._face, self._selection, quiz)
            self._shown.add(quiz.id)
        elif quiz is not self._quiz and quiz.header:
            self._face.note(f"From: {quiz.header.title}")
        self._quiz = quiz
        if first:  # once for the whole test, below the first head
            say_left_out(self._face, self._selection.left_out)
            self._face.say(f"{keys(self._items)} Seed {self._selection.seed}.")
            if self._setting.is_exam:
                self._face.say(f"An exam: answers are marked when you hand in.{self._clock.rule}")

    def _show(self, item: Item, place: int) -> Move:
        self._shown.add(item.proof.id)
        move = Showing(item, self._setting, is_first=not place).run()
        return move or self._pause(place)

    def _ask(self, item: Item, form: Form, place: int) -> Move:
        id_ = item.proof.id
        before = self._answers.get(id_)
        is_marked = before is not None and before.response is not None and not before.is_held
        if before is not None and is_marked and id_ not in self._drafts:
            self._review(item, form, before)
            return self._pause(place)
        asking = Asking(item, form, self._place(item, place, before), self._setting)
        try:
            answer = asking.run()
        except BaseException:
            self._leave(id_, asking)
            raise
        if answer is None:
            self._leave(id_, asking)
            return "back"
        self._record(id_, answer, asking.marked)
        asking.explain(answer)
        # Nothing was shown that had to be read.
        return "on" if answer.response is None or answer.is_held else self._pause(place)

    def _place(self, item: Item, place: int, before: Answer | None) -> Place:
        id_ = item.proof.id
        return Place(
            total=len(self._questions),
            is_first=not place,
            keys=keys(self._items),
            flag=partial(self._flag, id_),
            held=before if before and before.is_held else None,
            earlier=before if before and before.response is not None and not before.is_held else None,
            draft=self._drafts.pop(id_, Draft()),
        )

    def _flag(self, id_: str) -> bool:
        self._flagged ^= {id_}
        self._keep()
        return id_ in self._flagged

    def _record(self, id_: str, answer: Answer, marked: MarkedResponse | None) -> None:
        self._answers[id_] = answer
        if marked:
            self._marked[id_] = marked
        self._keep()

    def _leave(self, id_: str, asking: Asking) -> None:
        """Keep what there is of a question that the learner leaves."""
        if draft := asking.draft():
            self._drafts[id_] = draft
        if asking.answer:
            self._record(id_, asking.answer, asking.marked)
        else:
            self._keep()

    def _keep(self) -> None:
        if self._kept:
            self._kept.save(Progress(self._answers, frozenset(self._flagged), self._drafts, self._clock.used))

    def _review(self, item: Item, form: Form, answer: Answer) -> None:
        """Show a question that was answered, and its answer, again."""
        show_question(self._face, item, form, len(self._questions))
        assert answer.response is not None
        marked = self._marked.get(item.proof.id) or MarkedResponse(answer.response, answer.mark)
        self._face.say(f"You answered: {form.given(answer.response)}")
        reveal(self._face, item, form, marked, answer)

    def _pause(self, place: int) -> Move:
        """Let the learner read, unless nothing more is put. Then the end of the test is shown at once."""
        if all(map(self._is_done, self._items[place + 1 :])) and not self._skipped():
            return "on"
        back = "" if len(self._items) == 1 else "b to go back, "
        pressed = self._reader.pause(f"\n  Press any key to continue, {back}or q to quit: ").strip().lower()
        if pressed == "q":
            raise Quit
        return "back" if pressed in ("b", "<") and place else "on"

    def _is_last_of_quiz(self, place: int) -> bool:
        """Whether no other block of its quiz comes later, and the end of the quiz is reached for the first time."""
        quiz = self._items[place].quiz
        return all(item.quiz is not quiz for item in self._items[place + 1 :]) and quiz.id not in self._concluded

    def _conclude(self, quiz: QuizProof) -> None:
        self._concluded.add(quiz.id)
        show_insight(self._face, quiz, self._selection.left_out)

    def _skipped(self) -> list[Item]:
        """The questions that were put, and have no answer."""
        put = [item for item in self._questions if item.proof.id in self._answers]
        return [item for item in put if self._answers[item.proof.id].response is None]

    def _end(self) -> int | None:
        """What the learner does after the last block: the place to go to, or None to end the test."""
        skipped = self._skipped()
        if self._setting.is_exam:
            choice = ask_to_hand_in(self._setting, [item.proof.id for item in skipped])
            if choice == "back":
                return len(self._items) - 1
            return None if choice == "hand in" else self._first(lambda item: item in skipped)
        if not skipped or not self._reader.waits:
            return None
        self._face.gap()
        self._face.say(f"You have skipped {listed([item.proof.id for item in skipped])}.")
        pressed = self._reader.pause("  s to go back there, any other key for the summary: ").strip().lower()
        return self._first(lambda item: item in skipped) if pressed == "s" else None

    def _hand_in(self, ending: Ending) -> Ending:
        """Mark an exam, unless the learner stopped it and can go on later; how it ended."""
        is_kept = self._kept is not None and ending != "out of time"
        if ending in ("quit", "interrupted") or (ending == "end of input" and is_kept):
            return ending
        if ending == "out of time":
            self._face.say("The time is up. Your answers are handed in as they are.")
        try:
            hand_in(self._setting, self._questions, self._answers, self._record)
        except KeyboardInterrupt:
            self._reader.end_line()
            return "interrupted"
        return ending

    def _close(self, ending: Ending) -> Result:
        """The summary, and how to go on with what is not finished."""
        in_order = [item.proof.id for item in self._questions]
        answers = tuple(self._answers[id_] for id_ in in_order if id_ in self._answers)
        exhibits = len(self._items) - len(self._questions)
        flagged = tuple(id_ for id_ in in_order if id_ in self._flagged)
        left_out = self._selection.left_out
        result = Result(answers, left_out, len(self._questions), ending, exhibits, flagged)
        if result.total:
            show_summary(self._face, self._questions, result, self._setting.commands)
        elif not result.exhibits:
            say_left_out(self._face, left_out)
            self._face.say("There is no question to answer.")
        if self._kept and (ending in ("finished", "out of time") or not (answers or self._drafts or flagged)):
            self._kept.remove()
        elif self._kept:
            self._keep()
            self._face.gap()
            self._face.say("What you have answered and typed is kept. To go on:")
            self._face.command(self._setting.commands.resume())
        return result
