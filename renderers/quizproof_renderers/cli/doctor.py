"""`quizproof doctor`: what this machine can prove."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import click

from quizproof_renderers.cli.exits import PROVEN, UNVERIFIED
from quizproof_renderers.cli.options import LOCK, text_format_option

if TYPE_CHECKING:
    from collections.abc import Mapping


def _lock(versions: Mapping[str, Mapping[str, str]]) -> dict[str, Any] | None:
    """The lock of the bank of the working folder, and how its versions differ from those here; None without one.

    {"path": "questions/quizproof.lock", "differences": ["torch 2.13.0, now 2.14.1"]}
    """
    from quizproof.store.lock import glance
    from quizproof_renderers.policy.settings import settings_for
    from quizproof_renderers.reports.lock_diff import version_changes

    path = next((folder / LOCK for folder in settings_for().bank if (folder / LOCK).is_file()), None)
    if path is None:
        return None
    known = glance(path)[1]
    both = [name for name in known if name in versions]
    changes = version_changes({name: known[name] for name in both}, {name: versions[name] for name in both})
    return {"path": str(path), "differences": list(changes)}


@click.command()
@text_format_option
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
        lock = _lock(pool.versions)
        if format_ == "json":
            click.echo(json.dumps(doctor.data(pool) | {"lock": lock}))
        else:
            doctor.write(pool, sys.stdout, lock)
        missing = set(runtime_names()) - set(pool.versions)
    sys.exit(UNVERIFIED if missing else PROVEN)
