"""Syntax trees in the form that the site's script has too: nodes with their parts in the order of Python's `ast`.

What does not change a program is not in them: contexts, positions, the spelling of literals. A literal is text that all
spellings of its value share: `i16` for `0x10`, `f` and 16 hexadecimal digits for a float, `s...`, `b...`.
"""

from __future__ import annotations

import ast
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias, Union

from quizproof.snippets.syntax import parse

Part: TypeAlias = Union["Node", list["Part"], str, None]

_LEFT_OUT = frozenset(["ctx", "kind", "type_comment", "type_ignores"])


@dataclass(eq=False)
class Node:
    """A node of a syntax tree."""

    type: str
    """The class in `ast`: "Call"."""
    parts: dict[str, Part] = field(default_factory=dict)

    def node(self, name: str) -> Node:
        """A part that is a node."""
        part = self.parts[name]
        assert isinstance(part, Node)
        return part

    def nodes(self, name: str) -> list[Node]:
        """A part that is a list of nodes, without its gaps."""
        part = self.parts[name]
        assert isinstance(part, list)
        return [each for each in part if isinstance(each, Node)]

    def texts(self, name: str) -> list[str]:
        """A part that is a list of texts."""
        part = self.parts[name]
        assert isinstance(part, list)
        return [each for each in part if isinstance(each, str)]

    def text(self, name: str) -> str:
        """A part that is text."""
        part = self.parts[name]
        assert isinstance(part, str)
        return part

    def children(self) -> Iterator[Node]:
        """The nodes in it, in their order."""
        for part in self.parts.values():
            for each in part if isinstance(part, list) else (part,):
                if isinstance(each, Node):
                    yield each

    def walk(self) -> Iterator[Node]:
        """It, and every node below it, from the first to the last."""
        yield self
        for child in self.children():
            yield from child.walk()


def tree_of(source: str) -> Node | None:
    """The tree of a program; None if it is not valid Python, or nested too deeply."""
    parsed = parse(source)
    try:
        made = _made(parsed) if parsed else None
    except RecursionError:
        return None
    return made if isinstance(made, Node) else None


def written(part: Part) -> str:
    """A tree as text. Two trees have the same text only if they are the same."""
    match part:
        case None:
            return "-"
        case str():
            return part
        case list():
            return f"[{','.join(map(written, part))}]"
    if part.type == "Constant":
        return quoted(part.text("value"))
    return f"{part.type}({','.join(map(written, part.parts.values()))})"


def quoted(text: str) -> str:
    """Text between quotes, so that it ends where it ends."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def float_text(value: float) -> str:
    """A float as text: `f` and its 64 bits as hexadecimal digits."""
    return f"f{struct.pack('>d', value).hex()}"


def _made(part: object) -> Part:
    if isinstance(part, ast.Constant):
        return Node("Constant", {"value": _constant(part.value)})
    if isinstance(part, ast.JoinedStr):
        return _joined(part)
    if isinstance(part, (ast.operator, ast.unaryop, ast.boolop, ast.cmpop)):
        return type(part).__name__
    if isinstance(part, ast.AST):
        names = (name for name in part._fields if name not in _LEFT_OUT)
        return Node(type(part).__name__, {name: _made(getattr(part, name, None)) for name in names})
    if isinstance(part, list):
        return [_made(each) for each in part]
    return None if part is None else str(part)


def _constant(value: object) -> str:
    match value:
        case None | bool():
            return repr(value)
        case int():
            return f"i{value}"
        case float():
            return float_text(value)
        case complex():
            return f"j{float_text(value.imag)[1:]}"
        case str():
            return f"s{value}"
        case bytes():
            return f"b{value.decode('latin-1')}"
    return "..."


def _joined(part: ast.JoinedStr) -> Node:
    """An f-string; a plain string where there is nothing to format."""
    values = [_made(value) for value in part.values]
    if all(isinstance(value, ast.Constant) for value in part.values):
        texts = (value.text("value")[1:] for value in values if isinstance(value, Node))
        return Node("Constant", {"value": f"s{''.join(texts)}"})
    return Node("JoinedStr", {"values": values})
