"""Origins: what the names of a program were bound to, to see whether they could ever be None."""

from __future__ import annotations

import ast
from collections import defaultdict

_DISPLAYS = (ast.Constant, ast.List, ast.Tuple, ast.Dict, ast.Set, ast.JoinedStr, ast.Lambda)
_MADE = (*_DISPLAYS, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.BinOp, ast.Compare, ast.UnaryOp)
"""What always has a value."""
_BUILDERS = frozenset(
    [
        "dict",
        "list",
        "tuple",
        "set",
        "frozenset",
        "int",
        "float",
        "str",
        "bool",
        "bytes",
        "range",
        "sorted",
        "len",
        "sum",
        "repr",
        "open",
    ]
)
_LIBRARIES = frozenset(["torch", "np", "numpy", "tf", "math", "nn", "F", "keras"])
_MAYBE_NONE = ("grad", "get", "match", "search", "find", "pop", "next", "hook", "load", "arg", "seed", "save", "set_")
"""Parts of the names of functions that give None for something."""


class Origins:
    """What each name was bound to, in all parts of a program."""

    def __init__(self) -> None:
        self._values: dict[str, list[ast.expr | None]] = defaultdict(list)

    def add(self, tree: ast.AST, *, given: bool) -> None:
        """Take in a part. What is not `given`, but an answer, could be another one, and bind its names to anything."""
        plain: set[int] = set()
        if not given:
            names = (
                each.id for each in ast.walk(tree) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)
            )
            for name in names:
                self._values[name].append(None)
            return
        for node in ast.walk(tree):
            match node:
                case ast.Assign(targets=[ast.Name(id=name) as target], value=value):
                    self._values[name].append(value)
                    plain.add(id(target))
                case ast.Assign(targets=[ast.Tuple(elts=targets)], value=ast.Call() as value):
                    for each in targets:
                        if isinstance(each, ast.Name):
                            self._values[each.id].append(value)
                            plain.add(id(each))
                case ast.Name(id=name, ctx=ast.Store() | ast.Del()) if id(node) not in plain:
                    self._values[name].append(None)
                case ast.arg(arg=name):
                    self._values[name].append(None)
                case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                    self._values[name].append(None)

    def is_always_true(self, node: ast.expr) -> bool:
        """Whether a name was only ever bound to texts, numbers and tuples that are true as they are written."""
        if not isinstance(node, ast.Name):
            return False
        values = self._values.get(node.id, [])
        return bool(values) and all(map(_is_true_as_written, values))

    def can_be_none(self, node: ast.expr) -> bool:
        """Whether an expression that gave something could have given None, as far as its text says."""
        match node:
            case ast.Name(id=name):
                values = self._values.get(name, [None])
                return any(value is None or self.can_be_none(value) for value in values)
            case ast.Constant(value=None):
                return True
            case ast.Call(func=function):
                return not _makes(function)
        return not isinstance(node, _MADE)


def _is_true_as_written(node: ast.expr | None) -> bool:
    match node:
        case ast.Constant(value=value):
            return bool(value)
        case ast.Tuple(elts=elts):
            return bool(elts)
    return False


def _makes(function: ast.expr) -> bool:
    """Whether a function always gives something: a class, or one that makes tensors and numbers."""
    match function:
        case ast.Call(func=made):  # a layer that is called at once
            return _makes(made)
        case ast.Name(id=name):
            return name in _BUILDERS or name[:1].isupper()
        case ast.Attribute(attr=name):
            root: ast.expr = function
            while isinstance(root, ast.Attribute):
                root = root.value
            of_library = isinstance(root, ast.Name) and root.id in _LIBRARIES
            return name[:1].isupper() or (of_library and not any(each in name for each in _MAYBE_NONE))
    return False
