"""Options of a bank for marks that do not have them, so that options that nobody chose are known too."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from quizproof.displays import Options
from quizproof.proof import QuizProof
from quizproof_renderers.analysis.marks import MarkRow


def with_options(rows: Iterable[MarkRow], quizzes: Sequence[QuizProof]) -> tuple[MarkRow, ...]:
    """The marks, each of a choice with the ids of all options, and with its kind.

    rows     of which some may lack them, as those from the site do
    quizzes  of the bank, proven, with displays
    """
    known: dict[tuple[str, str], tuple[str, tuple[str, ...]]] = {}
    for quiz in quizzes:
        for block in quiz.blocks:
            forms = [variant.display.input for variant in block.variants if variant.display]
            options = [form.options for form in forms if isinstance(form, Options)]
            # Variants have the same options with other values in them.
            ids = tuple(option.id for option in options[0]) if options else ()
            known[quiz.id, block.id] = (block.kind, ids)
    found = []
    for row in rows:
        kind, ids = known.get((row.quiz, row.question), ("", ()))
        found.append(replace(row, kind=row.kind or kind, options=row.options or ids))
    return tuple(found)
