r"""What pages are told of runs, as JSON data. Which keys there are, the scripts `live*.js` know.

    {"kind": "run", "ended": "Ran to its end in 12 ms.", "ok": true, "stdout": "1\n", "stderr": "", "warnings": [],
     "traceback": ""}
    {"kind": "mark", "earned": 1, "of": 2, "parts": null, "feedback": "1 of 2 checks passed. …", …}
    {"kind": "trial", "met": false, "seeds": [0, 1], "ran_on": "Python 3.11.7", …,
     "targets": [["Score", "above 0.8", ["0.9", "0.7"], false, "missed by 0.1"]],
     "constraints": [["Same data", "kept", ""]]}

`parts` says of blanks, and of lines in an order, whether each is right. Where it says `…`, the keys of a run follow.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

from quizproof.claims import Program
from quizproof.comparison.numbers import figure
from quizproof.displays import Ordering, ProgramInput
from quizproof.errors import CannotVerify
from quizproof.marking.attempt import judge, judge_order, own_traceback, passed
from quizproof.marking.mark import Mark
from quizproof.outcome import LOST, Outcome
from quizproof.proving.trial import Trial
from quizproof_renderers.tally import all_versions
from quizproof_renderers.text import visible

Told: TypeAlias = dict[str, Any]

YOURS = "your program"
"""What a learner's program is called in tracebacks."""


def told_run(program: Program, outcome: Outcome) -> Told:
    """A run and nothing more. Raises CannotVerify when it says nothing about the learner's program."""
    if outcome.status in LOST:
        raise CannotVerify(f"the program could not be run: {outcome.detail}")
    reached = program.parts[program.reached(outcome)]
    if outcome.status != "finished" and reached.role == "setup":
        why = outcome.raised or outcome.detail
        raise CannotVerify(f"the given code failed before the program started: {why}")
    own = reached.role == "answer"
    warned = list(program.warned(outcome, "answer"))
    return {
        "kind": "run",
        "ended": _ended(outcome) if own or outcome.status == "finished" else "",
        "ok": outcome.status == "finished",
        "stdout": program.stdout(outcome, "answer"),
        # Warnings are printed there, too, with lines of the whole program.
        "stderr": "" if warned else program.stderr(outcome, "answer"),
        "warnings": warned,
        "traceback": own_traceback(program, outcome, YOURS) if own else "",
    }


def told_mark(form: ProgramInput, program: Program, outcome: Outcome) -> Told:
    """The mark of a program. Raises CannotVerify as `judge` does."""
    mark = judge(form, program, outcome)
    count = passed(program, outcome)
    marked = {"earned": count, "of": len(form.checks), "parts": None, "feedback": mark.feedback}
    return {**told_run(program, outcome), "kind": "mark", **marked}


def told_blanks(right: Sequence[bool], program: Program, outcome: Outcome) -> Told:
    """The marks of texts in blanks, and the run of the first of them that had to be run."""
    marked = {"earned": sum(right), "of": len(right), "parts": list(right), "feedback": ""}
    return {**told_run(program, outcome), "kind": "mark", **marked}


def told_order(form: Ordering, lines: Sequence[str], program: Program, outcome: Outcome, known: Mark) -> Told:
    """The mark of lines in an order. `known`: the mark if it is not right. Raises CannotVerify as `told_run` does."""
    run = told_run(program, outcome)
    mark = judge_order(form, lines, program, outcome, known)
    of = max(len(lines), *map(len, form.orders))
    said = mark.evidence.summary if mark.evidence else ""
    marked = {"earned": round(mark.score * of), "of": of, "parts": list(mark.right), "feedback": said}
    return {**run, "kind": "mark", **marked}


def told_trial(trial: Trial) -> Told:
    """The result of a script for an experiment."""
    targets = []
    for target in trial.reached:
        miss = f"missed by {figure(target.missed_by)}" if target.missed_by else "" if target.met else "missed"
        values = [figure(value) for value in target.values]
        targets.append([target.name, target.wanted, values, target.met, miss if values else "not reached"])
    return {
        "kind": "trial",
        "met": trial.met,
        "seeds": list(trial.seeds),
        "targets": targets,
        "constraints": [[each.name, each.verdict, each.words] for each in trial.kept],
        "ok": not trial.failure,
        "ended": "",
        "stdout": trial.stdout,
        "stderr": "",
        "warnings": [],
        "traceback": trial.failure,
        "ran_on": visible(all_versions(trial.versions)) if trial.versions else "",
    }


def _ended(outcome: Outcome) -> str:
    """How a run ended, as a sentence; empty where its traceback says it."""
    match outcome.status:
        case "finished":
            seconds = outcome.seconds
            return f"Ran to its end in {f'{seconds * 1000:.0f} ms' if seconds < 1 else f'{seconds:.1f} s'}."
        case "limit" | "endless":
            return f"Was stopped: {outcome.detail}."
        case "died":
            return f"Ended without a result: {outcome.detail}."
        case _:
            return ""
