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
from quizproof_renderers.site.languages import phrases
from quizproof_renderers.site.languages.displays import contents_in_language
from quizproof_renderers.site.languages.messages import gettext, html_gettext, joined, ngettext, number, spoken
from quizproof_renderers.site.names import (
    confidence_names,
    duration,
    isolation,
    mode_description,
    mode_name,
    percent,
    runtime_name,
    time_limit,
)
from quizproof_renderers.site.pages.repeats import Repeat
from quizproof_renderers.text import visible

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
    box = Markup('<div class="code-box">{}{}<button type="button" class="copy js-only" data-copy>{}</button></div>')
    numbered = markup.code(program.source, program.highlight, numbered=True, old=repeat.lines if repeat else 0)
    return _labelled(program.label, box.format(_again(repeat) if repeat else "", numbered, gettext("Copy")))


def _again(repeat: Repeat) -> Markup:
    """What opens the lines that were shown before."""
    before = repeat.before
    where = markup.inline(before.where) if before.block else html_gettext("the common setup")
    says = (
        html_gettext("All {count} lines are those of {place}", count=repeat.lines, place=where)
        if repeat.is_whole
        else html_gettext("Lines 1 to {count} are those of {place}", count=repeat.lines, place=where)
    )
    # After the summary: to press that opens the lines, and there can be no link in what is pressed.
    there = html_gettext("Where they were first")
    link = Markup('<a href="#q-{}">{}</a>').format(before.block, there) if before.block else ""
    return Markup('<details class="repeat"><summary>{}</summary>{}</details>').format(says, link)


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
    lines = text.strip("\n").split("\n")
    if len(lines) > _MAX_LINES:
        # One line in three is from the end, where a traceback names its exception; one of the others is the note.
        tail = _MAX_LINES // 3
        head = _MAX_LINES - tail - 1
        left = len(lines) - head - tail
        lines = [*lines[:head], ngettext("… {count} more line …", "… {count} more lines …", left), *lines[-tail:]]
    shown = "\n".join(lines)
    left = len(shown) - _MAX_LENGTH
    if left <= 0:
        return shown
    note = ngettext("({count} more character)", "({count} more characters)", left)
    return f"{shown[:_MAX_LENGTH]}… {note}"


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
        percent=percent,
        arc=_arc,
        duration=duration,
        runtime_name=runtime_name,
        minutes=time_limit,
        rule=scoring_rule,
        hint_rule=hint_rule,
        known_programs=known_programs,
        given_code=given_code,
        exact=_exact,
        tolerance=tolerance,
        hint=hint,
        in_language=contents_in_language,
    )
    env.globals.update(
        _=gettext,
        ngettext=ngettext,
        html_gettext=html_gettext,
        joined=joined,
        number=number,
        mode_description=mode_description,
        isolation=isolation,
        spoken=spoken,
        mode_name=mode_name,
        runtime_name=runtime_name,
        confidences=confidence_names,
    )
    return env


def scoring_rule(asked: Input) -> str:
    """How a response is scored, in words that continue "Scoring:"."""
    return phrases.in_language(scoring.rule(asked), phrases.RULES)


def hint_rule(cost: float) -> str:
    """What hints cost, as a sentence; empty when they are free."""
    return phrases.in_language(scoring.hint_rule(cost), phrases.RULES)


def hint(text: str) -> str:
    """What a page that collects responses says about the form of a response."""
    return phrases.in_language(text, phrases.HINTS)


def tolerance(allowed: object) -> str:
    """By how much numbers may differ: "±0.01 or ±5 %"."""
    return phrases.in_language(str(allowed), phrases.TOLERANCES)


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
