"""Sifting: the findings of one file that count, however often the file is proven."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from quizproof.proof import QuizProof
from quizproof_renderers.policy.baseline import NAME, Baseline
from quizproof_renderers.policy.misspelt import Speller
from quizproof_renderers.policy.selection import Selection
from quizproof_renderers.policy.settings import settings_for
from quizproof_renderers.policy.sieve import Sieve


def sifting(paths: Sequence[Path]) -> Callable[[QuizProof], QuizProof]:
    """A function that sifts the proof of one file, as `check` does with the settings and the baseline of a bank.

    paths  the files and folders of the bank

    Raises UsageError for settings, or a baseline, that cannot be used, and CannotVerify when they need a library that
    is missing.
    """
    settings = settings_for(paths)
    selection = Selection.of(
        settings.value("select"), settings.value("ignore"), settings.value("per-file-ignores"), settings.folder
    )
    file = settings.baseline
    if file is None and settings.value("baseline") is not False:
        above = (folder for path in paths for folder in (path.absolute(), *path.absolute().parents))
        file = next((folder / NAME for folder in above if (folder / NAME).is_file()), None)
    known = Baseline.read(file) if file else None
    speller = Speller.of(settings)

    def sift(proof: QuizProof) -> QuizProof:
        # Of each entry once per file: a block is in one file.
        return Sieve(selection, known.unused() if known else None, speller).sift(proof)

    return sift
