r"""The outcome of one run, and the one JSON form that it has wherever quizproof itself reads it again.

That form is `OutcomeData`: the cache keeps it, zygotes reply with it, and Dask workers send it. It is JSON as Python
writes it, so values may be NaN or infinite. (The lock has a form of its own, because people read it: see `store.lock`.)

    {"status": "raised",
     "parts": [{"stdout": "1\n", "stderr": "", "assertions": 0, "value": null, "dtype": "", "warned": [],
                 "weak": [], "tried": 0, "noticed": 0, "missed": ""}],
     "raised": {"type": "KeyError", "message": "'a'", "part": 0, "meant": "", "aliases": [], "bases": [],
                "frames": [{"line": 2, "column": 1, "end_column": 7, "function": "<module>", "text": "d['a']"}]},
     "detail": "", "seconds": 0.004, "peak_mib": 11.5, "drew": false}
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import NoneType
from typing import Any, Literal, TypeAlias, TypedDict, cast, get_args

Status: TypeAlias = Literal["finished", "raised", "syntax", "endless", "limit", "died", "missing", "unlocked", "fault"]
"""finished: ran to its end. raised: an exception left the snippet. syntax: it does not compile. endless: still running
at the limit of programs of which their authors say that they never end. limit: stopped at a limit. died: the process
ended without a result. missing: the framework is not installed. unlocked: the lock does not have this program. fault:
lost by us."""


LASTING: frozenset[Status] = frozenset(["finished", "raised", "syntax"])
"""What depends on the snippet alone, so that another run gives the same. A limit may be the machine's fault."""
KEPT: frozenset[Status] = LASTING | {"endless"}
"""What is worth keeping. Another run of an endless program would only take its time again."""
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


_DOES_NOT_HOLD = ("did not hold", "to be true", "assertion failed")
"""What TensorFlow says of an assertion, and not of an argument that does not fit."""
_ASSERTING = re.compile(r"\s*[\w.]*\bassert\w*\(")
"""A line that calls a function such as `tf.debugging.assert_shapes`, which has exceptions of its own."""


def is_failed_assertion(type_: str, message: str) -> bool:
    """Whether an exception says that something asserted does not hold.

    type_    the name of its type
    message  its text: TensorFlow's `tf.debugging.assert_*` raise what operations raise for arguments that do not fit
    """
    of_tensorflow = type_ == "InvalidArgumentError" and any(words in message for words in _DOES_NOT_HOLD)
    return type_ == "AssertionError" or of_tensorflow


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
    aliases: tuple[str, ...] = ()
    """Other names of its type, if it is not built in: `LinAlgError` for the `_LinAlgError` of PyTorch."""
    bases: tuple[str, ...] = ()
    """What its type inherits from, if it is not built in, nearest first: `ValueError` of a `JSONDecodeError`."""

    def __str__(self) -> str:
        return f"{self.type}: {self.message}" if self.message else self.type

    @property
    def is_failure(self) -> bool:
        """Whether an assertion failed, rather than the code around it."""
        own = self.type in ("ValueError", "TypeError") and self.frames and _ASSERTING.match(self.frames[-1].text)
        return is_failed_assertion(self.type, self.message) or bool(own)


@dataclass(frozen=True)
class Weak:
    """An assertion that could not have failed."""

    line: int
    """Within the program, from 1."""
    weakness: str
    """Why, as a key of `checks.WEAKNESSES`."""
    about: str = ""
    """What it is about, such as an expression."""


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
    warned: tuple[str, ...] = ()
    """The warnings that it showed, in their order: "UserWarning: a message"."""
    weak: tuple[Weak, ...] = ()
    """Of a check that passed, the assertions that could not have failed."""
    tried: int = 0
    """Of a check that passed, how many changes of the answer's values it was run again with."""
    noticed: int = 0
    """With how many of these it failed."""
    missed: str = ""
    """The first of them that it did not notice, if it noticed none: "`total` plus 1"."""


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
        return self.status in ("endless", "limit", "died", "fault") or self.raised is not None

    def traceback(self, path: str = "") -> str:
        """The exception as Python would print it.

        Without a `path` it names neither file nor line numbers, which mean nothing to a learner.
        """
        if self.raised is None:
            return ""
        # Of code that does not compile nothing has run, so Python prints the place alone.
        ran = self.raised.frames and self.status != "syntax"
        lines = ["Traceback (most recent call last):"] if ran else []
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
        raised = self.raised and {
            **vars(self.raised),
            "frames": [{**vars(frame)} for frame in self.raised.frames],
            "aliases": list(self.raised.aliases),
            "bases": list(self.raised.bases),
        }
        parts = [
            {**vars(part), "warned": list(part.warned), "weak": [[*vars(weak).values()] for weak in part.weak]}
            for part in self.parts
        ]
        return cast("OutcomeData", {**vars(self), "parts": parts, "raised": raised})

    @classmethod
    def from_json(cls, data: object) -> Outcome:
        """The outcome from its JSON data. Raises ValueError when it is anything else."""
        fields = _checked(cls, data)
        if fields["status"] not in get_args(Status):
            raise ValueError("this Outcome has an unknown status")
        parts = tuple(_part_from_json(part) for part in fields["parts"])
        raised = None
        if fields["raised"] is not None:
            of_raised = _checked(Raised, fields["raised"])
            frames = tuple(Frame(**_checked(Frame, frame)) for frame in of_raised["frames"])
            names = {name: _texts(of_raised[name]) for name in ("aliases", "bases")}
            raised = Raised(**of_raised | {"frames": frames} | names)
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
    aliases: list[str]
    bases: list[str]


class PartData(TypedDict):
    """A `PartResult`."""

    stdout: str
    stderr: str
    assertions: int
    value: Any
    dtype: str
    warned: list[str]
    weak: list[list[Any]]
    """Of each `Weak` its fields, in their order."""
    tried: int
    noticed: int
    missed: str


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
    Raised: {
        "type": str,
        "message": str,
        "part": int,
        "frames": list,
        "meant": str,
        "aliases": list,
        "bases": list,
    },
    PartResult: {
        "stdout": str,
        "stderr": str,
        "assertions": int,
        "value": object,
        "dtype": str,
        "warned": list,
        "weak": list,
        "tried": int,
        "noticed": int,
        "missed": str,
    },
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


def _part_from_json(data: object) -> PartResult:
    fields = _checked(PartResult, data)
    for each in fields["weak"]:
        if not (isinstance(each, list) and list(map(type, each)) == [int, str, str]):
            raise ValueError("this is not a Weak")
    weak = tuple(Weak(*each) for each in fields["weak"])
    return PartResult(**fields | {"weak": weak, "warned": _texts(fields["warned"])})


def _checked(form: type, data: object) -> dict[str, Any]:
    """`data` when it has exactly the keys of a form, with values of their types. Raises ValueError otherwise."""
    types = _TYPES[form]
    if not isinstance(data, dict) or data.keys() != types.keys():
        raise ValueError(f"this is not a {form.__name__}")
    for name, type_ in types.items():
        if not isinstance(data[name], type_):
            raise ValueError(f"the {name} of this {form.__name__} has the wrong type")
    return data


def _texts(items: list[object]) -> tuple[str, ...]:
    """A list of texts as it is kept. Raises ValueError when something else is in it."""
    if not all(isinstance(item, str) for item in items):
        raise ValueError("a list of texts has something else in it")
    return tuple(map(str, items))
