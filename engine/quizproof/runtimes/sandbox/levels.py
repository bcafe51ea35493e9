"""Sandbox levels, and which of them this machine allows.

This module can be imported on any platform; what needs Linux is imported where a level is tried.
"""

from __future__ import annotations

import os
import select
import signal
import sys
from functools import cache
from typing import Final, Literal, TypeAlias, get_args

Level: TypeAlias = Literal["namespaces", "landlock", "none"]
LEVELS: Final[tuple[Level, ...]] = get_args(Level)
"""Strongest first."""
_PATIENCE_SECONDS = 20
_MAX_REASON = 4_096
"""Bytes of the reason why a level is refused."""


@cache
def refusal(level: Level) -> str:
    """Why runs cannot have this level here, found by trying it; empty when they can.

    A reason is short and in the system's words: "Operation not permitted", or "only Linux has it".
    """
    if sys.platform != "linux":
        return "" if level == "none" else "only Linux has it"
    ours, theirs = os.pipe()
    # In a child, because none of the levels can be left again.
    pid = os.fork()
    if pid == 0:
        try:
            _enter(level)
            os.write(theirs, b"ok")
        except OSError as error:
            os.write(theirs, (error.strerror or str(error)).encode())
        finally:
            os._exit(0)
    # Otherwise the pipe would never end for us.
    os.close(theirs)
    # It takes milliseconds. A kernel that lets it hang must not let us hang, too.
    answer = os.read(ours, _MAX_REASON).decode() if select.select([ours], [], [], _PATIENCE_SECONDS)[0] else ""
    os.close(ours)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    return "" if answer == "ok" else answer or "the attempt ended without an answer"


def _enter(level: Level) -> None:
    """Close this process off as a run would be. Raises OSError when the kernel refuses."""
    if level == "namespaces":
        from quizproof.runtimes.sandbox.namespaces import Init, enter_namespaces, open_pid_namespace
        from quizproof.runtimes.sandbox.seccomp import Filter
        from quizproof.runtimes.sandbox.system_calls import drop_privileges

        with enter_namespaces():
            if Init().fork(open_pid_namespace()) == 0:
                os._exit(0)
            drop_privileges()
            Filter(shares_machine=False).install()
    elif level == "landlock":
        from quizproof.runtimes.sandbox.folders import readable
        from quizproof.runtimes.sandbox.landlock import Landlock, landlock_filter

        landlock = Landlock(readable())
        landlock.enter(os.curdir)
        landlock_filter(landlock.version).install()


def strongest() -> Level:
    """The strongest level that this machine allows. There is always one, because `none` needs nothing."""
    return next(level for level in LEVELS if not refusal(level))
