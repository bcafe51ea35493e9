"""`quizproof check`: prove a bank, and report."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from quizproof_renderers.cli.choosing import CHOOSERS, ChoosingOptions, choosing_options, files_of, parted, places_of
from quizproof_renderers.cli.exits import FINDINGS, code_of, fail, tell
from quizproof_renderers.cli.judging import (
    JudgingOptions,
    baseline_to_write,
    judging_options,
    sieve_for,
    tell_gone,
    tell_missing_proof,
    write_baseline,
)
from quizproof_renderers.cli.options import (
    LOCK,
    Output,
    RunOptions,
    ShardParameter,
    ShareParameter,
    default_bank,
    format_of,
    format_option,
    lock_of,
    output_option,
    outputs_of,
    paths_argument,
    proving_options,
    refuse_left_over,
)
from quizproof_renderers.cli.proving import Seen, report, set_up
from quizproof_renderers.reports.formats import is_data

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from quizproof.loading.choosing import Choice
    from quizproof.loading.quiz import Loaded
    from quizproof.loading.shards import Shard
    from quizproof.proof import Result
    from quizproof.store.lock import Lock
    from quizproof_renderers.reports.lock_diff import Comparison


@click.command()
@paths_argument
@format_option
@output_option
@click.option(
    "--stdin-filename",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="With `-`: where the quiz belongs. Reports name it, and its snippets can read `files` beside it.",
)
@choosing_options
@judging_options
@click.option(
    "--stress",
    type=click.IntRange(1, 100),
    metavar="N",
    help="Run every program N more times, under other conditions. Nothing is taken from the cache.",
)
@click.option(
    "--audit",
    type=ShareParameter(),
    metavar="SHARE",
    help="Run this share of the known outcomes again, and compare. Example: 5%.",
)
@click.option(
    "--locked",
    is_flag=True,
    help=f"Run nothing: judge by the outcomes in {LOCK}. Needs no framework.",
)
@click.option("--write-lock", is_flag=True, help=f"If everything is proven, write the outcomes to {LOCK} in the bank.")
@click.option(
    "--diff-lock",
    is_flag=True,
    help=f"Show which outputs differ from {LOCK}, and exit with 1 if any does.",
)
@click.option(
    "--shard",
    type=ShardParameter(),
    metavar="I/N",
    help="Prove only part I of N, such as 2/4. `quizproof merge` merges the reports of all parts.",
)
@proving_options
def check(
    paths: tuple[Path, ...],
    formats: tuple[Output, ...],
    output_file: Path | None,
    stdin_filename: Path | None,
    stress: int | None,
    audit: float | None,
    locked: bool,
    write_lock: bool,
    diff_lock: bool,
    shard: Shard | None,
    choosing: ChoosingOptions,
    judging: JudgingOptions,
    options: RunOptions,
) -> None:
    """Prove every claim of a bank.

    Each snippet is run; each key and each wrong option is judged by its run. PATHS are quiz files or folders of them;
    `questions` by default. Ids of quizzes and blocks among them choose a part. `-` is one quiz on standard input.

    \b
    Examples:
      quizproof check
      quizproof check questions/freezing-layers --jobs 4
      quizproof check trainable-tensors           one question by its id
      quizproof check - --stdin-filename lists.yaml < draft.yaml
      quizproof check --topic metrics --kind choice
      quizproof check --tag overfitting --difficulty hard
      quizproof check --format github             annotate a pull request
      quizproof check --format junit:report.xml   and one line per finding
      quizproof check --format json -o report.json
      quizproof check --dask tcp://10.0.0.1:8786  run on a Dask cluster
      quizproof check --require-sandbox landlock  run nothing less isolated
      quizproof check --stress 3                  vary hash seeds and threads
      quizproof check --shard 2/4 --format json -o part2.json
      quizproof check questions --diff-lock       what changed with this torch?
      quizproof check questions --locked          does the lock match, and prove?
      quizproof check --known origin/main         run only what a branch changed
      quizproof check questions --write-baseline  from now on, only new findings
    """
    from quizproof.store.lock import Lock
    from quizproof.store.lock_writer import LockWriter
    from quizproof_renderers.policy.settings import settings_for

    named, ids = parted(paths)
    settings = settings_for(places_of(named, stdin_filename))
    chosen = named or default_bank()
    choice = choosing.choice(ids)
    _refuse_parts(choice, shard, write_lock=write_lock, diff_lock=diff_lock, baseline=judging.write_baseline)
    outputs = outputs_of(formats or tuple(map(format_of, settings.formats)), output_file)
    path = lock_of(chosen) if write_lock or diff_lock else None
    # With both options and no lock yet, there is nothing to compare with.
    first = write_lock and path and not path.exists()
    # Read before anything is run: a damaged lock must not cost a whole check.
    before = Lock.read(path) if path and diff_lock and not first else None
    known = baseline_to_write(judging, settings, chosen) if judging.write_baseline else None
    sieve = sieve_for(judging, settings, chosen, whole=not (choice and choice.splits_files) and not shard)
    if audit and (options.no_cache or stress) and not options.known:
        fail("`--audit` compares with the cache, which `--no-cache` and `--stress` ignore; leave one of them out")
    files, texts = files_of(chosen, choice, stdin_filename)
    _refuse_overwriting(files, outputs)
    asked = {"--write-lock": write_lock, "--diff-lock": diff_lock, "--stress": stress, "--audit": audit}
    if locked and (clashing := [name for name, given in asked.items() if given]):
        fail(f"with `--locked` nothing is run; leave out `{clashing[0]}`")
    if stress:
        options = _without_cache(options)
    lock = Lock.read(lock_of(chosen)) if locked else None
    writer = LockWriter()

    def compare(seen: Seen, result: Result) -> Comparison:
        from quizproof_renderers.reports.lock_diff import Comparison

        assert before is not None
        assert path is not None
        now = writer.lock(result.sandbox, result.runtimes)
        left_out = {runtime: tuple(quizzes) for runtime, quizzes in seen.missing.items()}
        return Comparison.of(before, now, str(path), seen.places, left_out)

    proving_settings = set_up(
        files,
        options,
        chosen,
        outcomes=lock,
        lock=lock,
        displays=False,  # no report shows them
        stress=stress or 0,
        audit=audit or 0.0,
        witness=writer.note if path else None,
        shard=shard,
    )
    with proving_settings as (proving, bar):
        seen, comparison = report(proving, bar, outputs, sieve, texts, compare if before else None)
    part = shard or choice
    if lock and not part:
        refuse_left_over(lock, lock_of(chosen), seen.programs)
    elif not part and not write_lock and not diff_lock:
        _warn_if_stale(chosen, seen.programs, proving.result.runtimes)
    if known:
        write_baseline(sieve, known)
    tell_gone(sieve)
    result = sieve.result(proving.result)
    fail_on = judging.fail_on or settings.value("fail-on")
    min_proof = settings.value("min-proof") if judging.min_proof is None else judging.min_proof
    tell_missing_proof(result, min_proof)
    code = code_of(result, fail_on, min_proof)
    if comparison:
        _show_difference(comparison, to_stderr=outputs[0].file is None and is_data(outputs[0].format))
        if comparison.differs and fail_on != "never":
            code = FINDINGS
    if path and write_lock:
        _write_if_proven(writer.lock(result.sandbox, result.runtimes), path, proving.result)
    sys.exit(code)


def _refuse_parts(
    choice: Choice | None, shard: Shard | None, *, write_lock: bool, diff_lock: bool, baseline: bool
) -> None:
    """Exit where what belongs to a whole bank is asked of a part of it."""
    if shard and (write_lock or diff_lock):
        fail(f"{LOCK} belongs to a whole bank, and `--shard` proves a part of one; leave one of them out")
    if choice and (write_lock or diff_lock):
        fail(f"{LOCK} belongs to a whole bank; leave out {CHOOSERS}")
    if shard and choice:
        fail(f"`--shard` divides a whole bank; leave out {CHOOSERS}")
    if choice and baseline:
        fail(f"a baseline belongs to a whole bank; leave out {CHOOSERS}")
    if shard and baseline:
        fail("a baseline belongs to a whole bank, and `--shard` proves a part of one; leave one of them out")


def _without_cache(options: RunOptions) -> RunOptions:
    """Options under which every run is carried out. Exits where outcomes of a lock are to be believed."""
    if options.known:
        fail("`--stress` runs everything again; leave out `--known`")
    return replace(options, no_cache=True)


def _refuse_overwriting(files: Sequence[Path | Loaded], outputs: Sequence[Output]) -> None:
    """Exit where a report would replace a quiz."""
    for output in outputs:
        if output.file and any(isinstance(file, Path) and _is_same(file, output.file) for file in files):
            fail(f"{output.file} is a quiz of the bank; name another file for the report")


def _is_same(file: Path, other: Path) -> bool:
    """Whether two paths lead to one file."""
    return other.exists() and file.exists() and file.samefile(other)


def _warn_if_stale(
    chosen: Sequence[Path], programs: Mapping[str, str], runtimes: Mapping[str, Mapping[str, str]]
) -> None:
    """Mention that the lock of a bank, where it has one, does not fit it any more.

    programs  the fingerprint of the programs of each quiz that was checked
    runtimes  the versions on which they were run
    """
    from quizproof.errors import UsageError
    from quizproof.store.lock import glance
    from quizproof_renderers.reports.lock_diff import version_changes

    path = chosen[0] / LOCK
    if len(chosen) > 1 or not path.is_file():
        return
    try:
        known, versions = glance(path)
    except UsageError as error:
        tell(str(error))
        return
    quizzes = programs.keys() | known.keys()
    mine = {runtime: versions[runtime] for runtime in runtimes if runtime in versions}
    if changes := list(version_changes(mine, {runtime: runtimes[runtime] for runtime in mine})):
        advice = "`quizproof check --diff-lock` compares the outputs"
        tell(f"{path} was written with other versions: {'; '.join(changes)}. {advice}")
    if stale := sorted(quiz for quiz in quizzes if quiz and programs.get(quiz, "") != known.get(quiz, "")):
        new = [quiz for quiz in stale if quiz not in known]
        gone = [quiz for quiz in stale if quiz not in programs]
        changed = [quiz for quiz in stale if quiz in known and quiz in programs]
        parts = (
            _named(changed, "changed since", "changed since"),
            _named(new, "is new", "are new"),
            _named(gone, "is gone", "are gone"),
        )
        what = "; ".join(filter(None, parts))
        tell(f"{path} is stale: {what}. Rewrite it with `quizproof check --write-lock`")


def _named(quizzes: Sequence[str], one: str, several: str) -> str:
    """The first of some quizzes, how many more there are, and what is said of them; empty where there are none."""
    if not quizzes:
        return ""
    return f"`{quizzes[0]}` and {len(quizzes) - 1} more {several}" if len(quizzes) > 1 else f"`{quizzes[0]}` {one}"


def _show_difference(comparison: Comparison, *, to_stderr: bool) -> None:
    """Show what differs from the lock."""
    from quizproof_renderers.console import console_for
    from quizproof_renderers.reports import lock_diff

    # A JSON report must be all that is on standard output.
    lock_diff.write(comparison, console_for(sys.stderr if to_stderr else sys.stdout))


def _write_if_proven(lock: Lock, path: Path, result: Result) -> None:
    """Write a lock, and say so. Exits when that is not possible.

    result  with every error, ignored or not: a lock is the record of what is proven
    """
    if result.errors:
        tell(f"not everything is proven, so {path} was not written")
        return
    try:
        lock.write(path)
    except OSError as error:
        fail(f"{path} cannot be written: {error.strerror}")
    tell(f"{path}: outcomes of {sum(1 for _ in lock.entries()):,} programs")
