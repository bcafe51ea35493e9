"""JSON data as a stranger may leave it: real data, in which some places hold something else."""

from __future__ import annotations

import copy
import json
from typing import Any

from hypothesis import strategies as st

Path = tuple[str | int, ...]

_NUMBERS = [0, -1, 1, 2, 7, 10**6, 2**53, 2**63, 10**30, 10**4000, 0.5, -0.0, 1e308, float("nan"), float("inf")]
_TEXTS = [
    "", " ", "0", "a", "`", "line 3", "on line 9" + "9" * 5000, "\x00", "\x1b[31m", "\u202e", "\ud800", "é" * 50,
    "a\nb", "nan", "1e999", "1" * 5000, "0x7f0000000000", "finished", "raised", "syntax", "died", "fault", "missing",
    "{{ a }}", "No module named 'x'", "AssertionError", "KeyboardInterrupt", "array([1, 2])", "[[", "Fraction",
]  # fmt: skip


def _nested(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return value


ODD = [None, True, False, *_NUMBERS, *_TEXTS, [], {}, [[]], [1, "a"], {"a": 1}, {"": []}, _nested(30), _nested(200)]
"""What is put in place of something else."""


def places(data: Any, at: Path = ()) -> list[Path]:
    """The paths of everything in some data, the data itself first."""
    found = [at]
    steps = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for step, item in steps:
        found += places(item, (*at, step))
    return found


def _at(data: Any, path: Path) -> Any:
    for step in path:
        data = data[step]
    return data


@st.composite
def corrupted(draw: st.DrawFn, data: Any) -> Any:
    """A copy of some data in which one to three things are replaced, removed, doubled, renamed or swapped."""
    data = copy.deepcopy(data)
    for _ in range(draw(st.integers(1, 3))):
        path = draw(st.sampled_from(places(data)))
        alike = draw(st.booleans())  # so that half of what is changed has the right types
        kept = _at(data, path)
        odd = copy.deepcopy(draw(st.sampled_from([each for each in ODD if type(each) is type(kept) or not alike])))
        if not path:
            if draw(st.integers(0, 9)) == 0:
                return odd
            continue
        parent = _at(data, path[:-1])
        match draw(st.sampled_from(["replace", "replace", "replace", "remove", "double", "add", "borrow"])):
            case "replace":
                parent[path[-1]] = odd
            case "remove":
                del parent[path[-1]]
            case "double" if isinstance(parent, list):
                parent.append(copy.deepcopy(kept))
            case "add" if isinstance(parent, dict):
                parent[draw(st.sampled_from(["a", "problem", "missing", "", "\ud800"]))] = odd
            case _:
                parent[path[-1]] = copy.deepcopy(_at(data, draw(st.sampled_from(places(data)))))
    return data


def written(data: Any) -> str | None:
    """The data as text of JSON; None where Python cannot write it."""
    try:
        return json.dumps(data)
    except (ValueError, RecursionError):
        return None
