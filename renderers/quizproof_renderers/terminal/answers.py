"""Answers from a file: a test that nobody is asked, for programs and for what was answered elsewhere.

```json
{"sum": "b", "freeze-two": ["a", "c"], "write-it": "total = 6", "of-a-variant": {"variant": {"a": 2}, "response": "4"}}
```
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from quizproof.comparison.outputs import fold
from quizproof.displays import Blanks, Options, Output
from quizproof.errors import UsageError
from quizproof.marking.mark import MalformedResponse, Response
from quizproof.proof import QuizProof
from quizproof.quizfile.source_text import SourceError
from quizproof.quizfile.yaml_document import parse, written
from quizproof.spelling import meant
from quizproof_renderers.terminal.faces.base import Face
from quizproof_renderers.terminal.faces.plain import PlainFace
from quizproof_renderers.terminal.forms.base import Desk, Form, MarkedResponse, several
from quizproof_renderers.terminal.questioning.feedback import reveal
from quizproof_renderers.terminal.questioning.heads import say_left_out
from quizproof_renderers.terminal.questioning.question import show_question
from quizproof_renderers.terminal.questioning.setting import Setting
from quizproof_renderers.terminal.record import Answer, Result, marked
from quizproof_renderers.terminal.selection import Item, Selection, in_variant, select
from quizproof_renderers.terminal.summary import show_summary
from quizproof_renderers.text import sentence

_KEYS = {"response", "variant"}


@dataclass(frozen=True)
class Given:
    """A response from a file."""

    response: Any
    """As it is written there; text, or a list or a mapping of texts."""
    variant: Mapping[str, str] | None = None
    """The parameters of the variant that it answers, as text; None for the one that the seed draws."""


@dataclass(frozen=True)
class Outcome:
    """What became of one question."""

    item: Item
    answer: Answer
    given: MarkedResponse | None = None
    """None when nothing was answered."""
    note: str = ""
    """What is to be said about the marking, such as why a program could not be run."""
    error: str = ""
    """Why the response could not be marked as it is; empty when it could."""
    refused: Any = None
    """The response that could not be marked, as the file has it."""


def read_answers(name: str, raw: bytes) -> dict[str, Given]:
    """The responses in a file, by the ids of the questions.

    name  of the file, for messages
    raw   JSON, or YAML as quiz files have it

    Raises UsageError when it is no mapping from ids to responses.
    """
    try:
        data = parse(name, raw).data
    except SourceError as error:
        finding = error.finding
        raise UsageError(f"{name}:{finding.span.line}: {finding.message}") from None
    if not isinstance(data, dict):
        raise UsageError(f"{name} is not a mapping from the ids of questions to responses")
    return {id_: _given(value) for id_, value in data.items()}


def _given(value: Any) -> Given:
    if isinstance(value, dict) and "response" in value and value.keys() <= _KEYS:
        variant = value.get("variant")
        texts = {name: str(written(each)) for name, each in variant.items()} if isinstance(variant, dict) else None
        return Given(_texts(value["response"]), texts)
    return Given(_texts(value))


def _texts(value: Any) -> Any:
    """A response with numbers and truth values as they were written."""
    if isinstance(value, list):
        return [_texts(each) for each in value]
    if isinstance(value, dict):
        return {name: _texts(each) for name, each in value.items()}
    bare = written(value)
    return bare if bare is None else str(bare)


def mark_answers(
    quizzes: Sequence[QuizProof], given: Mapping[str, Given], seed: int, setting: Setting
) -> tuple[Selection, tuple[Outcome, ...]]:
    """Mark responses to the questions of a test.

    quizzes  proven, with displays
    given    what `read_answers` gives; a question without a response counts as skipped
    seed     draws the variants of questions whose responses name none
    setting  its face is shown nothing; what runs programs, and who is told each mark, is used

    Raises UsageError when a response is to no question of the test.
    """
    selection = select(quizzes, seed)
    known = [item.proof.id for item in selection.questions] + [proof.id for proof in selection.left_out]
    if unknown := next((id_ for id_ in given if id_ not in known), None):
        raise UsageError(f"there is no question `{unknown}` in this test{meant(unknown, known)}")
    return selection, tuple(_outcomes(selection.questions, given, seed, setting))


def _outcomes(questions: Sequence[Item], given: Mapping[str, Given], seed: int, setting: Setting) -> Iterator[Outcome]:
    for item in questions:
        outcome = _outcome(item, given.get(item.proof.id), seed, setting)
        if setting.on_mark and outcome.given is not None:
            setting.on_mark(marked(outcome.answer, item.quiz.id))
        yield outcome


def _outcome(item: Item, given: Given | None, seed: int, setting: Setting) -> Outcome:
    skipped = Answer(item.proof, item.params, None, None)
    if given is None or given.response is None:
        return Outcome(item, skipped)
    if given.variant is not None:
        drawn = in_variant(item, given.variant, seed)
        if drawn is None:
            return Outcome(item, skipped, error="the question has no such variant", refused=given.response)
        item = drawn
    form = item.form
    assert form is not None
    notes = io.StringIO()
    desk = replace(setting.desk(item), face=PlainFace(notes))
    try:
        result = _marked(form, _response(form, given.response), desk)
    except MalformedResponse as error:
        asked = replace(skipped, params=item.params)
        return Outcome(item, asked, error=str(error), refused=given.response)
    answer = Answer(item.proof, item.params, result.response, result.mark)
    return Outcome(item, answer, result, note=notes.getvalue().replace("\n", " ").strip())


def _response(form: Form, value: Any) -> Response:
    """A response as marking takes it. Raises MalformedResponse when it has another form."""
    if isinstance(value, dict):
        names = [blank.name for blank in form.input.blanks] if isinstance(form.input, Blanks) else []
        if not names or value.keys() != set(names):
            wanted = f"one text for each of {', '.join(names)}" if names else "a text or a list of texts"
            raise MalformedResponse(f"the response is a mapping with other keys than asked for; write {wanted}")
        return [value[name] for name in names]
    if isinstance(value, list) and not all(isinstance(each, str) for each in value):
        raise MalformedResponse("the response is a list of something else than texts")
    response: Response = value
    return _option(form.input, response) if isinstance(form.input, Options) else response


def _option(input_: Options, response: Response) -> Response:
    """The ids of options whose printed texts were given instead; what is an id already stays one."""
    ids = {option.id for option in input_.options}
    printed = {fold(option.content.text): option.id for option in input_.options if isinstance(option.content, Output)}
    chosen = [each if each in ids else printed.get(fold(each), each) for each in several(response)]
    return chosen[0] if isinstance(response, str) else chosen


def _marked(form: Form, response: Response, desk: Desk) -> MarkedResponse:
    return form.mark_given(response, desk)


def show_outcomes(face: Face, selection: Selection, outcomes: Sequence[Outcome], setting: Setting) -> Result:
    """Show every question with its response, its mark and what the runs did, and the summary."""
    say_left_out(face, selection.left_out)
    for outcome in outcomes:
        item, form = outcome.item, outcome.item.form
        assert form is not None
        show_question(face, item, form, len(outcomes))
        if outcome.given is None:
            face.verdict("skipped", sentence(outcome.error) if outcome.error else "Not answered.")
            continue
        face.say(f"The answer in the file: {form.given(outcome.given.response)}")
        if outcome.note:
            face.say(outcome.note)
        reveal(face, item, form, outcome.given, outcome.answer)
    result = result_of(selection, outcomes)
    if result.total:
        show_summary(face, selection.questions, result, setting.commands)
    return result


def result_of(selection: Selection, outcomes: Sequence[Outcome]) -> Result:
    """The result of the test."""
    answers = tuple(outcome.answer for outcome in outcomes)
    return Result(answers, selection.left_out, len(outcomes), "finished")


def as_data(selection: Selection, outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """The marks as one JSON document, which docs/reference.md describes."""
    result = result_of(selection, outcomes)
    return {
        "version": 1,
        "seed": selection.seed,
        "score": result.score,
        "max_score": result.worth,
        "questions": [_entry(outcome) for outcome in outcomes],
        "left_out": [proof.id for proof in selection.left_out],
    }


def _entry(outcome: Outcome) -> dict[str, Any]:
    answer, mark = outcome.answer, outcome.answer.mark
    return {
        "id": outcome.item.proof.id,
        "quiz": outcome.item.quiz.id,
        "kind": outcome.item.proof.kind,
        "variant": dict(outcome.item.params),
        "standing": "malformed" if outcome.error else answer.standing,
        "score": answer.score if mark else None,
        "points": answer.question.points,
        "response": outcome.refused if outcome.error else answer.response,
        "key": outcome.item.display.answer,
        "parts": list(mark.right) if mark else [],
        "feedback": mark.feedback if mark else "",
        "note": outcome.error or outcome.note,
    }
