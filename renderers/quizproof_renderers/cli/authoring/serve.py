"""`quizproof serve`: the site of a bank on this machine, current after every save, with programs that run."""

from __future__ import annotations

import os
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from quizproof_renderers.cli.exits import fail, refuse, tell
from quizproof_renderers.cli.options import RunOptions, default_bank, nearest_lock, run_options

if TYPE_CHECKING:
    import socket

    from quizproof.store.lock import Lock
    from quizproof_renderers.serving.address import Address
    from quizproof_renderers.serving.edition import Edition
    from quizproof_renderers.serving.keeper import Bank

_PORT = 8000


@click.command()
@click.argument("bank", nargs=-1, type=click.Path(path_type=Path))
@click.option("--host", default="127.0.0.1", show_default=True, metavar="IP", help="A loopback address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(0, 65_535),
    default=_PORT,
    show_default=True,
    metavar="N",
    help="The port; with 0, the system chooses one.",
)
@click.option("--open", "opens", is_flag=True, help="Open the address in the browser.")
@click.option(
    "--site", type=click.Path(path_type=Path), metavar="FILE", help="Settings of the site, as `build` takes them."
)
@click.option("--allow-unsandboxed", is_flag=True, help="Run programs of learners even where the sandbox is `none`.")
@run_options
def serve(
    bank: tuple[Path, ...],
    host: str,
    port: int,
    opens: bool,
    site: Path | None,
    allow_unsandboxed: bool,
    options: RunOptions,
) -> None:
    """Serve the site of a bank on this machine, with live code.

    The pages are those of `build`. Each is loaded again when a save has changed it. Programs that learners write run
    in the sandbox, with the limits that the bank sets: answers to questions, scripts for experiments, and changes to
    the programs that pages show. BANK is quiz files or folders of them; `questions` by default.

    What the bank's lock knows is shown at once, and only the rest is run. Only browsers on this machine are answered,
    and programs run only for those that open the printed address. Ctrl-C ends it.

    \b
    Examples:
      quizproof serve
      quizproof serve questions/freezing-layers --open
      quizproof serve questions --site site.yaml --port 0
    """
    if options.no_cache:
        fail("`serve` takes outcomes from the cache after each save, and `--no-cache` ignores it; leave it out")
    try:
        import starlette  # noqa: F401
        import uvicorn  # noqa: F401
        import watchfiles  # noqa: F401
    except ImportError:
        fail('`serve` needs starlette, uvicorn and watchfiles; pip install "quizproof[serve]"')
    from quizproof_renderers.serving.address import listening, loopback

    served = _bank(bank or default_bank(), site, options)
    # Before anything is proven: a mistake in the call must not cost that time.
    listener, address = listening(loopback(host), port)
    with listener:
        _serve(served, address, listener, options, allow_unsandboxed=allow_unsandboxed, opens=opens)


def _bank(paths: tuple[Path, ...], site: Path | None, options: RunOptions) -> Bank:
    """What is served. Exits when it cannot be read."""
    from quizproof_renderers.serving.keeper import Bank
    from quizproof_renderers.site.settings import SiteSettings, load_settings

    if missing := [path for path in paths if not path.exists()]:
        fail(f"{missing[0]} does not exist")
    settings = load_settings(site) if site else SiteSettings()
    presentation = settings.presentation(site.parent if site else Path())
    # It is not where it will be published, and browsers must not keep what the next save changes.
    presentation = replace(presentation, base_url="", offline=False)
    return Bank(paths, settings, presentation, _lock(paths, options))


def _lock(paths: tuple[Path, ...], options: RunOptions) -> Lock | None:
    """The lock whose outcomes are shown without a run; None when there is none that can be believed as asked."""
    from quizproof.errors import UsageError
    from quizproof.runtimes.sandbox.levels import LEVELS
    from quizproof.store.lock import Lock

    path = nearest_lock(paths)
    if path is None or options.sandbox:
        return None
    try:
        lock = Lock.read(path)
    except UsageError:  # a damaged one is for `check` to report; here everything can be run
        return None
    if lock.sandbox not in LEVELS or (options.required and LEVELS.index(lock.sandbox) > LEVELS.index(options.required)):
        return None
    return lock


def _serve(
    bank: Bank,
    address: Address,
    listener: socket.socket,
    options: RunOptions,
    *,
    allow_unsandboxed: bool,
    opens: bool,
) -> None:
    """Answer requests until Ctrl-C."""
    from quizproof.runners.local import platform_refusal
    from quizproof_renderers.cli.proving import cache_for, pool_for
    from quizproof_renderers.editing.sifting import sifting
    from quizproof_renderers.editing.watching.screen import Screen
    from quizproof_renderers.serving.app import State
    from quizproof_renderers.serving.guard import Pass
    from quizproof_renderers.serving.keeper import Keeper
    from quizproof_renderers.serving.live_runs import LiveRuns
    from quizproof_renderers.serving.server import Server

    why = platform_refusal()
    if why and bank.lock is None:
        refuse(why)
    # Two: what learners ask must not wait for the proof of a whole bank.
    proving, learning = (None, None) if why else (pool_for(options, options.jobs), pool_for(options, options.jobs))
    if learning and learning.level == "none" and not allow_unsandboxed:
        why = "programs of learners do not run in the sandbox `none`; `--allow-unsandboxed` runs them all the same"
    if why:
        tell(f"no live code: {why}")
    sift = sifting(bank.paths)  # before anything is started: it may refuse
    own = Pass(address)
    banner = f"{own.url}  (Ctrl-C ends it)"
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="quizproof-site-"))) / "site"
        runs = None
        if learning and not why:
            runs = stack.enter_context(LiveRuns(learning, options.jobs or len(os.sched_getaffinity(0))))
        state = State(own, runs, f"{why[:1].upper()}{why[1:]}." if why else "")
        server = Server(state)

        def published(edition: Edition) -> None:
            if runs:
                runs.warm_up(edition.runtimes)
            server.tell(state.publish, edition)

        keeper = Keeper(
            bank,
            folder,
            proving,
            lambda: cache_for(options),
            Screen(sys.stdout),
            sift,
            banner,
            published=published,
            failed=server.stop,
        )
        state.progress = lambda: keeper.progress

        def ready() -> None:
            click.echo(f"quizproof serves {', '.join(map(str, bank.paths))} at {banner}")
            stack.enter_context(keeper)
            if opens:
                click.launch(own.url_for_once())

        server.serve_on(listener, ready)
    if keeper.failure:
        raise keeper.failure
