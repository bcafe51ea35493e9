"""Options and arguments that choose a part of a bank."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from quizproof.loading.choosing import Choice
    from quizproof.loading.quiz import Loaded

LEVELS = {"easy": (1, 2), "medium": (3,), "hard": (4, 5)}
"""The levels of difficulty that a word chooses."""
CHOOSERS = "ids, `--topic`, `--kind`, `--tag` and `--difficulty`"
"""What chooses a part of a bank, as messages name it."""
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_RANGE = re.compile(r"([1-5])(?:-([1-5]))?")


@dataclass(frozen=True)
class ChoosingOptions:
    """The part of a bank that a user asked for, beside ids."""

    topics: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    levels: tuple[int, ...] = ()
    """Of difficulty, 1 to 5."""

    def choice(self, ids: Sequence[str]) -> Choice | None:
        """What of the bank is chosen; None for all of it."""
        if not (ids or self.topics or self.kinds or self.tags or self.levels):
            return None
        from quizproof.loading.choosing import Choice  # with the loader, which an unchanged bank does without

        return Choice(tuple(ids), self.topics, self.kinds, self.tags, self.levels)


class LevelsParameter(click.ParamType["tuple[int, ...]"]):
    """Levels of difficulty: `hard`, `3` or `2-4`."""

    name = "difficulty"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, ...]:
        """The levels."""
        if value in LEVELS:
            return LEVELS[value]
        found = _RANGE.fullmatch(value)
        levels = tuple(range(int(found[1]), int(found[2] or found[1]) + 1)) if found else ()
        if not levels:
            self.fail(f"{value!r} is no difficulty; write easy, medium, hard, a number from 1 to 5, or 2-4", param, ctx)
        return levels


_OPTIONS = (
    click.option("--topic", "topics", multiple=True, metavar="TOPIC", help="Only quizzes of this topic."),
    click.option("--kind", "kinds", multiple=True, metavar="KIND", help="Only blocks of this kind."),
    click.option("--tag", "tags", multiple=True, metavar="TAG", help="Only blocks with this tag, or of such a quiz."),
    click.option(
        "--difficulty",
        "levels",
        multiple=True,
        type=LevelsParameter(),
        metavar="LEVEL",
        help="Only blocks of this difficulty: easy, medium, hard, 1 to 5, or 2-4.",
    ),
)


def choosing_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command these options, as one `ChoosingOptions` named `choosing`."""

    @wraps(command)
    def collected(
        *,
        topics: tuple[str, ...],
        kinds: tuple[str, ...],
        tags: tuple[str, ...],
        levels: tuple[tuple[int, ...], ...],
        **own: Any,
    ) -> None:
        every = tuple(level for given in levels for level in given)
        command(choosing=ChoosingOptions(topics, kinds, tags, every), **own)

    for option in reversed(_OPTIONS):
        collected = option(collected)
    return collected


def parted(arguments: Sequence[Path]) -> tuple[tuple[Path, ...], tuple[str, ...]]:
    """The files and folders among the arguments of a command, and the ids.

    What is not there, and could be an id, is one, where there is a bank to have it.
    """
    from quizproof_renderers.policy.settings import settings_for

    ids = tuple(str(each) for each in arguments if not each.exists() and _ID.fullmatch(str(each)))
    paths = tuple(each for each in arguments if str(each) not in ids)
    if not paths and not all(path.exists() for path in settings_for().bank):
        return tuple(arguments), ()
    return paths, ids


def chosen_files(choice: Choice, paths: Sequence[Path]) -> tuple[Loaded, ...]:
    """The chosen part of the bank in some files or folders. Raises UsageError as `Choice.of` does."""
    from quizproof.loading.load import load_bank

    return choice.of(load_bank(paths))
