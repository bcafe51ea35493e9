"""Verdicts: how claims are judged, and which verdict decides among several."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, TypeAlias, get_args

Verdict: TypeAlias = Literal["refuted", "unstable", "unverified", "unproven", "proven"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
"""The worst first: the status of a block is the first of these that one of its claims has."""


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """The worst of some verdicts; `proven` if there are none."""
    seen = set(verdicts)
    return next((verdict for verdict in VERDICTS if verdict in seen), "proven")
