"""A report as a static site: written beside its place, then swapped in whole."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from quizproof.errors import UsageError
from quizproof.proof import Report
from quizproof_renderers.pages import Site, environment, site_of

MARKER = ".quizproof-site"
"""The file that says that a folder was made by us and may be replaced."""

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'"
)
"""The content-security policy of every page.

In a page from `file://`, Chromium takes 'self' to mean any `file://` address (measured with 156, and held by a browser
test), so one policy serves for reading from a disk and from a server. `frame-ancestors` has no effect in a `meta`.
"""


@dataclass(frozen=True)
class BuildResult:
    """What a build wrote."""

    out: Path
    files: int
    bytes: int


def build_site(report: Report, out: Path, title: str = "quizproof") -> BuildResult:
    """Render `report` as a site in the folder `out`, replacing a site that an earlier build left there.

    The old site stays whole until the new one is complete, also when the build is interrupted. The same report gives
    the same bytes. Raises UsageError when `out` is not ours to replace or two quizzes want the same page.
    """
    out = out.resolve()
    refuse_foreign(out)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
        try:
            count, size = _write(_pages(report, title), work / "new")
            _swap(work / "new", out, work / "old")
        finally:
            if out.exists() or not (work / "old").exists():  # otherwise the only copy of the old site is in there
                shutil.rmtree(work, ignore_errors=True)
    except OSError as error:
        raise UsageError(f"the site cannot be written: {error}") from error
    return BuildResult(out, count, size)


def refuse_foreign(out: Path) -> None:
    if not out.exists():
        return
    if not out.is_dir():
        raise UsageError(f"{out} is a file; name a folder for the site")
    if any(out.iterdir()) and not (out / MARKER).is_file():
        raise UsageError(f"{out} holds files that quizproof did not write; name an empty or a new folder for the site")


def _pages(report: Report, title: str) -> Iterator[tuple[str, bytes]]:
    """Every file of the site: its path and its bytes."""
    site = site_of(report, title)
    _refuse_clashes(site)
    names = {}
    for kind in ("css", "js"):
        content = files("quizproof_renderers").joinpath("static", f"quizproof.{kind}").read_bytes()
        names[kind] = f"quizproof.{hashlib.sha256(content).hexdigest()[:10]}.{kind}"
        yield f"assets/{names[kind]}", content
    shared = {"site": site, "policy": POLICY, **names}
    templates = {name: environment().get_template(f"{name}.html") for name in ("index", "topic", "quiz")}
    yield "index.html", _encode(templates["index"].render(shared, root=""))
    for topic in site.topics:
        yield f"{topic.id}/index.html", _encode(templates["topic"].render(shared, root="../", topic=topic))
        for quiz in topic.quizzes:
            html = templates["quiz"].render(shared, root="../", topic=topic, quiz=quiz)
            yield f"{topic.id}/{quiz.file}", _encode(html)
    yield MARKER, b"Made by quizproof, which replaces this folder at the next build.\n"


def _encode(html: str) -> bytes:
    return html.encode("utf-8", "replace")


def _refuse_clashes(site: Site) -> None:
    """Two quizzes of one id would overwrite each other, as would a quiz called `index` and its topic's page."""
    taken = dict.fromkeys((f"{topic.id}/index.html" for topic in site.topics), "the page of its topic")
    for topic in site.topics:
        for quiz in topic.quizzes:
            page = f"{topic.id}/{quiz.file}"
            if page in taken:
                raise UsageError(f"{quiz.quiz.path}: the quiz `{quiz.id}` would overwrite {taken[page]}, {page}")
            taken[page] = f"the page of {quiz.quiz.path}"


def _write(pages: Iterator[tuple[str, bytes]], folder: Path) -> tuple[int, int]:
    """Write the files into `folder`, which is new; how many, and their bytes together."""
    count = size = 0
    for path, content in pages:
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        size += target.write_bytes(content)
        count += 1
    return count, size


def _swap(new: Path, out: Path, old: Path) -> None:
    """Put `new` in the place of `out`, which becomes `old`. If that fails half-way, `out` is put back."""
    try:
        if out.exists():
            out.rename(old)
        new.rename(out)
    finally:
        if old.exists() and not out.exists():
            old.rename(out)
