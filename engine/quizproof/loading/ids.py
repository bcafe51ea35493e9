"""Ids: each quiz and each block of a bank has one of its own."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from quizproof import rules
from quizproof.findings import DataPath, Finding

if TYPE_CHECKING:
    from quizproof.loading.quiz import Item, Loaded
    from quizproof.proof import QuizProof


class Ids:
    """The ids that a bank's files have used so far. A quiz or a block whose id came before is left out."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, str], str] = {}

    def keep(self, file: Loaded) -> Loaded:
        """The file without what came before, and with a finding for each thing left out."""
        quiz = file.quiz
        if quiz is None:
            return file
        doubles: list[Finding] = []

        def first(sort: str, name: str, place: str, at: DataPath) -> bool:
            if (sort, name) not in self._seen:
                self._seen[sort, name] = place
                return True
            question = name if sort == "question" else None
            message = f"the {sort} id `{name}` is already used at {self._seen[sort, name]}"
            span = quiz.document.span(at)
            doubles.append(
                Finding(rules.DUPLICATE_ID, file.path, span, message, help="Choose another id.", block=question)
            )
            return False

        items: tuple[Item, ...] = ()
        whole = first("quiz", quiz.id, file.path, ("quiz",))
        if whole:
            items = tuple(i for i in quiz.items if first("question", i.block.id, quiz.place(i), (*i.at, "id")))
        found = tuple(sorted((*file.findings, *doubles), key=lambda finding: finding.span))
        return replace(file, quiz=replace(quiz, items=items) if whole else None, findings=found)

    def accept(self, quiz: QuizProof) -> bool:
        """Note the ids of a quiz that was proven before; False, and nothing noted, when one of them came before."""
        named = {("quiz", quiz.id): quiz.path}
        named |= {("question", question): f"{quiz.path}:{line}" for question, line in quiz.lines.items()}
        if self._seen.keys() & named.keys():
            return False
        self._seen |= named
        return True
