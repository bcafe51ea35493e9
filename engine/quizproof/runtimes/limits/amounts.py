"""Amounts: what a run may have, where that follows from the limits that its author sets."""

from __future__ import annotations

from quizproof.runtimes.wire import RequestLimits

MAX_FILES_SIZE = 4
"""What all files of a run may take together, as a multiple of what one file may take."""
MAX_FILES = 10_000
"""How many files and folders a run may have."""

_MIB = 1 << 20


def cpu_seconds(limits: RequestLimits) -> float:
    """How much processor time a run may use, in seconds: on several processors it passes faster than by the clock.

    limits  those of the run; it is twice their `seconds`
    """
    return 2 * limits["seconds"]


def max_file_size(limits: RequestLimits) -> int:
    """How large one file of a run may become, in bytes.

    A byte more than `file_mib` says, so that a file that was cut off there can be told from one that was meant to be so
    large.
    """
    return limits["file_mib"] * _MIB + 1
