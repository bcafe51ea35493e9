"""What to write in `{{ }}` instead of Python that is none there: `{{ value | fixed(2) }}` for `{{ value:.2f }}`."""

from __future__ import annotations

import re
from collections.abc import Collection

_VALUE = r"(?P<value>[^'\":{}]+?)"
_FORMAT = r":(?P<comma>,?)(?:\.(?P<digits>\d+))?(?P<type>[fgeEFG%d]?)"
_BARE = _FORMAT.removeprefix(":")
_FORMATTED = [
    re.compile(pattern)
    for pattern in (
        rf"{_VALUE}\s*{_FORMAT}",
        rf"f(?P<quote>['\"])\{{{_VALUE}{_FORMAT}\}}(?P=quote)",
        rf"(?P<quote>['\"])\{{0?{_FORMAT}\}}(?P=quote)\.format\({_VALUE}\)",
        rf"(?P<quote>['\"])%(?P<comma>)(?:\.(?P<digits>\d+))?(?P<type>[fgeEd])(?P=quote)\s*%\s*\(?{_VALUE},?\)?",
        rf"format\({_VALUE},\s*(?P<quote>['\"]){_BARE}(?P=quote)\)",
        rf"{_VALUE}\s*\|\s*format\((?P<quote>['\"]){_BARE}(?P=quote)\)",
    )
]
"""The ways in which Python formats a number."""
_ROUNDED = re.compile(r"(?:np\.|numpy\.)?round\((?P<value>.+?),\s*(?:ndigits\s*=\s*)?(?P<digits>\d+)\)")
_CALL = re.compile(r"(?P<name>[A-Za-z_]\w*)\((?P<value>[^()]*(?:\([^()]*\)[^()]*)*)\)")
_FILTERS_BY_FUNCTION = {"len": "length"}


def instead(source: str, filters: Collection[str]) -> str:
    """The end of a message about an expression that does not work: "; write `{{ value | fixed(2) }}`".

    source   the expression
    filters  the names of those that exist

        >>> instead("round(value, 2)", ["fixed"])
        '; write `{{ value | fixed(2) }}`'

    Empty when nothing better is known.
    """
    better = _better(source, filters)
    return f"; write `{{{{ {better} }}}}`" if better else ""


def _better(source: str, filters: Collection[str]) -> str:
    if found := _ROUNDED.fullmatch(source):
        return _applied(found["value"], f"fixed({found['digits']})")
    for pattern in _FORMATTED:
        found = pattern.fullmatch(source)
        if found and (filter_ := _filter(found["comma"], found["digits"], found["type"])):
            return _applied(found["value"], filter_)
    if found := _CALL.fullmatch(source):
        name = _FILTERS_BY_FUNCTION.get(found["name"], found["name"])
        if name == "str":
            return found["value"].strip()
        if name in filters and "," not in found["value"]:
            return _applied(found["value"], name)
    return ""


def _filter(comma: str, digits: str | None, type_: str) -> str:
    """The filter that does what a format specification does; empty when there is none, or nothing is specified."""
    if comma:
        return "thousands"
    if type_ == "%":
        return f"percent({digits})" if digits else "percent"
    if type_ == "d":
        return "int"
    return f"fixed({digits})" if digits else ""


def _applied(value: str, filter_: str) -> str:
    value = value.strip()
    # A filter binds more tightly than any operator.
    is_simple = re.fullmatch(r"[\w.]+|[\w.]*[(\[][^()\[\]]*[)\]]", value)
    return f"{value} | {filter_}" if is_simple else f"({value}) | {filter_}"
