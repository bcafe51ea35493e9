"""Typesetting: display blocks as HTML, and the environment of the templates. Dispatches on blocks, never on kinds."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache
from typing import assert_never

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from quizproof.displays import (
    Blanks,
    Chart,
    Code,
    Content,
    Flow,
    Input,
    LineInput,
    Matching,
    Matrix,
    NumberInput,
    OpenInput,
    Options,
    Ordering,
    Output,
    ProgramInput,
    Prose,
    Table,
    TextInput,
    Written,
)
from quizproof.marking import scoring
from quizproof_renderers.site import figures, markup
from quizproof_renderers.site.chart import chart
from quizproof_renderers.site.feedback import known_programs
from quizproof_renderers.site.names import MODES, SANDBOXES, mode_name, runtime_name
from quizproof_renderers.text import clip, clip_lines, plural, visible

_MAX_LINES = 40
_MAX_LENGTH = 4_000
_MAX_PLAIN = 60


def content(block: Content) -> Markup:
    """One block of a prompt, an option or a solution as HTML."""
    match block:
        case Prose():
            return markup.prose(block.text)
        case Code():
            box = markup.code(block.source, block.highlight)
            if not block.label:
                return box
            return Markup('<figure class="labelled"><figcaption>{}</figcaption>{}</figure>').format(
                visible(block.label), box
            )
        case Output():
            return markup.output(block.text)
        case Table():
            return figures.table(block)
        case Chart():
            return chart(block)
        case Matrix():
            return figures.matrix(block)
        case Flow():
            return figures.flow(block)
        case _:
            assert_never(block)


def contents(blocks: Iterable[Content]) -> Markup:
    """Blocks one below the other."""
    return Markup("\n").join(map(content, blocks))


def plain(block: Written) -> str:
    """The beginning of a block in one line without markup, for where there can be none."""
    text = content(block).striptags()
    return text if len(text) <= _MAX_PLAIN else f"{text[:_MAX_PLAIN]}…"


def form(shown: Input) -> str:
    """The name of the template macro, and of the script's rules, for a way of answering."""
    match shown:
        case Options():
            return "options"
        case NumberInput():
            return "number"
        case TextInput():
            return "text"
        case LineInput():
            return "line"
        case Blanks():
            return "blanks"
        case Ordering():
            return "order"
        case Matching():
            return "match"
        case OpenInput():
            return "open"
        case ProgramInput():
            return "program"
        case _:
            assert_never(shown)


def excerpt(text: str) -> str:
    """What a run printed, or its traceback; the beginning and the end of it when it is long."""
    return clip("\n".join(clip_lines(text.strip("\n").split("\n"), _MAX_LINES)), _MAX_LENGTH)


@cache
def environment() -> Environment:
    """The templates, with everything escaped that is not markup already."""
    env = Environment(
        loader=PackageLoader("quizproof_renderers.site"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters.update(
        prose=markup.prose,
        inline=markup.inline,
        code=markup.code,
        code_lines=markup.code_lines,
        gaps=markup.gaps,
        output=markup.output,
        traceback=markup.traceback,
        content=content,
        contents=contents,
        plain=plain,
        excerpt=excerpt,
        form=form,
        plural=plural,
        percent=percent,
        rule=scoring.rule,
        hint_rule=scoring.hint_rule,
        known_programs=known_programs,
        exact=_exact,
    )
    about = {mode: text for mode, (_, text) in MODES.items()}
    confidences = {level: level.capitalize() for level in scoring.CONFIDENCES}
    env.globals.update(
        modes=about, sandboxes=SANDBOXES, mode_name=mode_name, runtime_name=runtime_name, confidences=confidences
    )
    return env


def percent(share: float) -> str:
    """A share, 0 to 1, in percent: "10 %", "2.5 %"."""
    return f"{round(share * 100, 1):g} %"


def _finalize(value: object) -> object:
    """Control characters and the like are shown rather than obeyed, wherever a text comes from."""
    return visible(value) if type(value) is str else value


def _exact(value: float | str | tuple[str, ...]) -> Markup:
    """A number, a text or texts, which the page's script reads back as the same."""
    if isinstance(value, tuple):
        return escape(json.dumps(value))
    return escape(value if isinstance(value, str) else repr(value))
