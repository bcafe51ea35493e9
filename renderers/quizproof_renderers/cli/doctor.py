"""`quizproof doctor`: what this machine can prove."""

from __future__ import annotations

import json
import sys

import click

from quizproof_renderers.cli.exits import PROVEN, UNVERIFIED


@click.command()
@click.option(
    "--format",
    "format_",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="For whom it is.",
)
def doctor(format_: str) -> None:
    """Show what this machine can prove.

    That is: which runtimes it has, in which versions, what runs may use, and how they are isolated. Exits with 3 when
    a runtime is missing, and on a platform that can run nothing.

    \b
    Examples:
      quizproof doctor
      quizproof doctor --format json    for programs
    """
    from quizproof.quizfile.runtime_names import runtime_names
    from quizproof.runners.local import local_pool, platform_refusal
    from quizproof_renderers.reports import doctor

    if why := platform_refusal():
        if format_ == "json":
            click.echo(json.dumps(doctor.data_without_runs(why)))
        else:
            doctor.write_without_runs(why, sys.stdout)
        sys.exit(UNVERIFIED)
    with local_pool() as pool:
        pool.start(runtime_names())
        pool.wait()  # versions are known once every runtime has started or failed
        if format_ == "json":
            click.echo(json.dumps(doctor.data(pool)))
        else:
            doctor.write(pool, sys.stdout)
        missing = set(runtime_names()) - set(pool.versions)
    sys.exit(UNVERIFIED if missing else PROVEN)
