"""Changes: the lines in which two programs differ, each change by itself, so that it can be made or undone alone."""

from __future__ import annotations

import difflib
import io
import tokenize
from dataclasses import dataclass

from quizproof.comparison.outputs import fold_expression

_MIN_LIKENESS = 0.5
"""Of a line and its rewritten form, between 0 and 1."""


@dataclass(frozen=True)
class Hunk:
    """Neighbouring lines of one program, and those that the other has in their place. Indices of lines, from 0."""

    start: int
    end: int
    """The index after the last; the same as `start` where the other program has lines more."""
    other_start: int
    other_end: int


@dataclass(frozen=True)
class Change:
    """What belongs together: one hunk, or two where lines were moved."""

    hunks: tuple[Hunk, ...]

    @property
    def reversed(self) -> Change:
        """The change from the other program to this one."""
        return Change(tuple(Hunk(h.other_start, h.other_end, h.start, h.end) for h in self.hunks))


@dataclass(frozen=True)
class _Line:
    index: int
    text: str
    """Without comments, and with spacing that does not count folded."""


def changes(source: str, other: str) -> tuple[Change, ...]:
    r"""How another program differs from one, as changes that can be made one by one.

    source, other  the texts of two programs

    Comments, empty lines and spacing do not count. Where as many lines are replaced as they are replaced by, each line
    is a change of its own. A line that is gone at one place and comes at another makes both one change.

        >>> [change.hunks[0].start for change in changes("a = 1\nb = 2\nc = 3", "a = 0\nb = 2  # as before\nc = 4")]
        [0, 2]
    """
    ours, theirs = _significant(source), _significant(other)
    # difflib would otherwise ignore lines that are frequent in long programs.
    matcher = difflib.SequenceMatcher(
        None, [line.text for line in ours], [line.text for line in theirs], autojunk=False
    )
    hunks: list[Hunk] = []
    for tag, start, end, other_start, other_end in matcher.get_opcodes():
        if tag == "replace" and end - start == other_end - other_start:
            pairs = zip(range(start, end), range(other_start, other_end), strict=True)
            hunks.extend(Hunk(n, n + 1, m, m + 1) for n, m in pairs)
        elif tag != "equal":
            hunks.append(Hunk(start, end, other_start, other_end))
    groups = _with_moves(hunks, ours, theirs)
    return tuple(Change(tuple(_in_lines(hunk, ours, theirs) for hunk in group)) for group in groups)


def rewritten(source: str, other: str) -> tuple[Change, ...]:
    r"""Changes within `changes` of more lines than there were: each line that was rewritten, without those that came.

    source, other  the texts of two programs

    A line is the rewritten form of the one that is most like it, if they are like each other at all.

        >>> [change.hunks for change in rewritten("f(x)\nend()", "x = 0\nf((x))\nend()")]
        [(Hunk(start=0, end=1, other_start=1, other_end=2),)]
    """
    ours, theirs = _lines(source), _lines(other)
    found = []
    for change in changes(source, other):
        for hunk in change.hunks:
            if not 0 < hunk.end - hunk.start < hunk.other_end - hunk.other_start:
                continue
            for n in range(hunk.start, hunk.end):
                alike = {m: _likeness(ours[n], theirs[m]) for m in range(hunk.other_start, hunk.other_end)}
                m = max(alike, key=alike.__getitem__)
                if alike[m] >= _MIN_LIKENESS:
                    found.append(Change((Hunk(n, n + 1, m, m + 1),)))
    return tuple(found)


def _likeness(line: str, other: str) -> float:
    return difflib.SequenceMatcher(None, line.strip(), other.strip(), autojunk=False).ratio()


def changed(source: str, other: str, change: Change) -> str:
    """A program with one of its changes made.

    source, other  the programs that were compared
    change         one of `changes(source, other)`
    """
    lines, others = _lines(source), _lines(other)
    for hunk in sorted(change.hunks, key=lambda hunk: hunk.start, reverse=True):
        lines[hunk.start : hunk.end] = others[hunk.other_start : hunk.other_end]
    return "\n".join(lines) + "\n"


def significant_lines(source: str) -> list[int]:
    """The numbers, from 1, of the lines of a program that have code."""
    return [line.index + 1 for line in _significant(source)]


def _with_moves(hunks: list[Hunk], ours: list[_Line], theirs: list[_Line]) -> list[list[Hunk]]:
    """The hunks; two together, where one takes away a line that the other adds, as when a line is moved."""
    groups: list[list[Hunk]] = []
    for hunk in hunks:
        partner = next((group for group in groups if len(group) == 1 and _moves(group[0], hunk, ours, theirs)), None)
        if partner:
            partner.append(hunk)
        else:
            groups.append([hunk])
    return groups


def _moves(one: Hunk, other: Hunk, ours: list[_Line], theirs: list[_Line]) -> bool:
    """Whether one of two hunks only takes lines away, the other only adds some, and a line is the same in both."""
    gone = [h for h in (one, other) if h.other_start == h.other_end]
    come = [h for h in (one, other) if h.start == h.end]
    if len(gone) != 1 or len(come) != 1:
        return False
    before = {line.text.strip() for line in ours[gone[0].start : gone[0].end]}
    return any(line.text.strip() in before for line in theirs[come[0].other_start : come[0].other_end])


def _in_lines(hunk: Hunk, ours: list[_Line], theirs: list[_Line]) -> Hunk:
    """A hunk of significant lines as one of all lines."""
    return Hunk(
        *_range(ours, hunk.start, hunk.end),
        *_range(theirs, hunk.other_start, hunk.other_end),
    )


def _range(lines: list[_Line], start: int, end: int) -> tuple[int, int]:
    if start < end:
        return lines[start].index, lines[end - 1].index + 1
    after = lines[start - 1].index + 1 if start else 0
    return after, after


def _lines(source: str) -> list[str]:
    return source.rstrip("\n").split("\n")


def _significant(source: str) -> list[_Line]:
    """The lines with code."""
    lines = _lines(source)
    try:
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            if token.type == tokenize.COMMENT:
                row, column = token.start
                lines[row - 1] = lines[row - 1][:column]
    except (tokenize.TokenError, SyntaxError):  # a program that is not valid Python is compared as it is
        lines = _lines(source)
    indents = (line[: len(line) - len(line.lstrip())] for line in lines)
    folded = (indent + fold_expression(line) for indent, line in zip(indents, lines, strict=True))
    return [_Line(index, text) for index, text in enumerate(folded) if text.strip()]
