"""Options that say which findings count, and when a check fails."""

from __future__ import annotations

from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from quizproof_renderers.cli.choosing import complete_rules
from quizproof_renderers.cli.exits import fail, lacks_proof, tell
from quizproof_renderers.cli.options import lock_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from quizproof.proof import Result
    from quizproof_renderers.policy.baseline import Baseline
    from quizproof_renderers.policy.settings import Settings
    from quizproof_renderers.policy.sieve import Sieve

BASELINE = "quizproof-baseline.json"
"""As `policy.baseline` has it, which takes long to import."""


@dataclass(frozen=True)
class JudgingOptions:
    """What the user of a command asked for."""

    select: tuple[str, ...] = ()
    """Selectors, which commas may join; so are those to ignore."""
    ignore: tuple[str, ...] = ()
    baseline: Path | None = None
    """The file; None for the one of the settings or of the bank."""
    no_baseline: bool = False
    write_baseline: bool = False
    fail_on: str | None = None
    """None for what the settings say; so is the least coverage, in percent."""
    min_proof: float | None = None


_OPTIONS = (
    click.option(
        "--select",
        multiple=True,
        metavar="RULES",
        shell_complete=complete_rules,
        help="Report only these warnings, by codes (QP304), beginnings of codes (QP3) or names. Errors always count.",
    ),
    click.option(
        "--ignore",
        multiple=True,
        metavar="RULES",
        shell_complete=complete_rules,
        help="Do not report these warnings.",
    ),
    click.option(
        "--baseline",
        type=click.Path(path_type=Path, dir_okay=False),
        metavar="FILE",
        help="The findings that are known and do not count.  [default: quizproof-baseline.json in the bank]",
    ),
    click.option("--no-baseline", is_flag=True, help="Count every finding, known or not."),
    click.option(
        "--write-baseline", is_flag=True, help="Write all findings as the baseline: then only new ones count."
    ),
    click.option(
        "--fail-on",
        type=click.Choice(["error", "warning", "never"]),
        help="Exit with 1 or 3 for errors, for warnings too, or never.  [default: error]",
    ),
    click.option("--exit-zero", "never", is_flag=True, help="The same as `--fail-on never`."),
    click.option(
        "--min-proof",
        type=click.FloatRange(0, 100),
        metavar="PERCENT",
        help="Exit with 1 when fewer of the claims are proven.",
    ),
)


def judging_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command these options, as one `JudgingOptions` named `judging`."""

    @wraps(command)
    def collected(
        *,
        select: tuple[str, ...],
        ignore: tuple[str, ...],
        baseline: Path | None,
        no_baseline: bool,
        write_baseline: bool,
        fail_on: str | None,
        never: bool,
        min_proof: float | None,
        **own: Any,
    ) -> None:
        if baseline and no_baseline:
            fail("`--baseline` and `--no-baseline` contradict each other; leave one of them out")
        judging = JudgingOptions(
            _split(select),
            _split(ignore),
            baseline,
            no_baseline,
            write_baseline,
            "never" if never else fail_on,
            min_proof,
        )
        command(judging=judging, **own)

    for option in reversed(_OPTIONS):
        collected = option(collected)
    return collected


def _split(words: Sequence[str]) -> tuple[str, ...]:
    return tuple(part for word in words for part in word.split(",") if part.strip())


def sieve_for(judging: JudgingOptions, settings: Settings, paths: Sequence[Path], *, whole: bool) -> Sieve:
    """What sifts the findings of a check.

    paths  the files and folders that are checked
    whole  whether every block in them is

    Exits when a baseline cannot be had.
    """
    from quizproof_renderers.policy.misspelt import Speller
    from quizproof_renderers.policy.selection import Selection
    from quizproof_renderers.policy.sieve import Sieve

    selection = Selection.of(
        judging.select or settings.value("select"),
        (*settings.value("ignore"), *judging.ignore),
        settings.value("per-file-ignores"),
        settings.folder,
    )
    known, speller = _baseline(judging, settings, paths), Speller.of(settings)
    return Sieve(selection, known, speller, writes=judging.write_baseline, whole=whole)


def _baseline(judging: JudgingOptions, settings: Settings, paths: Sequence[Path]) -> Baseline | None:
    """The known findings; None where there are none, and where they are written anew."""
    if judging.write_baseline or judging.no_baseline or (settings.value("baseline") is False and not judging.baseline):
        return None
    file = judging.baseline or settings.baseline
    near = next((path.parent if path.is_file() else path for path in paths), Path())
    above = (folder / BASELINE for folder in (near, *near.absolute().parents))
    if found := file or next((each for each in above if each.is_file()), None):
        from quizproof_renderers.policy.baseline import Baseline

        return Baseline.read(found)
    return None


def baseline_to_write(judging: JudgingOptions, settings: Settings, paths: Sequence[Path]) -> Path:
    """Where a new baseline belongs. Exits unless `paths` names one folder, whose findings it has."""
    folder = lock_of(paths, "a baseline").parent
    return judging.baseline or settings.baseline or folder / BASELINE


def write_baseline(sieve: Sieve, path: Path) -> None:
    """Write what a check has found, and say so. Exits when that is not possible."""
    from quizproof_renderers.policy.baseline import write
    from quizproof_renderers.text import plural

    try:
        count = write(path, sieve.found)
    except OSError as error:
        fail(f"{path} cannot be written: {error.strerror}")
    tell(f"{path}: {plural(count, 'known finding')}")


def tell_gone(sieve: Sieve) -> None:
    """Mention the entries of the baseline that are not found any more: the file can become shorter."""
    if sieve.baseline is None or not sieve.whole:
        return
    if gone := sieve.baseline.gone(sieve.judged):
        more = f" and {len(gone) - 1:,} more" if len(gone) > 1 else ""
        what = f"no longer found: {gone[0]}{more}"
        tell(f"{sieve.baseline.path} has what is {what}; write it again with `quizproof check --write-baseline`")


def tell_missing_proof(result: Result, percent: float) -> None:
    """Mention that fewer claims are proven than asked for. `percent`: the least share."""
    if lacks_proof(result, percent):
        summary = result.summary
        asked = f"fewer than the {percent:g} % of `--min-proof`"
        tell(f"{summary.proven:,} of {summary.claims:,} claims are proven, {asked}")
