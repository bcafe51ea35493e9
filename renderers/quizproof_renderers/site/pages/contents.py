"""The whole site, as its contents page shows it: all topics and what was proven of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate

from quizproof.proof import QuizProof, Report
from quizproof.quizfile.runtime_names import BUILT_IN, in_order
from quizproof_renderers.site.languages.messages import speaking
from quizproof_renderers.site.names import MODES, extent, versions_of
from quizproof_renderers.site.pages.bank_source import BankSource
from quizproof_renderers.site.pages.block import PageBlock
from quizproof_renderers.site.pages.coverage import Coverage
from quizproof_renderers.site.pages.quiz import QuizPage
from quizproof_renderers.site.pages.repeats import shown_in
from quizproof_renderers.site.pages.topic import TopicPage, Unproven
from quizproof_renderers.site.pictures import pictures_in
from quizproof_renderers.site.reach.presentation import Presentation, TopicText
from quizproof_renderers.tally import shared_code


@dataclass(frozen=True)
class Site:
    """All topics, and what was proven of them."""

    title: str
    topics: tuple[TopicPage, ...]
    runtimes: tuple[str, ...]
    """The versions that snippets ran on, one string per runtime."""
    sandbox: str
    """The isolation of runs, a level that `names.isolation` knows."""
    presentation: Presentation = field(default_factory=Presentation)
    """What its owner has set."""

    @property
    def quizzes(self) -> int:
        """How many quizzes there are."""
        return sum(len(topic.quizzes) for topic in self.topics)

    @property
    def questions(self) -> int:
        """How many questions there are."""
        return sum(topic.questions for topic in self.topics)

    @property
    def extent(self) -> str:
        """How much there is: "12 questions, 2 exhibits"."""
        return extent(self.questions, sum(topic.exhibits for topic in self.topics))

    @property
    def minutes(self) -> int:
        """About how long everything takes; 0 when no author said."""
        return sum(topic.minutes for topic in self.topics)

    @cached_property
    def frameworks(self) -> tuple[str, ...]:
        """The runtimes of its quizzes that learners choose between: frameworks, without plain Python."""
        return in_order({runtime for topic in self.topics for runtime in topic.runtimes} - {"python"})

    def after(self, quiz: QuizPage) -> tuple[str, str] | None:
        """What follows a quiz, in the same framework: its page from the folder of a topic, and its title.

        Plain Python goes with every framework. None after the last.
        """
        every = [other for topic in self.topics for other in topic.quizzes]
        later = every[every.index(quiz) + 1 :]
        alike = (other for other in later if other.runtime == quiz.runtime or "python" in (other.runtime, quiz.runtime))
        if following := next(alike, None):
            folder = "" if following.topic == quiz.topic else f"../{following.topic}/"
            return f"{folder}{following.file}", following.title
        return None

    @cached_property
    def coverage(self) -> Coverage:
        """How much of it is proven."""
        return Coverage.together(topic.coverage for topic in self.topics)

    @property
    def unproven(self) -> tuple[Unproven, ...]:
        """All questions with statements that no run can settle."""
        return tuple(each for topic in self.topics for each in topic.unproven)

    @property
    def ingredients(self) -> tuple[object, ...]:
        """Everything that affects the contents page, except the title."""
        return (self.runtimes, self.sandbox, self.coverage.summary, tuple(topic.entry for topic in self.topics))


def site_of(
    report: Report,
    title: str,
    order: Sequence[str] = (),
    source: BankSource | None = None,
    presentation: Presentation | None = None,
) -> Site:
    """Arrange a report as topics, quizzes and blocks.

    report  what `prove` gives, with displays; files that could not be read are left out
    title   of the site
    order   ids of topics; those that are not among them follow in alphabetical order
    source  where readers get the bank
    presentation  what its owner has set

    The quizzes of a topic are sorted by mode, then by runtime, then by title.
    """
    presentation = presentation or Presentation()
    with speaking(presentation.language):
        return _site(report, title, order, source or BankSource(), presentation)


def _site(report: Report, title: str, order: Sequence[str], source: BankSource, presentation: Presentation) -> Site:
    pages: dict[str, list[QuizPage]] = {}
    for quiz in report.quizzes:
        if quiz.header is None:
            continue
        blocks = _blocks(quiz, source, presentation)
        insight = quiz.header.insight.text if quiz.header.insight else ""
        texts = (quiz.header.intro, insight, quiz.blocks)
        versions = versions_of(quiz.header.runtime, quiz.versions)
        pictures = pictures_in(quiz.files, *texts)
        left_out = tuple(finding.message for finding in quiz.file_findings if finding.severity == "error")
        page = QuizPage(quiz.path, quiz.header, blocks, versions, quiz.steps, pictures, left_out)
        pages.setdefault(page.topic, []).append(page)
    topics = tuple(
        TopicPage(topic, tuple(sorted(pages[topic], key=_place)), presentation.topics.get(topic, TopicText()))
        for topic in _ordered(pages, order)
    )
    runtimes = tuple(
        versions_of(name, report.result.runtimes[name]) for name in sorted(report.result.runtimes, key=_rank)
    )
    return Site(title, topics, runtimes, report.result.sandbox, presentation)


def _blocks(quiz: QuizProof, source: BankSource, presentation: Presentation) -> tuple[PageBlock, ...]:
    """The blocks of a quiz, numbered, each with the programs that the page shows above it."""
    # An exhibit adds nothing, so it has the number of the question before it.
    numbers = accumulate(int(not proof.exhibit) for proof in quiz.blocks)
    blocks: list[PageBlock] = []
    assert quiz.header is not None
    above = shown_in(shared_code(quiz.header, quiz.steps))
    address = presentation.address(f"{quiz.header.topic}/{quiz.header.quiz}.html")
    for proof, number in zip(quiz.blocks, numbers, strict=True):
        blocks.append(PageBlock(proof, quiz.header, number, source, above, presentation.report, address))
        above += blocks[-1].shown
    return tuple(blocks)


def _ordered(topics: Iterable[str], order: Sequence[str]) -> list[str]:
    return sorted(topics, key=lambda topic: (order.index(topic) if topic in order else len(order), topic))


def _place(quiz: QuizPage) -> tuple[int, int, str]:
    return (MODES.index(quiz.mode) if quiz.mode in MODES else len(MODES), _rank(quiz.runtime), quiz.title)


def _rank(runtime: str) -> int:
    return BUILT_IN.index(runtime) if runtime in BUILT_IN else len(BUILT_IN)
