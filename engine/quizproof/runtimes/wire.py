"""Messages between the pool and its zygotes: JSON, each after its length in four bytes, most significant first.

The zygote begins, once it has warmed up, with one of

    {"ready": {"python": "3.11.7", "torch": "2.13.0"}}      the versions, by package
    {"missing": "No module named 'torch'"}                  why it cannot; it ends after this

Then the pool sends `Request`s, as many as it likes, and the zygote answers each with a `Reply` when the run has ended,
in any order. There is no message to end a zygote: it ends when the pool closes the socket.

A request may also be of a *trunk*, whose parts several programs begin with; then a request of each of these names it,
and {"close": 7} ends it. See `sharing.trunk`. The zygote may answer with

    {"id": 7, "shared": 0.31}       the trunk is ready, after so many seconds
    {"id": 8, "alone": "threads"}   the trunk cannot be one, or the program must be run without it: why
    {"gone": [7]}                   these trunks have ended
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator, Mapping
from typing import Any, Literal, TypedDict

from quizproof.outcome import OutcomeData

GONE = "gone"
"""Why a program is to be run alone whose trunk has ended before it began; it may find another one."""
LATE = "time"
"""Why a program is to be run alone that met its limit of time; whatever met another limit says its name here, too."""
_LENGTH = struct.Struct("!I")


class RequestPart(TypedDict):
    """One part of a program, as in `{"role": "check", "source": "assert x == 2", "line": 4}`."""

    role: Literal["setup", "code", "answer", "check", "value"]
    """Of a `value` the source is an expression; assertions are counted in `setup` and `check`."""
    source: str
    line: int
    """The line, from 1, at which the part begins in the whole program."""


class RequestLimits(TypedDict):
    """What a run may take."""

    seconds: float
    """By the clock. Of processor time it may take twice as much."""
    memory_mib: int
    output_kib: int
    """Of standard output, and again of standard error."""
    file_mib: int
    """The size of one file."""
    processes: int


class Request(TypedDict):
    """A run that the pool asks for."""

    id: int
    """Repeated in the reply."""
    parts: list[RequestPart]
    limits: RequestLimits
    files: str | None
    """The path of a folder that the run may read as `files`."""
    prepared: str | None
    """The path of a folder that the run may read as `prepared`; a step gets a copy of it, which it may change."""
    step: bool
    """Whether what it leaves in `prepared` is wanted: see `prepared.workshop`."""
    stdin: str | None
    """What it reads on standard input; None for nothing."""
    endless: bool
    """Whether to be still running at the limit of time is what its author says of it."""
    examine: bool
    """Whether to look at what the assertions of its checks are worth, once it has ended."""
    attempt: int
    """The field of `Conditions`."""
    changes: str
    """The field of `Conditions`."""
    trunk: int | None
    """The id of the trunk that the program goes on from: it has all of the trunk's parts, and more."""
    shared: bool
    """Whether this is a trunk."""


class Reply(TypedDict):
    """What a run came to."""

    id: int
    outcome: OutcomeData
    """With that of a step that finished comes the descriptor of an archive: see `prepared.archive`."""
    times: list[float]
    """How long each part took, in seconds, as far as it is known."""
    waited: bool
    """Whether it was stopped for its time, most of which it had no processor: it, or the machine, waited."""


def pack(message: Mapping[str, Any]) -> bytes:
    r"""One message as bytes: the length of its JSON in four bytes, most significant first, and the JSON.

    message  a `Request`, a `Reply`, or one of the zygote's two first messages

        >>> pack({"id": 7})
        b'\x00\x00\x00\x08{"id":7}'
    """
    # json.dumps writes ASCII, so half a surrogate pair in a source survives the way; without spaces it is shorter.
    body = json.dumps(message, separators=(",", ":")).encode()
    return _LENGTH.pack(len(body)) + body


def unpack(buffer: bytearray) -> Iterator[dict[str, Any]]:
    """Take all whole messages off the front of `buffer`, and give them in their order.

    buffer  bytes as they came from a socket; what is left in it is the beginning of a message that is still to come

    Raises ValueError when a message is not a mapping in JSON. A socket gives bytes in any pieces, so append what it
    gave and call again.
    """
    while len(buffer) >= _LENGTH.size:
        (length,) = _LENGTH.unpack_from(buffer)
        end = _LENGTH.size + length
        if len(buffer) < end:
            return
        body = bytes(buffer[_LENGTH.size : end])
        del buffer[:end]
        try:
            message = json.loads(body)
        except RecursionError:
            raise ValueError("a message is nested too deeply") from None
        if not isinstance(message, dict):
            raise ValueError("a message is not a mapping")
        yield message
