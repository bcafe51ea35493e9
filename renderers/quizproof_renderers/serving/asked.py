"""What a page asks to have run, and what has to be run for it.

    {"what": "check", "block": "total", "edition": "3f2a…", "variant": 0, "source": "total = sum(items)"}

`what` is one of

    check    the answer to a question: a program (`source`), or texts in blanks or ids of lines (`texts`); it is marked
    run      the same, run without its checks
    scratch  any program (`source`), after what all programs of the quiz begin with
    trial    a script (`source`) for an experiment, with each of its seeds
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from quizproof.claims import SHARED, Part, Program
from quizproof.displays import Blanks, Ordering, ProgramInput
from quizproof.errors import CannotVerify, QuizproofError
from quizproof.kinds.base import Question
from quizproof.kinds.exhibits.experiment import Experiment
from quizproof.marking.attempt import filled_program, ordered_program, program_of
from quizproof.marking.mark import MalformedResponse, NeverRun, mark
from quizproof.marking.recognition import beside
from quizproof.outcome import LOST, Outcome
from quizproof.proving.preparation import recipe_of
from quizproof.proving.trial import judge_script, script_programs
from quizproof.quizfile.limits import Limits
from quizproof_renderers.serving.edition import Edition, Place
from quizproof_renderers.serving.live_runs import Errand
from quizproof_renderers.serving.told import YOURS, Told, told_blanks, told_mark, told_order, told_run, told_trial

MAX_SOURCE = 1 << 20
"""Characters of a program: as many as `try` takes bytes."""
_MAX_TEXT = 10_000
"""Characters in a blank."""

Judge = Callable[[Sequence[Outcome], Mapping[str, str]], Told]
"""Called with the outcomes of all programs, in their order, and the versions that they ran on. Raises CannotVerify when
the outcomes say nothing."""


class Asked(BaseModel):
    """A request, as the module's docstring shows it."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    what: Literal["check", "run", "scratch", "trial"]
    block: str = Field(max_length=200)
    edition: str = Field(max_length=200)
    variant: int = Field(default=0, ge=0, le=1_000)
    source: str = ""
    texts: list[str] = Field(default=[], max_length=50)


class Refused(QuizproofError):
    """A request that cannot be carried out. `status`: the status of the answer."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


@dataclass(frozen=True)
class Carried:
    """What is run for a request, and how its outcomes are told."""

    errand: Errand
    tell: Judge


def carried(asked: Asked, edition: Edition) -> Carried:
    """What has to be run for a request.

    edition  the site that the server shows now

    Raises Refused, with the reason for learners, and CannotVerify where the bank's own files are in the way.
    """
    if len(asked.source) > MAX_SOURCE or any(len(text) > _MAX_TEXT for text in asked.texts):
        raise Refused(413, f"A program has at most {MAX_SOURCE:,} characters, and a text in a blank {_MAX_TEXT:,}.")
    place = edition.places.get(asked.block)
    if place is None or place.block.edition != asked.edition:
        raise Refused(409, "The question was changed since the page was loaded. Reload the page.")
    source = asked.source.replace("\r\n", "\n")
    if asked.what in ("scratch", "trial") and not source.strip():
        raise Refused(422, "Write a program first.")
    try:
        programs, tell = _programs(asked, edition, place, source)
    except MalformedResponse as error:
        raise Refused(422, f"{str(error)[:1].upper()}{str(error)[1:]}.") from None
    quiz, _ = edition.source(place)
    prepared = recipe_of(quiz, place.proof.steps) if quiz.header.prepare else None
    return Carried(Errand(quiz.header.runtime, programs, quiz.files, prepared), tell)


def _programs(asked: Asked, edition: Edition, place: Place, source: str) -> tuple[tuple[Program, ...], Judge]:
    """The programs of a request, and what judges them."""
    if asked.what == "scratch":
        return _alone(_scratch(edition, place, source))
    if asked.what == "trial":
        return _trial(edition, place, source)
    variants = place.block.variants
    match variants[asked.variant].display.input if asked.variant < len(variants) else None:
        case ProgramInput() as form:
            program = program_of(form, source)
            if asked.what == "check":
                return (program,), lambda outcomes, _: told_mark(form, program, outcomes[0])
            return _alone(program)
        case Blanks() as form:
            if asked.what == "check":
                return _blanks(form, asked.texts)
            if len(asked.texts) != len(form.blanks) or not all(map(str.strip, asked.texts)):
                raise MalformedResponse("fill every blank first")
            return _alone(filled_program(form, asked.texts))
        case Ordering() as form:
            return _order(form, asked)
        case _:
            raise Refused(422, "No program answers this question.")


def _alone(program: Program) -> tuple[tuple[Program, ...], Judge]:
    """A program without its checks."""
    bare = replace(program, parts=tuple(part for part in program.parts if part.role != "check"))
    return (bare,), lambda outcomes, _: told_run(bare, outcomes[0])


def _blanks(form: Blanks, texts: Sequence[str]) -> tuple[tuple[Program, ...], Judge]:
    """Texts in blanks: one program for each that was never run, beside accepted texts in the others."""
    try:
        mark(form, list(texts))
    except NeverRun as error:
        known = error.right
    else:
        raise Refused(422, "The page knows the runs of these texts, and marks them itself.")
    programs = tuple(
        filled_program(form, beside(form, index, texts[index])) for index, right in enumerate(known) if right is None
    )

    def tell(outcomes: Sequence[Outcome], _: Mapping[str, str]) -> Told:
        if lost := next((outcome for outcome in outcomes if outcome.status in LOST), None):
            raise CannotVerify(f"the program could not be run: {lost.detail}")
        new = iter(outcome.status == "finished" for outcome in outcomes)
        right = [next(new) if was_right is None else was_right for was_right in known]
        return told_blanks(right, programs[0], outcomes[0])

    return programs, tell


def _order(form: Ordering, asked: Asked) -> tuple[tuple[Program, ...], Judge]:
    """Lines in an order that was never run."""
    try:
        mark(form, asked.texts)
    except NeverRun as error:
        known = error.otherwise
    else:
        known = None
    program = ordered_program(form, asked.texts)
    if asked.what != "check":
        return _alone(program)
    if known is None:
        raise Refused(422, "The page knows this order, and marks it itself.")
    return (program,), lambda outcomes, _: told_order(form, asked.texts, program, outcomes[0], known)


def _scratch(edition: Edition, place: Place, source: str) -> Program:
    """Any program, after what the programs of its quiz begin with."""
    quiz, item = edition.source(place)
    block = item.block
    shared = quiz.header.setup if block.shared_setup else None
    given = (Part("setup", shared, SHARED),) if shared else ()
    limits = block.limits or quiz.header.limits or Limits()
    stdin = block.stdin if isinstance(block, Question) else None
    return Program((*given, Part("answer", source, ("scratch",))), limits, stdin)


def _trial(edition: Edition, place: Place, source: str) -> tuple[tuple[Program, ...], Judge]:
    """A script for an experiment, with each seed."""
    quiz, item = edition.source(place)
    if not isinstance(item.block, Experiment):
        raise Refused(422, "This is no experiment.")
    experiment, programs = script_programs(quiz, item, source)
    return programs, lambda outcomes, versions: told_trial(
        judge_script(experiment, programs, outcomes, YOURS, versions)
    )
