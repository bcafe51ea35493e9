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
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, TypedDict, cast, get_args

from quizproof import json_forms
from quizproof.json_forms import Form, items, record, text, whole

Status: TypeAlias = Literal[
    "finished", "raised", "syntax", "endless", "limit", "died", "missing", "unlocked", "capped", "fault"
]
"""finished: ran to its end. raised: an exception left the snippet. syntax: it does not compile. endless: still running
at the limit of programs of which their authors say that they never end. limit: stopped at a limit. died: the process
ended without a result. missing: the framework is not installed. unlocked: the lock does not have this program. capped:
stopped at what whoever proves the bank allows, which is less than its author asked for. fault: lost by us."""


LASTING: frozenset[Status] = frozenset(["finished", "raised", "syntax"])
"""What depends on the snippet alone, so that another run gives the same. A limit may be the machine's fault."""
KEPT: frozenset[Status] = LASTING | {"endless"}
"""What is worth keeping. Another run of an endless program would only take its time again."""
TAMPERED = "it tampered with the interpreter's reply"
"""The detail of a run that died, as far as we can know: what it left as its reply is not one."""
LOST: frozenset[Status] = frozenset(["missing", "unlocked", "capped", "fault"])
"""What says nothing about the snippet, because it was not run, or because we lost the outcome."""


@dataclass(frozen=True)
class Frame:
    """One line of a traceback, within the program that ran. Lines and columns count from 1."""

    line: int
    column: int
    end_column: int
    function: str
    text: str


ASKED_FOR_NETWORK = "it asked for another machine, and runs have no network"
"""The detail of a run that did so, and went on."""
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
        named_like_it = self.type == "AssertionError" and bool(self.bases)  # a class of the snippet's
        return (is_failed_assertion(self.type, self.message) and not named_like_it) or bool(own)


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

    def to_json(self) -> PartData:
        """The result as JSON data."""
        weak = [[*vars(weak).values()] for weak in self.weak]
        return cast("PartData", {**vars(self), "warned": list(self.warned), "weak": weak})


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

    def fits(self, lines: Sequence[range]) -> bool:
        """Whether a program can have this outcome.

        lines  for each part of the program the lines that it has in it, from 1
        """
        parts = len(lines)
        if any(weak.line not in each for part, each in zip(self.parts, lines, strict=False) for weak in part.weak):
            return False
        if len(self.parts) > parts or (self.raised is not None and not 0 <= self.raised.part < parts):
            return False
        if self.raised is not None and len(self.parts) != (0 if self.status == "syntax" else self.raised.part + 1):
            return False
        if self.status == "finished":
            return len(self.parts) == parts and self.raised is None
        return self.status in ("endless", "limit", "died", "capped", "fault") or self.raised is not None

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
        parts = [part.to_json() for part in self.parts]
        return cast("OutcomeData", {**vars(self), "parts": parts, "raised": raised})

    @classmethod
    def from_json(cls, data: object) -> Outcome:
        """The outcome from its JSON data. Raises ValueError, which says what is wrong, when it is anything else.

        data  as `json.loads` gave it; whoever wrote it, nothing behind this needs to check it again
        """
        if wrong := _OUTCOME(data):
            raise ValueError(f"the outcome{wrong}" if wrong.startswith(" ") else wrong)
        fields = cast("OutcomeData", data)
        raised = None
        if of_raised := fields["raised"]:
            frames = tuple(Frame(**frame) for frame in of_raised["frames"])
            names = {"aliases": tuple(of_raised["aliases"]), "bases": tuple(of_raised["bases"])}
            raised = Raised(**cast("dict[str, Any]", of_raised) | {"frames": frames} | names)
        parts = tuple(
            PartResult(
                **cast("dict[str, Any]", part)
                | {"warned": tuple(part["warned"]), "weak": tuple(Weak(*weak) for weak in part["weak"])}
            )
            for part in fields["parts"]
        )
        return cls(**cast("dict[str, Any]", fields) | {"parts": parts, "raised": raised})


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


FRAME = record({"line": whole(1), "column": whole(1), "end_column": whole(1), "function": text, "text": text})
"""The form of a `FrameData`."""
RAISED = record(
    {
        "type": text,
        "message": text,
        "part": whole(0),
        "frames": items(FRAME),
        "meant": text,
        "aliases": items(text),
        "bases": items(text),
    }
)
"""The form of a `RaisedData`."""
DTYPE = json_forms.one_of(("", "float32", "float16", "bfloat16", "Fraction", "Decimal", "complex"))
"""The form of a part's dtype."""
EXAMINED: Mapping[str, Form] = {
    "weak": items(json_forms.row(whole(1), text, text)),
    "tried": whole(0),
    "noticed": whole(0),
    "missed": text,
}
"""The form of each field of a part that its examination gives."""
_PART = record(
    {
        "stdout": text,
        "stderr": text,
        "assertions": whole(0),
        "value": json_forms.anything,
        "dtype": DTYPE,
        "warned": items(text),
        **EXAMINED,
    }
)
_OUTCOME = record(
    {
        "status": json_forms.one_of(get_args(Status)),
        "parts": items(_PART),
        "raised": json_forms.either(json_forms.nothing, RAISED),
        "detail": text,
        "seconds": json_forms.amount,
        "peak_mib": json_forms.amount,
        "drew": json_forms.flag,
    }
)
