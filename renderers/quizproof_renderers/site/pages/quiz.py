"""The page of one quiz."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from quizproof.displays import Code
from quizproof.proof import JudgedClaim
from quizproof.quizfile.header import Header
from quizproof_renderers.site.languages.displays import contents_in_language
from quizproof_renderers.site.names import extent, level_name, mode_name, runtime_name, tag_name
from quizproof_renderers.site.pages.block import PageBlock
from quizproof_renderers.site.pages.coverage import Coverage
from quizproof_renderers.site.pictures import Picture
from quizproof_renderers.tally import shared_code


class Belief(NamedTuple):
    """What people commonly believe, and the question whose run refuted it."""

    text: str
    """Markdown."""
    target: str
    """The link to the question, from the folder of its topic."""
    question: str
    """What the question is called."""
    quiz: str
    """The title of its quiz."""


@dataclass(frozen=True)
class QuizPage:
    """One quiz and its proof."""

    path: str
    """The file it was written in."""
    header: Header
    blocks: tuple[PageBlock, ...]
    """Its questions and exhibits, in their order."""
    versions: str
    """What its snippets ran on: "PyTorch 2.13.0, Python 3.11.7"; empty when its runtime was not started."""
    steps: tuple[JudgedClaim, ...] = ()
    """What its steps of `prepare` claim."""
    pictures: Mapping[str, Picture] = field(default_factory=dict)
    """Its images, by the addresses that its author wrote."""
    left_out: tuple[str, ...] = ()
    """What is wrong with parts of the file that are not on the page."""

    @property
    def id(self) -> str:
        """The quiz's id."""
        return self.header.quiz

    @property
    def title(self) -> str:
        """The quiz's title."""
        return self.header.title

    @property
    def shared_code(self) -> tuple[Code, ...]:
        """What its programs have in common, as content; empty for nothing."""
        return contents_in_language(shared_code(self.header, self.steps))

    @property
    def topic(self) -> str:
        """The id of its topic."""
        return self.header.topic

    @property
    def mode(self) -> str:
        """The id of its mode."""
        return self.header.mode

    @property
    def mode_name(self) -> str:
        """Its mode as readers see it."""
        return mode_name(self.mode)

    @property
    def runtime(self) -> str:
        """The id of its runtime."""
        return self.header.runtime

    @property
    def runtime_name(self) -> str:
        """Its framework as readers see it."""
        return runtime_name(self.runtime)

    @property
    def minutes(self) -> int | None:
        """About how long it takes; None when its author did not say."""
        return self.header.minutes

    @property
    def level(self) -> str:
        """How hard it is, in words; empty when its author did not say."""
        return level_name(self.header.difficulty) if self.header.difficulty else ""

    @property
    def tags(self) -> str:
        """What it is about, in words: "weight decay, optimizers"."""
        return ", ".join(map(tag_name, self.header.tags))

    @property
    def file(self) -> str:
        """Its page, from the folder of its topic."""
        return f"{self.id}.html"

    @cached_property
    def questions(self) -> tuple[PageBlock, ...]:
        """Those of its blocks that ask something."""
        return tuple(block for block in self.blocks if not block.exhibit)

    @property
    def exhibits(self) -> int:
        """How many exhibits it has."""
        return len(self.blocks) - len(self.questions)

    @property
    def extent(self) -> str:
        """How much there is: "8 questions, 1 exhibit"."""
        return extent(len(self.questions), self.exhibits)

    @property
    def support(self) -> tuple[PageBlock, ...]:
        """The blocks that its key insight rests on, in their order; none when it has no insight."""
        insight = self.header.insight
        return tuple(block for block in self.blocks if insight and block.id in insight.rests_on)

    @property
    def beliefs(self) -> tuple[Belief, ...]:
        """What people commonly believe, and a run of its proven questions refuted."""
        proven = (block for block in self.questions if block.status == "proven" and block.variants)
        texts = ((block, block.variants[0].display.belief) for block in proven)
        return tuple(Belief(text, f"{self.file}#q-{block.id}", block.name, self.title) for block, text in texts if text)

    @property
    def asks_for_output(self) -> bool:
        """Whether a question asks what a program prints."""
        return any(question.asks_for_output for question in self.questions)

    @property
    def countdown(self) -> float | None:
        """The minutes that its page counts down; None where it counts none."""
        exam = self.header.exam
        return exam.time_limit if exam and exam.countdown else None

    @property
    def unproven(self) -> tuple[str, ...]:
        """The ids of the places on its page that give the reasons for what is unproven."""
        return tuple(place for block in self.blocks if block.sound for place in block.unproven)

    @property
    def markable(self) -> int:
        """How many questions can be answered."""
        return sum(question.markable for question in self.questions)

    @cached_property
    def coverage(self) -> Coverage:
        """How much of it is proven."""
        return Coverage.together((Coverage.of(self.steps), *(block.coverage for block in self.blocks)))

    @property
    def ingredients(self) -> tuple[object, ...]:
        """Everything that affects its page, except what the page shows of the rest of the topic."""
        return (
            self.header,
            self.versions,
            self.shared_code,
            self.coverage.summary,
            tuple(block.ingredients for block in self.blocks),
            tuple(self.pictures.values()),
            self.left_out,
        )

    @property
    def entry(self) -> tuple[object, ...]:
        """Everything that affects its entry on other pages."""
        return (self.header, self.extent, self.markable, self.coverage.summary, self.unproven)
