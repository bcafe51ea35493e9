"""Options and arguments that choose a part of a bank."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from quizproof_renderers.cli.exits import fail

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from click.shell_completion import CompletionItem

    from quizproof.loading.choosing import Choice
    from quizproof.loading.quiz import Loaded

LEVELS = {"easy": (1, 2), "medium": (3,), "hard": (4, 5)}
"""The levels of difficulty that a word chooses."""
CHOOSERS = "ids, `--topic`, `--kind`, `--tag` and `--difficulty`"
"""What chooses a part of a bank, as messages name it."""
STDIN = Path("-")
"""The argument that stands for a quiz on standard input."""
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
        if isinstance(value, str) and value.lower() in LEVELS:
            return LEVELS[value.lower()]
        found = _RANGE.fullmatch(value)
        levels = tuple(range(int(found[1]), int(found[2] or found[1]) + 1)) if found else ()
        if not levels:
            self.fail(f"{value!r} is no difficulty; write easy, medium, hard, a number from 1 to 5, or 2-4", param, ctx)
        return levels


def _completing(sort: str) -> Callable[[click.Context, click.Parameter, str], list[CompletionItem]]:
    """What completes words of one sort from the bank that the command is given, or the one of the settings."""

    def complete(ctx: click.Context, _: click.Parameter, begun: str) -> list[CompletionItem]:
        from click.shell_completion import CompletionItem

        from quizproof_renderers.editing.words import words
        from quizproof_renderers.policy.settings import settings_for

        given = ctx.params.get("paths") or ctx.params.get("bank") or ()
        places = [path for path in given if path.exists()] or list(settings_for().bank)
        found = [CompletionItem(word) for word in words(sort, places) if word.startswith(begun)]
        # Where files can be named as well, the shell adds them.
        return [*found, CompletionItem(begun, type="file")] if sort == "ids" else found

    return complete


def complete_rules(ctx: click.Context, param: click.Parameter, begun: str) -> list[CompletionItem]:
    """Codes, for what begins like one, and names of rules; after a comma, the next one."""
    from click.shell_completion import CompletionItem

    from quizproof.rules import RULES

    before, comma, last = begun.rpartition(",")
    names = [rule.code for rule in RULES.values()] + [rule.name for rule in RULES.values()]
    return [CompletionItem(f"{before}{comma}{name}") for name in names if name.lower().startswith(last.lower())]


def _complete_kinds(ctx: click.Context, param: click.Parameter, begun: str) -> list[CompletionItem]:
    from click.shell_completion import CompletionItem

    from quizproof_renderers.cli.authoring.new import KINDS

    return [CompletionItem(kind) for kind in KINDS if kind.startswith(begun)]


complete_ids = _completing("ids")
complete_blocks = _completing("blocks")
complete_quizzes = _completing("quizzes")


def complete_takes(ctx: click.Context, param: click.Parameter, begun: str) -> list[CompletionItem]:
    """What can be taken: quizzes, topics and blocks, and no files."""
    found = [item for sort in ("quizzes", "topics", "blocks") for item in _completing(sort)(ctx, param, begun)]
    return sorted({item.value: item for item in found}.values(), key=lambda item: str(item.value))


_OPTIONS = (
    click.option(
        "--topic",
        "topics",
        multiple=True,
        metavar="TOPIC",
        shell_complete=_completing("topics"),
        help="Only quizzes of this topic.",
    ),
    click.option(
        "--kind",
        "kinds",
        multiple=True,
        metavar="KIND",
        shell_complete=_complete_kinds,
        help="Only blocks of this kind.",
    ),
    click.option(
        "--tag",
        "tags",
        multiple=True,
        metavar="TAG",
        shell_complete=_completing("tags"),
        help="Only blocks with this tag, or of such a quiz.",
    ),
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


def places_of(named: Sequence[Path], stdin_filename: Path | None) -> Sequence[Path]:
    """Where the settings of a command are looked for. Exits where standard input is one of several files.

    named           the files and folders that it was given
    stdin_filename  where a quiz on standard input belongs; None for nowhere
    """
    if STDIN not in named:
        if stdin_filename:
            fail("`--stdin-filename` belongs to `-`, a quiz on standard input")
        return named
    if len(named) > 1:
        fail("`-` is one quiz on standard input; name no other files")
    return [stdin_filename or Path()]


def files_of(
    paths: Sequence[Path], choice: Choice | None, stdin_filename: Path | None = None
) -> tuple[Sequence[Path | Loaded], Mapping[str, str]]:
    """What is to be proven in some files or folders, and the texts of those that are not on disk, by their paths.

    paths           as a command was given them; STDIN alone is a quiz on standard input
    choice          the part of it; None for everything
    stdin_filename  where that quiz belongs; None for nowhere

    Raises UsageError as `find_files` and `Choice.of` do.
    """
    if STDIN not in paths:
        if choice is None:
            from quizproof.loading.files import find_files

            return find_files(paths), {}
        from quizproof.loading.load import load_bank

        return choice.of(load_bank(paths)), {}
    from quizproof.loading.files import typed_file
    from quizproof.loading.load import load_source
    from quizproof.loading.quiz import Bank
    from quizproof.quizfile.source_text import MAX_BYTES

    # A byte more than a quiz may have, so that the loader refuses what is too large.
    content = sys.stdin.buffer.read(MAX_BYTES + 1)
    file = load_source(typed_file(content, stdin_filename))
    return (choice.of(Bank((file,))) if choice else (file,)), {file.path: content.decode("utf-8-sig", "replace")}
