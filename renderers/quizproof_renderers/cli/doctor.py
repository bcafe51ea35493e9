"""`quizproof doctor`: what this machine can prove."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from quizproof_renderers.cli.exits import UNVERIFIED

if TYPE_CHECKING:
    pass


@click.command()
def doctor() -> None:
    """Show what this machine can prove: runtimes and versions, limits, and how runs are isolated.

    Exits with 3 when a runtime is missing.
    """
    from quizproof.runners.pool import Pool
    from quizproof_renderers.reports import doctor

    with Pool[str]() as pool:
        pool.start(doctor.RUNTIMES)
        pool.wait()
        doctor.write(pool, sys.stdout)
        missing = set(doctor.RUNTIMES) - set(pool.versions)
    sys.exit(UNVERIFIED if missing else 0)
