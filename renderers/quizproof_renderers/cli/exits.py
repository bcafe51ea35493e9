"""Exit codes, what decides them, and the sentences that commands print beside their output.

Every code that a command exits with is named here, and computed here from what a command found out.
"""

from __future__ import annotations

import shutil
import sys
import textwrap
from functools import partial
from typing import TYPE_CHECKING, NoReturn

import click

if TYPE_CHECKING:
    from quizproof.proof import Result
    from quizproof_renderers.terminal.record import Result as TestResult

PROVEN = 0
"""Everything is proven, or the command had nothing to prove."""
FINDINGS = 1
"""There is an error in the bank, an output differs from the lock, or a learner's script misses something."""
USAGE = 2
"""The call was wrong, or an input cannot be read."""
UNVERIFIED = 3
"""Something could not be judged: a runtime or a sandbox is missing, the platform runs nothing, or we are at fault."""
INTERRUPTED = 130
"""Ctrl-C."""
CLOSED = 141
"""The reader of the output has closed it, as `head` does: what a shell reports for SIGPIPE."""
SIGNALLED = 128
"""Plus the number of the signal that ended us."""


def code_of(result: Result, fail_on: str = "error", min_proof: float = 0) -> int:
    """The exit code after proving, 0, 1 or 3: findings win over what could not be verified.

    result     whose findings are those that count: what is ignored is none of them
    fail_on    from which severity on a finding fails: "error", "warning", or "never"
    min_proof  the least share of proven claims, in percent
    """
    if fail_on == "never":
        return PROVEN
    if result.errors > result.unverified or lacks_proof(result, min_proof):
        return FINDINGS
    if fail_on == "warning" and result.warnings:
        return FINDINGS
    return UNVERIFIED if result.unverified else PROVEN


def lacks_proof(result: Result, min_proof: float) -> bool:
    """Whether fewer claims are proven than `min_proof` percent, even if all that could not be verified were."""
    summary = result.summary
    return 100 * (summary.proven + summary.unverified) < min_proof * summary.claims


def code_of_test(result: TestResult) -> int:
    """The exit code after a self-test: 0 whatever the score, unless it was interrupted or nothing is proven here.

    A test with no block at all also gives 0: nothing was left out, so nothing is wrong.
    """
    if result.ending == "interrupted":
        return INTERRUPTED
    return UNVERIFIED if result.left_out and not result.total and not result.exhibits else PROVEN


def fail(message: str) -> NoReturn:
    """Print what is wrong with the call, and exit with 2."""
    tell(message)
    sys.exit(USAGE)


def refuse(message: str) -> NoReturn:
    """Print why nothing can be verified, and exit with 3."""
    tell(message)
    sys.exit(UNVERIFIED)


def tell(message: str) -> None:
    """Print a remark beside the output."""
    from quizproof_renderers.text import visible

    line = f"quizproof: {visible(message)}"
    if sys.stderr.isatty():  # which would break it in the middle of words
        width = shutil.get_terminal_size().columns
        wrap = partial(textwrap.fill, width=max(20, width - 1), break_long_words=False, break_on_hyphens=False)
        line = "\n".join(map(wrap, line.split("\n")))
    # Messages quote arguments, files and what other machines say, which may hold anything.
    click.echo(line, err=True)
