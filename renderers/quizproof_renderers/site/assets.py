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

SCRIPT = (
    "dom",
    "wording",
    "errors",
    "text",
    "numbers",
    "printed",
    "reader",
    "recognition",
    "marking",
    "ordering",
    "highlighting",
    "editor",
    "fields",
    "forms",
    "feedback",
    "layout",
    "copying",
    "theme",
    "saving",
    "progress",
    "unrun",
    "question",
    "pages",
)
"""The modules in `static/script` of which the script is, each after those that it imports from."""
READER = ("tokens", "literals", "syntax", "statements", "scopes", "simplify", "normal")
"""Those that read programs. Pages load them when a learner starts to write one: they are as long as all others."""
REPORT = ("report",)
"""Those of sites whose readers can report problems."""
OFFLINE, WORKER = ("offline",), ("worker",)
"""Those of sites that browsers keep: what registers the service worker, and the worker itself."""
STYLE = ("theme", "page", "contents", "question", "forms", "figures", "feedback", "devices", "print")
"""The parts of the style sheet in `static/style`. Where two rules are equally specific, the later one wins."""

# An import with many names goes over several lines, up to its semicolon.
_IMPORT = re.compile(r"^import [^;]*;\n", re.MULTILINE)
_EXPORT = re.compile(r"^export ", re.MULTILINE)
_COMMENT = re.compile(r"^ *(?://.*|/\*(?:[^*]|\*(?!/))*\*/)\n", re.MULTILINE)
"""A comment with nothing else on its lines. Readers of the sources need it; learners need not download it."""


@cache
def script() -> bytes:
    """The script of every page as UTF-8: `"use strict";`, and one function that is called at once.

    Modules are strict by themselves; a classic script has to say so. The function keeps names out of the window.
    """
    return _one_script(SCRIPT)


@cache
def reader() -> bytes:
    """The script that reads programs, of the same form. It leaves `quizproofReader` in the window."""
    return _one_script(READER, "window.quizproofReader = { normalForm };\n")


@cache
def report() -> bytes:
    """The script of sites whose readers can report problems: it adds their answer to the report."""
    return _one_script(REPORT)


@cache
def offline() -> bytes:
    """The script that registers the service worker of a site."""
    return _one_script(OFFLINE)


def worker(name: str, kept: Iterable[str]) -> bytes:
    """The service worker of a site.

    name  of this edition of the site
    kept  the paths that are kept at the first visit, from the folder of the site
    """
    given = f"const NAME = {json.dumps(name)};\nconst FILES = {json.dumps(list(kept), indent=0)};\n"
    return given.encode() + _one_script(WORKER)


@cache
def style_sheet() -> bytes:
    """The style sheet of every page as UTF-8: the parts one after the other, without comments and idle spaces."""
    return _joined(_sources("style", STYLE, "css")).replace(" { ", "{").replace("; }", "}").encode()


def _one_script(names: Iterable[str], end: str = "") -> bytes:
    modules = (_EXPORT.sub("", _IMPORT.sub("", source)) for source in _sources("script", names, "js"))
    return f'"use strict";\n(() => {{\n{_joined(modules)}{end}}})();\n'.encode()


def _sources(folder: str, names: Iterable[str], suffix: str) -> Iterable[str]:
    root = files("quizproof_renderers.site").joinpath("static", folder)
    return (root.joinpath(f"{name}.{suffix}").read_text(encoding="utf-8") for name in names)


def _joined(sources: Iterable[str]) -> str:
    """Sources without comments and indentation, which learners need not download. No text in them goes over lines."""
    return re.sub(r"\n\s+", "\n", _COMMENT.sub("", "".join(sources)))
