"""`quizproof cache`: what is known from earlier runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    pass


@click.group()
def cache() -> None:
    """What is known from earlier runs: look at it, or forget it.

    A run whose code, limits, libraries and sandbox are the same as in an earlier run is not repeated. Time-outs and
    faults are never kept.

    \b
    Examples:
      quizproof cache stats
      quizproof cache clear
      quizproof check --no-cache      prove everything anew, keep nothing
    """


@cache.command()
def stats() -> None:
    """Show where the cache is and what it holds."""
    from quizproof.store.cache import Cache

    with Cache() as known:
        held = known.stats()
    click.echo(f"{held.path}")
    for sort, words in (
        ("run", "outcomes of runs"),
        ("quiz", "proofs of whole files"),
        ("pages", "files ready to show"),
    ):
        click.echo(f"  {held.entries.get(sort, 0):>9,}  {words}")
    click.echo(f"  {held.bytes / 1e6:>9,.1f}  MB, of {held.max_bytes / 1e6:,.0f} MB at most")


@cache.command()
def clear() -> None:
    """Forget everything; the next check runs everything."""
    from quizproof.store.cache import Cache

    with Cache() as known:
        count = known.clear()
    click.echo(f"{count:,} entries forgotten")
