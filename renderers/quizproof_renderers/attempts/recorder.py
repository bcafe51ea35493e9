"""The recorder: marks of a session become events in the attempt store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from quizproof.displays import Options
from quizproof.errors import QuizproofError
from quizproof.marking.mark import Response
from quizproof.proof import BlockProof, QuizProof
from quizproof_renderers.attempts.event import Event, Source, Standing, new_uid, now
from quizproof_renderers.attempts.store import AttemptStore
from quizproof_renderers.edition import edition_of
from quizproof_renderers.terminal.record import Marked


@dataclass(frozen=True)
class Asked:
    """A question, as far as an event says something about it."""

    topic: str
    question: BlockProof
    tags: tuple[str, ...]

    @property
    def edition(self) -> str:
        """Its fingerprint."""
        return edition_of(tuple(variant.display for variant in self.question.variants if variant.display))

    def variant_of(self, params: Mapping[str, Any]) -> int:
        """The place of a variant among those that can be shown."""
        shown = [variant.params for variant in self.question.variants if variant.display]
        return shown.index(params) if params in shown else 0

    def options(self, variant: int) -> tuple[str, ...]:
        """The ids of the options of a variant; none where there is nothing to choose from."""
        shown = [variant.display for variant in self.question.variants if variant.display]
        form = shown[variant].input
        return tuple(option.id for option in form.options) if isinstance(form, Options) else ()


class Recorder:
    """Keeps the marks of one session. `failure` says why marks are no longer kept; it is empty while they are."""

    def __init__(self, store: AttemptStore, quizzes: Sequence[QuizProof], source: Source) -> None:
        """A recorder for one session.

        store    where to keep the marks
        quizzes  from which the session asks, proven, with displays
        source   what asks
        """
        self.failure = ""
        self._store = store
        self._source = source
        self._session = new_uid()
        self._asked = {
            (quiz.id, question.id): Asked(quiz.header.topic, question, quiz.metadata(question).tags)
            for quiz in quizzes
            if quiz.header
            for question in quiz.blocks
        }

    def __call__(self, marked: Marked) -> None:
        """Keep a mark: it is on the disk when this returns. Raises nothing, so that the session goes on."""
        try:
            self._store.add([self._event(marked)])
        except QuizproofError as error:
            self.failure = str(error)

    def _event(self, marked: Marked) -> Event:
        asked = self._asked[marked.quiz, marked.id]
        variant = asked.variant_of(marked.variant)
        return Event(
            uid=new_uid(),
            at=now(),
            source=self._source,
            session=self._session,
            quiz=marked.quiz,
            topic=asked.topic,
            question=marked.id,
            kind=asked.question.kind,
            title=asked.question.title,
            edition=asked.edition,
            variant=variant,
            response=plain_response(marked.response),
            options=asked.options(variant),
            standing=_standing(marked),
            score=marked.score,
            hints=marked.hints,
            confidence=marked.confidence,
            seconds=round(marked.seconds, 1),
            tags=asked.tags,
            tries=marked.tries,
        )


def plain_response(response: Response) -> str | tuple[str, ...]:
    """A response as events have it."""
    return str(response) if isinstance(response, (str, int)) else tuple(map(str, response))


def _standing(marked: Marked) -> Standing:
    if marked.is_skipped:
        return "skipped"
    if marked.score is None:
        return "unmarked"
    return "right" if marked.correct else "partly" if marked.score else "wrong"
