"""`fill-blank`: fill the blanks of a program. Every accepted text passes the check, and every mistake fails it.

Claims: the check passes with every combination of accepted texts; of more than 64 combinations, with each accepted text
beside the first ones of the other blanks. It fails with each mistake beside the first accepted texts of the other
blanks, as `happens` says if it is stated. It also fails without the program. That all fillings leave the same values in
the program's variables is looked at, too.
"""

from __future__ import annotations

import ast
import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field, model_validator

from quizproof import displays, rules
from quizproof.checks import can_fail, passes
from quizproof.claims import PROVEN, Claim, Judgement, Part, Program, fails, warned
from quizproof.comparison.happens import Happens
from quizproof.comparison.outputs import fold
from quizproof.findings import DataPath
from quizproof.kinds.base import HappensText, Name, Question, Runs, given, said
from quizproof.kinds.evidence import evidence
from quizproof.kinds.leavings import difference, left_in, recording, results, shown
from quizproof.outcome import Outcome
from quizproof.quizfile.fields import Model, Prose, Snippet, refuse
from quizproof.snippets.blanks import GAP

MAX_COMBINATIONS = 64
"""Up to this number, all combinations are run; beyond it, each accepted text with the first of the other blanks."""


def _filling(text: str) -> str:
    bare = text.strip()
    if not bare or "\n" in bare:
        raise ValueError("write text of one line that is not empty")
    return bare


Filling = Annotated[Snippet, AfterValidator(_filling)]
"""What is filled into a blank: one line, so that the program keeps its line numbers."""


class BlankMistake(Model):
    """A wrong text for a blank that authors foresee."""

    text: Filling
    """What is filled in. With it, and right texts in the other blanks, the check fails."""
    mistake: Prose
    """The misconception, as feedback."""
    happens: HappensText | None = None
    """What really happens when the program runs; proven too."""


class BlankTexts(Model):
    """What can be filled into a blank."""

    accept: Annotated[tuple[Filling, ...], Field(min_length=1, max_length=16)]
    """Right texts; the first is shown as the answer. What makes the same program is right too: `.5` for `0.5`."""
    mistakes: Annotated[tuple[BlankMistake, ...], Field(max_length=25)] = ()
    """Wrong texts with feedback of their own."""


class FillBlank(Question):
    """Fill the blanks of a program. Each blank earns its share of the score."""

    kind_name: ClassVar[str] = "fill-blank"
    kind: Literal["fill-blank"]
    setup: Snippet | None = None
    """Code that runs first; shown as given."""
    code: Snippet
    """The program, in which each blank occurs once, as `___name___`: three underscores on each side."""
    check: Snippet
    """Assertions that hold after the program if right texts are filled in."""
    blanks: Annotated[dict[Name, BlankTexts], Field(min_length=1, max_length=16)]
    """What can be filled in, by the name of the blank."""

    @model_validator(mode="after")
    def _code_and_blanks_agree(self) -> FillBlank:
        in_code = GAP.findall(self.code)
        for name in in_code:
            if in_code.count(name) > 1:
                raise refuse(rules.CONTRADICTION, f"the blank `___{name}___` is in `code` more than once")
            if name not in self.blanks:
                raise refuse(rules.CONTRADICTION, f"the blank `___{name}___` is in `code`, but not in `blanks`")
        for name in self.blanks:
            if name not in in_code:
                raise refuse(rules.CONTRADICTION, f"`blanks` has `{name}`, but `code` has no blank `___{name}___`")
        return self

    def claims(self) -> Iterator[Claim]:
        """One for each filling, one for each mistake, and that the check can fail.

        Every filling is a key: a learner may give any accepted text, so each must be stable.
        """
        for texts, at in self._fillings():
            program = self._program(texts)
            judge = partial(self._judge_filling, texts, at, program)
            yield Claim(f"filled with {_listed(texts)}", at, (program,), judge, key=True)
        for name, index, mistake in self._mistakes():
            program = self._mistaken(name, mistake)
            at = ("blanks", name, "mistakes", index)
            yield Claim(
                f"mistake {index + 1} of {name}",
                (*at, "text"),
                (program,),
                partial(_judge_mistake, mistake, at, program),
            )
        yield from self._agreement()
        bare = self.program(*given(self.setup), Part("check", self.check, ("check",)))
        right = tuple(self._program(texts) for texts, _ in self._fillings())
        wrong = tuple(self._mistaken(name, mistake) for name, _, mistake in self._mistakes())
        yield Claim("check can fail", ("check",), (*right, *wrong, bare), partial(can_fail, bare, right, wrong))

    def _agreement(self) -> Iterator[Claim]:
        """That all fillings leave the same values, also where the check does not look."""
        fillings = list(self._fillings())
        setup = self.with_shared(self.setup)
        names = frozenset.intersection(*(results(setup, self._filled(texts)) for texts, _ in fillings))
        if len(fillings) > 1 and names:
            parts = [Part("answer", self._filled(texts), ("code",)) for texts, _ in fillings]
            judged = [self._program(texts) for texts, _ in fillings]
            recorded = [self.program(*given(self.setup), part, *recording(names)) for part in parts]
            judge = partial(_judge_agreement, fillings)
            yield Claim("accepted texts agree", ("check",), (*judged, *recorded), judge, probe=True)

    def right_parts(self) -> tuple[Part, ...]:
        """The program with the first accepted text in every blank, without the check."""
        return tuple(part for part in self._program(self._first()).parts if part.role != "check")

    def names(self, runs: Runs) -> dict[str, object]:
        """`stdout` of the program with the first accepted texts."""
        program = self._program(self._first())
        return {"stdout": fold(program.stdout(runs[program], "answer"))}

    def display(self, runs: Runs) -> displays.Display:
        """The program with its blanks, in the order in which they are in the code."""
        key = self._program(self._first())
        names = GAP.findall(self.code)
        lines = [n for n, line in enumerate(self.code.split("\n"), 1) if GAP.search(line)]
        form = displays.Blanks(
            source=self.code.rstrip("\n"),
            blanks=tuple(self._blank(name, runs) for name in names),
            setup=self.with_shared(self.setup),
            check=self.check,
            limits=key.limits.model_dump(),
            stdin=key.stdin,
        )
        return displays.Display(
            prompt=self.asked(self.setup),
            input=form,
            answer=_listed({name: self._first()[name] for name in names}),
            solution=self.worked_solution(
                displays.Code(self._filled(self._first()), "Filled in", tuple(lines)),
                displays.Code(self.check, "The check that judged every text"),
            ),
            evidence=evidence(key, runs[key]),
        )

    def _blank(self, name: str, runs: Runs) -> displays.Blank:
        mistakes = []
        for index, mistake in enumerate(self.blanks[name].mistakes):
            program = self._mistaken(name, mistake)
            at = ("blanks", name, "mistakes", index, "text")
            mistakes.append(displays.Mistake(mistake.text, mistake.mistake, evidence(program, runs[program]), at))
        return displays.Blank(name, self.blanks[name].accept, tuple(mistakes), ("blanks", name))

    def _first(self) -> dict[str, str]:
        """The texts that are shown as the answer, by the names of the blanks."""
        return {name: texts.accept[0] for name, texts in self.blanks.items()}

    def _fillings(self) -> Iterator[tuple[Mapping[str, str], DataPath]]:
        """The right texts to run together, by the names of the blanks, and the place of the one that is new."""
        counts = [range(len(texts.accept)) for texts in self.blanks.values()]
        total = math.prod(map(len, counts))
        for picks in itertools.product(*counts) if total <= MAX_COMBINATIONS else _one_by_one(counts):
            chosen = dict(zip(self.blanks, picks, strict=True))
            new = [(name, pick) for name, pick in chosen.items() if pick]
            # The last text that is not the first of its blank is the one that this filling adds.
            name, pick = new[-1] if new else (GAP.findall(self.code)[0], 0)
            at = ("blanks", name, "accept", pick)
            yield {name: self.blanks[name].accept[pick] for name, pick in chosen.items()}, at

    def _mistakes(self) -> Iterator[tuple[str, int, BlankMistake]]:
        for name, texts in self.blanks.items():
            for index, mistake in enumerate(texts.mistakes):
                yield name, index, mistake

    def _mistaken(self, name: str, mistake: BlankMistake) -> Program:
        """The program with a mistake in one blank, and right texts in the others."""
        return said(self._program({**self._first(), name: mistake.text}), mistake.happens)

    def _filled(self, texts: Mapping[str, str]) -> str:
        return GAP.sub(lambda blank: texts[blank[1]], self.code)

    def _program(self, texts: Mapping[str, str]) -> Program:
        answer = Part("answer", self._filled(texts), ("code",))
        return self.program(*given(self.setup), answer, Part("check", self.check, ("check",)))

    def _judge_filling(self, texts: Mapping[str, str], at: DataPath, program: Program, outcome: Outcome) -> Judgement:
        message = f"the program filled with {_listed(texts)} fails the check"
        judgement = passes(program, outcome, code=rules.KEY_REFUTED, message=message, expected="the check passes")
        if outcome.status == "syntax" and program.raised_in(outcome) == "answer":
            judgement = replace(judgement, message=f"filled with {_listed(texts)}: {outcome.raised}")
        if judgement.at != ("code",) or judgement.frame is None:
            return judgement
        if at[-1] == 0:  # one of several first texts: that of the line that raised
            name = next(iter(GAP.findall(self.code.split("\n")[judgement.frame.line])), str(at[1]))
            at = ("blanks", name, "accept", 0)
        return replace(judgement, at=at, frame=None)


def _judge_agreement(fillings: Sequence[tuple[Mapping[str, str], DataPath]], *outcomes: Outcome) -> Judgement:
    """Judge what fillings leave. `outcomes`: theirs with the check, which each must pass, and what all leave."""
    (first, _), *others = fillings
    left, *further = map(left_in, outcomes[len(fillings) :])
    if any(outcome.status != "finished" for outcome in outcomes):
        return PROVEN
    for (texts, at), other in zip(others, further, strict=True):
        new = [text for name, text in texts.items() if text != first[name]]
        name = difference(left, other)
        if not name or left is None or other is None or all(map(_is_literal, new)):
            continue  # who accepts several numbers means them to differ
        one, two = f"filled with {_listed(first)}", f"with {_listed(texts)}"
        message = f"{one}, {name} is {shown(left[name])}; {two}, it is {shown(other[name])}"
        help_ = "Let the check assert the value. If both values are right, ask for what they have in common."
        return warned(rules.ANSWERS_DIFFER, message, help=help_, at=at)
    return PROVEN


def _is_literal(text: str) -> bool:
    try:
        ast.literal_eval(text)
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        return False
    return True


def _judge_mistake(mistake: BlankMistake, at: DataPath, program: Program, outcome: Outcome) -> Judgement:
    happens = Happens.parse(mistake.happens) if mistake.happens else None
    message = f"the check passes with the mistake `{mistake.text}`"
    judgement = fails(program, outcome, happens, code=rules.DISTRACTOR_HOLDS, message=message)
    if judgement.code == rules.WRONG_REASON:
        return replace(judgement, at=(*at, "happens"))
    # The text is at fault, not the line of the program that it is filled into.
    return replace(judgement, at=(*at, "text"), frame=None) if judgement.at == ("code",) else judgement


def _one_by_one(counts: list[range]) -> Iterator[tuple[int, ...]]:
    """All zeros, then every other number in each place while the other places stay zero."""
    yield (0,) * len(counts)
    for place, count in enumerate(counts):
        for pick in count[1:]:
            yield (0,) * place + (pick,) + (0,) * (len(counts) - place - 1)


def _listed(texts: Mapping[str, str]) -> str:
    """Texts as a message lists them: "`layer1`, `False`"."""
    return ", ".join(f"`{text}`" for text in texts.values())
