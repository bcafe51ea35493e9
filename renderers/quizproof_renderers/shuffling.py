"""Shuffling: an order, and letters in it, that depend on ids and a salt alone and so give nothing away."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Generic, NamedTuple, Protocol, TypeVar


class Identified(Protocol):
    """Anything that has an id."""

    @property
    def id(self) -> str:
        """The id, unique among what is shuffled together."""


Item = TypeVar("Item", bound=Identified)


class Lettered(NamedTuple, Generic[Item]):
    """An item with the letter at which it is shown."""

    letter: str
    item: Item


def letters() -> Iterator[str]:
    """A to Z, then AA to AZ, BA and so on."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    yield from alphabet
    yield from (first + second for first in alphabet for second in alphabet)


def shuffled(items: Iterable[Item], salt: str) -> tuple[Item, ...]:
    """The items in an order that only their ids and `salt` determine.

    items  anything with ids that differ
    salt   what else decides the order, such as `<quiz>/<block>/<variant>`: with it the same ids are in another order
           elsewhere

    Authors often put the key first, so their order would give it away. A random order would change the pages at every
    build; this one is the same on every machine. The items are sorted by the SHA-256 hash of `<salt>/<id>`.
    """
    return tuple(sorted(items, key=lambda item: hashlib.sha256(f"{salt}/{item.id}".encode()).digest()))


def with_letters(items: Sequence[Item], salt: str) -> tuple[Lettered[Item], ...]:
    """The shuffled items with their letters, A first: `(("A", <item>), ("B", <item>), ...)`.

    items  anything with ids that differ, at most as many as there are letters
    salt   as for `shuffled`
    """
    # Not strict: there are always more letters than items.
    return tuple(Lettered(letter, item) for letter, item in zip(letters(), shuffled(items, salt), strict=False))
