"""`match`: give each item on the left the one on the right that belongs to it. Every pairing is run."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from quizproof import displays, rules
from quizproof.claims import PROVEN, Claim, Judgement, Part, Program, at_frame, obstacle, passes, refuted
from quizproof.findings import DataPath
from quizproof.kinds.base import LETTERS, Question, Runs, given
from quizproof.outcome import Outcome
from quizproof.quizfile.fields import Model, Prose, Snippet


class Pair(Model):
    """An item on the left, the one on the right that belongs to it, and what shows that it does."""

    code: Snippet
    """The left side: runs after the setup. Shown, unless `text` says it in words."""
    text: Prose | None = None
    """What is shown on the left instead of the code."""
    match: Prose
    """The right side, in words."""
    check: Snippet
    """Assertions that hold after this pair's code, and fail after the code of every other pair."""


class Extra(Model):
    """An item on the right that belongs to nothing."""

    match: Prose
    """The right side, in words."""
    check: Snippet
    """Assertions that would hold if it belonged to the code before; they fail after the code of every pair."""
    mistake: Prose = ""
    """The misconception of who chooses it, as feedback."""


class Match(Question):
    """Match the left with the right. Each check passes after its own pair's code, and after no other."""

    kind_name: ClassVar[str] = "match"
    kind: Literal["match"]
    setup: Snippet | None = None
    """Code that runs before every pair's; shown as given."""
    pairs: Annotated[tuple[Pair, ...], Field(min_length=2, max_length=8)]
    """What belongs together."""
    extras: Annotated[tuple[Extra, ...], Field(max_length=4)] = ()
    """Items on the right that belong to nothing."""

    def claims(self) -> Iterator[Claim]:
        for index in range(len(self.pairs)):
            program = self._program(index, index)
            message = "the code fails the check of its own match"
            judge = partial(passes, program, code=rules.KEY_REFUTED, message=message, expected="the check passes")
            yield Claim(f"pair {index + 1}", self._at(index), (program,), judge, key=True)
        for right in range(len(self._rights())):
            lefts = [left for left in range(len(self.pairs)) if left != right]
            programs = tuple(self._program(left, right) for left in lefts)
            sort = f"pair {right + 1} alone" if right < len(self.pairs) else f"extra {right - len(self.pairs) + 1}"
            yield Claim(sort, self._at(right), programs, partial(self._judge_others, right, lefts, programs))

    def right_parts(self) -> tuple[Part, ...]:
        return given(self.setup)

    def display(self, runs: Runs) -> displays.Display:
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
        """What the right side is made from: the pairs in their order, then the extras."""
        return (*self.pairs, *self.extras)

    def _at(self, right: int) -> DataPath:
        """Where the check of an item on the right stands."""
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
                shown = _brief(self.pairs[left])
                words = f"`{shown}` matches too: the check of {item.match.strip()!r} passes after it"
                help_ = "Assert something that is true of its own pair alone."
                actual = "every assertion passed"
                return refuted(rules.DISTRACTOR_HOLDS, words, help=help_, expected="the check fails", actual=actual)
            raised = outcome.raised if program.raised_in(outcome) == "check" else None
            if isinstance(item, Pair) and raised and raised.type == "NameError":
                words = f"after `{_brief(self.pairs[left])}` the check fails only because a name is missing: {raised}"
                help_ = "Give what is checked the same name in every pair, so that the check looks at it."
                return at_frame(program, outcome, refuted(rules.CHECK_CRASHED, words, help=help_))
        if isinstance(item, Extra) and not any(o.raised and o.raised.type == "AssertionError" for o in outcomes):
            # The check of a pair is known to work from its own code. This one would fail after any code.
            words = f"the check itself raised {outcomes[0].raised}, and nowhere does an assertion of it fail"
            help_ = "Let it assert what would be so if the item belonged to a pair."
            return at_frame(programs[0], outcomes[0], refuted(rules.CHECK_CRASHED, words, help=help_))
        return PROVEN


def _brief(pair: Pair) -> str:
    """The left side on one line."""
    first, *more = (pair.text or pair.code).strip().split("\n")
    return f"{first} …" if more else first


def _left(index: int, pair: Pair) -> displays.MatchItem:
    content = displays.Code(pair.code) if pair.text is None else displays.Prose(pair.text)
    return displays.MatchItem(LETTERS[index], content, at=("pairs", index, "code" if pair.text is None else "text"))
