"""Scopes of a program: which name is bound where. The site's script resolves names in the same way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from quizproof.snippets.trees import Node

COMPREHENSIONS = ("ListComp", "SetComp", "DictComp", "GeneratorExp")
_TARGETS = ("target", "targets", "optional_vars")
_NESTING = ("Tuple", "List", "Starred")


@dataclass(eq=False)
class Scope:
    """A module, a function, a class, or a comprehension, with the names that it binds."""

    kind: Literal["module", "function", "class", "comprehension"]
    parent: Scope | None = None
    names: set[str] = field(default_factory=set)


@dataclass(frozen=True, eq=False)
class Occurrence:
    """One place where a program has a name."""

    node: Node
    part: str
    """The part of the node that is the name."""
    scope: Scope
    """Where it is."""
    use: Literal["load", "store", "parameter", "import", "delete"]
    name: str
    """As it is written; of an import, what it binds."""


def bound_by(alias: Node) -> str:
    """The name that an `alias` node of an import binds."""
    asname = alias.parts["asname"]
    return asname if isinstance(asname, str) else alias.text("name").partition(".")[0]


@dataclass(frozen=True)
class Names:
    """All names of a program."""

    module: Scope
    occurrences: tuple[Occurrence, ...]
    """In about the order in which they are evaluated."""
    declared: frozenset[str]
    """Names of `global` and `nonlocal`."""
    in_classes: frozenset[str]
    """Names that the body of a class binds."""

    homes: Mapping[Occurrence, Scope | None]
    """The scope that binds each of them; None for what the program does not bind."""

    def places(self, name: str, scope: Scope) -> list[Occurrence]:
        """All occurrences of a scope's name."""
        return [o for o in self.occurrences if o.name == name and self.homes[o] is scope]


def names_of(tree: Node) -> Names:
    """Resolve the names of a program."""
    reader = _Reader()
    module = Scope("module")
    reader.read(tree, module)
    homes = {occurrence: _home(occurrence) for occurrence in reader.occurrences}
    return Names(module, tuple(homes), frozenset(reader.declared), frozenset(reader.in_classes), homes)


def _home(occurrence: Occurrence) -> Scope | None:
    scope: Scope | None = occurrence.scope
    while scope and not (occurrence.name in scope.names and (scope.kind != "class" or scope is occurrence.scope)):
        scope = scope.parent
    return scope


def _in_order(node: Node) -> list[str]:
    """The parts of a node, values before what they are bound to, as they are evaluated."""
    first = [name for name in ("value", "iter") if name in node.parts]
    return [*first, *(name for name in node.parts if name not in first)]


class _Reader:
    def __init__(self) -> None:
        self.occurrences: list[Occurrence] = []
        self.declared: set[str] = set()
        self.in_classes: set[str] = set()

    def read(self, node: Node, scope: Scope) -> None:
        """Read a node, part by part in their order."""
        special: dict[str, Callable[[Node, Scope], None]] = {
            "FunctionDef": self._function,
            "Lambda": self._function,
            "ClassDef": self._class,
            "Global": self._declaration,
            "Nonlocal": self._declaration,
        }
        if node.type in COMPREHENSIONS:
            self._comprehension(node, scope)
        elif node.type in special:
            special[node.type](node, scope)
        elif node.type == "Name":
            self._note(node, "id", scope, "load")
        elif node.type == "alias":
            self._note(node, "asname", scope, "import")
        else:
            for name in _in_order(node):
                part = node.parts[name]
                for each in part if isinstance(part, list) else (part,):
                    if isinstance(each, Node):
                        self._part(node, name, each, scope)
            if node.type == "ExceptHandler" and node.parts["name"] is not None:
                self._note(node, "name", scope, "store")

    def _part(self, node: Node, name: str, part: Node, scope: Scope) -> None:
        if name in _TARGETS:
            if node.type == "AugAssign" and part.type == "Name":
                self._note(part, "id", scope, "load")
            # A name that `:=` binds in a comprehension belongs to the scope around it.
            while node.type == "NamedExpr" and scope.kind == "comprehension" and scope.parent:
                scope = scope.parent
            self._target(part, scope, "delete" if node.type == "Delete" else "store")
        else:
            self.read(part, scope)

    def _target(self, node: Node, scope: Scope, use: Literal["store", "delete"]) -> None:
        if node.type == "Name":
            self._note(node, "id", scope, use)
        elif node.type in _NESTING:
            for child in node.children():
                self._target(child, scope, use)
        else:
            self.read(node, scope)

    def _note(self, node: Node, part: str, scope: Scope, use: Literal["load", "store", "import", "delete"]) -> None:
        name = bound_by(node) if use == "import" else node.text(part)
        self.occurrences.append(Occurrence(node, part, scope, use, name))
        if use != "load":
            scope.names.add(name)
            if scope.kind == "class":
                self.in_classes.add(name)

    def _function(self, node: Node, scope: Scope) -> None:
        if node.type == "FunctionDef":
            self._note(node, "name", scope, "store")
            for name in ("decorator_list", "returns"):
                self._around(node, name, scope)
        inner = Scope("function", scope)
        arguments = node.node("args")
        for name in ("defaults", "kw_defaults"):
            self._around(arguments, name, scope)
        for arg in (child for child in arguments.children() if child.type == "arg"):
            self._around(arg, "annotation", scope)
            inner.names.add(arg.text("arg"))
            self.occurrences.append(Occurrence(arg, "arg", inner, "parameter", arg.text("arg")))
        self._around(node, "body", inner)

    def _class(self, node: Node, scope: Scope) -> None:
        self._note(node, "name", scope, "store")
        for name in ("bases", "keywords", "decorator_list"):
            self._around(node, name, scope)
        self._around(node, "body", Scope("class", scope))

    def _around(self, node: Node, name: str, scope: Scope) -> None:
        part = node.parts[name]
        for each in part if isinstance(part, list) else (part,):
            if isinstance(each, Node):
                self.read(each, scope)

    def _comprehension(self, node: Node, scope: Scope) -> None:
        inner = Scope("comprehension", scope)
        first, *others = node.nodes("generators")
        # The first iterable is evaluated outside.
        self.read(first.node("iter"), scope)
        self._target(first.node("target"), inner, "store")
        self._around(first, "ifs", inner)
        for other in others:
            self.read(other, inner)
        for name in ("elt", "key", "value"):
            if name in node.parts:
                self._around(node, name, inner)

    def _declaration(self, node: Node, scope: Scope) -> None:
        self.declared.update(node.texts("names"))
