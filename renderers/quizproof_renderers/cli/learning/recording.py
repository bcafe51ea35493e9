"""What commands that ask questions need to keep the marks."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from quizproof_renderers.cli.exits import tell

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from quizproof.proof import QuizProof
    from quizproof_renderers.attempts.event import Source
    from quizproof_renderers.terminal.record import OnMark

no_record_option = click.option(
    "--no-record", is_flag=True, help="Do not keep the answers for `stats`, `review` and `take --missed`."
)


@contextmanager
def recording(quizzes: Sequence[QuizProof], source: Source, *, wanted: bool = True) -> Iterator[OnMark | None]:
    """Something that is given each mark of a session and keeps it; None where nothing can or should be kept.

    quizzes  from which the session asks
    source   what asks
    wanted   whether to keep anything

    Why nothing is kept is mentioned, and is no reason not to ask.
    """
    if not wanted:
        yield None
        return
    from quizproof.errors import UsageError
    from quizproof_renderers.attempts.recorder import Recorder
    from quizproof_renderers.attempts.store import AttemptStore

    try:
        store = AttemptStore()
    except UsageError as error:
        tell(f"{error}; your answers are not kept")
        yield None
        return
    with store:
        recorder = Recorder(store, quizzes, source)
        yield recorder
        if recorder.failure:
            tell(f"{recorder.failure}; not all of your answers were kept")
