"""What every kind of block is: its common fields, and what it must be able to say about itself.

A kind states claims (`claims`), has the code of the right answer (`right_parts`), and is shown (`display`). The engine
runs the programs of its claims, and calls `display` only when every claim is proven or openly unproven.
"""

from __future__ import annotations

import itertools
import math
import random
import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Annotated, Any, ClassVar, Self, TypeAlias

from pydantic import AfterValidator, BeforeValidator, Field, PrivateAttr, WithJsonSchema, model_validator

from quizproof import displays, rules
from quizproof.claims import SHARED, Claim, Part, Program, refuted
from quizproof.comparison.happens import Happens
from quizproof.comparison.tolerance import Tolerance
from quizproof.findings import Advice
from quizproof.outcome import Outcome
from quizproof.quizfile.fields import Fixed, Flag, Integer, Number, Prose, Scalar, Slug, Snippet, Text, refuse
from quizproof.quizfile.limits import Limits
from quizproof.quizfile.metadata import MAX_POINTS, Metadata
from quizproof.quizfile.yaml_document import written
from quizproof.snippets.session import by_statement

Runs: TypeAlias = Mapping[Program, Outcome]
"""The outcomes of all programs of one variant of a block."""

Parameters: TypeAlias = Mapping[str, Any]
"""The parameters of one variant: the drawn values by their names."""

LETTERS = "abcdefghijklmnopqrstuvwxyz"
"""The ids of things to choose from, in the order in which their author wrote them."""

EVIDENCE_NAMES = frozenset(["answer", "line", "message", "options", "raised", "stated", "stdout", "value", "versions"])
"""What prose of any kind can use, beside parameters and facts."""

MAX_COMBINATIONS = 2**60
"""Combinations of parameters that a sample is drawn from; `random.sample` takes no longer range."""

ALIKE = refuted(
    rules.SEEDS_ALIKE,
    "every seed gives the same",
    help="Seed the generators with `seed`. If nothing is left to chance, give one seed only.",
)
"""The judgement of runs that a seed should make different, and does not."""

_NAME = re.compile("[a-z_][a-z0-9_]*")


def _happens(value: object) -> object:
    text = str(written(value))
    # Only to refuse it here, where the message gets a place; the field keeps the text.
    Happens.parse(text)
    return text


HappensText = Annotated[str, BeforeValidator(_happens)]
"""`runs silently`, `TypeError`, `TypeError: a fragment`, `warns UserWarning`, `prints 45` or `never ends`."""


def _name(value: object) -> object:
    if not isinstance(value, str) or not _NAME.fullmatch(value):
        raise ValueError("a name has lower-case letters, digits and underscores, and does not begin with a digit")
    return value


Name = Annotated[str, BeforeValidator(_name), WithJsonSchema({"type": "string", "pattern": f"^{_NAME.pattern}$"})]


def _distinct(seeds: tuple[int, ...]) -> tuple[int, ...]:
    if len(set(seeds)) < len(seeds):
        raise ValueError("give every seed once")
    return seeds


Seeds = Annotated[tuple[Integer, ...], Field(min_length=1, max_length=25), AfterValidator(_distinct)]
"""Whole numbers. A program is run with each of them."""


def seeds_in_words(seeds: tuple[int, ...]) -> str:
    """Seeds as a sentence names them.

    >>> seeds_in_words((0, 1, 2))
    'seeds 0, 1 and 2'
    """
    *most, last = map(str, seeds)
    return f"seeds {', '.join(most)} and {last}" if most else f"seed {last}"


_CHANCE = re.compile(r"seed|(?<![a-z])rand|shuffle|dropout|\brng", re.IGNORECASE)
"""Words by which code mentions chance."""


def advice_on_one_seed(seeds: tuple[int, ...], program: Program, outcome: Outcome) -> Iterator[Advice]:
    """A warning when a run that rests on chance was made with one seed only.

    seeds    of the exhibit
    program  the run with the first of them, and its outcome
    """
    chance = outcome.drew or any(_CHANCE.search(part.source) for part in program.parts if part.at != ("seeds", 0))
    if len(seeds) == 1 and chance:
        message = "with one seed, nothing shows that the result is more than luck"
        help_ = "Seed the generators with `seed`, and give three seeds or more."
        yield Advice(rules.ONE_SEED, ("seeds",), message, help=help_)


Values = Annotated[tuple[Scalar, ...], Field(min_length=1)]
Weight = Annotated[Number, Field(ge=0, le=MAX_POINTS)]


class Block(Metadata, ABC):
    """What a quiz is made of: a question or an exhibit. Each kind is a subclass, in a file of its own."""

    kind_name: ClassVar[str]
    """The value of `kind:` in quiz files."""
    own_names: ClassVar[frozenset[str]] = frozenset()
    """What prose in blocks of this kind can use, beside `EVIDENCE_NAMES`."""

    kind: str
    """The kind of block."""
    id: Slug
    """Unique in the bank. Progress and links are kept under it."""
    title: Fixed = ""
    """A short heading. Without it, the number of a question is its heading."""
    params: dict[Name, Values] = {}
    """Values to draw from, by name; `{{ name }}` stands for the drawn one. Every combination is a variant."""
    variants: Annotated[Integer, Field(ge=1, le=256)] = 12
    """The largest number of variants to prove. Of more combinations a sample is drawn, always the same one."""
    limits: Limits | None = None
    """What one run can use, where that differs from the limits of the quiz."""
    shared_setup: Flag = True
    """Whether its programs begin with the header's `setup`, where there is one."""
    facts: dict[Name, Snippet] = {}
    """Expressions that are evaluated after the right code has run, for prose to use as `{{ name }}`."""
    _shared: tuple[Part, ...] = PrivateAttr(())
    """The header's setup, once `sharing` has given it."""

    @model_validator(mode="after")
    def _names_are_distinct(self) -> Self:
        evidence = EVIDENCE_NAMES | self.own_names
        for name in self.facts:
            if name in evidence or name in self.params:
                taken = "a parameter" if name in self.params else "evidence"
                raise refuse(rules.CONTRADICTION, f"the fact `{name}` has the name of {taken}; choose another")
        for name in self.params:
            if name in evidence:
                raise refuse(rules.CONTRADICTION, f"the parameter `{name}` has the name of evidence; choose another")
        return self

    @abstractmethod
    def claims(self) -> Iterator[Claim]:
        """Everything that this variant asks a learner to believe, in the order of reports.

        Its parameters are filled in. The programs of a claim are built in each call and found by being equal, so build
        them from the fields alone: `judge` and `display` look the outcomes up by them.
        """

    @abstractmethod
    def right_parts(self) -> tuple[Part, ...]:
        """The code of the right answer, from setup on: what facts are evaluated after. Without checks and values."""

    @abstractmethod
    def display(self, runs: Runs) -> displays.Display:
        """The block as it is shown and marked. Its prose still has its expressions.

        runs  the outcomes of all programs of its claims, by program

        Called only when every claim is proven, or openly unproven, so the outcomes are what the claims say.
        """

    def whole_display(self, runs: Runs) -> displays.Display:
        """The display, with what all questions or all exhibits show.

        runs  as for `display`, which kinds override; they leave this as it is
        """
        return self.display(runs)

    def stem(self) -> str:
        """The prose that says what the block is about, as its author wrote it."""
        return ""

    def worth(self, otherwise: float) -> float:
        """What it is worth; nothing, unless it can be answered. `otherwise`: what its quiz says."""
        return 0.0

    @property
    def numeric_tolerance(self) -> Tolerance | None:
        """By how much numbers in this block's outputs and options may differ and still count as equal.

        None where they must be equal. Kinds that have a field `tolerance` return it.
        """
        return None

    def names(self, runs: Runs) -> dict[str, Any]:
        """What prose can use beside parameters and facts: values by name. Kinds override it.

        runs  the outcomes of all programs of its claims, by program

        Names are those of `EVIDENCE_NAMES` and of the kind's `own_names`, so that no parameter can have them.
        """
        return {}

    def advice(self, runs: Runs) -> Iterator[Advice]:
        """What to advise against that its display does not show; its rules are warnings. Kinds override it.

        runs  the outcomes of all programs of its claims, by program; each is as the claims say
        """
        yield from ()

    def sharing(self, setup: str | None) -> Self:
        """The same block, with the header's setup at the beginning of its programs, unless it does without.

        setup  of the header; None for none
        """
        block = self.model_copy()
        block._shared = () if setup is None or not self.shared_setup else (Part("setup", setup, SHARED),)
        return block

    def with_shared(self, setup: str | None) -> str:
        """The header's setup and the block's own, as one text.

        setup  the block's own; None for none
        """
        return "\n".join(part.rstrip("\n") + "\n" for part in (*(p.source for p in self._shared), setup or "") if part)

    def program(self, *parts: Part) -> Program:
        """A program under this block's limits.

        parts  from setup on, in the order in which they run; sessions are divided into their statements. The header's
               setup comes first, or after the seed of an exhibit, which it may use
        """
        own = tuple(by_statement(parts))
        seeds = sum(part.at[:1] == ("seeds",) for part in own)
        return Program((*own[:seeds], *self._shared, *own[seeds:]), self.limits or Limits())

    def facts_program(self) -> Program | None:
        """The right code and every fact after it; None if there are no facts.

        Each fact is a part with the role "value" at ("facts", name), so its value is found by that place.
        """
        if not self.facts:
            return None
        return self.program(
            *self.right_parts(), *(Part("value", source, ("facts", name)) for name, source in self.facts.items())
        )

    def combinations(self) -> tuple[Parameters, ...]:
        """The parameters of each variant to prove: all combinations, or a sample that the block's id seeds.

        At most `variants` mappings of names to values, such as {"a": 10, "b": 5}; one empty mapping for a block without
        parameters. The sample is the same on every machine, and its order that of all combinations.
        """
        names = list(self.params)
        total = math.prod(map(len, self.params.values()))
        if total <= self.variants:
            chosen = list(itertools.product(*self.params.values()))
        else:
            # Not the global generator, whose state depends on what came before.
            draw = random.Random(self.id)
            picks = sorted(draw.sample(range(min(total, MAX_COMBINATIONS)), self.variants))
            # A sample of numbers, because the product of many parameters may be too large to build.
            chosen = [_combination(pick, list(self.params.values())) for pick in picks]
        return tuple(dict(zip(names, values, strict=True)) for values in chosen)


class Question(Block):
    """A block that can be answered and marked."""

    prompt: Prose
    """The stem: what is asked."""
    stdin: Text | None = None
    """What every program of the question reads on standard input; shown to the learner."""
    hints: tuple[Prose, ...] = ()
    """Help before answering, given one by one in this order. The header's `hint_cost` says what each costs."""
    explanation: Prose = ""
    """Why the key is right."""
    steps: tuple[Prose, ...] = ()
    """The worked solution, one step per item."""
    quick_check: Prose = ""
    """A one-line way to check it yourself."""
    belief: Prose = ""
    """What people commonly believe, and a run has refuted."""
    weight: Weight | None = Field(default=None, alias="points")
    """What it is worth. Without it, what the header says, or 1."""

    def whole_display(self, runs: Runs) -> displays.Display:
        """The display with the hints and the belief, which all questions have."""
        return replace(self.display(runs), hints=self.hints, belief=self.belief)

    def worth(self, otherwise: float) -> float:
        """Its own weight, or that of its quiz."""
        return otherwise if self.weight is None else self.weight

    def stem(self) -> str:
        """The prompt, as its author wrote it."""
        return self.prompt

    def program(self, *parts: Part) -> Program:
        """A program under this question's limits, which reads its standard input.

        parts  from setup on, in the order in which they run
        """
        return replace(super().program(*parts), stdin=self._typed_lines)

    @property
    def _typed_lines(self) -> str | None:
        """Standard input as it is typed: every line with its end."""
        return self.stdin if not self.stdin or self.stdin.endswith("\n") else f"{self.stdin}\n"

    def asked(self, setup: str | None, *more: displays.Content) -> tuple[displays.Content, ...]:
        """The prompt, the code that is given with it, what the kind adds, and standard input.

        setup  the code that is shown as given; None for none
        more   what the kind shows below it
        """
        code = () if setup is None else (displays.Code(setup, "Given"),)
        stdin = () if self.stdin is None else (displays.Output(self.stdin or "(empty)", "Standard input"),)
        return (displays.Prose(self.prompt), *code, *more, *stdin)

    def worked_solution(self, *extra: displays.Content) -> tuple[displays.Content, ...]:
        """The explanation, the steps, what the kind adds, the belief and the quick check: of these what there is.

        extra  what the kind shows after the steps
        """
        content: list[displays.Content] = []
        if self.explanation:
            content.append(displays.Prose(self.explanation))
        if self.steps:
            # Indented, so that further lines of a step stay in its item of the Markdown list.
            steps = "\n".join(f"{i}. " + step.strip().replace("\n", "\n   ") for i, step in enumerate(self.steps, 1))
            content.append(displays.Prose(steps))
        content.extend(extra)
        if self.belief:
            content.append(displays.Prose(f"**Commonly believed:** {self.belief.strip()}"))
        if self.quick_check:
            content.append(displays.Prose(f"**Quick check:** {self.quick_check.strip()}"))
        return tuple(content)


class Exhibit(Block):
    """A block that shows something proven. It is not answered."""

    text: Prose = ""
    """Shown before it: what there is to see, and what to look at."""
    note: Prose = ""
    """Shown after it: what to conclude from it."""

    def stem(self) -> str:
        """The text before the exhibit, as its author wrote it; empty if there is none."""
        return self.text

    def exhibited(self, *content: displays.Content) -> tuple[displays.Content, ...]:
        """The content of the exhibit, between its text and its note."""
        before, after = ((displays.Prose(prose),) if prose else () for prose in (self.text, self.note))
        return (*before, *content, *after)


def _combination(index: int, axes: list[tuple[Any, ...]]) -> tuple[Any, ...]:
    """The `index`-th element of the product of `axes`, from 0, without building the product."""
    values = []
    for axis in reversed(axes):
        index, place = divmod(index, len(axis))
        values.append(axis[place])
    return tuple(reversed(values))


def given(setup: str | None) -> tuple[Part, ...]:
    """The setup as the first part of a program; nothing if there is none.

    self.program(*given(self.setup), Part("code", self.code, ("code",)))
    """
    return () if setup is None else (Part("setup", setup, ("setup",)),)


def said(program: Program, happens: str | None) -> Program:
    """The program as it is run where its author says what happens: with a short limit if it never ends."""
    endless = happens is not None and Happens.parse(happens).what == "endless"
    return program.never_ending() if endless else program
