"""Start: how a zygote begins at level `namespaces`, as

    python -sP -m quizproof.runtimes.sandbox.start RUNTIME SOCKET_FD SCRATCH LEVEL warm|cold

It enters the namespaces, and becomes `python -sP -m quizproof.runtimes.zygote` with the same arguments and one more,
the descriptor of the lender's socket. The interpreter is started again on purpose: the file of the one that runs here
was opened where the machine's files can be written, and `/proc/self/exe` leads every run to it. From within the
namespaces it is opened read-only.
"""

from __future__ import annotations

import os
import signal
import sys

from quizproof.runtimes.sandbox.namespaces import enter_namespaces


def main() -> None:
    """Enter, and become the zygote. A failure ends the process with a traceback on standard error."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # as in the zygote, and for the lender that stays behind
    lender = enter_namespaces()
    lender.set_inheritable(True)
    arguments = [*sys.argv[1:], str(lender.fileno())]
    os.execv(sys.executable, [sys.executable, "-sP", "-m", "quizproof.runtimes.zygote", *arguments])


if __name__ == "__main__":
    main()
