"""What a run's process states about its end, in memory that it shares with the zygote.

Not through a descriptor: a snippet that closes or scribbles over every descriptor cannot lose or forge it by doing so.
The memory is in the snippet's reach all the same, so whatever is found there is checked before anybody relies on it.
"""

from __future__ import annotations

import json
import mmap
import struct
from typing import Any

SIZE = 1 << 20
_HEADER = struct.Struct("!II")
"""Whether anything was ever left, and its length, which is 0 while it is being written."""
_MOST_BYTES = 1 << 53
"""More than any file can have, and still an exact number everywhere."""
_LIMITS = ("memory", "file", "files")
"""Those that a process itself can tell of."""


def leave(memory: mmap.mmap, data: dict[str, Any]) -> None:
    """Put `data` where the zygote finds it, in place of what was there."""
    body = json.dumps(data).encode()
    memory[: _HEADER.size] = _HEADER.pack(1, 0)
    memory[_HEADER.size : _HEADER.size + len(body)] = body
    memory[: _HEADER.size] = _HEADER.pack(1, len(body))


def began(memory: mmap.mmap) -> bool:
    """Whether anything was ever left there."""
    return any(memory[: _HEADER.size])


def read(memory: mmap.mmap, parts: int) -> dict[str, Any] | None:
    """What the process left behind, with the status "running" when it ended within one of the program's `parts`.

    None when it cannot have been left by `leave` in a run of such a program: somebody tampered with it.
    """
    _, length = _HEADER.unpack(memory[: _HEADER.size])
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
    if raised is not None and len(results) != (0 if status == "syntax" else raised["part"] + 1):
        return False
    if status == "finished":
        return len(results) == parts and raised is None
    if status == "running":
        return len(results) < parts and raised is None
    return (
        len(results) <= parts
        and raised is not None
        and (status in ("raised", "syntax") or (status == "limit" and data.get("detail") in _LIMITS))
    )


def _sound_part(part: Any) -> bool:
    return (
        isinstance(part, dict)
        and all(_is_number(part.get(size), -1) for size in ("out", "err"))
        and _is_number(part.get("assertions"), 0)
        and "value" in part
    )


def _sound_exception(raised: Any) -> bool:
    return (
        isinstance(raised, dict)
        and all(_is_text(raised.get(name)) for name in ("type", "message", "meant"))
        and _is_number(raised.get("part"), 0)
        and isinstance(raised.get("frames"), list)
        and all(map(_sound_frame, raised["frames"]))
    )


def _sound_frame(frame: Any) -> bool:
    places = {"line", "column", "end_column"}
    return (
        isinstance(frame, dict)
        and set(frame) == places | {"function", "text"}
        and all(_is_number(frame[name], 1) for name in places)
        and _is_text(frame["function"])
        and _is_text(frame["text"])
    )


def _is_number(value: Any, least: int) -> bool:
    return type(value) is int and least <= value <= _MOST_BYTES


def _is_text(value: Any) -> bool:
    """Whether it is text that can be written out: no half of a surrogate pair."""
    if not isinstance(value, str):
        return False
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
