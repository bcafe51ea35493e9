"""What a worker's machine is, as far as runs can notice. Run as a module, it prints that as JSON.

{"quizproof": "0.1.0", "code": "5f0c…", "python": "3.11.7 (main, …)", "machine": "x86_64",
"packages": {"numpy": "2.1.0", "torch": "2.13.0"}, "processor": "9a41…",
"variables": {"LANG": "C.UTF-8", "localtime": "/usr/share/zoneinfo/Etc/UTC"},
"sandbox": {"namespaces": "", "landlock": "", "none": ""}}
"""

from __future__ import annotations

import contextlib
import json
import platform
import subprocess
import sys
from collections.abc import Iterable
from functools import cache
from typing import TypedDict

import quizproof
from quizproof.json_forms import mapping, record, text
from quizproof.runtimes.sandbox.levels import LEVELS, Level, refusal
from quizproof.runtimes.variables import deciding, handed_down
from quizproof.store.fingerprints import carrying, digest
from quizproof.store.this_machine import distributions, processor

_START_SECONDS = 120


class Machine(TypedDict):
    """What one machine is."""

    quizproof: str
    """The version."""
    code: str
    """A fingerprint of the code that carries out runs."""
    python: str
    machine: str
    """The architecture."""
    packages: dict[str, str]
    """Versions by name, of everything installed."""
    processor: str
    """A fingerprint of the processor's model and abilities."""
    variables: dict[str, str]
    """What may change results: environment variables, and the time zone."""
    sandbox: dict[Level, str]
    """By level, why runs cannot have it; empty when they can."""


MACHINE = record(
    {
        **dict.fromkeys(("quizproof", "code", "python", "machine", "processor"), text),
        "packages": mapping(text),
        "variables": mapping(text),
        "sandbox": record(dict.fromkeys(LEVELS, text)),
    }
)
"""The form of a `Machine`."""


@cache
def this_machine() -> Machine:
    """What this machine is; found once, because it takes seconds. Raises RuntimeError when that cannot be found out.

    A process of its own finds it, one that sees what runs will see and has no threads, because trying out the sandbox
    forks.
    """
    done = subprocess.run(
        [sys.executable, "-sP", "-m", __name__],
        env=handed_down(),
        capture_output=True,
        text=True,
        timeout=_START_SECONDS,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stderr.strip().rpartition("\n")[2])
    machine: Machine = json.loads(done.stdout)
    return machine


def identity(machine: Machine) -> str:
    """A fingerprint of what all workers must have in common: everything but the processor and what the kernel allows.

    machine  what `this_machine` returned, here or on a worker
    """
    return digest({name: value for name, value in machine.items() if name not in ("processor", "sandbox")})


def _describe() -> Machine:
    return {
        "quizproof": quizproof.__version__,
        "code": carrying(),
        "python": sys.version,
        "machine": platform.machine(),
        "packages": dict(sorted(_packages(distributions()))),
        "processor": digest(processor()),
        "variables": deciding(),
        "sandbox": {level: refusal(level) for level in LEVELS},
    }


def _packages(folders: Iterable[str]) -> list[tuple[str, str]]:
    """Names and versions, from the names of folders of metadata: `torch-2.13.0.dist-info`."""
    names = (folder.removesuffix("-info").removesuffix(".dist").removesuffix(".egg") for folder in folders)
    parts = (name.rpartition("-") for name in names)
    # Names are compared as pip does: case and underscores do not count. A folder without a version is all name.
    return [(name.lower().replace("_", "-") or version, version) for name, _, version in parts]


if __name__ == "__main__":
    # The worker may have died while this was found out.
    with contextlib.suppress(BrokenPipeError):
        sys.stdout.write(json.dumps(_describe()))
