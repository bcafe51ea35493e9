"""Preconditions: what must be so before outcomes can say anything about a claim, whatever it claims."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from quizproof import rules
from quizproof.claims import Judgement, Program, unverified
from quizproof.comparison.lacks import missing_module
from quizproof.outcome import Outcome
from quizproof.runners.recipe import NOT_MADE, reads_prepared
from quizproof.snippets.session import false_output


def unmet(runs: Iterable[tuple[Program, Outcome]], packages: Collection[str], unprepared: str = "") -> Judgement | None:
    """The judgement of a claim whose runs cannot be judged; None when they can.

    runs        the programs of the claim with their outcomes
    packages    those that the quiz says it needs, by the names under which they are imported
    unprepared  why the files of the quiz's steps cannot be relied on; empty when they can

    Unverified where one of these packages is not installed, or such files are read; refuted where a session shows an
    output that is not real.
    """
    for program, outcome in runs:
        if outcome.status == "fault" and outcome.detail.startswith(NOT_MADE):
            help_ = "If the step is right, `quizproof check --audit 100%` shows what else differs; see QP402."
            return unverified(rules.NOT_PREPARED, outcome.detail, help=help_, at=())
        if unprepared and (program.prepares or reads_prepared(program)) and outcome.status != "missing":
            return unverified(rules.NOT_PREPARED, unprepared, help="Fix the step first.", at=())
        module = missing_module(outcome.raised) if outcome.raised else ""
        if module in packages:
            message = f"`{module}` is not installed, which the quiz lists under `packages`"
            return unverified(rules.DECLARED_PACKAGE_MISSING, message, help=f"Install it: pip install {module}")
        if lie := false_output(program, outcome):
            return lie
    return None
