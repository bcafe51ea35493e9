"""Spelling: the known word that an unknown one was meant to be."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word that is nearest in spelling; empty if none is near.

    Near is what `difflib.get_close_matches` finds with its usual cutoff of 0.6.
    """
    return next(iter(difflib.get_close_matches(word, list(known), 1)), "")


def meant(word: str, known: Iterable[str]) -> str:
    """The end of a message about an unknown word: "; did you mean `epochs`?"; empty if no known word is near."""
    close = nearest(word, known)
    return f"; did you mean `{close}`?" if close else ""
