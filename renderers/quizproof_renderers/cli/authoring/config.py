"""`quizproof config`: which settings hold, and where they are from."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from quizproof_renderers.cli.options import paths_argument


@click.command()
@paths_argument
def config(paths: tuple[Path, ...]) -> None:
    """Show which settings hold, and where they are from.

    They are under `[tool.quizproof]` in pyproject.toml, or in quizproof.toml, in the folder of the bank or above it, or
    in the working folder or above it. PATHS are what you would give `check`. Options of a command win over settings.

    \b
    Examples:
      quizproof config
      quizproof config questions/freezing-layers
    """
    from quizproof_renderers.policy.settings import SETTINGS, settings_for
    from quizproof_renderers.text import visible

    settings = settings_for(paths)
    rows = [(f"{name} = {_toml(settings.value(name))}", settings.source(name)) for name in SETTINGS]
    width = max(len(row) for row, _ in rows if len(row) <= _MAX_WIDTH)
    for row, source in rows:
        click.echo(f"{visible(row):<{width}}  # {visible(source)}")


_MAX_WIDTH = 60
"""Of what is lined up."""


def _toml(value: Any) -> str:
    """A value as TOML has it."""
    if isinstance(value, dict):
        inner = ", ".join(f"{json.dumps(key)} = {_toml(item)}" for key, item in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    # Texts, numbers and lists of texts are written as in JSON.
    return json.dumps(value, ensure_ascii=False)
