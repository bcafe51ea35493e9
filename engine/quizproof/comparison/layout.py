r"""The layout of printed output: white space that says nothing, and white space that a program made on purpose.

How Python, numpy and the frameworks break and pad what is in brackets depends on the widest number and on the width of
a line, so readers cannot know it and nobody is asked for it: `tensor([ 0., 12.])` is `tensor([0., 12.])`. But a program
may also make a layout itself, by `json.dumps`, by a format or by a separator. No print of a list gives `[1,2]`,
`["a"]` or `[   5]`, so where a real output has one of these, its layout is what there is to know.

The script of the page has the same rules (`layout.js`); a test gives both the same outputs.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TypeAlias

STRING = r"(?:'(?:[^'\\\n]|\\.)*+'|\"(?:[^\"\\\n]|\\.)*+\")"
"""Text in quotes, within one line."""
ARRAY_NAMES = ("tensor", "Tensor", "array", "matrix")
"""What the names of arrays end with, as they are printed: `tensor(...)`, `tf.Tensor(...)`."""

_MAX_DEPTH = 60
"""Brackets in brackets. Output that is nested deeper is compared to the letter."""
_MAX_LENGTH = 50_000
"""Characters. Nobody reads so much, and longer output is compared to the letter."""
_BRACKET = re.compile(r"[\[({<]")
_CLOSERS = {"(": ")", "[": "]", "{": "}", "<": ">"}
_TOKEN = re.compile(
    rf"""(?P<string>(?<![\w\\])[bru]?{STRING}(?!\w))
    |(?P<open>[\[({{]|(?<![\w)\]}}'"])<(?=[A-Za-z_]))
    |(?P<close>[\])}}]|(?<![-=])>)
    |(?P<space>[ \t\n]+)
    |(?P<atom>[^\s,\[\](){{}}<>'":=]+)
    |(?P<sign>.)""",
    re.VERBOSE | re.DOTALL,
)
_NUMBER = r"(?:[0-9][0-9_]*+(?:\.[0-9]*+)?|\.[0-9]++|nan|inf)(?:[eE][-+]?[0-9]++)?j?"
# Of a complex number, the second part has a sign.
_CONSTANT = re.compile(rf"[-+]?{_NUMBER}(?:[-+]{_NUMBER})*+|True|False|None|NaT|\.\.\.")
_NAME_END = re.compile(r"\w\Z")


@dataclass
class _Group:
    """What is between two brackets; the whole output is one without brackets."""

    opener: str
    name: str = ""
    """The word before the bracket, if it is that of a call."""
    items: list[_Token | _Group] = field(default_factory=list)


@dataclass
class _Token:
    kind: str
    text: str


_Item: TypeAlias = "_Token | _Group"


def arranged(text: str, *, own: bool) -> str:
    r"""The output in one layout: of two that differ in nothing else, the same text.

    text  after `fold`
    own   whether the layout is the program's own, so that it counts; that of arrays with a name never does

        >>> arranged("tensor([ 0., 12.,\n  3.])", own=True), arranged('["a",2]', own=False)
        ('tensor([0., 12., 3.])', "['a', 2]")
    """
    whole = _parsed(text)
    return text if whole is None else _content(whole, named=False, own=own)


def has_own_layout(text: str) -> bool:
    """Whether a program made the layout of this output itself, rather than a print of lists, arrays and the like.

    text  what it printed, after `fold`

        >>> has_own_layout("[1, 2]"), has_own_layout("[1,2]"), has_own_layout('{"a": 1}')
        (False, True, True)
    """
    whole = _parsed(text)
    return whole is not None and any(_is_own(group, is_row) for group, is_row in _unnamed(whole))


def _parsed(text: str) -> _Group | None:
    """The output as a tree; None where it has no brackets, too many in each other, or is very long."""
    if len(text) > _MAX_LENGTH or not _BRACKET.search(text):
        return None
    whole = _Group("")
    open_ = [whole]
    for match in _TOKEN.finditer(text):
        kind, token = match.lastgroup or "", match[0]
        if kind == "open":
            before = open_[-1].items[-1] if open_[-1].items else None
            is_call = token == "(" and isinstance(before, _Token) and before.kind == "atom"
            name = before.text if is_call and isinstance(before, _Token) and _NAME_END.search(before.text) else ""
            open_.append(_Group(token, name))
            if len(open_) > _MAX_DEPTH:
                return None
        elif kind == "close" and any(_CLOSERS.get(group.opener) == token for group in open_):
            while _CLOSERS.get(open_[-1].opener) != token:
                _dissolve(open_)
            closed = open_.pop()
            open_[-1].items.append(closed)
        else:
            open_[-1].items.append(_Token("sign" if kind == "close" else kind, token))
    while len(open_) > 1:
        _dissolve(open_)
    return whole if any(isinstance(item, _Group) for item in whole.items) else None


def _dissolve(open_: list[_Group]) -> None:
    """A bracket that is never closed is a sign like any other."""
    group = open_.pop()
    open_[-1].items += [_Token("sign", group.opener), *group.items]


def _is_named(group: _Group) -> bool:
    return group.name.endswith(ARRAY_NAMES)


def _unnamed(group: _Group) -> list[tuple[_Group, bool]]:
    """All groups in a group that are not in an array with a name, and whether each is a row of an array."""
    found = []
    is_array = group.opener == "[" and not any(_text(item) == "," for item in group.items)
    for item in group.items:
        if isinstance(item, _Group) and not _is_named(item):
            found += [(item, is_array), *_unnamed(item)]
    return found


def _is_literal(group: _Group) -> bool:
    """Whether it is data as Python or numpy prints it: constants and texts, and calls such as `tensor(...)`."""
    items = group.items
    for index, item in enumerate(items):
        if isinstance(item, _Group):
            if not (item.name or item.opener == "<" or _is_literal(item)):
                return False
        elif item.kind == "atom":
            after = items[index + 1] if index + 1 < len(items) else None
            if not _CONSTANT.fullmatch(item.text) and not (isinstance(after, _Group) and after.name == item.text):
                return False
        elif item.kind == "sign" and item.text != "," and not (item.text == ":" and group.opener == "{"):
            return False
    return group.opener != "<" and not group.name


def _is_own(group: _Group, is_row: bool) -> bool:
    """Whether no print of a list, a tuple, a set, a dictionary or an array gives this layout."""
    if not _is_literal(group):
        return False
    items = group.items
    is_array = group.opener == "[" and not any(_text(item) == "," for item in items)
    # Of an array of one element, only a row of several is padded; numpy pads True to the width of False.
    elements = sum(not (isinstance(item, _Token) and item.kind == "space") for item in items)
    several = is_row or elements > 1 or [_text(item) for item in items] == [" ", "True"]
    for index, item in enumerate(items):
        if isinstance(item, _Group):
            continue
        text = item.text
        following = items[index + 1] if index + 1 < len(items) else None
        if item.kind == "string" and _requoted(text) != text:
            return True
        if text == "," and following is not None and not _starts_line_or_is_one_space(following):
            return True
        if text == ":" and not (isinstance(following, _Token) and following.text == " "):
            return True
        if item.kind == "space" and _is_padding(items, index, is_array=is_array and several):
            return True
    return False


def _starts_line_or_is_one_space(item: _Item) -> bool:
    return isinstance(item, _Token) and (item.text == " " or item.text.startswith("\n"))


def _is_padding(items: list[_Item], index: int, *, is_array: bool) -> bool:
    """Whether white space is in a place where Python prints none, or numpy none."""
    space = items[index]
    if index == 0:  # numpy pads the first of several
        return not is_array or "\n" in _text(space)
    before = items[index - 1]
    if index == len(items) - 1:  # numpy pads 2. to the width of 1.25
        return not is_array or "." not in _text(before)
    after = items[index + 1]
    return _text(after) in (",", ":") or (not is_array and _text(before) not in (",", ":"))


def _text(item: _Item) -> str:
    return item.text if isinstance(item, _Token) else ""


def _content(group: _Group, *, named: bool, own: bool) -> str:
    """What is in a group, in one layout."""
    free = named or (not own and bool(group.opener) and _is_literal(group))
    call = not own and bool(group.name or group.opener == "<")
    parts: list[list[str]] = [[]]
    items = group.items
    for index, item in enumerate(items):
        at_edge = index in (0, len(items) - 1)
        before = _text(items[index - 1]) if index else ""
        after = _text(items[index + 1]) if index + 1 < len(items) else ""
        if isinstance(item, _Group):
            inner = _content(item, named=named or _is_named(item), own=own)
            parts[-1].append(f"{item.opener}{inner}{_CLOSERS[item.opener]}")
        elif item.kind == "space":
            parts[-1].append(
                _space(item.text, before, after, at_edge=at_edge, free=free, call=call, opener=group.opener)
            )
        elif item.kind == "string" and free and not own:
            parts[-1].append(_requoted(item.text))
        elif item.text == "," and group.opener and (free or call):
            if any(isinstance(rest, _Group) or rest.kind != "space" for rest in items[index + 1 : index + 3]):
                parts.append([])
            else:
                parts[-1].append(",")
        elif item.text == ":" and group.opener == "{" and free:
            parts[-1].append(": ")
        else:
            parts[-1].append(item.text)
    texts = ["".join(part) for part in parts]
    is_set = group.opener == "{" and free and not own and not any(_text(item) == ":" for item in items)
    return ", ".join(sorted(texts) if is_set else texts)


def _space(space: str, before: str, after: str, *, at_edge: bool, free: bool, call: bool, opener: str) -> str:
    """What white space in a group becomes. After a comma, one space is there already."""
    beside_sign = before in (",", "=") or after in (",", "=") or (opener == "{" and ":" in (before, after))
    if free:
        return "" if at_edge or beside_sign else " "
    if call:
        if before == ",":
            return ""
        if "\n" in space:
            return "" if at_edge or beside_sign else " "
        return space
    # A line of words may be broken after a comma, but nowhere else.
    return " " if opener and before == "," and "\n" in space else space


def _requoted(literal: str) -> str:
    """Text in the quotes in which Python prints it, where that takes no escapes."""
    prefix, quote, body = literal[:-1].partition(literal[-1])
    if quote == '"' and "'" not in body and '"' not in body:
        return f"{prefix}'{body}'"
    return literal
