"""The machine that we run on: what of it affects the outcomes of runs besides the programs, as a fingerprint."""

from __future__ import annotations

import platform
import sys
from functools import cache
from pathlib import Path

from quizproof.runtimes.variables import deciding
from quizproof.store.fingerprints import carrying, digest


@cache
def machine() -> str:
    """A fingerprint of the interpreter, the processor, everything installed, the variables that runs get, and our code.

    Everything installed, not just the framework: frameworks behave differently when an optional package is there.
    Computed without importing any of it.
    """
    return digest(sys.version, platform.machine(), processor(), distributions(), deciding(), carrying())


def distributions() -> list[str]:
    """What is installed, with versions, as sorted names of folders of metadata: `torch-2.13.0.dist-info`.

    Only names are read, and only on `sys.path`, so it is quick and imports nothing.
    """
    places = [Path(place) for place in sys.path]
    return sorted({each.name for place in places for each in place.glob("*-info")})


def processor() -> list[str]:
    """Model and abilities of the processor, by which numerical libraries choose their code.

    As lines of /proc/cpuinfo: "model name : …", "flags : …". Where there is no such file, one line from `platform`.
    """
    try:
        # The first processor stands for all: the file repeats these lines for each.
        lines = Path("/proc/cpuinfo").read_text().partition("\n\n")[0].splitlines()
    except OSError:
        return [platform.processor()]
    return [line for line in lines if line.startswith(("model name", "flags", "Features", "CPU part"))]
