"""`find-bug`: pick the line that is wrong. The bug's lines are the difference between `code` and `fix`.

Claims: the check fails after `code`, as `happens` says, and passes after `fix`; it fails without either; `fix` differs
from `code`, and every change matters; and no line of `mistakes` is one of the bug's lines.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from quizproof import displays, rules
from quizproof.checks import can_fail, passes
from quizproof.claims import PROVEN, Claim, Judgement, Part, Program, fails, obstacle, refuted
from quizproof.comparison.happens import Happens
from quizproof.kinds.base import HappensText, Question, Runs, given, said
from quizproof.kinds.evidence import evidence
from quizproof.outcome import LOST, Frame, Outcome
from quizproof.quizfile.fields import Integer, Model, Prose, Snippet
from quizproof.snippets.changes import Change, Hunk, changed, changes, rewritten, significant_lines

_WHOLE_LINE = 10_000
"""A column beyond the end of any line."""


class LineMistake(Model):
    """A line that learners wrongly suspect."""

    line: Annotated[Integer, Field(ge=1)]
    """The number of the line in `code`, from 1."""
    mistake: Prose
    """Why this line is right, as feedback."""


class FindBug(Question):
    """Pick the line with the bug. The check fails on `code` for the stated reason, and passes on `fix`."""

    kind_name: ClassVar[str] = "find-bug"
    kind: Literal["find-bug"]
    setup: Snippet | None = None
    """Code that runs first; shown as given."""
    code: Snippet
    """The program with the bug."""
    fix: Snippet
    """The program without the bug. Change as few lines as possible: they decide which line is the answer."""
    check: Snippet
    """Assertions that fail after `code` and hold after `fix`."""
    happens: HappensText
    """How the bug shows: `runs silently` or `prints 45` (and the check fails), an exception, or `never ends`."""
    mistakes: tuple[LineMistake, ...] = ()
    """Lines that learners wrongly suspect, with feedback."""

    def claims(self) -> Iterator[Claim]:
        """What the module lists. If `fix` changes one thing only, the texts alone decide which lines are the bug's."""
        broken, fixed = self._program("code"), self._program("fix")
        yield Claim("bug", ("code",), (broken,), partial(self._judge_bug, broken), key=True)
        yield Claim("fix", ("fix",), (fixed,), partial(self._judge_fix, fixed), key=True)
        bare = self.program(*given(self.setup), Part("check", self.check, ("check",)))
        yield Claim("check can fail", ("check",), (fixed, broken, bare), partial(can_fail, bare, (fixed,), (broken,)))
        tried = self._tried()
        programs = (broken, fixed, *tried) if tried else ()
        yield Claim("bug's line", ("fix",), programs, self._judge_lines, probe=bool(tried))
        for index, mistake in enumerate(self.mistakes):
            judge = partial(self._judge_line, mistake)
            yield Claim(f"mistake {index + 1}", ("mistakes", index, "line"), (), judge)

    def right_parts(self) -> tuple[Part, ...]:
        """The setup and the fixed program."""
        return tuple(part for part in self._program("fix").parts if part.role != "check")

    def names(self, runs: Runs) -> dict[str, object]:
        """What the program with the bug did, and its first wrong line, from 1.

        {"raised": "IndexError", "message": "list index out of range", "line": 3}
        """
        raised = runs[self._program("code")].raised
        return {
            "raised": raised.type if raised else "",
            "message": raised.message if raised else "",
            "line": self.bug_lines()[0],
        }

    def display(self, runs: Runs) -> displays.Display:
        """The program with the bug; the fixed one is shown after answering."""
        lines = self.bug_lines()
        broken = self._program("code")
        source = self.code.rstrip("\n")
        mistakes = tuple(
            displays.Mistake(str(m.line), m.mistake, at=("mistakes", i)) for i, m in enumerate(self.mistakes)
        )
        first = source.split("\n")[lines[0] - 1].strip()
        return displays.Display(
            prompt=self.asked(self.setup),
            input=displays.LineInput(source, lines, mistakes),
            answer=f"line {lines[0]}: {first}",
            solution=self.worked_solution(
                displays.Code(self.fix, "Fixed", self._fixed_lines()),
                displays.Code(self.check, "The check: it fails on the program above and passes on the fixed one"),
            ),
            evidence=evidence(broken, runs[broken]),
        )

    def bug_lines(self) -> tuple[int, ...]:
        """Lines of `code` that the fix changes, from 1, ascending; for a missing line, its neighbours.

        As `difflib.SequenceMatcher` aligns the two programs line by line. Comments, empty lines and spacing do not
        count.
        """
        lines: set[int] = set()
        numbers = significant_lines(self.code)
        for hunk in self._hunks():
            if hunk.start == hunk.end:
                lines.update([n for n in numbers if n <= hunk.start][-1:] + [n for n in numbers if n > hunk.start][:1])
            lines.update(n for n in numbers if hunk.start < n <= hunk.end)
        return tuple(sorted(lines))

    def _fixed_lines(self) -> tuple[int, ...]:
        return tuple(n + 1 for hunk in self._hunks() for n in range(hunk.other_start, hunk.other_end))

    def _hunks(self) -> Iterator[Hunk]:
        return (hunk for change in changes(self.code, self.fix) for hunk in change.hunks)

    def _separable(self) -> tuple[Change, ...]:
        """The changes that may be needless beside others: all of several, and lines that were rewritten in passing."""
        made = changes(self.code, self.fix)
        return (*(made if len(made) > 1 else ()), *rewritten(self.code, self.fix))

    def _tried(self) -> tuple[Program, ...]:
        """For each change that is one of several `fix` without it, then `code` with it alone."""
        made = self._separable()
        undone = [changed(self.fix, self.code, change.reversed) for change in made]
        alone = [changed(self.code, self.fix, change) for change in made]
        pairs = enumerate(zip(undone, alone, strict=True))
        sources = [pair for n, (a, b) in pairs for pair in ((a, ("fix", "undone", n)), (b, ("code", "changed", n)))]
        check = Part("check", self.check, ("check",))
        return tuple(self.program(*given(self.setup), Part("code", source, at), check) for source, at in sources)

    def _program(self, field: Literal["code", "fix"]) -> Program:
        part = Part("code", self.code if field == "code" else self.fix, (field,))
        program = self.program(*given(self.setup), part, Part("check", self.check, ("check",)))
        return said(program, self.happens) if field == "code" else program

    def _judge_bug(self, program: Program, outcome: Outcome) -> Judgement:
        message = "the check passes on the program that should have a bug"
        return fails(program, outcome, Happens.parse(self.happens), code=rules.BUG_NOT_SHOWN, message=message)

    def _judge_fix(self, program: Program, outcome: Outcome) -> Judgement:
        message = "the fixed program fails the check"
        return passes(program, outcome, code=rules.FIX_REFUTED, message=message, expected="the check passes")

    def _judge_lines(self, *outcomes: Outcome) -> Judgement:
        """Judge what differs. A change is the bug's if the check fails without it, or passes with it alone."""
        if not self.bug_lines():
            return refuted(rules.NO_BUG_LINE, "`fix` does not differ from `code`", help="Fix the bug in `fix`.")
        if not outcomes or outcomes[0].status == "finished" or outcomes[1].status != "finished":
            return PROVEN  # one change alone; or the claims about `code` and `fix` say what is wrong
        tried = zip(self._tried(), outcomes[2:], strict=True)
        if lost := next((obstacle(program, outcome) for program, outcome in tried if outcome.status in LOST), None):
            return lost
        pairs = zip(outcomes[2::2], outcomes[3::2], strict=True)
        in_check = self._program("code").raised_in(outcomes[0]) == "check"
        separable = self._separable()
        for number, (change, (undone, alone)) in enumerate(zip(separable, pairs, strict=True)):
            # Where the program itself raises, a rewritten line may be the one that does, and so right in any case.
            is_part = number >= len(separable) - len(rewritten(self.code, self.fix))
            if undone.status == "finished" and alone.status != "finished" and (in_check or not is_part):
                return _harmless(change.hunks[0])
        return PROVEN

    def _judge_line(self, mistake: LineMistake) -> Judgement:
        source = _lines(self.code)
        if mistake.line > len(source) or not source[mistake.line - 1].strip():
            message = f"`code` has no line {mistake.line} to suspect; it has {len(source)} lines"
            return refuted(rules.NO_BUG_LINE, message)
        if mistake.line in self.bug_lines():
            message = f"line {mistake.line} is the bug: the fix changes it"
            return refuted(rules.NO_BUG_LINE, message, help="Name a line that the fix does not change.")
        return PROVEN


def _lines(source: str) -> list[str]:
    return source.rstrip("\n").split("\n")


def _harmless(hunk: Hunk) -> Judgement:
    """The judgement of a change that makes no difference."""
    at, line = ("code", hunk.start) if hunk.start < hunk.end else ("fix", hunk.other_start)
    counted = "this line is no bug, but it" if at == "code" else "nothing is missing here, but the lines beside it"
    message = f"the check passes without this change too, so {counted} would count as right"
    help_ = "Leave the line as it is in `code`, so that `fix` changes the bug alone."
    judgement = refuted(rules.HARMLESS_CHANGE, message, help=help_, at=(at,))
    return replace(judgement, frame=Frame(line, 1, _WHOLE_LINE, "", ""))
