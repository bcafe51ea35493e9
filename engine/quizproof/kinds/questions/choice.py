"""`choice`: one or several right options, which are code, statements, or outputs of one program.

Claims, by the type of the options:

- `code`: after the code of a key the check passes with at least one assertion; after that of a distractor it fails, as
  `happens` says if it is stated; without any option's code it fails too, so that it looks at what the options do.
- `text`: the `proof` of a key, or the `refute` of a distractor, runs to its end with at least one assertion.
- `prints`: the program's output is the key's, and no distractor's.

All options are right or wrong by a run of their own, except those with `unproven`, whose reason is shown instead.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from quizproof import displays, rules
from quizproof.checks import can_fail, passes
from quizproof.claims import (
    PROVEN,
    Claim,
    Judgement,
    Part,
    Program,
    crash,
    fails,
    refuted,
)
from quizproof.comparison.happens import Happens
from quizproof.comparison.outputs import disagreement, fold, same_output
from quizproof.comparison.seen import told_apart
from quizproof.comparison.tolerance import Tolerance
from quizproof.kinds.base import LETTERS, HappensText, Question, Runs, given, said
from quizproof.kinds.evidence import evidence, hides_output, silence
from quizproof.outcome import Outcome
from quizproof.quizfile.fields import Flag, Model, Plain, Prose, Snippet, Text, ToleranceField, refuse
from quizproof.snippets.session import asked_output


class Option(Model):
    """One choice: `code`, `text` or `prints`."""

    code: Snippet | None = None
    """Code that must pass the question's check (a key) or fail it (a distractor)."""
    text: Prose | None = None
    """A statement."""
    prints: Text | None = None
    """Output that the question's program prints (the key) or does not print."""
    key: Flag = False
    """Whether this option is right."""
    mistake: Prose = ""
    """The misconception that leads to this distractor, as feedback."""
    why: Prose = ""
    """Feedback for a key."""
    happens: HappensText | None = None
    """What really happens when a wrong option's code runs; proven too."""
    proof: Snippet | None = None
    """A program that passes because the statement is true."""
    refute: Snippet | None = None
    """A program that passes because the statement is false."""
    unproven: Plain | None = None
    """Why no run can settle the statement."""

    @property
    def type(self) -> str:
        """The key that holds what the option shows: `code`, `text` or `prints`."""
        return "code" if self.code is not None else "text" if self.text is not None else "prints"

    @model_validator(mode="after")
    def _consistent(self) -> Option:
        if sum(x is not None for x in (self.code, self.text, self.prints)) != 1:
            raise refuse(rules.CONTRADICTION, "an option needs exactly one of `code`, `text` and `prints`")
        grounds = {"proof": self.proof, "refute": self.refute, "unproven": self.unproven}
        stated = [name for name, source in grounds.items() if source is not None]
        if self.text is None and stated:
            raise refuse(rules.CONTRADICTION, f"`{stated[0]}` belongs to options with `text`")
        if self.text is not None and len(stated) != 1:
            need = "proof" if self.key else "refute"
            raise refuse(rules.CONTRADICTION, f"a statement needs exactly one of `{need}` and `unproven`")
        if self.key and self.refute is not None:
            raise refuse(rules.CONTRADICTION, "a key cannot have `refute`; show it true with `proof`")
        if not self.key and self.proof is not None:
            raise refuse(rules.CONTRADICTION, "a distractor cannot have `proof`; show it false with `refute`")
        if self.happens is not None and (self.code is None or self.key):
            raise refuse(rules.CONTRADICTION, "`happens` belongs to distractors with `code`")
        return self


class Choice(Question):
    """Choose the right option. When several are keys, all of them, or any one, as `choose` says."""

    kind_name: ClassVar[str] = "choice"
    kind: Literal["choice"]
    setup: Snippet | None = None
    """Code that runs before every option, proof and refutation; shown to the learner."""
    code: Snippet | None = None
    """The program whose output the options state with `prints`."""
    check: Snippet | None = None
    """Assertions that hold after a right option's code and fail after a wrong one's."""
    tolerance: ToleranceField | None = None
    """By how much numbers in printed text may differ from the real ones: `0.01`, or `5%` of each. Learners see it."""
    options: Annotated[tuple[Option, ...], Field(min_length=2, max_length=26)]
    """What there is to choose from."""
    choose: Literal["all", "any"] = "all"
    """With several keys: whether a right response is all of them, or any one."""

    @model_validator(mode="after")
    def _one_type(self) -> Choice:
        types = {option.type for option in self.options}
        if len(types) > 1:
            message = f"all options must be of one type; these mix {' and '.join(sorted(types))}"
            raise refuse(rules.CONTRADICTION, message)
        keys = sum(option.key for option in self.options)
        if keys in (0, len(self.options)):
            message = "no option is the key: mark it with `key: true`" if not keys else "every option is a key"
            raise refuse(rules.NO_KEY, message)
        if self.choose == "any" and keys == 1:
            raise refuse(rules.CONTRADICTION, "`choose: any` is for several keys, and only one option is a key")
        type_ = types.pop()
        if type_ == "code" and self.check is None:
            raise refuse(rules.MISSING_KEY, "options with `code` need a `check`")
        if type_ == "prints" and self.code is None:
            raise refuse(rules.MISSING_KEY, "options with `prints` need the question's `code`")
        if type_ != "code" and self.check is not None:
            raise refuse(rules.CONTRADICTION, "`check` belongs to options with `code`")
        if type_ == "prints" and keys > 1:
            raise refuse(rules.NO_KEY, "one program prints one output, so only one option can be the key")
        return self

    @property
    def numeric_tolerance(self) -> Tolerance | None:
        """The field `tolerance`: it is for numbers in printed text."""
        return self.tolerance

    def claims(self) -> Iterator[Claim]:
        """One for each option, and that the check can fail where there is one.

        Options with `prints` share one program, because only what they state differs.
        """
        for index, option in enumerate(self.options):
            name = f"{'key' if option.key else 'distractor'} {LETTERS[index]}"
            at = ("options", index, option.type)
            if option.unproven is not None:
                yield Claim(name, at, unproven=option.unproven)
                continue
            program = self._program(index)
            yield Claim(name, at, (program,), partial(self._judge, option, program), key=option.key)
        if self.check is not None:
            bare = self.program(*given(self.setup), Part("check", self.check, ("check",)))
            right, wrong = (
                tuple(self._program(n) for n, option in enumerate(self.options) if option.key is key)
                for key in (True, False)
            )
            judge = partial(can_fail, bare, right, wrong)
            yield Claim("check can fail", ("check",), (*right, *wrong, bare), judge)

    def right_parts(self) -> tuple[Part, ...]:
        """The code of the first key without its check; of statements, the setup alone."""
        index = next(i for i, option in enumerate(self.options) if option.key)
        if self.options[index].type == "text":
            return given(self.setup)
        return tuple(part for part in self._program(index).parts if part.role != "check")

    def names(self, runs: Runs) -> dict[str, object]:
        """`stdout` of the key, if a run proves it, and all `options` in the author's order.

        {"stdout": "2", "options": [{"stdout": "2", "raised": "", "message": ""}]}
        """
        outcomes = [self._outcome(index, runs) for index in range(len(self.options))]
        printed = [each["stdout"] for each, option in zip(outcomes, self.options, strict=True) if _is_run_key(option)]
        return {**({"stdout": printed[0]} if printed else {}), "options": outcomes}

    def _outcome(self, index: int, runs: Runs) -> dict[str, str]:
        """What the run of an option gave, as prose can use it; empty strings where nothing was run."""
        if self.options[index].unproven is not None:
            return {"stdout": "", "raised": "", "message": ""}
        program = self._program(index)
        raised = runs[program].raised
        return {
            "stdout": fold(asked_output(program, runs[program]) + program.stdout(runs[program], "answer")),
            "raised": raised.type if raised else "",
            "message": raised.message if raised else "",
        }

    def display(self, runs: Runs) -> displays.Display:
        """The options in the author's order; renderers shuffle them."""
        options = tuple(self._shown(index, runs) for index in range(len(self.options)))
        code = () if self.code is None else (displays.Code(self.code),)
        check = [displays.Code(self.check, "The check that judged every option")] if self.check else []
        keys = [o for o in options if o.correct]
        return displays.Display(
            prompt=self.asked(self.setup, *code),
            input=displays.Options(options, len(keys) > 1 and self.choose == "all", self.tolerance),
            answer="\n".join(_plain_text(o.content) for o in keys),
            solution=self.worked_solution(*check),
        )

    def _program(self, index: int) -> Program:
        """What is run for one option."""
        option = self.options[index]
        setup = given(self.setup)
        if option.code is not None and self.check is not None:
            answer = Part("answer", option.code, ("options", index, "code"))
            program = self.program(*setup, answer, Part("check", self.check, ("check",)))
            return said(program, option.happens)
        if option.text is not None:
            field, source = ("proof", option.proof) if option.key else ("refute", option.refute)
            assert source is not None
            return self.program(*setup, Part("check", source, ("options", index, field)))
        assert self.code is not None
        return self.program(*setup, Part("code", self.code, ("code",)))

    def _judge(self, option: Option, program: Program, outcome: Outcome) -> Judgement:
        if option.prints is not None:
            return self._judge_output(option, program, outcome)
        if option.text is not None:
            message = "the statement's proof does not pass" if option.key else "the refutation does not refute"
            expected = "the proof runs to its end" if option.key else "the refutation runs to its end"
            return passes(program, outcome, code=rules.PROOF_FAILED, message=message, expected=expected)
        if option.key:
            message = "the key fails the check"
            return passes(program, outcome, code=rules.KEY_REFUTED, message=message, expected="the check passes")
        happens = Happens.parse(option.happens) if option.happens else None
        message = "this distractor passes the check"
        return fails(program, outcome, happens, code=rules.DISTRACTOR_HOLDS, message=message)

    def _judge_output(self, option: Option, program: Program, outcome: Outcome) -> Judgement:
        blocked = crash(program, outcome)
        if blocked:
            return blocked
        assert option.prints is not None
        real = fold(asked_output(program, outcome))
        same = same_output(option.prints, real, self.tolerance)
        if same and option.key and not fold(option.prints) and (hidden := hides_output(program, outcome)):
            return refuted(rules.KEY_REFUTED, f"the key says that the program prints nothing: {hidden}")
        if same == option.key:
            return PROVEN
        if option.key:
            message = f"the key is not what the program prints: {disagreement(option.prints, real, self.tolerance)}"
            expected, actual = told_apart(fold(option.prints), real)
            return refuted(rules.KEY_REFUTED, message, expected=expected, actual=actual)
        message = "this distractor is exactly what the program prints"
        if fold(option.prints) != real:
            message = "this distractor is what the program prints, but for how it is written"
        if not same_output(option.prints, real):
            message = "this distractor is what the program prints, within the tolerance"
        return refuted(rules.DISTRACTOR_HOLDS, message, expected="any other output", actual=real)

    def _shown(self, index: int, runs: Runs) -> displays.Option:
        option = self.options[index]
        content: displays.Written
        run = None
        if option.code is not None:
            content = displays.Code(option.code)
        elif option.text is not None:
            content = displays.Prose(option.text)
        else:
            content = displays.Output(silence(fold(option.prints or "")))
        if option.unproven is None:
            program = self._program(index)
            run = evidence(program, runs[program], code=option.proof or option.refute or "")
            if option.text is not None:
                summary = f"A run shows that this is {'true' if option.key else 'false'}."
                run = replace(run, summary=summary, about="proof")
        return displays.Option(
            id=LETTERS[index],
            content=content,
            correct=option.key,
            feedback=option.why if option.key else option.mistake,
            evidence=run,
            unproven=option.unproven or "",
            at=("options", index, option.type),
        )


def _is_run_key(option: Option) -> bool:
    return option.key and option.unproven is None


def _plain_text(content: displays.Written) -> str:
    return content.source.strip() if isinstance(content, displays.Code) else content.text.strip()
