"""`quizproof list`: what is in a bank."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from quizproof_renderers.cli.choosing import ChoosingOptions, choosing_options, complete_ids, parted
from quizproof_renderers.cli.exits import tell
from quizproof_renderers.cli.options import default_bank, text_format_option


@click.command("list")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), shell_complete=complete_ids)
@choosing_options
@text_format_option
def list_(paths: tuple[Path, ...], choosing: ChoosingOptions, format_: str) -> None:
    """List the quizzes and blocks of a bank, and run nothing.

    PATHS are quiz files or folders of them; `questions` by default. Ids of quizzes and blocks among them choose a part.

    \b
    Examples:
      quizproof list
      quizproof list --topic freezing-layers --kind find-bug
      quizproof list --tag gradients --difficulty easy --format json
    """
    from quizproof.loading.load import load_bank
    from quizproof_renderers.console import console_for
    from quizproof_renderers.reports import listing
    from quizproof_renderers.text import plural

    named, ids = parted(paths)
    bank = load_bank(named or default_bank())
    choice = choosing.choice(ids)
    files = choice.of(bank) if choice else bank.files
    quizzes = [file.quiz for file in files if file.quiz]
    if bank.findings:
        tell(f"{plural(len(bank.findings), 'finding')} in the bank's files; `quizproof validate` shows them")
    if format_ == "json":
        click.echo(json.dumps(listing.data(quizzes), allow_nan=False))
    else:
        listing.write(quizzes, console_for(sys.stdout))
