"""The table: one figure a line, beside what it is compared to and what it should be."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from typing import Literal

_COLOURS = {"met": "\033[32m", "missed": "\033[31m", "title": "\033[1m"}
_WIDTHS = (44, 11, 38, 11, 17)


@dataclass(frozen=True)
class Target:
    """What a figure should be."""

    limit: float
    of: Literal["ratio", "speed-up", "seconds", "MiB"] = "ratio"

    def met(self, value: float, other: float | None) -> bool:
        """Whether a figure, against another, is what it should be."""
        if self.of == "speed-up":
            return other is not None and other / value >= self.limit
        return (value / other if self.of == "ratio" and other else value) <= self.limit

    def __str__(self) -> str:
        if self.of == "speed-up":
            return f">= {self.limit:g} x faster"
        return f"<= {self.limit:g} " + {"ratio": "x", "seconds": "s", "MiB": "MiB"}[self.of]


def title(text: str) -> None:
    """The heading of a section."""
    print(f"\n{_coloured(text, 'title')}")


def note(text: str) -> None:
    """A sentence on what the figures mean."""
    print(f"  {text}", flush=True)


def seconds(
    what: str, value: float, against: str = "", other: float | None = None, target: Target | None = None
) -> None:
    """A time, beside another."""
    _row(what, _time(value), against, "" if other is None else _time(other), value, other, target)


def memory(what: str, value: float, target: Target | None = None) -> None:
    """A peak of memory."""
    _row(what, f"{value:,.0f} MiB", "", "", value, None, target)


def _row(
    what: str, value: str, against: str, other: str, figure: float, its: float | None, target: Target | None
) -> None:
    verdict = ""
    if target is not None:
        word = "met" if target.met(figure, its) else "missed"
        verdict = f"{target!s:<16} {_coloured(word, word)}"
    cells = (what, value, against, other, "" if its is None else _ratio(figure / its))
    aligned = "".join(
        f"{text:<{width}} " if place in (0, 2) else f"{text:>{width}}   "
        for place, (text, width) in enumerate(zip(cells, _WIDTHS, strict=True))
    )
    print(f"{aligned}{verdict}".rstrip(), flush=True)


def _time(value: float) -> str:
    if value < 1:
        return f"{value * 1000:,.1f} ms"
    return f"{value:,.2f} s" if value < 100 else f"{value:,.0f} s"


def _ratio(ratio: float) -> str:
    if ratio >= 0.5:
        return f"{ratio:.2f} x"
    return f"{1 / ratio:,.1f} x faster" if ratio > 0.1 else f"{1 / ratio:,.0f} x faster"


def _coloured(text: str, name: str) -> str:
    wanted = os.environ.get("FORCE_COLOR") or (sys.stdout.isatty() and not os.environ.get("NO_COLOR"))
    return f"{_COLOURS[name]}{text}\033[0m" if wanted else text
