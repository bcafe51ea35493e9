"""Options and arguments that several commands have."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from quizproof_renderers.cli.exits import fail

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from quizproof.loading.shards import Shard

DEFAULT_BANK = "questions"
SANDBOXES = ("namespaces", "landlock", "none")
LOCK = "quizproof.lock"
FORMATS = ("full", "concise", "json", "github")

jobs_option = click.option(
    "-j", "--jobs", type=click.IntRange(min=1), metavar="N", help="Runs at once.  [default: number of processors]"
)
sandbox_option = click.option(
    "--sandbox",
    type=click.Choice(["auto", *SANDBOXES]),
    default="auto",
    show_default=True,
    help="How runs are closed off: as strongly as this machine allows, or at one level.",
)
require_option = click.option(
    "--require-sandbox",
    "required",
    type=click.Choice(SANDBOXES),
    help="Run nothing, and exit with 3, unless runs are closed off at least so strongly.",
)


no_cache_option = click.option(
    "--no-cache", is_flag=True, help="Run everything, whatever is known from earlier runs, and keep nothing."
)


class Share(click.ParamType[float]):
    """A share of a whole: `5%` or `0.05`."""

    name = "share"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """The share as a number from 0 to 1."""
        try:
            share = float(value.removesuffix("%")) / 100 if value.endswith("%") else float(value)
        except ValueError:
            share = -1.0
        if not 0 <= share <= 1:
            self.fail(f"{value!r} is no share; write `5%` or `0.05`", param, ctx)
        return share


class Part(click.ParamType["Shard"]):
    """One of several parts of a bank: `2/4`."""

    name = "shard"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Shard:
        """The part."""
        from quizproof.loading.shards import Shard

        try:
            return Shard.parse(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


dask_option = click.option(
    "--dask",
    metavar="ADDRESS",
    help="Run on the workers of the Dask cluster whose scheduler is there: tcp://host:8786.",
)


def proving(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of all that prove."""
    for option in (dask_option, no_cache_option, require_option, sandbox_option, jobs_option):
        command = option(command)
    return command


format_option = click.option(
    "--format",
    "format_",
    type=click.Choice(FORMATS),
    help="How to report.  [default: full on a terminal, else concise]",
)
output_option = click.option(
    "-o", "--output-file", type=click.Path(path_type=Path, dir_okay=False), help="Write the report here."
)
paths_argument = click.argument("paths", nargs=-1, type=click.Path(path_type=Path))


def lock_of(paths: Sequence[Path]) -> Path:
    """The lock of a bank. Exits unless one folder was named."""
    if len(paths) != 1 or not paths[0].is_dir():
        fail(f"{LOCK} is for a whole bank; name its folder, and nothing else")
    return paths[0] / LOCK


def default_bank() -> Path:
    bank = Path(DEFAULT_BANK)
    if not bank.is_dir():
        fail(f"there is no folder `{DEFAULT_BANK}` here; name the quiz files or folders to read")
    return bank
