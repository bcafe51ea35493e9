"""Environment variables that runs get from whoever starts them."""

from __future__ import annotations

import os

HANDED_DOWN = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "VIRTUAL_ENV", "TZ")
"""The only ones; the others are set by us."""
_DECIDING = ("LANG", "LC_ALL", "LD_LIBRARY_PATH", "TZ")
"""Those by which a program may do something else. A search path alone changes no result."""


def handed_down() -> dict[str, str]:
    """What runs get."""
    return {name: os.environ[name] for name in HANDED_DOWN if name in os.environ}


def deciding() -> dict[str, str]:
    """What may change results: such variables, and the time zone of the machine."""
    told = {name: os.environ[name] for name in _DECIDING if name in os.environ}
    return told | {"localtime": os.path.realpath("/etc/localtime")}
