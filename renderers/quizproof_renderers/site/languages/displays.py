"""Displays in the language of the page: what the engine wrote into them is translated, what authors wrote stays."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TypeVar, assert_never, cast

from quizproof.displays import (
    Attempt,
    Blanks,
    Code,
    Content,
    Display,
    Evidence,
    Input,
    LineInput,
    Matching,
    MatchItem,
    Mistake,
    NumberInput,
    OpenInput,
    Options,
    Ordering,
    Output,
    ProgramInput,
    Prose,
    TextInput,
    Written,
)
from quizproof.figures import Chart, Drawing, Event, Flow, Matrix, Series, Table
from quizproof_renderers.site.languages import phrases
from quizproof_renderers.site.languages.language import ENGLISH
from quizproof_renderers.site.languages.messages import spoken
from quizproof_renderers.site.languages.phrases import cell, in_language

_Shown = TypeVar("_Shown", bound=Content)


def display_in_language(display: Display) -> Display:
    """A display with the engine's words in the language that is spoken."""
    if spoken() == ENGLISH:
        return display
    asked = _input(display.input) if display.input else None
    answer = in_language(display.answer, phrases.ANSWERS)
    return replace(
        display,
        prompt=contents_in_language(display.prompt),
        input=asked,
        answer=answer,
        solution=contents_in_language(display.solution),
        evidence=_evidence(display.evidence),
    )


def contents_in_language(contents: Iterable[_Shown]) -> tuple[_Shown, ...]:
    """Contents with the engine's words in the language that is spoken."""
    return tuple(contents) if spoken() == ENGLISH else tuple(map(_content, contents))


def _content(content: _Shown) -> _Shown:
    """The same type of content."""
    return cast("_Shown", _translated(content))


def _translated(content: Content) -> Content:
    match content:
        case Prose():
            return replace(content, text=in_language(content.text, phrases.SENTENCES))
        case Code():
            return replace(content, label=in_language(content.label, phrases.LABELS))
        case Output():
            label, text = in_language(content.label, phrases.LABELS), in_language(content.text, phrases.OUTPUTS)
            return replace(content, label=label, text=text)
        case Table():
            return _table(content)
        case Chart():
            return replace(
                content,
                series=tuple(Series(cell(each.name), each.points, each.reference) for each in content.series),
                x=cell(content.x),
                y=cell(content.y),
                events=tuple(Event(cell(each.name), each.x, each.y) for each in content.events),
                caption=cell(content.caption),
                table=_table(content.table) if content.table else None,
            )
        case Matrix():
            # The names of its cells are translated where they are shown: formulas have their English initials.
            return replace(content, caption=cell(content.caption))
        case Flow() | Drawing():
            return content
        case _:
            assert_never(content)


def _table(table: Table) -> Table:
    rows = tuple(tuple(map(cell, row)) for row in table.rows)
    return replace(table, head=tuple(map(cell, table.head)), rows=rows, caption=cell(table.caption))


def _evidence(evidence: Evidence | None) -> Evidence | None:
    return evidence and replace(evidence, summary=in_language(evidence.summary, phrases.SUMMARIES))


def _mistakes(mistakes: Iterable[Mistake]) -> tuple[Mistake, ...]:
    return tuple(replace(each, evidence=_evidence(each.evidence)) for each in mistakes)


def _written(content: Written) -> Written:
    return _content(content)


def _items(items: Iterable[MatchItem]) -> tuple[MatchItem, ...]:
    return tuple(replace(each, content=_written(each.content)) for each in items)


def _attempt(attempt: Attempt) -> Attempt:
    # Of other programs, the author says what is wrong.
    is_ours = attempt.origin in ("starter", "mutation", "equivalent")
    feedback = in_language(attempt.feedback, phrases.CHANGES) if is_ours else attempt.feedback
    return replace(attempt, feedback=feedback, evidence=_evidence(attempt.evidence))


def _input(asked: Input) -> Input:
    match asked:
        case Options():
            options = (replace(o, content=_written(o.content), evidence=_evidence(o.evidence)) for o in asked.options)
            return replace(asked, options=tuple(options))
        case NumberInput() | TextInput() | LineInput():
            return replace(asked, mistakes=_mistakes(asked.mistakes))
        case Blanks():
            return replace(asked, blanks=tuple(replace(b, mistakes=_mistakes(b.mistakes)) for b in asked.blanks))
        case Matching():
            return replace(asked, left=_items(asked.left), right=_items(asked.right))
        case OpenInput():
            return replace(asked, points=tuple(replace(p, evidence=_evidence(p.evidence)) for p in asked.points))
        case ProgramInput():
            return replace(asked, attempts=tuple(map(_attempt, asked.attempts)))
        case Ordering():
            return asked
        case _:
            assert_never(asked)
