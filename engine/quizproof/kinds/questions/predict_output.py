"""`predict-output`: what does this program print, or which exception does it raise? Nobody types the key."""

from __future__ import annotations

import builtins
from collections.abc import Iterator
from functools import partial
from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from quizproof import displays, rules
from quizproof.claims import PROVEN, Claim, Judgement, Part, Program, at_frame, obstacle, refuted
from quizproof.comparison.outputs import difference, fold, same_output
from quizproof.kinds.base import LETTERS, Question, Runs, evidence, given, silence
from quizproof.outcome import Outcome
from quizproof.quizfile.fields import Model, Number, Plain, Prose, Snippet, Text, refuse


class Distractor(Model):
    """An answer that a mistake leads to: by running code, or typed."""

    code: Snippet | None = None
    """Run after the question's code; what it prints is this option."""
    prints: Text | None = None
    """The output that this mistake leads to."""
    raises: Plain | None = None
    """The exception that this mistake leads to."""
    mistake: Prose = ""
    """The misconception, as feedback."""

    @model_validator(mode="after")
    def _one(self) -> Distractor:
        if sum(x is not None for x in (self.code, self.prints, self.raises)) != 1:
            raise refuse(rules.CONTRADICTION, "a distractor needs exactly one of `code`, `prints` and `raises`")
        return self

    @property
    def field(self) -> str:
        """The one key that was given."""
        return "code" if self.code is not None else "prints" if self.prints is not None else "raises"


class PredictOutput(Question):
    """Say what a program does; the program is run to know it."""

    kind_name: ClassVar[str] = "predict-output"
    kind: Literal["predict-output"]
    setup: Snippet | None = None
    """Code that runs first and is shown as given; what it prints is not asked for."""
    code: Snippet
    """The program."""
    asks: Literal["output", "exception"] = "output"
    """Whether the answer is what it prints, or the exception it raises."""
    answer: Text | None = None
    """The key, where an author has typed one; compared with the run."""
    tolerance: Annotated[Number, Field(ge=0)] | None = None
    """How far numbers inside printed text may differ. Only where the reader chooses: typed text is compared exactly."""
    distractors: Annotated[tuple[Distractor, ...], Field(max_length=25)] = ()
    """Wrong answers. With any, the reader chooses; without, the reader types."""
    input: Literal["choose", "type"] | None = None
    """Let the reader type although there are distractors: they then serve as foreseen mistakes."""

    @model_validator(mode="after")
    def _facts_can_run(self) -> PredictOutput:
        if self.facts and self.asks == "exception":
            message = "`facts` come after the program, which ends in an exception here; use `raised` and `message`"
            raise refuse(rules.CONTRADICTION, message)
        if self.tolerance is not None and (self.input == "type" or not self.distractors):
            message = (
                "typed output is compared exactly, without `tolerance`; ask for a `number`, or offer `distractors`"
            )
            raise refuse(rules.CONTRADICTION, message)
        return self

    @property
    def numeric_tolerance(self) -> float | None:
        return self.tolerance

    def claims(self) -> Iterator[Claim]:
        main = self._main()
        yield Claim("key", ("answer",) if self.answer is not None else ("code",), (main,), self._judge_key, key=True)
        for index, distractor in enumerate(self.distractors):
            name = f"distractor {index + 1}"
            at = ("distractors", index, distractor.field)
            programs = (main, self._after(index)) if distractor.code is not None else (main,)
            yield Claim(name, at, programs, partial(self._judge_distractor, index))

    def right_parts(self) -> tuple[Part, ...]:
        return self._main().parts

    def names(self, runs: Runs) -> dict[str, object]:
        outcome = runs[self._main()]
        raised = outcome.raised
        return {
            "stdout": fold(self._main().stdout(outcome, "code")),
            "raised": raised.type if raised else "",
            "message": raised.message if raised else "",
            "answer": self._key(outcome),
        }

    def display(self, runs: Runs) -> displays.Display:
        main = self._main()
        key = self._key(runs[main])
        told = evidence(main, runs[main])
        prompt = self.asked(self.setup, displays.Code(self.code))
        wrong = [
            (self._wrong(index, runs), distractor, ("distractors", index, distractor.field))
            for index, distractor in enumerate(self.distractors)
        ]
        shown: displays.Input
        if wrong and self.input != "type":
            key_content = self._content(key, exception=self.asks == "exception")
            options = [displays.Option("a", key_content, True, "", told, at=("code",))]
            for index, (text, distractor, at) in enumerate(wrong):
                content = self._content(text, exception=distractor.raises is not None)
                proof = self._own_run(index, runs) if distractor.code is not None else None
                options.append(displays.Option(LETTERS[index + 1], content, False, distractor.mistake, proof, at=at))
            shown = displays.Options(tuple(options))
        else:
            mistakes = tuple(displays.Mistake(text, distractor.mistake, at=at) for text, distractor, at in wrong)
            shown = displays.TextInput(key, "\n" in key, mistakes)
        return displays.Display(prompt, shown, key, self.worked_solution(), told)

    def _content(self, text: str, *, exception: bool) -> displays.Written:
        return displays.Prose(f"Raises `{text}`") if exception else displays.Output(silence(text))

    def _main(self) -> Program:
        return self.program(*given(self.setup), Part("code", self.code, ("code",)))

    def _after(self, index: int) -> Program:
        source = self.distractors[index].code
        assert source is not None
        return self.program(*self._main().parts, Part("answer", source, ("distractors", index, "code")))

    def _key(self, outcome: Outcome) -> str:
        if self.asks == "exception":
            return outcome.raised.type if outcome.raised else ""
        return fold(self._main().stdout(outcome, "code"))

    def _wrong(self, index: int, runs: Runs) -> str:
        """What a distractor shows."""
        distractor = self.distractors[index]
        if distractor.code is not None:
            program = self._after(index)
            return fold(program.stdout(runs[program], "answer"))
        return fold(distractor.prints) if distractor.prints is not None else distractor.raises or ""

    def _own_run(self, index: int, runs: Runs) -> displays.Evidence:
        """What a distractor's own code did, after the question's program."""
        program = self._after(index)
        text = program.stdout(runs[program], "answer")
        return displays.Evidence("What this mistake computes:", text, code=self.distractors[index].code or "")

    def _judge_key(self, outcome: Outcome) -> Judgement:
        main = self._main()
        blocked = obstacle(main, outcome)
        if blocked:
            return blocked
        if self.asks == "exception" and outcome.raised is None:
            words = "the program raises nothing, so there is no exception to predict"
            return refuted(rules.NO_OUTPUT, words, help="Drop `asks: exception`, or mend the code.", at=("code",))
        if self.asks == "output":
            if outcome.raised:
                words = f"the program raised {outcome.raised}"
                help_ = "Add `asks: exception` if that is the answer."
                return at_frame(main, outcome, refuted(rules.CODE_CRASHED, words, help=help_))
            if not self._key(outcome):
                words = "the program prints nothing, so there is nothing to predict"
                return refuted(rules.NO_OUTPUT, words, help="Add a `print`.", at=("code",))
        key = self._key(outcome)
        if self.answer is not None and not same_output(self.answer, key, self.tolerance):
            what = "raises" if self.asks == "exception" else "prints"
            words = f"the stated answer is not what the program {what}: {difference(self.answer, key, self.tolerance)}"
            return refuted(
                rules.KEY_REFUTED, words, help="Drop `answer:`: it is derived.", expected=fold(self.answer), actual=key
            )
        return PROVEN

    def _judge_distractor(self, index: int, main: Outcome, after: Outcome | None = None) -> Judgement:
        distractor = self.distractors[index]
        if after is None:
            blocked = obstacle(self._main(), main)
            text = fold(distractor.prints or "") if distractor.prints is not None else distractor.raises or ""
        else:
            program = self._after(index)
            blocked = obstacle(program, after)
            if not blocked and after.raised:
                words = f"the distractor's code raised {after.raised}"
                wrong = refuted(rules.CODE_CRASHED, words, help="It must print a wrong answer.")
                blocked = at_frame(program, after, wrong)
            text = fold(program.stdout(after, "answer"))
            if not blocked and not text:
                words = "the distractor's code prints nothing"
                blocked = refuted(rules.NO_OUTPUT, words, help="Add a `print`.")
        if blocked:
            return blocked
        if distractor.raises is not None:
            key = main.raised.type if main.raised else ""
            right = main.raised is not None and _is_raised(distractor.raises, main)
        else:
            key = fold(self._main().stdout(main, "code"))
            right = same_output(text, key, self.tolerance)
        if right:
            words = "this wrong answer is the right one"
            return refuted(rules.DISTRACTOR_HOLDS, words, expected="any other answer", actual=key)
        return PROVEN


def _is_raised(text: str, outcome: Outcome) -> bool:
    """Whether `text`, such as `TypeError`, `builtins.TypeError` or `TypeError: a fragment`, tells what was raised.

    So does another name of the same exception, and a class that it belongs to.
    """
    raised = outcome.raised
    name, _, fragment = text.partition(":")
    name = name.strip().rpartition(".")[2]
    if raised is None or fragment.strip() not in raised.message:
        return False
    told, real = getattr(builtins, name, None), getattr(builtins, raised.type, None)
    if isinstance(told, type) and isinstance(real, type):
        return issubclass(real, told)
    return name == raised.type
