"""Cells: where a run lives at each sandbox level, from the zygote's fork to its end."""

from __future__ import annotations

import contextlib
import os
import socket
import stat
import tempfile
from typing import Any

from quizproof.runtimes import sandbox
from quizproof.runtimes.levels import Level
from quizproof.runtimes.usage import FILES_AT_MOST, MOST_FILES

FILES = "files"
"""What the bank's own folder of files is called in the scratch folder."""


class Cell:
    """Where a run lives, and how it is closed off there. As it stands: a folder of its own, and nothing more."""

    bounded = False
    """Whether the scratch folder cannot grow beyond what a run may take."""

    def __init__(self, root: str, lender: socket.socket | None) -> None:
        """`lender`: what `sandbox.enter_namespaces` returned, at that level."""
        self.root = root
        self.lender = lender

    def prepare(self, run: int) -> str:
        """In the zygote, before the fork: the scratch folder of a run."""
        scratch = f"{self.root}/{run}"
        os.mkdir(scratch, 0o700)
        return scratch

    def show(self, folder: str) -> int:
        """In the zygote, before the fork: a descriptor of a folder of the bank. Raises OSError where it is none."""
        return sandbox.open_folder(folder)

    def fork(self) -> int:
        """Fork as `os.fork` does."""
        return os.fork()

    def enter(self, scratch: str, limits: dict[str, Any], shown: int | None) -> None:
        """In the child: close it off, and go to the scratch folder, with the folder that is shown in it as `files`."""
        os.environ["HOME"] = os.environ["TMPDIR"] = tempfile.tempdir = scratch  # the latter was settled at warm-up
        os.chdir(scratch)
        if shown is not None:
            self._place(shown)

    def _place(self, shown: int) -> None:
        os.symlink(os.readlink(f"/proc/self/fd/{shown}"), FILES)

    def owner(self, run: int) -> int:
        """The process that inherits what a run leaves behind."""
        return run

    def end(self, run: int) -> None:
        """In the zygote, when the run has ended: end what it left behind, as far as the kernel knows."""

    def clear(self, scratch: str) -> None:
        """In the zygote, when nothing goes on there any more."""
        try:
            os.rmdir(scratch)
        except OSError:
            remove(scratch)


class LandlockCell(Cell):
    """The kernel refuses what lies outside the interpreter and the scratch folder."""

    def __init__(self, root: str, lender: socket.socket | None) -> None:
        super().__init__(root, lender)
        self.landlock = sandbox.Landlock(sandbox.readable())

    def enter(self, scratch: str, limits: dict[str, Any], shown: int | None) -> None:
        super().enter(scratch, limits, shown)
        self.landlock.enter(scratch, shown)


class NamespaceCell(Cell):
    """Nothing but the interpreter is there to be seen, and scratch is memory that goes away with the run."""

    bounded = True

    def __init__(self, root: str, lender: socket.socket | None) -> None:
        super().__init__(root, lender)
        self.home = sandbox.open_pid_namespace()
        self.inits: dict[int, sandbox.Init] = {}

    def prepare(self, run: int) -> str:
        return sandbox.SCRATCH

    def show(self, folder: str) -> int:
        assert self.lender is not None, "the zygote is in namespaces"
        return sandbox.borrow(self.lender, folder)

    def fork(self) -> int:
        init = sandbox.Init()
        try:
            pid = init.fork(self.home)
        except OSError:
            init.end()
            raise
        if pid:
            self.inits[pid] = init
        return pid

    def enter(self, scratch: str, limits: dict[str, Any], shown: int | None) -> None:
        sandbox.enter_run_namespaces(FILES_AT_MOST * limits["file_mib"], MOST_FILES)
        super().enter(scratch, limits, shown)
        sandbox.drop_privileges()

    def _place(self, shown: int) -> None:
        os.mkdir(FILES)
        sandbox.attach(shown, FILES)

    def owner(self, run: int) -> int:
        return self.inits[run].pid

    def end(self, run: int) -> None:
        self.inits.pop(run).end()

    def clear(self, scratch: str) -> None:
        pass


CELLS: dict[Level, type[Cell]] = {"namespaces": NamespaceCell, "landlock": LandlockCell, "none": Cell}


def remove(folder: str) -> None:
    """Delete a folder whose contents were made by a stranger, as far as the system allows.

    `shutil.rmtree` cannot: folders may be nested deeper than Python recurses, or forbid their owner to look into them.
    So the folders within each folder are moved up before it is deleted. Links are never followed.
    """
    with contextlib.suppress(OSError):
        top = _open(folder)
        try:
            while sum(_remove_entry(name, top) for name in os.listdir(top)):
                pass
        finally:
            os.close(top)
        os.rmdir(folder)


def _remove_entry(name: str, top: int) -> bool:
    """Delete a file, or a folder but for the folders in it. Whether that worked."""
    try:
        if not stat.S_ISDIR(os.stat(name, dir_fd=top, follow_symlinks=False).st_mode):
            os.unlink(name, dir_fd=top)
            return True
        folder = _open(name, top)
        try:
            for inner in os.listdir(folder):
                if stat.S_ISDIR(os.stat(inner, dir_fd=folder, follow_symlinks=False).st_mode):
                    os.close(_open(inner, folder))
                    os.rename(inner, os.urandom(16).hex(), src_dir_fd=folder, dst_dir_fd=top)
                else:
                    os.unlink(inner, dir_fd=folder)
        finally:
            os.close(folder)
        os.rmdir(name, dir_fd=top)
    except OSError:
        return False
    return True


def _open(name: str, folder: int | None = None) -> int:
    """Open a folder, whatever it forbids, so that its entries can be listed and moved."""
    handle = os.open(name, os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=folder)
    try:
        path = f"/proc/self/fd/{handle}"
        os.chmod(path, 0o700)
        return os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    finally:
        os.close(handle)
