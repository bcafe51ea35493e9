"""Runs on this machine: whether it allows any, and the pool that carries them out.

The pool and the runtimes make Linux system calls when they are imported, so whatever must also work elsewhere asks
here and imports neither.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from quizproof.errors import CannotVerify

if TYPE_CHECKING:
    from pathlib import Path

    from quizproof.runners.pool import Pool
    from quizproof.runners.preparing import PreparingRunner
    from quizproof.runtimes.sandbox.levels import Level

_PLATFORMS = {"darwin": "macOS", "win32": "Windows", "cygwin": "Windows"}
_REMEDY = "`build --locked` and `take --locked` need no run"


def platform_refusal() -> str:
    """Why this machine can run no snippet, in words for users; empty on Linux.

    "snippets run only on Linux, and this machine runs macOS; `build --locked` and `take --locked` need no run"
    """
    platform = str(sys.platform)  # a type checker would take the other branches for dead code
    if platform == "linux":
        return ""
    name = _PLATFORMS.get(platform, platform)
    return f"snippets run only on Linux, and this machine runs {name}; {_REMEDY}"


def local_pool(jobs: int | None = None, level: Level | None = None) -> Pool[Any]:
    """A pool for this machine, which the caller enters.

    jobs   how many runs in parallel; the number of processors when None
    level  how runs are isolated; as strongly as the machine allows when None

    Raises CannotVerify where nothing can be run.
    """
    if why := platform_refusal():
        raise CannotVerify(why)
    from quizproof.runners.pool import Pool

    return Pool(jobs, level)


def local_runner(
    jobs: int | None = None, level: Level | None = None, prepared: Path | None = None
) -> PreparingRunner[Any]:
    """A runner for this machine, which the caller enters: a pool whose runs find the files that steps prepared.

    jobs, level  as for `local_pool`
    prepared     the folder in which such files are kept; None to keep them only as long as the runner

    Raises CannotVerify where nothing can be run.
    """
    pool = local_pool(jobs, level)
    from quizproof.runners.preparing import PreparingRunner

    return PreparingRunner(pool, prepared)
