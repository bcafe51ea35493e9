"""The pages' view of a report, and the templates' environment. Dispatches on display blocks, never on kinds."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import NamedTuple, assert_never

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from quizproof.blocks import (
    Code,
    Content,
    Display,
    Evidence,
    Input,
    LineInput,
    NumberInput,
    Option,
    Options,
    Output,
    Prose,
    TextInput,
)
from quizproof.header import Header
from quizproof.proof import JudgedClaim, QuestionProof, Report
from quizproof_renderers import markup
from quizproof_renderers.text import clip, clip_lines, plural, visible

MAX_VARIANTS = 4
"""Variants of one question on its page. More would only make the page heavier."""

MODES = {
    "practice": ("Practice", "Questions on the ideas, the syntax, the output and the bugs."),
    "metrics": ("Metrics", "What to measure, how to read it, and when it misleads."),
    "experiment": ("Experiment", "A real training run that misses its targets, and how to make it meet them."),
    "trace": ("Trace", "Follow the data through a pipeline, shape by shape."),
}
"""The learner's ways into a topic, in the order in which they are offered: name and description."""

NAMES = {
    "torch": "PyTorch",
    "tensorflow": "TensorFlow",
    "python": "Python",
    "numpy": "NumPy",
    "keras": "Keras",
    "sklearn": "scikit-learn",
    "scikit-learn": "scikit-learn",
}
"""Runtimes and libraries as their makers write them."""

SANDBOXES = {
    "namespaces": "Each run had a process, a file system and a network of its own",
    "landlock": "Runs could not write outside their scratch folder",
    "none": "Runs were limited, but not isolated",
}
"""The isolation of runs, as readers are told of it."""

_RUNTIMES = ("python", "torch", "tensorflow")
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_VERDICTS = {"proven": "Proven", "unproven": "Partly proven"}
_MAX_LINES = 40
_MAX_LENGTH = 4_000


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


class Lettered(NamedTuple):
    """An option under the letter at which it is shown."""

    letter: str
    option: Option


@dataclass(frozen=True)
class Variant:
    """One variant of a question on its page."""

    index: int
    display: Display
    salt: str

    @property
    def options(self) -> tuple[Lettered, ...]:
        """The options in the order shown; none for other ways of answering."""
        shown = self.display.input
        return lettered(shown, self.salt) if isinstance(shown, Options) else ()

    @property
    def one_run(self) -> bool:
        """Whether all options are about the same run, so that it is shown once rather than under each."""
        return len({option.evidence for _, option in self.options}) == 1

    @property
    def run(self) -> Evidence | None:
        """What the question's own program did, unless the options tell what each of them did."""
        if self.one_run:
            return self.options[0].option.evidence or self.display.evidence
        return None if self.options else self.display.evidence

    @property
    def key_letters(self) -> str:
        """The letters of the right options: "B", "A and C"."""
        return " and ".join(letter for letter, option in self.options if option.correct)


@dataclass(frozen=True)
class QuestionPage:
    """A question in its place on a quiz page."""

    proof: QuestionProof
    quiz: str
    """The id of its quiz."""
    number: int

    @property
    def id(self) -> str:
        """The question's id."""
        return self.proof.id

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
        if not self.markable:
            return "Not proven"
        return _VERDICTS[self.status] if self.coverage.proven else "Unproven"

    @cached_property
    def coverage(self) -> Coverage:
        """How much of it is proven."""
        return Coverage.of(self.proof.claims)

    @property
    def markable(self) -> bool:
        """Whether it may be answered and marked: nothing in it was refuted or left unjudged."""
        return self.status in ("proven", "unproven") and bool(self.variants)

    @cached_property
    def variants(self) -> tuple[Variant, ...]:
        """The variants that can be shown, at most MAX_VARIANTS."""
        salt = f"{self.quiz}/{self.id}"
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
        return (self.id, self.title, prompt, self.status, self.coverage.words, self.reasons, shown)


@dataclass(frozen=True)
class QuizPage:
    """One quiz and its proof."""

    path: str
    """The file it was written in."""
    header: Header
    questions: tuple[QuestionPage, ...]
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

    @property
    def markable(self) -> int:
        """How many questions can be answered."""
        return sum(question.markable for question in self.questions)

    @cached_property
    def coverage(self) -> Coverage:
        """How much of it is proven."""
        return Coverage.together(question.coverage for question in self.questions)

    @property
    def ingredients(self) -> tuple[object, ...]:
        """All that its page is made from, beside what stands around it."""
        return (self.header, self.versions, tuple(question.ingredients for question in self.questions))

    @property
    def entry(self) -> tuple[object, ...]:
        """All that its entry on other pages is made from."""
        return (self.header, len(self.questions), self.markable, self.coverage.words)


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
        return _words(self.id)

    @property
    def minutes(self) -> int:
        """About how long all its quizzes take together; 0 when no author said."""
        return sum(quiz.minutes or 0 for quiz in self.quizzes)

    @property
    def questions(self) -> int:
        """How many questions it has."""
        return sum(len(quiz.questions) for quiz in self.quizzes)

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
    def ingredients(self) -> tuple[object, ...]:
        """All that its page is made from."""
        return (self.id, self.coverage.words, tuple(quiz.entry for quiz in self.quizzes))

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
        return (self.runtimes, self.sandbox, self.coverage.words, tuple(topic.ingredients for topic in self.topics))


def site_of(report: Report, title: str, order: Sequence[str] = ()) -> Site:
    """Arrange a report as topics, quizzes and questions. Topics not in `order` follow in that of the alphabet."""
    pages: dict[str, list[QuizPage]] = {}
    for quiz in report.quizzes:
        if quiz.header is None:
            continue
        questions = tuple(QuestionPage(question, quiz.id, number) for number, question in enumerate(quiz.questions, 1))
        page = QuizPage(quiz.path, quiz.header, questions, _versions(quiz.header.runtime, quiz.versions))
        pages.setdefault(page.topic, []).append(page)
    topics = tuple(TopicPage(topic, tuple(sorted(pages[topic], key=_place))) for topic in _ordered(pages, order))
    runtimes = tuple(
        _versions(name, report.result.runtimes[name]) for name in sorted(report.result.runtimes, key=_rank)
    )
    return Site(title, topics, runtimes, report.result.sandbox)


def lettered(shown: Options, salt: str) -> tuple[Lettered, ...]:
    """The options under their letters, in an order that depends on `salt` alone: a key's place tells nothing."""
    order = sorted(shown.options, key=lambda o: hashlib.sha256(f"{salt}/{o.id}".encode()).digest())
    return tuple(Lettered(letter, option) for letter, option in zip(_LETTERS, order, strict=False))


def content(block: Content) -> Markup:
    """One block of a prompt, an option or a solution as HTML."""
    match block:
        case Prose():
            return markup.prose(block.text)
        case Code():
            box = markup.code(block.source, block.highlight)
            if not block.label:
                return box
            return Markup('<figure class="labelled"><figcaption>{}</figcaption>{}</figure>').format(
                visible(block.label), box
            )
        case Output():
            return markup.output(block.text)
        case _:
            assert_never(block)


def excerpt(text: str) -> str:
    """What a run printed, or its traceback; the beginning and the end of it when it is long."""
    return clip("\n".join(clip_lines(text.strip("\n").split("\n"), _MAX_LINES)), _MAX_LENGTH)


def form(shown: Input | None) -> str:
    """The name of the template macro, and of the script's rules, for a way of answering."""
    match shown:
        case Options():
            return "options"
        case NumberInput():
            return "number"
        case TextInput():
            return "text"
        case LineInput():
            return "line"
        case _:
            assert_never(shown)


def mode_name(mode: str) -> str:
    """A mode as readers see it."""
    return MODES[mode][0] if mode in MODES else _words(mode)


def runtime_name(runtime: str) -> str:
    """A runtime as its makers write it."""
    return NAMES.get(runtime, runtime)


@cache
def environment() -> Environment:
    """The templates, with everything escaped that is not markup already."""
    env = Environment(
        loader=PackageLoader("quizproof_renderers"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters.update(
        prose=markup.prose,
        inline=markup.inline,
        code=markup.code,
        code_lines=markup.code_lines,
        output=markup.output,
        traceback=markup.traceback,
        content=content,
        excerpt=excerpt,
        form=form,
        plural=plural,
        exact=_exact,
    )
    about = {mode: text for mode, (_, text) in MODES.items()}
    env.globals.update(modes=about, sandboxes=SANDBOXES, mode_name=mode_name, runtime_name=runtime_name)
    return env


def _finalize(value: object) -> object:
    """Control characters and the like are shown rather than obeyed, wherever a text comes from."""
    return visible(value) if type(value) is str else value


def _exact(value: float | str) -> Markup:
    """A number or text that the page's script reads back as the same number or text."""
    return escape(value if isinstance(value, str) else repr(value))


def _versions(runtime: str, versions: Mapping[str, str]) -> str:
    # What the quiz is about comes first, the interpreter below it last.
    order = sorted(versions, key=lambda name: (name != runtime, name == "python"))
    return ", ".join(f"{NAMES.get(name, name)} {versions[name]}" for name in order)


def _ordered(topics: Iterable[str], order: Sequence[str]) -> list[str]:
    return sorted(topics, key=lambda topic: (order.index(topic) if topic in order else len(order), topic))


def _place(quiz: QuizPage) -> tuple[int, int, str]:
    modes = list(MODES)
    return (modes.index(quiz.mode) if quiz.mode in modes else len(modes), _rank(quiz.runtime), quiz.title)


def _rank(runtime: str) -> int:
    return _RUNTIMES.index(runtime) if runtime in _RUNTIMES else len(_RUNTIMES)


def _words(slug: str) -> str:
    words = slug.replace("-", " ")
    return words[:1].upper() + words[1:]
