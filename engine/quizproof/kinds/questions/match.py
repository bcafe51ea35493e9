"""`match`: match each item on the left with the one on the right that belongs to it. Every pairing is run.

Claims: the check of each pair passes after the pair's own code, and fails after the code of every other pair. The check
of an extra fails after the code of every pair, by an assertion at least once, so that it is known to work.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from quizproof import displays, rules
from quizproof.checks import passes
from quizproof.claims import PROVEN, Claim, Judgement, Part, Program, at_frame, obstacle, refuted
from quizproof.findings import DataPath
from quizproof.kinds.base import LETTERS, Question, Runs, given
from quizproof.outcome import Outcome
from quizproof.quizfile.fields import Model, Prose, Snippet


class Pair(Model):
    """An item on the left, the one on the right that belongs to it, and what shows that it does."""

    code: Snippet
    """The left side: runs after the setup. It is shown, unless there is a `text`."""
    text: Prose | None = None
    """What is shown on the left instead of the code."""
    match: Prose
    """The right side, in words."""
    check: Snippet
    """Assertions that hold after this pair's code, and fail after the code of every other pair."""


class Extra(Model):
    """An item on the right that belongs to no item on the left."""

    match: Prose
    """The right side, in words."""
    check: Snippet
    """Assertions that would hold after the code it belonged to. They fail after the code of every pair."""
    mistake: Prose = ""
    """The misconception of learners who choose it, as feedback."""


class Match(Question):
    """Match the left with the right. The check of each pair passes after its own code only."""

    kind_name: ClassVar[str] = "match"
    kind: Literal["match"]
    setup: Snippet | None = None
    """Code that runs before every pair's; shown as given."""
    pairs: Annotated[tuple[Pair, ...], Field(min_length=2, max_length=8)]
    """What belongs together."""
    extras: Annotated[tuple[Extra, ...], Field(max_length=4)] = ()
    """Items on the right that belong to no item on the left."""

    def claims(self) -> Iterator[Claim]:
        """For each pair that its check passes after its own code, and for each item on the right that it fits no other.

        With `n` pairs and `m` extras these are n * (n + m) programs.
        """
        for index in range(len(self.pairs)):
            program = self._program(index, index)
            message = "the code fails the check of its own match"
            judge = partial(passes, program, code=rules.KEY_REFUTED, message=message, expected="the check passes")
            yield Claim(f"pair {index + 1}", self._at(index), (program,), judge, key=True)
        for right in range(len(self._rights())):
            lefts = [left for left in range(len(self.pairs)) if left != right]
            programs = tuple(self._program(left, right) for left in lefts)
            name = f"pair {right + 1} alone" if right < len(self.pairs) else f"extra {right - len(self.pairs) + 1}"
            yield Claim(name, self._at(right), programs, partial(self._judge_others, right, lefts, programs))

    def right_parts(self) -> tuple[Part, ...]:
        """The setup alone: no pair is the right code more than another."""
        return given(self.setup)

    def display(self, runs: Runs) -> displays.Display:
        """Both sides in the author's order; renderers shuffle the right one."""
        left = tuple(_left(index, pair) for index, pair in enumerate(self.pairs))
        right = tuple(
            displays.MatchItem(
                str(index + 1),
                displays.Prose(item.match),
                item.mistake if isinstance(item, Extra) else "",
                (*self._at(index)[:-1], "match"),
            )
            for index, item in enumerate(self._rights())
        )
        run = (
            displays.Code(
                f"{pair.code.rstrip()}\n\n{pair.check.rstrip()}", f"Pair {index}, and the check that it passes"
            )
            for index, pair in enumerate(self.pairs, 1)
        )
        return displays.Display(
            prompt=self.asked(self.setup),
            input=displays.Matching(left, right, tuple(item.id for item in right[: len(left)])),
            answer="\n".join(f"{_brief(pair)} → {pair.match.strip()}" for pair in self.pairs),
            solution=self.worked_solution(*run),
        )

    def _rights(self) -> tuple[Pair | Extra, ...]:
        """The items on the right: those of the pairs in their order, then the extras."""
        return (*self.pairs, *self.extras)

    def _at(self, right: int) -> DataPath:
        """Where the check of an item on the right is, relative to the block."""
        pairs = len(self.pairs)
        return ("pairs", right, "check") if right < pairs else ("extras", right - pairs, "check")

    def _program(self, left: int, right: int) -> Program:
        """The code of an item on the left, then the check of one on the right."""
        code = Part("answer", self.pairs[left].code, ("pairs", left, "code"))
        return self.program(*given(self.setup), code, Part("check", self._rights()[right].check, self._at(right)))

    def _judge_others(
        self, right: int, lefts: list[int], programs: tuple[Program, ...], *outcomes: Outcome
    ) -> Judgement:
        """Judge an item on the right by all items on the left to which it does not belong."""
        item = self._rights()[right]
        for left, program, outcome in zip(lefts, programs, outcomes, strict=True):
            if blocked := obstacle(program, outcome):
                return blocked
            if outcome.status == "finished":
                other = _brief(self.pairs[left])
                message = f"`{other}` matches too: the check of {item.match.strip()!r} passes after it"
                help_ = "Assert something that is true of its own pair only."
                actual = "every assertion passed"
                return refuted(rules.DISTRACTOR_HOLDS, message, help=help_, expected="the check fails", actual=actual)
            raised = outcome.raised if program.raised_in(outcome) == "check" else None
            # Such a check would fail after any other code, so it would show nothing about the pair.
            if isinstance(item, Pair) and raised and raised.type == "NameError":
                message = f"after `{_brief(self.pairs[left])}` the check fails only because a name is missing: {raised}"
                help_ = "Use the same name for what is checked in every pair, so that the check looks at it."
                return at_frame(program, outcome, refuted(rules.CHECK_CRASHED, message, help=help_))
        if isinstance(item, Extra) and not any(o.raised and o.raised.is_failure for o in outcomes):
            # The check of a pair is known to work, because it passes after its own code. This one may never pass.
            message = f"the check itself raised {outcomes[0].raised}, and none of its assertions ever fails"
            help_ = "Assert what would be true if the item belonged to a pair."
            return at_frame(programs[0], outcomes[0], refuted(rules.CHECK_CRASHED, message, help=help_))
        return PROVEN


def _brief(pair: Pair) -> str:
    """The left side on one line."""
    first, *more = (pair.text or pair.code).strip().split("\n")
    return f"{first} …" if more else first


def _left(index: int, pair: Pair) -> displays.MatchItem:
    content = displays.Code(pair.code) if pair.text is None else displays.Prose(pair.text)
    return displays.MatchItem(LETTERS[index], content, at=("pairs", index, "code" if pair.text is None else "text"))
