"""Seccomp: a filter that the kernel asks about every system call of a run and of all that it starts. See seccomp(2).

A filter is a program of classic BPF: instructions of eight bytes, a `sock_filter` of linux/filter.h each,

    u16 code    what to do: load, compare, return
    u8  jt, jf  how many instructions to skip when a comparison holds, and when it does not
    u32 k       a constant

that reads a `seccomp_data` of linux/seccomp.h, in the byte order of the machine,

    0   u32    number of the call
    4   u32    architecture, an AUDIT_ARCH of linux/audit.h
    8   u64    address of the instruction
    16  u64    six arguments

and returns one of the values below. What is refused, and why, is in `refused_calls`. A filter cannot be taken off, and
the kernel remembers which calls it lets pass whatever their arguments are, so that those cost nothing more.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct
import sys
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import NamedTuple

from quizproof.runtimes.sandbox.refused_calls import ALWAYS, NEWEST, OWN_PID, Calls, Clause, Number, Test, clauses
from quizproof.runtimes.sandbox.system_calls import call

# linux/bpf_common.h: load a word; compare with k; keep the bits of k; return k
_LOAD, _EQUAL, _GREATER, _AT_LEAST, _AND, _RETURN = 0x20, 0x15, 0x25, 0x35, 0x54, 0x06
# linux/seccomp.h
_SET_MODE_FILTER = 1
_SPEC_ALLOW = 1 << 2
_KILL_PROCESS, _ERROR, _ALLOW = 0x8000_0000, 0x0005_0000, 0x7FFF_0000
_CALL, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16
_FEW = 2
"""Rules that are tried one after the other."""
# linux/audit.h, and the number of seccomp(2)
_MACHINES = {
    "x86_64": (0xC000_003E, 317),
    "aarch64": (0xC000_00B7, 277),
    "riscv64": (0xC000_00F3, 277),
}


class _Rule(NamedTuple):
    """What is done with calls whose numbers are in a range, both ends included; it ends with a return."""

    first: int
    last: int
    code: list[bytes]


class Filter:
    """The filter of a level, built once: each run puts its own process id in and installs it."""

    def __init__(self, *, shares_machine: bool, also: Calls | None = None) -> None:
        """Build it.

        shares_machine  see `refused_calls.clauses`
        also              more calls to refuse with "Operation not permitted"

        Raises OSError on an architecture for which we do not know the numbers of calls.
        """
        machine = os.uname().machine
        # A 32-bit interpreter on a 64-bit machine has other numbers.
        if machine not in _MACHINES or sys.maxsize < 1 << 32:
            raise OSError(errno.ENOSYS, f"no filter of system calls is known for {machine}")
        self._architecture, self._seccomp = _MACHINES[machine]
        self._is_x86 = machine == "x86_64"
        refused = list(ALWAYS.items()) + ([(errno.EPERM, also)] if also else [])
        rules = [
            *(rule for error, calls in refused for rule in self._always(error, calls)),
            *(rule for number, tests in clauses(shares_machine=shares_machine) for rule in self._tested(number, tests)),
        ]
        self._code = b"".join([*self._frame(), *_tree(sorted(rules))])

    def _number(self, number: Number) -> int | None:
        return number.x86_64 if self._is_x86 else number.generic

    def _frame(self) -> Iterator[bytes]:
        """Refuse what is not a call of this architecture, and what is too new; leave the number of the call loaded."""
        yield _instruction(_LOAD, _ARCHITECTURE)
        yield _instruction(_EQUAL, self._architecture, holds=1)
        # The calls of a 32-bit program: their numbers mean something else.
        yield _instruction(_RETURN, _KILL_PROCESS)
        yield _instruction(_LOAD, _CALL)
        # Those of x32 are above, too.
        yield _instruction(_GREATER, NEWEST, fails=1)
        yield _instruction(_RETURN, _ERROR | errno.ENOSYS)

    def _always(self, error: int, calls: Calls) -> Iterator[_Rule]:
        """Refuse calls whatever their arguments are. Neighbours share a rule."""
        numbers = sorted(found for number in calls.values() if (found := self._number(number)) is not None)
        for first, last in _ranges(numbers):
            yield _Rule(first, last, [_instruction(_RETURN, _ERROR | error)])

    def _tested(self, number: Number, tests: Iterable[Clause]) -> Iterator[_Rule]:
        """Refuse a call when one of the clauses says so."""
        if (found := self._number(number)) is not None:
            yield _Rule(found, found, [*chain(*map(_clause, tests)), _instruction(_RETURN, _ALLOW)])

    def install(self) -> None:
        """In the child, as the last step: let the kernel ask the filter from now on.

        Raises OSError when the kernel cannot. It needs `no_new_privs`, which `drop_privileges` has set.
        """
        code = self._code.replace(struct.pack("=I", OWN_PID), struct.pack("=I", os.getpid()))
        instructions = ctypes.create_string_buffer(code, len(code))
        # A `sock_fprog`: the number of instructions, and after it a pointer at the next multiple of its size.
        program = struct.pack("@HP", len(code) // 8, ctypes.addressof(instructions))
        # Older kernels take a filter for a sign of foreign code in the process, such as a browser's, and slow its
        # branches down; everything in a run is equally foreign.
        call("syscall", self._seccomp, _SET_MODE_FILTER, _SPEC_ALLOW, program)


def _instruction(code: int, k: int, *, holds: int = 0, fails: int = 0) -> bytes:
    """One instruction. `holds` and `fails` say how many of the next to skip then."""
    return struct.pack("=HBBI", code, holds, fails, k)


def _tree(rules: list[_Rule]) -> list[bytes]:
    """Rules in the order of their numbers, which are looked for by halves; all other calls are allowed.

    The kernel goes through a new filter once for every call that there is, so a long way would cost each run.
    """
    if len(rules) <= _FEW:
        return [*chain(*map(_rule, rules)), _instruction(_RETURN, _ALLOW)]
    half = len(rules) // 2
    lower, upper = _tree(rules[:half]), _tree(rules[half:])
    return [_instruction(_AT_LEAST, rules[half].first, holds=len(lower)), *lower, *upper]


def _rule(rule: _Rule) -> list[bytes]:
    if rule.first == rule.last:
        return [_instruction(_EQUAL, rule.first, fails=len(rule.code)), *rule.code]
    below = _instruction(_AT_LEAST, rule.first, fails=len(rule.code) + 1)
    return [below, _instruction(_GREATER, rule.last, holds=len(rule.code)), *rule.code]


def _clause(clause: Clause) -> list[bytes]:
    """Return the clause's answer when all of its tests hold, and go on after it otherwise."""
    answer = _instruction(_RETURN, _ERROR | clause.error if clause.error else _ALLOW)
    code = [answer]
    for test in reversed(clause.tests):
        code = [*_test(test, otherwise=len(code)), *code]
    return code


def _test(test: Test, otherwise: int) -> Iterator[bytes]:
    """Skip so many instructions when a test does not hold."""
    # The low half of an argument; the kernel ignores the high half of all that are tested.
    low = 0 if sys.byteorder == "little" else 4
    yield _instruction(_LOAD, _ARGUMENTS + 8 * test.argument + low)
    if test.mask != 0xFFFF_FFFF:
        yield _instruction(_AND, test.mask)
    if test.is_negated:
        yield _instruction(_EQUAL, test.value, holds=otherwise)
    else:
        yield _instruction(_EQUAL, test.value, fails=otherwise)


def _ranges(numbers: list[int]) -> Iterator[tuple[int, int]]:
    """Sorted numbers as ranges, both ends included: 3, 4, 5, 9 gives (3, 5) and (9, 9)."""
    first = None
    for index, number in enumerate(numbers):
        first = number if first is None else first
        if index + 1 == len(numbers) or numbers[index + 1] != number + 1:
            yield first, number
            first = None
