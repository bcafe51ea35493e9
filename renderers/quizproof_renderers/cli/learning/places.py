"""Where a learner's questions come from: the bank that was named, the default one, or the sample that is installed."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from quizproof_renderers.cli.exits import tell
from quizproof_renderers.cli.options import default_bank

SAMPLE = Path(__file__).parents[2] / "sample"
"""A small bank in Python alone, with its lock, that is installed with quizproof."""


def places_of(named: Sequence[Path], *, quiet: bool = False) -> tuple[Path, ...]:
    """The files and folders of the bank. Where there is none, the sample, and a remark on that.

    named  as the learner named them; empty for the default
    quiet  whether to leave the remark out
    """
    from quizproof_renderers.policy.settings import settings_for

    if named:
        return tuple(named)
    settings = settings_for()
    if "bank" in settings.given or any(path.exists() for path in settings.bank):
        return default_bank()
    if not quiet:
        _say_sample(str(settings.bank[0]))
    return (SAMPLE,)


@cache
def _say_sample(missing: str) -> None:
    """Say once why the sample is asked."""
    tell(f"there is no folder `{missing}` here, so these questions are from the sample bank")
