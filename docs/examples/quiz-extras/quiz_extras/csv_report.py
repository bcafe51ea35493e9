"""`check --format csv`: one row for each block, for a spreadsheet."""

from __future__ import annotations

import csv
from typing import TextIO

from quizproof.proof import QuizProof, Result


class CsvReport:
    """Writes rows such as `questions/lists.yaml,append-twice,choice,proven,5`."""

    def __init__(self, stream: TextIO) -> None:
        self._rows = csv.writer(stream, lineterminator="\n")
        self._rows.writerow(["file", "block", "kind", "status", "claims"])

    def add(self, quiz: QuizProof) -> None:
        """Report one file, as soon as it is proven."""
        for block in quiz.blocks:
            self._rows.writerow([quiz.path, block.id, block.kind, block.status, len(block.claims)])

    def finish(self, result: Result) -> None:
        """The rows have said it all."""
