"""Start: what the installed command runs first, so that Ctrl-C during the imports of the rest ends it without a word.

It imports next to nothing itself.
"""

from __future__ import annotations

import gc
import os
import signal

_OBJECTS = 50_000
"""New objects after which rubbish is looked for; Python's own default is 700."""
INTERRUPTED = 130
"""As `cli.exits` has it, which is among what is still to be imported."""


def main() -> None:
    """Import the command line and run it; it exits."""
    handled = signal.getsignal(signal.SIGINT) == signal.default_int_handler  # not where it is ignored
    if handled:
        signal.signal(signal.SIGINT, lambda *_: os._exit(INTERRUPTED))  # nothing is open yet
    # What is imported and read stays, so looking for rubbish in it again and again finds none: a tenth of the start.
    gc.set_threshold(_OBJECTS, 20, 20)
    from quizproof_renderers.cli.main import main as run

    if handled:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    run()
