r"""The outcome of one run, and the one JSON form that it has wherever quizproof itself reads it again.

That form is `OutcomeData`: the cache keeps it, zygotes reply with it, and Dask workers send it. It is JSON as Python
writes it, so values may be NaN or infinite. (The lock has a form of its own, because people read it: see `store.lock`.)

    {"status": "raised",
     "parts": [{"stdout": "1\n", "stderr": "", "assertions": 0, "value": null, "dtype": ""}],
     "raised": {"type": "KeyError", "message": "'a'", "part": 0, "meant": "",
                "frames": [{"line": 2, "column": 1, "end_column": 7, "function": "<module>", "text": "d['a']"}]},
     "detail": "", "seconds": 0.004, "peak_mib": 11.5, "drew": false}
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import NoneType
from typing import Any, Literal, TypeAlias, TypedDict, cast, get_args

Status: TypeAlias = Literal["finished", "raised", "syntax", "limit", "died", "missing", "unlocked", "fault"]
"""finished: ran to its end. raised: an exception left the snippet. syntax: it does not compile. limit: stopped at a
limit. died: the process ended without a result. missing: the framework is not installed. unlocked: the lock does not
have this program. fault: lost by us."""


LASTING: frozenset[Status] = frozenset(["finished", "raised", "syntax"])
"""What depends on the snippet alone, so that another run gives the same. A limit may be the machine's fault."""
LOST: frozenset[Status] = frozenset(["missing", "unlocked", "fault"])
"""What says nothing about the snippet, because it was not run, or because we lost the outcome."""


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
    """Outermost first, without those inside libraries."""
    meant: str = ""
    """For an AttributeError that looks like a typing error: the attribute that exists."""

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
    """The value of an expression part, as JSON data. Exact numbers that JSON does not have are text."""
    dtype: str = ""
    """What such a number is, "Fraction", "Decimal" or "complex"; or the narrow type that a float was computed in."""


@dataclass(frozen=True)
class Outcome:
    """The outcome of one isolated execution of a program."""

    status: Status
    parts: tuple[PartResult, ...] = ()
    """Results of the parts that began, in order."""
    raised: Raised | None = None
    detail: str = ""
    """In words: the limit ("it ran longer than 20 s"), the signal, the missing module, the fault."""
    seconds: float = 0.0
    """From the fork to the end, by the clock."""
    peak_mib: float = 0.0
    """The most memory that its process had at any time, in MiB."""
    drew: bool = False
    """Whether it used a random number generator that, as far as can be known, it had not seeded."""

    def fits(self, parts: int) -> bool:
        """Whether a program with this number of parts can have this outcome."""
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

    def to_json(self) -> OutcomeData:
        """The outcome as JSON data."""
        raised = self.raised and {**vars(self.raised), "frames": [{**vars(frame)} for frame in self.raised.frames]}
        parts = [{**vars(part)} for part in self.parts]
        return cast("OutcomeData", {**vars(self), "parts": parts, "raised": raised})

    @classmethod
    def from_json(cls, data: object) -> Outcome:
        """The outcome from its JSON data. Raises ValueError when it is anything else."""
        fields = _checked(cls, data)
        if fields["status"] not in get_args(Status):
            raise ValueError("this Outcome has an unknown status")
        parts = tuple(PartResult(**_checked(PartResult, part)) for part in fields["parts"])
        raised = None
        if fields["raised"] is not None:
            of_raised = _checked(Raised, fields["raised"])
            frames = tuple(Frame(**_checked(Frame, frame)) for frame in of_raised["frames"])
            raised = Raised(**of_raised | {"frames": frames})
        return cls(**fields | {"parts": parts, "raised": raised})


# ---- the JSON form


class FrameData(TypedDict):
    """A `Frame`."""

    line: int
    column: int
    end_column: int
    function: str
    text: str


class RaisedData(TypedDict):
    """A `Raised`."""

    type: str
    message: str
    part: int
    frames: list[FrameData]
    meant: str


class PartData(TypedDict):
    """A `PartResult`."""

    stdout: str
    stderr: str
    assertions: int
    value: Any
    dtype: str


class OutcomeData(TypedDict):
    """An `Outcome`."""

    status: Status
    parts: list[PartData]
    raised: RaisedData | None
    detail: str
    seconds: float
    peak_mib: float
    drew: bool


_TYPES: Mapping[type, Mapping[str, Any]] = {
    Frame: {"line": int, "column": int, "end_column": int, "function": str, "text": str},
    Raised: {"type": str, "message": str, "part": int, "frames": list, "meant": str},
    PartResult: {"stdout": str, "stderr": str, "assertions": int, "value": object, "dtype": str},
    Outcome: {
        "status": str,
        "parts": list,
        "raised": (dict, NoneType),
        "detail": str,
        "seconds": (int, float),
        "peak_mib": (int, float),
        "drew": bool,
    },
}
"""The keys of each form, with the types that JSON gives their values."""


def _checked(form: type, data: object) -> dict[str, Any]:
    """`data` when it has exactly the keys of a form, with values of their types. Raises ValueError otherwise."""
    types = _TYPES[form]
    if not isinstance(data, dict) or data.keys() != types.keys():
        raise ValueError(f"this is not a {form.__name__}")
    for name, type_ in types.items():
        if not isinstance(data[name], type_):
            raise ValueError(f"the {name} of this {form.__name__} has the wrong type")
    return data
