"""Selections: which warnings are reported, by codes, beginnings of codes and names of rules.

Errors are always reported. A warning is advice, which a team may decide against as a whole; an error is a fact about
one place, and is ignored there, with a reason, or kept in the baseline.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from quizproof.errors import UsageError
from quizproof.findings import Finding
from quizproof.rules import RULES
from quizproof.spelling import meant

ADVICE = frozenset(rule.code for rule in RULES.values() if rule.is_advice)
"""The codes of all warnings."""


def codes_of(selectors: Iterable[str]) -> frozenset[str]:
    """The codes of the warnings that some selectors name.

    selectors  codes ("QP304"), beginnings of codes ("QP3", "QP") or names ("long-key"), in any case

    Raises UsageError for a selector that names no rule, and for one that names errors alone.
    """
    found: set[str] = set()
    for selector in selectors:
        word = selector.strip()
        named = {rule.code for rule in RULES.values() if _names(word, rule.code, rule.name)}
        if not named:
            raise UsageError(f"there is no rule `{word}`{meant(word, [*RULES, *(r.name for r in RULES.values())])}")
        if not named & ADVICE:
            one = min(named)
            what = f"{one} is an error" if named == {one} else f"all rules that begin with {word.upper()} are errors"
            way = f"ignore it where it is, with `# quizproof: ignore {one} REASON`, or write a baseline"
            if not any(RULES[code].may_be_ignored for code in named):
                way = "it says that something could not be verified, and cannot be ignored"
            raise UsageError(f"{what}, and only warnings are chosen by rule; {way}")
        found |= named & ADVICE
    return frozenset(found)


def _names(word: str, code: str, name: str) -> bool:
    """Whether a selector names a rule: as the beginning of its code, or by its name."""
    return (word[:2].upper() == "QP" and code.startswith(word.upper())) or name == word.lower()


@dataclass(frozen=True)
class Selection:
    """The warnings that are reported."""

    codes: frozenset[str] = ADVICE
    by_file: tuple[tuple[str, frozenset[str]], ...] = ()
    """Patterns of paths, and the warnings that are not reported in the files that they match."""
    folder: Path = Path()
    """What the patterns are relative to."""

    @classmethod
    def of(
        cls,
        select: Sequence[str] = (),
        ignore: Sequence[str] = (),
        by_file: Mapping[str, Sequence[str]] | None = None,
        folder: Path = Path(),
    ) -> Selection:
        """The selection that these selectors make.

        select   the warnings to report; all when empty
        ignore   the ones of these not to report
        by_file  selectors of warnings not to report, by a pattern of the files: "old/**", "*-draft.yaml"
        folder   what the patterns are relative to

        Raises UsageError as `codes_of` does.
        """
        chosen = codes_of(select) if select else ADVICE
        patterns = tuple((pattern, codes_of(words)) for pattern, words in (by_file or {}).items())
        return cls(chosen - codes_of(ignore), patterns, folder)

    def reports(self, finding: Finding) -> bool:
        """Whether a finding is reported: every error, and the chosen warnings."""
        if finding.severity == "error":
            return True
        if finding.code not in self.codes:
            return False
        return not any(
            finding.code in codes and _matches(finding.path, pattern, self.folder) for pattern, codes in self.by_file
        )


def _matches(path: str, pattern: str, folder: Path) -> bool:
    """Whether a pattern is that of a path, below `folder`. A pattern without a slash is one of names alone."""
    if "/" not in pattern:
        return bool(_regex(pattern).fullmatch(Path(path).name))
    try:
        below = Path(path).absolute().relative_to(folder.absolute())
    except ValueError:
        return False
    return bool(_regex(pattern.removeprefix("./")).fullmatch(below.as_posix()))


@cache
def _regex(pattern: str) -> re.Pattern[str]:
    """A glob as a regular expression: `*` and `?` stay within a folder, `**` does not."""
    parts = re.split(r"(\*\*/|\*\*|\*|\?)", pattern)
    signs = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    return re.compile("".join(signs.get(part, re.escape(part)) for part in parts))
