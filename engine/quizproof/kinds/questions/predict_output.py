"""`predict-output`: what does this program print, which exception does it raise, or what else happens?

Claims: the program prints something, or raises if `asks: exception`, and the typed `answer`, if there is one, agrees.
Nobody has to type the key, but where it could be an accident: that nothing is printed, that the program does not
compile, or what happens if `asks: happens`. Each distractor is another answer than the key; with `code`, it is what
this code prints after the program. Where no output is asked for, `prints` means that the program ends normally, too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from quizproof import displays, rules
from quizproof.claims import PROVEN, Claim, Judgement, Part, Program, at_frame, mismatch, obstacle, refuted
from quizproof.comparison.happens import Happens, covers, names_of
from quizproof.comparison.outputs import disagreement, fold, quoted, same_output
from quizproof.comparison.seen import told_apart
from quizproof.comparison.tolerance import Tolerance
from quizproof.kinds.base import LETTERS, HappensText, Question, Runs, given, said
from quizproof.kinds.evidence import evidence, hides_output, silence
from quizproof.marking.mark import NOTHING_WORDS
from quizproof.outcome import Outcome
from quizproof.quizfile.fields import Model, Plain, Prose, Snippet, Text, ToleranceField, refuse
from quizproof.snippets.session import asked_output, is_session, shows_everything
from quizproof.snippets.tidied import computes, tidied

_ENDLESS_WORDS = ("endless", "endless loop", "infinite loop", "it never ends", "never stops", "runs forever")
"""What learners also type for `never ends`."""


class Distractor(Model):
    """A wrong answer that a mistake leads to, computed by code or typed."""

    code: Snippet | None = None
    """Runs after the question's code. What it prints is this option."""
    prints: Text | None = None
    """The output that this mistake leads to; empty for none."""
    raises: Plain | None = None
    """The exception that this mistake leads to: its type, or its type and a fragment of its message."""
    happens: HappensText | None = None
    """What else this mistake takes to happen."""
    mistake: Prose = ""
    """The misconception, as feedback."""

    @model_validator(mode="after")
    def _one(self) -> Distractor:
        if sum(x is not None for x in (self.code, self.prints, self.raises, self.happens)) != 1:
            message = "a distractor needs exactly one of `code`, `prints`, `raises` and `happens`"
            raise refuse(rules.CONTRADICTION, message)
        return self

    @property
    def field(self) -> str:
        """The one key that was given."""
        return next(n for n in ("code", "prints", "raises", "happens") if getattr(self, n) is not None)

    @property
    def stated(self) -> Happens | None:
        """What `raises` or `happens` says; None where the distractor is an output."""
        if self.happens is not None:
            return Happens.parse(self.happens)
        return Happens.exception(self.raises) if self.raises is not None else None


class PredictOutput(Question):
    """Say what a program does. A run of it gives the key."""

    kind_name: ClassVar[str] = "predict-output"
    kind: Literal["predict-output"]
    setup: Snippet | None = None
    """Code that runs first; shown as given. What it prints is not part of the answer."""
    code: Snippet
    """The program."""
    asks: Literal["output", "exception", "happens"] = "output"
    """What the answer is: what the program prints, the exception that it raises, or what `answer` says that happens."""
    answer: Text | None = None
    """The key, if an author has typed one; compared with the run. Empty if the program prints nothing."""
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
        if self.asks == "happens":
            if self.answer is None:
                raise refuse(rules.MISSING_KEY, "`asks: happens` needs `answer:`, such as `never ends`")
            Happens.parse(self.answer)  # refuses other words
            if self.facts:
                raise refuse(rules.CONTRADICTION, "`facts` are evaluated after the program, whose end is asked for")
        if self.tolerance is not None and self.asks != "output":
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
            "stdout": fold(asked_output(self._main(), outcome)),
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
            stated = None if self.asks == "output" else self._stated(key)
            options = [displays.Option("a", self._content(key, stated), True, "", run, at=("code",))]
            for index, (text, distractor, at) in enumerate(wrong):
                content = self._content(text, distractor.stated)
                own = self._own_run(index, runs)
                options.append(displays.Option(LETTERS[index + 1], content, False, distractor.mistake, own, at=at))
            form = displays.Options(tuple(options), tolerance=self.tolerance)
        else:
            mistakes = tuple(displays.Mistake(text, distractor.mistake, at=at) for text, distractor, at in wrong)
            also = self._also(runs[main])
            form = displays.TextInput(key, "\n" in key, mistakes, self.tolerance, self.asks, also)
        answer = silence(key) if self.asks == "output" else key
        return displays.Display(prompt, form, answer, self.worked_solution(), run)

    def _content(self, text: str, stated: Happens | None) -> displays.Written:
        """An option: an output, or what happens."""
        if stated is not None and stated.what != "output":
            return displays.Prose(stated.in_code)
        printed = silence(stated.text if stated else text)
        return displays.Output(printed, "" if self.asks == "output" else "Ends normally, and prints")

    def _stated(self, text: str) -> Happens:
        """What an answer says, unless it is an output."""
        return Happens.exception(text) if self.asks == "exception" else Happens.parse(text)

    def _also(self, outcome: Outcome) -> tuple[str, ...]:
        """What a learner can type for the key, too."""
        if self.asks == "output":
            return ()
        stated = self._stated(self._key(outcome))
        match stated.what:
            case "endless":
                return _ENDLESS_WORDS
            case "silence":
                return NOTHING_WORDS
            case "warning":
                return (stated.name,) if stated.name else ()
            case "exception":
                return names_of(outcome.raised) if outcome.raised and not stated.text else ()
            case "output":
                return (stated.text,)

    def _main(self) -> Program:
        program = self.program(*given(self.setup), Part("code", self.code, ("code",)))
        return said(program, self.answer if self.asks == "happens" else None)

    def _after(self, index: int) -> Program:
        source = self.distractors[index].code
        assert source is not None
        return self.program(*self._main().parts, Part("answer", source, ("distractors", index, "code")))

    def _key(self, outcome: Outcome) -> str:
        if self.asks == "happens":
            return str(Happens.parse(self.answer or ""))
        if self.asks == "exception":
            # A message is a part of the answer where its author asks for it.
            stated = Happens.exception(self.answer) if self.answer is not None else None
            return str(stated) if stated and stated.text else outcome.raised.type if outcome.raised else ""
        return fold(asked_output(self._main(), outcome))

    def _wrong(self, index: int, runs: Runs) -> str:
        """What a distractor shows."""
        distractor = self.distractors[index]
        if distractor.code is not None:
            program = self._after(index)
            return fold(program.stdout(runs[program], "answer"))
        return fold(distractor.prints) if distractor.prints is not None else str(distractor.stated)

    def _own_run(self, index: int, runs: Runs) -> displays.Evidence | None:
        """What a distractor's own code did, after the question's program; None where it only prints what is typed."""
        code = self.distractors[index].code
        if code is None or not computes(code):
            return None
        program = self._after(index)
        text = program.stdout(runs[program], "answer")
        return displays.Evidence("What this mistake computes:", text, code=tidied(code), about="mistake")

    def _judge_key(self, outcome: Outcome) -> Judgement:
        main = self._main()
        stated = None if self.asks == "output" or self.answer is None else self._stated(self.answer)
        expects = str(stated) if stated and stated.what == "exception" else ""
        blocked = obstacle(main, outcome, syntax_ok=bool(expects), stated=expects)
        if blocked and blocked.code == rules.CODE_SYNTAX and self.asks != "output" and outcome.raised:
            help_ = f"If that is the answer, state it: `answer: {outcome.raised.type}`."
            return replace(blocked, help=help_)
        if blocked:
            return blocked
        if self.asks == "exception" and outcome.raised is None:
            message = "the program raises nothing, so there is no exception to predict"
            return refuted(rules.NO_OUTPUT, message, help="Remove `asks: exception`, or fix the code.", at=("code",))
        if stated is not None:
            return self._judge_stated(stated, outcome)
        return PROVEN if self.asks == "exception" else self._judge_output(outcome)

    def _judge_stated(self, stated: Happens, outcome: Outcome) -> Judgement:
        """Judge what `answer` says that happens, or is raised."""
        differs = mismatch(stated, self._main(), outcome)
        if not differs:
            return PROVEN
        raised = outcome.raised
        if self.asks == "exception" and raised:
            message = f"the stated answer is not what the program raises: {quoted(str(raised))}"
        else:
            message = f"`answer: {stated}` is not what happened: {differs}"
        help_ = "Correct `answer:`" + (", or remove it: the run gives the answer." if self.asks == "exception" else ".")
        actual = raised.type if raised and not stated.text else str(raised or "")
        return refuted(rules.KEY_REFUTED, message, help=help_, expected=str(stated), actual=actual)

    def _judge_output(self, outcome: Outcome) -> Judgement:
        main = self._main()
        if outcome.raised:
            message = f"the program raised {outcome.raised}"
            help_ = "If that is the answer, add `asks: exception`."
            return at_frame(main, outcome, refuted(rules.CODE_CRASHED, message, help=help_))
        key = self._key(outcome)
        if not key and (self.answer is None or fold(self.answer)):
            message, help_ = "the program prints nothing, so there is nothing to predict", _NOTHING_HELP
            if is_session(self.code) and shows_everything(main):
                message = "the session shows all of its output, so there is nothing to predict"
                help_ = "Leave out the output that is asked for."
            elif hidden := hides_output(main, outcome):
                message = f"{message}: {hidden}"
                help_ = "Print something on standard output."
            return refuted(rules.NO_OUTPUT, message, help=help_, at=("code",))
        if self.answer is None:
            return PROVEN
        hidden = hides_output(main, outcome) if not fold(self.answer) else ""
        if not hidden and same_output(self.answer, key, self.tolerance):
            return PROVEN
        differs = hidden or disagreement(self.answer, key, self.tolerance)
        message = f"the stated answer is not what the program prints: {differs}"
        help_ = "Correct `answer:`, or remove it: the run gives the answer."
        expected, actual = told_apart(fold(self.answer), key)
        return refuted(rules.KEY_REFUTED, message, help=help_, expected=expected, actual=actual)

    def _judge_distractor(self, index: int, main: Outcome, after: Outcome | None = None) -> Judgement:
        distractor = self.distractors[index]
        if after is None:
            # What is wrong with the program itself is the key's business; here an exception is one answer of several.
            expects = f"{main.raised}" if main.raised else ""
            blocked = obstacle(self._main(), main, syntax_ok=self.asks != "output", stated=expects)
            text = fold(distractor.prints or "")
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
                help_ = 'Add a `print`; or, if that is the option, write `prints: ""`.'
                blocked = refuted(rules.NO_OUTPUT, message, help=help_)
        if blocked:
            return blocked
        if self._is_right(distractor.stated, text, main):
            message = "this distractor is the right answer"
            return refuted(rules.DISTRACTOR_HOLDS, message, expected="any other answer", actual=self._key(main))
        return PROVEN

    def _is_right(self, stated: Happens | None, text: str, main: Outcome) -> bool:
        """Whether an answer is what the program does: what is stated, or this output."""
        if stated is None:
            ended = main.raised is None and main.status != "endless"
            # Where the question is what happens, a program that warns does not pass in silence.
            if self.asks == "happens" and not text and self._main().warned(main, "code"):
                return False
            return ended and same_output(text, fold(asked_output(self._main(), main)), self.tolerance)
        if stated.what == "exception":
            # A class that it inherits from is right, too.
            return main.raised is not None and covers(stated.name, main.raised) and stated.text in main.raised.message
        return not mismatch(stated, self._main(), main)


_NOTHING_HELP = 'Add a `print`; or, if that is the answer, state it: `answer: ""`.'
