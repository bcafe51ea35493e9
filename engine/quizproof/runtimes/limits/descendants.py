"""Descendants: the limits that processes meet which a run has started."""

from __future__ import annotations

import contextlib
import functools
import os
import re
import signal
from collections.abc import Callable, Sequence
from typing import Any

from quizproof.runtimes.limits.amounts import MAX_FILES, max_file_size
from quizproof.runtimes.wire import RequestLimits

# What starts other processes.
_STARTS = re.compile(r"subprocess|multiprocessing|\bmp\b|fork|spawn|Popen|ProcessPool|num_workers|os\.(system|exec)")
_SIGNS = {
    "memory": re.compile(
        r"^(?:\w+: )*(?:MemoryError\b|.*(?:memory exhausted|[Cc]annot allocate memory))", re.MULTILINE
    ),
    "file": re.compile(r"^.*(?:\[Errno 27\]|File too large|File size limit exceeded)", re.MULTILINE),
    "files": re.compile(r"^.*(?:\[Errno 28\]|No space left on device)", re.MULTILINE),
}
"""What processes say on standard error of a limit that they met, by its name."""
_MAX_SAID = 65_536
"""Bytes at the end of standard error that are searched for it."""


class Descendants:
    """The limits that processes meet which a run has started: in the run itself they look like any failure of these.

    The kernel tells them to the processes alone. What can be known of them are the signals by which it ends them, the
    files that it cut off, and what they say on the run's own standard error. Of one that fails in another way, such as
    a program of another language that could not allocate memory and says so into a pipe, nothing can be known.
    """

    def __init__(self, limits: RequestLimits, sources: Sequence[str]) -> None:
        """Watch from now on. In the run's own process, before its program begins.

        limits   those of the run; its processes have inherited them
        sources  the texts of its parts: most start no processes
        """
        self._limits = limits
        here = os.getcwd()
        # Where the folder is a file system of the run's own, so is this one.
        self._folders = [here, "/dev/shm"] if os.path.ismount(here) else [here]
        self._starts = any(_STARTS.search(source) for source in sources)
        self._signals: set[int] = set()
        if self._starts:
            self._note_signals()

    def _note_signals(self) -> None:
        """Look at how processes end whenever the program does so."""
        import subprocess

        def noting(function: Callable[..., Any], status_of: Callable[..., int]) -> Callable[..., Any]:
            def called(*arguments: Any, **more: Any) -> Any:
                result = function(*arguments, **more)
                status = status_of(result, *arguments)
                with contextlib.suppress(ValueError):  # a process that was only stopped
                    code = os.waitstatus_to_exitcode(status)
                    # A shell tells of the signal that ended its command by 128 and the number of it.
                    self._signals.add(-code if code < 0 else code - 128)
                return result

            return functools.wraps(function)(called)

        popen: Any = subprocess.Popen
        # It has functions of `os` from before, and may be handed a status that others have fetched.
        popen._handle_exitstatus = noting(popen._handle_exitstatus, lambda _, process, status: status)
        os.system = noting(os.system, lambda status, *_: status)
        os.waitpid = noting(os.waitpid, lambda result, *_: result[1])
        os.wait = noting(os.wait, lambda result, *_: result[1])

    def limit(self) -> str:
        """The name of a limit that one of them has met; empty when none is known to have."""
        if self._starts:
            if signal.SIGXFSZ in self._signals:
                return "file"
            if signal.SIGXCPU in self._signals:
                return "cpu"
            said = os.pread(2, _MAX_SAID, max(0, os.fstat(2).st_size - _MAX_SAID)).decode("utf-8", "replace")
            for name, sign in _SIGNS.items():
                if sign.search(said):
                    return name
        for folder in self._folders:
            with contextlib.suppress(OSError):
                if os.path.ismount(folder):
                    system = os.statvfs(folder)
                    if not system.f_bfree or (system.f_files and not system.f_ffree):
                        return "files"
                if _has_cut_off(folder, max_file_size(self._limits)):
                    return "file"
        return ""


def _has_cut_off(folder: str, size: int) -> bool:
    """Whether a file there has exactly this size, which none has by chance. It looks at so many as a run may have."""
    folders, count = [folder], 0
    while folders and count <= MAX_FILES:
        with contextlib.suppress(OSError), os.scandir(folders.pop()) as entries:
            for entry in entries:
                count += 1
                with contextlib.suppress(OSError):
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(entry.path)
                    elif entry.stat(follow_symlinks=False).st_size == size:
                        return True
    return False
