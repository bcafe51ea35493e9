"""Orders of lines: what is known of an order that no run has shown to be right.

Runs tried the orders nearest to the author's. Another one is wrong only if a rule of Python or of the question says
so; if not, it may well be right, and only a new run can say. The script of the page has the same rules.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Sequence

from quizproof.displays import Ordering

_LINKED = re.compile(r'"""|\'\'\'|\\$')
"""What makes a line belong to the next, so that its indentation says nothing."""


def nested(form: Ordering, levels: Sequence[int]) -> Sequence[int]:
    """Levels of indentation as Python reads them: a body that is further in than one level is still one level deep.

    form    the question
    levels  as the learner gave them, from top to bottom

    Levels that Python would refuse stay as they are, and so do those of lines that may be inside a string.
    """
    if any('"""' in line.source or "'''" in line.source for line in form.lines):
        return levels
    stack, found = [0], []
    for level in levels:
        if level > stack[-1]:
            stack.append(level)
        while stack[-1] > level:
            stack.pop()
        if stack[-1] != level:
            return levels
        found.append(len(stack) - 1)
    return found if not levels[0] else levels


def may_be_right(form: Ordering, names: Sequence[str], levels: Sequence[int]) -> bool:
    """Whether an order that is not among the right ones may be right all the same, because nobody ran it.

    form    the question
    names   the ids of the lines, from top to bottom
    levels  their indentation, as `nested` gives it; empty if the learner does not give it
    """
    lines = {line.id: line for line in form.lines}
    own = [line.id for line in form.lines if not line.distractor]
    if sorted(names) != sorted(own):
        return False  # a right program has every line of the author's once, and no other
    depths = list(levels) or [lines[name].indent for name in names]
    if _is_refused([lines[name].source for name in names], depths):
        return False
    looks = {name: (lines[name].source, 0 if levels else lines[name].indent) for name in names}
    given = _exchanged(list(zip(names, depths, strict=True)), [(name, lines[name].indent) for name in own], looks)
    moves = [abs(depth - lines[name].indent) for name, depth in given]
    if sum(map(bool, moves)) > 1 or max(moves) > 1:
        return True
    places = [own.index(name) for name, _ in given]
    swaps = sum(one > other for one, other in itertools.combinations(places, 2))
    return form.sure is not None and swaps + sum(moves) >= form.sure


def _is_refused(sources: Sequence[str], levels: Sequence[int]) -> bool:
    """Whether Python surely refuses the indentation of a program."""
    if any(_LINKED.search(source) or _open_brackets(source) for source in sources):
        return False
    if levels[0] or sources[-1].endswith(":"):
        return True
    # A colon may be in a comment or a dictionary; where there is none, no body follows.
    return any(
        (deeper > level and ":" not in source) or (deeper <= level and source.endswith(":"))
        for source, (level, deeper) in zip(sources, itertools.pairwise(levels), strict=False)
    )


def _open_brackets(source: str) -> bool:
    counts = Counter(source)
    return any(counts[left] != counts[right] for left, right in ("()", "[]", "{}"))


def _exchanged(
    given: list[tuple[str, int]], own: list[tuple[str, int]], looks: dict[str, tuple[str, int]]
) -> list[tuple[str, int]]:
    """The order with the ids of equal lines exchanged, so that it is as near to the author's as can be.

    given, own  ids and levels, of the learner and of the author
    looks       what the learner sees of each line; equal lines look the same
    """
    # By level, then from top to bottom: the first of equal lines in the one is the first in the other.
    found = [("", 0)] * len(given)
    for look in dict.fromkeys(looks.values()):
        places = sorted((n for n, (name, _) in enumerate(given) if looks[name] == look), key=lambda n: given[n][1])
        ids = sorted(((name, level) for name, level in own if looks[name] == look), key=lambda each: each[1])
        for place, (name, _) in zip(places, ids, strict=True):
            found[place] = (name, given[place][1])
    return found
