"""The probe: whether what was asserted could have been otherwise. It looks when the run is over and its reply is left.

For each assertion that held, one value in it after the other is changed, and the assertion evaluated again: if nothing
makes it fail, it shows nothing. For a check, the values that the answer made are changed, and the check runs again.
What the program does then has no effect on its outcome.
"""

from __future__ import annotations

import ast
import time
import types
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from quizproof.runtimes.assertions.aliens import aliens
from quizproof.runtimes.assertions.origins import Origins
from quizproof.runtimes.assertions.recorder import Recorder
from quizproof.runtimes.assertions.sameness import sameness
from quizproof.runtimes.assertions.sites import Site
from quizproof.runtimes.assertions.syntax import STAND_IN, is_constant, is_repeatable, pieces, replaced
from quizproof.runtimes.assertions.values import changes

_MAX_SECONDS = 2.0
"""For all of a run. What is not looked at by then is believed."""
_MAX_PIECES = 16
_MAX_CHANGES = 12
_COUNTS = frozenset(
    ["len", "abs", "count", "size", "ndim", "dim", "rank", "numel", "nelement", "num_elements", "nbytes"]
)
"""What never gives a negative number."""
_FAILURES = frozenset(["AssertionError", "InvalidArgumentError"])
_TYPE_TESTS = frozenset(
    ["isinstance", "issubclass", "hasattr", "callable", "type", "is_tensor", "assertIsInstance", "assertIs"]
)
_ITERATORS = (types.GeneratorType, map, filter, zip, enumerate, reversed)
_CALLABLES = (types.FunctionType, types.BuiltinFunctionType, types.MethodType, types.MethodWrapperType)


def weak_sites(recorder: Recorder, origins: Origins) -> Iterator[tuple[int, str, str]]:
    """The assertions that could not fail, of those that counted or never ran: index of the site, weakness, detail.

    The weakness is a key of `checks.WEAKNESSES`; the detail is what it is about, such as a name.
    """
    end = time.monotonic() + _MAX_SECONDS
    for index, site in enumerate(recorder.sites):
        if time.monotonic() > end:
            return
        found = _weakness(recorder, origins, index, site, end)
        if found:
            yield index, *found


def _weakness(recorder: Recorder, origins: Origins, index: int, site: Site, end: float) -> tuple[str, str] | None:
    if site.kind == "handler":
        accident = recorder.accidents.get(index)
        return ("accident", accident) if accident else None
    if index not in recorder.met:
        return ("never-reached", "") if site.must_run else None
    if site.weakness:
        return site.weakness, ""
    if recorder.emptiness.get(index):
        return "all-of-nothing", ""
    if site.test is None or not is_repeatable(site.test):
        return None
    names = recorder.met[index]
    return _Assertion(site, names, origins).weakness(end)


class _Assertion:
    """One assertion that held, with the values that its names had."""

    def __init__(self, site: Site, names: Mapping[str, Any], origins: Origins) -> None:
        assert site.test is not None
        self._origins = origins
        self._test = site.test
        self._raises = site.kind == "call"
        self._names = names

    def weakness(self, end: float) -> tuple[str, str] | None:
        """Why it could not fail, if so."""
        return self._by_value() or sameness(self._test, self._evaluate) or self._by_change(end)

    def _evaluate(self, node: ast.expr) -> Any:
        return eval(compile(ast.Expression(node), "<probe>", "eval"), dict(self._names))

    def _holds(self, expression: ast.Expression, stand_in: Any = None) -> bool | None:
        """Whether it holds with a stand-in; None if it neither holds nor fails, but raises something else."""
        try:
            value = eval(compile(expression, "<probe>", "eval"), {**self._names, STAND_IN: stand_in})
            return True if self._raises else bool(value)
        except Exception as error:
            return False if type(error).__name__ in _FAILURES else None

    def _by_value(self) -> tuple[str, str] | None:
        """Weak because of what the condition's value is: something that is always true."""
        test = self._test
        negated = False
        while isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
            test, negated = test.operand, not negated
        if self._raises or negated:
            return None
        for part in test.values if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And) else [test]:
            if found := self._always_true(part):
                return found
        return None

    def _always_true(self, node: ast.expr) -> tuple[str, str] | None:
        text = ast.unparse(node)
        match node:
            case ast.Name() | ast.Attribute() | ast.Subscript():
                value = self._evaluate(node)
                weakness = _weakness_of_value(value)
                if not weakness and not _has_truth(value) and not self._origins.can_be_none(node):
                    weakness = "thing"
                return (weakness, text) if weakness else None
            case ast.IfExp(test=test, body=body, orelse=otherwise):
                taken = body if self._evaluate(test) else otherwise
                return ("constant", text) if isinstance(taken, ast.Constant) else None
            case ast.ListComp() | ast.List() | ast.Call(func=ast.Name(id="list" | "tuple")):
                return ("flags", text) if _is_flags(self._evaluate(node)) else None
            case ast.Call(func=ast.Name(id="map" | "filter" | "zip" | "enumerate" | "reversed" | "iter")):
                return "iterator", text
            case ast.Call(func=ast.Name(id="isinstance"), args=[_, types_]):
                kinds = self._evaluate(types_)
                return ("survives", text) if object in (kinds if isinstance(kinds, tuple) else (kinds,)) else None
        return None

    def _by_change(self, end: float) -> tuple[str, str] | None:
        """Weak because no change of a value in it makes it fail."""
        whole = ast.Expression(self._test)
        if not self._holds(whole):  # things have moved on, so it can fail
            return None
        known = list(islice(pieces(self._test), _MAX_PIECES))
        values = {}
        for piece in known:
            try:
                values[piece] = self._evaluate(piece)
            except Exception:
                continue
        # What the author says comes last: it is changed only where the program gives nothing that could be.
        given = {piece: value for piece, value in values.items() if not is_constant(piece) and not _is_fixed(value)}
        constants = {piece: value for piece, value in values.items() if is_constant(piece)}
        for stage in (given, constants):
            tried = 0
            for piece, value in stage.items():
                changed = replaced(self._test, piece)
                others = [other for each, other in values.items() if each is not piece and _alike(other, value)]
                for new in _alternatives(piece, value, others, self._test, self._origins):
                    if time.monotonic() > end:
                        return None
                    tried += 1
                    if self._holds(changed, new) is False:
                        return None
            if tried:
                return "survives", str(tried)
        return None


def _is_fixed(value: Any) -> bool:
    """Whether a value belongs to the language or to a library, and not to the program."""
    return isinstance(value, (type, types.ModuleType, types.BuiltinFunctionType))


def _alike(one: Any, other: Any) -> bool:
    """Whether one value could stand in place of another."""
    numbers = (int, float)
    return type(one) is type(other) or (isinstance(one, numbers) and isinstance(other, numbers))


def _alternatives(piece: ast.expr, value: Any, others: list[Any], test: ast.expr, origins: Origins) -> Iterator[Any]:
    """What a piece could have been: values of its type, values of the other pieces, and aliens where types matter."""
    counts = isinstance(piece, ast.Call) and _last_name(piece.func) in _COUNTS
    counts = counts or (isinstance(piece, ast.Attribute) and piece.attr in _COUNTS)
    known = list(islice(changes(value), _MAX_CHANGES))
    for _, new in known:
        if not (counts and isinstance(new, (int, float)) and not new >= 0):
            yield new
    if isinstance(value, _ITERATORS):
        yield from ([-1], [0, 1], [None])
    yield from (other for other in others if not (counts and other < 0))
    if counts or (known and not _looks_at_types(test)):
        return
    of_none = _compared_with_none(test, piece)
    for alien in aliens():
        # That it is not None is what is asserted: whether it could be is judged by where it comes from.
        if not (of_none and alien is None):
            yield alien
    if of_none:
        yield from (None for _ in range(origins.can_be_none(piece)))


def _looks_at_types(test: ast.expr) -> bool:
    """Whether an assertion is about what kind of thing something is, or which."""
    return any(
        (isinstance(node, ast.Compare) and any(isinstance(each, (ast.Is, ast.IsNot)) for each in node.ops))
        or (isinstance(node, ast.Call) and _last_name(node.func) in _TYPE_TESTS)
        for node in ast.walk(test)
    )


def _has_truth(value: Any) -> bool:
    """Whether a value of this type could be false."""
    return value is None or any(hasattr(type(value), name) for name in ("__bool__", "__len__"))


def _compared_with_none(test: ast.expr, piece: ast.expr) -> bool:
    match test:
        case ast.Compare(left=left, ops=[ast.IsNot() | ast.NotEq()], comparators=[ast.Constant(value=None)]):
            return left is piece
    return False


def _weakness_of_value(value: Any) -> str:
    """Why a value is true whatever is in it; nothing if it could be false."""
    if isinstance(value, _CALLABLES):
        return "not-called"
    if isinstance(value, (types.ModuleType, type)):
        return "kind"
    if isinstance(value, _ITERATORS):
        return "iterator"
    return "flags" if _is_flags(value) else ""


def _is_flags(value: Any) -> bool:
    """Whether it is a list of truth values, which is true unless it is empty."""
    return isinstance(value, (list, tuple)) and bool(value) and all(isinstance(each, bool) for each in value)


def _last_name(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""
