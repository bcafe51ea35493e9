"""Suspects: words in a program that decide how much further a second look at it goes.

What a key rests on is run again whatever its text says. A word missed here makes a look less thorough, not absent.
"""

from __future__ import annotations

import re

_CHANCE = re.compile(
    r"(?i)rand|choice|choose|shuffle|sampl|perm|drop|normal|uniform|bernoulli|multinomial|poisson|exponential|noise"
    r"|jitter|augment|secrets|uuid|mutat|explor"
)
_UNWATCHED = re.compile(
    r"raw_ops|sampled|\.seed\(\)|urandom|uuid|secrets|SystemRandom|SeedSequence|Generator\(|_completed|unordered"
)
_HASHES = re.compile(r"(?i)hash")
_METHOD = re.compile(r"\.__hash__")
_FILE_TIMES = re.compile(r"st_[acm]time|get[acm]time|utime")
_FRESH_MEMORY = re.compile(r"empty|Tensor\(|ndarray\(")
_ADDRESSES = re.compile(r"(?i)\bid\b|_ptr\b|address|ident\b|ctypes|getattr|\beval\b|\bexec\b|__repr__|\brepr\b")
_SETS = re.compile(r"\bset\b|frozenset|\{|keys\(\)|items\(\)")
_OBJECTS = re.compile(r"\bclass\b|_completed|unordered|WeakSet|object\(")
_SURROUNDINGS = re.compile(
    r"(?i)time|clock|monotonic|today|now\b|listdir|scandir|glob|walk\b|iterdir|environ|getenv|home|temp|count|threads"
    r"|empty|Tensor\(|platform|hostname|getpid|getuser|version"
)
_GPU = re.compile(r"is_available|device_count|list_physical_devices|list_logical_devices")


def mentions_chance(source: str) -> bool:
    """Whether code has a word for drawing, rather than a layer whose weights happen to be drawn."""
    return bool(_CHANCE.search(source))


def mentions_unwatched_chance(source: str) -> bool:
    """Whether code may draw from a source that a run cannot watch."""
    return bool(_UNWATCHED.search(source))


def mentions_hashes(source: str) -> bool:
    """Whether code has a word for hashes."""
    return bool(_HASHES.search(source))


def mentions_hash_method(source: str) -> bool:
    """Whether code asks an object for its hash by its method."""
    return bool(_METHOD.search(source))


def mentions_file_times(source: str) -> bool:
    """Whether code may compare the clock with the times of files."""
    return bool(_FILE_TIMES.search(source))


def mentions_fresh_memory(source: str) -> bool:
    """Whether code has a word for memory that nothing is written to."""
    return bool(_FRESH_MEMORY.search(source))


def mentions_addresses(source: str) -> bool:
    """Whether code has a word for memory addresses, or may find one by other means."""
    return bool(_ADDRESSES.search(source))


def mentions_own_sets(source: str) -> bool:
    """Whether code may have sets of objects, which are ordered by their addresses."""
    return bool(_OBJECTS.search(source) and (_SETS.search(source) or "WeakSet" in source or "_completed" in source))


def mentions_gpu(source: str) -> bool:
    """Whether code asks what devices there are."""
    return bool(_GPU.search(source))


def mentions_surroundings(source: str) -> bool:
    """Whether code has a word for sets, the clock, files, fresh memory or the machine."""
    return bool(_SETS.search(source) or _SURROUNDINGS.search(source))
