"""How two outcomes of one program differ."""

from __future__ import annotations

import json
import math
import re
from dataclasses import replace
from itertools import repeat
from typing import Any, NamedTuple

from quizproof.comparison.outputs import difference, fold, masked, same_again
from quizproof.comparison.quantity import same_number
from quizproof.comparison.tolerance import Allowed
from quizproof.outcome import Outcome

_LINE = re.compile(r"line (\d+) is (.*)", re.DOTALL)
_END = re.compile(r"it ends after line (\d+)")
_MAX_QUOTED = 80
"""Characters of a value."""
_ROUNDING = 1e-6
"""Several threads add up in varying order, and sums of 32-bit floats then differ in their last digits."""


def steadied(outcome: Outcome) -> Outcome:
    """The outcome without what differs each time and means nothing: memory addresses in strings.

    outcome  as a runner gave it; its values are left as they are
    """
    raised = outcome.raised and replace(outcome.raised, message=masked(outcome.raised.message))
    parts = tuple(replace(part, stdout=masked(part.stdout), stderr=masked(part.stderr)) for part in outcome.parts)
    return replace(outcome, parts=parts, raised=raised)


class OutcomeDiff(NamedTuple):
    """What a program did before and now, in a few words each, for example "printed '2'" and "printed '3'"."""

    before: str
    now: str
    part: int | None = None
    """The index of the part that printed or gave something else; None when the ends of the runs differ."""


def compare(
    before: Outcome, now: Outcome, tolerance: Allowed | None = None, rounding: float = _ROUNDING
) -> OutcomeDiff | None:
    """The first difference between two outcomes; None when they are the same.

    before, now  outcomes of the same program
    tolerance    by how much numbers may differ, as values or in printed text; None for not at all
    rounding     by how much floats may differ in any case, as values, relative or absolute

    Times, memory, addresses and standard error do not count.
    """
    if before.status != now.status:
        return OutcomeDiff(_ending(before), _ending(now))
    if before.raised and now.raised:
        one, other = (fold(str(raised)) for raised in (before.raised, now.raised))
        if one != other:
            return OutcomeDiff(f"raised {one}", f"raised {other}")
    for index, (old, new) in enumerate(zip(before.parts, now.parts, strict=False)):
        if not same_again(old.stdout, new.stdout, tolerance):
            # `difference` names what is real, given what is stated: so each is once the one and once the other.
            was, is_ = difference(new.stdout, old.stdout, tolerance), difference(old.stdout, new.stdout, tolerance)
            return OutcomeDiff(_printed(was), _printed(is_), index)
        if not same_value(old.value, new.value, tolerance, rounding):
            was_value, is_value = _where_they_differ(old.value, new.value, tolerance, rounding)
            return OutcomeDiff(f"gave {json.dumps(was_value)}", f"gave {json.dumps(is_value)}", index)
    return None


def same_value(one: Any, other: Any, tolerance: Allowed | None, rounding: float = _ROUNDING) -> bool:
    """Whether two values are equal: numbers, however deep in them, within the tolerance or a rounding error.

    one, other  values as JSON data
    tolerance   None for a rounding error of floats only
    rounding    what counts as a rounding error, relative or absolute
    """
    match one, other:
        case [*ones], [*others]:
            return len(ones) == len(others) and all(map(same_value, ones, others, repeat(tolerance), repeat(rounding)))
        case dict(), dict():
            return one.keys() == other.keys() and all(
                same_value(one[key], other[key], tolerance, rounding) for key in one
            )
        case (int() | float(), int() | float()) if tolerance is not None and same_number(one, other, tolerance):
            return True
        case float(), float() if math.isclose(one, other, rel_tol=rounding, abs_tol=rounding):
            return True
    return json.dumps(one) == json.dumps(other)  # where NaN is NaN


def _where_they_differ(one: Any, other: Any, tolerance: Allowed | None, rounding: float) -> tuple[Any, Any]:
    """Two values that differ; of large ones, the first part that does and is small enough to be quoted."""
    while len(json.dumps(one)) > _MAX_QUOTED:
        match one, other:
            case [*ones], [*others] if len(ones) == len(others):
                pairs = list(zip(ones, others, strict=True))
            case dict(), dict() if one.keys() == other.keys():
                pairs = [(one[key], other[key]) for key in one]
            case _:
                break
        one, other = next(pair for pair in pairs if not same_value(*pair, tolerance, rounding))
    return one, other


def _printed(difference: str) -> str:
    """A difference after "the program": "line 2 is 'b'" becomes "printed 'b' as line 2"."""
    if line := _LINE.fullmatch(difference):
        return f"printed {line[2]} as line {line[1]}"
    if end := _END.fullmatch(difference):
        return f"printed nothing after line {end[1]}"
    return f"printed {difference}"


def _ending(outcome: Outcome) -> str:
    if outcome.raised:
        return f"raised {outcome.raised}"
    return "finished" if outcome.status == "finished" else f"did not finish ({outcome.detail or outcome.status})"
