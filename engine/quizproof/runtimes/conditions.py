"""The state of the process in which a program runs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Conditions:
    """The state of the process in which a program runs. What is true must be true under all of them."""

    hash_seed: int = 0
    """PYTHONHASHSEED, which decides the order of sets of strings. Another one also means other memory addresses."""
    threads: int = 1
    """How many threads numerical libraries may use."""
    cold: bool = False
    """Whether the program imports its framework itself, instead of finding it imported."""
    attempt: int = 0
    """Distinguishes runs that are otherwise equal: time goes on, and generators without a seed start elsewhere.

    The first few begin with numbers that are rare: see `generators.Generators`.
    """
    changes: str = ""
    """What else is different, as names of `elsewhere.CHANGES` with a space between two: "clock order"."""


USUAL = Conditions()
