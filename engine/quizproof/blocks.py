"""Display blocks: the closed set of things a question shows itself as.

Renderers dispatch on these and never on kinds, so a new kind of question needs no new renderer.
Everything here is frozen data: already rendered for one variant, with the evidence of its runs. Blocks among which
there is a choice say their `type`, so that they can be told apart when they were kept as JSON.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from quizproof.errors import DataPath


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
    """What the reader is told it is: "Setup", "Check", "Fixed program". Empty for the question's own code."""
    highlight: tuple[int, ...] = ()
    """Line numbers, from 1, that deserve the eye: the bug's lines, the lines of its fix."""
    type: Literal["code"] = field(default="code", kw_only=True, repr=False)


@dataclass(frozen=True)
class Output:
    """Text that a program prints, shown as it is."""

    text: str
    type: Literal["output"] = field(default="output", kw_only=True, repr=False)


@dataclass(frozen=True)
class Evidence:
    """What one run really did, told to the learner."""

    summary: str
    """One sentence: "Runs silently, then the check fails.", "Raises TypeError."."""
    stdout: str = ""
    traceback: str = ""
    """Trimmed to the frames of the author's own code; empty when nothing was raised."""
    code: str = ""
    """The program behind it, where the reader has not seen it: the proof of a statement, say."""


Content: TypeAlias = Prose | Code | Output
"""What may stand in a prompt, an option or a solution."""


@dataclass(frozen=True)
class Option:
    """One choice, and the truth about it."""

    id: str
    """Stable within the question: "a", "b", ... in the order in which the author wrote them."""
    content: Content
    correct: bool
    feedback: str = ""
    """Markdown: the mistake that leads here, or why this is right."""
    evidence: Evidence | None = None
    unproven: str = ""
    """The author's reason why no run settles this option; empty when a run did."""
    at: DataPath = ()
    """Where the author wrote it, relative to the block."""


@dataclass(frozen=True)
class Options:
    """Choose one, or, when `multiple`, all that are right. Already in the order in which they are shown."""

    options: tuple[Option, ...]
    multiple: bool = False
    type: Literal["options"] = field(default="options", kw_only=True, repr=False)


@dataclass(frozen=True)
class Mistake:
    """A wrong response that authors foresaw: how to recognise it and what to say."""

    value: str
    """The response as a learner would give it; for a number, its decimal text; for a line, its number."""
    feedback: str
    evidence: Evidence | None = None
    at: DataPath = ()
    """Where the author wrote it, relative to the block."""


@dataclass(frozen=True)
class NumberInput:
    """Type a number. Right when `abs(response - value) <= tolerance`."""

    value: float
    tolerance: float
    display: str
    """The key as it should be shown."""
    unit: str = ""
    mistakes: tuple[Mistake, ...] = ()
    type: Literal["number"] = field(default="number", kw_only=True, repr=False)


@dataclass(frozen=True)
class TextInput:
    """Type what the program prints. Compared line by line after trailing space is folded."""

    accepted: str
    multiline: bool = False
    mistakes: tuple[Mistake, ...] = ()
    type: Literal["text"] = field(default="text", kw_only=True, repr=False)


@dataclass(frozen=True)
class LineInput:
    """Pick the line of `source` that is wrong. Lines count from 1."""

    source: str
    correct: tuple[int, ...]
    mistakes: tuple[Mistake, ...] = ()
    type: Literal["line"] = field(default="line", kw_only=True, repr=False)


Input: TypeAlias = Options | NumberInput | TextInput | LineInput
"""How a question is answered; each carries all that marking needs."""


@dataclass(frozen=True)
class Display:
    """One variant of a question, ready to be shown and marked."""

    prompt: tuple[Content, ...]
    input: Input
    answer: str
    """The key in words or figures, for summaries and reports."""
    solution: tuple[Content, ...] = ()
    """Shown after answering: explanation, worked steps, fixed code."""
    evidence: Evidence | None = None
    """What the question's own program did, where the evidence is not an option's."""
