"""Choosing the questions of a test: by quizzes, topics and ids, by kind, and how many of them."""

from __future__ import annotations

import random
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from quizproof_renderers.cli.proving import bank_at

if TYPE_CHECKING:
    from quizproof.loading.quiz import Bank, Item, Loaded, Quiz


@dataclass(frozen=True)
class Wanted:
    """What a learner asked for. Where nothing is given, everything fits."""

    names: Sequence[str] = ()
    """Of quizzes, topics, questions and exhibits; one of them must fit."""
    topics: Collection[str] = ()
    kinds: Collection[str] = ()
    tags: Collection[str] = ()
    levels: Collection[int] = ()
    """Of difficulty, 1 to 5."""
    count: int | None = None
    """How many questions are drawn of those that fit; None for all."""

    @property
    def is_all(self) -> bool:
        """Whether nothing was asked for, so that everything fits."""
        return not (self.names or self.topics or self.kinds or self.tags or self.levels or self.count)


def bank_with(names: Sequence[str], places: Sequence[Path]) -> Bank:
    """The bank, or only those of its files that seem to have these quizzes, topics and blocks.

    To read all of a large bank takes longer than a learner likes to wait.
    """
    from quizproof.loading.files import find_files

    if names:
        words = "|".join(map(re.escape, names))
        named = re.compile(rf"\b(?:quiz|id|topic)[\"']?\s*:\s*[\"']?(?:{words})(?![\w-])")
        files = [file for file in find_files(places) if isinstance(file, Path) and named.search(_text(file))]
        bank = bank_at(*files) if files else None
        if bank and set(names) <= _known(bank):
            return bank
    return bank_at(*places)


def _text(file: Path) -> str:
    """The text of a file; empty where it cannot be read, of which loading it tells more."""
    from quizproof.loading.walk import read_regular
    from quizproof.quizfile.source_text import MAX_BYTES

    try:
        return read_regular(file, MAX_BYTES)[0].decode("utf-8", "replace")
    except OSError:
        return ""


def _known(bank: Bank) -> set[str]:
    """Every name by which questions can be asked for."""
    quizzes = {name for quiz in bank.quizzes for name in (quiz.id, quiz.header.topic)}
    return quizzes | {item.block.id for quiz in bank.quizzes for item in quiz.items}


def choose(bank: Bank, wanted: Wanted, seed: int) -> Bank:
    """The part of a bank that a learner asked for.

    bank    as `bank_with` gives it
    wanted  what was asked for
    seed    draws the questions, where only some are wanted

    Raises UsageError when there is nothing of a name, topic, kind or tag, and when no question fits everything.
    """
    from quizproof.errors import UsageError
    from quizproof.kinds.base import Question
    from quizproof.loading.choosing import Choice
    from quizproof.loading.quiz import Bank
    from quizproof.spelling import meant

    known = _known(bank)
    if unknown := next((name for name in wanted.names if name not in known), None):
        raise UsageError(f"there is no quiz, topic, question or exhibit `{unknown}`{meant(unknown, sorted(known))}")
    whole = {quiz.path: quiz for quiz in bank.quizzes}
    if wanted.topics or wanted.kinds or wanted.tags or wanted.levels:
        bank = Bank(Choice((), wanted.topics, wanted.kinds, wanted.tags, wanted.levels).of(bank))
    fit = [(quiz, [item for item in quiz.items if _is_named(quiz, item, wanted)]) for quiz in bank.quizzes]
    if wanted.count is not None:
        # Exhibits have their meaning by their places among the questions, of which some are missing now.
        ids = [item.block.id for _, items in fit for item in items if isinstance(item.block, Question)]
        drawn = set(random.Random(f"{seed}/count").sample(ids, min(wanted.count, len(ids))))
        fit = [(quiz, [item for item in items if item.block.id in drawn]) for quiz, items in fit]
    files = tuple(_part(whole[quiz.path], items) for quiz, items in fit if items)
    if not files:
        raise UsageError("no question of the bank fits all of that; leave something out")
    return Bank(files)


def _is_named(quiz: Quiz, item: Item, wanted: Wanted) -> bool:
    names = (quiz.id, quiz.header.topic, item.block.id)
    return not wanted.names or any(name in wanted.names for name in names)


def _part(quiz: Quiz, items: Sequence[Item]) -> Loaded:
    """The quiz with some of its blocks; of a part of it, without what is about all of it."""
    from quizproof.loading.quiz import Loaded

    if len(items) < len(quiz.items):
        quiz = replace(quiz.only(items[0]), items=tuple(items))
    return Loaded(quiz.path, quiz)
