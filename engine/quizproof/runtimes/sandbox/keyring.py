"""Keyring: where the kernel keeps a user's secrets, such as tokens of log-ins and of file systems. See keyrings(7).

A process inherits the session keyring of its parent, and no namespace changes that.
"""

from __future__ import annotations

import errno
import os

from quizproof.runtimes.sandbox.system_calls import call

# The one number that differs: asm/unistd_64.h, and asm-generic/unistd.h.
_KEYCTL = {"x86_64": 250}.get(os.uname().machine, 219)
_JOIN_SESSION_KEYRING = 1  # linux/keyctl.h


def leave_keyring() -> None:
    """Take a fresh, empty session keyring in place of the inherited one. It is gone when its last process is.

    Raises OSError when the user has too many. A machine without keyrings, or one that refuses the call to us, refuses
    it to runs as well.
    """
    try:
        call("syscall", _KEYCTL, _JOIN_SESSION_KEYRING, None)
    except OSError as error:
        if error.errno not in (errno.ENOSYS, errno.EPERM):
            raise
