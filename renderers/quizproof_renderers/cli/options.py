"""Options and arguments that several commands have."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from quizproof.runtimes.sandbox.levels import LEVELS
from quizproof_renderers.cli.exits import fail, refuse
from quizproof_renderers.reports.formats import FORMATS, Format, is_format

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from quizproof.loading.shards import Shard
    from quizproof.runtimes.sandbox.levels import Level
    from quizproof.store.lock import Lock

LOCK = "quizproof.lock"
"""As `quizproof.store.lock` has it, which `--help` does not wait for."""
_AUTO = "auto"


@dataclass(frozen=True)
class RunOptions:
    """How a command carries out its runs, as its user asked."""

    jobs: int | None = None
    """How many runs in parallel; None for one per processor."""
    sandbox: Level | None = None
    """None for the strongest that the machine allows."""
    required: Level | None = None
    """The weakest sandbox that is accepted; None when any is."""
    no_cache: bool = False
    """Whether to neither read nor write the cache."""
    seconds: float | None = None
    """The most that one run may take, whatever the bank asks for; None for `runners.capped`'s own. So the next two."""
    memory_mib: int | None = None
    processes: int | None = None
    known: str | None = None
    """The git revision whose lock is believed; None when no lock is."""
    dask: str | None = None
    """The address of a Dask scheduler; None to run on this machine."""
    quiet: bool = False
    """Whether to show no progress."""
    verbose: bool = False
    """Whether to say in the end where the outcomes came from."""


class ShareParameter(click.ParamType[float]):
    """A share of a whole: `5%` or `0.05`."""

    name = "share"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """The share as a number from 0 to 1."""
        try:
            share = float(value.removesuffix("%")) / 100 if value.endswith("%") else float(value)
        except ValueError:
            share = -1.0  # refused below, in the same words as a share that is out of range
        if not 0 <= share <= 1:
            self.fail(f"{value!r} is not a share; write `5%` or `0.05`", param, ctx)
        return share


class ShardParameter(click.ParamType["Shard"]):
    """One of several shards of a bank: `2/4`."""

    name = "shard"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Shard:
        """The shard."""
        from quizproof.loading.shards import Shard

        try:
            return Shard.parse(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


_jobs_option = click.option(
    "-j",
    "--jobs",
    type=click.IntRange(min=1),
    metavar="N",
    help="How many runs in parallel.  [default: number of processors]",
)
_sandbox_option = click.option(
    "--sandbox",
    type=click.Choice([_AUTO, *LEVELS]),
    default=_AUTO,
    show_default=True,
    help="How to isolate runs: as strongly as this machine allows (auto), or at one level.",
)
_require_option = click.option(
    "--require-sandbox",
    "required",
    type=click.Choice(LEVELS),
    help="Run nothing, and exit with 3, unless runs are isolated at this level or a stronger one.",
)
_no_cache_option = click.option(
    "--no-cache", is_flag=True, help="Ignore the cache: run everything again, and store nothing."
)
_cap_options = (
    click.option(
        "--max-seconds",
        "seconds",
        type=click.FloatRange(min=0, min_open=True),
        metavar="S",
        help="How long one run may take, whatever the bank asks for.  [default: 600]",
    ),
    click.option(
        "--max-memory",
        "memory_mib",
        type=click.IntRange(min=16),
        metavar="MIB",
        help="How much memory one run may take.  [default: three quarters of the machine's]",
    ),
    click.option(
        "--max-processes",
        "processes",
        type=click.IntRange(min=1),
        metavar="N",
        help="How many processes one run may have.  [default: 1024]",
    ),
)
_known_option = click.option(
    "--known",
    metavar="REV",
    help=f"Run only what {LOCK} as committed at this git revision does not know. Example: origin/main.",
)
_dask_option = click.option(
    "--dask",
    metavar="ADDRESS",
    help="Run on the workers of the Dask cluster with this scheduler, such as tcp://host:8786.",
)
_quiet_option = click.option("-q", "--quiet", is_flag=True, help="Show no progress.")
_verbose_option = click.option(
    "-v", "--verbose", is_flag=True, help="Say in the end where outcomes came from, and what was run together."
)
_RUN_OPTIONS = (_jobs_option, _sandbox_option, _require_option, *_cap_options, _no_cache_option)


def run_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of all that run snippets on this machine, as one `RunOptions` named `options`."""
    return _collecting(command, _RUN_OPTIONS)


def proving_options(command: Callable[..., None]) -> Callable[..., None]:
    """The same for a command that proves, which a cluster can do as well."""
    return _collecting(command, (*_RUN_OPTIONS, _known_option, _dask_option, _quiet_option, _verbose_option))


def _collecting(command: Callable[..., None], options: Sequence[Callable[..., Any]]) -> Callable[..., None]:
    """Add options to a command, which gets their values as one `RunOptions`."""

    # `wraps` hands on the help, and the options that decorators below have added to the command.
    @wraps(command)
    def collected(
        *,
        jobs: int | None,
        sandbox: str,
        required: str | None,
        no_cache: bool,
        seconds: float | None,
        memory_mib: int | None,
        processes: int | None,
        known: str | None = None,
        dask: str | None = None,
        quiet: bool = False,
        verbose: bool = False,
        **own: Any,
    ) -> None:
        level = cast("Level | None", None if sandbox == _AUTO else sandbox)
        least = cast("Level | None", required or _asked_by_settings(own))
        caps = (seconds, memory_mib, processes)
        command(options=RunOptions(jobs, level, least, no_cache, *caps, known, dask, quiet, verbose), **own)

    for option in reversed(options):  # as if they stood above the command: `--help` lists the topmost first
        collected = option(collected)
    return collected


def _asked_by_settings(arguments: Mapping[str, Any]) -> str | None:
    """The sandbox that the settings of the project require; None when they require none.

    arguments  of the command, of which `paths` and `bank` name files and folders
    """
    from quizproof_renderers.policy.settings import settings_for

    named = arguments.get("paths") or arguments.get("bank") or ()
    return settings_for((named,) if isinstance(named, Path) else named).value("require-sandbox") or None


def format_of(text: str) -> Output:
    """A format as `--format` takes it. Raises click's BadParameter when there is no such format."""
    return FormatParameter().convert(text, None, None)


class FormatParameter(click.ParamType["Output"]):
    """A format of a report, and the file for it: `junit` or `junit:report.xml`."""

    name = "format"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Output:
        """The format and the file."""
        if isinstance(value, Output):
            return value
        name, colon, file = value.partition(":")
        if not is_format(name):
            near = f"{name!r} is not one of {', '.join(map(repr, FORMATS))}"
            self.fail(f"{near}; `FORMAT:FILE` writes it to a file", param, ctx)
        if colon and not file:
            self.fail(f"{value!r} does not name a file", param, ctx)
        return Output(name, Path(file) if file else None)


@dataclass(frozen=True)
class Output:
    """A report that a user asked for."""

    format: str
    file: Path | None = None
    """None for standard output."""


format_option = click.option(
    "--format",
    "formats",
    type=FormatParameter(),
    multiple=True,
    metavar="FORMAT[:FILE]",
    help=f"The format of the report: {', '.join(FORMATS)}. With `:FILE`, one more report, to this file; may be "
    "repeated.  [default: full on a terminal, else concise]",
)
output_option = click.option(
    "-o",
    "--output",
    "--output-file",
    "output_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the report to this file instead of standard output.",
)


def outputs_of(formats: Sequence[Output], output_file: Path | None) -> tuple[Output, ...]:
    """The reports to write, first the one that is not beside another.

    formats      as `--format` gives them
    output_file  where the one without a file of its own goes; None for standard output

    Exits when two go to the same place.
    """
    # An empty name becomes the path of the current folder, which click lets through.
    if output_file == Path():
        fail("`--output-file` does not name a file")
    plain = [output for output in formats if output.file is None]
    if len(plain) > 1:
        fail(f"only one report goes to standard output; give the other a file, as in `--format {plain[1].format}:FILE`")
    default: Format = "full" if not output_file and sys.stdout.isatty() else "concise"
    first = Output(plain[0].format if plain else default, output_file)
    outputs = (first, *(output for output in formats if output.file))
    files = [output.file for output in outputs if output.file]
    if twice := [file for index, file in enumerate(files) if file in files[:index]]:
        fail(f"two reports cannot both go to {twice[0]}")
    return outputs


text_format_option = click.option(
    "--format",
    "format_",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="For people, or for programs.",
)


paths_argument = click.argument("paths", nargs=-1, type=click.Path(path_type=Path))


def lock_of(paths: Sequence[Path], what: str = LOCK) -> Path:
    """The path of a bank's lock, `<folder>/quizproof.lock`, whether it exists or not.

    Exits unless `paths` names one folder: a lock holds the outcomes of a whole bank, as `what` does in the message.
    """
    if len(paths) != 1 or not paths[0].is_dir():
        fail(f"{what} belongs to a whole bank; name the bank's folder, and nothing else")
    return paths[0] / LOCK


def refuse_left_over(lock: Lock, path: Path, quizzes: Collection[str]) -> None:
    """Exit when the lock at `path` has a quiz that is none of `quizzes`, the ids of those in the bank.

    It was deleted or renamed since; no file of the bank could report it.
    """
    if gone := sorted(lock.quizzes.keys() - set(quizzes)):
        refuse(f"{path} does not match the bank, which has no quiz `{gone[0]}`")


def lock_near(paths: Sequence[Path]) -> Path:
    """The path of the lock that some files or folders of a bank belong to.

    That of the folder, where `paths` names one; else in the nearest folder above all of them that has one. Exits when
    there is none: part of a bank may be named, but its lock has to be found.
    """
    if len(paths) == 1 and paths[0].is_dir():
        return paths[0] / LOCK
    return nearest_lock(paths) or fail(f"there is no {LOCK} in a folder above {paths[0]}; name the bank's folder")


def nearest_lock(paths: Sequence[Path]) -> Path | None:
    """The lock in the nearest folder, above all of some files and folders, that has one; None when none has."""
    above = Path(os.path.commonpath([path.resolve() for path in paths]))
    return next((folder / LOCK for folder in (above, *above.parents) if (folder / LOCK).is_file()), None)


def default_bank() -> tuple[Path, ...]:
    """The files and folders of commands that were given none. Exits when one is not there."""
    from quizproof_renderers.policy.settings import settings_for

    settings = settings_for()
    for path in settings.bank:
        if "bank" in settings.given and not path.exists():
            fail(f"{settings.source('bank')}: `bank`: {path} does not exist")
        if not path.exists():
            fail(f"there is no folder `{path}` here; name the quiz files or folders to read")
    return settings.bank
