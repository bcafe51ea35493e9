"""Displays: the closed set of things that a question or an exhibit is shown as.

Renderers dispatch on these and never on kinds, so a new kind needs no new renderer. Everything here is frozen data for
one variant, with the evidence of its runs, and kept as JSON; classes that can stand in the same place have a `type`.
`at` is where the author wrote a thing, relative to the block.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from quizproof.comparison.tolerance import Tolerance
from quizproof.figures import Chart, Drawing, Flow, Matrix, Table
from quizproof.findings import DataPath


@dataclass(frozen=True)
class Prose:
    """Markdown (CommonMark, HTML off), its `{{ expressions }}` already replaced."""

    text: str
    type: Literal["prose"] = field(default="prose", kw_only=True, repr=False)


@dataclass(frozen=True)
class Code:
    """A program or a part of one."""

    source: str
    label: str = ""
    """Its heading: "Setup", "Check", "Fixed program". Empty for the question's own code."""
    highlight: tuple[int, ...] = ()
    """Line numbers, from 1, to highlight: the bug's lines, the lines of its fix."""
    type: Literal["code"] = field(default="code", kw_only=True, repr=False)


@dataclass(frozen=True)
class Output:
    """Text that a program prints or reads, shown as it is."""

    text: str
    label: str = ""
    """Its heading: "Standard input". Empty for what the question's program prints."""
    type: Literal["output"] = field(default="output", kw_only=True, repr=False)


@dataclass(frozen=True)
class Evidence:
    """What one run really did, for the learner to see."""

    summary: str
    """One sentence: "Runs silently, then the check fails.", "Raises TypeError."."""
    stdout: str = ""
    traceback: str = ""
    """Trimmed to the frames of the author's own code; empty if nothing was raised."""
    code: str = ""
    """The program, if the learner has not seen it: the proof of a statement, for example."""
    warnings: str = ""
    """The warnings that it showed, one per line, each with its type: "UserWarning: a message"."""
    about: Literal["run", "proof", "mistake"] = "run"
    """What `code` is: the program itself, what proves or refutes a statement, or what gives a wrong answer."""


Written: TypeAlias = Prose | Code | Output
"""What can be read line by line, and so can be an option."""
Figure: TypeAlias = Table | Chart | Matrix | Flow | Drawing
"""What is drawn, or shown as a table."""
Content: TypeAlias = Written | Figure
"""What a prompt or a solution consists of."""


@dataclass(frozen=True)
class Option:
    """One choice, and whether it is right."""

    id: str
    """Stable within the question: "a", "b", ... in the order in which the author wrote them."""
    content: Written
    correct: bool
    feedback: str = ""
    """Markdown: the mistake that leads here, or why this is right."""
    evidence: Evidence | None = None
    unproven: str = ""
    """The author's reason why no run settles this option; empty if a run did."""
    at: DataPath = ()


@dataclass(frozen=True)
class Options:
    """Choose one option, which may be any of several right ones, or, if `multiple`, all that are right."""

    options: tuple[Option, ...]
    multiple: bool = False
    tolerance: Tolerance | None = None
    """By how much numbers in printed options may differ from the real ones; None when they may not."""
    type: Literal["options"] = field(default="options", kw_only=True, repr=False)

    @property
    def any_right(self) -> bool:
        """Whether several options are right, and any one of them is enough."""
        return not self.multiple and sum(option.correct for option in self.options) > 1


@dataclass(frozen=True)
class Mistake:
    """A wrong response that the author foresaw: how to recognise it, and what to say."""

    value: str
    """The response as a learner would give it: for a number, what `NumberMatch` reads; for a line, its number."""
    feedback: str
    evidence: Evidence | None = None
    at: DataPath = ()
    shown: str = ""
    """The response with as many digits as people read; empty where that is `value` itself."""


@dataclass(frozen=True)
class NumberInput:
    """Type a number. Right when `abs(response - value) <= tolerance + slack`, all exact, in the value's unit."""

    value: int | float | str
    """As a run reports it: of a `Fraction` "1/3", of a `Decimal` "0.10", of a complex number "(1+2j)"."""
    tolerance: float
    display: str
    """The key as it should be shown."""
    unit: str = ""
    mistakes: tuple[Mistake, ...] = ()
    slack: float = 0.0
    """What the precision of the value leaves open: see `comparison.quantity.slack`."""
    shown_tolerance: str = ""
    """The tolerance as learners read it: `±0.01`, `±5 %`; empty when there is none."""
    type: Literal["number"] = field(default="number", kw_only=True, repr=False)


@dataclass(frozen=True)
class TextInput:
    """Type what the program prints, compared as `comparison.outputs.same_output` says; or what happens."""

    accepted: str
    multiline: bool = False
    mistakes: tuple[Mistake, ...] = ()
    tolerance: Tolerance | None = None
    """By how much numbers in an output may differ; None when they must be the same to the letter."""
    asks: Literal["output", "exception", "happens"] = "output"
    """What is typed. Of an exception the module does not count, nor a message that is not in `accepted`."""
    also: tuple[str, ...] = ()
    """Other names of the exception that are right, and other words for what happens, in lower case."""
    type: Literal["text"] = field(default="text", kw_only=True, repr=False)


@dataclass(frozen=True)
class LineInput:
    """Pick the line of `source` that is wrong. Lines are counted from 1."""

    source: str
    correct: tuple[int, ...]
    mistakes: tuple[Mistake, ...] = ()
    type: Literal["line"] = field(default="line", kw_only=True, repr=False)


@dataclass(frozen=True)
class Blank:
    """A place in a program that the learner fills."""

    name: str
    accepted: tuple[str, ...]
    """Texts with which a run passed. The first is shown as the answer."""
    mistakes: tuple[Mistake, ...] = ()
    at: DataPath = ()


@dataclass(frozen=True)
class Blanks:
    """Fill the blanks of a program. Each is in `source` once, as `___name___`."""

    source: str
    blanks: tuple[Blank, ...]
    """In the order in which they are in the source."""
    setup: str = ""
    """Code that runs before it."""
    check: str = ""
    """Assertions that run after it; they pass if right texts are filled in."""
    limits: Mapping[str, int | float] = field(default_factory=dict)
    """What one run can use, by the names of `fields.Limits`."""
    stdin: str | None = None
    """What it reads on standard input; None for nothing."""
    type: Literal["blanks"] = field(default="blanks", kw_only=True, repr=False)


@dataclass(frozen=True)
class OrderLine:
    """One line to put in its place."""

    id: str
    source: str
    """Without its indentation."""
    indent: int = 0
    """Its indentation in the program that the author wrote, in levels."""
    distractor: bool = False
    """Whether no right program contains it."""
    feedback: str = ""
    """Markdown: the mistake of learners who use a distractor."""
    at: DataPath = ()


@dataclass(frozen=True)
class Ordering:
    """Put lines in order, and leave out those that no right program contains."""

    lines: tuple[OrderLine, ...]
    """As the author wrote them: those of the program in its order, then the distractors."""
    orders: tuple[tuple[str, ...], ...]
    """Every order with which a run passed, as ids; if `indented`, each as `id:level`. The author's own is first."""
    indented: bool = False
    """Whether the learner also gives the indentation."""
    tried: int = 0
    """How many orders are known to be right or wrong; if `indented`, also those with one line moved by a level."""
    total: int = 0
    """How many orders there are. Of those that were not tried, `marking.orders` says which may be right."""
    setup: str = ""
    """Code that runs before the lines."""
    check: str = ""
    """Assertions that run after them; they pass if the lines are in a right order."""
    limits: Mapping[str, int | float] = field(default_factory=dict)
    """What one run can use, by the names of `fields.Limits`."""
    stdin: str | None = None
    """What it reads on standard input; None for nothing."""
    spaces: int = 4
    """Of one level of indentation."""
    sure: int | None = None
    """Every order that fewer swaps of neighbours lead to was tried; None if all were. A line moved a level is one."""
    type: Literal["order"] = field(default="order", kw_only=True, repr=False)

    @property
    def complete(self) -> bool:
        """Whether all orders were tried."""
        return self.tried >= self.total

    @property
    def untried(self) -> bool:
        """Whether learners can give an order that was not tried, perhaps by other indentations."""
        return self.indented or self.sure is not None


@dataclass(frozen=True)
class MatchItem:
    """One item on the left or the right of a matching question."""

    id: str
    content: Written
    feedback: str = ""
    """Markdown: for an item on the right that belongs to none, the mistake of learners who choose it."""
    at: DataPath = ()


@dataclass(frozen=True)
class Matching:
    """Match each item on the left with the one on the right that belongs to it."""

    left: tuple[MatchItem, ...]
    right: tuple[MatchItem, ...]
    """In the author's order; renderers show them in another. There may be more than on the left."""
    key: tuple[str, ...]
    """For each item on the left, the id of the one on the right."""
    type: Literal["match"] = field(default="match", kw_only=True, repr=False)


@dataclass(frozen=True)
class Point:
    """Something that a good answer says, for the learner to tick."""

    id: str
    text: str
    """Markdown."""
    evidence: Evidence | None = None
    unproven: str = ""
    """The author's reason why no run settles it; empty if a run did."""


@dataclass(frozen=True)
class OpenInput:
    """Answer in your own words, then compare with the solution and tick the points that you made."""

    points: tuple[Point, ...]
    type: Literal["open"] = field(default="open", kw_only=True, repr=False)


@dataclass(frozen=True)
class Check:
    """A test that a program must pass. Its name says in a few words what it tests."""

    name: str
    source: str
    hidden: bool = False
    """Whether its code is hidden from the learner until the question is answered."""


Origin: TypeAlias = Literal["solution", "starter", "wrong", "mutation", "equivalent"]
"""Where a program comes from: the author, or a small change of the solution. Equivalent changes are also right."""


@dataclass(frozen=True)
class Attempt:
    """A program that was run, and how many checks it passed."""

    source: str
    passed: int
    """The number of checks before the first that it failed."""
    origin: Origin
    feedback: str = ""
    """Markdown."""
    evidence: Evidence | None = None
    at: DataPath = ()


@dataclass(frozen=True)
class ProgramInput:
    """Write a program that passes the checks. They run one after the other, in their order."""

    starter: str
    checks: tuple[Check, ...]
    attempts: tuple[Attempt, ...]
    """Programs that were run, so that it is known how many checks they pass. The solution is first."""
    setup: str = ""
    """Code that runs before the learner's."""
    limits: Mapping[str, int | float] = field(default_factory=dict)
    """What one run can use, by the names of `fields.Limits`."""
    stdin: str | None = None
    """What it reads on standard input; None for nothing."""
    type: Literal["program"] = field(default="program", kw_only=True, repr=False)


_Typed: TypeAlias = NumberInput | TextInput | Blanks | OpenInput | ProgramInput
Input: TypeAlias = Options | LineInput | Ordering | Matching | _Typed
"""How a question is answered; each carries all that marking needs."""


@dataclass(frozen=True)
class Script:
    """What a learner's own script takes the place of, in an experiment; `proving.trial` judges it."""

    baseline: str
    """The script to start from."""


@dataclass(frozen=True)
class Display:
    """One variant of a question or an exhibit, ready to be shown and marked."""

    prompt: tuple[Content, ...]
    """What is asked. For an exhibit, everything except its solution."""
    input: Input | None
    """How it is answered; None for an exhibit."""
    answer: str = ""
    """The key as text, for summaries and reports."""
    solution: tuple[Content, ...] = ()
    """Shown after answering: explanation, worked steps, fixed code."""
    evidence: Evidence | None = None
    """What the question's own program did, if the evidence does not belong to an option."""
    hints: tuple[str, ...] = ()
    """Markdown, in the order in which they are given."""
    belief: str = ""
    """Markdown: what people commonly believe, and a run of this question has refuted."""
    script: Script | None = None
    """Of an exhibit for which learners can write a script of their own; None of all others."""
