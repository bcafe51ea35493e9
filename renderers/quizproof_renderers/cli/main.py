"""The command line, one module per command. Only this package prints, exits and catches what goes wrong.

Each command imports what it needs when it runs: `quizproof --help` must not wait for anything but click.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Any, NoReturn

import click

from quizproof_renderers.cli.authoring.completion import completion
from quizproof_renderers.cli.authoring.config import config
from quizproof_renderers.cli.authoring.fix import fix
from quizproof_renderers.cli.authoring.fmt import fmt
from quizproof_renderers.cli.authoring.list_ import list_
from quizproof_renderers.cli.authoring.lsp import lsp
from quizproof_renderers.cli.authoring.new import new
from quizproof_renderers.cli.authoring.schema import schema
from quizproof_renderers.cli.authoring.serve import serve
from quizproof_renderers.cli.authoring.show import show
from quizproof_renderers.cli.authoring.validate import validate
from quizproof_renderers.cli.authoring.watch import watch
from quizproof_renderers.cli.build import build
from quizproof_renderers.cli.cache import cache
from quizproof_renderers.cli.check import check
from quizproof_renderers.cli.doctor import doctor
from quizproof_renderers.cli.exits import CLOSED, INTERRUPTED, SIGNALLED, UNVERIFIED, USAGE, fail, refuse
from quizproof_renderers.cli.explain import explain
from quizproof_renderers.cli.learning.attempts import attempts
from quizproof_renderers.cli.learning.review import review
from quizproof_renderers.cli.learning.stats import stats
from quizproof_renderers.cli.learning.take import take
from quizproof_renderers.cli.learning.try_ import try_
from quizproof_renderers.cli.marking.analyse import analyse
from quizproof_renderers.cli.marking.grade import grade
from quizproof_renderers.cli.merge import merge

_ENDING = (signal.SIGTERM, signal.SIGHUP) if hasattr(signal, "SIGHUP") else (signal.SIGTERM,)
"""Signals that ask us to end. Windows has no SIGHUP."""


class Program(click.Group):
    """The group of all commands; turns every exception into a sentence and an exit code."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands, each with its whole summary: click would cut it at the width of the terminal."""
        commands = ((name, self.get_command(ctx, name)) for name in self.list_commands(ctx))
        with formatter.section("Commands"):
            formatter.write_dl([(name, command.get_short_help_str(500)) for name, command in commands if command])

    def invoke(self, ctx: click.Context) -> Any:
        """Run the chosen command, and flush its output while a fault of the output can still be reported."""
        try:
            try:
                return super().invoke(ctx)
            finally:
                sys.stdout.flush()
        except BrokenPipeError:
            # The reader of our output has seen enough. click would exit with 1, which means findings.
            # Python flushes standard output once more at exit; that must not fail again.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(CLOSED)

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run the command line, and exit."""
        # They are None when we are started with a closed descriptor: nobody wants to read what goes there.
        sys.stdout = sys.stdout or Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115
        sys.stderr = sys.stderr or Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115
        sys.stdin = sys.stdin or Path(os.devnull).open(encoding="utf-8")  # noqa: SIM115
        _handle_signals()
        try:
            # Left to itself, click would answer Ctrl-C with "Aborted!" and 1.
            sys.exit(super().main(*args, **(kwargs | {"standalone_mode": False})))
        except click.ClickException as error:
            error.show()
            sys.exit(USAGE)  # click has 1 for some of them, which means findings
        except click.Abort:  # click has ended the line already
            click.echo("Interrupted.", err=True)
            sys.exit(INTERRUPTED)
        except OSError as error:
            if os.environ.get("QUIZPROOF_TRACEBACK"):
                raise
            sys.stdout = None  # or Python would flush it again at exit, and complain
            fail(f"{error.filename or 'the output'} cannot be used: {error.strerror}")
        except Exception as error:
            if _come:
                _end(_come[-1])
            from quizproof.errors import CannotVerify, QuizproofError

            if os.environ.get("QUIZPROOF_TRACEBACK"):
                raise
            if isinstance(error, CannotVerify):
                refuse(str(error))
            if isinstance(error, QuizproofError):
                fail(str(error))
            name = type(error).__name__
            click.echo(f"quizproof: internal error: {name}: {str(error)!r}", err=True)
            click.echo("This is a fault in quizproof. Set QUIZPROOF_TRACEBACK=1 to see where.", err=True)
            sys.exit(UNVERIFIED)


def _handle_signals() -> None:
    """From now on signals end us through the exits that clean up."""
    if hasattr(signal, "setitimer"):  # not on Windows
        sys.unraisablehook = _swallowed
    for number in _ENDING:
        signal.signal(number, _leave)
    if hasattr(signal, "SIGCHLD"):
        # A parent that ignores it hands that down, and the ends of our children would be lost.
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    # Where it was ignored, as in the background, it stays so.
    if signal.getsignal(signal.SIGINT) == signal.default_int_handler:
        signal.signal(signal.SIGINT, _interrupt)


class _Interrupt(KeyboardInterrupt):
    """SIGINT has come."""


class _Leave(SystemExit):
    """A signal has come that asks us to end."""

    def __init__(self, number: int) -> None:
        super().__init__(SIGNALLED + number)


def _interrupt(number: int, _: object) -> NoReturn:
    """Interrupt once: a second Ctrl-C, and a third, must not stop what clears away after the first."""
    signal.signal(number, signal.SIG_IGN)
    _come.append(_Interrupt())
    raise _come[-1]


def _leave(number: int, _: object) -> NoReturn:
    """End with the code of a process that the signal killed, but through the exits that clean up."""
    _come.append(_Leave(number))
    raise _come[-1]


_come: list[_Interrupt | _Leave] = []
"""What handlers have raised. A library may make its own exception of it, as pydantic does while it builds models."""


def _end(come: _Interrupt | _Leave) -> NoReturn:
    """End as the signal asks, although its exception has not arrived as it was."""
    if isinstance(come, _Leave):
        raise come
    click.echo("Interrupted.", err=True)
    sys.exit(INTERRUPTED)


def _swallowed(unraisable: sys.UnraisableHookArgs) -> None:
    """Raise once more what a handler has raised and Python has ignored, as it does in finalizers and around forks."""
    error = unraisable.exc_value
    if not isinstance(error, (_Interrupt, _Leave)):
        sys.__unraisablehook__(unraisable)
        return

    def again(*_: object) -> NoReturn:
        raise error

    # A little later: at once, it would be ignored at the same place. A thread cannot be started there.
    signal.signal(signal.SIGALRM, again)
    signal.setitimer(signal.ITIMER_REAL, _AGAIN_SECONDS)


_AGAIN_SECONDS = 0.05


def _version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted:
        import quizproof

        click.echo(f"quizproof {quizproof.__version__}")
        ctx.exit()


@click.group(
    cls=Program,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 everything proven, 1 findings, 2 bad usage, 3 could not verify.",
)
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=_version, help="Show the version.")
def main() -> None:
    """Prove the keys of quizzes by running them, and refute the wrong options.

    \b
    Examples:
      quizproof check questions            prove every claim of a bank
      quizproof build questions -o public  prove it, then render the site
      quizproof take freezing-layers-pytorch-practice
      quizproof try mine.py --experiment stop-the-overfitting
      quizproof explain QP201              what a finding means
    """


_AUTHORING = (check, validate, watch, serve, new, fix, fmt, list_, show, merge, build)
_LEARNING = (take, try_, stats, review, attempts)
_MARKING = (grade, analyse)
_ABOUT = (explain, config, schema, lsp, completion, cache, doctor)

for command in (*_AUTHORING, *_LEARNING, *_MARKING, *_ABOUT):
    main.add_command(command)
