"""The forked process: runs one program and leaves its reply in shared memory.

A snippet controls this whole process, so what is done here protects the reply against accidents and patched modules,
not against a forger. A forger can reach the reply of this run, and nothing else.
"""

from __future__ import annotations

import ast
import builtins
import ctypes
import difflib
import json
import linecache
import math
import mmap
import os
import resource
import signal
import struct
import sys
import types
from collections.abc import Callable
from time import monotonic
from typing import Any

from quizproof.runtimes import elsewhere
from quizproof.runtimes.assertions.examination import Examination
from quizproof.runtimes.elsewhere import SNIPPET
from quizproof.runtimes.generators import Generators
from quizproof.runtimes.limits.amounts import cpu_seconds, max_file_size
from quizproof.runtimes.limits.descendants import Descendants
from quizproof.runtimes.limits.exceptions import limit_met, message_of, type_name
from quizproof.runtimes.limits.network import Network
from quizproof.runtimes.reply import Memory, begin_examination, leave, leave_examined
from quizproof.runtimes.script import Script, Warned, goes_on, is_session, names_of, parsed_session
from quizproof.runtimes.sharing.trunk import CHANNEL, MAPS, Branch, Trunk, folders_of_run, open_maps
from quizproof.runtimes.values import dtype_of, plain
from quizproof.runtimes.wire import Request, RequestPart

_MAX_NAME = 200
"""Characters of an exception's type."""
_MAX_VALUES = 200_000
"""Characters of all values of a program, as JSON. With the rest they must fit into the reply's block."""
_MAX_FRAMES = 12
_MAX_DESCRIPTORS = 65_536
"""More than this process can have inherited."""
_PR_SET_PDEATHSIG = 1  # prctl.h
_CPU_GRACE_SECONDS = 5
"""Of processor time, between the signal that names the limit and the one that cannot be ignored."""
_libc = ctypes.CDLL(None)
_NEEDED = {module: vars(module).copy() for module in (builtins, json, json.encoder, linecache, os, struct, types)}
"""What the reply is written with, to be put back after a part has patched it."""
_patched: dict[types.ModuleType, dict[str, Any]] = {}
"""The same as the parts so far have left it, for the next part."""


def run(
    request: Request,
    memory: Memory,
    out: int,
    err: int,
    data_bytes: int,
    close_off: Callable[[], None],
    channel: int | None = None,
) -> None:
    """Run the program of a request in this process, which never returns from here.

    request     see `wire`
    memory      to state the result in
    out, err    descriptors of what will be standard output and standard error
    data_bytes  the size of the data segment at birth, in bytes
    close_off   enters the sandbox and the scratch folder
    channel     a descriptor, where the request is of a trunk: see `sharing.trunk`

    The process exits with 0 when it has left its reply, and with 1 when it could not.
    """
    code = 1
    try:
        _enter(out, err, request, data_bytes, close_off, channel)
        sys.argv = [SNIPPET]
        # A process that dies from here on has begun its program; one that dies earlier was lost by us.
        memory.begin()
        trunk = None if channel is None else Trunk(folders_of_run())
        # A trunk goes on in its branches, each with a request of its own.
        reply = memory.statement
        branch, statement, examination = _execute(Branch(request, trunk), reply)
        if branch.trunk is not None:
            branch.trunk.decline("an end")
        leave(reply, statement)
        code = 0
        # Only now: what it does to the process has no effect on the outcome, which is stated already.
        if branch.request["examine"] and examination is not None:
            begin_examination(reply)
            found = examination.findings()
            _put_back()
            leave_examined(reply, found)
    finally:
        # Not sys.exit: the exit handlers and buffers are copies of the zygote's.
        os._exit(code)


def _enter(
    out: int, err: int, request: Request, data_bytes: int, close_off: Callable[[], None], channel: int | None
) -> None:
    """Become a clean process: own session, no inherited descriptors, own folder, limits."""
    os.setsid()  # so that its whole process group can be killed
    # A run must not outlive a zygote that is killed.
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    # The zygote's handlers would write into its socket.
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    # The zygote ignores it, and a child inherits that; programs expect KeyboardInterrupt.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.dup2(_stdin(request["stdin"]), 0)
    os.dup2(out, 1)
    os.dup2(err, 2)
    if channel is not None:
        os.dup2(channel, CHANNEL, inheritable=False)
        open_maps()
    close_off()  # before descriptors are closed, because it needs some
    if channel is None:
        os.closerange(3, _MAX_DESCRIPTORS)
    else:
        os.closerange(3, CHANNEL)
        os.closerange(MAPS + 1, _MAX_DESCRIPTORS)
    limits = request["limits"]
    mib = 1 << 20
    for what, amount in (
        # Not RLIMIT_AS: frameworks reserve far more address space than they use.
        (resource.RLIMIT_DATA, data_bytes + limits["memory_mib"] * mib),
        (resource.RLIMIT_CPU, math.ceil(cpu_seconds(limits))),
        (resource.RLIMIT_FSIZE, max_file_size(limits)),
        (resource.RLIMIT_NOFILE, 1024),
        # A crash on purpose must not write its memory to disk.
        (resource.RLIMIT_CORE, 0),
    ):
        # At the first the kernel sends SIGXCPU, by which we know the limit; at the second, SIGKILL.
        ceiling = amount + _CPU_GRACE_SECONDS if what == resource.RLIMIT_CPU else amount
        _, hard = resource.getrlimit(what)
        ceiling = ceiling if hard == resource.RLIM_INFINITY else min(ceiling, hard)  # nobody may raise it
        resource.setrlimit(what, (min(amount, ceiling), ceiling))


def _stdin(text: str | None) -> int:
    """A descriptor from which a program reads what its author gives it."""
    # A program that reads more gets the end immediately, instead of waiting for its limit.
    if text is None:
        return os.open(os.devnull, os.O_RDONLY)
    descriptor = os.memfd_create("stdin")
    with open(os.dup(descriptor), "wb") as file:
        file.write(text.encode("utf-8", "surrogatepass"))
    os.lseek(descriptor, 0, os.SEEK_SET)
    return descriptor


def _execute(branch: Branch, reply: mmap.mmap) -> tuple[Branch, dict[str, Any], Examination | None]:
    """Run all parts, up to the first that raises; the statement to leave in the reply.

    branch  the request of a whole program, or of a trunk

    With the statement come the branch that it belongs to, and the examination of the assertions of a program that ran
    to its end.
    """
    parts, changes = branch.request["parts"], branch.request["changes"]
    examination = Examination(SNIPPET)
    room = _MAX_VALUES
    process = os.getpid()
    program: list[types.CodeType] = []
    script = Script(parts)
    # Before anything is compiled, because a syntax error quotes its line too.
    script.show(parts)
    # All parts before any runs: where one does not compile, nothing has happened.
    for index, part in enumerate(parts):
        try:
            program.append(_compile(part, index, examination, changes))
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            return branch, {"status": "syntax", "parts": [], "raised": _syntax_error(error, index, part)}, None
    module = script.module()
    sys.modules["__main__"] = module
    warned = Warned()
    network = Network()
    descendants = Descendants(branch.request["limits"], [part["source"] for part in parts])
    examination.begin()
    results: list[dict[str, Any]] = []
    generators = Generators(branch.request["attempt"])
    elsewhere.change(changes)
    index = 0
    while True:
        if index == len(program):
            if branch.trunk is None:
                break
            branch = branch.trunk.grow(branch.request["stdin"])
            process = os.getpid()
            parts = branch.request["parts"]
            later = range(index, len(parts))
            program += [_compile_alike(parts[each], each, examination, changes) for each in later]
            if warned.take():
                os._exit(1)  # run by itself, it warns of its code at the beginning
            continue
        code = program[index]
        leave(reply, {"status": "running", "parts": results})
        # The counter is shared by all parts, so that a function of the setup counts where it is called.
        before = examination.count
        examination.before(index, module.__dict__)
        # Not what comes after it: a setup that could read the answer could pass or fail it by what it reads.
        script.show(parts[: index + 1])
        began = monotonic()
        # One dictionary is globals and locals of all parts, as in a module.
        value, dtype, failure = _run_part(code, module.__dict__, room)
        if isinstance(failure, Exception) and not limit_met(failure):
            shown = goes_on(parts[index]["source"], type_name(failure), message_of(failure))
            failure = None if shown else failure
        examination.after(index, module.__dict__)
        # What this part printed has to be in the file before its size is noted.
        out, err = _flush()
        if os.getpid() != process:
            os._exit(0)  # the snippet forked; only the process that we started goes on
        seconds = round(max(monotonic() - began, 0.0), 6)
        room -= len(json.dumps(value))
        counts = {"assertions": examination.count - before, "value": value, "dtype": dtype, "warned": warned.take()}
        results.append({"out": out, "err": err, "seconds": seconds, **counts})
        if failure is not None:
            status = "limit" if (limit := limit_met(failure) or descendants.limit()) else "raised"
            raised = _describe(failure, index)
            ending = {"status": status, "detail": limit, "raised": raised}
            return branch, {**ending, "parts": results, "drew": generators.drew()}, None
        index += 1
    limit = descendants.limit() or examination.limit or ("" if examination.quoted else network.limit())
    status = "limit" if limit else "finished"
    statement = {"status": status, "detail": limit, "parts": results, "drew": generators.drew()}
    return branch, statement, None if limit else examination


def _run_part(code: types.CodeType, names: dict[str, Any], room: int) -> tuple[Any, str, BaseException | None]:
    """Run one part; its value, which takes at most `room` characters as JSON, its type, and what it raised."""
    try:
        # A part may patch these on purpose, for the next part to see; only we must not see it in between.
        for needed, contents in _patched.items():
            needed.__dict__.update(contents)
        try:
            value = eval(code, names)
        finally:
            for needed in _NEEDED:
                _patched[needed] = needed.__dict__.copy()
            _put_back()
        dtype, value = dtype_of(value), plain(value)
        if len(json.dumps(value)) > room:
            raise ValueError(f"the values that are shown take more than {_MAX_VALUES:,} characters")
        return value, dtype, None
    except BaseException as raised:  # SystemExit and KeyboardInterrupt are outcomes too
        return None, "", raised


def _put_back() -> None:
    """Undo what the program has patched of what the reply is written with."""
    for needed, contents in _NEEDED.items():
        needed.__dict__.update(contents)


def _compile(part: RequestPart, index: int, examination: Examination, changes: str) -> types.CodeType:
    """Compile so that every line has the number that it has in the whole program."""
    mode = "eval" if part["role"] == "value" else "exec"
    source, line = part["source"], part["line"]
    if mode == "eval":  # an expression must not begin with space
        source = source.lstrip()
        line += part["source"][: len(part["source"]) - len(source)].count("\n")
    # Empty lines before it, rather than numbers added afterwards: messages of the compiler name lines, too.
    tree: Any
    if is_session(source):
        mode, tree = "single", parsed_session(source, line)
    else:
        tree = ast.parse("\n" * (line - 1) + source, SNIPPET, mode)
    examination.add(index, part["role"], tree)
    tree = elsewhere.rewritten(tree, changes)
    code: types.CodeType = compile(tree, SNIPPET, mode, dont_inherit=True)
    examination.compiled(index, code)
    return code


def _compile_alike(part: RequestPart, index: int, examination: Examination, changes: str) -> types.CodeType:
    """Compile a part of a branch. Where it is no Python, the process ends: by itself, the program does not begin."""
    try:
        return _compile(part, index, examination, changes)
    except BaseException:
        os._exit(1)


def _flush() -> tuple[int, int]:
    """Write out all buffered output; the sizes of standard output and error after it."""
    for stream in (sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__):
        try:
            stream.flush()  # type: ignore[union-attr]
        except BaseException:  # closed, replaced or over its limit: what was written before stays
            continue
    # Extensions written in C print through buffers of the C library.
    _libc.fflush(None)
    sizes = []
    for descriptor in (1, 2):
        try:
            sizes.append(os.fstat(descriptor).st_size)
        except OSError:
            sizes.append(-1)
    return sizes[0], sizes[1]


def _describe(error: BaseException, part: int) -> dict[str, Any]:
    frames = []
    trace = BaseException.__dict__["__traceback__"].__get__(error)  # its class may override it
    while trace is not None:
        code = trace.tb_frame.f_code
        if code.co_filename == SNIPPET:
            # `tb_lasti` counts bytes, and there is one entry of positions for every two bytes of code.
            positions = list(code.co_positions())[trace.tb_lasti // 2]
            frames.append(_frame(code, trace.tb_lineno, positions))
        trace = trace.tb_next
    if len(frames) > _MAX_FRAMES:
        # Of a deep recursion, how it began and how it ended.
        frames = frames[:2] + frames[2 - _MAX_FRAMES :]
    aliases, bases = names_of(type(error))
    return {
        "type": type_name(error)[:_MAX_NAME],
        "message": message_of(error),
        "part": part,
        "frames": frames,
        "meant": _meant(error),
        "aliases": aliases,
        "bases": bases,
    }


def _meant(error: BaseException) -> str:
    """The attribute that was probably meant by a misspelt one; empty when none comes close."""
    if type(error) is not AttributeError or not isinstance(error.name, str):
        return ""
    try:
        return next(iter(difflib.get_close_matches(error.name, dir(error.obj), 1, 0.8)), "")
    except Exception:  # `dir` runs the object's own code
        return ""


def _frame(code: types.CodeType, line: int, positions: tuple[int | None, ...]) -> dict[str, Any]:
    text = linecache.getline(code.co_filename, line).rstrip("\n")
    start_line, end_line, start, end = positions
    if start_line != line or start is None or end is None:
        start, end = len(text) - len(text.lstrip()), len(text)
    else:  # offsets are in UTF-8 bytes; people count characters
        raw = text.encode()
        end = len(raw) if end_line != line else end
        start, end = len(raw[:start].decode("utf-8", "replace")), len(raw[:end].decode("utf-8", "replace"))
    return {"line": line, "column": start + 1, "end_column": end + 1, "function": code.co_name, "text": text}


def _syntax_error(error: BaseException, index: int, part: RequestPart) -> dict[str, Any]:
    line, column, end, message = part["line"], 1, 0, str(error)
    if isinstance(error, SyntaxError):
        line, column, end = error.lineno or line, error.offset or column, error.end_offset or 0
        message = error.msg
    # Python does not always know where an error ends.
    end = max(column + 1, end)
    text = linecache.getline(SNIPPET, line).rstrip("\n")
    frame = {"line": line, "column": column, "end_column": end, "function": "<module>", "text": text}
    names = {"meant": "", "aliases": [], "bases": []}
    return {"type": type(error).__name__, "message": message, "part": index, "frames": [frame], **names}
