"""Arrangements: lines of a program in some order, with their indentation, and which of them are worth running."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TypeAlias

from quizproof.snippets.syntax import is_invalid

_MAX_PARSED = 10_000
"""Arrangements that are parsed to see whether they are valid Python."""
_SPACES_PER_LEVEL = 4
"""Of indentation, where no line of the program is indented."""


@dataclass(frozen=True)
class Line:
    """One line without its indentation, and its indentation in levels."""

    source: str
    level: int


Arrangement: TypeAlias = tuple[Line, ...]
"""Lines from top to bottom."""


@dataclass(frozen=True)
class Search:
    """Which arrangements of some lines are run."""

    run: tuple[Arrangement, ...]
    """Those that are valid Python, the author's own first, then by their distance from it."""
    tried: int
    """How many are known to be right or wrong: these, and those before the last of them that are not valid Python."""
    total: int
    """How many there are."""
    sure: int | None
    """Every arrangement that fewer swaps lead to was tried; None if all were."""


def written(lines: str) -> list[str]:
    """The lines that are not empty."""
    return [line.rstrip() for line in lines.split("\n") if line.strip()]


def indent_of(text: str) -> str:
    return text[: len(text) - len(text.lstrip())]


def unit_of(texts: list[str]) -> int:
    """The spaces of one level of indentation: those of the line that is indented least."""
    return min((len(indent_of(text)) for text in texts if indent_of(text)), default=_SPACES_PER_LEVEL)


def source_of(order: Arrangement, unit: int = _SPACES_PER_LEVEL) -> str:
    return "".join(f"{' ' * unit * line.level}{line.source}\n" for line in order)


@lru_cache(maxsize=256)
def search(own: Arrangement, indented: bool, most: int) -> Search:
    """The arrangements to run: those that are valid Python among the nearest to the author's own, up to `most`."""
    run: list[Arrangement] = []
    tried = 0
    sure = None
    # Bounded, because twelve lines have 479 million orders.
    for swaps, order in itertools.islice(_nearest(own, indented), _MAX_PARSED + 1):
        valid = order == own or is_python(order)
        if tried == _MAX_PARSED or (valid and len(run) == most):
            sure = swaps
            break
        if valid:
            run.append(order)
        tried += 1
    families = [own, *(_moved(own) if indented else ())]
    return Search(tuple(run), tried, sum(map(_count, families)), sure)


def _nearest(own: Arrangement, indented: bool) -> Iterator[tuple[int, Arrangement]]:
    """All arrangements, those first that the fewest swaps of neighbours lead to; moving a line a level is one swap.

    Each with how many swaps those are.

    With indentation to be given, only arrangements in which at most one line was moved by a level are among them.
    """
    # Ring by ring: each holds the arrangements that are one swap further from the author's.
    seen, ring = {own}, [own]
    moved = list(_moved(own)) if indented else []
    for swaps in itertools.count():
        if not ring:
            return
        for order in ring:
            yield swaps, order
        further = (swapped(order, place) for order in ring for place in range(len(order) - 1))
        ring = list(dict.fromkeys(order for order in (*further, *moved) if order not in seen))
        seen.update(ring)
        moved = []


def swapped(order: Arrangement, place: int) -> Arrangement:
    return (*order[:place], order[place + 1], order[place], *order[place + 2 :])


def _moved(order: Arrangement) -> Iterator[Arrangement]:
    """The arrangement with one line a level further in or out; each different collection of lines once."""
    known = set()
    for place, line in enumerate(order):
        for level in (line.level - 1, line.level + 1):
            if level >= 0 and (line, level) not in known:
                known.add((line, level))
                yield (*order[:place], replace(line, level=level), *order[place + 1 :])


def _count(lines: Arrangement) -> int:
    """How many different orders lines have: the multinomial coefficient."""
    return math.factorial(len(lines)) // math.prod(map(math.factorial, Counter(lines).values()))


def is_python(order: Arrangement) -> bool:
    """Whether a run would get past the parser."""
    return not is_invalid(source_of(order))
