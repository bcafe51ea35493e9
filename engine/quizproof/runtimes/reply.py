"""What a run's process states about its end, in memory that it shares with the zygote.

Not through a descriptor: a snippet that closes or scribbles over every descriptor cannot lose or forge it by doing so.
The snippet can reach the memory all the same, so whatever is found there is checked before anything relies on it.

The block of `SIZE` bytes begins with two unsigned numbers of four bytes, most significant first: 1 once anything was
left, and the length of what follows, which is JSON:

    {"status": "raised",
     "parts": [{"out": 120, "err": -1, "assertions": 2, "value": null, "dtype": "", "warned": ["UserWarning: m"],
                "seconds": 0.021}],
     "raised": {"type": "KeyError", "message": "'a'", "part": 0, "meant": "", "aliases": [], "bases": [],
                "frames": [{"line": 2, "column": 1, "end_column": 7, "function": "<module>", "text": "d['a']"}]},
     "detail": "", "drew": false}

`out` and `err` are the sizes in bytes of all output after that part, -1 where it cannot be known: the zygote has the
output itself. `seconds` is how long it ran, by the clock. `status` is "running" until the program ends, and then
"finished", "raised", "syntax" or "limit". Of a limit, `detail` has the name.

After these `SIZE` bytes comes a second block of `EXAMINED_SIZE`, with the same two numbers, of the examination that
follows a program that finished: an `Examined` for each part, in their order. It may be missing, or empty; the statement
stands without it.
"""

from __future__ import annotations

import json
import mmap
import struct
from dataclasses import dataclass
from typing import Any

from quizproof import json_forms
from quizproof.json_forms import items, record, text, whole
from quizproof.outcome import DTYPE, EXAMINED, RAISED
from quizproof.runtimes.examined import Examined

SIZE = 1 << 20
"""Of the statement, in bytes."""
EXAMINED_SIZE = 1 << 16
"""Of what comes after it: what the examination of the assertions gave."""
_HEADER = struct.Struct("!II")
"""Whether anything was ever left, and its length, which is 0 while it is being written."""
_LIMITS = ("memory", "file", "files", "cpu", "network")
"""Those that a process itself can notice, of itself or of processes that it started."""
_PART = record(
    {
        "out": whole(-1),
        "err": whole(-1),
        "assertions": whole(0),
        "value": json_forms.anything,
        "dtype": DTYPE,
        "warned": items(text),
        "seconds": json_forms.amount,
    }
)
_STATEMENT = record(
    {
        "status": json_forms.one_of(("running", "finished", "raised", "syntax", "limit")),
        "parts": items(_PART),
        "detail": text,
        "raised": json_forms.either(json_forms.nothing, RAISED),
        "drew": json_forms.flag,
    },
    optional=("detail", "raised", "drew"),
)
_EXAMINED = items(record(EXAMINED))


@dataclass(frozen=True)
class Memory:
    """What a zygote and one of its runs share; mapped before the fork."""

    statement: mmap.mmap
    """`SIZE` bytes and `EXAMINED_SIZE` more, as the module describes them."""
    begun: mmap.mmap
    """One byte: whether the program has begun. Its run unmaps it then, so that no snippet can take it back and pass its
    own death off as a fault of ours."""

    @classmethod
    def new(cls) -> Memory:
        """Memory of a run that has not begun. Raises OSError when there is none."""
        return cls(mmap.mmap(-1, SIZE + EXAMINED_SIZE), mmap.mmap(-1, 1))

    def clear(self) -> None:
        """Forget what was left: another program goes on in these processes."""
        for at in (0, SIZE):
            self.statement[at : at + _HEADER.size] = bytes(_HEADER.size)

    def begin(self) -> None:
        """Say, in the run, that its program begins now: whatever happens from here on is the program's doing."""
        leave(self.statement, {"status": "running", "parts": []})
        self.begun[0] = 1
        self.begun.close()

    @property
    def has_begun(self) -> bool:
        """Whether it got as far as its program, as the zygote sees it."""
        return bool(self.begun[0])

    def close(self) -> None:
        """Unmap all of it here."""
        self.statement.close()
        self.begun.close()


def leave(memory: mmap.mmap, data: dict[str, Any]) -> None:
    """Put `data` where the zygote finds it, in place of what was there.

    memory  `SIZE` bytes and more that were mapped before the fork, so that both processes see them
    data    the statement, as the module describes it

    Raises ValueError when it is too long.
    """
    _leave(memory, json.dumps(data).encode(), 0, SIZE)


def begin_examination(memory: mmap.mmap) -> None:
    """Say that the statement is final, and that whatever stops the process from now on has nothing to do with it."""
    _leave(memory, b"", SIZE, SIZE + EXAMINED_SIZE)


def leave_examined(memory: mmap.mmap, data: list[Examined]) -> None:
    """Put what was found out about the assertions of each part after the statement. Raises ValueError if too long."""
    _leave(memory, json.dumps(data).encode(), SIZE, SIZE + EXAMINED_SIZE)


def _leave(memory: mmap.mmap, body: bytes, start: int, end: int) -> None:
    at = start + _HEADER.size
    if at + len(body) > end:
        raise ValueError("it is too long")
    # A process that is killed while it writes must not leave half a reply under a length.
    memory[start:at] = _HEADER.pack(1, 0)
    memory[at : at + len(body)] = body
    memory[start:at] = _HEADER.pack(1, len(body))


def examined(memory: mmap.mmap, parts: int) -> list[Examined] | None:
    """What the examination found out about each part: empty if it was not ended, None if it was not begun.

    memory  of a process that has ended
    parts   how many the program has
    """
    started, length = _HEADER.unpack(memory[SIZE : SIZE + _HEADER.size])
    if not started:
        return None
    at = SIZE + _HEADER.size
    try:
        data = json.loads(memory[at : min(at + length, SIZE + EXAMINED_SIZE)])
    except (ValueError, RecursionError):
        return []
    # Its process could have written anything here as well.
    return data if not _EXAMINED(data) and len(data) == parts else []


def read(memory: mmap.mmap, parts: int) -> dict[str, Any] | None:
    """What the process left, with the status "running" when it ended within one of the program's parts.

    memory  `SIZE` bytes, of a process that has ended and had begun its program
    parts   how many the program has

    None when `leave` cannot have left it in a run of such a program: the snippet tampered with it.
    """
    started, length = _HEADER.unpack(memory[: _HEADER.size])
    if started != 1:
        return None
    # It was killed while it wrote, and what was there before is lost: nothing is known of any part.
    if not length:
        return {"status": "running", "parts": []}
    try:
        data = json.loads(memory[_HEADER.size : min(_HEADER.size + length, SIZE)])
    except (ValueError, RecursionError):
        return None
    return data if _sound(data, parts) else None


def _sound(data: Any, parts: int) -> bool:
    if _STATEMENT(data):
        return False
    status, results, raised = data["status"], data["parts"], data.get("raised")
    if raised is not None and raised["part"] >= parts:
        return False
    # What raised is the last part that began. Of a program that does not compile, no part began.
    if raised is not None and len(results) != (0 if status == "syntax" else raised["part"] + 1):
        return False
    if status == "finished":
        return len(results) == parts and raised is None
    if status == "running":
        return len(results) < parts and raised is None
    if status == "limit":
        # A process that it started may have met the limit, and the program have come to its end.
        ended = raised is not None or len(results) == parts
        return len(results) <= parts and ended and data.get("detail") in _LIMITS
    return len(results) <= parts and raised is not None
