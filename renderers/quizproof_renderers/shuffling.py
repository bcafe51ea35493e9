"""Letters and orders: things to choose from stand in an order that depends on a salt alone."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Generic, NamedTuple, Protocol, TypeVar


class Named(Protocol):
    """Whatever has an id."""

    @property
    def id(self) -> str:
        """The id."""


Thing = TypeVar("Thing", bound=Named)


class Lettered(NamedTuple, Generic[Thing]):
    """A thing under the letter at which it is shown."""

    letter: str
    thing: Thing


def letters() -> Iterator[str]:
    """A to Z, then AA to AZ, BA and so on."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    yield from alphabet
    yield from (first + second for first in alphabet for second in alphabet)


def salted(things: Iterable[Thing], salt: str) -> tuple[Thing, ...]:
    """The things in an order that their ids and `salt` give: the author's order, and so the key, tells nothing."""
    return tuple(sorted(things, key=lambda thing: hashlib.sha256(f"{salt}/{thing.id}".encode()).digest()))


def lettered(things: Sequence[Thing], salt: str) -> tuple[Lettered[Thing], ...]:
    """The things under their letters, in salted order."""
    return tuple(Lettered(letter, thing) for letter, thing in zip(letters(), salted(things, salt), strict=False))
