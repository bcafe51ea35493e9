"""Landlock: the kernel refuses files, TCP and signals that a run has not been allowed. See landlock(7)."""

from __future__ import annotations

import ctypes
import os
import stat
import struct
from collections.abc import Sequence

from quizproof.runtimes.sandbox.folders import DEVICES, SETTINGS
from quizproof.runtimes.sandbox.refused_calls import TRUNCATE
from quizproof.runtimes.sandbox.seccomp import Filter
from quizproof.runtimes.sandbox.system_calls import LIBC, call, drop_privileges

# asm-generic/unistd.h
_LANDLOCK_CREATE_RULESET, _LANDLOCK_ADD_RULE, _LANDLOCK_RESTRICT_SELF = 444, 445, 446
# linux/landlock.h
_CREATE_RULESET_VERSION, _RULE_PATH_BENEATH = 1, 1
_READ = 1 << 0 | 1 << 2 | 1 << 3
"""Execute and read files, list folders."""
_WRITE = 1 << 1 | sum(1 << bit for bit in range(4, 13))
"""Write, remove and create files and folders of every kind."""
_REFER, _TRUNCATE, _IOCTL_DEVICE = 1 << 13, 1 << 14, 1 << 15
_BIND_TCP, _CONNECT_TCP = 1 << 0, 1 << 1
_SCOPE_ABSTRACT_SOCKETS, _SCOPE_SIGNALS = 1 << 0, 1 << 1


def landlock_version() -> int:
    """The version of Landlock that the kernel speaks; 0 when it has none, or when it is switched off.

    Version 4 also refuses TCP, and version 6 signals to other processes.
    """
    # Not `call`: that a kernel has none is an answer, not an error.
    version: int = LIBC.syscall(_LANDLOCK_CREATE_RULESET, None, ctypes.c_size_t(0), _CREATE_RULESET_VERSION)
    return max(version, 0)


def landlock_filter(version: int) -> Filter:
    """The filter of system calls at this level, which also closes what Landlock leaves open.

    version  what `landlock_version` returned

    Raises OSError on an architecture that has none.
    """
    return Filter(shares_machine=True, also=TRUNCATE if version < 3 else {})


class Landlock:
    """Rules for runs, prepared once: each run adds its own scratch folder and enters.

    The folders are opened in the zygote, so that a run only adds a rule for each.
    """

    def __init__(self, folders: Sequence[str]) -> None:
        """Open `folders`, which runs may read. Raises OSError when the kernel has no Landlock."""
        self.version = landlock_version()
        if not self.version:
            raise OSError(0, "the kernel has no Landlock, or it is switched off")
        places = [*folders, *SETTINGS, *DEVICES, "/proc", "/sys"]
        self._readable = [self._open(place) for place in places if os.path.exists(place)]
        # Programs write to /dev/null, and multiprocessing keeps its locks in /dev/shm.
        self._writable = [self._open(place) for place in ("/dev/null", "/dev/shm") if os.path.exists(place)]

    @staticmethod
    def _open(path: str) -> int:
        return os.open(path, os.O_PATH | os.O_CLOEXEC)

    def enter(self, scratch: str, views: Sequence[int] = ()) -> None:
        """In the forked child: refuse everything but the folders, `scratch`, and what stays inside this process.

        scratch  the one folder that it may write to
        views    descriptors of more folders that it may read

        Raises OSError. It cannot be undone.
        """
        # The kernel refuses a rule set with rights that are newer than its version of Landlock.
        files = _READ | _WRITE
        files |= _REFER if self.version >= 2 else 0
        files |= _TRUNCATE if self.version >= 3 else 0
        files |= _IOCTL_DEVICE if self.version >= 5 else 0
        network = _BIND_TCP | _CONNECT_TCP if self.version >= 4 else 0
        scope = _SCOPE_ABSTRACT_SOCKETS | _SCOPE_SIGNALS if self.version >= 6 else 0
        # A `landlock_ruleset_attr`, of which older versions know the first one or two fields.
        attributes = struct.pack("=QQQ", files, network, scope)
        size = 24 if self.version >= 6 else 16 if self.version >= 4 else 8
        rules = call("syscall", _LANDLOCK_CREATE_RULESET, attributes, ctypes.c_size_t(size), 0)
        # Without a rule for it, a right that the rule set handles is refused everywhere.
        for descriptor in (*self._readable, *views):
            self._allow(rules, descriptor, _READ)
        for descriptor in (*self._writable, self._open(scratch)):
            self._allow(rules, descriptor, files)
        drop_privileges()  # it also sets no_new_privs, without which Landlock refuses
        call("syscall", _LANDLOCK_RESTRICT_SELF, rules, 0)
        os.close(rules)

    def _allow(self, rules: int, descriptor: int, access: int) -> None:
        """Add to a rule set that a file, or everything below a folder, may be used in these ways."""
        if not stat.S_ISDIR(os.fstat(descriptor).st_mode):
            access &= 1 << 0 | 1 << 1 | 1 << 2 | _TRUNCATE | _IOCTL_DEVICE  # what a file can have
        rule = struct.pack("=Qi", access, descriptor)  # a `landlock_path_beneath_attr`
        call("syscall", _LANDLOCK_ADD_RULE, rules, _RULE_PATH_BENEATH, rule, 0)
