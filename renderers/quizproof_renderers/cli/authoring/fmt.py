"""`quizproof fmt`: one layout for quiz files."""

from __future__ import annotations

import difflib
import sys
from pathlib import Path

import click

from quizproof_renderers.cli.choosing import STDIN
from quizproof_renderers.cli.exits import FINDINGS, PROVEN, USAGE, fail, tell
from quizproof_renderers.cli.options import default_bank, paths_argument


@click.command()
@paths_argument
@click.option("--check", is_flag=True, help="Write nothing, and exit with 1 if a file would change.")
@click.option("--diff", is_flag=True, help="Write nothing, and show what would change; exits with 1 if anything would.")
def fmt(paths: tuple[Path, ...], check: bool, diff: bool) -> None:
    """Lay out quiz files in one way, and change nothing that they say.

    It decides indentation, spaces after colons and dashes, empty lines, and spaces at the ends of lines. Comments, the
    order of keys, and how each value is written stay. A file that cannot be read, or laid out without changing a value,
    is left alone, and named. PATHS are quiz files or folders of them, or `-` for standard input; `questions` by
    default.

    \b
    Examples:
      quizproof fmt
      quizproof fmt questions/lists.yaml --diff
      quizproof fmt --check
      quizproof fmt - < draft.yaml

    Exit codes: 0 done, 1 a file would change, 2 a file was left alone.
    """
    from quizproof.loading.files import find_files
    from quizproof_renderers.text import plural

    if STDIN in paths:
        if len(paths) > 1:
            fail("`-` is one quiz on standard input; name no other files")
        raw = sys.stdin.buffer.read()
        text = _laid_out("<stdin>", raw)
        click.echo(raw.decode("utf-8", "replace") if text is None else text, nl=False)
        sys.exit(USAGE if text is None else PROVEN)
    changed = left = files = 0
    for path in find_files(paths or default_bank()):
        if not isinstance(path, Path):
            left += 1
            tell(f"{path.path} is left alone: {path.findings[0].message}")
            continue
        files += 1
        raw = path.read_bytes()
        text = _laid_out(str(path), raw)
        left += text is None
        if text is None or text.encode() == raw:
            continue
        changed += 1
        if diff:
            click.echo(difference(raw.decode("utf-8", "replace"), text, str(path)), nl=False)
        elif not check:
            _write(path, text)
        if not diff:
            click.echo(f"{path}{' would change' if check else ''}")
    would = check or diff
    tell(f"{plural(changed, 'file')} of {files:,} {'would change' if would else 'changed'}")
    sys.exit(USAGE if left else FINDINGS if would and changed else PROVEN)


def _laid_out(shown: str, raw: bytes) -> str | None:
    """The text of a file in its layout; None where it is left alone, which is mentioned."""
    from quizproof.quizfile.source_text import SourceError
    from quizproof.quizfile.yaml_document import parse
    from quizproof_renderers.editing.layout import LayoutError, laid_out

    try:
        return laid_out(parse(shown, raw))
    except SourceError as error:
        tell(f"{error.finding.place} is left alone: {error.finding.message}")
    except LayoutError as error:
        tell(f"{shown} is left alone: {error}")
    return None


def difference(before: str, after: str, path: str) -> str:
    """Two texts of a file as a unified diff."""
    lines = difflib.unified_diff(
        before.splitlines(), after.splitlines(), f"{path}", f"{path} (after)", lineterm="", n=2
    )
    return "".join(f"{line}\n" for line in lines)


def _write(path: Path, text: str) -> None:
    from quizproof_renderers.reports.whole_file import whole_file

    try:
        with whole_file(path) as file:
            file.write(text)
    except OSError as error:
        fail(f"{path} cannot be written: {error.strerror}")
