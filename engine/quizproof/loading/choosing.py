"""Choosing: a part of a bank, by ids, topics, kinds, tags and difficulty."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from quizproof.errors import UsageError
from quizproof.kinds.registry import kinds as known_kinds
from quizproof.loading.quiz import Bank, Item, Loaded, Quiz
from quizproof.quizfile.metadata import inherited
from quizproof.spelling import meant


@dataclass(frozen=True)
class Choice:
    """What to choose: whatever all that is given agree on; everything where nothing is."""

    ids: Collection[str] = ()
    """Of quizzes and of blocks."""
    topics: Collection[str] = ()
    kinds: Collection[str] = ()
    tags: Collection[str] = ()
    levels: Collection[int] = ()
    """Of difficulty, 1 to 5. A block of which nobody says how hard it is has none."""

    @property
    def splits_files(self) -> bool:
        """Whether a part of a file may be chosen."""
        return bool(self.ids or self._of_blocks)

    @property
    def _of_blocks(self) -> bool:
        """Whether a block is chosen by what only it says, so that one which cannot be read may be meant."""
        return bool(self.kinds or self.tags or self.levels)

    def of(self, bank: Bank) -> tuple[Loaded, ...]:
        """The files of a bank that have a chosen block, with these blocks alone and what is wrong in them.

        A file of which the quiz cannot be read is kept where ids are not what is chosen by: nobody knows what it holds.
        A block that cannot be read is chosen by its id.

        Raises UsageError when there is no such id, topic, kind or tag, and when nothing is chosen.
        """
        self._refuse_unknown(bank)
        chosen = tuple(part for file in bank.files if (part := self._part(file)))
        if not chosen:
            raise UsageError("no question and no exhibit of the bank has all that is asked for; ask for less")
        return chosen

    def _part(self, file: Loaded) -> Loaded | None:
        quiz = file.quiz
        if quiz is None:
            found = tuple(finding for finding in file.findings if not self.ids or finding.block in self.ids)
            return replace(file, findings=found) if found else None
        if self.topics and quiz.header.topic not in self.topics:
            return None
        items = tuple(item for item in quiz.items if self._has(quiz, item))
        names = {item.block.id for item in items}
        whole = quiz.id in self.ids or not self.ids
        if len(items) == len(quiz.items) and whole and not self._of_blocks:
            return file
        # Of blocks that cannot be read nobody knows the kind or the tags.
        unread = {f.block for f in file.findings if f.block} - {item.block.id for item in quiz.items}
        names |= {name for name in unread if whole or name in self.ids}
        found = tuple(finding for finding in file.findings if finding.block is None or finding.block in names)
        if not items and not any(finding.block for finding in found):
            return None
        return replace(file, quiz=replace(quiz, items=items), findings=found)

    def _has(self, quiz: Quiz, item: Item) -> bool:
        named = not self.ids or quiz.id in self.ids or item.block.id in self.ids
        if not named or (self.kinds and item.block.kind not in self.kinds):
            return False
        known = inherited(item.block, quiz.header)
        tagged = not self.tags or not set(self.tags).isdisjoint(known.tags)
        return tagged and (not self.levels or known.difficulty in self.levels)

    def _refuse_unknown(self, bank: Bank) -> None:
        ids = {quiz.id for quiz in bank.quizzes} | {item.block.id for quiz in bank.quizzes for item in quiz.items}
        ids |= {finding.block for finding in bank.findings if finding.block}
        topics = {quiz.header.topic for quiz in bank.quizzes}
        described = [each for quiz in bank.quizzes for each in (quiz.header, *(item.block for item in quiz.items))]
        tags = {tag for each in described for tag in each.tags}
        for noun, wanted, known in (
            ("file, quiz, question or exhibit", self.ids, ids),
            ("topic", self.topics, topics),
            ("kind", self.kinds, set(known_kinds())),
            ("tag", self.tags, tags),
        ):
            for name in wanted:
                if name not in known:
                    raise UsageError(f"there is no {noun} `{name}`{meant(name, known)}")
