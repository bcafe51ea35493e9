"""`quizproof watch`: prove what an author saves."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from quizproof_renderers.cli.exits import fail
from quizproof_renderers.cli.options import RunOptions, default_bank, paths_argument, run_options

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from quizproof.runners.runner import Runner
    from quizproof.store.cache import Cache


@click.command()
@paths_argument
@click.option(
    "--build",
    "output",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Keep the site in DIR current, too.",
)
@click.option(
    "--site", type=click.Path(path_type=Path), metavar="FILE", help="Settings of the site, as `build` takes them."
)
@run_options
def watch(paths: tuple[Path, ...], output: Path | None, site: Path | None, options: RunOptions) -> None:
    """Prove a bank, then every change as soon as it is saved.

    The runtimes stay warm, and only blocks that changed are run, so a verdict comes at once. On a terminal, the screen
    is cleared and shows what is wrong. In a pipe, it is a line per finding, and one per change. Ctrl-C ends it. PATHS
    are quiz files or folders of them; `questions` by default.

    With `--build DIR`, the site is rendered again after each verdict. What is not proven is marked on its page.

    \b
    Examples:
      quizproof watch
      quizproof watch questions/freezing-layers
      quizproof watch questions --build public --site site.yaml
    """
    from quizproof_renderers.cli.proving import cache_for, pool_for
    from quizproof_renderers.editing.prover import LiveProver
    from quizproof_renderers.editing.sifting import sifting
    from quizproof_renderers.editing.watching.changes import Changes
    from quizproof_renderers.editing.watching.screen import Screen
    from quizproof_renderers.editing.watching.watch import watch as keep_watching

    chosen = paths or default_bank()
    if missing := [path for path in chosen if not path.exists()]:
        fail(f"{missing[0]} does not exist")
    if output and options.no_cache:
        fail("`--build` takes the outcomes from the cache, and `--no-cache` ignores it; leave one of them out")
    if site and not output:
        fail("`--site` belongs to `--build`")
    sift = sifting(chosen)
    screen = Screen(sys.stdout)
    # The cache is closed last, and the changes first: until then none is missed.
    with cache_for(options) as cache, pool_for(options, options.jobs) as runner, Changes(chosen) as changes:
        after = _builder(chosen, output, site, runner, cache) if output else None
        screen.say(f"Watching {', '.join(map(str, chosen))}. Ctrl-C ends it.")
        keep_watching(changes, LiveProver(chosen, runner, cache), screen, sift, after)


def _builder(
    chosen: Sequence[Path], output: Path, site: Path | None, runner: Runner[Any], cache: Cache | None
) -> Callable[[], str]:
    """What builds the site again, and says so in a line. Exits where the site cannot be written."""
    from quizproof.errors import UsageError
    from quizproof.loading.files import find_files
    from quizproof.proof import Report
    from quizproof.proving.prove import Proving
    from quizproof_renderers.site.build import build_site, refuse_foreign
    from quizproof_renderers.site.settings import SiteSettings, load_settings

    settings = load_settings(site) if site else SiteSettings()
    presentation = settings.presentation(site.parent if site else Path())
    refuse_foreign(output)

    def build() -> str:
        started = time.monotonic()
        try:
            proving = Proving(find_files(chosen), runner, cache=cache)
            report = Report(tuple(proving), proving.result)
            result = build_site(report, output, settings.title, settings.order, settings.source, presentation)
        except UsageError as error:
            return f"{output} was not built: {error}"  # the next change may be the remedy
        return f"{output}: {result.files} files, built in {time.monotonic() - started:.1f} s"

    return build
