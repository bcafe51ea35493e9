"""Shards: a bank divided among machines, so that a block stays in its shard when other blocks come and go."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

MAX_SHARDS = 10_000


@dataclass(frozen=True)
class Shard:
    """One of several parts of a bank. Together they hold every block, and no two hold the same one."""

    number: int
    """Which part it is, counting from 1."""
    count: int
    """How many parts there are."""

    @classmethod
    def parse(cls, text: str) -> Shard:
        """Read a shard as it is written on the command line.

        text  "2/4" for the second of four

        Raises ValueError with a message for users.
        """
        match = re.fullmatch(r"([0-9]{1,9})/([0-9]{1,9})", text)
        if not match:
            raise ValueError(f"{text!r} is not a shard; write `2/4` for the second of four")
        number, count = int(match[1]), int(match[2])
        if not 1 <= count <= MAX_SHARDS:
            raise ValueError(f"{text!r} is not a shard; there can be 1 to {MAX_SHARDS:,} of them")
        if not 1 <= number <= count:
            only = f"1/{count} to {count}/{count}" if count > 1 else "1/1"
            raise ValueError(f"{text!r} is not a shard; with {count} there are {only}")
        return cls(number, count)

    def __str__(self) -> str:
        return f"{self.number}/{self.count}"

    def holds(self, name: str) -> bool:
        """Whether a block or a file belongs to this shard.

        name  the id of a block, or the path of a file as it is shown

        The first 8 bytes of its SHA-256, as a big-endian number, modulo the count, give the shard, from 0. So it
        depends on nothing but the name, and blocks stay in their shards when others come and go.
        """
        number = int.from_bytes(hashlib.sha256(name.encode("utf-8", "surrogatepass")).digest()[:8])
        return number % self.count == self.number - 1
