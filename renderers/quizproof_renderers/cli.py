"""The command line. Only this module prints, sets exit codes and catches what goes wrong.

Each command imports what it needs when it runs: `quizproof --help` must not wait for anything but click.
"""

from __future__ import annotations

import os
import signal
import sys
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TextIO, cast

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from quizproof.cache import Cache
    from quizproof.lock import Lock
    from quizproof.prove import Proving
    from quizproof.quiz import Bank, Loaded
    from quizproof.runtimes.runner import Runner
    from quizproof.runtimes.sandbox import Level
    from quizproof.shards import Shard
    from quizproof_renderers.progress import Bar
    from quizproof_renderers.reports import Reporter

USAGE, UNVERIFIED, INTERRUPTED, CLOSED = 2, 3, 130, 141
DEFAULT_BANK = "questions"
SANDBOXES = ("namespaces", "landlock", "none")
LOCK = "quizproof.lock"
FORMATS = ("full", "concise", "json", "github")


class Program(click.Group):
    """The group of all commands; turns every exception into a sentence and an exit code."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the chosen command, and write out all that it said, while faults of the output can still be told."""
        try:
            try:
                return super().invoke(ctx)
            finally:
                sys.stdout.flush()
        except BrokenPipeError:
            # Whoever read our output has seen enough. click would exit with 1, which means findings.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(CLOSED)

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run the command line, and exit."""
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, _leave)
        try:
            # Left to itself, click would answer Ctrl-C with "Aborted!" and 1.
            sys.exit(super().main(*args, **(kwargs | {"standalone_mode": False})))
        except click.ClickException as error:
            error.show()
            sys.exit(error.exit_code)
        except click.Abort:  # click has ended the line already
            click.echo("Interrupted.", err=True)
            sys.exit(INTERRUPTED)
        except OSError as error:
            if os.environ.get("QUIZPROOF_TRACEBACK"):
                raise
            sys.stdout = None  # or Python would try again at exit, and complain
            fail(f"{error.filename or 'the output'} cannot be used: {error.strerror}")
        except Exception as error:
            from quizproof.errors import CannotVerify, QuizproofError

            if os.environ.get("QUIZPROOF_TRACEBACK"):
                raise
            if isinstance(error, CannotVerify):
                refuse(str(error))
            if isinstance(error, QuizproofError):
                fail(str(error))
            name = type(error).__name__
            click.echo(f"quizproof: internal error: {name}: {str(error)!r}", err=True)
            click.echo("This is a fault of quizproof. QUIZPROOF_TRACEBACK=1 shows where.", err=True)
            sys.exit(UNVERIFIED)


def _leave(number: int, _: object) -> NoReturn:
    """End as if the signal had killed us, but not before everything was cleared away."""
    sys.exit(128 + number)


def fail(message: str) -> NoReturn:
    """Say what is wrong with the call, and exit with 2."""
    from quizproof_renderers.text import visible

    click.echo(f"quizproof: {visible(message)}", err=True)
    sys.exit(USAGE)


def refuse(message: str) -> NoReturn:
    """Say why nothing can be verified, and exit with 3."""
    tell(message)
    sys.exit(UNVERIFIED)


def tell(message: str) -> None:
    """Say something beside the output."""
    click.echo(f"quizproof: {message}", err=True)


def _version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted:
        import quizproof

        click.echo(f"quizproof {quizproof.__version__}")
        ctx.exit()


@click.group(
    cls=Program,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 all proven, 1 findings, 2 bad usage, 3 could not verify.",
)
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=_version, help="Show the version.")
def main() -> None:
    """Quizzes in which every key is proven, and every wrong option refuted, by a run.

    \b
    Examples:
      quizproof check questions            prove every claim of a bank
      quizproof build questions -o public  prove it, then render the site
      quizproof take freezing-layers-pytorch-practice
      quizproof explain QP201              what a finding means
    """


jobs_option = click.option(
    "-j", "--jobs", type=click.IntRange(min=1), metavar="N", help="Runs at once.  [default: number of processors]"
)
sandbox_option = click.option(
    "--sandbox",
    type=click.Choice(["auto", *SANDBOXES]),
    default="auto",
    show_default=True,
    help="How runs are closed off: as strongly as this machine allows, or at one level.",
)
require_option = click.option(
    "--require-sandbox",
    "required",
    type=click.Choice(SANDBOXES),
    help="Run nothing, and exit with 3, unless runs are closed off at least so strongly.",
)


no_cache_option = click.option(
    "--no-cache", is_flag=True, help="Run everything, whatever is known from earlier runs, and keep nothing."
)


class Share(click.ParamType[float]):
    """A share of a whole: `5%` or `0.05`."""

    name = "share"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """The share as a number from 0 to 1."""
        try:
            share = float(value.removesuffix("%")) / 100 if value.endswith("%") else float(value)
        except ValueError:
            share = -1.0
        if not 0 <= share <= 1:
            self.fail(f"{value!r} is no share; write `5%` or `0.05`", param, ctx)
        return share


class Part(click.ParamType["Shard"]):
    """One of several parts of a bank: `2/4`."""

    name = "shard"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Shard:
        """The part."""
        from quizproof.shards import Shard

        try:
            return Shard.parse(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


dask_option = click.option(
    "--dask",
    metavar="ADDRESS",
    help="Run on the workers of the Dask cluster whose scheduler is there: tcp://host:8786.",
)


def proving(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of all that prove."""
    for option in (dask_option, no_cache_option, require_option, sandbox_option, jobs_option):
        command = option(command)
    return command


format_option = click.option(
    "--format",
    "format_",
    type=click.Choice(FORMATS),
    help="How to report.  [default: full on a terminal, else concise]",
)
output_option = click.option(
    "-o", "--output-file", type=click.Path(path_type=Path, dir_okay=False), help="Write the report here."
)
paths_argument = click.argument("paths", nargs=-1, type=click.Path(path_type=Path))


@main.command()
@paths_argument
@format_option
@output_option
@click.option("--exit-zero", is_flag=True, help="Exit with 0 even when there are findings.")
@click.option(
    "--stress", type=click.IntRange(1, 100), metavar="N", help="Run every program N more times, under other conditions."
)
@click.option(
    "--audit", type=Share(), metavar="SHARE", help="Run this share of what the cache knows again, and compare: 5%."
)
@click.option("--write-lock", is_flag=True, help=f"When all is proven, write the outcomes to {LOCK} in the bank.")
@click.option("--diff-lock", is_flag=True, help=f"Show what moved since {LOCK} was written; exit with 1 if anything.")
@click.option(
    "--shard", type=Part(), metavar="I/N", help="Prove this part of the bank only; `quizproof merge` joins them: 2/4."
)
@proving
def check(
    paths: tuple[Path, ...],
    format_: str | None,
    output_file: Path | None,
    exit_zero: bool,
    stress: int | None,
    audit: float | None,
    write_lock: bool,
    diff_lock: bool,
    shard: Shard | None,
    **how: Any,
) -> None:
    """Prove every claim of a bank: run each snippet, judge each key and each wrong option.

    PATHS are quiz files or folders of them; `questions` when none is given.

    \b
    Examples:
      quizproof check
      quizproof check questions/freezing-layers --jobs 4
      quizproof check --format github                annotate a pull request
      quizproof check --format json -o report.json
      quizproof check --dask tcp://10.0.0.1:8786     on the workers of a Dask cluster
      quizproof check --require-sandbox landlock     refuse to run anything less closed off
      quizproof check --stress 3                     do keys hold under other hash seeds, threads, cold starts?
      quizproof check --shard 2/4 --format json -o 2.json   the second quarter; see `quizproof merge`
      quizproof check questions --diff-lock          which outputs moved, with this version of torch?
    """
    from quizproof.files import find_files
    from quizproof.lock import Lock, LockWriter

    chosen = paths or (_default_bank(),)
    if shard and (write_lock or diff_lock):
        fail(f"{LOCK} is for a whole bank, and `--shard` proves a part of one")
    lock = _lock_of(chosen) if write_lock or diff_lock else None
    before = Lock.read(lock) if lock and diff_lock else None
    writer = LockWriter()
    how |= {"stress": stress or 0, "audit": audit or 0.0, "witness": writer.note if lock else None, "shard": shard}
    with _proving(find_files(chosen), displays=False, **how) as (proving, bar):
        code = _report(proving, bar, format_, output_file)
    result = proving.result
    if lock:
        now = writer.lock(result.sandbox, result.runtimes)
        if before:
            from quizproof_renderers.console import console_for
            from quizproof_renderers.reports import lockdiff

            stream = sys.stderr if format_ == "json" and not output_file else sys.stdout  # JSON stands alone
            code = max(code, lockdiff.write(before, now, console_for(stream)))
        if write_lock and code in (0, 1) and not result.errors:
            now.write(lock)
            tell(f"{lock}: what came of {sum(1 for _ in now.entries()):,} programs")
        elif write_lock:
            tell(f"not all is proven, so {lock} was not written")
    sys.exit(0 if exit_zero else code)


def _lock_of(paths: Sequence[Path]) -> Path:
    """The lock of a bank. Exits unless one folder was named."""
    if len(paths) != 1 or not paths[0].is_dir():
        fail(f"{LOCK} is for a whole bank; name its folder, and nothing else")
    return paths[0] / LOCK


def _default_bank() -> Path:
    bank = Path(DEFAULT_BANK)
    if not bank.is_dir():
        fail(f"there is no folder `{DEFAULT_BANK}` here; name the quiz files or folders to read")
    return bank


@contextmanager
def _proving(
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
    from quizproof.prove import Proving
    from quizproof_renderers.progress import Bar

    runner: Runner[Any]
    if dask and (lock or jobs):
        fail(f"with `--dask` the workers run everything; leave out `{'--locked' if lock else '--jobs'}`")
    if dask:
        from quizproof.cluster import ClusterRunner

        runner = ClusterRunner[Any](dask, *_levels(sandbox, required))
    elif lock:
        from quizproof.locked import LockedRunner

        runner = LockedRunner[Any](lock)
    else:
        from quizproof.runtimes.pool import Pool

        runner = Pool[Any](jobs, _level(sandbox, required))
    with _cache(no_cache) as cache, Bar(sys.stderr) as bar, runner:
        yield Proving(files, runner, cache=cache, lock=lock, progress=bar.show, **how), bar


def _levels(sandbox: str, required: str | None) -> tuple[Level | None, Level | None]:
    """The sandbox that was asked for, if any, and the weakest that will do."""
    return cast("Level | None", None if sandbox == "auto" else sandbox), cast("Level | None", required)


def _level(sandbox: str, required: str | None) -> Level:
    """The sandbox to use. Exits when the machine does not allow what was asked for."""
    from quizproof.runtimes.sandbox import LEVELS, obstacle, strongest

    level = strongest() if sandbox == "auto" else cast("Level", sandbox)
    if why := obstacle(level):
        refuse(f"this machine does not allow the sandbox `{level}`: {why}")
    if required and LEVELS.index(level) > LEVELS.index(cast("Level", required)):
        why = obstacle(cast("Level", required)) or f"`--sandbox {sandbox}` was asked for"
        refuse(f"runs would have the sandbox `{level}`, which is weaker than the required `{required}`: {why}")
    return level


@contextmanager
def _cache(no_cache: bool) -> Iterator[Cache | None]:
    """The cache of this user; None when it is not wanted or cannot be used, which is told."""
    from quizproof.cache import Cache
    from quizproof.errors import UsageError

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


def _report(proving: Proving, bar: Bar, format_: str | None, output_file: Path | None) -> int:
    """Prove, and report as it goes; the exit code."""
    on_terminal = output_file is None and sys.stdout.isatty()
    with _reporter(format_, output_file) as reporter:
        for quiz in proving:
            if on_terminal and quiz.findings:
                bar.hide()
            reporter.add(quiz)
        bar.hide()
        reporter.finish(proving.result)
    return proving.result.exit_code


@contextmanager
def _reporter(format_: str | None, output_file: Path | None) -> Iterator[Reporter]:
    """What reports to the file, which is put in its place when it is complete, or to standard output."""
    from quizproof_renderers import reports

    chosen = cast("reports.Format", format_ or ("full" if not output_file and sys.stdout.isatty() else "concise"))
    try:
        stream = click.open_file(str(output_file), "w", encoding="utf-8", atomic=True) if output_file else sys.stdout
    except OSError as error:
        fail(f"{output_file} cannot be written: {error.strerror}")
    with stream if output_file else nullcontext():
        yield reports.reporter(chosen, cast("TextIO", stream))


@main.command()
@click.argument("reports", nargs=-1, required=True, type=click.Path(path_type=Path))
@format_option
@output_option
@click.option("--exit-zero", is_flag=True, help="Exit with 0 even when there are findings.")
def merge(reports: tuple[Path, ...], format_: str | None, output_file: Path | None, exit_zero: bool) -> None:
    """Join the reports of all shards to the report of the whole bank.

    REPORTS are what `quizproof check --shard I/N --format json` wrote, in any order. A part that is missing or given
    twice is refused, and so are parts of different banks, sandboxes, or versions of a library or of quizproof.

    \b
    Examples:
      quizproof merge part1.json part2.json
      quizproof merge parts/*.json --format json -o report.json
    """
    from quizproof_renderers.reports.parts import merge as join

    report = join(reports)
    with _reporter(format_, output_file) as reporter:
        for quiz in report.quizzes:
            reporter.add(quiz)
        reporter.finish(report.result)
    sys.exit(0 if exit_zero else report.exit_code)


@main.command()
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
    from quizproof.files import find_files
    from quizproof.lock import Lock
    from quizproof.proof import Report
    from quizproof_renderers import reports
    from quizproof_renderers.site import build_site, refuse_foreign
    from quizproof_renderers.site_settings import SiteSettings, load_settings

    settings = load_settings(site) if site else SiteSettings()
    refuse_foreign(output)
    chosen = bank or (_default_bank(),)
    lock = Lock.read(_lock_of(chosen)) if locked else None
    with _proving(find_files(chosen), **how, lock=lock) as (proving, _):
        report = Report(tuple(proving), proving.result)
    if lock and (gone := sorted(lock.quizzes.keys() - {quiz.id for quiz in report.quizzes})):
        refuse(f"{_lock_of(chosen)} does not match the bank: it tells of the quiz `{gone[0]}`, which is not there")
    topics = {quiz.header.topic for quiz in report.quizzes if quiz.header}
    if strange := [topic for topic in settings.topics if topic not in topics]:
        fail(f"{site}: the bank has no topic `{strange[0]}`; it has {', '.join(sorted(topics)) or 'none'}")
    reports.write(report, "full" if sys.stdout.isatty() else "concise", sys.stdout)
    if report.exit_code and not keep_going:
        click.echo(f"Not all is proven, so {output} was not written (--keep-going writes it all the same).", err=True)
        sys.exit(report.exit_code)
    result = build_site(report, output, title or settings.title, settings.topics)
    click.echo(f"{result.files} files, {result.bytes / 1000:,.0f} kB. Open {(output / 'index.html').absolute()}")
    sys.exit(report.exit_code)


@main.command()
@click.argument("name", metavar="[QUIZ|ID]", required=False)
@click.option("--bank", multiple=True, type=click.Path(path_type=Path), help="Files or folders.  [default: questions]")
@click.option("--seed", type=int, help="Draws variants and shuffles options; the same seed gives the same test.")
@click.option("--plain", is_flag=True, help="No colours, boxes or decoration: for screen readers and logs.")
@proving
def take(name: str | None, bank: tuple[Path, ...], seed: int | None, plain: bool, **how: Any) -> None:
    """Take a self-test in the terminal: a quiz, or one question.

    What you are asked is proven first. Afterwards you see what every option's own run really did. Answers are read from
    the keyboard, or line by line from a pipe. Without QUIZ, the quizzes of the bank are listed.

    \b
    Examples:
      quizproof take freezing-layers-pytorch-practice
      quizproof take torch-grad-false --plain
      printf 'b\\n' | quizproof take torch-grad-false --seed 1
    """
    import secrets

    from quizproof.load import load_bank
    from quizproof_renderers.terminal import session

    whole = load_bank(bank or (_default_bank(),))
    if whole.findings:
        count = "1 finding" if len(whole.findings) == 1 else f"{len(whole.findings)} findings"
        click.echo(f"quizproof: {count} in the bank's files; `quizproof check` shows them", err=True)
    with _proving(_choose(whole, name).files, **how) as (proving, _):
        quizzes = tuple(proving)
    seed = secrets.randbelow(10_000) if seed is None else seed
    result = session.run(quizzes, seed=seed, plain=plain)
    if result.left_out:
        click.echo("quizproof: `quizproof check` says why questions were left out", err=True)
    sys.exit(result.exit_code)


def _choose(bank: Bank, name: str | None) -> Bank:
    """The part of the bank that was asked for: a quiz or one question. Exits when that is not clear."""
    from dataclasses import replace

    if name is None and len(bank.quizzes) == 1:
        return bank
    from quizproof.quiz import Bank, Loaded
    from quizproof_renderers.text import one_line

    if name is None:
        click.echo("Which quiz? `quizproof take QUIZ`, with one of:\n", err=True)
        for quiz in bank.quizzes:
            count = len(quiz.items)
            noun = "question" if count == 1 else "questions"
            click.echo(f"  {quiz.id:<40} {one_line(quiz.header.title)} ({count} {noun})", err=True)
        sys.exit(USAGE)
    for quiz in bank.quizzes:
        if name == quiz.id:
            return Bank((Loaded(quiz.path, quiz),))
        for item in quiz.items:
            if name == item.question.id:
                header = quiz.header.model_copy(update={"intro": "", "minutes": None})  # they speak of the whole quiz
                return Bank((Loaded(quiz.path, replace(quiz, header=header, items=(item,))),))
    import difflib

    names = [quiz.id for quiz in bank.quizzes] + [i.question.id for quiz in bank.quizzes for i in quiz.items]
    close = difflib.get_close_matches(name, names, 1)
    fail(f"there is no quiz or question `{name}`" + (f"; did you mean `{close[0]}`?" if close else ""))


@main.command()
@click.argument("rule", required=False)
def explain(rule: str | None) -> None:
    """Explain what a finding means and how to mend it. RULE is a code or a name; without it, all are listed.

    \b
    Examples:
      quizproof explain QP205
      quizproof explain key-refuted
      quizproof explain
    """
    from quizproof.rules import RULES

    if rule is None:
        for each in RULES.values():
            click.echo(f"{each.code}  {each.name:<28} {each.summary}")
        return
    wanted = rule.strip().lower()
    found = next((r for r in RULES.values() if wanted in (r.code.lower(), r.name)), None)
    if found is None:
        import difflib

        close = difflib.get_close_matches(wanted, [r.name for r in RULES.values()], 1)
        hint = f"; did you mean `{close[0]}`?" if close else ""
        fail(f"there is no rule `{rule}`{hint} (`quizproof explain` lists them all)")
    else:
        click.echo(f"{found.code} {found.name} ({found.severity})\n\n{found.summary}\n\n{found.explanation}")


@main.group()
def cache() -> None:
    """What is known from earlier runs: look at it, or forget it.

    A run whose code, limits, libraries and sandbox are the same as in an earlier run is not repeated. Time-outs and
    faults are never kept.

    \b
    Examples:
      quizproof cache stats
      quizproof cache clear
      quizproof check --no-cache      prove everything anew, keep nothing
    """


@cache.command()
def stats() -> None:
    """Show where the cache is and what it holds."""
    from quizproof.cache import Cache

    with Cache() as known:
        held = known.stats()
    click.echo(f"{held.path}")
    for sort, words in (
        ("run", "outcomes of runs"),
        ("quiz", "proofs of whole files"),
        ("pages", "files ready to show"),
    ):
        click.echo(f"  {held.entries.get(sort, 0):>9,}  {words}")
    click.echo(f"  {held.bytes / 1e6:>9,.1f}  MB, of {held.most_bytes / 1e6:,.0f} MB at most")


@cache.command()
def clear() -> None:
    """Forget everything; the next check runs everything."""
    from quizproof.cache import Cache

    with Cache() as known:
        count = known.clear()
    click.echo(f"{count:,} entries forgotten")


@main.command()
def doctor() -> None:
    """Show what this machine can prove: runtimes and versions, limits, and how runs are isolated.

    Exits with 3 when a runtime is missing.
    """
    from quizproof.runtimes.pool import Pool
    from quizproof_renderers import health

    with Pool[str]() as pool:
        pool.start(health.RUNTIMES)
        pool.wait()
        health.write(pool, sys.stdout)
        missing = set(health.RUNTIMES) - set(pool.versions)
    sys.exit(UNVERIFIED if missing else 0)
