"""`quizproof build`: prove a bank, then render it as a site."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from quizproof_renderers.cli.exits import fail, refuse
from quizproof_renderers.cli.options import LOCK, default_bank, lock_of, proving
from quizproof_renderers.cli.proving import set_up


@click.command()
@click.argument("bank", nargs=-1, type=click.Path(path_type=Path))
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), metavar="DIR", help="Where to write.")
@click.option("--site", type=click.Path(path_type=Path), metavar="FILE", help="Settings: the site's title, its order.")
@click.option("--title", help="The site's title.  [default: as in the settings, else quizproof]")
@click.option("--keep-going", is_flag=True, help="Render although not all is proven; such questions are shown as such.")
@click.option("--locked", is_flag=True, help=f"Run nothing: render what {LOCK} tells of. No framework is needed.")
@proving
def build(
    bank: tuple[Path, ...],
    output: Path,
    site: Path | None,
    title: str | None,
    keep_going: bool,
    locked: bool,
    **how: Any,
) -> None:
    """Prove a bank, then render it as a static site that opens from disk.

    BANK is files or folders; `questions` when none is given. Nothing is written unless all is proven. A site that is
    already in DIR is replaced as a whole; a folder with anything else in it is refused.

    \b
    Examples:
      quizproof build questions -o public
      quizproof build questions -o public --title "Deep learning, proven"
      quizproof build questions -o public --site site.yaml
      quizproof build questions -o public --locked
    """
    from quizproof.loading.files import find_files
    from quizproof.proof import Report
    from quizproof.store.lock import Lock
    from quizproof_renderers.reports import formats
    from quizproof_renderers.site.build import build_site, refuse_foreign
    from quizproof_renderers.site.settings import SiteSettings, load_settings

    settings = load_settings(site) if site else SiteSettings()
    refuse_foreign(output)
    chosen = bank or (default_bank(),)
    lock = Lock.read(lock_of(chosen)) if locked else None
    with set_up(find_files(chosen), **how, lock=lock) as (proving, _):
        report = Report(tuple(proving), proving.result)
    if lock and (gone := sorted(lock.quizzes.keys() - {quiz.id for quiz in report.quizzes})):
        refuse(f"{lock_of(chosen)} does not match the bank: it tells of the quiz `{gone[0]}`, which is not there")
    topics = {quiz.header.topic for quiz in report.quizzes if quiz.header}
    if strange := [topic for topic in settings.topics if topic not in topics]:
        fail(f"{site}: the bank has no topic `{strange[0]}`; it has {', '.join(sorted(topics)) or 'none'}")
    formats.write(report, "full" if sys.stdout.isatty() else "concise", sys.stdout)
    if report.exit_code and not keep_going:
        click.echo(f"Not all is proven, so {output} was not written (--keep-going writes it all the same).", err=True)
        sys.exit(report.exit_code)
    result = build_site(report, output, title or settings.title, settings.topics)
    click.echo(f"{result.files} files, {result.bytes / 1000:,.0f} kB. Open {(output / 'index.html').resolve()}")
    sys.exit(report.exit_code)
