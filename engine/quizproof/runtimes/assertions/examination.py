"""The examination of a run: what its assertions are worth, as data that can be left in its reply."""

from __future__ import annotations

import ast
import builtins
import contextlib
import os
import signal
import types
from typing import Any, Literal

from quizproof.runtimes.assertions.alternatives import speaks_of_nan
from quizproof.runtimes.assertions.answer import Notices, made_by, notices
from quizproof.runtimes.assertions.closeness import speaks_of_chance
from quizproof.runtimes.assertions.expectations import EXPECTATIONS
from quizproof.runtimes.assertions.origins import Origins
from quizproof.runtimes.assertions.probe import weak_sites
from quizproof.runtimes.assertions.recorder import Recorder
from quizproof.runtimes.assertions.sites import Marker
from quizproof.runtimes.examined import Examined

_MAX_SECONDS = 15
"""For the whole examination, by the clock. The program may have made anything as slow as it likes."""
_MAX_WEAK = 20
_MAX_DETAIL = 120
"""Characters."""


class _Stop(BaseException):
    """The time is over."""


class Examination:
    """Follows a program while it runs, and looks at its assertions when it has ended."""

    def __init__(self, file: str) -> None:
        """Begin. `file` is the name of the program's file, as in its tracebacks."""
        self._recorder = Recorder(file)
        self._origins = Origins()
        self._nan = self._chance = False
        self._roles: list[str] = []
        self._checks: dict[int, types.CodeType] = {}
        self._names: dict[str, Any] = {}
        self._before: dict[str, Any] = {}
        self._made: dict[str, Any] = {}
        self._given: set[str] = set()

    @property
    def count(self) -> int:
        """How many assertions that could fail have held so far."""
        return self._recorder.count

    @property
    def limit(self) -> str:
        """The name of a limit whose exception the program caught and made nothing of; empty if there was none."""
        return self._recorder.limit

    @property
    def quoted(self) -> bool:
        """Whether the program expects what the system says when something is missing, in its words."""
        return self._recorder.quoted

    def add(self, index: int, role: Literal["setup", "code", "answer", "check", "value"], tree: ast.AST) -> None:
        """Take in the tree of a part, and put marks into it where something is asserted."""
        self._roles.append(role)
        self._chance = self._chance or speaks_of_chance(ast.unparse(tree))
        self._nan = self._nan or (role == "check" and speaks_of_nan(ast.unparse(tree)))
        self._origins.add(tree, given=role in ("setup", "check"))
        if role in ("setup", "check"):
            Marker(index, self._recorder.sites, check=role == "check").visit(tree)
            ast.fix_missing_locations(tree)

    def compiled(self, index: int, code: types.CodeType) -> None:
        """Keep the code of a part: checks are run again."""
        if self._roles[index] == "check":
            self._checks[index] = code

    def begin(self) -> None:
        """Let the program find the recorder."""
        self._recorder.install()

    def before(self, index: int, names: dict[str, Any]) -> None:
        """A part begins. `names` are those of the program."""
        self._names = names
        if self._roles[index] in ("answer", "code"):
            self._before = dict(names)
        if self._roles[index] == "check" and not self._given:
            self._given = {name for name, value in names.items() if not isinstance(value, types.ModuleType)}
        if self._roles[index] == "check":  # nowhere else, so that a misspelt name stays one
            vars(builtins).update(EXPECTATIONS)

    def after(self, index: int, names: dict[str, Any]) -> None:
        """A part has ended."""
        if self._roles[index] in ("answer", "code"):
            self._made.update(made_by(self._before, names))
            self._before = {}
        for name in EXPECTATIONS if self._roles[index] == "check" else ():
            vars(builtins).pop(name, None)

    def findings(self) -> list[Examined]:
        """What is known of each part, in their order. It runs the program's code again, and takes `_MAX_SECONDS`."""
        examined = [Examined(weak=[], tried=0, noticed=0, missed="") for _ in self._roles]
        if not self._checks:
            return examined
        _be_quiet()
        with contextlib.suppress(_Stop):
            signal.signal(signal.SIGALRM, _stop)
            signal.setitimer(signal.ITIMER_REAL, _MAX_SECONDS)
            try:
                vars(builtins).update(EXPECTATIONS)
                for index, weakness, detail in weak_sites(self._recorder, self._origins, by_chance=self._chance):
                    site = self._recorder.sites[index]
                    weak = examined[site.part]["weak"]
                    if self._roles[site.part] == "check" and len(weak) < _MAX_WEAK:
                        weak.append([site.line, weakness, detail[:_MAX_DETAIL]])
                if self._made:
                    for part, found in notices(
                        self._names, self._made, self._checks, self._given, nan=self._nan
                    ).items():
                        _fill(examined[part], found)
            finally:
                signal.setitimer(signal.ITIMER_REAL, 0)
        return examined


def _fill(examined: Examined, found: Notices) -> None:
    examined["tried"], examined["noticed"] = found.tried, found.noticed
    examined["missed"] = "" if found.noticed else found.missed[:_MAX_DETAIL]


def _stop(*_: object) -> None:
    raise _Stop


def _be_quiet() -> None:
    """What is printed from now on is no part of the run's output."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for descriptor in (1, 2):
        os.dup2(nowhere, descriptor)
