"""Exceptions that tell of a limit, and what can be asked of an exception whose class a stranger has written."""

from __future__ import annotations

import errno
import linecache
import math
import opcode
import re

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
_BYTES_OF_NO_MACHINE = 2**44
_NAME = re.compile(r"[^\W\d]\w*")
_NUMBER = re.compile(r"\b\d[\d_]*(?:\.\d+)?(?:[eE]\d{1,2})?\b")
_POWER = re.compile(r"\b(\d{1,6})\s*(\*\*|<<)\s*(\d{1,4})\b")
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


def is_impossible_anywhere(error: BaseException) -> bool:
    """Whether no machine could have had what a program asked for when this was raised.

    Judged by the numbers in the line that raised it, and by those that its names stand for: nobody has 2**44 bytes.
    """
    trace = BaseException.__dict__["__traceback__"].__get__(error)
    amounts: list[float] = [0]
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == SNIPPET:
            line = linecache.getline(SNIPPET, trace.tb_lineno)
            frame = trace.tb_frame
            values = [scope.get(name) for name in _NAME.findall(line) for scope in (frame.f_locals, frame.f_globals)]
            amounts += [min(abs(value), _BYTES_OF_NO_MACHINE) for value in values if type(value) is int]
            amounts += [float(number.replace("_", "")) for number in _NUMBER.findall(line)]
            for base, operator, exponent in _POWER.findall(line):
                bits = int(exponent) * (math.log2(int(base) or 1) if operator == "**" else 1)
                amounts.append(2.0 ** min(bits, 1_000))
        trace = trace.tb_next
    return max(amounts) >= _BYTES_OF_NO_MACHINE


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
