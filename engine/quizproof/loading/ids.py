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
    """The ids that the files of a bank have used so far. A quiz or a block whose id was used before is dropped."""

    def __init__(self) -> None:
        self._places: dict[tuple[str, str], str] = {}
        """Where each id was first used, `path` or `path:line`, by "quiz" or "block" and the id."""

    def keep(self, file: Loaded) -> Loaded:
        """The file without what repeats an id, and with a finding for each quiz or block that was dropped.

        file  the next one of the bank: of two that have the same id, the first in the bank keeps it
        """
        quiz = file.quiz
        if quiz is None:
            return file
        duplicates: list[Finding] = []

        def is_first(owner: str, id_: str, place: str, at: DataPath) -> bool:
            if (owner, id_) not in self._places:
                self._places[owner, id_] = place
                return True
            block = id_ if owner == "block" else None
            message = f"the {owner} id `{id_}` is already used at {self._places[owner, id_]}"
            span = quiz.document.span(at)
            duplicates.append(
                Finding(rules.DUPLICATE_ID, file.path, span, message, help="Choose another id.", block=block, at=at)
            )
            return False

        items: tuple[Item, ...] = ()
        is_new = is_first("quiz", quiz.id, file.path, ("quiz",))
        if is_new:  # the ids of a dropped quiz's blocks are not used up
            items = tuple(i for i in quiz.items if is_first("block", i.block.id, quiz.place(i), (*i.at, "id")))
        findings = tuple(sorted((*file.findings, *duplicates), key=lambda finding: finding.span))
        return replace(file, quiz=replace(quiz, items=items) if is_new else None, findings=findings)

    def accept(self, quiz: QuizProof) -> bool:
        """Note the ids of a quiz that is known as proven; False, and none noted, when one of them was used before.

        quiz  from the cache. When this is False, its file must be read, so that `keep` can report what repeats an id
        """
        places = {("quiz", quiz.id): quiz.path}
        places |= {("block", id_): f"{quiz.path}:{line}" for id_, line in quiz.lines.items()}
        if self._places.keys() & places.keys():
            return False
        self._places |= places
        return True
