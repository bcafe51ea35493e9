"""Assets: the style sheet and the script of every page, each joined from sources by subject.

The sources of the script are ES modules, so that editors and linters see who uses what. Browsers refuse to load modules
from `file://`, so the page gets one classic script: the modules one after the other in one function, without their
`import` lines and without the word `export`. Two modules cannot declare the same name (held by a test).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

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
SHEET = ("dom", "preferences", "theme", "highlighting", "editor", "ordering", "saving", "copying", "sheet")
"""Those of pages that collect responses and hold no key: they mark nothing, and have no progress to show."""
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


@cache
def script() -> bytes:
    """The script of quizzes and topics as UTF-8: `"use strict";`, and one function that is called at once.

    Modules are strict by themselves; a classic script has to say so. The function keeps names out of the window.
    """
    return _one_script(SCRIPT)


@cache
def home() -> bytes:
    """The script of the first page, of the same form."""
    return _one_script(HOME)


@cache
def more() -> bytes:
    """The script that sums a quiz up, of the same form. It leaves `quizproofMore` in the window."""
    return _one_script(MORE, "window.quizproofMore = { showHelp, showSummary };\n")


@cache
def printed() -> bytes:
    """The script that compares printed outputs, of the same form. It leaves `quizproofPrinted` in the window."""
    return _one_script(PRINTED, "window.quizproofPrinted = { sameOutput };\n")


@cache
def reader() -> bytes:
    """The script that reads programs, of the same form. It leaves `quizproofReader` in the window."""
    return _one_script(READER, "window.quizproofReader = { mayBeRight, nested, normalForm };\n")


@cache
def report() -> bytes:
    """The script of sites whose readers can report problems: it adds their answer to the report."""
    return _one_script(REPORT)


@cache
def sheet() -> bytes:
    """The script of pages that collect responses."""
    return _one_script(SHEET)


@cache
def offline() -> bytes:
    """The script that registers the service worker of a site."""
    return _one_script(OFFLINE)


@cache
def live() -> bytes:
    """The script of pages that `quizproof serve` shows."""
    return _one_script(LIVE)


def worker(name: str, kept: Iterable[str]) -> bytes:
    """The service worker of a site.

    name  of this edition of the site
    kept  the paths that are kept at the first visit, from the folder of the site
    """
    given = f"const NAME = {json.dumps(name)};\nconst FILES = {json.dumps(list(kept), indent=0)};\n"
    return given.encode() + _one_script(WORKER)


@cache
def style_sheet() -> bytes:
    """The style sheet of quizzes as UTF-8: the parts one after the other, without comments and idle spaces."""
    return _one_style(STYLE)


@cache
def contents_style_sheet() -> bytes:
    """The style sheet of the first page and of topics, of the same form."""
    return _one_style(CONTENTS_STYLE)


@cache
def live_style_sheet() -> bytes:
    """The style sheet of what that script adds."""
    return _one_style(("live",))


def _one_style(names: Iterable[str]) -> bytes:
    return _joined(_sources("style", names, "css")).replace(" { ", "{").replace("; }", "}").encode()


def _one_script(names: Iterable[str], end: str = "") -> bytes:
    modules = (_EXPORT.sub("", _IMPORT.sub("", source)) for source in _sources("script", names, "js"))
    return f'"use strict";\n(() => {{\n{_joined(modules)}{end}}})();\n'.encode()


def _sources(folder: str, names: Iterable[str], suffix: str) -> Iterable[str]:
    root = files("quizproof_renderers.site").joinpath("static", folder)
    return (root.joinpath(f"{name}.{suffix}").read_text(encoding="utf-8") for name in names)


def _joined(sources: Iterable[str]) -> str:
    """Sources without comments and indentation, which learners need not download. No text in them goes over lines."""
    return re.sub(r"\n\s+", "\n", _COMMENT.sub("", "".join(sources)))
