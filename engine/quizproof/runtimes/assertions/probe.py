"""The probe: whether what was asserted could have been otherwise. It looks when the run is over and its reply is left.

For each assertion that held, one value in it after the other is changed, and the assertion evaluated again: if nothing
makes it fail, it shows nothing. For a check, the values that the answer made are changed, and the check runs again.
What the program does then has no effect on its outcome.
"""

from __future__ import annotations

import ast
import contextlib
import time
import types
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from quizproof.runtimes.assertions.alternatives import alternatives
from quizproof.runtimes.assertions.closeness import misses
from quizproof.runtimes.assertions.origins import Origins
from quizproof.runtimes.assertions.recorder import Recorder
from quizproof.runtimes.assertions.sameness import is_about_identity, is_equal_to_nothing, sameness
from quizproof.runtimes.assertions.sites import Site
from quizproof.runtimes.assertions.syntax import (
    STAND_IN,
    is_constant,
    is_repeatable,
    last_name,
    names_in,
    pieces,
    replaced,
)
from quizproof.runtimes.assertions.truthiness import always_true

_MAX_SECONDS = 2.0
"""Of processor time, for all of a run. What is not looked at by then is believed."""
_MAX_PIECES = 16
_CHANGING = frozenset(["sort", "reverse", "append", "extend", "insert", "remove", "clear", "update", "add", "shuffle"])
"""Methods that change something, of which those of Python's own collections give None."""
_FIXED = (type, types.ModuleType, types.BuiltinFunctionType, types.FunctionType)
"""What belongs to the language or to a library, and not to the program."""


def weak_sites(recorder: Recorder, origins: Origins, *, by_chance: bool) -> Iterator[tuple[int, str, str]]:
    """The assertions that could not fail, of those that counted or never ran: index of the site, weakness, detail.

    by_chance  whether the program draws random numbers

    The weakness is a key of `checks.WEAKNESSES`; the detail is what it is about, such as a name.
    """
    end = time.process_time() + _MAX_SECONDS
    for index, site in enumerate(recorder.sites):
        if time.process_time() > end:
            return
        found = _weakness(recorder, origins, index, site, end)
        if found:
            yield index, *found
        elif index in recorder.met and site.test is not None and is_repeatable(site.test):
            evaluate = _Assertion(site, recorder.met[index], origins).evaluate
            with contextlib.suppress(Exception):  # things have moved on
                if missed := misses(site.test, evaluate, by_chance=by_chance):
                    yield index, "tolerance", missed


def _weakness(recorder: Recorder, origins: Origins, index: int, site: Site, end: float) -> tuple[str, str] | None:
    if site.kind == "handler":
        accident = recorder.accidents.get(index)
        return ("accident", accident) if accident else None
    if index not in recorder.met:
        if index in recorder.elsewhere:
            return "in-thread", ""
        if site.must_run:
            return "never-reached", ""
        condition = _never_held(recorder, site)
        return ("skipped", ast.unparse(condition)) if condition else None
    if site.weakness == "in-itself" and is_equal_to_nothing(site.test, recorder.met[index]):
        return None
    if site.weakness:
        return site.weakness, ""
    if recorder.emptiness.get(index):
        return "all-of-nothing", ""
    if site.test is None or not is_repeatable(site.test):
        return None
    names = recorder.met[index]
    if nothing := _of_nothing(site.test, names):
        return "nothing", nothing
    found = _Assertion(site, names, origins).weakness(end)
    if found and found[0] in ("same-object", "same-memory") and _is_deliberate(recorder, site):
        return None
    return found


def _never_held(recorder: Recorder, site: Site) -> ast.expr | None:
    """The condition under which an assertion never ran, where none beside it did either; else cases are told apart."""
    if site.condition is None or not names_in(site.condition):
        return None
    beside = (i for i, each in enumerate(recorder.sites) if each.part == site.part and each.condition is not None)
    return None if any(i in recorder.met for i in beside) else site.condition


def _of_nothing(test: ast.expr, names: Mapping[str, Any]) -> str:
    """The two sides of a comparison, in words, where both are calls that only change something and give None.

    As are those of `a.sort() == b.sort()`; or the call in `not a.sort()`.
    """
    match test:
        case ast.Compare(left=left, ops=[ast.Eq() | ast.Is()], comparators=[right]):
            calls = [left, right]
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            calls = [operand]
        case _:
            return ""
    if not all(isinstance(call, ast.Call) and last_name(call.func) in _CHANGING for call in calls):
        return ""
    try:
        values = [eval(compile(ast.Expression(call), "<probe>", "eval"), dict(names)) for call in calls]
    except Exception:  # things have moved on
        return ""
    return " and ".join(f"`{ast.unparse(call)}`" for call in calls) if values == [None] * len(calls) else ""


def _is_deliberate(recorder: Recorder, site: Site) -> bool:
    """Whether another assertion beside it says that things are one, or differ from a copy: then that is the point."""
    names = names_in(site.test)
    others = [each.test for each in recorder.sites if each.part == site.part and each is not site and each.test]
    return any(names & names_in(other) and is_about_identity(other) for other in others)


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
        return self._always_true() or sameness(self._test, self.evaluate) or self._by_change(end)

    def _always_true(self) -> tuple[str, str] | None:
        try:
            return always_true(self._test, self.evaluate, self._origins)
        except Exception:  # things have moved on
            return None

    def evaluate(self, node: ast.expr) -> Any:
        """The value of an expression as the assertion saw it."""
        return eval(compile(ast.Expression(node), "<probe>", "eval"), dict(self._names))

    def _holds(self, expression: ast.Expression, stand_in: Any = None) -> bool | None:
        """Whether it holds with a stand-in; None if it neither holds nor fails, but raises something else."""
        try:
            value = eval(compile(expression, "<probe>", "eval"), {**self._names, STAND_IN: stand_in})
            return True if self._raises else bool(value)
        except Exception as error:
            return False if self._raises or type(error).__name__ == "AssertionError" else None

    def _asks_a_library(self) -> bool:
        """Whether it is one question to an object of a library: `a.is_leaf`, `not q.is_floating_point()`.

        What its objects can be, the library alone knows: that none of our changes gives another answer shows nothing.
        """
        asked = self._test.operand if isinstance(self._test, ast.UnaryOp) else self._test
        question = asked.func if isinstance(asked, ast.Call) and not asked.args and not asked.keywords else asked
        if not isinstance(question, ast.Attribute):
            return False
        try:
            home = type(self.evaluate(question.value)).__module__.partition(".")[0]
            return home not in ("builtins", "__main__") and isinstance(self.evaluate(asked), bool)
        except Exception:  # things have moved on
            return False

    def _by_change(self, end: float) -> tuple[str, str] | None:
        """Weak because no change of a value in it makes it fail."""
        whole = ast.Expression(self._test)
        if isinstance(self._test, ast.Compare) and ast.dump(self._test.left) == ast.dump(self._test.comparators[0]):
            return None  # how a thing compares with itself is the point, or `sameness` has found it
        if not self._holds(whole):  # things have moved on, so it can fail
            return None
        if self._asks_a_library():
            return None
        known = list(islice(pieces(self._test), _MAX_PIECES))
        values = {}
        for piece in known:
            try:
                values[piece] = self.evaluate(piece)
            except Exception:
                continue
        tried = 0
        for piece, value in values.items():
            # What the author says is no value that the program gave, nor is what belongs to a library.
            if is_constant(piece) or isinstance(value, _FIXED):
                continue
            changed = replaced(self._test, piece)
            others = [other for each, other in values.items() if each is not piece and _alike(other, value)]
            for new in alternatives(piece, value, others, self._test, self._origins):
                if time.process_time() > end:
                    return None
                tried += 1
                if self._holds(changed, new) is False:
                    return None
        return ("survives", str(tried)) if tried else None


def _alike(one: Any, other: Any) -> bool:
    """Whether one value could stand in place of another."""
    numbers = (int, float)
    return type(one) is type(other) or (isinstance(one, numbers) and isinstance(other, numbers))
