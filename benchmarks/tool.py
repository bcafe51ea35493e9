"""quizproof itself, called as its users call it."""

from __future__ import annotations

import os
import re
import shutil
import sys
from pathlib import Path

from benchmarks import timing

TOOL = str(Path(sys.executable).parent / "quizproof")


def check(bank: Path, home: Path, *, memory: bool = False, fine: tuple[int, ...] = (0,)) -> timing.Measured:
    """Check a bank, with results kept in the folder `home`."""
    command = [TOOL, "check", str(bank), "--format", "concise"]
    return timing.process(command, environment=_at(home), memory=memory, fine=fine)


def build(bank: Path, site: Path, home: Path, *how: str) -> timing.Measured:
    """Build the site of a bank."""
    return timing.process([TOOL, "build", str(bank), "-o", str(site), *how], environment=_at(home), memory=True)


def lock(bank: Path, home: Path) -> None:
    """Write the lock of a bank."""
    timing.process([TOOL, "check", str(bank), "--write-lock"], environment=_at(home))


def runs(of: timing.Measured) -> int:
    """How many runs a check made, as it says itself."""
    found = re.findall(r"([\d,]+) runs?\b", of.output)
    return int(found[-1].replace(",", "")) if found else 0


def empty(home: Path) -> Path:
    """The folder `home`, with no results in it."""
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    return home


def _at(home: Path) -> dict[str, str]:
    return {**os.environ, "XDG_CACHE_HOME": str(home)}
