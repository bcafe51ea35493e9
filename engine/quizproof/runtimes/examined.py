"""What is found out about the assertions of a part, as JSON data."""

from __future__ import annotations

from typing import Any, TypedDict


class Examined(TypedDict):
    """Of one part: {"weak": [[7, "iterator", "filter(f, xs)"]], "tried": 3, "noticed": 0, "missed": "`n` plus 1"}."""

    weak: list[list[Any]]
    """Of each assertion that cannot fail the line in the whole program, from 1, the weakness, and what it is about."""
    tried: int
    """Changes of the answer's values with which a check came to its end, or failed."""
    noticed: int
    """Those with which it failed."""
    missed: str
    """The first change that it did not notice, in words; empty if it noticed one."""
