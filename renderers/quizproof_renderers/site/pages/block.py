"""A question or an exhibit in its place on a quiz page."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from quizproof.displays import Display, OpenInput, Option, Options, Point, TextInput
from quizproof.proof import BlockProof
from quizproof.quizfile.header import Header
from quizproof.quizfile.metadata import Metadata, inherited
from quizproof_renderers.edition import edition_of
from quizproof_renderers.site.languages.displays import display_in_language
from quizproof_renderers.site.languages.messages import gettext
from quizproof_renderers.site.names import level_name, spelled_out, tag_name, worth
from quizproof_renderers.site.pages.bank_source import BankSource
from quizproof_renderers.site.pages.coverage import Coverage
from quizproof_renderers.site.pages.repeats import Shown, shown_in
from quizproof_renderers.site.pages.variant import Variant
from quizproof_renderers.site.reach.documentation import DocLink, documentation, programs_of
from quizproof_renderers.site.reach.problem_report import ReportTo
from quizproof_renderers.tally import shared_code

MAX_VARIANTS = 4
"""Variants of one question on its page. More would only make the page heavier."""


@dataclass(frozen=True)
class PageBlock:
    """A question or an exhibit in its place on a quiz page."""

    proof: BlockProof
    header: Header
    """What its quiz says about itself."""
    number: int
    """Questions are numbered from 1; an exhibit has the number of the question before it."""
    source: BankSource
    """Where readers get the bank."""
    above: tuple[Shown, ...] = ()
    """The programs that the page shows above it."""
    report: ReportTo | None = None
    """Where readers report problems."""
    address: str = ""
    """The public address of the page of its quiz; empty when that is not known."""

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
        """The text of links to it: its title, or its number."""
        return self.title or (
            spelled_out(self.id) if self.exhibit else gettext("Question {number}", number=self.number)
        )

    @property
    def metadata(self) -> Metadata:
        """What it says of itself, without what its quiz says."""
        return self.proof.metadata

    @property
    def about(self) -> tuple[str, ...]:
        """How hard it is, what it is worth, and its tags, where they are its own."""
        level = level_name(self.metadata.difficulty) if self.metadata.difficulty else ""
        points = "" if self.exhibit or self.proof.points == 1 else worth(self.proof.points)
        return tuple(filter(None, (level, points, *map(tag_name, self.metadata.tags))))

    @cached_property
    def whole_metadata(self) -> Metadata:
        """The same, with what its quiz says where it says nothing."""
        return inherited(self.metadata, self.header)

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
        """The status in the reader's words."""
        if not self.sound:
            return gettext("Not proven")
        if not self.coverage.proven:
            return gettext("Unproven")
        return gettext("Proven") if self.status == "proven" else gettext("Partly proven")

    @cached_property
    def coverage(self) -> Coverage:
        """How much of it is proven."""
        return Coverage.of(self.proof.claims)

    @property
    def sound(self) -> bool:
        """Whether it can be shown as true: nothing in it was refuted or left unjudged."""
        return self.status in ("proven", "unproven") and bool(self.variants)

    @cached_property
    def edition(self) -> str:
        """By it the page knows whether an answer that was kept is an answer to this text, in whatever language."""
        return edition_of(self._displays)

    @property
    def try_command(self) -> str:
        """What a reader types to have a program for it judged."""
        return self.source.command(self.id, self.header.runtime)

    @property
    def markable(self) -> bool:
        """Whether it can be answered and marked."""
        return self.sound and not self.exhibit

    @cached_property
    def variants(self) -> tuple[Variant, ...]:
        """The variants that can be shown, at most MAX_VARIANTS."""
        # A salt per variant, so that the key is not at the same letter in all of them.
        salt = f"{self.header.quiz}/{self.id}"
        displays = map(display_in_language, self._displays)
        return tuple(Variant(i, d, f"{salt}/{i}", self.above) for i, d in enumerate(displays))

    @property
    def _displays(self) -> tuple[Display, ...]:
        """What it shows, as the engine wrote it."""
        return tuple(variant.display for variant in self.proof.variants if variant.display)[:MAX_VARIANTS]

    @property
    def asks_for_output(self) -> bool:
        """Whether it asks what a program prints."""
        inputs = [variant.display.input for variant in self.variants]
        return any(isinstance(asked, TextInput) and asked.asks == "output" for asked in inputs)

    @property
    def unproven(self) -> tuple[str, ...]:
        """The ids of the places on its page that give the author's reasons for what is unproven."""
        return tuple(self.unproven_place(self.variants[0], item) for item in self._reasoned) if self.variants else ()

    @property
    def _reasoned(self) -> tuple[Option | Point, ...]:
        """The options or points of its first variant that are unproven."""
        asked = self.variants[0].display.input
        items: tuple[Option | Point, ...] = ()
        if isinstance(asked, Options):
            items = asked.options
        elif isinstance(asked, OpenInput):
            items = asked.points
        return tuple(item for item in items if item.unproven)

    def unproven_place(self, variant: Variant, item: Option | Point) -> str:
        """The id of the place that gives the reason; empty in all variants but the first, for ids are unique."""
        return f"u-{self.id}-{item.id}" if not variant.index and item.unproven else ""

    @property
    def shown(self) -> tuple[Shown, ...]:
        """The programs that it shows itself."""
        return shown_in(self.variants[0].display.prompt, self.name, self.id) if self.variants else ()

    def report_link(self, variant: Variant, versions: str) -> str:
        """The address by which readers report a problem; only where there is one."""
        assert self.report
        page = f"{self.address}#q-{self.id}" if self.address else ""
        return self.report.link(self.id, variant.index + 1, versions, page)

    @cached_property
    def documentation(self) -> tuple[DocLink, ...]:
        """The official documentation of what its programs use."""
        shown = (variant.display for variant in self.variants[:1])
        sources = [code.source for code in shared_code(self.header, ())]
        sources += (source for display in shown for source in programs_of(display))
        return documentation(sources, built_in=self.header.runtime == "python")

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why it is not proven: the messages of the errors that its author gets."""
        # Variants may fail for the same reason, which is shown once.
        return tuple(dict.fromkeys(finding.message for finding in self.proof.findings if finding.severity == "error"))

    @property
    def ingredients(self) -> tuple[object, ...]:
        """Everything that affects its part of a page.

        A page of an earlier build is taken over when these are the same, so what a template shows must be in here.
        """
        displays = tuple(variant.display for variant in self.variants)
        shown = (self.title, self.proof.prompt, self.status, self.coverage.summary, self.reasons)
        return (self.id, self.exhibit, *shown, displays, self.source, self.metadata, self.proof.points)
