"""A report as a static site: written to a temporary folder beside its place, then swapped in as a whole.

The site's folder holds `index.html`, `<topic>/index.html`, `<topic>/<quiz>.html`, the style sheet and the script as
`assets/quizproof.<hash>.css` and `.js`, what reads programs as `assets/reader.<hash>.js`, and the marker: JSON such as
`{"about": "...", "pages": {"<path>": ["<fingerprint of what it was made from>", "<SHA-256 of its bytes>"]}}`.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from quizproof.errors import UsageError
from quizproof.proof import Report
from quizproof_renderers.site import assets
from quizproof_renderers.site.pages.bank_source import BankSource
from quizproof_renderers.site.pages.contents import Site, site_of
from quizproof_renderers.site.pictures import Picture, placed
from quizproof_renderers.site.reuse import Leavings, fingerprint, hashed
from quizproof_renderers.site.typeset import environment

MARKER = ".quizproof-site"
"""The file that marks a folder as a site of ours, which can be replaced, and records what its pages were made from."""

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
    reused: int
    """How many of the files were taken over from the site that it replaces."""


@dataclass(frozen=True)
class _File:
    """A file of the site. Its content is made only if the old site does not have it."""

    path: str
    made_from: str
    """The fingerprint of its ingredients; empty for a file that is always made."""
    make: Callable[[], bytes]


def build_site(
    report: Report,
    out: Path,
    title: str = "quizproof",
    topics: Sequence[str] = (),
    source: BankSource | None = None,
) -> BuildResult:
    """Render a report as a site in a folder, replacing a site that an earlier build left there.

    report  what `prove` gives, with displays
    out     the folder; it is created, with the folders above it, if it does not exist
    title   shown on every page
    topics  ids of topics in the order of the contents; the others follow in alphabetical order
    source  where readers get the bank; None when they have it

    The old site stays whole until the new one is complete, also when the build is interrupted. The same report gives
    the same bytes, whether pages of the old site could be taken over or not.

    Raises UsageError when the site cannot be written, when `out` is not ours to replace, or when two quizzes have the
    same page.
    """
    out = out.resolve()
    refuse_foreign(out)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        # In the folder of the old site: only inside one file system a rename is a single step.
        work = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
        try:
            result = _write(_files(site_of(report, title, topics, source)), work / "new", out)
            _swap(work / "new", out, work / "old")
        finally:
            if out.exists() or not (work / "old").exists():  # otherwise the only copy of the old site is in there
                shutil.rmtree(work, ignore_errors=True)
    except OSError as error:
        raise UsageError(f"the site cannot be written: {error}") from error
    return result


def refuse_foreign(out: Path) -> None:
    """Raise UsageError when `out` is a file, or a folder that holds anything an earlier build did not write."""
    if not out.exists():
        return
    if not out.is_dir():
        raise UsageError(f"{out} is a file; name a folder for the site")
    if any(out.iterdir()) and not (out / MARKER).is_file():
        raise UsageError(f"{out} holds files that quizproof did not write; name an empty or a new folder for the site")
    ours = {MARKER, *Leavings.of(out, MARKER).pages}
    found = (str(path.relative_to(out)) for path in sorted(out.rglob("*")) if not path.is_dir())
    if stranger := next((path for path in found if path not in ours), None):
        raise UsageError(f"{out} holds {stranger}, which quizproof did not write and would delete; move it elsewhere")


def _files(site: Site) -> Iterator[_File]:
    """Every file of the site but its marker."""
    _refuse_clashes(site)
    names = {}
    scripts = (("js", assets.script(), "quizproof"), ("reader", assets.reader(), "reader"))
    for kind, content, stem in (("css", assets.style_sheet(), "quizproof"), *scripts):
        # Named after their content, so that browsers can keep them for ever and never mix two editions of a site.
        names[kind] = f"{stem}.{hashed(content)[:10]}.{'css' if kind == 'css' else 'js'}"
        yield _File(f"assets/{names[kind]}", "", partial(bytes, content))

    def page(
        path: str, template_name: str, ingredients: object, pictures: Mapping[str, Picture] = {}, **variables: object
    ) -> _File:
        def make() -> bytes:
            root = "../" * path.count("/")  # relative, so that links work from a disk as well
            template = environment().get_template(template_name)
            html = template.render(site=site, policy=POLICY, root=root, **names, **variables)
            html = placed(html, pictures, lambda picture: f"{root}assets/{picture.name}")
            # A lone surrogate, which has no UTF-8, becomes a question mark.
            return html.encode("utf-8", "replace")

        return _File(path, fingerprint(site.title, ingredients), make)

    yield page("index.html", "index.html", site.ingredients)
    yield page("proven.html", "proven.html", site.unproven)
    for topic in site.topics:
        yield page(f"{topic.id}/index.html", "topic.html", topic.ingredients, topic=topic)
        for quiz in topic.quizzes:
            ingredients = (topic.surroundings(quiz), quiz.ingredients)
            yield page(f"{topic.id}/{quiz.file}", "quiz.html", ingredients, quiz.pictures, topic=topic, quiz=quiz)
    # Quizzes may share images, and a name is that of one content.
    shown = (picture for topic in site.topics for quiz in topic.quizzes for picture in quiz.pictures.values())
    for name, picture in {picture.name: picture for picture in shown}.items():
        yield _File(f"assets/{name}", "", picture.content)


def _refuse_clashes(site: Site) -> None:
    """Raise UsageError for two quizzes with one id, or a quiz called `index`: one page would overwrite the other."""
    taken = dict.fromkeys((f"{topic.id}/index.html" for topic in site.topics), "the page of its topic")
    for topic in site.topics:
        for quiz in topic.quizzes:
            page = f"{topic.id}/{quiz.file}"
            if page in taken:
                raise UsageError(f"{quiz.path}: the quiz `{quiz.id}` would overwrite {taken[page]}, {page}")
            taken[page] = f"the page of {quiz.path}"


def _write(site_files: Iterator[_File], folder: Path, out: Path) -> BuildResult:
    """Write the files and the marker into the new `folder`, taking over pages of `out` that are still right."""
    left = Leavings.of(out, MARKER)
    made: dict[str, tuple[str, str]] = {}
    total = reused = 0
    for file in site_files:
        target = folder / file.path
        target.parent.mkdir(parents=True, exist_ok=True)
        size = left.take(file.path, file.made_from, target) if file.made_from else None
        if size is None:
            content = file.make()
            size = target.write_bytes(content)
            made[file.path] = (file.made_from, hashed(content))
        else:
            reused += 1
            made[file.path] = left.pages[file.path]
        total += size
    # One line per item, and no time: equal sites have equal markers.
    about = "Made by quizproof, which replaces this folder at the next build."
    total += (folder / MARKER).write_bytes(json.dumps({"about": about, "pages": made}, indent=0).encode())
    return BuildResult(out, len(made) + 1, total, reused)


def _swap(new: Path, out: Path, old: Path) -> None:
    """Put `new` in the place of `out`, and `out` in the place of `old`. If that fails half-way, put `out` back."""
    try:
        if out.exists():
            out.rename(old)
        new.rename(out)
    finally:
        if old.exists() and not out.exists():
            old.rename(out)
