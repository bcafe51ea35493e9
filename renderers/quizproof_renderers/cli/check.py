"""`quizproof check`: prove a bank, and report."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from quizproof_renderers.cli.exits import fail, tell
from quizproof_renderers.cli.options import (
    LOCK,
    Part,
    Share,
    default_bank,
    format_option,
    lock_of,
    output_option,
    paths_argument,
    proving,
)
from quizproof_renderers.cli.proving import report, set_up

if TYPE_CHECKING:
    from quizproof.loading.shards import Shard


@click.command()
@paths_argument
@format_option
@output_option
@click.option("--exit-zero", is_flag=True, help="Exit with 0 even when there are findings.")
@click.option(
    "--stress", type=click.IntRange(1, 100), metavar="N", help="Run every program N more times, under other conditions."
)
@click.option(
    "--audit", type=Share(), metavar="SHARE", help="Run this share of what the cache knows again, and compare: 5%."
)
@click.option("--write-lock", is_flag=True, help=f"When all is proven, write the outcomes to {LOCK} in the bank.")
@click.option("--diff-lock", is_flag=True, help=f"Show what moved since {LOCK} was written; exit with 1 if anything.")
@click.option(
    "--shard", type=Part(), metavar="I/N", help="Prove this part of the bank only; `quizproof merge` joins them: 2/4."
)
@proving
def check(
    paths: tuple[Path, ...],
    format_: str | None,
    output_file: Path | None,
    exit_zero: bool,
    stress: int | None,
    audit: float | None,
    write_lock: bool,
    diff_lock: bool,
    shard: Shard | None,
    **how: Any,
) -> None:
    """Prove every claim of a bank: run each snippet, judge each key and each wrong option.

    PATHS are quiz files or folders of them; `questions` when none is given.

    \b
    Examples:
      quizproof check
      quizproof check questions/freezing-layers --jobs 4
      quizproof check --format github                annotate a pull request
      quizproof check --format json -o report.json
      quizproof check --dask tcp://10.0.0.1:8786     on the workers of a Dask cluster
      quizproof check --require-sandbox landlock     refuse to run anything less closed off
      quizproof check --stress 3                     do keys hold under other hash seeds, threads, cold starts?
      quizproof check --shard 2/4 --format json -o 2.json   the second quarter; see `quizproof merge`
      quizproof check questions --diff-lock          which outputs moved, with this version of torch?
    """
    from quizproof.loading.files import find_files
    from quizproof.store.lock import Lock, LockWriter

    chosen = paths or (default_bank(),)
    if shard and (write_lock or diff_lock):
        fail(f"{LOCK} is for a whole bank, and `--shard` proves a part of one")
    lock = lock_of(chosen) if write_lock or diff_lock else None
    first = write_lock and lock and not lock.exists()
    before = Lock.read(lock) if lock and diff_lock and not first else None
    if audit and how["no_cache"]:
        fail("`--audit` compares with the cache, and `--no-cache` leaves it alone")
    writer = LockWriter()
    how |= {"stress": stress or 0, "audit": audit or 0.0, "witness": writer.note if lock else None, "shard": shard}
    with set_up(find_files(chosen), displays=False, **how) as (proving, bar):
        code = report(proving, bar, format_, output_file)
    result = proving.result
    if lock:
        now = writer.lock(result.sandbox, result.runtimes)
        if before:
            from quizproof_renderers.console import console_for
            from quizproof_renderers.reports import lock_diff

            stream = sys.stderr if format_ == "json" and not output_file else sys.stdout  # JSON stands alone
            code = max(code, lock_diff.write(before, now, console_for(stream)))
        if write_lock and code in (0, 1) and not result.errors:
            try:
                now.write(lock)
            except OSError as error:
                fail(f"{lock} cannot be written: {error.strerror}")
            tell(f"{lock}: what came of {sum(1 for _ in now.entries()):,} programs")
        elif write_lock:
            tell(f"not all is proven, so {lock} was not written")
    sys.exit(0 if exit_zero else code)
