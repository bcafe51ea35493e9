"""Repeats: programs that begin as one before them on the page, so that what was shown before can be folded away."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from quizproof.displays import Code, Content

_MIN_LINES = 6
"""Lines that are worth folding away."""


@dataclass(frozen=True)
class Shown:
    """A program that a page has shown."""

    lines: tuple[str, ...]
    where: str
    """The name of its block; empty for what is above all blocks."""
    block: str
    """The id of its block."""


@dataclass(frozen=True)
class Repeat:
    """A program of which the page has shown the beginning before."""

    code: Code
    lines: int
    """How many of its lines were shown before."""
    before: Shown

    @property
    def is_whole(self) -> bool:
        """Whether all of it was shown before."""
        return self.lines == len(_lines(self.code))


def shown_in(content: Iterable[Content], where: str = "", block: str = "") -> tuple[Shown, ...]:
    """The programs in what a block shows.

    content  its prompt
    where    the name of the block, for a link to it
    block    its id
    """
    return tuple(Shown(_lines(each), where, block) for each in content if isinstance(each, Code))


def with_repeats(content: Iterable[Content], before: Sequence[Shown]) -> tuple[Content | Repeat, ...]:
    """What a block shows, in which each program that begins as one before it is a `Repeat`.

    content  the prompt of the block
    before   the programs that the page shows above it
    """
    return tuple(_as_repeat(each, before) if isinstance(each, Code) else each for each in content)


def _as_repeat(code: Code, before: Sequence[Shown]) -> Code | Repeat:
    lines = _lines(code)
    # Of several, the first: learners know it best.
    best = max(before, key=lambda shown: _common(lines, shown.lines), default=None)
    count = _common(lines, best.lines) if best else 0
    while count and count < len(lines) and not lines[count - 1].strip():
        count -= 1
    return Repeat(code, count, best) if best and count >= _MIN_LINES else code


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    """How many lines two programs begin with both."""
    return next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def _lines(code: Code) -> tuple[str, ...]:
    return tuple(code.source.rstrip("\n").split("\n"))
