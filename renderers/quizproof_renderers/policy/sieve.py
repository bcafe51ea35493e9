"""The sieve: takes out of proofs the findings that do not count, and keeps in sight what it has taken out.

A finding is ignored by a comment beside it or by the baseline, and a warning may not be chosen. Verdicts, counts of
claims and coverage stay what they are: to ignore a finding is to know about it, not to disprove it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from quizproof import rules
from quizproof.findings import Finding
from quizproof.proof import Ignored, QuizProof, Result, Totals
from quizproof_renderers.policy.judged import Judged, is_settled
from quizproof_renderers.policy.selection import Selection

if TYPE_CHECKING:
    from quizproof_renderers.policy.baseline import Baseline  # which needs pydantic, and most banks have none
    from quizproof_renderers.policy.misspelt import Speller


@dataclass
class Sieve:
    """Sifts the files of one check, one after the other."""

    selection: Selection = field(default_factory=Selection)
    baseline: Baseline | None = None
    """The known findings; None when there is no baseline."""
    speller: Speller | None = None
    """What looks for misspelt words; None when nobody asked for it."""
    writes: bool = False
    """Whether a new baseline is made: then every finding is known that may be."""
    whole: bool = True
    """Whether files are checked as a whole; otherwise nobody knows what is not in them."""
    found: list[Finding] = field(default_factory=list)
    """What the baseline has of them, or shall have."""
    judged: Judged = field(default_factory=Judged)
    _totals: Totals = field(default_factory=Totals)

    def sift(self, quiz: QuizProof) -> QuizProof:
        """A file without the findings that do not count. Comments that ignore nothing are findings of it.

        quiz  as proven, with all its findings
        """
        if self.speller:
            quiz = self.speller.added_to(quiz)
        used: set[tuple[int, str]] = set()
        ignored: list[Ignored] = []
        kept: set[Finding] = set()
        for finding in quiz.findings:
            comment = next((each for each in quiz.ignores if each.covers(finding)), None)
            if comment:
                used.add((comment.span.line, finding.code))
                ignored.append(Ignored(finding, "comment", comment.reason))
            if self._is_kept(finding, ignored, decided=comment is not None):
                kept.add(finding)
        unused: list[Finding] = []
        if self.whole and _is_read(quiz):
            self.judged.add(quiz)
            unused = [each for each in _unused(quiz, used) if self._is_kept(each, ignored)]
        sifted = _with(quiz, kept, unused, ignored)
        self._totals.add(sifted)
        return sifted

    def _is_kept(self, finding: Finding, ignored: list[Ignored], *, decided: bool = False) -> bool:
        """Whether a finding counts; one of the baseline is added to `ignored`.

        decided  whether a comment ignores it: it is in the baseline all the same, and not gone from there
        """
        known = self.baseline is not None and self.baseline.takes(finding)
        if decided or not self.selection.reports(finding):
            return False
        if known or (self.writes and finding.may_be_ignored):
            self.found.append(finding)
            ignored.append(Ignored(finding, "baseline", ""))
            return False
        return True

    def result(self, result: Result) -> Result:
        """The figures of a check with what was sifted: findings that count, and those that are ignored.

        result  of the proofs as they were
        """
        sifted = self._totals.result(sandbox="", runs=0, cached=0, seconds=0)
        return replace(
            result,
            errors=sifted.errors,
            warnings=sifted.warnings,
            unverified=sifted.unverified,
            ignored_errors=sifted.ignored_errors,
            summary=replace(result.summary, ignored=sifted.summary.ignored),
        )


def _is_read(quiz: QuizProof) -> bool:
    """Whether a file and all its blocks could be read."""
    whole = quiz.header is not None and len(quiz.blocks) == len(quiz.ids)
    return whole and not any(finding.code < "QP2" and finding.severity == "error" for finding in quiz.findings)


def _unused(quiz: QuizProof, used: set[tuple[int, str]]) -> Iterator[Finding]:
    """A finding for each rule that a comment of the file ignores in vain. `used`: their lines and the rules found."""
    for comment in quiz.ignores:
        inside = comment.at[:1] == ("blocks",) and len(comment.at) > 1
        blocks = (quiz.blocks[int(comment.at[1])],) if inside else quiz.blocks
        settled = all(map(is_settled, blocks)) and not any(finding.is_unverified for finding in quiz.findings)
        for code in comment.codes:
            if (comment.span.line, code) in used:
                continue
            # Where something else is wrong, not everything could be judged; but what is found elsewhere is not here.
            if settled or any(finding.code == code for block in blocks for finding in block.findings):
                name = rules.RULES[code].name
                message = f"there is no {code} [{name}] here to ignore"
                help_ = "Remove the comment, or move it to the place that the finding names."
                yield Finding(rules.UNUSED_IGNORE, quiz.path, comment.span, message, help=help_, at=comment.at)


def _with(quiz: QuizProof, kept: set[Finding], more: Iterable[Finding], ignored: Iterable[Ignored]) -> QuizProof:
    """A file with the findings that count, some more about itself, and those that are ignored."""
    # Of findings about the header's setup, the file reports one for all blocks; the others share its place.
    places = {(finding.span, finding.path) for finding in kept}
    first = min(quiz.lines.values(), default=0)

    def stays(finding: Finding) -> bool:
        shared = finding.span.line < first and (finding.span, finding.path) in places
        return finding in kept or shared or finding.code == rules.RUNTIME_MISSING

    blocks = tuple(
        replace(block, findings=tuple(filter(stays, block.findings))) if block.findings else block
        for block in quiz.blocks
    )
    own = (*filter(stays, quiz.file_findings), *more)
    return replace(quiz, blocks=blocks, file_findings=own, ignored=tuple(ignored))
