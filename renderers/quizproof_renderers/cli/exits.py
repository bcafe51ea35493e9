"""What commands say beside their output, and the codes that they exit with."""

from __future__ import annotations

import sys
from typing import NoReturn

import click

USAGE, UNVERIFIED, INTERRUPTED, CLOSED = 2, 3, 130, 141


def fail(message: str) -> NoReturn:
    """Say what is wrong with the call, and exit with 2."""
    from quizproof_renderers.text import visible

    click.echo(f"quizproof: {visible(message)}", err=True)
    sys.exit(USAGE)


def refuse(message: str) -> NoReturn:
    """Say why nothing can be verified, and exit with 3."""
    tell(message)
    sys.exit(UNVERIFIED)


def tell(message: str) -> None:
    """Say something beside the output."""
    click.echo(f"quizproof: {message}", err=True)
