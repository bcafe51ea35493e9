"""Exceptions that tell of a limit, and what can be asked of an exception whose class a stranger has written."""

from __future__ import annotations

import errno
import opcode

from quizproof.runtimes.elsewhere import SNIPPET

_MAX_MESSAGE = 4_000
"""Characters of an exception's message."""
# What torch and C++ say in a RuntimeError instead of raising MemoryError.
_OUT_OF_MEMORY = (
    "DefaultCPUAllocator: can't allocate memory",
    "DefaultCPUAllocator: not enough memory",
    "bad_alloc",
    "can't start new thread",
)
_RAISE = opcode.opmap["RAISE_VARARGS"]


def limit_met(error: BaseException) -> str:
    """The name of the limit that an exception is about; empty when it is about none.

    What the program itself raises with `raise` is an exception like any other, whatever its type; unless it does so
    while it handles one that is about a limit.
    """
    if not _is_raised_by_program(error):
        return _limit_told(error)
    context = BaseException.__dict__["__context__"].__get__(error)
    return _limit_told(context) if context is not None and not _is_raised_by_program(context) else ""


def _is_raised_by_program(error: BaseException) -> bool:
    """Whether a `raise` in the program's own code was the first that raised it."""
    trace = BaseException.__dict__["__traceback__"].__get__(error)  # its class may override it
    if trace is None:
        return False
    while trace.tb_next is not None:
        trace = trace.tb_next
    code = trace.tb_frame.f_code
    return bool(code.co_filename == SNIPPET and code.co_code[trace.tb_lasti] == _RAISE)


def _limit_told(error: BaseException) -> str:
    # By name, because TensorFlow may not be imported.
    if isinstance(error, MemoryError) or type_name(error) == "ResourceExhaustedError":
        return "memory"
    if isinstance(error, RuntimeError) and any(sign in message_of(error) for sign in _OUT_OF_MEMORY):
        return "memory"
    if isinstance(error, OSError):
        return {errno.EFBIG: "file", errno.ENOSPC: "files"}.get(error.errno or 0, "")
    return ""


def type_name(error: BaseException) -> str:
    """The name of its type, also where a metaclass pretends another."""
    name: str = type.__dict__["__name__"].__get__(type(error))
    return name


def message_of(error: BaseException) -> str:
    """Its text, cut where it is very long. Never raises, whatever its class does; it can be written as UTF-8."""
    try:
        text = str(error)
    except BaseException as inner:
        text = f"(its text cannot be shown: {type(inner).__name__})"
    text = str.encode(text, "utf-8", "backslashreplace").decode()  # it may be of a class that overrides `encode`
    return text if len(text) <= _MAX_MESSAGE else text[:_MAX_MESSAGE] + " …"
