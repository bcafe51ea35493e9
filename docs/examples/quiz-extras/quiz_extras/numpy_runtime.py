"""`runtime: numpy`: programs find numpy imported already, so that no run waits for it."""

from __future__ import annotations


def warm_up() -> dict[str, str]:
    """Import what runs share, and give its versions. An ImportError means that the runtime is missing here."""
    import numpy

    return {"numpy": numpy.__version__}
