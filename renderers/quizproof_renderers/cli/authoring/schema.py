"""`quizproof schema`: what a quiz file may have, for editors."""

from __future__ import annotations

from pathlib import Path

import click

from quizproof_renderers.cli.exits import fail


@click.command()
@click.option(
    "-o", "--output", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Write it to this file."
)
def schema(output: Path | None) -> None:
    """Print the JSON Schema of a quiz file.

    With it, an editor completes keys and values by the kind of a block, shows what they mean, and marks what cannot be.
    It knows all installed kinds. It runs nothing, so what it accepts is not proven yet.

    \b
    Examples:
      quizproof schema -o quiz.schema.json
    """
    from quizproof_renderers.editing.schema import as_text, quiz_schema

    text = as_text(quiz_schema())
    if output is None:
        click.echo(text, nl=False)
        return
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        fail(f"{output} cannot be written: {error.strerror}")
