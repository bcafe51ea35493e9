"""Measure what the project promises, each figure beside its floor or a peer from the same run.

    python -m benchmarks [SECTION ...] [--repeat N] [--quick] [--largest N]

Medians; whole processes, measured from outside, take turns with what they are compared to. Nothing here fails because
it is slow, only because it is wrong.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import os
import platform
import re
import sys
import time
from pathlib import Path

from benchmarks import table
from benchmarks.sections import SECTIONS, Effort
from benchmarks.timing import Failed

_PACKAGES = ("torch", "tensorflow-cpu", "nbclient", "ipykernel", "jupyter-cache", "pytest-examples", "sybil")


def main() -> None:
    """Print the sections that were asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sections", nargs="*", metavar="SECTION", help=f"{', '.join(SECTIONS)}; all when none is given")
    parser.add_argument(
        "--repeat", type=int, default=15, metavar="N", help="how often (default 15; what is slow, less)"
    )
    parser.add_argument("--quick", action="store_true", help="a few small ones, to see that it works; no figures")
    parser.add_argument("--largest", type=int, default=10_000, metavar="N", help="questions at most (default 10,000)")
    asked = parser.parse_args()
    if strange := [name for name in asked.sections if name not in SECTIONS]:
        parser.error(f"there is no section {strange[0]}; there are {', '.join(SECTIONS)}")
    _stamp()
    try:
        for name in asked.sections or SECTIONS:
            SECTIONS[name](Effort(asked.repeat, asked.quick, asked.largest))
    except Failed as error:
        sys.exit(f"benchmarks: {error}")


def _stamp() -> None:
    """When and on what this was measured."""
    from quizproof import __version__
    from quizproof.runtimes.sandbox.levels import strongest

    versions = []
    for package in _PACKAGES:
        try:
            versions.append(f"{package} {importlib.metadata.version(package)}")
        except importlib.metadata.PackageNotFoundError:
            versions.append(f"no {package}")
    model = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    cores = len(os.sched_getaffinity(0))
    print(
        time.strftime("%Y-%m-%d"), f"quizproof {__version__}, Python {platform.python_version()}", *versions, sep=", "
    )
    print(f"{model[1] if model else platform.machine()}, {cores} processors, Linux {platform.release()}", end="")
    print(f", sandbox {strongest()}, load at the start {os.getloadavg()[0]:.1f}")
    if os.getloadavg()[0] > 0.5:
        table.note("The machine is not idle, so these figures say little.")


if __name__ == "__main__":
    main()
