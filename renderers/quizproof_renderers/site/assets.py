"""Assets: the style sheet and the script of every page, each joined from sources by subject.

The sources of the script are ES modules, so that editors and linters see who uses what. Browsers refuse to load modules
from `file://`, so the page gets one classic script: the modules one after the other in one function, without their
`import` lines and without the word `export`, their messages in the language of the page (see `languages`). Two modules
cannot declare the same name (held by a test).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

from quizproof_renderers.site.languages.language import ENGLISH, Language
from quizproof_renderers.site.languages.script_messages import translated

_BEFORE = ("dom", "wording", "standings", "preferences")
"""What every script begins with."""
_START = ("layout", "copying", "theme", "saving", "progress", "start")
SCRIPT = (
    *_BEFORE,
    "errors",
    "text",
    "numbers",
    "reader",
    "recognition",
    "marking",
    "ordering",
    "highlighting",
    "editor",
    "fields",
    "forms",
    "feedback",
    *_START,
    "unrun",
    "question",
    "clock",
    "loading",
    "more",
    "steps",
    "keys",
    "quiz",
    "pages",
)
"""The modules in `static/script` that quizzes and topics need, each after those that it imports from."""
HOME = (
    *_BEFORE,
    "elements",
    "loading",
    "feedback",
    *_START,
    "schedule",
    "catalogue",
    "desk",
    "finder",
    "keeping",
    "home",
)
"""Those that the first page needs."""
MORE = (*_BEFORE, "elements", "help", "summary")
"""Those that sum a quiz up and show its keys. Quiz pages load them when there is something to sum up."""
PRINTED = ("errors", "text", "numbers", "printed")
"""Those that compare printed outputs, for quizzes that ask for one."""
READER = ("tokens", "literals", "syntax", "statements", "scopes", "simplify", "normal", "orders")
"""Those that read programs and orders of lines. Pages load them when a learner starts to write or to order: they are as
long as all others."""
REPORT = ("report",)
"""Those of sites whose readers can report problems."""
SHEET = ("dom", "preferences", "theme", "highlighting", "editor", "ordering", "saving", "copying", "countdown", "sheet")
"""Those of pages that collect responses and hold no key: they mark nothing, and have no progress to show."""
COUNTDOWN = ("dom", "countdown", "timed")
"""Those of quizzes that show how much time is left."""
FRAMED, FRAMES = ("framed",), ("frames",)
"""Those of questions in frames on other pages: what the question has, and what the other page has."""
OFFLINE, WORKER = ("offline",), ("worker",)
"""Those of sites that browsers keep: what registers the service worker, and the worker itself."""
LIVE = (
    "dom",
    "wording",
    "elements",
    "highlighting",
    "editor",
    "ordering",
    "live_runs",
    "live_boxes",
    "live_answers",
    "live_trials",
    "live",
)
"""Those of pages that `quizproof serve` shows: they run programs. No other page has them."""
STYLE = ("theme", "page", "question", "forms", "figures", "feedback", "steps", "devices", "print")
"""The parts in `static/style` that quizzes need. Where two rules are equally specific, the later one wins."""
CONTENTS_STYLE = (*STYLE[:-2], "contents", *STYLE[-2:])
"""Those that the first page and topics need."""

# An import with many names goes over several lines, up to its semicolon.
_IMPORT = re.compile(r"^import [^;]*;\n", re.MULTILINE)
_EXPORT = re.compile(r"^export ", re.MULTILINE)
_COMMENT = re.compile(r"^ *(?://.*|/\*(?:[^*]|\*(?!/))*\*/)\n", re.MULTILINE)
"""A comment with nothing else on its lines. Readers of the sources need it; learners need not download it."""
_SPACE = re.compile(r"([:;,]) ")


@cache
def script(language: Language = ENGLISH) -> bytes:
    """The script of quizzes and topics as UTF-8: `"use strict";`, and one function that is called at once.

    Modules are strict by themselves; a classic script has to say so. The function keeps names out of the window.
    """
    return _one_script(SCRIPT, language)


@cache
def home(language: Language = ENGLISH) -> bytes:
    """The script of the first page, of the same form."""
    return _one_script(HOME, language)


@cache
def more(language: Language = ENGLISH) -> bytes:
    """The script that sums a quiz up, of the same form. It leaves `quizproofMore` in the window."""
    return _one_script(MORE, language, "window.quizproofMore = { showHelp, showSummary };\n")


@cache
def printed(language: Language = ENGLISH) -> bytes:
    """The script that compares printed outputs, of the same form. It leaves `quizproofPrinted` in the window."""
    return _one_script(PRINTED, language, "window.quizproofPrinted = { sameOutput };\n")


@cache
def reader() -> bytes:
    """The script that reads programs, of the same form. It leaves `quizproofReader` in the window."""
    return _one_script(READER, ENGLISH, "window.quizproofReader = { mayBeRight, nested, normalForm };\n")


@cache
def report(language: Language = ENGLISH) -> bytes:
    """The script of sites whose readers can report problems: it adds their answer to the report."""
    return _one_script(REPORT, language)


@cache
def sheet(language: Language = ENGLISH) -> bytes:
    """The script of pages that collect responses."""
    return _one_script(SHEET, language)


@cache
def countdown(language: Language = ENGLISH) -> bytes:
    """The script of quizzes that show how much time is left."""
    return _one_script(COUNTDOWN, language)


@cache
def framed() -> bytes:
    """The script of a question in a frame: it tells its height to the page around."""
    return _one_script(FRAMED, ENGLISH)


@cache
def frames() -> bytes:
    """The script for pages that show questions in frames: it gives each frame the height of its question."""
    return _one_script(FRAMES, ENGLISH)


@cache
def offline() -> bytes:
    """The script that registers the service worker of a site."""
    return _one_script(OFFLINE, ENGLISH)


@cache
def live(language: Language = ENGLISH) -> bytes:
    """The script of pages that `quizproof serve` shows."""
    return _one_script(LIVE, language)


def worker(name: str, kept: Iterable[str]) -> bytes:
    """The service worker of a site.

    name  of this edition of the site
    kept  the paths that are kept at the first visit, from the folder of the site
    """
    given = f"const NAME = {json.dumps(name)};\nconst FILES = {json.dumps(list(kept), indent=0)};\n"
    return given.encode() + _one_script(WORKER, ENGLISH)


@cache
def style_sheet(language: Language = ENGLISH) -> bytes:
    """The style sheet of quizzes as UTF-8: the parts one after the other, without comments and idle spaces."""
    return _one_style((*STYLE, *_of_direction(language)))


@cache
def contents_style_sheet(language: Language = ENGLISH) -> bytes:
    """The style sheet of the first page and of topics, of the same form."""
    return _one_style((*CONTENTS_STYLE, *_of_direction(language)))


@cache
def countdown_style_sheet() -> bytes:
    """The style sheet of a countdown."""
    return _one_style(("countdown",))


@cache
def sheet_style_sheet() -> bytes:
    """What pages that collect responses have besides the style sheet of quizzes."""
    return _one_style(("countdown", "sheet"))


@cache
def live_style_sheet() -> bytes:
    """The style sheet of what that script adds."""
    return _one_style(("live",))


def _of_direction(language: Language) -> tuple[str, ...]:
    """The parts that only languages written from right to left need."""
    return ("rtl",) if language.direction == "rtl" else ()


def _one_style(names: Iterable[str]) -> bytes:
    joined = _joined(_sources("style", names, "css")).replace(" { ", "{").replace("; }", "}")
    # No text that is shown holds one of these signs with a space after it, nor does a selector.
    return _SPACE.sub(r"\1", joined).encode()


def _one_script(names: Iterable[str], language: Language, end: str = "") -> bytes:
    modules = (_EXPORT.sub("", _IMPORT.sub("", source)) for source in _sources("script", names, "js"))
    return f'"use strict";\n(() => {{\n{translated(_joined(modules), language)}{end}}})();\n'.encode()


def _sources(folder: str, names: Iterable[str], suffix: str) -> Iterable[str]:
    root = files("quizproof_renderers.site").joinpath("static", folder)
    return (root.joinpath(f"{name}.{suffix}").read_text(encoding="utf-8") for name in names)


def _joined(sources: Iterable[str]) -> str:
    """Sources without comments and indentation, which learners need not download. No text in them goes over lines."""
    return re.sub(r"\n\s+", "\n", _COMMENT.sub("", "".join(sources)))
