"""Other conditions of a run, made by its own process: the same program at another time, on another machine.

Each change is one that a reader's computer could make: another day, files listed in another order, other contents of
fresh memory. So an outcome that differs under them is one that does not belong on a page.
"""

from __future__ import annotations

import ast
import builtins
import contextlib
import ctypes
import functools
import gc
import itertools
import os
import platform
import re
import socket
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import PurePath
from typing import Any

CHANGES = ("order", "forwards", "hash", "clock", "folders", "memory", "zeros", "machine", "gpu")
"""By name, in the order in which they are tried one by one.

order    sets of texts are iterated backwards, as another hash seed could have it
forwards they are iterated as usual; but sets of objects are in an order of their contents, and with "order" backwards
hash     `hash` of a text, or of what holds one, is another number; `__hash__` is as it was
clock    it is over a year later, and whatever is measured takes a few milliseconds longer
folders  folders are listed backwards
memory   fresh memory holds large numbers
zeros    fresh memory holds zeros
machine  another user, home, working folder, time zone and host; more processors and threads; other versions
gpu      the program finds a GPU where it asks for one
"""

SNIPPET = "snippet.py"
"""The file that a program's code says it is from. Its lines are those of all parts, one after the other."""

_LATER = 400 * 86_400 + 5 * 3_600 + 17 * 60 + 43.25
"""Seconds. Year, month, day, weekday, hour, minute and second are all others then."""
_DELAY = 0.0037
"""Seconds by which every measurement takes longer than the one before: seen where milliseconds are printed."""
_M_PERTURB = -6  # malloc.h
_ITER_SLOT = 27 * ctypes.sizeof(ctypes.c_void_p)
"""Where `tp_iter` is in a type, in bytes: object.h."""
_TAKES_OBJECT = ctypes.PYFUNCTYPE(ctypes.py_object, ctypes.py_object)
_hash_of = hash
_OF_PROGRAMS = ("__main__", "concurrent.futures._base")
"""The modules whose objects programs put into sets."""
_kept: list[Any] = []
"""What C code calls must not be freed."""


def change(names: str) -> None:
    """Make changes in this process, which runs one program and ends.

    names  of `CHANGES`, with a space between two; the working folder is the run's own
    """
    for name in names.split():
        _MAKERS[name]()


def rewritten(tree: ast.AST, names: str) -> ast.AST:
    """A program in which what no function can be asked for is different, too: versions, and numpy's "now".

    tree   of one part
    names  as for `change`
    """
    return ast.fix_missing_locations(_Rewriter(names.split()).visit(tree)) if names else tree


# ---- order


def _order(*, backwards: bool = True) -> None:
    if sys.implementation.name != "cpython":
        return
    for kind in (set, frozenset):
        slot = ctypes.c_void_p.from_address(id(kind) + _ITER_SLOT)
        usual = _TAKES_OBJECT(slot.value or 0)
        instead = _TAKES_OBJECT(_iterate(usual, backwards=backwards))
        _kept.extend((usual, instead))
        slot.value = ctypes.cast(instead, ctypes.c_void_p).value

    usual_pop = set.pop

    def pop(self: set[Any]) -> Any:
        items = list(self) if len(self) > 1 else []
        if not any(map(_is_unordered, items)):
            return usual_pop(self)
        first = items[0]
        self.remove(first)
        return first

    _put(set, "pop", pop)


def _iterate(usual: Callable[[Any], Any], *, backwards: bool) -> Callable[[Any], Any]:
    def iterate(items: Any) -> Any:
        found = list(usual(items))  # of an iterator, so that it does not end up here again
        if len(found) < 2 or not any(map(_is_unordered, found)):
            return usual(items)
        if any(type(item).__module__ in _OF_PROGRAMS and _is_address(item) for item in found):
            # Ordered by their addresses, which are others in each run; by their contents one of two runs must differ.
            found.sort(key=_contents)
        if not backwards:
            found.reverse()  # it is taken from its end
        return _SetIterator(items, found)

    return iterate


class _SetIterator:
    """What `iter` gives of a set, with the items in another order."""

    def __init__(self, items: Any, found: list[Any]) -> None:
        self._items = items
        self._found = found
        self._size = len(items)

    def __iter__(self) -> Iterator[Any]:
        return self

    def __length_hint__(self) -> int:
        return len(self._found)

    def __next__(self) -> Any:
        if len(self._items) != self._size:
            raise RuntimeError("Set changed size during iteration")
        if not self._found:
            raise StopIteration
        return self._found.pop()


_SetIterator.__module__, _SetIterator.__qualname__ = "builtins", "set_iterator"
_SetIterator.__name__ = "set_iterator"


def _contents(item: Any) -> str:
    with contextlib.suppress(Exception):
        return re.sub("0x[0-9a-f]+", "", repr(vars(item)))
    return ""


def _is_unordered(item: Any) -> bool:
    """Whether the hash of a value is another in each process: that of a text, of an address, of what holds one."""
    kind = type(item)
    if kind in (int, float, bool, complex):
        return False
    if kind in (str, bytes):
        return len(item) > 0
    if isinstance(item, tuple):
        return any(map(_is_unordered, item))
    if kind is frozenset or isinstance(item, (str, bytes, PurePath)):
        return True
    with contextlib.suppress(Exception):
        return _is_address(item) or any(map(_is_unordered, vars(item).values()))
    return False


def _is_address(item: Any) -> bool:
    return object.__hash__(item) == _hash_of(item)


def _put(kind: type, name: str, value: Any) -> None:
    """Set an attribute of a type that is written in C, which refuses to have it set."""
    gc.get_referents(kind.__dict__)[0][name] = value
    ctypes.pythonapi.PyType_Modified(ctypes.py_object(kind))


def _hash() -> None:
    def answer(usual: Callable[[Any], int], item: Any) -> int:
        result = usual(item)
        # Not where sets ask: their order would be changed twice. An address is what it is.
        within = sys._getframe(2).f_code.co_name == "__hash__"
        return result if within or object.__hash__(item) == result or not _is_unordered(item) else ~result

    _instead(builtins, "hash", answer)


# ---- clock


class _Instead:
    """Takes the place of a function that is written in C, and looks like it.

    It is no function itself: a class that keeps one would make it a method.
    """

    def __init__(self, usual: Any, answer: Callable[..., Any]) -> None:
        self._usual = usual
        self._answer = answer
        self.__name__ = getattr(usual, "__name__", "")
        self.__doc__ = usual.__doc__

    def __call__(self, *args: Any, **named: Any) -> Any:
        return self._answer(*args, **named)

    def __repr__(self) -> str:
        return repr(self._usual)


def _clock() -> None:
    import datetime

    for name in ("time", "perf_counter", "monotonic", "process_time", "thread_time"):
        _delay(name, _DELAY, _LATER if name == "time" else 0)
        _delay(f"{name}_ns", int(_DELAY * 1e9), int(_LATER * 1e9) if name == "time" else 0)
    for name in ("localtime", "gmtime", "ctime"):
        _instead(time, name, lambda usual, seconds=None: usual(time.time() if seconds is None else seconds))
    _instead(time, "asctime", lambda usual, *when: usual(*(when or (time.localtime(),))))
    _instead(time, "strftime", lambda usual, form, *when: usual(form, *(when or (time.localtime(),))))
    _instead(time, "clock_gettime", lambda usual, clock: usual(clock) + _LATER * (clock == time.CLOCK_REALTIME))
    # Every run has a process of its own, though in its namespace it always has the same number.
    _tell(os, "getpid", lambda usual: usual + 1_234)
    if "timeit" in sys.modules:  # it keeps the clock that it found
        sys.modules["timeit"].default_timer = time.perf_counter  # type: ignore[attr-defined]

    later = datetime.timedelta(seconds=_LATER)
    for name in ("now", "utcnow"):  # `today` asks `time.time`
        usual = datetime.datetime.__dict__[name]

        def shifted(cls: type, /, *zone: Any, usual: Any = usual, **named: Any) -> Any:
            return usual.__get__(None, cls)(*zone, **named) + later

        _put(datetime.datetime, name, classmethod(shifted))
    if tensorflow := sys.modules.get("tensorflow"):
        stamp = tensorflow.timestamp
        tensorflow.timestamp = lambda name=None: stamp(name) + _LATER  # type: ignore[attr-defined]


def _delay(name: str, step: float, later: float) -> None:
    """Let a clock of `time` be later, and later still by one more step whenever it is asked."""
    calls = itertools.count()
    _instead(time, name, lambda usual: usual() + later + next(calls) * step)


def _instead(module: Any, name: str, answer: Callable[..., Any]) -> None:
    """Replace a function of a module by one that gets it as its first argument."""
    usual = getattr(module, name)
    setattr(module, name, _Instead(usual, functools.partial(answer, usual)))


# ---- folders


def _folders() -> None:
    _instead(os, "listdir", lambda usual, path=None: usual(path)[::-1])
    _instead(os, "scandir", lambda usual, path=None: _Entries(usual(path)))


class _Entries:
    """What `os.scandir` gives, from its end."""

    def __init__(self, entries: Any) -> None:
        with entries:
            self._entries = iter(list(entries)[::-1])

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        return next(self._entries)

    def __enter__(self) -> _Entries:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """There is nothing left to close."""


# ---- memory


def _memory(byte: int = 0x58) -> None:
    """Fill fresh memory. As floats this byte gives 1e15 and 4e117, as integers it gives numbers of many digits."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt:  # glibc, which fills memory with the complement of what it is given
        mallopt(_M_PERTURB, byte ^ 0xFF)
    if numpy := sys.modules.get("numpy"):
        # It keeps small blocks, to give them out again without asking.
        for size in range(8, 520, 8):
            [numpy.full(size, byte, "u1") for _ in range(8)]


# ---- machine


def _machine() -> None:
    folder = os.path.join(os.getcwd(), "elsewhere")
    for name in ("home", "tmp", "work"):
        os.makedirs(os.path.join(folder, name))
    for given in ("files", "prepared"):
        if os.path.lexists(given):
            os.symlink(os.path.abspath(given), os.path.join(folder, "work", given))
    os.chdir(os.path.join(folder, "work"))
    temporary = os.path.join(folder, "tmp")
    user = {"HOME": os.path.join(folder, "home"), "TMPDIR": temporary, "USER": "elsewhere", "LOGNAME": "elsewhere"}
    path = os.environ.get("PATH", os.defpath) + ":/elsewhere"
    os.environ.update({**user, "PATH": path, "TZ": "ELSE-05:45", "ELSEWHERE": "1"})
    tempfile.tempdir = temporary
    time.tzset()
    count = (os.cpu_count() or 1) + 5
    _instead(os, "cpu_count", lambda usual: count)
    _instead(os, "sched_getaffinity", lambda usual, process: set(range(count)))
    if hasattr(os, "process_cpu_count"):
        _instead(os, "process_cpu_count", lambda usual: count)
    for module, name in [
        *((platform, name) for name in ("machine", "node", "platform", "processor", "release", "version")),
        (socket, "gethostname"),
        (socket, "getfqdn"),
    ]:
        _tell(module, name, lambda usual: f"{usual}-elsewhere")
    if torch := sys.modules.get("torch"):
        torch.set_num_threads(torch.get_num_threads() + 1)
    if tensorflow := sys.modules.get("tensorflow"):
        with contextlib.suppress(RuntimeError):
            tensorflow.config.threading.set_intra_op_parallelism_threads(2)
            tensorflow.config.threading.set_inter_op_parallelism_threads(2)


def _gpu() -> None:
    if torch := sys.modules.get("torch"):
        _tell(torch.cuda, "is_available", lambda usual: True)
        _tell(torch.cuda, "device_count", lambda usual: usual + 1)
        _tell(torch.backends.mps, "is_available", lambda usual: True)
    if tensorflow := sys.modules.get("tensorflow"):
        for name in ("list_physical_devices", "list_logical_devices"):
            _tell(tensorflow.config, name, lambda usual: [*usual, "elsewhere:GPU:0"])


def _tell(module: Any, name: str, other: Callable[[Any], Any]) -> None:
    """Give the program itself another answer, and all libraries the usual one."""

    def answer(usual: Callable[..., Any], *args: Any, **named: Any) -> Any:
        result = usual(*args, **named)
        # Below this function and the call of what stands in its place.
        return other(result) if sys._getframe(2).f_code.co_filename == SNIPPET else result

    _instead(module, name, answer)


class _Rewriter(ast.NodeTransformer):
    def __init__(self, names: list[str]) -> None:
        self.clock = "clock" in names
        self.machine = "machine" in names

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        match node.args:
            case [ast.Constant(value="now" | "today" as word), *rest] if self.clock and called == "datetime64":
                form = "%Y-%m-%dT%H:%M:%S" if word == "now" else "%Y-%m-%d"
                # The change of the clock has been made, or will be: either way this is not now.
                text = time.strftime(form, time.gmtime(time.time() + _LATER))
                node.args = [ast.copy_location(ast.Constant(text), node.args[0]), *rest]
        return node

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        self.generic_visit(node)
        of_module = isinstance(node.value, ast.Name) and (node.value.id, node.attr) in _OF_MACHINE
        if self.machine and isinstance(node.ctx, ast.Load) and (node.attr == "__version__" or of_module):
            # A method of a constant needs no name that the program could have, or see.
            source = ast.Call(ast.Name("str", ast.Load()), [node], [])
            attribute = ast.Attribute(ast.Constant(_TEMPLATE[node.attr]), "format", ast.Load())
            return ast.copy_location(ast.Call(attribute, [source], []), node)
        return node


_OF_MACHINE = {("sys", "version"), ("sys", "platform")}
_TEMPLATE = {
    "__version__": "{}.post1",
    "version": "{} elsewhere",
    "platform": "{}-elsewhere",
}
"""What becomes of them: still a version of which the first numbers are the same, still Linux."""

_MAKERS: dict[str, Callable[[], None]] = {
    "order": _order,
    "forwards": lambda: _order(backwards=False),
    "hash": _hash,
    "clock": _clock,
    "folders": _folders,
    "memory": _memory,
    "zeros": lambda: _memory(0),
    "machine": _machine,
    "gpu": _gpu,
}
