"""Suspects: what in the text of a program may make its outcome differ from run to run."""

from __future__ import annotations

import ast
import re
from functools import lru_cache

from quizproof.snippets.syntax import parse

_CLOCK = re.compile(r"\b(time|datetime|perf_counter\w*|monotonic\w*|urandom|uuid\d?|secrets|getpid|SystemRandom)\b")
_ENTROPY = re.compile(r"\b(random|Random|default_rng|shuffle|[Dd]ropout|get_seed)\b")
_MENTIONED = re.compile(r"\b(hash|id|set|frozenset)\b|\{")
_OF_HASHES = frozenset(["hash", "id", "set", "frozenset"])
"""Functions whose results depend on hashes or addresses."""


def looks_at_clock_or_chance(source: str) -> bool:
    """Whether code seems to use the time, the process, or random numbers that no seed decides.

    It is a guess from names: a program that is suspected for nothing is only run once more.
    """
    return bool(_CLOCK.search(source) or _ENTROPY.search(source))


@lru_cache(maxsize=4096)
def looks_at_order(source: str) -> bool:
    """Whether code seems to depend on hashes or addresses: it makes sets, or calls `hash` or `id`.

    source  one part of a program; code that cannot be parsed depends on nothing
    """
    # Parsing is much slower than this search, and most code has none of the words.
    if not _MENTIONED.search(source):
        return False
    # An expression may begin with spaces, which a module must not.
    tree = parse(source.strip())
    return tree is not None and any(map(_is_suspect, ast.walk(tree)))


def _is_suspect(node: ast.AST) -> bool:
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Name) and node.func.id in _OF_HASHES
    return isinstance(node, (ast.Set, ast.SetComp))
