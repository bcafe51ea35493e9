"""Start: what the installed command runs first, so that Ctrl-C during the imports of the rest ends it without a word.

It imports next to nothing itself.
"""

from __future__ import annotations

import os
import signal

INTERRUPTED = 130
"""As `cli.exits` has it, which is among what is still to be imported."""


def main() -> None:
    """Import the command line and run it; it exits."""
    handled = signal.getsignal(signal.SIGINT) == signal.default_int_handler  # not where it is ignored
    if handled:
        signal.signal(signal.SIGINT, lambda *_: os._exit(INTERRUPTED))  # nothing is open yet
    from quizproof_renderers.cli.main import main as run

    if handled:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    run()
