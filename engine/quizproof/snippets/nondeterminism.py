"""Suspects: what in a program's text may make it do something else each time, beside random numbers."""

from __future__ import annotations

import ast
import re
import warnings
from functools import lru_cache

_CLOCK = re.compile(r"\b(time|datetime|perf_counter\w*|monotonic\w*|urandom|uuid\d?|secrets|getpid|SystemRandom)\b")
_ENTROPY = re.compile(r"\b(random|Random|default_rng|shuffle|[Dd]ropout|get_seed)\b")
_MENTIONED = re.compile(r"\b(hash|id|set|frozenset)\b|\{")
_ORDER = frozenset(["hash", "id", "set", "frozenset"])


def looks_at_clock_or_chance(source: str) -> bool:
    """Whether code seems to ask for the time, the process, or random numbers that no seed decides."""
    return bool(_CLOCK.search(source) or _ENTROPY.search(source))


@lru_cache(maxsize=4096)
def looks_at_order(source: str) -> bool:
    """Whether code seems to depend on hashes or addresses: it makes sets, or calls `hash` or `id`."""
    if not _MENTIONED.search(source):
        return False
    try:
        with warnings.catch_warnings(action="ignore"):  # such as for "\d"
            tree = ast.parse(source.strip())
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    for node in ast.walk(tree):
        if isinstance(node, (ast.Set, ast.SetComp)):
            return True
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _ORDER:
            return True
    return False
