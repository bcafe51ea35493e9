"""Attempts: a learner's program with the checks that it must pass, and the mark for its run."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from quizproof.claims import Part, Program
from quizproof.displays import Blanks, Check, Evidence, Ordering, ProgramInput
from quizproof.errors import CannotVerify
from quizproof.marking.mark import MalformedResponse, Mark
from quizproof.marking.recognition import filled
from quizproof.outcome import LOST, Outcome
from quizproof.quizfile.limits import Limits

_NOISE = re.compile(r"\{\{function_node [^}]*\}\} | \[Op:\w+\] name: *")
"""What TensorFlow writes around its messages for its own developers. The traceback has it still."""


def program_of(form: ProgramInput, source: str) -> Program:
    """What is run to mark a program: the setup, the program, and the checks one by one.

    form    the question, with its setup, checks and limits
    source  the text of the learner's program

    Raises MalformedResponse if there is no program.
    """
    if not source.strip():
        raise MalformedResponse("write a program first")
    setup = (Part("setup", form.setup, ("setup",)),) if form.setup else ()
    checks = (Part("check", check.source, ("checks", n, "code")) for n, check in enumerate(form.checks))
    parts = (*setup, Part("answer", source, ("solution",)), *checks)
    return Program(parts, Limits.model_validate(dict(form.limits)), form.stdin)


def filled_program(form: Blanks, texts: Sequence[str]) -> Program:
    """What is run to mark texts in the blanks of a program: the setup, the filled program, and the check.

    form   the question
    texts  one for each blank, in their order
    """
    setup = (Part("setup", form.setup, ("setup",)),) if form.setup else ()
    answer = Part("answer", filled(form, texts), ("code",))
    parts = (*setup, answer, Part("check", form.check, ("check",)))
    return Program(parts, Limits.model_validate(dict(form.limits)), form.stdin)


def ordered_source(form: Ordering, ids: Sequence[str]) -> str:
    """The program that lines make in an order.

    form  the question
    ids   of the lines, from top to bottom; if the learner gives the indentation, each as `id:level`
    """
    lines = {line.id: line for line in form.lines}
    source = ""
    for each in ids:
        name, _, level = each.partition(":")
        line = lines[name]
        source += " " * form.spaces * (int(level) if form.indented else line.indent) + f"{line.source}\n"
    return source


def ordered_program(form: Ordering, ids: Sequence[str]) -> Program:
    """What is run to see what an order of lines does: the setup, the lines, and the check. Parameters as above."""
    setup = (Part("setup", form.setup, ("setup",)),) if form.setup else ()
    answer = Part("answer", ordered_source(form, ids), ("lines",))
    parts = (*setup, answer, Part("check", form.check, ("check",)))
    return Program(parts, Limits.model_validate(dict(form.limits)), form.stdin)


def judge_order(form: Ordering, ids: Sequence[str], program: Program, outcome: Outcome, known: Mark) -> Mark:
    """The mark of an order that was run.

    form     the question
    ids      as `ordered_program` takes them
    program  what it returned
    outcome  of its run
    known    the mark by the orders that are known to be right

    An order that passes the check is right if it has exactly the lines of a right order: that nobody had tried it
    before does not make it wrong. Of any other the run is only shown. A run that was lost changes nothing.
    """
    if outcome.status in LOST:
        return known
    used = sorted(each.partition(":")[0] for each in ids)
    complete = used == sorted(line.id for line in form.lines if not line.distractor)
    evidence = _order_evidence(program, outcome)
    # A check that came to no assertion has shown nothing.
    if complete and outcome.status == "finished" and outcome.parts[-1].assertions:
        return Mark(1.0, known.feedback, evidence, (True,) * len(ids))
    return replace(known, evidence=evidence)


def _order_evidence(program: Program, outcome: Outcome) -> Evidence:
    """What an order of lines did, for the learner who gave it."""
    stdout = program.stdout(outcome, "answer")
    if outcome.status == "finished":
        return Evidence("Your order runs, and the check passes.", stdout)
    if program.parts[program.reached(outcome)].role == "check":
        verdict = "fails" if _is_assertion(outcome) else "does not finish"
        return Evidence(f"Your order runs without an error, but the check {verdict}.", stdout, outcome.traceback())
    end = _end(outcome)
    return Evidence(f"Your order: {end[:1].lower()}{end[1:].rstrip(' .')}.", stdout, outcome.traceback())


def judge(form: ProgramInput, program: Program, outcome: Outcome) -> Mark:
    """The mark of a program that was run.

    form     the question
    program  what `program_of` returned
    outcome  of its run

    The score is the share of the checks that passed before the first that failed. Raises CannotVerify if its run was
    lost, could not start, or ended before it came to the learner's program.
    """
    if outcome.status in LOST:
        raise CannotVerify(f"the program could not be run: {outcome.detail}")
    reached = program.parts[program.reached(outcome)]
    if reached.role == "setup":
        raise CannotVerify(f"the given code failed before the program started: {_end(outcome)}")
    count = passed(program, outcome)
    evidence = run_evidence(form.checks, program, outcome)
    if count == len(form.checks):
        return Mark(1.0, evidence=evidence)
    feedback = f"{_end(outcome)}."
    if reached.role == "check":
        feedback = f"This check fails: {form.checks[count].name}"
        if not _is_assertion(outcome):
            feedback += f" ({_end(outcome)})"
    if count:
        feedback = f"{count} of {len(form.checks)} checks passed. {feedback}"
    return Mark(count / len(form.checks), feedback, evidence)


def passed(program: Program, outcome: Outcome) -> int:
    """How many checks a program passed before its run ended: they come last, and the first that fails ends the run.

    program  the setup, the program, and the checks
    outcome  of its run
    """
    checks = sum(part.role == "check" for part in program.parts)
    if outcome.status == "finished":
        return checks
    return max(0, program.reached(outcome) - (len(program.parts) - checks))


def run_evidence(checks: Sequence[Check], program: Program, outcome: Outcome) -> Evidence:
    """What the run of a program did, for its author. The code of a hidden check is not shown.

    checks   those of the question
    program  what was run: the setup, the program, and these checks
    outcome  of that run
    """
    stdout = program.stdout(outcome, "answer")
    count = passed(program, outcome)
    if count == len(checks):
        return Evidence("Runs, and the check passes." if count == 1 else f"Runs, and all {count} checks pass.", stdout)
    if program.parts[program.reached(outcome)].role != "check":
        end = _NOISE.sub("", _end(outcome)).rstrip(" .")
        return Evidence(f"{end}.", stdout, outcome.traceback())
    # A traceback quotes the line that raised.
    if checks[count].hidden and (raised := outcome.raised):
        frames = tuple(f for f in raised.frames if program.locate(f.line)[0].role != "check")
        outcome = replace(outcome, raised=replace(raised, frames=frames))
    manner = f"Passes {count} of {len(checks)} checks" if count else "Runs without an error"
    verdict = "fails" if _is_assertion(outcome) else "does not finish"
    return Evidence(f"{manner}, but “{checks[count].name}” {verdict}.", stdout, outcome.traceback())


def own_traceback(program: Program, outcome: Outcome, file: str) -> str:
    """What a run raised, with the lines of the learner's own program and no others, counted from its first.

    program  what was run, whose part "answer" the learner wrote
    outcome  of its run
    file     what the learner's program is called in it

    Empty when nothing was raised.
    """
    raised = outcome.raised
    if raised is None:
        return ""
    placed = [(*program.locate(frame.line), frame) for frame in raised.frames]
    # `locate` counts from 0.
    own = tuple(replace(frame, line=line + 1) for part, line, frame in placed if part.role == "answer")
    message = raised.message
    if outcome.status == "syntax":  # the parser puts line numbers into its words
        start = next(s for s, part in zip(program.starts(), program.parts, strict=True) if part.role == "answer")
        message = re.sub(r"\bon line (\d+)", lambda match: f"on line {int(match[1]) - start + 1}", message)
    return replace(outcome, raised=replace(raised, message=message, frames=own)).traceback(file)


def _is_assertion(outcome: Outcome) -> bool:
    return outcome.status == "raised" and outcome.raised is not None and outcome.raised.type == "AssertionError"


def _end(outcome: Outcome) -> str:
    """How a run ended that did not finish, as a sentence without its full stop."""
    match outcome.status:
        case "limit" | "endless":
            return f"Was stopped: {outcome.detail}"
        case "died":
            return f"Ended without a result: {outcome.detail}"
        case "syntax":
            return f"Is not valid Python: {outcome.raised}"
        case _:
            return f"Raises {outcome.raised}"
