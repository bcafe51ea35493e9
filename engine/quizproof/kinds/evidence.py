"""Evidence: what a run did, as learners read it."""

from __future__ import annotations

from quizproof import displays
from quizproof.claims import Program
from quizproof.comparison.outputs import fold, quoted
from quizproof.outcome import Outcome

NOTHING = "(prints nothing)"
"""How an empty output is shown."""


def silence(text: str) -> str:
    """An output as it is shown: empty output is named, so that it can be seen and chosen."""
    return text if text.strip() else NOTHING


def hides_output(program: Program, outcome: Outcome) -> str:
    """What a program of which it is said that it prints nothing does print: unseen, or on standard error."""
    if spaces := program.stdout(outcome, "code"):
        return f"it prints white space: {quoted(spaces)}" if not spaces.strip() else ""
    errors = fold(program.stderr(outcome, "code"))
    return f"it prints on standard error: {quoted(errors)}" if errors else ""


def evidence(program: Program, outcome: Outcome, *, code: str = "") -> displays.Evidence:
    """What a run did, in one sentence and in full.

    program  what was run; its roles decide the sentence
    outcome  of its run
    code     the program as text, if the learner has not seen it; empty otherwise
    """
    return displays.Evidence(
        summary=_summary(program, outcome),
        stdout=program.stdout(outcome, "code", "answer", "check"),
        traceback=outcome.traceback(),
        code=code,
        warnings="\n".join(program.warned(outcome, "code", "answer", "check")),
    )


def _summary(program: Program, outcome: Outcome) -> str:
    raised = outcome.raised
    printed = bool(program.stdout(outcome, "code", "answer").strip())
    checked = any(part.role == "check" for part in program.parts)
    if outcome.status == "endless":
        return f"Never ends: stopped after {program.limits.seconds:g} s."
    if outcome.status == "syntax" and raised:
        return f"Does not run: {raised.type}."
    if program.warned(outcome, "code", "answer") and not raised and not checked:
        return "Runs, prints, and shows a warning." if printed else "Runs and shows a warning."
    if raised is None:
        return "Runs, and the check passes." if checked else ("Runs and prints." if printed else "Runs silently.")
    where = program.raised_in(outcome)
    if where != "check":
        return f"Raises {raised.type}."
    manner = "Runs and prints" if printed else "Runs without an error"
    if program.warned(outcome, "code", "answer"):
        manner = "Runs and shows a warning"
    verdict = "fails" if raised.type == "AssertionError" else f"raises {raised.type}"
    return f"{manner}, but the check {verdict}."
