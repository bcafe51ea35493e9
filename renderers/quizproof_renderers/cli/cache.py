"""`quizproof cache`: the outcomes that earlier runs left."""

from __future__ import annotations

import click

_KINDS = (("run", "outcomes of runs"), ("quiz", "proofs of whole files"), ("pages", "files ready to show"))
"""What keys of the cache begin with, and what is kept under them."""


@click.group()
def cache() -> None:
    """Show or clear what earlier runs left in the cache.

    A run is not repeated when its code, limits, libraries and sandbox are the same as in an earlier run. Time-outs and
    faults are never cached.

    \b
    Examples:
      quizproof cache stats
      quizproof cache clear
      quizproof check --no-cache      run everything again, and store nothing
    """


@cache.command()
def stats() -> None:
    """Show where the cache is and what is in it."""
    from quizproof.store import prepared_files
    from quizproof.store.cache import Cache

    with Cache() as kept:
        stats = kept.stats()
    files, size = prepared_files.stats(prepared_files.kept_beside(stats.path))
    click.echo(f"{stats.path}")
    for prefix, meaning in _KINDS:
        click.echo(f"  {stats.entries.get(prefix, 0):>9,}  {meaning}")
    click.echo(f"  {stats.bytes / 1e6:>9,.1f}  MB, of {stats.max_bytes / 1e6:,.0f} MB at most")
    click.echo(f"  {files:>9,}  files that steps of `prepare` left, {size / 1e6:,.1f} MB")


@cache.command()
def clear() -> None:
    """Delete everything in the cache, and all prepared files.

    The next check runs everything.
    """
    from quizproof.store import prepared_files
    from quizproof.store.cache import Cache
    from quizproof_renderers.text import plural

    with Cache() as kept:
        count = kept.clear()
        files = prepared_files.clear(prepared_files.kept_beside(kept.path))
    click.echo(f"{count:,} entries deleted" + (f", and {plural(files, 'prepared file')}" if files else ""))
