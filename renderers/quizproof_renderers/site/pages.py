"""The pages' view of a report: topics, quizzes, questions and exhibits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import NamedTuple

from quizproof.displays import (
    Code,
    Content,
    Display,
    Evidence,
    Matching,
    MatchItem,
    Option,
    Options,
    Ordering,
    OrderLine,
    ProgramInput,
)
from quizproof.proof import BlockProof, JudgedClaim, Report
from quizproof.quizfile.header import Header
from quizproof_renderers.shuffling import Lettered, lettered, salted
from quizproof_renderers.site.feedback import Slip, slips
from quizproof_renderers.site.names import MODES, mode_name, runtime_name, versions_of, words
from quizproof_renderers.text import plural

MAX_VARIANTS = 4
"""Variants of one question on its page. More would only make the page heavier."""

_RUNTIMES = ("python", "torch", "tensorflow")
_VERDICTS = {"proven": "Proven", "unproven": "Partly proven"}


@dataclass(frozen=True)
class Coverage:
    """How much of what a reader is asked to believe a run has proven."""

    total: int = 0
    """All statements that a reader is asked to believe."""
    proven: int = 0
    """Those that a run has proven."""
    unproven: int = 0
    """Those that no run can settle, by their author's own account."""

    @classmethod
    def of(cls, claims: Iterable[JudgedClaim]) -> Coverage:
        """That of some claims."""
        counts = Counter(claim.verdict for claim in claims)
        return cls(counts.total(), counts["proven"], counts["unproven"])

    @classmethod
    def together(cls, parts: Iterable[Coverage]) -> Coverage:
        """That of several parts as one."""
        every = list(parts)
        return cls(sum(p.total for p in every), sum(p.proven for p in every), sum(p.unproven for p in every))

    @property
    def failed(self) -> int:
        """Those that a run refuted, or that could not be judged."""
        return self.total - self.proven - self.unproven

    @property
    def percent(self) -> int:
        """The share in whole percent. Rounded down, so that 100 means all."""
        return self.proven * 100 // self.total if self.total else 100

    @property
    def words(self) -> str:
        """The counts in words: "30 of 31 statements proven, 1 unproven"."""
        words = f"{self.proven:,} of {plural(self.total, 'statement')} proven"
        if self.unproven:
            words += f", {self.unproven:,} unproven"
        if self.failed:
            words += f", {self.failed:,} refuted or not verified"
        return words


@dataclass(frozen=True)
class Variant:
    """One variant of a question on its page."""

    index: int
    display: Display
    salt: str

    @property
    def options(self) -> tuple[Lettered[Option], ...]:
        """The options in the order shown; none for other ways of answering."""
        shown = self.display.input
        return lettered(shown.options, self.salt) if isinstance(shown, Options) else ()

    @property
    def matches(self) -> tuple[Lettered[MatchItem], ...]:
        """What may be matched, in the order shown; none for other ways of answering."""
        shown = self.display.input
        return lettered(shown.right, self.salt) if isinstance(shown, Matching) else ()

    @property
    def pool(self) -> tuple[OrderLine, ...]:
        """The lines to be put in order, in another one than their author's; none for other ways of answering."""
        shown = self.display.input
        if not isinstance(shown, Ordering):
            return ()
        mixed = salted(shown.lines, self.salt)
        return mixed if mixed != shown.lines else (*mixed[1:], mixed[0])

    @property
    def program(self) -> str:
        """The author's own program, for those ways of answering in which the learner makes one; else empty."""
        match self.display.input:
            case Ordering(orders=orders, lines=lines, indented=indented):
                by_id = {line.id: line for line in lines}
                own = (by_id[part.partition(":")[0] if indented else part] for part in orders[0])
                return "\n".join("    " * line.indent + line.source for line in own)
            case ProgramInput(attempts=attempts):
                return attempts[0].source
            case _:
                return ""

    @property
    def why(self) -> tuple[Content, ...]:
        """The worked solution, without the author's program where the answer has shown it already."""
        solution = self.display.solution
        answer = self.display.answer.strip()
        return tuple(c for c in solution if not (self.program and isinstance(c, Code) and c.source.strip() == answer))

    def letter_of(self, match: str) -> str:
        """The letter at which something to be matched is shown."""
        return next(letter for letter, item in self.matches if item.id == match)

    @property
    def slips(self) -> tuple[Slip, ...]:
        """The wrong responses that were foreseen."""
        return slips(self.display.input)

    @property
    def one_run(self) -> bool:
        """Whether all options are about the same run, so that it is shown once rather than under each."""
        return len({option.evidence for _, option in self.options}) == 1

    @property
    def run(self) -> Evidence | None:
        """What the question's own program did, unless the options tell what each of them did."""
        if self.one_run:
            return self.options[0].thing.evidence or self.display.evidence
        return None if self.options else self.display.evidence

    @property
    def key_letters(self) -> str:
        """The letters of the right options, "B" or "A and C"; of the right matches, "1–B, 2–A"."""
        shown = self.display.input
        if isinstance(shown, Matching):
            letters = {item.id: letter for letter, item in self.matches}
            return ", ".join(f"{place}–{letters[id_]}" for place, id_ in enumerate(shown.key, 1))
        return " and ".join(letter for letter, option in self.options if option.correct)


@dataclass(frozen=True)
class BlockPage:
    """A question or an exhibit in its place on a quiz page."""

    proof: BlockProof
    header: Header
    """What its quiz says about itself."""
    number: int
    """Questions are numbered from 1; an exhibit has the number of the question before it."""

    @property
    def id(self) -> str:
        """The block's id."""
        return self.proof.id

    @property
    def exhibit(self) -> bool:
        """Whether it is an exhibit, which nobody answers."""
        return self.proof.exhibit

    @property
    def name(self) -> str:
        """What links to it say: its title, or its number."""
        return self.title or (words(self.id) if self.exhibit else f"Question {self.number}")

    @property
    def title(self) -> str:
        """Its heading, without the number; may be empty."""
        return self.proof.title

    @property
    def status(self) -> str:
        """The worst verdict among its claims."""
        return self.proof.status

    @property
    def verdict(self) -> str:
        """The status as the reader is told it."""
        if not self.sound:
            return "Not proven"
        return _VERDICTS[self.status] if self.coverage.proven else "Unproven"

    @cached_property
    def coverage(self) -> Coverage:
        """How much of it is proven."""
        return Coverage.of(self.proof.claims)

    @property
    def sound(self) -> bool:
        """Whether it may be shown for true: nothing in it was refuted or left unjudged."""
        return self.status in ("proven", "unproven") and bool(self.variants)

    @property
    def markable(self) -> bool:
        """Whether it may be answered and marked."""
        return self.sound and not self.exhibit

    @cached_property
    def variants(self) -> tuple[Variant, ...]:
        """The variants that can be shown, at most MAX_VARIANTS."""
        salt = f"{self.header.quiz}/{self.id}"
        displays = [variant.display for variant in self.proof.variants if variant.display]
        return tuple(Variant(i, d, f"{salt}/{i}") for i, d in enumerate(displays[:MAX_VARIANTS]))

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why it is not proven, as its author was told."""
        return tuple(dict.fromkeys(finding.message for finding in self.proof.findings if finding.severity == "error"))

    @property
    def ingredients(self) -> tuple[object, ...]:
        """All that its part of a page is made from."""
        shown = tuple(variant.display for variant in self.variants)
        prompt = self.proof.prompt
        return (self.id, self.exhibit, self.title, prompt, self.status, self.coverage.words, self.reasons, shown)


class Belief(NamedTuple):
    """What people commonly believe, and the question whose run refuted it."""

    text: str
    """Markdown."""
    target: str
    """The question, from the folder of its topic."""
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
    blocks: tuple[BlockPage, ...]
    """Its questions and exhibits, in their order."""
    versions: str
    """What its snippets ran on: "PyTorch 2.13.0, Python 3.11.7"; empty when its runtime was not started."""

    @property
    def id(self) -> str:
        """The quiz's id."""
        return self.header.quiz

    @property
    def title(self) -> str:
        """The quiz's title."""
        return self.header.title

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
    def file(self) -> str:
        """Its page, from the folder of its topic."""
        return f"{self.id}.html"

    @cached_property
    def questions(self) -> tuple[BlockPage, ...]:
        """Those of its blocks that ask something."""
        return tuple(block for block in self.blocks if not block.exhibit)

    @property
    def exhibits(self) -> int:
        """How many exhibits it has."""
        return len(self.blocks) - len(self.questions)

    @property
    def extent(self) -> str:
        """How much there is: "8 questions, 1 exhibit"."""
        return _extent(len(self.questions), self.exhibits)

    @property
    def support(self) -> tuple[BlockPage, ...]:
        """The blocks that its key insight rests on, in their order; none when it has no insight."""
        insight = self.header.insight
        return tuple(block for block in self.blocks if insight and block.id in insight.rests_on)

    @property
    def beliefs(self) -> tuple[Belief, ...]:
        """What people commonly believe, and a run of its proven questions refuted."""
        proven = (block for block in self.questions if block.status == "proven" and block.variants)
        told = ((block, block.variants[0].display.belief) for block in proven)
        return tuple(Belief(text, f"{self.file}#q-{block.id}", block.name, self.title) for block, text in told if text)

    @property
    def markable(self) -> int:
        """How many questions can be answered."""
        return sum(question.markable for question in self.questions)

    @cached_property
    def coverage(self) -> Coverage:
        """How much of it is proven."""
        return Coverage.together(block.coverage for block in self.blocks)

    @property
    def ingredients(self) -> tuple[object, ...]:
        """All that its page is made from, beside what stands around it."""
        return (self.header, self.versions, tuple(block.ingredients for block in self.blocks))

    @property
    def entry(self) -> tuple[object, ...]:
        """All that its entry on other pages is made from."""
        return (self.header, self.extent, self.markable, self.coverage.words)


class Way(NamedTuple):
    """A link to another mode or framework of the same topic; the one that is open has no target."""

    name: str
    file: str


@dataclass(frozen=True)
class TopicPage:
    """A topic and its quizzes, in the order of modes and frameworks."""

    id: str
    quizzes: tuple[QuizPage, ...]

    @property
    def title(self) -> str:
        """The topic as readers see it: "Freezing layers"."""
        return words(self.id)

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
        return _extent(self.questions, self.exhibits)

    @property
    def beliefs(self) -> tuple[Belief, ...]:
        """What people commonly believe of it, and a run refuted."""
        return tuple(belief for quiz in self.quizzes for belief in quiz.beliefs)

    @property
    def modes(self) -> tuple[str, ...]:
        """The modes it offers, in order."""
        return tuple(dict.fromkeys(quiz.mode for quiz in self.quizzes))

    @property
    def runtimes(self) -> tuple[str, ...]:
        """The frameworks it offers, in order."""
        offered = {quiz.runtime for quiz in self.quizzes}
        return tuple(runtime for runtime in _RUNTIMES if runtime in offered)

    @cached_property
    def coverage(self) -> Coverage:
        """How much of it is proven."""
        return Coverage.together(quiz.coverage for quiz in self.quizzes)

    def of_mode(self, mode: str) -> tuple[QuizPage, ...]:
        """Its quizzes of one mode."""
        return tuple(quiz for quiz in self.quizzes if quiz.mode == mode)

    def modes_from(self, quiz: QuizPage) -> tuple[Way, ...]:
        """For a switch on `quiz`'s page: every mode, in the same framework where there is one."""
        return tuple(self._way(mode_name(mode), quiz, self.of_mode(mode), "runtime") for mode in self.modes)

    def runtimes_from(self, quiz: QuizPage) -> tuple[Way, ...]:
        """For a switch on `quiz`'s page: every framework, in the same mode where there is one."""
        return tuple(
            self._way(runtime_name(runtime), quiz, tuple(q for q in self.quizzes if q.runtime == runtime), "mode")
            for runtime in self.runtimes
        )

    def after(self, quiz: QuizPage) -> QuizPage | None:
        """The quiz that follows; None after the last."""
        index = self.quizzes.index(quiz)
        return self.quizzes[index + 1] if index + 1 < len(self.quizzes) else None

    @property
    def entry(self) -> tuple[object, ...]:
        """All that its entry on the index is made from."""
        return (self.id, self.coverage.words, tuple(quiz.entry for quiz in self.quizzes))

    @property
    def ingredients(self) -> tuple[object, ...]:
        """All that its page is made from."""
        return (self.entry, self.beliefs)

    def surroundings(self, quiz: QuizPage) -> tuple[object, ...]:
        """All that `quiz`'s page shows of the rest of the topic."""
        after = self.after(quiz)
        return (self.id, self.modes_from(quiz), self.runtimes_from(quiz), after and (after.file, after.title))

    def _way(self, name: str, quiz: QuizPage, candidates: tuple[QuizPage, ...], prefer: str) -> Way:
        if quiz in candidates:
            return Way(name, "")
        alike = [q for q in candidates if getattr(q, prefer) == getattr(quiz, prefer)]
        return Way(name, (alike or candidates)[0].file)


@dataclass(frozen=True)
class Site:
    """All topics, and what was proven of them."""

    title: str
    topics: tuple[TopicPage, ...]
    runtimes: tuple[str, ...]
    """The versions that snippets ran on, a text a runtime."""
    sandbox: str

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
        return _extent(self.questions, sum(topic.exhibits for topic in self.topics))

    @property
    def minutes(self) -> int:
        """About how long everything takes; 0 when no author said."""
        return sum(topic.minutes for topic in self.topics)

    @cached_property
    def coverage(self) -> Coverage:
        """How much of it is proven."""
        return Coverage.together(topic.coverage for topic in self.topics)

    @property
    def ingredients(self) -> tuple[object, ...]:
        """All that the index is made from, beside the title."""
        return (self.runtimes, self.sandbox, self.coverage.words, tuple(topic.entry for topic in self.topics))


def site_of(report: Report, title: str, order: Sequence[str] = ()) -> Site:
    """Arrange a report as topics, quizzes and questions. Topics not in `order` follow in that of the alphabet."""
    pages: dict[str, list[QuizPage]] = {}
    for quiz in report.quizzes:
        if quiz.header is None:
            continue
        numbers = accumulate(int(not block.exhibit) for block in quiz.blocks)
        numbered = zip(quiz.blocks, numbers, strict=True)
        blocks = tuple(BlockPage(block, quiz.header, number) for block, number in numbered)
        page = QuizPage(quiz.path, quiz.header, blocks, versions_of(quiz.header.runtime, quiz.versions))
        pages.setdefault(page.topic, []).append(page)
    topics = tuple(TopicPage(topic, tuple(sorted(pages[topic], key=_place))) for topic in _ordered(pages, order))
    runtimes = tuple(
        versions_of(name, report.result.runtimes[name]) for name in sorted(report.result.runtimes, key=_rank)
    )
    return Site(title, topics, runtimes, report.result.sandbox)


def _ordered(topics: Iterable[str], order: Sequence[str]) -> list[str]:
    return sorted(topics, key=lambda topic: (order.index(topic) if topic in order else len(order), topic))


def _place(quiz: QuizPage) -> tuple[int, int, str]:
    modes = list(MODES)
    return (modes.index(quiz.mode) if quiz.mode in modes else len(modes), _rank(quiz.runtime), quiz.title)


def _rank(runtime: str) -> int:
    return _RUNTIMES.index(runtime) if runtime in _RUNTIMES else len(_RUNTIMES)


def _extent(questions: int, exhibits: int) -> str:
    asked = plural(questions, "question")
    return f"{asked}, {plural(exhibits, 'exhibit')}" if exhibits else asked
