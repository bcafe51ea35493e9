"""The request: what a test was asked for with, and the part of the bank that it means."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from quizproof_renderers.cli.exits import PROVEN, tell
from quizproof_renderers.cli.learning.choosing import Wanted, bank_with, choose
from quizproof_renderers.cli.learning.places import places_of

if TYPE_CHECKING:
    from quizproof.loading.quiz import Bank
    from quizproof_renderers.terminal.questioning.commands import Commands


@dataclass(frozen=True)
class Request:
    """What a test was asked for with; kept with an unfinished one, so that it can be put again."""

    wanted: Wanted
    named: tuple[str, ...] = ()
    """The files and folders of the bank as they were named; empty for the default."""
    folder: str = field(default_factory=lambda: str(Path.cwd()))
    """What they are relative to."""
    places: tuple[str, ...] = ()
    """The files and folders of the bank that was asked, wherever the test goes on; empty of a new test."""
    seed: int = 0
    shuffle: bool = False
    exam: bool = False
    minutes: float | None = None

    @classmethod
    def of(cls, data: dict[str, Any]) -> Request:
        """What `asdict` made data of. Raises KeyError and TypeError when it has another form."""
        wanted = Wanted(**{name: _tuple(value) for name, value in data["wanted"].items()})
        return cls(
            **(data | {"wanted": wanted, "named": tuple(data["named"]), "places": tuple(data.get("places", ()))})
        )

    @property
    def here(self) -> tuple[str, ...]:
        """The files and folders of the bank, as they are named from the current folder."""
        if Path(self.folder) == Path.cwd():
            return self.named
        return self.places or tuple(str(Path(self.folder) / name) for name in self.named)


def _tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def chosen_by(request: Request, *, quiet: bool = False) -> tuple[Bank, tuple[Path, ...]]:
    """The part of the bank that is asked, and the files and folders of the bank."""
    places = tuple(map(Path, request.places)) or places_of([Path(name) for name in request.here], quiet=quiet)
    return choose(bank_with(request.wanted.names, places), request.wanted, request.seed), places


def missed_by(request: Request) -> Request:
    """The same test with those of its questions alone that the learner missed last. Exits when there is none."""
    from quizproof_renderers.attempts.history import current, missed
    from quizproof_renderers.attempts.store import AttemptStore

    with AttemptStore() as store:
        keys = set(missed(current(store.events())))
    everything = replace(request, wanted=replace(request.wanted, count=None))
    bank, _ = chosen_by(everything)
    ids = tuple(item.block.id for quiz in bank.quizzes for item in quiz.items if (quiz.id, item.block.id) in keys)
    if not ids:
        tell("you have missed none of these questions, as far as your answers are kept")
        sys.exit(PROVEN)
    return replace(request, wanted=Wanted(ids, count=request.wanted.count))


def commands_of(request: Request, *, plain: bool) -> Commands:
    """What writes the commands that the learner can copy."""
    from quizproof_renderers.terminal.questioning.commands import Commands

    return Commands(request.here, ("--plain",) if plain else ())
