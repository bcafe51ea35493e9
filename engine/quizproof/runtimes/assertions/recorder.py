"""The recorder: what a run's assertions met, noted while the program runs, without a change to what it does."""

from __future__ import annotations

import ast
import builtins
import sys
import threading
import types
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from quizproof.runtimes.assertions.sites import RECORDER, Site
from quizproof.runtimes.assertions.syntax import names_in
from quizproof.runtimes.limits.exceptions import is_impossible_anywhere, limit_met

_ACCIDENTS = (NameError, AttributeError, ImportError)
"""What a misspelt name raises."""
_MISSPELT_ARGUMENT = "unexpected keyword argument"


@dataclass
class Recorder:
    """Counts the assertions that held. One that failed and was swallowed shows nothing, so it does not count.

    Its calls are put into the program: see `sites`.
    """

    file: str
    """The name of the program's file, by which its own functions are known."""
    sites: list[Site] = field(default_factory=list)
    count: int = 0
    met: dict[int, dict[str, Any]] = field(default_factory=dict)
    """Of each site that was reached, by its index, the values of its names when it was reached first."""
    emptiness: dict[int, bool] = field(default_factory=dict)
    """Of each site with `all`, whether there never was anything for it to go through."""
    elsewhere: set[int] = field(default_factory=set)
    """The sites that another thread has reached."""
    accidents: dict[int, str] = field(default_factory=dict)
    """By handler for everything, the misspelt name that it caught."""
    limit: str = ""
    """The name of the first limit whose exception a handler or an expectation caught."""
    quoted: bool = False
    """Whether an expectation quotes what the system said."""

    def __post_init__(self) -> None:
        # A failure in another thread would not end the run.
        self._thread = threading.get_ident()

    def install(self) -> None:
        """Let the program find it."""
        setattr(builtins, RECORDER, self)

    def __call__(self, index: int) -> None:
        """A mark: what is asserted at a site has held."""
        if threading.get_ident() != self._thread:
            return
        site = self.sites[index]
        frame = sys._getframe(1)
        if index not in self.met:
            self.met[index] = _values(frame, names_in(site.test))
        # The assertions inside a function of the program itself count, and not its name.
        self.count += site.counts and not (site.kind == "call" and self._is_own(index))

    def entered(self, index: int) -> None:
        """A mark before an assertion within a function: note whether another thread gets there."""
        if threading.get_ident() != self._thread:
            self.elsewhere.add(index)

    def every(self, index: int, function: Callable[..., Any], items: Iterable[Any]) -> Any:
        """What `all(items)` gives; noting whether there were items."""
        if function is not all:  # the program has one of its own
            return function(items)

        def seen() -> Iterator[Any]:
            for item in items:
                self.emptiness[index] = False
                yield item

        self.emptiness.setdefault(index, True)
        return all(seen())

    def caught(self, index: int) -> None:
        """A mark at the beginning of a handler: note what it caught, if it is an accident."""
        error = sys.exc_info()[1]
        if error is not None:
            self._note_limit(error)
        misspelt = isinstance(error, TypeError) and _MISSPELT_ARGUMENT in str(error)
        # Without a GPU nothing else of the block was tried.
        by_accident = self.sites[index].weakness == "broad" and (isinstance(error, _ACCIDENTS) or misspelt)
        if by_accident or "CUDA" in str(error):
            self.accidents.setdefault(index, f"{type(error).__name__}: {error}"[:200])

    def expected(self, error: BaseException, fragment: str) -> None:
        """An expectation was met: by this exception, of which it quotes a fragment."""
        self._note_limit(error)
        self.quoted = self.quoted or (bool(fragment) and isinstance(error, OSError))

    def _note_limit(self, error: BaseException) -> None:
        if not self.limit and not is_impossible_anywhere(error):
            self.limit = limit_met(error)

    def _is_own(self, index: int) -> bool:
        """Whether what is called at a site is a function of the program."""
        test = self.sites[index].test
        value = _resolved(test.func, self.met[index]) if isinstance(test, ast.Call) else None
        function = getattr(value, "__func__", value)
        return isinstance(function, types.FunctionType) and function.__code__.co_filename == self.file


def _values(frame: types.FrameType, names: Iterable[str]) -> dict[str, Any]:
    """The values of names as the frame sees them, without builtins."""
    scopes = (frame.f_locals, frame.f_globals)
    return {name: scope[name] for name in names for scope in scopes[::-1] if name in scope}


def _resolved(node: ast.expr, names: dict[str, Any]) -> Any:
    """What a name, or what is read from one, is; None for anything else."""
    match node:
        case ast.Name(id=name):
            return names.get(name)
        case ast.Attribute(value=inner, attr=name):
            return getattr(_resolved(inner, names), name, None)
    return None
