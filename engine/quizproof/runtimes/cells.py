"""Cells: where a run lives at each sandbox level, from the zygote's fork to its end."""

from __future__ import annotations

import os
import shutil
import tempfile
from typing import Any

from quizproof.runtimes import sandbox

_FILES_AT_MOST = 4
"""The scratch folder's size, in files of the greatest size."""


class Cell:
    """Where a run lives, and how it is closed off there. As it stands: a folder of its own, and nothing more."""

    def __init__(self, root: str) -> None:
        self.root = root

    def prepare(self, run: int) -> str:
        """In the zygote, before the fork: the scratch folder of a run."""
        scratch = f"{self.root}/{run}"
        os.mkdir(scratch, 0o700)
        return scratch

    def fork(self) -> int:
        """Fork as `os.fork` does."""
        return os.fork()

    def enter(self, scratch: str, limits: dict[str, Any]) -> None:
        """In the child: close it off, and go to the scratch folder."""
        os.environ["HOME"] = os.environ["TMPDIR"] = tempfile.tempdir = scratch  # the latter was settled at warm-up
        os.chdir(scratch)

    def clear(self, scratch: str) -> None:
        """In the zygote, when the run has ended."""
        try:
            os.rmdir(scratch)
        except OSError:
            shutil.rmtree(scratch, ignore_errors=True)


class LandlockCell(Cell):
    """The kernel refuses what lies outside the interpreter and the scratch folder."""

    def __init__(self, root: str) -> None:
        super().__init__(root)
        self.landlock = sandbox.Landlock(sandbox.readable())

    def enter(self, scratch: str, limits: dict[str, Any]) -> None:
        super().enter(scratch, limits)
        self.landlock.enter(scratch)


class NamespaceCell(Cell):
    """Nothing but the interpreter is there to be seen, and scratch is memory that goes away with the run."""

    def __init__(self, root: str) -> None:
        super().__init__(root)
        self.home = sandbox.open_pid_namespace()

    def prepare(self, run: int) -> str:
        return sandbox.SCRATCH

    def fork(self) -> int:
        return sandbox.fork_into_pid_namespace(self.home)

    def enter(self, scratch: str, limits: dict[str, Any]) -> None:
        sandbox.enter_run_namespaces(_FILES_AT_MOST * limits["file_mib"])
        super().enter(scratch, limits)

    def clear(self, scratch: str) -> None:
        pass


CELLS: dict[sandbox.Level, type[Cell]] = {"namespaces": NamespaceCell, "landlock": LandlockCell, "none": Cell}
