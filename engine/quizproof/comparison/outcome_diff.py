"""Drift: how two outcomes of one program differ."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from itertools import repeat
from typing import Any

from quizproof.comparison.outputs import difference, fold, masked, same_number, same_output
from quizproof.outcome import Outcome


def steadied(outcome: Outcome) -> Outcome:
    """The outcome without what is different each time and means nothing: memory addresses in texts."""
    raised = outcome.raised and replace(outcome.raised, message=masked(outcome.raised.message))
    parts = tuple(replace(part, stdout=masked(part.stdout), stderr=masked(part.stderr)) for part in outcome.parts)
    return replace(outcome, parts=parts, raised=raised)


def drift(before: Outcome, now: Outcome, tolerance: float | None = None) -> tuple[str, str]:
    """What the program did before and now, in a few words each, where they differ; two empty texts where they do not.

    Times, memory, addresses and standard error do not count. `tolerance` is for numbers, as values or in printed text.
    """
    if before.status != now.status:
        return _ending(before), _ending(now)
    if before.raised and now.raised:
        one, other = (fold(str(raised)) for raised in (before.raised, now.raised))
        if one != other:
            return f"raised {one}", f"raised {other}"
    for old, new in zip(before.parts, now.parts, strict=False):
        if not same_output(old.stdout, new.stdout, tolerance):
            return f"printed {difference(new.stdout, old.stdout)}", f"printed {difference(old.stdout, new.stdout)}"
        if not same_value(old.value, new.value, tolerance):
            return f"gave {json.dumps(old.value)}", f"gave {json.dumps(new.value)}"
    return "", ""


def same_value(one: Any, other: Any, tolerance: float | None) -> bool:
    """Whether two values are equal: numbers within the tolerance or a rounding error, wherever they stand in them."""
    match one, other:
        case [*ones], [*others]:
            return len(ones) == len(others) and all(map(same_value, ones, others, repeat(tolerance)))
        case dict(), dict():
            return one.keys() == other.keys() and all(same_value(one[key], other[key], tolerance) for key in one)
        case (int() | float(), int() | float()) if tolerance and same_number(one, other, tolerance):
            return True
        case float(), float() if math.isclose(one, other, rel_tol=_ROUNDING, abs_tol=_ROUNDING):
            return True
    return json.dumps(one) == json.dumps(other)  # where NaN is NaN


_ROUNDING = 1e-6
"""Threads add up in another order each, and sums of 32-bit floats then differ in their last digits."""


def _ending(outcome: Outcome) -> str:
    if outcome.raised:
        return f"raised {outcome.raised}"
    return "finished" if outcome.status == "finished" else f"ended otherwise ({outcome.detail or outcome.status})"
