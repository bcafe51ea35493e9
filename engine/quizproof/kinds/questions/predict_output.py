"""`predict-output`: what does this program print, or which exception does it raise? Nobody has to type the key.

Claims: the program prints something, or raises if `asks: exception`, and the typed `answer`, if there is one, agrees.
Each distractor is another answer than the key; with `code`, it is what this code prints after the program.
"""

from __future__ import annotations

import builtins
from collections.abc import Iterator
from functools import partial
from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from quizproof import displays, rules
from quizproof.claims import PROVEN, Claim, Judgement, Part, Program, at_frame, obstacle, refuted
from quizproof.comparison.outputs import disagreement, fold, same_output
from quizproof.comparison.seen import told_apart
from quizproof.comparison.tolerance import Tolerance
from quizproof.kinds.base import LETTERS, Question, Runs, evidence, given, silence
from quizproof.outcome import Outcome
from quizproof.quizfile.fields import Model, Plain, Prose, Snippet, Text, ToleranceField, refuse


class Distractor(Model):
    """A wrong answer that a mistake leads to, computed by code or typed."""

    code: Snippet | None = None
    """Runs after the question's code. What it prints is this option."""
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
    """Say what a program does. A run of it gives the key."""

    kind_name: ClassVar[str] = "predict-output"
    kind: Literal["predict-output"]
    setup: Snippet | None = None
    """Code that runs first; shown as given. What it prints is not part of the answer."""
    code: Snippet
    """The program."""
    asks: Literal["output", "exception"] = "output"
    """Whether the answer is what the program prints, or the exception that it raises."""
    answer: Text | None = None
    """The key, if an author has typed one; compared with the run."""
    tolerance: ToleranceField | None = None
    """By how much numbers in printed text may differ from the real ones: `0.01`, or `5%` of each. Learners see it."""
    distractors: Annotated[tuple[Distractor, ...], Field(max_length=25)] = ()
    """Wrong answers. If there are any, the learner chooses from options; if not, the learner types."""
    input: Literal["choose", "type"] | None = None
    """`type` lets the learner type although there are distractors, which then serve as foreseen mistakes."""

    @model_validator(mode="after")
    def _facts_can_run(self) -> PredictOutput:
        if self.facts and self.asks == "exception":
            message = "`facts` are evaluated after the program, which raises here; use `raised` and `message` instead"
            raise refuse(rules.CONTRADICTION, message)
        if self.tolerance is not None and self.asks == "exception":
            raise refuse(rules.CONTRADICTION, "`tolerance` belongs to `asks: output`")
        return self

    @property
    def numeric_tolerance(self) -> Tolerance | None:
        """The field `tolerance`: it is for numbers in printed text."""
        return self.tolerance

    def claims(self) -> Iterator[Claim]:
        """The program has an answer, which is the typed one, and each distractor is another."""
        main = self._main()
        yield Claim("key", ("answer",) if self.answer is not None else ("code",), (main,), self._judge_key, key=True)
        for index, distractor in enumerate(self.distractors):
            name = f"distractor {index + 1}"
            at = ("distractors", index, distractor.field)
            programs = (main, self._after(index)) if distractor.code is not None else (main,)
            yield Claim(name, at, programs, partial(self._judge_distractor, index))

    def right_parts(self) -> tuple[Part, ...]:
        """The setup and the program."""
        return self._main().parts

    def names(self, runs: Runs) -> dict[str, object]:
        """What the program did: `stdout` after `fold`, `raised` and `message`; and `answer`, the key.

        {"stdout": "", "raised": "TypeError", "message": "unhashable type: 'list'", "answer": "TypeError"}
        """
        outcome = runs[self._main()]
        raised = outcome.raised
        return {
            "stdout": fold(self._main().stdout(outcome, "code")),
            "raised": raised.type if raised else "",
            "message": raised.message if raised else "",
            "answer": self._key(outcome),
        }

    def display(self, runs: Runs) -> displays.Display:
        """Options, if there are distractors and the learner does not type; otherwise a field for text.

        The key is then option "a", and renderers shuffle the options.
        """
        main = self._main()
        key = self._key(runs[main])
        run = evidence(main, runs[main])
        prompt = self.asked(self.setup, displays.Code(self.code))
        wrong = [
            (self._wrong(index, runs), distractor, ("distractors", index, distractor.field))
            for index, distractor in enumerate(self.distractors)
        ]
        form: displays.Input
        if wrong and self.input != "type":
            key_content = self._content(key, exception=self.asks == "exception")
            options = [displays.Option("a", key_content, True, "", run, at=("code",))]
            for index, (text, distractor, at) in enumerate(wrong):
                content = self._content(text, exception=distractor.raises is not None)
                proof = self._own_run(index, runs) if distractor.code is not None else None
                options.append(displays.Option(LETTERS[index + 1], content, False, distractor.mistake, proof, at=at))
            form = displays.Options(tuple(options), tolerance=self.tolerance)
        else:
            mistakes = tuple(displays.Mistake(text, distractor.mistake, at=at) for text, distractor, at in wrong)
            form = displays.TextInput(key, "\n" in key, mistakes, self.tolerance)
        return displays.Display(prompt, form, key, self.worked_solution(), run)

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
            message = "the program raises nothing, so there is no exception to predict"
            return refuted(rules.NO_OUTPUT, message, help="Remove `asks: exception`, or fix the code.", at=("code",))
        if self.asks == "output":
            if outcome.raised:
                message = f"the program raised {outcome.raised}"
                help_ = "If that is the answer, add `asks: exception`."
                return at_frame(main, outcome, refuted(rules.CODE_CRASHED, message, help=help_))
            if not self._key(outcome):
                message = "the program prints nothing, so there is nothing to predict"
                return refuted(rules.NO_OUTPUT, message, help="Add a `print`.", at=("code",))
        key = self._key(outcome)
        if self.answer is not None and not same_output(self.answer, key, self.tolerance):
            verb = "raises" if self.asks == "exception" else "prints"
            differs = disagreement(self.answer, key, self.tolerance)
            message = f"the stated answer is not what the program {verb}: {differs}"
            help_ = "Correct `answer:`, or remove it: the run gives the answer."
            expected, actual = told_apart(fold(self.answer), key)
            return refuted(rules.KEY_REFUTED, message, help=help_, expected=expected, actual=actual)
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
                message = f"the distractor's code raised {after.raised}"
                crashed = refuted(rules.CODE_CRASHED, message, help="It must print a wrong answer.")
                blocked = at_frame(program, after, crashed)
            text = fold(program.stdout(after, "answer"))
            if not blocked and not text:
                message = "the distractor's code prints nothing"
                blocked = refuted(rules.NO_OUTPUT, message, help="Add a `print`.")
        if blocked:
            return blocked
        if distractor.raises is not None:
            key = main.raised.type if main.raised else ""
            right = main.raised is not None and _is_raised(distractor.raises, main)
        else:
            key = fold(self._main().stdout(main, "code"))
            right = same_output(text, key, self.tolerance)
        if right:
            message = "this distractor is the right answer"
            return refuted(rules.DISTRACTOR_HOLDS, message, expected="any other answer", actual=key)
        return PROVEN


def _is_raised(text: str, outcome: Outcome) -> bool:
    """Whether `text`, such as `TypeError`, `builtins.TypeError` or `TypeError: a fragment`, names what was raised.

    Another name of the same exception does too, and so does a class that it inherits from.
    """
    raised = outcome.raised
    name, _, fragment = text.partition(":")
    name = name.strip().rpartition(".")[2]
    if raised is None or fragment.strip() not in raised.message:
        return False
    named, real = getattr(builtins, name, None), getattr(builtins, raised.type, None)
    # IOError is OSError, and LookupError is right for a KeyError; of classes that are not built in only the names are
    # known.
    if isinstance(named, type) and isinstance(real, type):
        return issubclass(real, named)
    return name == raised.type
