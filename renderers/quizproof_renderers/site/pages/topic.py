"""The page of a topic: its quizzes by mode and framework."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from quizproof.quizfile.runtime_names import in_order
from quizproof_renderers.site.names import extent, mode_name, runtime_name, spelled_out
from quizproof_renderers.site.pages.coverage import Coverage
from quizproof_renderers.site.pages.quiz import Belief, QuizPage
from quizproof_renderers.site.reach.presentation import TopicText

_SILENT = TopicText()


class Alternative(NamedTuple):
    """A link to a quiz in another mode or framework of the same topic."""

    id: str
    """The mode or framework."""
    name: str
    """It as readers see it."""
    file: str
    """The quiz's page, from the folder of the topic; empty for the page that is open."""


class Unproven(NamedTuple):
    """A question with a statement that no run can settle."""

    target: str
    """The link to the author's reason, from the folder of the site."""
    question: str
    """What the question is called."""
    quiz: str
    """The title of its quiz."""


@dataclass(frozen=True)
class TopicPage:
    """A topic and its quizzes, in the order of modes and frameworks."""

    id: str
    quizzes: tuple[QuizPage, ...]
    text: TopicText = _SILENT
    """What the owner of the site says of it."""

    @property
    def title(self) -> str:
        """The topic as readers see it: "Freezing layers"."""
        return self.text.title or spelled_out(self.id)

    @property
    def intro(self) -> str:
        """What the owner of the site says of it, in Markdown; may be empty."""
        return self.text.intro

    @property
    def minutes(self) -> int:
        """About how long all its quizzes take together; 0 when no author said."""
        return sum(quiz.minutes or 0 for quiz in self.quizzes)

    @property
    def questions(self) -> int:
        """How many questions it has."""
        return sum(len(quiz.questions) for quiz in self.quizzes)

    @property
    def exhibits(self) -> int:
        """How many exhibits it has."""
        return sum(quiz.exhibits for quiz in self.quizzes)

    @property
    def extent(self) -> str:
        """How much there is: "11 questions, 2 exhibits"."""
        return extent(self.questions, self.exhibits)

    @property
    def beliefs(self) -> tuple[Belief, ...]:
        """What people commonly believe of it, and a run refuted."""
        return tuple(belief for quiz in self.quizzes for belief in quiz.beliefs)

    @property
    def unproven(self) -> tuple[Unproven, ...]:
        """Its questions with statements that no run can settle."""
        return tuple(
            Unproven(f"{self.id}/{quiz.file}#{block.unproven[0]}", block.name, quiz.title)
            for quiz in self.quizzes
            for block in quiz.blocks
            if block.sound and block.unproven
        )

    @property
    def modes(self) -> tuple[str, ...]:
        """The modes it offers, in order."""
        return tuple(dict.fromkeys(quiz.mode for quiz in self.quizzes))

    @property
    def runtimes(self) -> tuple[str, ...]:
        """The frameworks it offers, in order."""
        return in_order({quiz.runtime for quiz in self.quizzes})

    @cached_property
    def coverage(self) -> Coverage:
        """How much of it is proven."""
        return Coverage.together(quiz.coverage for quiz in self.quizzes)

    def of_mode(self, mode: str) -> tuple[QuizPage, ...]:
        """Its quizzes of one mode."""
        return tuple(quiz for quiz in self.quizzes if quiz.mode == mode)

    def of_runtime(self, runtime: str) -> tuple[QuizPage, ...]:
        """Its quizzes in one framework."""
        return tuple(quiz for quiz in self.quizzes if quiz.runtime == runtime)

    def modes_from(self, quiz: QuizPage) -> tuple[Alternative, ...]:
        """For a switch on `quiz`'s page: every mode, in the same framework where there is one."""
        return tuple(
            _alternative(mode, mode_name(mode), quiz, self.of_mode(mode), lambda other: other.runtime == quiz.runtime)
            for mode in self.modes
        )

    def runtimes_from(self, quiz: QuizPage) -> tuple[Alternative, ...]:
        """For a switch on `quiz`'s page: every framework, in the same mode where there is one."""
        return tuple(
            _alternative(
                runtime, runtime_name(runtime), quiz, self.of_runtime(runtime), lambda other: other.mode == quiz.mode
            )
            for runtime in self.runtimes
        )

    @property
    def entry(self) -> tuple[object, ...]:
        """Everything that affects its entry in the contents."""
        return (self.id, self.text, self.coverage.summary, tuple(quiz.entry for quiz in self.quizzes))

    @property
    def ingredients(self) -> tuple[object, ...]:
        """Everything that affects its page."""
        return (self.entry, self.beliefs)

    def surroundings(self, quiz: QuizPage) -> tuple[object, ...]:
        """Everything that `quiz`'s page shows of the rest of the topic."""
        return (self.id, self.text, self.modes_from(quiz), self.runtimes_from(quiz))


def _alternative(
    id_: str, name: str, quiz: QuizPage, candidates: tuple[QuizPage, ...], preferred: Callable[[QuizPage], bool]
) -> Alternative:
    """The link from `quiz` to the first preferred candidate, or to the first at all.

    id_         the mode or framework
    name        it as readers see it
    quiz        whose page has the link
    candidates  the quizzes of that mode or framework, at least one
    preferred   whether a candidate keeps what the reader has chosen already
    """
    if quiz in candidates:
        return Alternative(id_, name, "")
    return Alternative(id_, name, next(filter(preferred, candidates), candidates[0]).file)
