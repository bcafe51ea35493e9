"""Verdicts: how claims are judged, and which of several weighs most."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, TypeAlias, get_args

Verdict: TypeAlias = Literal["refuted", "unstable", "unverified", "unproven", "proven"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
"""Worst first: the status of a question is the first of these among its claims."""


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """The worst of some verdicts; `proven` when there are none."""
    seen = set(verdicts)
    return next((verdict for verdict in VERDICTS if verdict in seen), "proven")
