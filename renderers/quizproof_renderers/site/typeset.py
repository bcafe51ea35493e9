"""Typesetting: displays as HTML, and the environment of the templates. Dispatches on displays, never on kinds."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable
from functools import cache
from typing import assert_never

from jinja2 import (
    BaseLoader,
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    PackageLoader,
    PrefixLoader,
    StrictUndefined,
)
from markupsafe import Markup, escape

from quizproof.displays import (
    Blanks,
    Code,
    Content,
    Input,
    LineInput,
    Matching,
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
from quizproof.figures import Chart, Drawing, Flow, Matrix, Table
from quizproof.marking import scoring
from quizproof_renderers.site import figures, markup
from quizproof_renderers.site.charts.chart import chart
from quizproof_renderers.site.feedback import given_code, known_programs
from quizproof_renderers.site.names import MODES, SANDBOXES, duration, mode_name, runtime_name
from quizproof_renderers.site.pages.repeats import Repeat
from quizproof_renderers.text import clip, clip_lines, plural, visible

_MAX_LINES = 40
"""Lines of an output or a traceback that are shown."""
_MAX_LENGTH = 4_000
"""Characters of it."""
_MAX_PLAIN = 60
"""Characters of a display where there is room for one line only."""


def content(display: Content) -> Markup:
    """One display of a prompt, an option or a solution as HTML."""
    match display:
        case Prose():
            return markup.prose(display.text)
        case Code():
            return _labelled(display.label, markup.code(display.source, display.highlight))
        case Output():
            return _labelled(display.label, markup.output(display.text))
        case Table():
            return figures.table(display)
        case Chart():
            return chart(display)
        case Matrix():
            return figures.matrix(display)
        case Flow():
            return figures.flow(display)
        case Drawing():
            return figures.drawing(display)
        case _:
            assert_never(display)


def whole_page(text: str) -> Markup:
    """Markdown below the title of a page: its headings begin at `<h2>`, and not below those of a question."""
    return Markup(re.sub(r"(</?h)([4-6])>", lambda tag: f"{tag[1]}{int(tag[2]) - 2}>", markup.prose(text)))


def _labelled(label: str, box: Markup) -> Markup:
    """A box below its heading, where it has one."""
    figure = '<figure class="labelled"><figcaption>{}</figcaption>{}</figure>'
    return Markup(figure).format(visible(label), box) if label else box


def contents(displays: Iterable[Content | Repeat]) -> Markup:
    """Displays one below the other. Programs among them have numbered lines and can be copied, if they have several."""
    return Markup("\n").join(map(_below, displays))


def _below(display: Content | Repeat) -> Markup:
    match display:
        case Repeat():
            return _program(display.code, display)
        case Code():
            return _program(display)
        case _:
            return content(display)


def _program(program: Code, repeat: Repeat | None = None) -> Markup:
    """A program that learners read line by line. Of a repeat, the lines that were shown before are folded away."""
    if "\n" not in program.source.strip("\n"):
        return content(program)
    box = Markup('<div class="code-box">{}{}<button type="button" class="copy js-only" data-copy>Copy</button></div>')
    numbered = markup.code(program.source, program.highlight, numbered=True, old=repeat.lines if repeat else 0)
    return _labelled(program.label, box.format(_again(repeat) if repeat else "", numbered))


def _again(repeat: Repeat) -> Markup:
    """What opens the lines that were shown before."""
    before = repeat.before
    where = markup.inline(before.where) if before.block else "the common setup"
    what = f"All {repeat.lines} lines are" if repeat.is_whole else f"Lines 1 to {repeat.lines} are"
    # After the summary: to press that opens the lines, and there can be no link in what is pressed.
    link = Markup('<a href="#q-{}">Where they were first</a>').format(before.block) if before.block else ""
    return Markup('<details class="repeat"><summary>{} those of {}</summary>{}</details>').format(what, where, link)


def plain(display: Written) -> str:
    """The beginning of a display in one line without markup, for places where HTML allows none."""
    text = markup.plain_line(display.text) if isinstance(display, Prose) else content(display).striptags()
    return text if len(text) <= _MAX_PLAIN else f"{text[:_MAX_PLAIN]}…"


def form(asked: Input) -> str:
    """The name of a way of answering, which its template macro and its rules in the script share."""
    match asked:
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
            assert_never(asked)


def excerpt(text: str) -> str:
    """What a run printed, or its traceback; the beginning and the end of it when it is long."""
    return clip("\n".join(clip_lines(text.strip("\n").split("\n"), _MAX_LINES)), _MAX_LENGTH)


@cache
def environment(folder: str = "") -> Environment:
    """The templates. Everything that is not `Markup` is escaped.

    folder  with templates that come before ours; they reach ours as "quizproof/base.html". Empty for none
    """
    ours = PackageLoader("quizproof_renderers.site")
    loaders: list[BaseLoader] = [ours, PrefixLoader({"quizproof": ours})]
    env = Environment(
        loader=ChoiceLoader([FileSystemLoader(folder), *loaders] if folder else loaders),
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
        blanks=markup.blanks,
        output=markup.output,
        traceback=markup.traceback,
        warnings=markup.warnings,
        content=content,
        contents=contents,
        whole_page=whole_page,
        plain_line=markup.plain_line,
        plain=plain,
        excerpt=excerpt,
        form=form,
        plural=plural,
        percent=percent,
        arc=_arc,
        duration=duration,
        rule=scoring.rule,
        hint_rule=scoring.hint_rule,
        known_programs=known_programs,
        given_code=given_code,
        exact=_exact,
    )
    mode_descriptions = {mode: description for mode, (_, description) in MODES.items()}
    confidences = {level: level.capitalize() for level in scoring.CONFIDENCES}
    env.globals.update(
        mode_descriptions=mode_descriptions,
        sandboxes=SANDBOXES,
        mode_name=mode_name,
        runtime_name=runtime_name,
        confidences=confidences,
    )
    return env


def percent(share: float) -> str:
    """A share, 0 to 1, in percent: "10 %", "2.5 %"."""
    return f"{round(share * 100, 1):g} %"


def _arc(share: int, radius: float) -> str:
    """A part of a circle as lengths of a stroke and of the gap after it.

    share   in percent
    radius  of the circle
    """
    return f"{share * radius * math.pi / 50:.1f} {2 * radius * math.pi + 1:.0f}"


def _finalize(value: object) -> object:
    """Show control characters instead of obeying them, in every string that a template prints."""
    # `Markup` is a kind of str too, and was made safe where it was made.
    return visible(value) if type(value) is str else value


def _exact(value: float | str | tuple[str, ...]) -> Markup:
    """An attribute from which the page's script reads back exactly this number, string or list of strings."""
    if isinstance(value, tuple):
        return escape(json.dumps(value))
    # The repr of a float is the shortest text that reads back as the same float, in JavaScript as well.
    return escape(value if isinstance(value, str) else repr(value))
