"""What a run's process states about its end, in memory that it shares with the zygote.

Not through a descriptor: a snippet that closes or scribbles over every descriptor cannot lose or forge it by doing so.
The snippet can reach the memory all the same, so whatever is found there is checked before anything relies on it.

The block of `SIZE` bytes begins with two unsigned numbers of four bytes, most significant first: 1 once anything was
left, and the length of what follows, which is JSON:

    {"status": "raised",
     "parts": [{"out": 120, "err": -1, "assertions": 2, "value": null, "dtype": "", "warned": ["UserWarning: m"]}],
     "raised": {"type": "KeyError", "message": "'a'", "part": 0, "meant": "", "aliases": [], "bases": [],
                "frames": [{"line": 2, "column": 1, "end_column": 7, "function": "<module>", "text": "d['a']"}]},
     "detail": "", "drew": false}

`out` and `err` are the sizes in bytes of all output after that part, -1 where it cannot be known: the zygote has the
output itself. `status` is "running" until the program ends, and then "finished", "raised", "syntax" or "limit". Of a
limit, `detail` has the name.

After these `SIZE` bytes comes a second block of `EXAMINED_SIZE`, with the same two numbers, of the examination that
follows a program that finished: an `Examined` for each part, in their order. It may be missing, or empty; the statement
stands without it.
"""

from __future__ import annotations

import json
import mmap
import struct
from typing import Any

from quizproof.runtimes.assertions.examined import Examined

SIZE = 1 << 20
"""Of the statement, in bytes."""
EXAMINED_SIZE = 1 << 16
"""Of what comes after it: what the examination of the assertions gave."""
_HEADER = struct.Struct("!II")
"""Whether anything was ever left, and its length, which is 0 while it is being written."""
_MAX_NUMBER = 1 << 53
"""More bytes than any file can have, and still an exact number everywhere."""
_DTYPES = ("", "float32", "float16", "bfloat16", "Fraction", "Decimal", "complex")
_LIMITS = ("memory", "file", "files", "cpu")
"""Those that a process itself can notice, of itself or of processes that it started."""


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
    sound = isinstance(data, list) and len(data) == parts and all(map(_sound_examined, data))
    return data if sound else []


def began(memory: mmap.mmap) -> bool:
    """Whether anything was ever left there."""
    return any(memory[: _HEADER.size])


def read(memory: mmap.mmap, parts: int) -> dict[str, Any] | None:
    """What the process left, with the status "running" when it ended within one of the program's parts.

    memory  `SIZE` bytes, of a process that has ended
    parts   how many the program has

    None when `leave` cannot have left it in a run of such a program: the snippet tampered with it.
    """
    _, length = _HEADER.unpack(memory[: _HEADER.size])
    # It was killed while it wrote, and what was there before is lost: nothing is known of any part.
    if not length:
        return {"status": "running", "parts": []}
    try:
        data = json.loads(memory[_HEADER.size : min(_HEADER.size + length, SIZE)])
    except (ValueError, RecursionError):
        return None
    return data if _sound(data, parts) else None


def _sound(data: Any, parts: int) -> bool:
    if not isinstance(data, dict):
        return False
    status, results, raised = data.get("status"), data.get("parts"), data.get("raised")
    if not isinstance(results, list) or not all(map(_sound_part, results)):
        return False
    if raised is not None and not (_sound_exception(raised) and raised["part"] < parts):
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
    return len(results) <= parts and raised is not None and status in ("raised", "syntax")


def _sound_part(part: Any) -> bool:
    return (
        isinstance(part, dict)
        and all(_is_number(part.get(size), -1) for size in ("out", "err"))
        and _is_number(part.get("assertions"), 0)
        and "value" in part
        and part.get("dtype") in _DTYPES
        and _are_texts(part.get("warned"))
    )


def _sound_examined(data: Any) -> bool:
    return (
        isinstance(data, dict)
        and data.keys() == {"weak", "tried", "noticed", "missed"}
        and all(_is_number(data[name], 0) for name in ("tried", "noticed"))
        and _is_text(data["missed"])
        and isinstance(data["weak"], list)
        and all(map(_sound_weak, data["weak"]))
    )


def _sound_weak(weak: Any) -> bool:
    return isinstance(weak, list) and len(weak) == 3 and _is_number(weak[0], 1) and all(map(_is_text, weak[1:]))


def _sound_exception(raised: Any) -> bool:
    return (
        isinstance(raised, dict)
        and all(_is_text(raised.get(name)) for name in ("type", "message", "meant"))
        and all(_are_texts(raised.get(name)) for name in ("aliases", "bases"))
        and _is_number(raised.get("part"), 0)
        and isinstance(raised.get("frames"), list)
        and all(map(_sound_frame, raised["frames"]))
    )


def _sound_frame(frame: Any) -> bool:
    places = {"line", "column", "end_column"}
    return (
        isinstance(frame, dict)
        # Exactly these: a frame becomes the arguments of `Frame`.
        and set(frame) == places | {"function", "text"}
        and all(_is_number(frame[name], 1) for name in places)
        and _is_text(frame["function"])
        and _is_text(frame["text"])
    )


def _is_number(value: Any, least: int) -> bool:
    # Not isinstance: a boolean is an int too, and `leave` never writes one here.
    return type(value) is int and least <= value <= _MAX_NUMBER


def _are_texts(value: Any) -> bool:
    return isinstance(value, list) and all(map(_is_text, value))


def _is_text(value: Any) -> bool:
    """Whether it is text that can be written out: no half of a surrogate pair."""
    if not isinstance(value, str):
        return False
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
