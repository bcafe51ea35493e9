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
    count: int | None = None
    """How many questions are drawn of those that fit; None for all."""

    @property
    def is_whole(self) -> bool:
        """Whether quizzes are taken as they are."""
        return not self.kinds and self.count is None


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

    Raises UsageError when there is nothing of a name, topic or kind, and when no question fits everything.
    """
    from quizproof.errors import UsageError
    from quizproof.kinds.base import Question
    from quizproof.kinds.registry import kinds
    from quizproof.spelling import meant

    topics = {quiz.header.topic for quiz in bank.quizzes}
    for noun, given, known in (
        ("quiz, topic, question or exhibit", wanted.names, _known(bank)),
        ("topic", wanted.topics, topics),
        ("kind", wanted.kinds, set(kinds())),
    ):
        if unknown := next((name for name in given if name not in known), None):
            raise UsageError(f"there is no {noun} `{unknown}`{meant(unknown, sorted(known))}")
    fit = [(quiz, [item for item in quiz.items if _fits(quiz, item, wanted)]) for quiz in bank.quizzes]
    if wanted.count is not None:
        # Exhibits have their meaning by their places among the questions, of which some are missing now.
        ids = [item.block.id for _, items in fit for item in items if isinstance(item.block, Question)]
        drawn = set(random.Random(f"{seed}/count").sample(ids, min(wanted.count, len(ids))))
        fit = [(quiz, [item for item in items if item.block.id in drawn]) for quiz, items in fit]
    files = tuple(_part(quiz, items) for quiz, items in fit if items)
    if not files:
        raise UsageError("no question of the bank fits all of that; leave something out")
    return _bank(files)


def _bank(files: tuple[Loaded, ...]) -> Bank:
    from quizproof.loading.quiz import Bank

    return Bank(files)


def _fits(quiz: Quiz, item: Item, wanted: Wanted) -> bool:
    names = (quiz.id, quiz.header.topic, item.block.id)
    named = not wanted.names or any(name in wanted.names for name in names)
    topical = not wanted.topics or quiz.header.topic in wanted.topics
    return named and topical and (not wanted.kinds or item.block.kind in wanted.kinds)


def _part(quiz: Quiz, items: Sequence[Item]) -> Loaded:
    """The quiz with some of its blocks; of a part of it, without what is about all of it."""
    from quizproof.loading.quiz import Loaded

    if len(items) < len(quiz.items):
        quiz = replace(quiz.only(items[0]), items=tuple(items))
    return Loaded(quiz.path, quiz)
