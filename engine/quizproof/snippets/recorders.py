"""Recording: how a run tells of values that it cannot hand out, by functions of ours that run beside the author's code.

Such a function is ordinary source in the file of the kind that uses it. It must need nothing but what it imports
itself, and must not raise: what is wrong with a value it returns as data, so that whatever is raised is the author's.
Its text is a part of the program: who changes it makes the outcomes stale that caches and locks keep.
"""

from __future__ import annotations

import ast
import inspect
import warnings
from collections.abc import Callable
from functools import cache
from typing import Any

from quizproof.claims import OURS, Part
from quizproof.findings import DataPath


def recorders(*functions: Callable[..., Any]) -> Part:
    """The part that defines such functions, to stand right before they are called: no other takes their place."""
    return Part("setup", _source(functions), OURS)


def held(name: str, expression: str, at: DataPath) -> Part:
    """The part that evaluates an author's expression and keeps its value as `name`, for a recorder to look at."""
    try:
        with warnings.catch_warnings(action="ignore"):  # such as for "\d"
            ast.parse(expression.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return Part("value", expression, at)  # the run tells what is wrong with it
    return Part("code", f"{name} = (\n{expression.rstrip()}\n)\n", at, lead=1)


@cache
def _source(functions: tuple[Callable[..., Any], ...]) -> str:
    return "\n\n".join(["from __future__ import annotations", *map(inspect.getsource, functions)])
