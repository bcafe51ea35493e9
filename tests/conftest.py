"""What all tests share: writing small banks and proving them for real."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

import pytest
from hypothesis import settings

from quizproof.load import load_bank
from quizproof.prove import prove

if TYPE_CHECKING:
    from pathlib import Path

    from quizproof.proof import Report

settings.register_profile("quizproof", deadline=None)  # tests assert on results, never on time
settings.load_profile("quizproof")

ProveText: TypeAlias = Callable[..., "Report"]

HEADER = """\
quiz: sample
title: Sample
topic: samples
runtime: {runtime}
blocks:
"""


@pytest.fixture
def prove_text(tmp_path: Path) -> ProveText:
    """Prove blocks given as YAML text, in a quiz of their own. Line 1 of the text is line 6 of the file."""

    def run(text: str, *, runtime: str = "python") -> Report:
        body = textwrap.indent(textwrap.dedent(text).strip("\n"), "  ")
        file = tmp_path / "sample.yaml"
        file.write_text(HEADER.format(runtime=runtime) + body + "\n", encoding="utf-8")
        return prove(load_bank([file]), jobs=2)

    return run
