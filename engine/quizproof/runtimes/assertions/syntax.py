"""What is asserted, as a syntax tree: its names, and the pieces of it that could have had another value."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

STAND_IN = "__quizproof_changed__"
"""The name that takes the place of a piece."""
_SCOPES = (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


PURE = frozenset(
    [
        "abs",
        "bool",
        "complex",
        "divmod",
        "float",
        "hex",
        "int",
        "pow",
        "round",
        "ord",
        "str",
        "repr",
        "all",
        "any",
        "len",
        "max",
        "min",
        "sum",
        "sorted",
        "list",
        "tuple",
        "set",
        "frozenset",
        "range",
        "reversed",
        "hash",
        "isinstance",
        "issubclass",
        "type",
    ]
)
"""Builtin functions that give the same for the same."""


def names_in(node: ast.AST | None) -> frozenset[str]:
    """The names that an expression reads, those of its comprehensions included."""
    return frozenset() if node is None else _names(node)


@lru_cache(maxsize=512)
def _names(node: ast.AST) -> frozenset[str]:
    return frozenset(each.id for each in ast.walk(node) if isinstance(each, ast.Name))


def last_name(node: ast.expr | None) -> str:
    """The last name of what is read: `mean` of `x.mean`, `x` of `x`; empty for anything else."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def is_repeatable(test: ast.expr) -> bool:
    """Whether an expression can be evaluated on its own: without `await`, `yield` and assignments in it."""
    kinds = (ast.Await, ast.Yield, ast.YieldFrom, ast.NamedExpr)
    return not any(isinstance(node, kinds) for node in ast.walk(test))


def pieces(test: ast.expr) -> Iterator[ast.expr]:
    """The pieces of an expression that have a value of their own, plain names and what is read from them first.

    test  what is asserted; it is no piece of itself, nor are conditions that are put together from others
    """
    functions = {id(node.func) for node in ast.walk(test) if isinstance(node, ast.Call)}
    found = [node for node in _inside(test) if _is_piece(node) and id(node) not in functions]
    rank = {ast.Name: 0, ast.Attribute: 1, ast.Subscript: 1, ast.Constant: 2}
    unique = {ast.dump(node) if _is_path(node) else id(node): node for node in found}
    yield from sorted(unique.values(), key=lambda node: rank.get(type(node), 3))


def _inside(test: ast.expr) -> Iterator[ast.expr]:
    """The expressions in another one, outside the scopes of lambdas and comprehensions but for what they begin with."""
    for child in ast.iter_child_nodes(test):
        if isinstance(child, ast.comprehension):
            continue
        if isinstance(child, ast.keyword):
            yield child.value
            yield from _inside(child.value)
        elif isinstance(child, ast.expr):
            yield child
            if isinstance(child, _SCOPES):
                first = getattr(child, "generators", [None])[0]
                if first is not None:
                    yield first.iter
                    yield from _inside(first.iter)
            else:
                yield from _inside(child)
    if isinstance(test, _SCOPES) and not isinstance(test, ast.Lambda):
        yield test.generators[0].iter
        yield from _inside(test.generators[0].iter)


def _is_piece(node: ast.expr) -> bool:
    match node:
        case ast.Name(ctx=ast.Load()) | ast.Attribute() | ast.Subscript() | ast.Call() | ast.BinOp():
            return True
        case ast.Constant(value=value):
            return value is not ... and value is not None
        case ast.List() | ast.Tuple() | ast.Set() | ast.Dict():
            return True
        case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
            return True
        case ast.UnaryOp(op=ast.USub()):
            return True
    return False


def is_constant(node: ast.expr) -> bool:
    """Whether it is a number, a text or a collection as it is written."""
    if isinstance(node, ast.UnaryOp):
        return isinstance(node.operand, ast.Constant)
    return isinstance(node, (ast.Constant, ast.List, ast.Tuple, ast.Set, ast.Dict))


def _is_path(node: ast.expr) -> bool:
    """Whether it is a name, or something read from one, which has the same value wherever it stands."""
    match node:
        case ast.Name():
            return True
        case ast.Attribute(value=inner) | ast.Subscript(value=inner):
            return _is_path(inner)
    return False


def replaced(test: ast.expr, piece: ast.expr) -> ast.Expression:
    """The expression with a stand-in for a piece of it: for a path wherever it stands, for the others only there."""
    everywhere = ast.dump(piece) if _is_path(piece) else ""

    class Replacing(ast.NodeTransformer):
        def visit(self, node: ast.AST) -> Any:
            if node is piece or (everywhere and isinstance(node, ast.expr) and ast.dump(node) == everywhere):
                return ast.copy_location(ast.Name(STAND_IN, ast.Load()), node)
            return _copied(node, self)

    new: ast.expr = Replacing().visit(test)
    return ast.fix_missing_locations(ast.Expression(new))


def _copied(node: ast.AST, transformer: ast.NodeTransformer) -> ast.AST:
    """A copy of a node, its children visited: the tree belongs to the program."""
    new = copy.copy(node)
    for name, value in ast.iter_fields(node):
        if isinstance(value, list):
            setattr(new, name, [transformer.visit(each) if isinstance(each, ast.AST) else each for each in value])
        elif isinstance(value, ast.AST):
            setattr(new, name, transformer.visit(value))
    return new


def is_pure(node: ast.expr) -> bool:
    """Whether an expression surely has the same value twice: of constants, names and functions of Python alone."""
    for each in ast.walk(node):
        match each:
            case ast.Call(func=ast.Name(id=name)) if name in PURE:
                continue
            case ast.Call() | ast.Await() | ast.Yield() | ast.YieldFrom() | ast.NamedExpr():
                return False
    return True
