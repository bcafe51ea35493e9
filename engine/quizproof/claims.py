"""Claims: what must hold of the outcomes of programs, and how it is judged.

A claim names the programs that it needs and a function that judges their outcomes. Kinds of block state claims; the
judging functions that most of them need are here: `obstacle`, `crash`, `fails`. Those of checks are in `checks`.
"""

from __future__ import annotations

import itertools
from bisect import bisect_right
from collections.abc import Callable, Mapping
from dataclasses import KW_ONLY, dataclass, field, replace
from typing import Any, Literal, TypeAlias

from quizproof import rules
from quizproof.comparison.happens import Happens
from quizproof.comparison.lacks import lack
from quizproof.findings import DataPath
from quizproof.outcome import ASKED_FOR_NETWORK, Frame, Outcome, Raised
from quizproof.quizfile.limits import Limits
from quizproof.verdicts import Verdict

PartRole: TypeAlias = Literal["setup", "code", "answer", "check", "value"]
"""What a part is for. A "value" is an expression whose value is reported; the others are statements."""


OURS: DataPath = ("kind",)
"""The place of a part that no author wrote."""

SHARED: DataPath = ("header", "setup")
"""The place of the part that the header gives to all blocks."""

ENDLESS_SECONDS = 3.0
"""The limit of programs that never end, as their authors say."""

_TYPING_ERRORS = ["NameError", "SyntaxError", "IndentationError", "ImportError", "ModuleNotFoundError"]
_REFUSALS = ["OSError", "FileNotFoundError", "PermissionError", "ConnectionError", "ConnectionRefusedError", "URLError"]
_ENDINGS = frozenset(["SystemExit", "KeyboardInterrupt", "GeneratorExit"])
"""What ends a program and is no error of it; so do their subclasses."""
ACCIDENTS = _ENDINGS | frozenset([*_TYPING_ERRORS, *_REFUSALS, "gaierror", "TimeoutError"])
"""Exceptions by which an option fails by accident more often than on purpose, or because the sandbox refused it."""

_THEN_FAILS = ("silence", "warning", "output")
"""What code does that comes to its end, so that the check after it must fail."""


@dataclass(frozen=True)
class Part:
    """A snippet in its place within a program."""

    role: PartRole
    source: str
    at: DataPath
    """Where the snippet is, relative to its block."""
    lead: int = 0
    """How many lines of the source come before those that the author wrote."""


@dataclass(frozen=True)
class Program:
    """Parts that run one after the other in one namespace, in one process of their own."""

    parts: tuple[Part, ...]
    limits: Limits = field(default_factory=Limits)
    stdin: str | None = None
    """What it reads on standard input; None where its author gave nothing."""
    endless: bool = False
    """Whether its author says that it never ends. Then its limit of time is where that is believed."""
    prepares: bool = False
    """Whether it is a step of the header's `prepare`: what it leaves in the folder `prepared` is kept, and the value of
    its last part is a list of those files."""

    def never_ending(self) -> Program:
        """The same program, of which its author says that it never ends: with a short limit."""
        seconds = min(self.limits.seconds, ENDLESS_SECONDS)
        return replace(self, limits=self.limits.model_copy(update={"seconds": seconds}), endless=True)

    def starts(self) -> tuple[int, ...]:
        """The line, from 1, at which each part begins when all parts are read as one program."""
        lengths = [part.source.rstrip("\n").count("\n") + 1 for part in self.parts]
        return tuple(itertools.accumulate(lengths[:-1], initial=1))

    def locate(self, line: int) -> tuple[Part, int]:
        """The part that a line of the program belongs to, and the line within what its author wrote, from 0."""
        starts = self.starts()
        index = max(bisect_right(starts, line) - 1, 0)
        part = self.parts[index]
        return part, max(line - starts[index] - part.lead, 0)

    def frames(self, outcome: Outcome) -> tuple[Frame, ...]:
        """The frames of what was raised that are in an author's snippet, outermost first."""
        raised = outcome.raised.frames if outcome.raised else ()
        return tuple(frame for frame in raised if self.locate(frame.line)[0].at != OURS)

    def stdout(self, outcome: Outcome, *roles: PartRole) -> str:
        """What the parts of these roles printed."""
        # A run that ended early has no results of the parts after its end.
        pairs = zip(self.parts, outcome.parts, strict=False)
        return "".join(result.stdout for part, result in pairs if part.role in roles)

    def stderr(self, outcome: Outcome, *roles: PartRole) -> str:
        """What the parts of these roles printed on standard error."""
        pairs = zip(self.parts, outcome.parts, strict=False)
        return "".join(result.stderr for part, result in pairs if part.role in roles)

    def warned(self, outcome: Outcome, *roles: PartRole) -> tuple[str, ...]:
        """The warnings that the parts of these roles showed."""
        pairs = zip(self.parts, outcome.parts, strict=False)
        return tuple(text for part, result in pairs if part.role in roles for text in result.warned)

    def values(self, outcome: Outcome) -> dict[DataPath, Any]:
        """The values of all expressions that were evaluated, by their places."""
        # The part that raised has a result too, but no value.
        done = outcome.raised.part if outcome.raised else len(outcome.parts)
        pairs = zip(self.parts[:done], outcome.parts, strict=False)
        return {part.at: result.value for part, result in pairs if part.role == "value"}

    def raised_in(self, outcome: Outcome) -> PartRole | None:
        """The role of the part that raised; None when nothing was raised."""
        return self.parts[outcome.raised.part].role if outcome.raised else None

    def evidence(self, outcome: Outcome) -> dict[str, Any]:
        """What a run gave, for reports: `stdout`, `raised`, `detail` and `value`, of these what there is."""
        evidence: dict[str, Any] = {}
        answered = any(part.role == "answer" for part in self.parts)
        stdout = self.stdout(outcome, "answer" if answered else "code", "check")
        if stdout or not outcome.raised:
            evidence["stdout"] = stdout
        if outcome.raised:
            evidence["raised"] = str(outcome.raised)
        if outcome.detail:
            evidence["detail"] = outcome.detail
        values = [r.value for p, r in zip(self.parts, outcome.parts, strict=False) if p.role == "value"]
        if values:
            evidence["value"] = values[0] if len(values) == 1 else values
        return evidence

    def reached(self, outcome: Outcome) -> int:
        """The index of the part in which a run ended; the answer's, when the run does not say."""
        if outcome.raised:
            return outcome.raised.part
        if outcome.parts:
            return len(outcome.parts) - 1
        return next(index for index, part in enumerate(self.parts) if part.role == "answer")


@dataclass(frozen=True)
class Judgement:
    """What an outcome says of a claim. `refuted`, `unverified`, `unstable` and `proven` make one."""

    verdict: Verdict
    code: str = ""
    """The rule broken; of a proven claim, one that gives a warning, or none."""
    message: str = ""
    """What is wrong, as the rest of a sentence that names the claim."""
    _: KW_ONLY
    help: str = ""
    """What to do about it."""
    expected: str = ""
    actual: str = ""
    at: DataPath | None = None
    """Where the trouble is, when that is not where the claim is."""
    frame: Frame | None = None
    """The line within the text at `at`, from 0, and its columns, when the trouble has a line of its own."""
    evidence: Mapping[str, Any] = field(default_factory=dict)
    """What else is reported of the claim, as JSON data: {"mutations": 12, "killed": 12}, or {"value": 0.86}."""


PROVEN = Judgement("proven")
"""The judgement of a claim that holds, and of which there is nothing to report."""


def proven(**evidence: Any) -> Judgement:
    """The claim holds. `evidence`: what is reported of it."""
    return replace(PROVEN, evidence=evidence)


def warned(code: str, message: str, *, help: str = "", at: DataPath | None = None, **evidence: Any) -> Judgement:
    """The claim holds, and something about it is worth a warning. `code` is a rule that gives one."""
    return Judgement("proven", code, message, help=help, at=at, evidence=evidence)


def refuted(
    code: str, message: str, *, help: str = "", expected: str = "", actual: str = "", at: DataPath | None = None
) -> Judgement:
    """The claim does not hold. `code` is the rule broken; the others are fields of `Judgement`.

    help              what to do about it, in whole sentences
    expected, actual  what the claim says, and what the run gave
    at                where the trouble is; where the claim is when None
    """
    return Judgement("refuted", code, message, help=help, expected=expected, actual=actual, at=at)  # fmt: skip


def unverified(code: str, message: str, *, help: str = "", at: DataPath | None = None) -> Judgement:
    """The claim could not be judged, and that is not the author's doing."""
    return Judgement("unverified", code, message, help=help, at=at)


def unstable(code: str, message: str, *, help: str = "", at: DataPath | None = None) -> Judgement:
    """The claim held once and not again, or the outcome was another."""
    return Judgement("unstable", code, message, help=help, at=at)


@dataclass(frozen=True)
class Claim:
    """One statement that a reader is asked to believe.

    Claim("key", ("options", 0, "code"), (program,), partial(judge, program), key=True)
    """

    what: str
    """In a word or two: "key", "distractor b", "check"."""
    at: DataPath
    """Where it is, relative to its block."""
    programs: tuple[Program, ...] = ()
    judge: Callable[..., Judgement] = lambda *outcomes: PROVEN
    """Called with one outcome per program, in order."""
    unproven: str = ""
    """The author's reason why nothing is run. Such a claim has no programs."""
    key: bool = False
    """Whether it is about the right answer, whose programs are run again where they might differ."""
    probe: bool = False
    """Whether its programs only try out the checks. They are never run again, and reports only sum them up."""
    alike: Callable[[Outcome, Outcome], bool] | None = None
    """Whether two outcomes of its program show a reader the same, where that is more than to be equal."""


def mismatch(happens: Happens, program: Program, outcome: Outcome) -> str:
    """What a program's code really did, where that is not what its author says; empty when it is."""
    reached = max(len(outcome.parts), 1) - 1
    return happens.mismatch(
        outcome,
        printed=program.stdout(outcome, "answer", "code"),
        errors=program.stderr(outcome, "answer", "code"),
        warned=program.warned(outcome, "answer", "code"),
        by_check=outcome.status != "syntax" and program.parts[reached].role == "check",
    )


def obstacle(program: Program, outcome: Outcome, *, syntax_ok: bool = False, stated: str = "") -> Judgement | None:
    """The judgement of any claim whose program did not come to an end that can be judged; None when it did.

    Those are runs that were lost or not carried out, a limit, a death, code that does not compile, and a setup that
    raised.

    syntax_ok  the caller has its own judgement for code that does not compile
    stated     what the author says that is raised, so that it is no accident: "EOFError: EOF when reading"
    """
    reached = max(len(outcome.parts), 1) - 1
    at = program.parts[reached].at if reached < len(program.parts) else None
    match outcome.status:
        case "missing":
            return unverified(rules.RUNTIME_MISSING, outcome.detail)
        case "unlocked":
            help_ = "Rewrite the lock with `quizproof check --write-lock`, or build without `--locked`."
            return unverified(rules.NOT_LOCKED, outcome.detail, help=help_, at=())
        case "capped":
            help_ = "Raise `--max-seconds`, `--max-memory` or `--max-processes`, if you trust the bank with that."
            return unverified(rules.CAPPED, f"the run was stopped: {outcome.detail}", help=help_, at=at)
        case "fault":
            return unverified(rules.ENGINE_FAULT, f"the run was lost: {outcome.detail}")
        case "limit" if outcome.detail != ASKED_FOR_NETWORK:
            message = f"the run was stopped: {outcome.detail}"
            help_ = "Make the snippet smaller, or raise the limit under `limits:`."
            if any("torch.compile" in part.source for part in program.parts):
                help_ = '`torch.compile` calls a C++ compiler: `limits: {seconds: 120}`, or `backend="eager"`.'
            judgement = refuted(rules.LIMIT_HIT, message, help=help_, actual=outcome.detail, at=at)
            return at_frame(program, outcome, judgement)
        case "died":
            message = f"the run ended without a result: {outcome.detail}"
            help_ = "A snippet must come to its end or raise an exception."
            return refuted(rules.SNIPPET_DIED, message, help=help_, actual=outcome.detail, at=at)
        case "syntax" if not syntax_ok:
            help_ = "Fix the code. If an option is wrong because it does not parse, state `happens: SyntaxError`."
            return at_frame(program, outcome, refuted(rules.CODE_SYNTAX, str(outcome.raised), help=help_))
        case "endless" if at is not None and program.parts[reached].role == "setup":
            message = f"the setup is still running: {outcome.detail}"
            return refuted(rules.LIMIT_HIT, message, help="Make the setup smaller.", at=at)
    if lacked := lack(outcome, stated, has_stdin=program.stdin is not None):
        found = (refuted, unverified)[rules.RULES[lacked.rule].is_unverified]
        return at_frame(program, outcome, found(lacked.rule, lacked.message, help=lacked.help, at=at))
    if program.raised_in(outcome) == "setup":
        message = f"the setup raised {outcome.raised}"
        return at_frame(program, outcome, refuted(rules.SETUP_FAILED, message))
    return None


def crash(program: Program, outcome: Outcome) -> Judgement | None:
    """The judgement of any claim whose program should have run to its end and did not; None when it did."""
    blocked = obstacle(program, outcome)
    if not blocked and outcome.raised:
        at = program.parts[outcome.raised.part].at
        message = f"the program raised {outcome.raised}"
        blocked = at_frame(program, outcome, refuted(rules.CODE_CRASHED, message, at=at))
    return blocked


def at_frame(program: Program, outcome: Outcome, judgement: Judgement) -> Judgement:
    """The judgement, pointing at the author's line that raised last."""
    frames = program.frames(outcome)
    if not outcome.raised or not frames:
        return judgement
    frame = frames[-1]
    part, line = program.locate(frame.line)
    if outcome.status == "syntax":  # an error at the end has the line after the last
        part = program.parts[outcome.raised.part]
        line = frame.line - program.starts()[outcome.raised.part]
        line = max(min(line, part.source.rstrip("\n").count("\n") - part.lead) - part.lead, 0)
    return replace(judgement, at=part.at, frame=replace(frame, line=line))


def failing(program: Program, outcome: Outcome, judgement: Judgement) -> Judgement:
    """The judgement, at the line that raised; at a line of the check only where nothing else can be at fault."""
    alone = all(part.role in ("setup", "check") for part in program.parts)
    return at_frame(program, outcome, judgement) if alone or program.raised_in(outcome) != "check" else judgement


def fails(program: Program, outcome: Outcome, happens: Happens | None, *, code: str, message: str) -> Judgement:
    """Judge a program that must fail its check, for the stated reason where one is stated.

    program, outcome  what was run, and what it gave
    happens           what the author says that the code does; None when nothing is stated, and then an accident is
                      refused
    code              the rule that is broken when it does not fail
    message           what to say then: "the check passes"
    """
    stated = str(happens) if happens and happens.what == "exception" else ""
    syntax_ok = program.raised_in(outcome) in ("answer", "code")
    blocked = obstacle(program, outcome, syntax_ok=syntax_ok, stated=stated)
    if blocked:
        return blocked
    raised = outcome.raised
    expected = "the check fails"
    if happens:
        expected = f"it {happens}, and then the check fails" if happens.what in _THEN_FAILS else str(happens)
    if raised is None and outcome.status != "endless":
        return refuted(code, message, expected=expected, actual="every assertion passed")
    if happens:
        difference = mismatch(happens, program, outcome)
        if difference:
            help_ = "State what really happens under `happens:`, or fix the code."
            message = f"`happens: {happens}` is not what happened: {difference}"
            answer = next(part for part in program.parts if part.role in ("answer", "code"))
            return refuted(rules.WRONG_REASON, message, help=help_, expected=expected, at=(*answer.at[:-1], "happens"))
        if happens.what in ("exception", "endless"):
            return PROVEN
    assert raised is not None, "only `happens: never ends` makes an end without an exception expected"
    # A misspelt name fails every check, and so would prove nothing about the option.
    if _is_accident(raised) and program.raised_in(outcome) != "check":
        message = f"it failed by {raised}, which looks like an accident"
        meant = f"Did you mean `{raised.meant}`? " if raised.meant else ""
        help_ = f"{meant}If that is what the option is about, add `happens: {raised.type}`."
        return at_frame(program, outcome, refuted(rules.UNSTATED_CRASH, message, help=help_, expected=expected))
    if program.raised_in(outcome) == "check" and not raised.is_failure:
        message = f"the check itself raised {raised}"
        help_ = f"Make the check assert, or add `happens: {raised.type}` if this is the point."
        return at_frame(program, outcome, refuted(rules.CHECK_CRASHED, message, help=help_, expected=expected))
    if program.raised_in(outcome) != "check":
        message = f"it raised {raised}, so the check was never reached"
        help_ = f"If that is the point of it, add `happens: {raised.type}`, so that nothing else is taken for it."
        return at_frame(program, outcome, warned(rules.UNSTATED_EXCEPTION, message, help=help_))
    return PROVEN


def _is_accident(raised: Raised) -> bool:
    return raised.type in ACCIDENTS or bool(raised.meant) or not _ENDINGS.isdisjoint(raised.bases)
