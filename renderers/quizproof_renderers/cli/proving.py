"""What a command needs to prove: somebody to carry out the runs, the cache, the line of progress, a reporter."""

from __future__ import annotations

import sys
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO, cast

import click

from quizproof_renderers.cli.exits import fail, refuse, tell

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from quizproof.loading.quiz import Bank, Loaded
    from quizproof.proving.prove import Proving
    from quizproof.runners.pool import Pool
    from quizproof.runners.runner import Runner
    from quizproof.runtimes.sandbox.levels import Level
    from quizproof.store.cache import Cache
    from quizproof.store.lock import Lock
    from quizproof_renderers.progress import Bar
    from quizproof_renderers.reports.formats import Reporter


@contextmanager
def set_up(
    files: Sequence[Path | Loaded],
    jobs: int | None,
    sandbox: str,
    required: str | None,
    no_cache: bool,
    dask: str | None = None,
    lock: Lock | None = None,
    **how: Any,
) -> Iterator[tuple[Proving, Bar]]:
    """Everything set up to prove: what carries out the runs, the cache, the line of progress."""
    from quizproof.proving.prove import Proving
    from quizproof_renderers.progress import Bar

    runner: Runner[Any]
    if dask and (lock or jobs):
        fail(f"with `--dask` the workers run everything; leave out `{'--locked' if lock else '--jobs'}`")
    if dask:
        from quizproof.runners.dask.runner import DaskRunner

        runner = DaskRunner[Any](dask, *_levels(sandbox, required))
    elif lock:
        from quizproof.runners.locked import LockedRunner
        from quizproof.runtimes.sandbox.levels import LEVELS

        if lock.sandbox not in LEVELS:
            fail(f"the lock names a sandbox that there is not, `{lock.sandbox}`; write it anew")
        if required and LEVELS.index(lock.sandbox) > LEVELS.index(cast("Level", required)):
            refuse(f"the lock was written under the sandbox `{lock.sandbox}`, which is weaker than `{required}`")
        runner = LockedRunner[Any](lock)
    else:
        from quizproof.runners.pool import Pool

        runner = Pool[Any](jobs, _level(sandbox, required))
    with _cache(no_cache) as cache, Bar(sys.stderr) as bar, runner:
        yield Proving(files, runner, cache=cache, lock=lock, progress=bar.show, **how), bar


def bank_at(*paths: Path) -> Bank:
    """The bank of some files or folders. That there is something wrong in them is told, and no hindrance."""
    from quizproof.loading.load import load_bank
    from quizproof_renderers.text import plural

    bank = load_bank(paths)
    if bank.findings:
        tell(f"{plural(len(bank.findings), 'finding')} in the bank's files; `quizproof check` shows them")
    return bank


def pool_for(sandbox: str, required: str | None, jobs: int | None = 1) -> Pool[Any]:
    """Somebody to carry out runs on this machine that prove nothing, under the sandbox that was asked for."""
    from quizproof.runners.pool import Pool

    return Pool(jobs, _level(sandbox, required))


def _levels(sandbox: str, required: str | None) -> tuple[Level | None, Level | None]:
    """The sandbox that was asked for, if any, and the weakest that will do."""
    return cast("Level | None", None if sandbox == "auto" else sandbox), cast("Level | None", required)


def _level(sandbox: str, required: str | None) -> Level:
    """The sandbox to use. Exits when the machine does not allow what was asked for."""
    from quizproof.runtimes.sandbox.levels import LEVELS, refusal, strongest

    level = strongest() if sandbox == "auto" else cast("Level", sandbox)
    if why := refusal(level):
        refuse(f"this machine does not allow the sandbox `{level}`: {why}")
    if required and LEVELS.index(level) > LEVELS.index(cast("Level", required)):
        why = refusal(cast("Level", required)) or f"`--sandbox {sandbox}` was asked for"
        refuse(f"runs would have the sandbox `{level}`, which is weaker than the required `{required}`: {why}")
    return level


@contextmanager
def _cache(no_cache: bool) -> Iterator[Cache | None]:
    """The cache of this user; None when it is not wanted or cannot be used, which is told."""
    from quizproof.errors import UsageError
    from quizproof.store.cache import Cache

    if no_cache:
        yield None
        return
    try:
        cache = Cache()
    except UsageError as error:
        tell(f"{error}; going on without")
        yield None
        return
    if cache.set_aside:
        tell(f"the cache was damaged; it is now {cache.set_aside}, and a new one was begun")
    with cache:
        yield cache


def report(proving: Proving, bar: Bar, format_: str | None, output_file: Path | None) -> int:
    """Prove, and report as it goes; the exit code."""
    on_terminal = output_file is None and sys.stdout.isatty()
    with reporter_to(format_, output_file) as reporter:
        for quiz in proving:
            if on_terminal and quiz.findings:
                bar.hide()
            reporter.add(quiz)
        bar.hide()
        reporter.finish(proving.result)
    return proving.result.exit_code


@contextmanager
def reporter_to(format_: str | None, output_file: Path | None) -> Iterator[Reporter]:
    """What reports to the file, which is put in its place when it is complete, or to standard output."""
    from quizproof_renderers.reports import formats

    chosen = cast("formats.Format", format_ or ("full" if not output_file and sys.stdout.isatty() else "concise"))
    if output_file == Path():
        fail("`--output-file` names no file")
    # What is no ordinary file, a pipe say, cannot be replaced.
    whole = output_file is not None and (output_file.is_file() or not output_file.exists())
    try:
        stream = click.open_file(str(output_file), "w", encoding="utf-8", atomic=whole) if output_file else sys.stdout
    except OSError as error:
        fail(f"{output_file} cannot be written: {error.strerror}")
    with stream if output_file else nullcontext():
        yield formats.reporter(chosen, cast("TextIO", stream))
