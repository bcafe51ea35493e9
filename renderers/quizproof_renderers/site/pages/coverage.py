"""Proof coverage: how many of the statements that a reader is asked to believe a run has proven."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from quizproof.proof import JudgedClaim
from quizproof_renderers.site.languages.messages import gettext, ngettext, number


@dataclass(frozen=True)
class Coverage:
    """How much of what a reader is asked to believe a run has proven."""

    total: int = 0
    """All statements that a reader is asked to believe."""
    proven: int = 0
    """Those that a run has proven."""
    unproven: int = 0
    """Those that no run can settle, as their author states."""

    @classmethod
    def of(cls, claims: Iterable[JudgedClaim]) -> Coverage:
        """The coverage of some claims."""
        counts = Counter(claim.verdict for claim in claims)
        return cls(counts.total(), counts["proven"], counts["unproven"])

    @classmethod
    def together(cls, parts: Iterable[Coverage]) -> Coverage:
        """The coverage of several parts as one."""
        every = list(parts)
        return cls(sum(p.total for p in every), sum(p.proven for p in every), sum(p.unproven for p in every))

    @property
    def failed(self) -> int:
        """The statements that a run refuted, or that could not be judged."""
        return self.total - self.proven - self.unproven

    @property
    def percent(self) -> int:
        """The share in whole percent. Rounded down, so that 100 means all; of nothing, nothing is proven."""
        return self.proven * 100 // self.total if self.total else 0

    @property
    def figure(self) -> str:
        """The share as a figure: "97"; a dash where there is no statement."""
        return str(self.percent) if self.total else "–"

    @property
    def share(self) -> str:
        """The share in words: "97 % proven"."""
        return gettext("{percent} % proven", percent=self.percent) if self.total else gettext("nothing to prove")

    @property
    def summary(self) -> str:
        """The counts in words: "30 of 31 statements proven, 1 unproven"."""
        return ", ".join(filter(None, self.counts))

    @property
    def counts(self) -> tuple[str, str, str]:
        """The counts in words: those that are proven, unproven, and neither; an empty text where there are none."""
        if not self.total:
            return gettext("there is no statement to prove"), "", ""
        return (
            ngettext(
                "{proven} of {count} statement proven",
                "{proven} of {count} statements proven",
                self.total,
                proven=number(self.proven),
            ),
            ngettext("{count} unproven", "{count} unproven", self.unproven) if self.unproven else "",
            ngettext("{count} refuted or not verified", "{count} refuted or not verified", self.failed)
            if self.failed
            else "",
        )
