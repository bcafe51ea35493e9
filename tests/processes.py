"""Starting processes, and looking at them from outside."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from pathlib import Path


def descendants(pid: int) -> set[int]:
    """All processes below one, as the machine's own /proc tells."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            parents[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
    found = {pid}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found - {pid}


def quizproof(
    *arguments: str | Path, cwd: Path, stdin: str = "", python: str | Path = sys.executable, **environ: str
) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own, without a terminal."""
    command = [python, "-c", "from quizproof_renderers.cli import main; main()", *arguments]
    environment = os.environ | {"COLUMNS": "100"} | environ
    return subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        input=stdin,
        capture_output=True,
        text=True,
        env=environment,
        timeout=300,
    )
