"""Truthiness: conditions whose value is of a kind that is always true, whatever the program has made of it."""

from __future__ import annotations

import ast
import types
from collections.abc import Callable
from typing import Any

from quizproof.runtimes.assertions.origins import Origins
from quizproof.runtimes.assertions.syntax import last_name

ITERATORS = (types.GeneratorType, map, filter, zip, enumerate, reversed)
_CALLABLES = (types.FunctionType, types.BuiltinFunctionType, types.MethodType, types.MethodWrapperType)
_MAKE_ITERATORS = frozenset(["map", "filter", "zip", "enumerate", "reversed", "iter"])
TYPE_TESTS = frozenset(["isinstance", "issubclass", "hasattr", "callable", "is_tensor"])
"""Functions that ask what kind of thing something is."""

Evaluate = Callable[[ast.expr], Any]
"""Gives the value of an expression as the assertion saw it."""


def always_true(node: ast.expr, evaluate: Evaluate, origins: Origins) -> tuple[str, str] | None:
    """Why a condition is always true: the weakness, and the expression that has it; None if it could be false.

    node      the condition
    evaluate  gives the values of its pieces
    origins   where its names are from
    """
    text = ast.unparse(node)
    weakness = ""
    match node:
        case ast.BoolOp(op=ast.And(), values=values):
            return next(filter(None, (always_true(value, evaluate, origins) for value in values)), None)
        case ast.BoolOp(op=ast.Or(), values=values):
            return _one_of_many(values, evaluate, origins)
        case ast.Name() | ast.Attribute() | ast.Subscript():
            weakness = _of_thing(node, evaluate(node), origins)
        case ast.IfExp(test=test, body=body, orelse=otherwise):
            taken = body if evaluate(test) else otherwise
            weakness = "constant" if isinstance(taken, ast.Constant) else ""
        case ast.ListComp() | ast.List() | ast.Call(func=ast.Name(id="list" | "tuple")):
            weakness = "flags" if _is_flags(evaluate(node)) else ""
        case ast.Call(func=ast.Name(id=name)) if name in _MAKE_ITERATORS:
            weakness = "iterator"
        case ast.Call(func=ast.Name(id="isinstance"), args=[_, types_]):
            kinds = evaluate(types_)
            weakness = "survives" if object in (kinds if isinstance(kinds, tuple) else (kinds,)) else ""
        case ast.Call(func=ast.Attribute(value=text_, attr="find" | "rfind")) if evaluate(node) == -1:
            weakness = "find" if isinstance(evaluate(text_), (str, bytes)) else ""
        case ast.Compare(left=left, ops=[ast.IsNot()], comparators=[right]):
            pairs = ((left, right), (right, left))
            compared = [new for new, other in pairs if isinstance(other, (ast.Name, ast.Attribute, ast.Subscript))]
            weakness = "new-object" if any(_is_new(new, evaluate) for new in compared) else ""
        case ast.Call(func=function, args=[_, second]) if last_name(function) in ("assertTrue", "assert_"):
            # The second argument is the message, and not what the first should be.
            is_text = isinstance(second, (ast.JoinedStr, ast.Name)) or isinstance(evaluate(second), str)
            weakness = "" if is_text else "second-argument"
    return (weakness, text) if weakness else None


def _is_new(node: ast.expr, evaluate: Evaluate) -> bool:
    """Whether an expression makes an object that nothing else can be: a call of a library with written arguments."""
    if not isinstance(node, ast.Call):
        return False
    names = [each for each in ast.walk(node) if isinstance(each, ast.Name)]
    of_library = all(isinstance(evaluate(name), (types.ModuleType, type)) for name in names)
    return of_library and evaluate(node) is not evaluate(node)


def _one_of_many(values: list[ast.expr], evaluate: Evaluate, origins: Origins) -> tuple[str, str] | None:
    """Why conditions with `or` between them are always true: one of them is, or is only about a type."""
    for value in values:
        if found := always_true(value, evaluate, origins):
            return found
    kinds = [value for value in values if isinstance(value, ast.Call) and last_name(value.func) in TYPE_TESTS]
    for other in values:
        if other in kinds or not any(evaluate(kind) for kind in kinds):
            continue
        try:
            holds = bool(evaluate(other))
        except Exception:
            holds = False
        # What is asserted does not hold, and the type hides it.
        if not holds and isinstance(other, ast.Compare) and not isinstance(other.ops[0], (ast.Is, ast.IsNot)):
            return "or-type", ast.unparse(other)
    return None


def _of_thing(node: ast.expr, value: Any, origins: Origins) -> str:
    """The weakness of something that is read; nothing if it could be false."""
    if isinstance(value, _CALLABLES):
        return "not-called"
    if isinstance(value, (types.ModuleType, type)):
        return "kind"
    if isinstance(value, ITERATORS):
        return "iterator"
    if _is_flags(value):
        return "flags"
    if origins.is_always_true(node):
        return "constant"
    has_truth = value is None or any(hasattr(type(value), name) for name in ("__bool__", "__len__"))
    return "" if has_truth or origins.can_be_none(node) else "thing"


def _is_flags(value: Any) -> bool:
    """Whether it is a list of truth values, which is true unless it is empty."""
    return isinstance(value, (list, tuple)) and bool(value) and all(isinstance(each, bool) for each in value)
