"""`quizproof lsp`: verdicts in an editor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from quizproof_renderers.cli.exits import fail
from quizproof_renderers.cli.options import RunOptions, run_options

if TYPE_CHECKING:
    from contextlib import ExitStack

    from quizproof.runners.runner import Runner
    from quizproof.store.cache import Cache


@click.command()
@run_options
def lsp(options: RunOptions) -> None:
    """Serve an editor with verdicts, evidence and quick fixes.

    An editor starts this, and speaks the language server protocol with it on the standard streams. Files are read when
    they are opened, and proven when they are opened and saved.

    \b
    Examples:
      quizproof lsp
      quizproof lsp --jobs 1 --max-seconds 10
    """
    try:
        from quizproof_renderers.editing.language_server.server import serve
    except ModuleNotFoundError as error:
        if error.name and error.name.partition(".")[0] in ("pygls", "lsprotocol"):
            fail('`lsp` needs pygls; pip install "quizproof[lsp]"')
        raise
    from quizproof_renderers.cli.proving import cache_for, pool_for

    runner = pool_for(options, options.jobs)  # here, because it may refuse

    def opening(stack: ExitStack) -> tuple[Runner[Any], Cache | None]:
        cache = stack.enter_context(cache_for(options))
        return stack.enter_context(runner), cache

    serve(opening)
