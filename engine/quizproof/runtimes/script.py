"""What a program has in common with a script or a session that somebody starts by hand, beside its code.

Its `__main__` has a file, from which processes that it starts can import; a session echoes its expressions and goes on
after an exception that it shows; and warnings are noted, because where they are printed they have paths of a machine.
"""

from __future__ import annotations

import ast
import contextlib
import linecache
import os
import re
import sys
import types
import warnings
from collections.abc import Sequence
from typing import Any

from quizproof.runtimes.elsewhere import SNIPPET
from quizproof.runtimes.wire import RequestPart

_PROMPT, _MORE = ">>>", "..."
_PROMPT_WIDTH = 4
_TRACEBACK = "Traceback (most recent call last):"
# What starts processes that read the file again, or looks for it.
_NEEDS_FILE = re.compile(r"multiprocessing|\bmp\b|spawn|forkserver|ProcessPool|num_workers|__file__")
_MAX_WARNINGS = 20
_MAX_LENGTH = 2_000
"""Characters of one warning."""
_MAX_NAMES = 16
"""Of each sort, of a type of exception."""


def is_session(source: str) -> bool:
    """Whether a part is a statement of a session, as in `>>> 1 + 1`. No Python begins like that."""
    return source.startswith(_PROMPT)


def parsed_session(source: str, line: int) -> ast.Interactive:
    """A statement of a session as a tree; compiled as "single", it prints its value as the interpreter's prompt does.

    source  the lines with prompts, and the output below them, which is left out
    line    that the source begins at, from 1

    Raises SyntaxError, with the columns that the source has.
    """
    typed = [each for each in source.split("\n") if each.startswith((_PROMPT, _MORE))]
    text = "\n" * (line - 1) + "\n".join(each[_PROMPT_WIDTH:] for each in typed) + "\n"
    try:
        tree = ast.parse(text, SNIPPET)
    except SyntaxError as error:
        for offset in ("offset", "end_offset"):
            if getattr(error, offset):
                setattr(error, offset, getattr(error, offset) + _PROMPT_WIDTH)
        raise
    for node in ast.walk(tree):
        if isinstance(node, (ast.expr, ast.stmt, ast.arg, ast.keyword, ast.alias, ast.excepthandler, ast.pattern)):
            node.col_offset += _PROMPT_WIDTH
            node.end_col_offset = (node.end_col_offset or 0) + _PROMPT_WIDTH
    return ast.Interactive(tree.body)


def goes_on(source: str, type_: str, message: str) -> bool:
    """Whether a session shows that this statement raises; then the exception is printed, as the prompt does.

    source         of the part
    type_, message  of what was raised
    """
    if not is_session(source) or f"\n{_TRACEBACK}" not in source:
        return False
    sys.stdout.write(f"{_TRACEBACK}\n  ...\n{type_}: {message}\n" if message else f"{_TRACEBACK}\n  ...\n{type_}\n")
    return True


class Script:
    """A program as a script in the working folder, `snippet.py`, that shows as much of itself as has begun to run."""

    def __init__(self, parts: Sequence[RequestPart]) -> None:
        """`parts`: of the whole program. In the working folder of the run, before it begins."""
        self._path = os.path.join(os.getcwd(), SNIPPET)
        own = any(part["role"] in ("code", "answer") for part in parts)
        # All that a learner would have in it, so without checks, unless there is nothing else.
        self._kept = ("setup", "code", "answer") if own else ("setup", "check")
        self._has_file = any(_NEEDS_FILE.search(part["source"]) for part in parts)

    def module(self) -> types.ModuleType:
        """The module `__main__`, as in a script that was started by hand: pickling and `__name__` work.

        Where the program looks as if it starts processes that import it, its file is written from now on.
        """
        module = types.ModuleType("__main__")
        module.__file__ = self._path
        return module

    def show(self, parts: Sequence[RequestPart]) -> None:
        """Let tracebacks, `inspect` and `tf.function`, and processes that import the program, read these of its parts.

        parts  the first of the program, up to the one that is to run
        """
        lines = [line + "\n" for line in text_of(parts).split("\n")]
        linecache.cache[SNIPPET] = (len(lines), None, lines, SNIPPET)
        if self._has_file:
            # The folder is the program's own: it may have put anything there, or have no room left.
            with contextlib.suppress(OSError), open(self._path, "w", encoding="utf-8", errors="surrogatepass") as file:
                file.write(text_of([part for part in parts if part["role"] in self._kept]))


def text_of(parts: Sequence[RequestPart]) -> str:
    """Parts as one file, in which each line has the number that it has in the program."""
    lines: list[str] = []
    for part in parts:
        lines += [""] * (part["line"] - 1 - len(lines))
        lines[part["line"] - 1 :] = part["source"].split("\n")
    return "\n".join(lines) + "\n"


class Warned:
    """The warnings that are shown, in their order: "UserWarning: a message". `take` gives those since the last time."""

    def __init__(self) -> None:
        """Note them from now on; they are shown all the same."""
        self._noted: list[str] = []
        self._shown = 0
        show = warnings.showwarning

        def noting(message: Any, category: Any, *where: Any, **more: Any) -> None:
            if self._shown < _MAX_WARNINGS:
                self._shown += 1
                text = f"{category.__name__}: {message}"
                self._noted.append(text if len(text) <= _MAX_LENGTH else f"{text[:_MAX_LENGTH]} …")
            show(message, category, *where, **more)

        warnings.showwarning = noting

    def take(self) -> list[str]:
        """Those that were shown since the last call."""
        noted, self._noted = self._noted, []
        return [text.encode("utf-8", "backslashreplace").decode() for text in noted]


def names_of(kind: type) -> tuple[list[str], list[str]]:
    """Other names of a type of exception in the modules that are imported, and the names of what it inherits from.

    Both are empty for built-in types, which everybody knows.
    """
    name: str = type.__dict__["__name__"].__get__(kind)  # its metaclass may override it
    if getattr(sys.modules["builtins"], name, None) is kind:
        return [], []
    found = {
        other
        for key, module in list(sys.modules.items())
        if key != "__main__" and isinstance(module, types.ModuleType)
        for other, value in list(module.__dict__.items())
        if value is kind and other != name
    }
    bases = [type.__dict__["__name__"].__get__(base) for base in type.__dict__["__mro__"].__get__(kind)[1:-1]]
    return sorted(found)[:_MAX_NAMES], bases[:_MAX_NAMES]
