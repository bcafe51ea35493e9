"""Leavings: what right answers leave in the variables of a program, and whether they agree.

A check looks at what its author thought of. Two accepted texts that pass it may still leave different values, and then
one of them is wrong. So each is run once more, without the check, and what it leaves is recorded.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Iterable
from typing import Any

from quizproof.claims import OURS, Part
from quizproof.comparison.numbers import is_number
from quizproof.outcome import Outcome
from quizproof.snippets.recorders import recorders
from quizproof.snippets.syntax import names_bound, parse

_CLOSE = 1e-3
"""By which share numbers may differ, which were recorded with few digits."""


def quizproof_number(value: Any) -> Any:
    """A number with few digits; a text for what JSON does not have."""
    if isinstance(value, float):
        return float(f"{value:.5g}") if value - value == 0 else str(value)
    return value if abs(value) < 10**15 else str(value)[:60]


def quizproof_array(value: Any) -> list[Any]:
    """The shape of a tensor, whether it requires a gradient, and its values; of many, some and their sum."""
    flat = value.detach() if hasattr(value, "detach") else value
    flat = flat.numpy() if hasattr(flat, "numpy") else flat
    numbers = [quizproof_number(each) for each in flat.reshape(-1).tolist()[:1000]]
    if len(numbers) > 20:
        numbers = [*numbers[:5], quizproof_number(float(flat.sum()))]
    return ["array", list(map(int, value.shape)), bool(getattr(value, "requires_grad", False)), numbers]


def quizproof_plain(value: Any, depth: int = 0) -> Any:
    """A value as data; None for what cannot be compared, such as a function."""
    if depth > 3 or value is None or isinstance(value, bool):
        return value if depth <= 3 else None
    most = 6 if depth else 20
    if isinstance(value, (str, int, float)):
        return value[:300] if isinstance(value, str) else quizproof_number(value)
    if isinstance(value, (list, tuple)):
        return [type(value).__name__, len(value), [quizproof_plain(each, depth + 1) for each in value[:most]]]
    if isinstance(value, dict):
        pairs = sorted(([repr(key), quizproof_plain(each, depth + 1)] for key, each in value.items()), key=repr)
        return ["dict", len(value), pairs[:most]]
    if isinstance(value, (set, frozenset)):
        return ["set", len(value), sorted(map(repr, value))[:most]]
    return quizproof_array(value) if hasattr(value, "shape") and hasattr(value, "dtype") else None


def quizproof_left(values: dict[str, Any], names: list[str]) -> dict[str, str]:
    """What names hold, each as JSON: one line, so that a lock stays short. Of a model, its weights."""
    import json

    left = {}
    for name in names:
        try:
            value = values[name]
            weights = (
                value.state_dict().values() if hasattr(value, "state_dict") and hasattr(value, "forward") else None
            )
            if hasattr(value, "get_weights") and hasattr(value, "trainable"):
                weights = value.get_weights()
            found = quizproof_plain(value) if weights is None else ["module", [*map(quizproof_array, weights)]]
        except Exception:
            continue
        if found is not None:
            left[name] = json.dumps(found)
    return left


def recording(names: Iterable[str]) -> tuple[Part, Part]:
    """The parts that record what some names hold at the end of a program. Their value is found by `left_in`."""
    functions = recorders(quizproof_number, quizproof_array, quizproof_plain, quizproof_left)
    return functions, Part("value", f"quizproof_left(globals(), {sorted(names)!r})", OURS)


def left_in(outcome: Outcome) -> dict[str, Any] | None:
    """What a program left, as a message names it; None where it did not come to its end, or where chance had a part.

    {"`total`": 12, "the output": ""}
    """
    value = outcome.parts[-1].value if outcome.status == "finished" and not outcome.drew else None
    if not isinstance(value, dict):
        return None
    try:
        left = {f"`{name}`": json.loads(each) for name, each in value.items()}
    except (TypeError, ValueError):
        return None  # a program can leave anything, and this is no recording
    printed = "".join(part.stdout for part in outcome.parts)
    return left | {"the output": printed}


def results(setup: str, answer: str, *, every: bool = False) -> frozenset[str]:
    """The names that an answer works for: those that it binds and does not read itself, and those of the setup.

    setup   what runs before it
    answer  its code
    every   whether those that it reads itself count, too
    """
    tree = parse(answer)
    if tree is None:
        return frozenset()
    names = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
    read = {node.id for node in names if isinstance(node.ctx, ast.Load)}
    own = names_bound(answer)
    given = {node.id for node in names} & names_bound(setup)
    return frozenset((own if every else own - read) | given)


def difference(one: dict[str, Any] | None, other: dict[str, Any] | None) -> str:
    """The first thing that two programs left differently; empty when there is none, or nothing is known."""
    if one is None or other is None:
        return ""
    return next((name for name in sorted(one.keys() & other.keys()) if not _same(one[name], other[name])), "")


def shown(value: Any) -> str:
    """A recorded value, in short, as a message quotes it."""
    match value:
        case ["list" | "tuple" | "set" | "dict" as kind, int(), list(items)]:
            brackets = {"list": "[]", "tuple": "()"}.get(kind, "{}")
            pairs = (": ".join([each[0], shown(each[1])]) if kind == "dict" else shown(each) for each in items)
            text = ", ".join(pair.strip("'") if kind == "set" else pair for pair in pairs)
            return f"{brackets[0]}{text}{',' if kind == 'tuple' and len(items) == 1 else ''}{brackets[1]}"
        case ["array", list(shape), requires_grad, list(values)]:
            grad = ", with a gradient" if requires_grad else ""
            return f"{values} of shape {tuple(shape)}{grad}"
        case ["module", list()]:
            return "other weights"
        case _:
            return repr(value)


def _same(one: Any, other: Any) -> bool:
    if is_number(one) and is_number(other):
        return abs(one - other) <= _CLOSE * max(abs(one), abs(other)) + 1e-9
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    return bool(one == other)
