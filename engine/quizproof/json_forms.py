"""JSON forms: what data must look like that a snippet, another process or a person may have written.

A form is a function that says what is wrong with a value, and where, or nothing. Data is checked whole, once, where it
enters; code behind that relies on it.

    part = record({"line": whole(1), "text": text, "value": anything})
    part({"line": 0, "text": "x", "value": []})    "`line` is 0, not a whole number from 1"
    part({"line": 1, "text": "x", "value": []})    ""
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import TypeAlias

Form: TypeAlias = Callable[[object], str]
"""Gives what is wrong with a value as the end of a sentence that begins with its place; empty when nothing is."""

MAX_NUMBER = 1 << 53
"""More than any count, size or line can be, and still an exact number everywhere."""
MAX_DEPTH = 40
"""Levels of a value. A run's process gives at most 32; code that walks through a value must not run out of stack."""
MAX_ITEMS = 1 << 20
"""Everything in one value. A reply has no room for more."""
_MAX_QUOTED = 40


def record(fields: Mapping[str, Form], optional: Collection[str] = ()) -> Form:
    """A mapping with exactly these keys.

    fields    a form for each key
    optional  the keys that may be missing
    """
    needed = fields.keys() - set(optional)

    def fault(data: object) -> str:
        if not isinstance(data, dict):
            return _is(data, "a mapping")
        if data.keys() != fields.keys():
            if missing := sorted(needed - data.keys()):
                return f" lacks `{missing[0]}`"
            if unknown := [key for key in data if key not in fields]:
                return f" has an unknown key, `{str(unknown[0])[:_MAX_QUOTED]}`"
        for name, form in fields.items():
            if name in data and (wrong := form(data[name])):
                return _at(name, wrong)
        return ""

    return fault


def mapping(form: Form) -> Form:
    """A mapping of any keys, whose values all have one form."""

    def fault(data: object) -> str:
        if not isinstance(data, dict):
            return _is(data, "a mapping")
        for name, item in data.items():
            if wrong := text(name) or form(item):
                return _at(name, wrong)
        return ""

    return fault


def items(form: Form) -> Form:
    """A list, whose items all have one form."""

    def fault(data: object) -> str:
        if not isinstance(data, list):
            return _is(data, "a list")
        for index, item in enumerate(data):
            if wrong := form(item):
                return _at(str(index), wrong)
        return ""

    return fault


def row(*forms: Form) -> Form:
    """A list of so many items, each with a form of its own."""

    def fault(data: object) -> str:
        if not isinstance(data, list) or len(data) != len(forms):
            return _is(data, f"a list of {len(forms)}")
        for index, (form, item) in enumerate(zip(forms, data, strict=True)):
            if wrong := form(item):
                return _at(str(index), wrong)
        return ""

    return fault


def either(first: Form, second: Form) -> Form:
    """What has one of two forms; what is said of it is what the second says."""
    return lambda data: first(data) and second(data)


def one_of(values: Collection[str]) -> Form:
    """One of some texts."""

    def fault(data: object) -> str:
        return "" if isinstance(data, str) and data in values else _is(data, f"one of {', '.join(map(repr, values))}")

    return fault


def whole(least: int) -> Form:
    """A whole number from `least` on."""

    def fault(data: object) -> str:
        # Not isinstance: a boolean is an int too.
        return "" if type(data) is int and least <= data <= MAX_NUMBER else _is(data, f"a whole number from {least}")

    return fault


def amount(data: object) -> str:
    """A finite number that is not negative."""
    # A boolean is an int too.
    sound = isinstance(data, (int, float)) and not isinstance(data, bool) and 0 <= data <= MAX_NUMBER
    return "" if sound else _is(data, "a finite number from 0")


def flag(data: object) -> str:
    """True or false."""
    return "" if isinstance(data, bool) else _is(data, "true or false")


def nothing(data: object) -> str:
    """Null."""
    return "" if data is None else _is(data, "null")


def text(data: object) -> str:
    """Text that can be written out: no half of a surrogate pair."""
    return "" if isinstance(data, str) and is_writable(data) else _is(data, "text")


def is_writable(data: str) -> bool:
    """Whether text can be encoded."""
    if data.isascii():
        return True
    try:
        data.encode()
    except UnicodeEncodeError:
        return False
    return True


def anything(data: object) -> str:
    """Any JSON data, within bounds: `MAX_DEPTH` levels, `MAX_ITEMS` items. Numbers may be NaN and infinite."""
    level, count = [data], 0
    for _ in range(MAX_DEPTH):
        below: list[object] = []
        for item in level:
            if isinstance(item, str):
                if not is_writable(item):
                    return _is(item, "text")
            elif isinstance(item, list):
                below += item
            elif isinstance(item, dict):
                if wrong := next((wrong for key in item if (wrong := text(key))), ""):
                    return wrong
                below += item.values()
            elif not (item is None or isinstance(item, (int, float))):
                return _is(item, "JSON data")
        count += len(below)
        if count > MAX_ITEMS:
            return f" has more than {MAX_ITEMS:,} items"
        if not below:
            return ""
        level = below
    return f" is nested deeper than {MAX_DEPTH} levels"


def _at(name: str, wrong: str) -> str:
    """What is wrong with a value, with one more step of the way to it."""
    name = name[:_MAX_QUOTED]
    return f"`{name}.{wrong[1:]}" if wrong.startswith("`") else f"`{name}`{wrong}"


def _is(data: object, wanted: str) -> str:
    shown = f"of type {type(data).__name__}"
    if data is None or isinstance(data, (bool, float)) or (isinstance(data, int) and abs(data) <= MAX_NUMBER):
        shown = str(data)
    elif isinstance(data, str):
        shown = ascii(data[:_MAX_QUOTED])
    return f" is {shown}, not {wanted}"
