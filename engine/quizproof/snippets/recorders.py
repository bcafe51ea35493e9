"""Recorders: functions of ours that run beside the author's code and return what a run cannot hand out as a value.

Such a function is ordinary source in the file of the kind that uses it. It can use nothing but what it imports itself,
and must not raise: what is wrong with a value it returns as data, so that everything raised is the author's.
Its text is a part of the program: a change of it makes the outcomes stale that caches and locks keep.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import cache
from typing import Any

from quizproof.claims import OURS, Part
from quizproof.findings import DataPath
from quizproof.snippets.syntax import is_expression


def recorders(*functions: Callable[..., Any]) -> Part:
    """The part that defines such functions. Place it right before they are called, so that no code replaces them.

    functions  of a module of ours; their source, as it is in the file, becomes the source of the part
    """
    return Part("setup", _source(functions), OURS)


def held(name: str, expression: str, at: DataPath) -> Part:
    """The part that evaluates an author's expression and keeps its value as `name`, for a recorder to look at.

    name        begins with `quizproof_`, so that no author has it
    expression  the author's, which may take several lines
    at          where it is, relative to the block

    An error in it is at the author's own line. What is no expression becomes a part that fails, as any value of the
    author's would.
    """
    if not is_expression(expression):
        return Part("value", expression, at)  # the run shows what is wrong with it
    # In brackets of their own lines, so that an expression of several lines needs none, and `lead` is one line.
    return Part("code", f"{name} = (\n{expression.rstrip()}\n)\n", at, lead=1)


@cache
def _source(functions: tuple[Callable[..., Any], ...]) -> str:
    return "\n\n".join(["from __future__ import annotations", *map(inspect.getsource, functions)])
