"""What an author says that a program does, in the words of `happens:`, and whether it did that.

| words | what happened |
|---|---|
| `runs silently` | it raised nothing, and printed and warned of nothing |
| `TypeError`, `TypeError: a fragment` | it raised this |
| `warns`, `warns UserWarning`, `warns UserWarning: a fragment` | it raised nothing, and showed such a warning |
| `prints 45` | it raised nothing, and printed this |
| `never ends` | it was still running at the limit of such programs |
"""

from __future__ import annotations

import builtins
import re
from dataclasses import dataclass
from typing import Literal

from quizproof.comparison.outputs import difference, fold, same_output
from quizproof.outcome import Outcome, Raised

ALIASES = {
    "socket.error": "OSError",
    "os.error": "OSError",
    "select.error": "OSError",
    "socket.timeout": "TimeoutError",
}
"""Names of built-in exceptions elsewhere, of which the last part alone says too little."""

MAX_QUOTED = 200
"""Characters of an output that a message quotes."""
_NAME = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*")


@dataclass(frozen=True)
class Happens:
    """What a program does: `parse` reads it from an author's words, and `mismatch` compares it with a run."""

    what: Literal["silence", "exception", "warning", "output", "endless"]
    name: str = ""
    """Of the exception or the warning; of a warning it may be empty."""
    text: str = ""
    """A fragment of the message; or the output."""

    SILENTLY = "runs silently"
    ENDLESS = "never ends"

    @classmethod
    def parse(cls, text: str) -> Happens:
        """Read the words, as the module lists them. Raises ValueError for others."""
        words = text.strip()
        first, _, rest = words.partition(" ")
        if words == cls.SILENTLY:
            return cls("silence")
        if words == cls.ENDLESS:
            return cls("endless")
        if first == "prints" and rest.strip():
            return cls("output", text=fold(rest))
        name, _, fragment = (rest if first == "warns" else words).partition(":")
        name = name.strip()
        if first == "warns" and not name:
            return cls("warning")
        if not _NAME.fullmatch(name) or first == "prints":
            raise ValueError(
                "write `runs silently`, an exception such as `TypeError` or `TypeError: a fragment`, "
                "`warns UserWarning`, `prints 45` or `never ends`"
            )
        return cls("warning" if first == "warns" else "exception", name, fragment.strip())

    @classmethod
    def exception(cls, text: str) -> Happens:
        """Read `TypeError` or `TypeError: a fragment`, where nothing else can be meant."""
        name, _, fragment = text.partition(":")
        return cls("exception", name.strip(), fragment.strip())

    def __str__(self) -> str:
        named = f"{self.name}: {self.text}" if self.text else self.name
        match self.what:
            case "silence":
                return self.SILENTLY
            case "endless":
                return self.ENDLESS
            case "output":
                return f"prints {self.text}"
            case "warning":
                return f"warns {named}".strip()
            case "exception":
                return named

    @property
    def in_code(self) -> str:
        """The words as Markdown, for a learner to read: "Raises `TypeError`", "Never ends"."""
        named = f"`{self.name}: {self.text}`" if self.text else f"`{self.name}`"
        match self.what:
            case "silence":
                return "Runs, and prints nothing"
            case "endless":
                return "Never ends"
            case "output":
                return f"Runs, and prints `{self.text}`"
            case "warning":
                return f"Runs, and shows a warning: {named}" if self.name else "Runs, and shows a warning"
            case "exception":
                return f"Raises {named}"

    def mismatch(self, outcome: Outcome, *, printed: str, errors: str, warned: tuple[str, ...], by_check: bool) -> str:
        """What really happened, where it is not what was stated; empty when it is.

        outcome   of the run
        printed   what the code printed on standard output
        errors    the same of standard error
        warned    the warnings that it showed
        by_check  whether the run ended in the check after the code, which came to its end then
        """
        raised = outcome.raised
        if self.what == "exception":
            if raised is None:
                return "it never ended" if outcome.status == "endless" else "nothing was raised"
            if by_check and raised.type == "AssertionError":  # that is the check's finding, not what the code does
                return "nothing was raised, and then the check failed"
            return "" if is_raised(self.name, raised) and self.text in raised.message else f"it raised {raised}"
        if outcome.status == "endless":
            ended = "the code came to its end, and the check did not" if by_check else ""
            return ended if self.what == "endless" else ended or "it never ended"
        if raised and not by_check:
            return f"it raised {raised}"
        if self.what == "endless":
            return "it came to its end"
        if self.what == "warning":
            return self._other_warning(warned)
        if self.what == "output":
            return "" if same_output(self.text, printed) else f"it printed {difference(self.text, printed)}"
        output = (printed + errors).strip()
        return f"it printed {output[:MAX_QUOTED]!r}" if output else ""

    def _other_warning(self, warned: tuple[str, ...]) -> str:
        for text in warned:
            name, _, message = text.partition(": ")
            if self.name.rpartition(".")[2] in ("", name) and self.text in message:
                return ""
        return f"it warned of {'; '.join(warned)[:MAX_QUOTED]!r}" if warned else "it showed no warning"


def is_raised(name: str, raised: Raised) -> bool:
    """Whether an exception has this name: with its module or without, or another name of the same type.

    name  as an author or a learner writes it: `TypeError`, `builtins.TypeError`, `IOError`

    The name of a built-in exception means that one, and no other that is merely called like it.
    """
    module, _, last = name.rpartition(".")
    last = ALIASES.get(name, last)
    if raised.bases and hasattr(builtins, last) and (module in ("", "builtins") or name in ALIASES):
        return False
    return last == raised.type or last in names_of(raised)


def canonical(name: str) -> str:
    """The own name of a built-in type, of which another one may be given.

    >>> canonical("IOError"), canonical("socket.timeout"), canonical("KeyError"), canonical("anything")
    ('OSError', 'TimeoutError', 'KeyError', 'anything')
    """
    kind = getattr(builtins, ALIASES.get(name, name), None)
    return kind.__name__ if isinstance(kind, type) else name


def names_of(raised: Raised) -> tuple[str, ...]:
    """The other names of the type of an exception: `EnvironmentError` and `IOError` of an `OSError`."""
    kind = None if raised.bases else getattr(builtins, raised.type, None)
    same = [name for name, value in vars(builtins).items() if value is kind] if isinstance(kind, type) else []
    return tuple(sorted({*same, *raised.aliases} - {raised.type}))


def covers(name: str, raised: Raised) -> bool:
    """Whether an exception is one of this name, or inherits from it, so that `except` with the name catches it."""
    last = ALIASES.get(name, name.rpartition(".")[2])
    named, real = getattr(builtins, last, None), getattr(builtins, raised.type, None)
    if isinstance(named, type) and isinstance(real, type) and not raised.bases:
        return issubclass(real, named)
    return is_raised(name, raised) or last in raised.bases
