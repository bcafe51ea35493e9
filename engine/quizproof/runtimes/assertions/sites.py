"""Sites: the places of a program where something is asserted, and the marks that are put there.

A mark is a call of the recorder right after an assertion, so that what failed, or was never reached, does not count:

    assert x == 3                  →  assert x == 3
                                      __quizproof_asserted__(0)
    if x != 3:                     →  if x != 3:
        raise AssertionError              raise AssertionError
                                      else:
                                          __quizproof_asserted__(1)
    with raises(TypeError):        →  with raises(TypeError):
        f("a")                            f("a")
                                      __quizproof_asserted__(2)
"""

from __future__ import annotations

import ast
import copy
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal, TypeAlias

from quizproof.runtimes.assertions.syntax import PURE, is_pure, last_name

RECORDER = "__quizproof_asserted__"
"""The recorder's name among the builtins, so that a program's own names are those that it has made, and no others."""

Kind: TypeAlias = Literal["test", "call", "guard", "handler"]
"""test: an expression must be true. call: a function such as `assert_close` must not raise. guard: an exception had to
come, and came. handler: an `except` for everything, which counts for nothing and is only watched."""

_BROAD = frozenset(["Exception", "BaseException"])
_CATCH_ASSERTIONS = _BROAD | {"AssertionError"}
_COMPARISONS = frozenset(["allclose", "equal", "isclose", "array_equal", "isinstance", "issubclass"])
"""Functions that only say whether something is so."""
_OF_THE_MACHINE = re.compile(r"(?i)available|cuda|gpu|device|version|platform|environ|count|sys\.|os\.")
"""What conditions are about that depend on where a program runs."""
_EXPECTING = ("assert", "raises", "warns")
"""How the names begin of what is called in `with` to expect an exception or a warning."""


@dataclass(frozen=True)
class Site:
    """One place where something is asserted."""

    part: int
    """The index of its part."""
    line: int
    """In the whole program, from 1."""
    kind: Kind
    test: ast.expr | None = None
    """What is asserted: the condition, or the call."""
    weakness: str = ""
    """Why it cannot fail, when its form says so: a key of `checks.WEAKNESSES`."""
    counts: bool = True
    must_run: bool = False
    """Whether nothing but the loop around it decides whether it is reached."""
    condition: ast.expr | None = None
    """That of an `if` without `else`, where nothing but it, and loops, decides whether it is reached."""


class Marker(ast.NodeTransformer):
    """Puts a mark at every site of a part, and notes the sites."""

    def __init__(self, part: int, sites: list[Site], *, check: bool) -> None:
        """Begin a part.

        part   its index
        sites  of the whole program; a mark has the index of its site in it
        check  whether the part is a check, in which handlers for everything are no good
        """
        self._part = part
        self._sites = sites
        self._check = check
        self._inside: Counter[str] = Counter()
        """How many of each are around what is visited: loops, branches, what swallows a failure, what hides it."""
        self._condition: ast.expr | None = None
        """As a site has it."""

    def visit_Assert(self, node: ast.Assert) -> list[ast.stmt] | ast.stmt:
        weakness = weakness_of(node.test)
        index = self._add(
            node, "test", node.test, weakness, counts=_can_fail(node.test) and not self._inside["swallowed"]
        )
        node.test = _Counting(index).visit(node.test)
        before = [self._mark(node, index, "entered")] if self._inside["functions"] else []
        return [*before, node, self._mark(node, index)]

    def visit_Expr(self, node: ast.Expr) -> list[ast.stmt] | ast.stmt:
        # `assertEqual`, `assert_allclose` and the like of unittest, numpy, torch and TensorFlow.
        if not _called(node.value).startswith("assert"):
            # Within a block that expects an exception, evaluating it can be the point.
            if self._check and not any(self._inside.values()) and _is_comparison(node.value):
                return [node, self._mark(node, self._add(node, "guard", None, "unused", counts=False))]
            return node
        index = self._add(node, "call", node.value, counts=not self._inside["swallowed"])
        return [node, self._mark(node, index)]

    def visit_If(self, node: ast.If) -> ast.stmt:
        test, raises_in_body, raises_in_else = node.test, _ends_in_failure(node.body), _ends_in_failure(node.orelse)
        # What the machine has, or does not, may decide what can be asserted there.
        is_only = not node.orelse and not self._inside["branches"] and not _OF_THE_MACHINE.search(ast.unparse(test))
        outer, self._condition = self._condition, copy.deepcopy(test) if is_only else None
        with self._within("branches"):
            self.generic_visit(node)
        self._condition = outer
        if raises_in_body and not raises_in_else:
            index = self._add(node, "test", ast.UnaryOp(ast.Not(), test), counts=not self._inside["swallowed"])
            node.orelse = [*node.orelse, self._mark(node, index)]
        elif raises_in_else and not raises_in_body:
            index = self._add(node, "test", test, counts=not self._inside["swallowed"])
            node.body = [*node.body, self._mark(node, index)]
        return node

    def visit_With(self, node: ast.With) -> list[ast.stmt] | ast.stmt:
        calls = [item.context_expr for item in node.items]
        expecting = [call for call in calls if _called(call).startswith(_EXPECTING)]
        hiding = [call for call in calls if call in expecting or _called(call) == "suppress"]
        named = [last_name(each) for call in hiding if isinstance(call, ast.Call) for each in call.args]
        with self._within("swallowed" if _CATCH_ASSERTIONS.intersection(named) else "with"):
            self.generic_visit(node)
        if not expecting:
            return node
        weakness = "broad" if any(map(_is_broad, expecting)) else ""
        index = self._add(node, "guard", None, weakness, counts=not self._inside["swallowed"])
        return [node, self._mark(node, index)]

    def visit_Try(self, node: ast.Try) -> ast.stmt:
        swallows = [handler for handler in node.handlers if _catches(handler, _CATCH_ASSERTIONS)]
        hides = any(not _raises(handler.body) for handler in swallows)
        silent = hides and not node.orelse and all(_does_nothing(handler.body) for handler in node.handlers)
        after = _ends_in_failure(node.orelse)
        within = _ends_in_failure(node.body)
        with self._within("branches", *["swallowed"] * hides, *["silenced"] * silent):
            node.body = self._all(node.body)
        with self._within("branches"):
            for handler in node.handlers:
                handler.body = self._all(handler.body)
            node.orelse = self._all(node.orelse)
            node.finalbody = self._all(node.finalbody)
        for handler in node.handlers:
            first: list[ast.stmt] = []
            if not _raises(handler.body) and not _uses(handler):
                # A setup may try things out.
                weakness = "broad" if self._check and _catches(handler, _BROAD) else ""
                index = self._add(handler, "handler", None, weakness, counts=False)
                first.append(self._mark(handler, index, "caught"))
            # `assert False` in the block would be caught as well.
            if within and handler in swallows and _does_nothing(handler.body):
                first.append(self._mark(handler, self._add(handler, "guard", None, "swallowed", counts=False)))
            # An exception had to come: without one, a failure would have been raised.
            if after or (within and handler not in swallows):
                index = self._add(handler, "guard", None, counts=not self._inside["swallowed"])
                first.append(self._mark(handler, index))
            handler.body = [*first, *handler.body]
        return node

    def visit_For(self, node: ast.For) -> ast.stmt:
        with self._within("loops"):
            self.generic_visit(node)
        return node

    def visit_While(self, node: ast.While) -> ast.stmt:
        with self._within("branches"):
            self.generic_visit(node)
        return node

    def visit_Match(self, node: ast.Match) -> ast.stmt:
        with self._within("branches"):
            self.generic_visit(node)
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.stmt:
        # Who calls it, and within what, is not seen from here.
        with self._within("branches", "functions"):
            self.generic_visit(node)
        return node

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.stmt:
        with self._within("branches"):
            self.generic_visit(node)
        return node

    def _all(self, body: list[ast.stmt]) -> list[ast.stmt]:
        done: list[ast.stmt] = []
        for statement in body:
            new = self.visit(statement)
            done.extend(new if isinstance(new, list) else [new])
        return done

    @contextmanager
    def _within(self, *around: str) -> Iterator[None]:
        self._inside.update(around)
        yield
        self._inside.subtract(around)

    def _add(
        self, node: ast.stmt | ast.excepthandler, kind: Kind, test: ast.expr | None, weakness: str = "", *, counts: bool
    ) -> int:
        """Note a site; its index."""
        weakness = weakness or ("swallowed" if self._inside["silenced"] else "")
        must_run = self._inside["loops"] > 0 and not self._inside["branches"] and kind in ("test", "call")
        # In a function or a `try`, more than the condition decides; and what always fails is not to be reached.
        condition = self._condition if self._inside["branches"] == 1 and kind in ("test", "call") and counts else None
        self._sites.append(Site(self._part, node.lineno, kind, test, weakness, counts, must_run, condition))
        return len(self._sites) - 1

    def _mark(self, node: ast.stmt | ast.excepthandler, index: int, method: str = "") -> ast.stmt:
        function: ast.expr = ast.Name(RECORDER, ast.Load())
        if method:
            function = ast.Attribute(function, method, ast.Load())
        mark = ast.Expr(ast.Call(function, [ast.Constant(index)], []))
        return ast.fix_missing_locations(ast.copy_location(mark, node))


class _Counting(ast.NodeTransformer):
    """Lets the recorder see what `all` goes through, because of nothing it is true."""

    def __init__(self, index: int) -> None:
        self._index = index

    def visit_Call(self, node: ast.Call) -> ast.expr:
        self.generic_visit(node)
        match node:
            case ast.Call(func=ast.Name(id="all"), args=[argument], keywords=[]) if not _is_display(argument):
                every = ast.Attribute(ast.Name(RECORDER, ast.Load()), "every", ast.Load())
                call = ast.Call(every, [ast.Constant(self._index), node.func, argument], [])
                return ast.fix_missing_locations(ast.copy_location(call, node))
        return node

    def visit_Lambda(self, node: ast.Lambda) -> ast.expr:
        return node


def weakness_of(test: ast.expr) -> str:
    """Why a condition cannot be false, as far as its form says so: a key of `checks.WEAKNESSES`, or nothing."""
    match test:
        case ast.Tuple(elts=[_, *_]):
            return "tuple"
        case ast.GeneratorExp(generators=[first, *_]):
            # Over nothing on purpose, it can only be about generators.
            return "" if _is_display(first.iter) and not ast.unparse(first.iter)[1:-1] else "iterator"
        case ast.NamedExpr(value=value):
            return weakness_of(value) or ("assigns" if _is_written(value) else "")
        case ast.Lambda():
            return "not-called"
        case ast.JoinedStr() | ast.Constant() | ast.UnaryOp(op=ast.Not(), operand=ast.Constant()):
            return "constant"
        case ast.BoolOp(op=operator, values=values):
            return _weakness_of_many(operator, values)
        case ast.Compare(left=left, ops=[operator], comparators=[right]):
            return _weakness_of_comparison(left, operator, right)
    return ""


def _weakness_of_many(operator: ast.boolop, values: list[ast.expr]) -> str:
    """That of conditions with `and` or `or` between them."""
    reasons = [weakness_of(value) for value in values]
    if isinstance(operator, ast.And):
        return reasons[0] if all(reasons) else ""
    # `x == 3 or 5`: what is true on one side is enough.
    if any(isinstance(value, ast.Constant) and value.value for value in values):
        return "or-constant"
    return next(filter(None, reasons), "")


def _weakness_of_comparison(left: ast.expr, operator: ast.cmpop, right: ast.expr) -> str:
    if isinstance(operator, (ast.Eq, ast.LtE, ast.GtE, ast.Is)) and ast.dump(left) == ast.dump(right):
        # `"a" "b"` has the tree of "ab", and is another text.
        same_text = not isinstance(left, ast.Constant) or _width(left) == _width(right)
        # Of a name it depends on the value: NaN differs from itself, which may be the point.
        return "equal-sides" if same_text and is_pure(left) and not _reads_names(left) else ""
    if (
        isinstance(operator, ast.In)
        and isinstance(left, ast.Name)
        and isinstance(right, (ast.Set, ast.List, ast.Tuple))
    ):
        return "in-itself" if any(ast.dump(left) == ast.dump(each) for each in right.elts) else ""
    return ""


def _is_written(node: ast.expr) -> bool:
    return isinstance(node.operand if isinstance(node, ast.UnaryOp) else node, ast.Constant)


def _reads_names(node: ast.expr) -> bool:
    """Whether an expression reads anything but functions of Python."""
    return any(isinstance(each, ast.Name) and each.id not in PURE for each in ast.walk(node))


def _width(node: ast.expr) -> int:
    return (node.end_col_offset or 0) - node.col_offset


def _can_fail(test: ast.expr) -> bool:
    """Whether an assertion depends on anything: `assert True` does not, nor does `assert (x, "message")`."""
    # These are true or false by their form, whatever names are in them.
    if isinstance(test, (ast.Tuple, ast.List, ast.Set, ast.Dict, ast.JoinedStr, ast.Lambda, ast.Constant)):
        return False
    return any(
        isinstance(node, (ast.Name, ast.Call, ast.Attribute, ast.Compare, ast.Subscript)) for node in ast.walk(test)
    )


def _is_display(node: ast.expr) -> bool:
    return isinstance(node, (ast.List, ast.Tuple, ast.Set, ast.Constant))


def _called(node: ast.expr) -> str:
    """The last name of what is called: `mean` of `x.mean()`; empty for anything else."""
    match node:
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
            return name
    return ""


def _is_comparison(node: ast.expr) -> bool:
    """Whether an expression is true or false, and does nothing else."""
    return isinstance(node, ast.Compare) or _called(node) in _COMPARISONS


def _is_broad(call: ast.expr) -> bool:
    """Whether what is expected is any exception: `assertRaises(Exception)`."""
    return (
        isinstance(call, ast.Call) and len(call.args) == 1 and not call.keywords and last_name(call.args[0]) in _BROAD
    )


def _catches(handler: ast.ExceptHandler, names: Iterable[str]) -> bool:
    """Whether a handler is for one of these exceptions. One without a type is for all of them."""
    if handler.type is None:
        return True
    types = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(last_name(type_) in names for type_ in types)


def _uses(handler: ast.ExceptHandler) -> bool:
    """Whether a handler looks at what it caught."""
    nodes = (node for statement in handler.body for node in ast.walk(statement))
    return any(
        isinstance(node, ast.Name) and node.id in (handler.name, "sys", "traceback") and isinstance(node.ctx, ast.Load)
        for node in nodes
    )


def _raises(body: list[ast.stmt]) -> bool:
    return any(isinstance(node, (ast.Raise, ast.Assert)) for statement in body for node in ast.walk(statement))


def _does_nothing(body: list[ast.stmt]) -> bool:
    """Whether statements leave no trace: `pass`, a text, a `print`."""
    return all(isinstance(each, (ast.Pass, ast.Continue)) or _is_idle(each) for each in body)


def _is_idle(statement: ast.stmt) -> bool:
    if not isinstance(statement, ast.Expr):
        return False
    return isinstance(statement.value, ast.Constant) or _called(statement.value) == "print"


def _ends_in_failure(body: list[ast.stmt]) -> bool:
    """Whether statements end in `raise AssertionError` or `assert False`."""
    match body:
        case [*_, ast.Raise(exc=exc)]:
            return "AssertionError" in (last_name(exc), _called(exc) if exc else "")
        case [*_, ast.Assert(test=ast.Constant(value=False | 0 | None))]:
            return True
    return False
