"""Plain system calls, because Python has no functions for most of them.

See namespaces(7), pivot_root(2), landlock(7) and capabilities(7). The numbers of system calls in `namespaces` and
`landlock` are those of asm/unistd_64.h and asm-generic/unistd.h, which agree on x86-64 and AArch64 but for pivot_root.
"""

from __future__ import annotations

import ctypes
import os
import signal
import struct

# ctypes keeps a copy of errno for us; the real one may change before we can read it.
LIBC = ctypes.CDLL(None, use_errno=True)

# prctl.h
_SET_PDEATHSIG, _CAP_AMBIENT, _CAP_AMBIENT_RAISE = 1, 47, 2
_CAPBSET_DROP, _SET_CHILD_SUBREAPER, _SET_NO_NEW_PRIVS = 24, 36, 38
_LAST_CAPABILITY = 40
# sys/ptrace.h
_DETACH = 17
# linux/capability.h: _LINUX_CAPABILITY_VERSION_3
_CAPABILITY_VERSION = 0x20080522


def call(name: str, *arguments: object) -> int:
    """Call a C function that returns -1 on failure.

    name       of a function of the C library: "mount", or "syscall" with the number as the first argument
    arguments  as ctypes takes them: int, bytes for a string, None for a null pointer

    Returns what it returns. Raises OSError on failure, with the name in the message.
    """
    result: int = getattr(LIBC, name)(*arguments)
    if result == -1:
        code = ctypes.get_errno()
        raise OSError(code, f"{name}: {os.strerror(code)}")
    return result


def die_with_parent() -> None:
    """Have the kernel kill this process when its parent ends. Children do not inherit this."""
    call("prctl", _SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def keep_capabilities() -> None:
    """Keep the capabilities of this process when it becomes another program, also where it is not root's.

    Raises OSError.
    """
    header = struct.pack("=Ii", _CAPABILITY_VERSION, 0)
    # Two `__user_cap_data_struct`, for the low and the high 32 capabilities: effective, permitted, inheritable.
    sets = ctypes.create_string_buffer(24)
    call("capget", header, sets)
    low, high = struct.unpack("=II", sets.raw[4:8] + sets.raw[16:20])
    call("capset", header, struct.pack("=6I", low, low, low, high, high, high))
    for capability in range(_LAST_CAPABILITY + 1):
        if (low | high << 32) >> capability & 1:
            call("prctl", _CAP_AMBIENT, _CAP_AMBIENT_RAISE, capability, 0, 0)


def inherit_orphans() -> None:
    """Become the parent of every process below this one whose own parent dies. Children do not inherit this."""
    call("prctl", _SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def release(process: int, signal_number: int) -> None:
    """Stop tracing a child that has stopped, and give it the signal that it stopped for. Nothing when it has ended.

    process        a child that asked to be traced by its parent (PTRACE_TRACEME), or a thread of one
    signal_number  as `os.WSTOPSIG` gives it
    """
    LIBC.ptrace(_DETACH, process, None, ctypes.c_void_p(signal_number))


def drop_privileges() -> None:
    """Give up every capability, for good: also across `exec` and for uid 0. Raises OSError.

    It sets `no_new_privs` too, so that no set-uid program gives anything back.
    """
    for capability in range(_LAST_CAPABILITY + 1):
        # Fails for capabilities that this kernel does not know, which nobody can have then.
        LIBC.prctl(_CAPBSET_DROP, capability, 0, 0, 0)
    call("prctl", _SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    header = struct.pack("=Ii", _CAPABILITY_VERSION, 0)  # 0: this thread
    call("capset", header, bytes(24))  # no capability effective, permitted or inheritable, and so none ambient
