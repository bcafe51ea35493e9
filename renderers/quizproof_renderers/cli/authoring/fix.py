"""`quizproof fix`: writes safe corrections into quiz files."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from quizproof_renderers.cli.authoring.fmt import difference
from quizproof_renderers.cli.choosing import complete_ids, complete_rules
from quizproof_renderers.cli.exits import FINDINGS, PROVEN, UNVERIFIED, fail, tell
from quizproof_renderers.cli.options import RunOptions, default_bank, run_options

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quizproof.loading.quiz import Loaded
    from quizproof.proof import QuizProof


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), shell_complete=complete_ids)
@click.option("--write", is_flag=True, help="Write the corrections, and do not ask.")
@click.option(
    "--rule",
    "rules",
    multiple=True,
    metavar="RULE",
    shell_complete=complete_rules,
    help="Correct only findings of this rule, by code or name; may be repeated.",
)
@run_options
def fix(paths: tuple[Path, ...], write: bool, rules: tuple[str, ...], options: RunOptions) -> None:
    """Correct what can be corrected without a person's judgement.

    That is: an answer that is not what the run gave, keys that are misspelt or called as in other tools, texts that
    YAML misreads without quotes, one value where a list belongs, and code whose lines cannot be told. Comments and
    layout stay, and nothing else. A block that is no YAML is left alone, and hides no other.
    The corrected files are proven again, and what makes anything worse is left out. What would be written is shown
    first; on a terminal you are asked. PATHS are quiz files or folders of them; `questions` by default.

    \b
    Examples:
      quizproof fix
      quizproof fix questions/lists.yaml --write
      quizproof fix --rule key-refuted

    Exit codes: 0 nothing is wrong any more, 1 something is left or not written, 2 bad usage, 3 could not verify.
    """
    from quizproof.loading.files import find_files
    from quizproof.proving.prove import Proving
    from quizproof_renderers.cli.proving import cache_for, pool_for
    from quizproof_renderers.editing.fixing import fixed
    from quizproof_renderers.reports.concise import line
    from quizproof_renderers.text import plural

    wanted = _codes(rules)
    texts = {file: _text(file) for file in find_files(paths or default_bank()) if isinstance(file, Path)}
    with cache_for(options) as cache, pool_for(options, options.jobs) as runner:

        def prove(files: Sequence[Loaded]) -> list[QuizProof]:
            return list(Proving(files, runner, cache=cache, displays=False))

        files = fixed(texts, prove, lambda code: not wanted or code in wanted)
    changed = [file for file in files if file.text != file.before]
    for file in changed:
        click.echo(difference(file.before, file.text, str(file.path)), nl=False)
        for finding, title in file.made:
            end = "" if finding.message.endswith(("?", ".")) else "."
            tell(f"{finding.place}: {finding.code} {finding.message}{end} {title}")
    errors = [finding for file in files for finding in file.left if finding.severity == "error"]
    for finding in errors:
        click.echo(line(finding))
    count = sum(len(file.made) for file in changed)
    tell(f"{plural(count, 'correction')} in {plural(len(changed), 'file')}; {plural(len(errors), 'error')} left")
    written = bool(changed) and (write or _asked())
    for file in changed if written else ():
        _write(file.path, file.before, file.text)
    if changed and not written:
        tell("nothing was written; `--write` writes it")
    if errors:
        sys.exit(UNVERIFIED if all(finding.is_unverified for finding in errors) else FINDINGS)
    sys.exit(FINDINGS if changed and not written else PROVEN)


def _codes(rules: tuple[str, ...]) -> set[str]:
    """The codes of some rules. Exits when there is no such rule."""
    from quizproof.rules import RULES
    from quizproof.spelling import meant

    names = {rule.name: rule.code for rule in RULES.values()} | {code.lower(): code for code in RULES}
    for rule in rules:
        if rule.lower() not in names:
            fail(f"there is no rule `{rule}`{meant(rule.lower(), [each.name for each in RULES.values()])}")
    return {names[rule.lower()] for rule in rules}


def _asked() -> bool:
    """Whether a person at the terminal wants it written."""
    return sys.stdin.isatty() and sys.stdout.isatty() and click.confirm("Write these corrections?")


def _text(path: Path) -> str:
    """The text of a file, with its lines ended as findings count them. Exits when it cannot be read."""
    try:
        return path.read_bytes().decode("utf-8-sig", "surrogateescape")
    except OSError as error:
        fail(f"{path} cannot be read: {error.strerror}")


def _write(path: Path, before: str, text: str) -> None:
    """Write a file, unless somebody has changed it since it was read."""
    from quizproof_renderers.reports.whole_file import whole_file

    if _text(path) != before:
        fail(f"{path} was changed meanwhile, and is left alone")
    try:
        with whole_file(path) as file:
            file.write(text)
    except OSError as error:
        fail(f"{path} cannot be written: {error.strerror}")
