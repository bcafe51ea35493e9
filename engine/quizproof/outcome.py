"""What came of one run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

Status: TypeAlias = Literal["finished", "raised", "syntax", "limit", "died", "missing", "unlocked", "fault"]
"""finished: ran to its end. raised: an exception left the snippet. syntax: it does not compile. limit: stopped at a
limit. died: the process ended without a result. missing: the framework is not installed. unlocked: a lock was asked,
and does not know. fault: lost by us."""


LASTING: frozenset[Status] = frozenset(["finished", "raised", "syntax"])
"""What a snippet itself came to, and would come to again. A limit may be the machine's fault; the others may pass."""
LOST: frozenset[Status] = frozenset(["missing", "unlocked", "fault"])
"""What says nothing of the snippet, because it was not run, or because we lost what came of it."""


@dataclass(frozen=True)
class Frame:
    """One line of a traceback, within the program that ran. Lines and columns count from 1."""

    line: int
    column: int
    end_column: int
    function: str
    text: str


@dataclass(frozen=True)
class Raised:
    """An exception that left a snippet."""

    type: str
    message: str
    part: int
    """Index of the part of the program in which it was raised."""
    frames: tuple[Frame, ...] = ()
    """Outermost first; frames inside libraries are left out."""
    meant: str = ""
    """For an AttributeError that looks like a typing error: the attribute that is there."""

    def __str__(self) -> str:
        return f"{self.type}: {self.message}" if self.message else self.type


@dataclass(frozen=True)
class PartResult:
    """What one part of a program did."""

    stdout: str = ""
    stderr: str = ""
    assertions: int = 0
    """How many assertions that could fail were executed and held."""
    value: Any = None
    """The value of an expression part, as JSON data."""


@dataclass(frozen=True)
class Outcome:
    """What came of one isolated execution of a program."""

    status: Status
    parts: tuple[PartResult, ...] = ()
    """Results of the parts that began, in order."""
    raised: Raised | None = None
    detail: str = ""
    """In words: the limit ("20 seconds"), the signal ("SIGSEGV"), the missing module, the fault."""
    seconds: float = 0.0
    peak_mib: float = 0.0
    drew: bool = False
    """Whether it drew from a random number generator, and seeding it first cannot be told from that."""

    def fits(self, parts: int) -> bool:
        """Whether it can have come of a program of so many parts."""
        if len(self.parts) > parts or (self.raised is not None and not 0 <= self.raised.part < parts):
            return False
        if self.raised is not None and len(self.parts) != (0 if self.status == "syntax" else self.raised.part + 1):
            return False
        if self.status == "finished":
            return len(self.parts) == parts and self.raised is None
        return self.status in ("limit", "died", "fault") or self.raised is not None

    def traceback(self, path: str = "") -> str:
        """The exception as Python would print it.

        Without a `path` it names neither file nor line numbers, which mean nothing to a learner.
        """
        if self.raised is None:
            return ""
        lines = ["Traceback (most recent call last):"] if self.raised.frames else []
        for frame in self.raised.frames:
            if path:
                lines.append(f'  File "{path}", line {frame.line}, in {frame.function}')
            elif frame.function != "<module>":
                lines.append(f"  in {frame.function}")
            text = frame.text.strip()
            if text:
                indent = len(frame.text) - len(frame.text.lstrip())
                start = frame.column - 1 - indent
                width = min(frame.end_column - frame.column, len(text) - start)
                lines.append(f"    {text}")
                if start >= 0 and 0 < width < len(text):
                    lines.append(f"    {' ' * start}{'^' * width}")
        lines.append(str(self.raised))
        return "\n".join(lines)
