"""What a command needs to prove: a runner, the cache, the line of progress, a reporter."""

from __future__ import annotations

import sys
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO, TypedDict, Unpack

from quizproof_renderers.cli.exits import fail, refuse, tell
from quizproof_renderers.cli.options import LOCK, lock_near
from quizproof_renderers.reports.formats import DifferenceReporter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from quizproof.loading.quiz import Bank, Loaded
    from quizproof.loading.shards import Shard
    from quizproof.proof import QuizProof, Result
    from quizproof.proving.prove import Proving, Witness
    from quizproof.runners.runner import Runner
    from quizproof.runtimes.sandbox.levels import Level
    from quizproof.store.cache import Cache
    from quizproof.store.known import Known
    from quizproof.store.lock import Lock
    from quizproof_renderers.cli.options import Output, RunOptions
    from quizproof_renderers.policy.sieve import Sieve
    from quizproof_renderers.progress import Progress
    from quizproof_renderers.reports.formats import Reporter
    from quizproof_renderers.reports.lock_diff import Comparison


class ProvingSettings(TypedDict, total=False):
    """The keyword parameters of `Proving` that a command decides; their meaning is described there."""

    displays: bool
    stress: int
    audit: float
    witness: Witness | None
    lock: Lock | None
    shard: Shard | None


@contextmanager
def set_up(
    files: Sequence[Path | Loaded],
    options: RunOptions,
    places: Sequence[Path] = (),
    *,
    outcomes: Lock | None = None,
    **settings: Unpack[ProvingSettings],
) -> Iterator[tuple[Proving, Progress]]:
    """Files of a bank ready to be proven, and the line of progress that shows how far that has come.

    files     paths, or files that were loaded
    options   how to run
    places    the files or folders that the command was given, whose lock `options` may ask for
    outcomes  a lock to take all outcomes from, so that nothing is run; None to run
    settings  keyword parameters of `Proving`

    Exits when the runs cannot be had as `options` asks.
    """
    from quizproof.proving.prove import Proving
    from quizproof_renderers.progress import progress_on
    from quizproof_renderers.tally import origins

    runner: Runner[Any] = _locked(outcomes, options) if outcomes else _running(options)
    known = _known(options, places, runner.level) if options.known else None
    # On standard error, so that a report in a pipe or a file holds nothing of it.
    with cache_for(options) as cache, progress_on(sys.stderr, quiet=options.quiet) as bar, runner:
        proving = Proving(files, runner, cache=cache, known=known, progress=bar.show, **settings)
        yield proving, bar
        if options.verbose:
            bar.hide()
            tell(origins(proving.result.summary))


def bank_at(*paths: Path) -> Bank:
    """The bank in some files or folders. Findings in them are mentioned, and are no reason to stop.

    A learner can use the sound quizzes of a bank while its author fixes the others.
    """
    from quizproof.loading.load import load_bank
    from quizproof_renderers.text import plural

    bank = load_bank(paths)
    if bank.findings:
        tell(f"{plural(len(bank.findings), 'finding')} in the bank's files; `quizproof check` shows them")
    return bank


def pool_for(options: RunOptions, jobs: int | None = 1) -> Runner[Any]:
    """A runner on this machine for runs that prove nothing, under the sandbox that was asked for.

    options  whose sandbox is used
    jobs     how many runs in parallel; as many as there are processors when None

    Exits on a platform that can run nothing, and when the machine does not allow that sandbox.
    """
    from quizproof.runners.local import local_runner, platform_refusal
    from quizproof.store.cache import default_path
    from quizproof.store.prepared_files import kept_beside

    if why := platform_refusal():  # before the sandbox is looked at, which is Linux's
        refuse(why)
    try:
        prepared = None if options.no_cache else kept_beside(default_path())
    except RuntimeError:  # there is no home folder
        prepared = None
    return _capped(local_runner(jobs, _level(options), prepared), options)


def _capped(runner: Runner[Any], options: RunOptions) -> Runner[Any]:
    """A runner that keeps to the caps of `options`."""
    from quizproof.runners.capped import CappedRunner, Caps

    given = {"seconds": options.seconds, "memory_mib": options.memory_mib, "processes": options.processes}
    caps: dict[str, Any] = {name: most for name, most in given.items() if most is not None}
    return CappedRunner[Any](runner, Caps(**caps))


def _running(options: RunOptions) -> Runner[Any]:
    """What carries out runs: this machine or a cluster."""
    return cluster_for(options) if options.dask else pool_for(options, options.jobs)


def cluster_for(options: RunOptions) -> Runner[Any]:
    """A runner on the cluster that `options` names. Exits when other options do not go with it."""
    assert options.dask is not None
    if options.known:
        fail("`--known` compares versions with those here, and with `--dask` the workers run; leave one of them out")
    if options.jobs:
        fail("with `--dask` the workers run everything; leave out `--jobs`")
    from quizproof.runners.local import platform_refusal

    if why := platform_refusal():  # it imports the code of its workers, which needs Linux too
        refuse(why)
    from quizproof.runners.dask.runner import DaskRunner

    return _capped(DaskRunner[Any](options.dask, options.sandbox, options.required), options)


def _locked(lock: Lock, options: RunOptions) -> Runner[Any]:
    """What gives the outcomes in a lock."""
    from quizproof.runners.locked import LockedRunner
    from quizproof.runtimes.sandbox.levels import LEVELS

    if options.dask:
        fail("with `--dask` the workers run everything; leave out `--locked`")
    if options.known:
        fail("with `--locked` nothing is run; leave out `--known`")
    if lock.sandbox not in LEVELS:
        fail(f"the lock names an unknown sandbox, `{lock.sandbox}`; write it again with `quizproof check --write-lock`")
    if options.required and LEVELS.index(lock.sandbox) > LEVELS.index(options.required):
        refuse(f"the lock was written under the sandbox `{lock.sandbox}`, which is weaker than `{options.required}`")
    return LockedRunner[Any](lock)


def _known(options: RunOptions, places: Sequence[Path], level: str) -> Known | None:
    """What the committed lock knows that was asked for, and a word about what it does not. None when there is none."""
    from quizproof.store.known import known_at

    assert options.known is not None
    known = known_at(lock_near(places), options.known, level)
    if known is None:
        tell(f"`{options.known}` has no {LOCK} of this bank, so everything is run")
        return None
    for runtime, why in known.refusals.items():
        tell(f"nothing is taken from the lock of {known.revision} for the runtime {runtime}: {why}")
    return known


def _level(options: RunOptions) -> Level:
    """The sandbox to use. Exits when the machine does not allow what was asked for."""
    from quizproof.runtimes.sandbox.levels import LEVELS, refusal, strongest

    level, required = options.sandbox or strongest(), options.required
    if why := refusal(level):
        refuse(f"this machine does not allow the sandbox `{level}`: {why}")
    if required and LEVELS.index(level) > LEVELS.index(required):
        why = refusal(required) or f"`--sandbox {level}` was asked for"
        refuse(f"runs would have the sandbox `{level}`, which is weaker than the required `{required}`: {why}")
    return level


@contextmanager
def cache_for(options: RunOptions) -> Iterator[Cache | None]:
    """The cache of this user; None when it is not wanted, or cannot be used, which is mentioned."""
    from quizproof.errors import UsageError
    from quizproof.store.cache import Cache

    if options.no_cache:
        yield None
        return
    try:
        cache = Cache()
    except UsageError as error:
        tell(f"{error}; going on without it")
        yield None
        return
    if cache.set_aside:
        tell(f"the cache was damaged and was moved to {cache.set_aside}; a new one was started")
    with cache:
        yield cache


@dataclass
class Seen:
    """What a command has to know of the proofs after they were reported."""

    programs: dict[str, str] = field(default_factory=dict)
    """The fingerprint of the programs of each quiz."""
    places: dict[tuple[str, str], tuple[str, int]] = field(default_factory=dict)
    """The file and the line of each block, by its quiz and its id."""
    missing: dict[str, list[str]] = field(default_factory=dict)
    """The quizzes whose runtime is missing, by the runtime."""

    def add(self, quiz: QuizProof) -> None:
        """Note one file."""
        self.programs[quiz.id] = quiz.programs
        self.places |= {(quiz.id, block): (quiz.path, line) for block, line in quiz.lines.items()}
        if quiz.header and any(finding.unavailable for finding in quiz.file_findings):
            self.missing.setdefault(quiz.header.runtime, []).append(quiz.id)


def report(
    proving: Proving,
    bar: Progress,
    outputs: Sequence[Output],
    sieve: Sieve,
    texts: Mapping[str, str] | None = None,
    compare: Callable[[Seen, Result], Comparison] | None = None,
) -> tuple[Seen, Comparison | None]:
    """Prove, and report each file as soon as it is judged. Returns what was seen, and how it differs from a lock.

    proving  what `set_up` gives
    bar      the line of progress, removed before anything is written to the same screen
    outputs  the reports to write
    sieve    takes out the findings that do not count
    texts    the texts of files that are not on disk, by their paths
    compare  called when everything is judged, to have what differs from a lock; None where nobody asks

    Exits when a file of a report cannot be written.
    """
    on_terminal = outputs[0].file is None and sys.stdout.isatty()
    seen, comparison = Seen(), None
    with reporter_to(outputs, texts) as reporter:
        for proof in proving:
            quiz = sieve.sift(proof)
            if on_terminal and quiz.findings:
                bar.hide()
            reporter.add(quiz)
            seen.add(quiz)
        bar.hide()
        if compare:
            comparison = compare(seen, proving.result)
            if isinstance(reporter, DifferenceReporter):
                reporter.differ(comparison)
        reporter.finish(sieve.result(proving.result))
    return seen, comparison


@contextmanager
def reporter_to(outputs: Sequence[Output], texts: Mapping[str, str] | None = None) -> Iterator[Reporter]:
    """A reporter to standard output and to files; a file replaces what was there only when it is complete.

    outputs  as `outputs_of` gives them
    texts    as for `report`

    Exits when a file cannot be opened.
    """
    from quizproof_renderers.reports import formats

    with ExitStack() as files:
        reporters = [formats.reporter(output.format, _stream(output.file, files), texts=texts) for output in outputs]
        yield reporters[0] if len(reporters) == 1 else formats.Several(reporters)


def _stream(path: Path | None, files: ExitStack) -> TextIO:
    """Where a report is written. Standard output is not ours to close."""
    if path is None:
        return sys.stdout
    from quizproof_renderers.reports.whole_file import whole_file

    try:
        return files.enter_context(whole_file(path))
    except OSError as error:
        fail(f"{path} cannot be written: {error.strerror}")
