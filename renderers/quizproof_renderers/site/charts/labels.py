"""Labels in a picture: how wide they can be, how they wrap, and how they are kept apart.

SVG does not wrap text, and a page cannot know which fonts a reader has. So widths are estimated for the widest common
fonts, letter by letter: a label that fits by this estimate fits with every font, and with most there is room to spare.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

SMALL = 12.5
"""The size of ticks, axis titles and names, as in the style sheet."""
LARGE = 13.5
"""The size of the names of events."""

# In ems: at least as wide as in Verdana Bold and DejaVu Sans Bold, and as in monospaced fonts, whose "i" is 0.6 wide.
_NARROW, _MEDIUM, _CAPITAL, _WIDE = 0.61, 0.72, 0.86, 1.12
_WIDTHS = {
    **dict.fromkeys("iljtfrI.,:;'|!()[]{}/ ", _NARROW),
    **dict.fromkeys("mwMWQO@%&—…", _WIDE),
    **dict.fromkeys("ABCDEFGHJKLNPRSTUVXYZ+=<>#~−", _CAPITAL),
}


def width(text: str, size: float) -> float:
    """The most that a text takes, whatever the font.

    text  one line
    size  of the font, in units of the picture

    Returns units of the picture: the sum of the estimated widths of the letters, without kerning.
    """
    return size * sum(_width_of(letter) for letter in text)


def _width_of(letter: str) -> float:
    if unicodedata.combining(letter):
        return 0.0
    # Beyond ASCII, small letters are about as wide as in it; capitals, signs and ideographs are taken to be wide.
    return _WIDTHS.get(letter, _MEDIUM if letter.isascii() or letter.islower() else _WIDE)


def wrapped(text: str, size: float, room: float) -> tuple[str, ...]:
    """A text in lines: broken at spaces, and inside a word only if it is too wide alone.

    text  its spaces and line breaks are equivalent
    size  of the font, in units of the picture
    room  the width of a line, in units of the picture

    Returns at least one line, which is empty when the text is.
    """
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".lstrip()
        if width(longer, size) <= room:
            lines[-1] = longer
            continue
        lines.append("")
        for letter in word:
            if lines[-1] and width(lines[-1] + letter, size) > room:
                lines.append("")
            lines[-1] += letter
    return tuple(line for line in lines if line) or ("",)


def stacked(spans: Sequence[tuple[float, float]], anchors: Sequence[float], heights: Sequence[int]) -> list[int]:
    """The row of each label at the head of a vertical rule, counted upward from 0.

    spans    the left and right ends of the labels, in units of the picture
    anchors  the places of their rules on the horizontal axis, in the same units
    heights  how many lines each label has

    All have the same length. A label is above all labels whose rules it covers, so no rule crosses a label where that
    can be avoided.
    """
    rows = [0] * len(spans)

    def covers(one: int, other: int) -> bool:
        return spans[one][0] < anchors[other] < spans[one][1]

    def must_be_above(one: int, other: int) -> bool:
        # Of two labels that cover each other's rule, one is crossed in any case.
        return covers(one, other) and (one > other or not covers(other, one))

    def overlap(one: int, other: int) -> bool:
        return spans[one][0] < spans[other][1] and spans[other][0] < spans[one][1]

    placed: list[int] = []
    waiting = list(range(len(spans)))
    while waiting:
        free = (one for one in waiting if not any(must_be_above(one, other) for other in waiting))
        lowest = next(free, waiting[0])  # none is free where labels cover each other's rules in a circle
        rows[lowest] = max((rows[other] + heights[other] for other in placed if overlap(lowest, other)), default=0)
        waiting.remove(lowest)
        placed.append(lowest)
    return rows


def apart(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Places near the wanted ones, in the same order, at least `gap` apart, and inside `low` to `high` if all fit.

    wanted  places along one axis, in units of the picture and in any order
    gap     the least distance between two of them
    low     the smallest place
    high    the largest

    For 10, 12 and 50, with 17 between them and from 12 on, the places are 12, 29 and 50. Neighbours that overlap are
    pooled around the mean of their wanted places, as the pool-adjacent-violators algorithm of isotonic regression does
    (Ayer et al., 1955).
    """

    def kept_inside(middle: float, count: int) -> float:
        half = (count - 1) / 2 * gap
        return max(min(middle, high - half), low + half)

    order = sorted(range(len(wanted)), key=lambda index: wanted[index])
    clusters: list[tuple[float, list[int]]] = []
    for index in order:
        clusters.append((kept_inside(wanted[index], 1), [index]))
        # Neighbours that overlap become one cluster around their common middle.
        while len(clusters) > 1:
            (a, ones), (b, others) = clusters[-2:]
            if b - a >= gap * (len(ones) + len(others)) / 2:
                break
            both = ones + others
            middle = (a * len(ones) + b * len(others)) / len(both)
            clusters[-2:] = [(kept_inside(middle, len(both)), both)]
    places = [0.0] * len(wanted)
    for middle, members in clusters:
        for number, index in enumerate(members):
            places[index] = round(middle + (number - (len(members) - 1) / 2) * gap, 1)
    return places
