"""Sameness: comparisons of a thing with itself, which hold whatever it is."""

from __future__ import annotations

import ast
import copy
import sys
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Any

from quizproof.runtimes.assertions.syntax import PURE, is_pure, last_name

_COMPARING = frozenset(
    [
        "equal",
        "allclose",
        "isclose",
        "array_equal",
        "array_equiv",
        "assert_close",
        "assert_equal",
        "assert_allclose",
        "assert_almost_equal",
        "assert_near",
        "assert_array_equal",
        "assert_array_almost_equal",
        "assertEqual",
        "assertListEqual",
        "assertDictEqual",
        "assertTupleEqual",
        "assertSequenceEqual",
        "assertAllEqual",
        "assertAllClose",
        "assertAlmostEqual",
    ]
)
"""Functions that compare their first two arguments."""
_AROUND = frozenset(["all", "bool", "reduce_all", "assertTrue", "assert_", "item", "numpy"])
"""What a comparison is put into on its way to an assertion."""
_ALIASES = frozenset(
    [
        "data",
        "detach",
        "numpy",
        "view",
        "view_as",
        "T",
        "state_dict",
        "parameters",
        "named_parameters",
        "list",
        "tuple",
        "dict",
        "values",
    ]
)
"""What gives the same memory again, under another name."""
_MUTABLE = {"torch.Tensor", "numpy.ndarray", "torch.nn.modules.module.Module"}
_OPEN = ("keras.", "__main__.")
"""Where classes are from whose objects can be changed by their methods."""
_MAX_PAIRS = 64


def sameness(test: ast.expr, evaluate: Callable[[ast.expr], Any]) -> tuple[str, str] | None:
    """Whether an assertion compares a thing with itself: "same-object" or "same-memory", and the two sides in words.

    test      what is asserted
    evaluate  gives the value of an expression as the assertion saw it
    """
    for one, other in _compared(test):
        both = f"`{ast.unparse(one)}` and `{ast.unparse(other)}`"
        try:
            if ast.dump(one) == ast.dump(other):
                if _reads(one) and (is_pure(one) or _is_reading(one)) and not _differs_from_itself(evaluate(one)):
                    return "equal-sides", both
            elif _is_reading(one) and _is_reading(other) and (same := _same(evaluate(one), evaluate(other))):
                return same, both
            elif not _asks_for_identity(one) and _unified(one, evaluate) == _unified(other, evaluate):
                return "same-object", both
        except Exception:  # things have moved on
            continue
    return _in_comprehension(test, evaluate)


def _reads(node: ast.expr) -> bool:
    """Whether an expression reads a name that is not one of Python's own functions."""
    return any(isinstance(each, ast.Name) and each.id not in PURE for each in ast.walk(node))


def is_equal_to_nothing(test: ast.expr | None, names: Mapping[str, Any]) -> bool:
    """Whether `x in [x]` is about a value such as NaN, that is found because it is the same, and not equal."""
    if not isinstance(test, ast.Compare):
        return False
    try:
        return _differs_from_itself(eval(compile(ast.Expression(test.left), "<probe>", "eval"), dict(names)))
    except Exception:
        return True


def is_about_identity(test: ast.expr) -> bool:
    """Whether an assertion says that two things are one, or that they differ."""
    match test:
        case ast.UnaryOp(op=ast.Not()):
            return True
        case ast.Compare(ops=[ast.Is() | ast.IsNot() | ast.NotEq()], comparators=[right]):
            return not isinstance(right, ast.Constant)
        case ast.BoolOp(values=values):
            return any(map(is_about_identity, values))
    return _asks_for_identity(test)


def _differs_from_itself(value: Any) -> bool:
    """Whether comparing a value with itself can be the point: of NaN, and of classes of the program's own."""
    return "nan" in repr(value) or type(value).__module__ == "__main__"


def _asks_for_identity(node: ast.expr) -> bool:
    """Whether an expression asks which thing something is, as `id(x)` and `x.data_ptr()` do."""
    called = [last_name(each.func) for each in ast.walk(node) if isinstance(each, ast.Call)]
    return any(name in ("id", "hash") or "ptr" in name or "storage" in name for name in called)


def _unified(node: ast.expr, evaluate: Callable[[ast.expr], Any]) -> str:
    """The tree of an expression, with one name for all names of the same thing that can change."""

    class Unifying(ast.NodeTransformer):
        def visit_Name(self, name: ast.Name) -> ast.expr:
            value = evaluate(name)
            return ast.Name(f"thing {id(value)}", name.ctx) if _is_mutable(value) else name

    return ast.dump(Unifying().visit(copy.deepcopy(node)))


def _compared(test: ast.expr) -> Iterator[tuple[ast.expr, ast.expr]]:
    """The pairs of expressions of which an assertion says that they are equal."""
    match test:
        case ast.Compare(left=one, ops=[ast.Eq()], comparators=[other]):
            yield one, other
        case ast.Compare(left=one, ops=[ast.LtE() | ast.GtE()], comparators=[other]) if ast.dump(one) == ast.dump(
            other
        ):
            yield one, other
        case ast.BoolOp(op=ast.And(), values=values):
            for value in values:
                yield from _compared(value)
        case ast.Call(func=function, args=[one, other, *_]) if last_name(function) in _COMPARING:
            yield one, other
        case ast.Call(func=ast.Attribute(value=one, attr=name), args=[other, *_]) if name in (
            "equal",
            "allclose",
            "eq",
        ):
            yield one, other
        case ast.Call(func=function, args=[inner, *_]) if last_name(function) in _AROUND:
            yield from _compared(inner)
        case ast.Call(func=ast.Attribute(value=inner, attr=name), args=[]) if name in _AROUND:
            yield from _compared(inner)


def _in_comprehension(test: ast.expr, evaluate: Callable[[ast.expr], Any]) -> tuple[str, str] | None:
    """As `sameness`, of `all(torch.equal(a, b) for a, b in zip(before, after))`: every pair must be the same."""
    match test:
        case ast.Call(func=ast.Name(id="all"), args=[ast.GeneratorExp() | ast.ListComp() as comprehension]):
            match comprehension.generators:
                case [ast.comprehension(iter=ast.Call(func=ast.Name(id="zip"), args=[one, other]))]:
                    if _unified(one, evaluate) == _unified(other, evaluate) and ast.dump(one) != ast.dump(other):
                        return "same-object", f"`{ast.unparse(one)}` and `{ast.unparse(other)}`"
            pairs = list(_compared(comprehension.elt))
            if not pairs or any(not _is_reading(each) for pair in pairs for each in pair):
                return None
            both = ast.Tuple([each for pair in pairs[:1] for each in pair], ast.Load())
            collected = ast.ListComp(both, comprehension.generators)
            try:
                if not all(_is_reading(generator.iter) for generator in comprehension.generators):
                    return None
                found = list(islice(evaluate(ast.fix_missing_locations(collected)), _MAX_PAIRS))
                kinds = [_same(one, other) for one, other in found]
            except Exception:
                return None
            if kinds and all(kinds):
                return kinds[0], f"`{ast.unparse(pairs[0][0])}` and `{ast.unparse(pairs[0][1])}`"
    return None


def _is_reading(node: ast.expr) -> bool:
    """Whether an expression only reads names, attributes and items, or looks at the same memory in another way."""
    match node:
        case ast.Name() | ast.Constant() | ast.UnaryOp(operand=ast.Constant()):
            return True
        case ast.Attribute(value=inner):
            return _is_reading(inner)
        case ast.Subscript(value=inner, slice=place):
            return _is_reading(inner) and _is_reading(place)
        case ast.Call(func=ast.Attribute(value=inner, attr=name), args=args, keywords=[]):
            return name in _ALIASES and _is_reading(inner) and all(map(_is_reading, args))
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]):
            return name in (*_ALIASES, "zip") and all(map(_is_reading, args))
    return False


def _same(one: Any, other: Any) -> str:
    """Whether two values are one: "same-object", "same-memory", or "" if they are not, or could not be told apart."""
    if one is other:
        return "same-object" if _is_mutable(one) else ""
    torch, numpy = sys.modules.get("torch"), sys.modules.get("numpy")
    if torch is not None and isinstance(one, torch.Tensor) and isinstance(other, torch.Tensor):
        alike = one.shape == other.shape and one.stride() == other.stride() and one.dtype == other.dtype
        return "same-memory" if alike and one.numel() and one.data_ptr() == other.data_ptr() else ""
    if numpy is not None and isinstance(one, numpy.ndarray) and isinstance(other, numpy.ndarray):
        place = [each.__array_interface__["data"][0] for each in (one, other)]
        alike = one.shape == other.shape and one.strides == other.strides and one.dtype == other.dtype
        return "same-memory" if alike and one.size and place[0] == place[1] else ""
    if isinstance(one, dict) and isinstance(other, dict) and one and one.keys() == other.keys():
        return "same-memory" if all(_same(one[key], other[key]) for key in one) else ""
    if isinstance(one, list) and isinstance(other, list) and one and len(one) == len(other):
        # A list of lists is copied on purpose; of tensors, people forget that a list holds no copies.
        known = [a for a in one if not isinstance(a, (list, dict, set))]
        return "same-memory" if len(known) == len(one) and all(map(_same, one, other)) else ""
    return ""


def _is_mutable(value: Any) -> bool:
    """Whether a thing can change, so that it could have been compared with what it was."""
    if isinstance(value, (list, dict, set, bytearray)):
        return True
    names = {f"{each.__module__}.{each.__qualname__}" for each in type(value).__mro__}
    # TensorFlow and Keras have a dozen classes of variables.
    return bool(names & _MUTABLE) or any("Variable" in name or name.startswith(_OPEN) for name in names)
