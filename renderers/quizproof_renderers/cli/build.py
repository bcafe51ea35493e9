"""`quizproof build`: prove a bank, then render it as a site."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from quizproof_renderers.cli.exits import PROVEN, code_of, fail
from quizproof_renderers.cli.options import (
    LOCK,
    RunOptions,
    default_bank,
    lock_of,
    proving_options,
    refuse_left_over,
)
from quizproof_renderers.cli.proving import set_up

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from quizproof.proof import Report
    from quizproof_renderers.handing_in.drawing import Learner
    from quizproof_renderers.site.build import Renderer


@click.command()
@click.argument("bank", nargs=-1, type=click.Path(path_type=Path))
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), metavar="DIR", help="Where to write.")
@click.option(
    "--site",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="A YAML file with the settings of the site: title, topics, look, own pages and more.",
)
@click.option(
    "--renderer", metavar="NAME", help="Another form than a site, from an installed package.  [default: site]"
)
@click.option("--title", help="The site's title.  [default: the one in --site, else quizproof]")
@click.option("--base-url", metavar="URL", help="Where the site is published.  [default: `base_url` in --site]")
@click.option("--keep-going", is_flag=True, help="Render even when not everything is proven, and mark what is not.")
@click.option("--locked", is_flag=True, help=f"Run nothing: render the outcomes in {LOCK}. Needs no framework.")
@click.option(
    "--no-key",
    is_flag=True,
    help="Write pages that collect responses into a file to hand in, with no key and no feedback in them.",
)
@click.option(
    "--seeds",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="With --no-key: draw variants and orders for each learner in FILE, a list of names or CSV.",
)
@proving_options
def build(
    bank: tuple[Path, ...],
    output: Path,
    site: Path | None,
    renderer: str | None,
    title: str | None,
    base_url: str | None,
    keep_going: bool,
    locked: bool,
    no_key: bool,
    seeds: Path | None,
    options: RunOptions,
) -> None:
    """Prove a bank, then render it as a static site.

    BANK is quiz files or folders of them; `questions` by default. The site opens from disk, and is written only when
    everything is proven. A site that is already in DIR is replaced as a whole; a DIR that holds anything else is
    refused.

    With --no-key, pages ask and do not mark: they hold no key, evidence, explanation, hint or feedback. Learners hand
    in the files that the pages give them, and `quizproof grade` marks these. With --seeds, each learner gets a page
    with variants and orders of its own; DIR-pages.csv, beside DIR, says which page is whose.

    \b
    Examples:
      quizproof build questions -o public
      quizproof build questions -o public --title "Deep learning, proven"
      quizproof build questions -o public --site site.yaml
      quizproof build questions -o public --locked
      quizproof build questions -o public --known HEAD
      quizproof build questions/exam.yaml -o exam --no-key
      quizproof build questions/exam.yaml -o exam --no-key --seeds class.csv
    """
    from quizproof.loading.files import find_files
    from quizproof.proof import Report
    from quizproof.store.lock import Lock
    from quizproof_renderers.reports import formats
    from quizproof_renderers.site.build import build_site, build_with, refuse_foreign, write_files
    from quizproof_renderers.site.settings import SiteSettings, load_settings, web_address

    # Before anything is run: a mistake in the call must not cost a whole proof.
    of_sites = {"--site": site, "--title": title, "--base-url": base_url, "--no-key": no_key or None}
    other = _other(renderer, of_sites)
    learners = _learners(seeds, no_key=no_key)
    settings = load_settings(site) if site else SiteSettings()
    presentation = settings.presentation(site.parent if site else Path())
    if base_url is not None:
        try:
            presentation = replace(presentation, base_url=web_address(base_url))
        except ValueError as error:
            fail(f"--base-url: {error}")
    refuse_foreign(output)
    chosen = bank or default_bank()
    lock = Lock.read(lock_of(chosen)) if locked else None
    with set_up(find_files(chosen), options, chosen, outcomes=lock, lock=lock) as (proving, _):
        report = Report(tuple(proving), proving.result)
    if lock:
        refuse_left_over(lock, lock_of(chosen), {quiz.id for quiz in report.quizzes})
    # Only now: files name their topics, and they are read while they are proven.
    topics = {quiz.header.topic for quiz in report.quizzes if quiz.header}
    if unknown := [topic for topic in settings.order if topic not in topics]:
        fail(f"{site}: the bank has no topic `{unknown[0]}`; it has {', '.join(sorted(topics)) or 'none'}")
    formats.write(report, "full" if sys.stdout.isatty() else "concise", sys.stdout)
    code = code_of(report.result)
    if code != PROVEN and not keep_going:
        click.echo(f"Not everything is proven, so {output} was not written. To write it anyway: --keep-going", err=True)
        sys.exit(code)
    name, opened = title or settings.title, output / "index.html"
    if other:
        result, opened = build_with(other, report, output), output
    elif no_key:
        from quizproof_renderers.handing_in.pages import files_of

        result = write_files(files_of(report.quizzes, name, presentation, learners), output)
        if learners:
            _list_pages(report, learners, output.with_name(f"{output.name}-pages.csv"))
    else:
        result = build_site(report, output, name, settings.order, settings.source, presentation)
    click.echo(f"{result.files} files, {result.bytes / 1000:,.0f} kB. Open {opened.resolve()}")
    if lock:
        click.echo(f"Nothing was run: the outcomes are those of {lock_of(chosen)}, git blob {lock.blob}.")
    sys.exit(code)


def _learners(seeds: Path | None, *, no_key: bool) -> tuple[Learner, ...]:
    """The learners for whom pages are drawn."""
    from quizproof_renderers.handing_in.drawing import learners_in

    if seeds and not no_key:
        fail("`--seeds` draws pages that collect responses; add `--no-key`")
    return learners_in(seeds) if seeds else ()


def _list_pages(report: Report, learners: Sequence[Learner], file: Path) -> None:
    """Write which page is whose: beside the site, because it is for the teacher alone."""
    from quizproof_renderers.handing_in.pages import page_list
    from quizproof_renderers.reports.whole_file import whole_file

    with whole_file(file) as stream:
        stream.write(page_list(report.quizzes, learners))
    click.echo(f"{len(learners):,} learners: {file} says which page is whose. Keep it; it is not part of the pages.")


def _other(name: str | None, of_sites: Mapping[str, object]) -> Renderer | None:
    """The renderer of an installed package; None for a site. Exits when options that only a site has were given."""
    from quizproof_renderers import plugins

    if name in (None, "site"):
        return None
    if given := [option for option, value in of_sites.items() if value is not None]:
        fail(f"{given[0]} is for sites, and `--renderer {name}` makes none; leave one of them out")
    made: Renderer = plugins.load("quizproof.renderers", name)
    return made
