"""Checks: whether a check, a proof or a constraint passes, and whether it could have failed.

A check that cannot fail shows nothing. Its assertions are looked at in the run that they held in (see
`runtimes.assertions`); whether it notices a wrong answer, in the runs of wrong ones.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import replace

from quizproof import rules
from quizproof.claims import (
    PROVEN,
    Judgement,
    Part,
    Program,
    at_frame,
    failing,
    obstacle,
    proven,
    refuted,
    warned,
)
from quizproof.outcome import Frame, Outcome, PartResult, Raised, Weak
from quizproof.snippets.syntax import parse

_TO_ASSERT = {
    "check": "Assert what the answer brings about.",
    "proof": "Assert what makes the statement true.",
    "refutation": "Assert what shows that the statement is false.",
}
"""What to do about a check without an assertion, by what the author calls it."""

WEAKNESSES = {
    "tuple": "a tuple is always true; write `assert condition, message` without brackets",
    "constant": "it is a constant, whatever the code does",
    "or-constant": "a constant on one side of `or` makes it true; compare with both values, as in `x in (3, 5)`",
    "equal-sides": "both sides are the same expression, so they are always equal",
    "in-itself": "it looks for a value in a collection that was made with this value",
    "iterator": "an iterator is always true, whatever it would give; put it into `all(...)` or `any(...)`",
    "not-called": "`{about}` is a function, which is always true; was it meant to be called?",
    "kind": "`{about}` is a module or a class, which is always true",
    "assigns": "`:=` assigns; write `==` to compare",
    "in-thread": "it runs in another thread, whose failure does not end the run",
    "or-type": "`{about}` does not hold, and a test of the type beside it with `or` hides that",
    "second-argument": "the second argument of `assertTrue` is a message; compare with `assertEqual`",
    "find": "`{about}` is -1, which is true, because it finds nothing; write `in`, or compare the number",
    "new-object": "`{about}` compares with a new object, which nothing else can be; compare values",
    "thing": "`{about}` is always there and always true; assert something about it",
    "flags": "a list of truth values is true unless it is empty; put it into `all(...)` or `any(...)`",
    "all-of-nothing": "`all` had nothing to go through, and of nothing it is true; was an iterator used up before?",
    "never-reached": "it was never reached: the loop around it had nothing to go through",
    "skipped": "it was never reached: `{about}` never held",
    "nothing": "{about}: what only changes something gives None; compare afterwards what was changed",
    "survives": "it holds whatever its values are",
    "swallowed": "its failure would be swallowed by the `try` around it",
    "unused": "it compares, and nothing is done with the result; put `assert` before it",
    "broad": "every mistake in its block raises some exception; name the type, as in `with raises(TypeError):`",
    "same-object": "{about} are the same object, which equals itself; compare with a copy that was made before",
    "same-memory": "{about} are the same memory, equal whatever it holds; compare with a copy, as by `.clone()`",
    "tolerance": "{about}; only the tolerance lets it pass",
    "accident": "this `except` caught a mistake in the code, {about}; write `with raises(...)` with the exact type",
}
"""Why an assertion could not have failed, by the names that a run gives."""

_SAME = frozenset(["same-object", "same-memory"])
_SWALLOWED = frozenset(["swallowed", "broad", "accident"])


def passes(program: Program, outcome: Outcome, *, code: str, message: str, expected: str) -> Judgement:
    """Judge a program whose check must pass, with at least one assertion executed and none that cannot fail.

    program, outcome  what was run, and what it gave
    code              the rule that is broken when it does not pass
    message           what to say then, before the exception: "the key fails the check"
    expected          what the claim says

    Proven, or refuted by `code`, by a check that raised something else, or by one that shows nothing.
    """
    blocked = obstacle(program, outcome)
    if blocked:
        return blocked
    if outcome.raised:
        raised = outcome.raised
        if program.raised_in(outcome) == "check" and not raised.is_failure:
            message = f"the {_noun(program.parts[raised.part])} itself raised {raised}"
            return at_frame(program, outcome, refuted(rules.CHECK_CRASHED, message, expected=expected))
        message = f"{message}: {_assertion(raised)}"
        unreached = [part for part in program.parts[raised.part + 1 :] if part.role == "check"]
        if unreached:
            message += f"; the {_noun(unreached[0])} was never reached"
        return failing(program, outcome, refuted(code, message, expected=expected))
    checks = checks_of(program, outcome)
    if checks and not any(result.assertions for _, result in checks):
        part = checks[0][0]
        noun = _noun(part)
        message = f"the {noun} executed no assertion that could fail"
        return refuted(rules.NO_ASSERTION, message, help=_TO_ASSERT[noun], at=part.at)
    return weak_assertion(program, outcome) or PROVEN


def checks_of(program: Program, outcome: Outcome) -> list[tuple[Part, PartResult]]:
    """The parts that are checks and were run, with their results."""
    pairs = zip(program.parts, outcome.parts, strict=False)
    return [(part, result) for part, result in pairs if part.role == "check"]


def weak_assertion(program: Program, outcome: Outcome, *, only: Part | None = None) -> Judgement | None:
    """The judgement of the first assertion that could not have failed; None if each could.

    program, outcome  what was run to its end, and what it gave
    only              the one check to look at; all when None
    """
    for part, result in checks_of(program, outcome):
        if result.weak and only in (None, part):
            return _weak(program, part, result.weak[0])
    return None


def _weak(program: Program, part: Part, weak: Weak) -> Judgement:
    code = rules.SAME_OBJECT if weak.weakness in _SAME else rules.ALWAYS_TRUE
    code = rules.SWALLOWED if weak.weakness in _SWALLOWED else code
    reason = WEAKNESSES.get(weak.weakness, "").format(about=weak.about)
    _, line = program.locate(weak.line)
    frame = _whole_line(part, line)
    if weak.weakness == "tolerance":
        help_ = "State what it is, or make the tolerance smaller."
        return replace(warned(rules.BY_TOLERANCE, reason, help=help_, at=part.at), frame=frame)
    # A handler is no assertion.
    message = reason if weak.weakness == "accident" else f"this assertion of the {_noun(part)} cannot fail: {reason}"
    return replace(refuted(code, message, at=part.at), frame=frame)


def _whole_line(part: Part, line: int) -> Frame:
    """A line of a part, from its first character to its last. `line` counts what the author wrote, from 0."""
    text = part.source.split("\n")[line + part.lead]
    return Frame(line, len(text) - len(text.lstrip()) + 1, len(text.rstrip()) + 1, "", text)


def can_fail(
    bare: Program, right: Sequence[Program], wrong: Sequence[Program], *outcomes: Outcome, within: Part | None = None
) -> Judgement:
    """Judge whether a check can fail: without an answer, after a wrong one, or with other values than the right one's.

    bare      the program without an answer's code
    right     programs with a right answer
    wrong     programs with a wrong one
    outcomes  those of `right`, of `wrong`, and of `bare`, in this order
    within    the one check of several that is judged; all when None

    Refuted if it passes without an answer. Proven if an assertion failed in any of the runs, or noticed a change of a
    value that the right answer had made. If none did, although values were changed, it is proven with a warning. A
    missing name in place of a failure shows nothing, because it is missing whatever the check says.
    """
    blocked = obstacle(bare, outcomes[-1])
    if blocked:
        return blocked
    if within is None and outcomes[-1].raised is None:
        message = "the check passes although the answer's code was left out"
        help_ = "Assert something that only the answer brings about."
        actual = "every assertion passed"
        return refuted(rules.PASSES_WITHOUT_ANSWER, message, help=help_, expected="the check fails", actual=actual)
    examined = [
        result
        for program, outcome in zip(right, outcomes, strict=False)
        for part, result in checks_of(program, outcome)
        if outcome.status == "finished" and result.assertions and (within is None or part.source == within.source)
    ]
    figures = {"changes": sum(e.tried for e in examined), "noticed": sum(e.noticed for e in examined)}
    missed = next((result.missed for result in examined if result.missed), "")
    check = within or next(part for part in bare.parts if part.role == "check")
    name = missed.partition("`")[2].partition("`")[0]
    if missed and not figures["noticed"] and _binds(check.source, name):
        message = f"the check gives `{name}` a value of its own, so it does not look at the answer's"
        return refuted(rules.OVERWRITES_ANSWER, message, help="Compare with another name.", at=check.at)
    wrongly = zip((*wrong, bare), outcomes[len(right) :], strict=True)
    failed = any(_failed(program, outcome, within) for program, outcome in wrongly)
    if failed or not missed or figures["noticed"]:
        return proven(**figures) if figures["changes"] else PROVEN
    message = f"the check has failed for no wrong answer: it passes with {missed}, too"
    help_ = "Assert the value that the answer should have, or add a wrong answer that the check refuses."
    judgement = warned(rules.UNNOTICED_CHANGE, message, help=help_, at=check.at, **figures)
    return replace(judgement, frame=_first_assertion(check))


def _first_assertion(check: Part) -> Frame | None:
    """The line of the first `assert` statement of a check; None if it asserts by a function."""
    tree = parse(check.source)
    lines = [node.lineno for node in ast.walk(tree) if isinstance(node, ast.Assert)] if tree else []
    return _whole_line(check, min(lines) - 1 - check.lead) if lines else None


def _failed(program: Program, outcome: Outcome, within: Part | None) -> bool:
    """Whether an assertion of the check failed."""
    if outcome.raised is None or not outcome.raised.is_failure or outcome.status != "raised":
        return False
    part = program.parts[outcome.raised.part]
    return part.role == "check" and (within is None or part.source == within.source)


def _binds(source: str, name: str) -> bool:
    """Whether code gives a name another value at its top level."""
    tree = parse(source)
    return tree is not None and any(
        isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Store)
        for statement in tree.body
        if isinstance(statement, (ast.Assign, ast.AnnAssign))
        for node in ast.walk(statement)
    )


def _assertion(raised: Raised) -> str:
    """The exception; for an assertion without a message, its line."""
    if raised.type == "AssertionError" and not raised.message and raised.frames:
        return f"`{raised.frames[-1].text.strip()}`"
    return str(raised)


def _noun(check: Part) -> str:
    """What the author calls a check."""
    return {"proof": "proof", "refute": "refutation"}.get(str(check.at[-1]), "check")
