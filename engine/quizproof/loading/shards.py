"""Shards: a bank divided among machines, in such a way that a block stays where it is when others come and go."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

MOST = 10_000
"""Parts of one bank, at most."""


@dataclass(frozen=True)
class Shard:
    """One of several parts of a bank. They have no block in common, and lack none."""

    number: int
    """Which part it is, counting from 1."""
    count: int
    """How many parts there are."""

    @classmethod
    def parse(cls, text: str) -> Shard:
        """Read `2/4`. Raises ValueError, with a text for users."""
        match = re.fullmatch(r"([0-9]{1,9})/([0-9]{1,9})", text)
        if not match:
            raise ValueError(f"{text!r} is no shard; write `2/4` for the second of four")
        number, count = int(match[1]), int(match[2])
        if not 1 <= count <= MOST:
            raise ValueError(f"{text!r} is no shard; there can be 1 to {MOST:,} of them")
        if not 1 <= number <= count:
            only = f"1/{count} to {count}/{count}" if count > 1 else "1/1"
            raise ValueError(f"{text!r} is no shard; with {count} there are {only}")
        return cls(number, count)

    def __str__(self) -> str:
        return f"{self.number}/{self.count}"

    def holds(self, name: str) -> bool:
        """Whether what has this name, the id of a block or the path of a file, belongs to this part."""
        whole = int.from_bytes(hashlib.sha256(name.encode("utf-8", "surrogatepass")).digest()[:8])
        return whole % self.count == self.number - 1
