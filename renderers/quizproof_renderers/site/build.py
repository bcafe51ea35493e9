"""A report as a static site: written to a temporary folder beside its place, then swapped in as a whole.

The site's folder holds `index.html`, `<topic>/index.html`, `<topic>/<quiz>.html`, in `assets` the style sheets and
scripts of `site.assets` and the catalogue, each as `<name>.<hash>.css` or `.js`, and the marker: JSON such as
`{"about": "...", "pages": {"<path>": ["<fingerprint of what it was made from>", "<SHA-256 of its bytes>"]}}`.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from quizproof.errors import UsageError
from quizproof.proof import Report
from quizproof_renderers.site.files import File, files_of
from quizproof_renderers.site.pages.bank_source import BankSource
from quizproof_renderers.site.pages.contents import site_of
from quizproof_renderers.site.reach.presentation import Presentation
from quizproof_renderers.site.reuse import Leavings, hashed

MARKER = ".quizproof-site"
"""The file that marks a folder as a site of ours, which can be replaced, and records what its pages were made from."""


class Renderer(Protocol):
    """Another form than a site, from an installed package."""

    def __call__(self, report: Report, folder: Path) -> None:
        """Write files into a folder, which is empty."""


@dataclass(frozen=True)
class BuildResult:
    """What a build wrote."""

    out: Path
    files: int
    bytes: int
    reused: int
    """How many of the files were taken over from the site that it replaces."""


def build_site(
    report: Report,
    out: Path,
    title: str = "quizproof",
    topics: Sequence[str] = (),
    source: BankSource | None = None,
    presentation: Presentation | None = None,
) -> BuildResult:
    """Render a report as a site in a folder, replacing a site that an earlier build left there.

    report  what `prove` gives, with displays
    out     the folder; it is created, with the folders above it, if it does not exist
    title   shown on every page
    topics  ids of topics in the order of the contents; the others follow in alphabetical order
    source  where readers get the bank; None when they have it
    presentation  what else the owner of the site has set

    The old site stays whole until the new one is complete, also when the build is interrupted. The same report gives
    the same bytes, whether pages of the old site could be taken over or not.

    Raises UsageError when the site cannot be written, when `out` is not ours to replace, or when two quizzes have the
    same page.
    """
    return _replaced(out, lambda new: _write(files_of(site_of(report, title, topics, source, presentation)), new, out))


def write_files(site_files: Iterator[File], out: Path) -> BuildResult:
    """Write files as a site in a folder, as `build_site` does, which says what it raises."""
    return _replaced(out, lambda new: _write(site_files, new, out))


def build_with(renderer: Renderer, report: Report, out: Path) -> BuildResult:
    """Render a report by the renderer of an installed package, replacing what an earlier build left in the folder.

    Raises UsageError when the folder cannot be written, or is not ours to replace. What the renderer raises goes
    through, and then the old folder is left as it was.
    """

    def write(new: Path) -> BuildResult:
        new.mkdir(parents=True)
        renderer(report, new)
        files = {str(file.relative_to(new)): file.read_bytes() for file in sorted(new.rglob("*")) if file.is_file()}
        marked = _mark(new, {path: ("", hashed(content)) for path, content in files.items()})
        return BuildResult(out, len(files) + 1, sum(map(len, files.values())) + marked, 0)

    return _replaced(out, write)


def _replaced(out: Path, write: Callable[[Path], BuildResult]) -> BuildResult:
    """Put a folder that `write` makes in the place of `out`, as a whole."""
    out = out.resolve()
    refuse_foreign(out)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        # In the folder of the old site: only inside one file system a rename is a single step.
        work = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
        try:
            result = write(work / "new")
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


def _write(site_files: Iterator[File], folder: Path, out: Path) -> BuildResult:
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
    return BuildResult(out, len(made) + 1, total + _mark(folder, made), reused)


def _mark(folder: Path, made: Mapping[str, tuple[str, str]]) -> int:
    """Write the marker; its size in bytes."""
    # One line per item, and no time: equal sites have equal markers.
    about = "Made by quizproof, which replaces this folder at the next build."
    return (folder / MARKER).write_bytes(json.dumps({"about": about, "pages": made}, indent=0).encode())


def _swap(new: Path, out: Path, old: Path) -> None:
    """Put `new` in the place of `out`, and `out` in the place of `old`. If that fails half-way, put `out` back."""
    try:
        if out.exists():
            out.rename(old)
        new.rename(out)
    finally:
        if old.exists() and not out.exists():
            old.rename(out)
