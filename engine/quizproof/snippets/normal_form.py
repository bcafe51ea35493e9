"""The normal form of a program: a text that two programs share only if they do the same.

Spacing, comments, quotes, and how a literal is written do not count, nor what `simplify` knows to be the same. Names
that only the program sees are numbered, so that their choice does not count. Names of imports become what they stand
for. Constants that have a name, and values that the next statement uses once, are put where they are used.

The site's script computes the same text, and marks by it. So what its reader of Python does not know (`yield`, `async`,
`match`) has no normal form here either.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Literal

from quizproof.snippets.given import WORD, Given, import_paths, looks_at_itself, strings_of
from quizproof.snippets.scopes import Names, Occurrence, Scope, bound_by, names_of
from quizproof.snippets.simplify import simplified
from quizproof.snippets.trees import Node, Part, tree_of, written

MAX_LENGTH = 20_000
"""Characters of a program that has a normal form."""
_MAX_ROUNDS = 200

NOTHING_AROUND = Given()
_UNREAD = frozenset(["Yield", "YieldFrom", "Await", "AsyncFunctionDef", "AsyncFor", "AsyncWith", "Match", "TryStar"])
PACKAGES = frozenset(
    [
        "collections",
        "copy",
        "functools",
        "itertools",
        "keras",
        "math",
        "numpy",
        "random",
        "sklearn",
        "sklearn.metrics",
        "tensorflow",
        "torch",
        "torch.nn",
        "torch.nn.functional",
        "torch.optim",
        "torch.utils",
        "torch.utils.data",
    ]
)
"""Modules that are there, however they are imported."""
TYPES = frozenset(
    [
        "~numpy.ndarray",
        "~tensorflow.Tensor",
        "~tensorflow.Variable",
        "~tensorflow.keras.Model",
        "~torch.Tensor",
        "~torch.nn.Module",
        "~torch.nn.Sequential",
    ]
)
"""Types of these modules, which can be left out as annotations."""
_BODIES = ("body", "orelse", "finalbody")


def normal_form(source: str, given: Given = NOTHING_AROUND) -> str | None:
    r"""The normal form of a program; None for one that has none.

    source  statements
    given   what is around it

        >>> normal_form("for p in a:\n  f(p, .5)") == normal_form("for q in a: f(q, 0.50)  # all")
        True
    """
    tree = tree_of(source) if len(source) <= MAX_LENGTH else None
    if tree is None or any(node.type in _UNREAD for node in tree.walk()):
        return None
    try:
        return written(tree if given.plain or looks_at_itself(tree) else _Normal(tree, given).tree())
    except RecursionError:
        return None


class _Normal:
    """A program on its way to its normal form."""

    def __init__(self, tree: Node, given: Given) -> None:
        self._given = given
        names = names_of(tree)
        self._bound = {o.name for o in names.occurrences if o.use != "load"}
        collects = any(n.type == "arguments" and n.parts["kwarg"] for n in tree.walk())
        self._sort = given.sort_keywords and not collects
        self._tree = tree
        self._simplify()
        texts = list(strings_of(self._tree))
        # Functions and classes know their names; of a variable, a text can only be an expression that is evaluated.
        self._named = {word for text in texts for word in WORD.findall(text)}
        words = {word for text in texts if not WORD.fullmatch(text) for word in WORD.findall(text)}
        self._kept = names.declared | names.in_classes | words
        # Functions that bind names elsewhere change what a name stands for while something else is evaluated.
        self._closed = not names.declared and "global" not in given.names

    def tree(self) -> Node:
        """The normal form as a tree."""
        self._resolve_imports()
        self._simplify()
        for _ in range(_MAX_ROUNDS):
            if not (self._closed and (self._place_constant() or self._place_value())):
                break
            self._simplify()
        self._number_names()
        return self._tree

    def _simplify(self) -> None:
        self._tree = simplified(self._tree, self._bound, TYPES, self._sort)

    def _is_free(self, occurrences: list[Occurrence], scope: Scope) -> bool:
        """Whether nothing outside the program knows a name that is bound in it.

        occurrences  all of them, the first one first
        """
        name = occurrences[0].name
        if name in self._kept or name.startswith(("__", "~")) or scope.kind == "class":
            return False
        if any(o.node.type in ("FunctionDef", "ClassDef") for o in occurrences) and name in self._named:
            return False
        # A module's name that is read first may be a builtin one.
        return scope.kind != "module" or (name not in self._given.names and occurrences[0].use != "load")

    def _resolve_imports(self) -> None:
        """Put what an imported name stands for in its place, and leave its import out."""
        names = names_of(self._tree)
        paths = import_paths(self._tree)
        modules = {name: path for name, path in self._given.modules.items() if name not in names.module.names}
        left: list[Part] = []
        for statement in self._tree.nodes("body"):
            aliases: list[Part] = []
            for alias in statement.nodes("names") if statement.type in ("Import", "ImportFrom") else ():
                if self._can_go(statement, alias, names, paths):
                    modules[bound_by(alias)] = paths[id(alias)]
                else:
                    aliases.append(alias)
            if statement.type in ("Import", "ImportFrom"):
                statement.parts["names"] = aliases
            if aliases or statement.type not in ("Import", "ImportFrom"):
                left.append(statement)
        self._tree.parts["body"] = left
        for occurrence in names.occurrences:
            outside = names.homes[occurrence] in (names.module, None)
            if occurrence.use == "load" and occurrence.name in modules and outside:
                occurrence.node.parts["id"] = f"~{modules[occurrence.name]}"
        _join_dots(self._tree)

    def _can_go(self, statement: Node, alias: Node, names: Names, paths: Mapping[int, str]) -> bool:
        """Whether an import can be left out, because its name can be replaced by what it stands for."""
        name, path = bound_by(alias), paths.get(id(alias))
        here = names.places(name, names.module)
        if path is None or name in self._kept or [o.use for o in here].count("load") < len(here) - 1:
            return False
        if self._given.modules.get(name) == path:
            return True
        module = alias.text("name") if statement.type == "Import" else statement.text("module")
        # One that is not used may be of something that does not exist.
        used = len(here) > 1 and here[0].use == "import"
        return used and name not in self._given.names and module in PACKAGES | set(self._given.modules.values())

    def _place_constant(self) -> bool:
        """Put one constant in the places of its name; whether there was one."""
        names = names_of(self._tree)
        for owner in self._tree.walk():
            if owner.type not in ("Module", "FunctionDef"):
                continue
            for statement in owner.nodes("body"):
                own = _single_name(statement, names)
                if own is None or statement.node("value").type != "Constant":
                    continue
                here = names.places(own.name, own.scope)
                alone = here[0] is own and all(o.use == "load" for o in here[1:])
                if alone and names.homes[own] is own.scope and self._is_free(here, own.scope):
                    for occurrence in here[1:]:
                        _replace(occurrence.node, Node("Constant", dict(statement.node("value").parts)))
                    _remove(owner, "body", statement)
                    return True
        return False

    def _place_value(self) -> bool:
        """Put one value that the next statement uses once in the place of its name; whether there was one."""
        names = names_of(self._tree)
        for owner in self._tree.walk():
            for part in _BODIES:
                if isinstance(owner.parts.get(part), list):
                    statements = owner.nodes(part)
                    for first, second in pairwise(statements):
                        used = self._use(first, second, names)
                        if used:
                            _replace(used.node, first.node("value"))
                            _remove(owner, part, first)
                            return True
        return False

    def _use(self, first: Node, second: Node, names: Names) -> Occurrence | None:
        """The only use of the value that a statement gives a name to, if the next one evaluates it before all else."""
        own = _single_name(first, names)
        if own is None or own.scope.kind == "class" or names.homes[own] is not own.scope:
            return None
        here = names.places(own.name, own.scope)
        inside = {id(node) for node in second.walk()}
        used = [o for o in here if o.use == "load" and id(o.node) in inside]
        if len(used) != 1 or own.name in self._kept or any(o.scope is not own.scope for o in here):
            return None
        once = len(here) == 2 and self._is_free(here, own.scope)
        next_own = _single_name(second, names)
        again = next_own is not None and next_own.name == own.name
        binds = any(node.type == "NamedExpr" for node in first.walk())
        return used[0] if (once or again) and not binds and _is_first(second, used[0].node) else None

    def _number_names(self) -> None:
        """Number the names that only the program sees, in the order in which they occur."""
        names = names_of(self._tree)
        places: dict[tuple[int, str], tuple[Scope, list[Occurrence]]] = {}
        for occurrence in names.occurrences:
            scope = names.homes[occurrence]
            if scope is not None:
                places.setdefault((id(scope), occurrence.name), (scope, []))[1].append(occurrence)
        number = 0
        for scope, occurrences in places.values():
            if {o.use for o in occurrences} & {"parameter", "import"} or not self._is_free(occurrences, scope):
                continue
            for occurrence in occurrences:
                occurrence.node.parts[occurrence.part] = f"${number}"
            number += 1


def _single_name(statement: Node, names: Names) -> Occurrence | None:
    """The name that a statement gives a value to, if it does nothing else."""
    if statement.type != "Assign" or len(statement.nodes("targets")) != 1:
        return None
    target = statement.nodes("targets")[0]
    if target.type != "Name":
        return None
    return next((o for o in names.occurrences if o.node is target), None)


def _replace(node: Node, other: Node) -> None:
    node.type, node.parts = other.type, other.parts


def _remove(owner: Node, part: str, statement: Node) -> None:
    left: list[Part] = [each for each in owner.nodes(part) if each is not statement]
    owner.parts[part] = left or [Node("Pass")]


def _join_dots(node: Node) -> None:
    """`~torch.nn` as one name, where it is an attribute of `~torch`."""
    for child in node.children():
        _join_dots(child)
    if node.type == "Attribute" and node.node("value").type == "Name":
        id_ = node.node("value").text("id")
        if id_.startswith("~"):
            _replace(node, Node("Name", {"id": f"{id_}.{node.text('attr')}"}))


_FIRST = {
    "Expr": ("value",),
    "Return": ("value",),
    "Assign": ("value",),
    "For": ("iter",),
    "If": ("test",),
    "With": ("items",),
    "withitem": ("context_expr",),
    "Assert": ("test",),
    "Raise": ("exc",),
    "Attribute": ("value",),
    "Call": ("func", "args", "keywords"),
    "keyword": ("value",),
    "BinOp": ("left", "right"),
    "UnaryOp": ("operand",),
    "Compare": ("left",),
    "IfExp": ("test",),
    "Subscript": ("value", "slice"),
    "Slice": ("lower", "upper", "step"),
    "Tuple": ("elts",),
    "List": ("elts",),
    "Set": ("elts",),
    "Starred": ("value",),
    "JoinedStr": ("values",),
    "FormattedValue": ("value",),
}
"""The parts of a node that are evaluated before it does anything itself, and always, in their order."""
_QUIET = ("Name", "Constant", "keyword", "Slice", "Tuple", "List")
"""Nodes that do nothing else once their parts are evaluated."""


def _is_first(node: Node, used: Node) -> bool:
    """Whether nothing but names and constants is evaluated before `used`, and `used` is evaluated once."""
    return _seek(node, used) == "found"


def _seek(node: Node, used: Node) -> Literal["found", "quiet", "other"]:
    if node is used:
        return "found"
    if node.type == "AugAssign" and node.node("target").type == "Name":
        return _seek(node.node("value"), used)
    for name in _FIRST.get(node.type, ()):
        part = node.parts[name]
        for each in part if isinstance(part, list) else (part,):
            found = _seek(each, used) if isinstance(each, Node) else "quiet"
            if found != "quiet":
                return found
    return "quiet" if node.type in _QUIET else "other"
