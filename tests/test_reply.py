"""What a run's process may state about its end, and what gives a forger away."""

from __future__ import annotations

import json
import mmap
import os
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizproof.json_forms import MAX_DEPTH
from quizproof.runtimes import reply

PART = {
    "out": 3,
    "err": -1,
    "assertions": 1,
    "value": [1.5, None, "é"],
    "dtype": "float32",
    "warned": ["W: é"],
    "seconds": 0.1,
}
FRAME = {"line": 1, "column": 1, "end_column": 2, "function": "<module>", "text": "x"}
RAISED = {"type": "E", "message": "m", "part": 1, "frames": [FRAME], "meant": "", "aliases": ["A"], "bases": ["B"]}

SOUND = [
    {"status": "running", "parts": []},
    {"status": "running", "parts": [PART]},
    {"status": "finished", "parts": [PART, PART]},
    {"status": "raised", "detail": "", "parts": [PART, PART], "raised": RAISED},
    {"status": "syntax", "parts": [], "raised": RAISED},
    {"status": "limit", "detail": "memory", "parts": [PART, PART], "raised": RAISED},
]


def read(data: Any) -> dict[str, Any] | None:
    """What comes out when something is left by a program of two parts."""
    memory = mmap.mmap(-1, reply.SIZE)
    reply.leave(memory, data)
    return reply.read(memory, 2)


@pytest.mark.parametrize("data", SOUND, ids=lambda data: f"{data['status']}-{len(data['parts'])}")
def test_what_is_sound_comes_back(data: dict[str, Any]) -> None:
    assert read(data) == data


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        {},
        {"status": "finished"},
        {"status": "finished", "parts": [PART]},
        {"status": "finished", "parts": [PART] * 3},
        {"status": "finished", "parts": [PART, PART], "raised": RAISED},
        {"status": "running", "parts": [PART, PART]},
        {"status": "raised", "parts": []},
        {"status": "raised", "parts": [], "raised": RAISED | {"part": 2}},
        {"status": "raised", "parts": [], "raised": RAISED | {"part": -1}},
        {"status": "raised", "parts": [], "raised": RAISED | {"message": "\ud800"}},
        {"status": "raised", "parts": [], "raised": RAISED | {"type": None}},
        {"status": "raised", "parts": [], "raised": RAISED | {"frames": [FRAME | {"line": 0}]}},
        {"status": "raised", "parts": [], "raised": RAISED | {"frames": [FRAME | {"more": 1}]}},
        {"status": "limit", "detail": "time", "parts": [], "raised": RAISED},
        {"status": "limit", "detail": [], "parts": [], "raised": RAISED},
        {"status": "fault", "parts": []},
        {"status": "missing", "parts": [], "raised": RAISED},
        {"status": "died", "parts": []},
        {"status": [], "parts": [], "raised": RAISED},
        {"status": "finished", "parts": [PART, PART | {"assertions": True}]},
        {"status": "finished", "parts": [PART, PART | {"assertions": -1}]},
        {"status": "finished", "parts": [PART, PART | {"out": 10**30}]},
        {"status": "finished", "parts": [PART, PART | {"out": 1.0}]},
        {"status": "finished", "parts": [PART, {"out": 1, "err": 1, "assertions": 1}]},
        {"status": "finished", "parts": [PART, PART | {"more": 1}]},
        {"status": "finished", "parts": [PART, PART | {"value": "\ud800"}]},
        {"status": "finished", "parts": [PART, PART | {"value": {"\ud800": 1}}]},
        {"status": "finished", "parts": [PART, PART], "drew": 1},
        {"status": "finished", "parts": [PART, PART], "detail": ["it"]},
        {"status": "raised", "detail": 7, "parts": [PART, PART], "raised": RAISED},
        {"status": "finished", "parts": [PART, PART], "more": ""},
    ],
    ids=json.dumps,
)
def test_what_is_not_sound_is_refused(data: Any) -> None:
    assert read(data) is None


@pytest.mark.parametrize(
    "body", [b"[" * 500_000, b"{", b"\xff", b"1" * 9_999, b'{"status": "finished", "parts": 1e999}']
)
def test_what_is_no_reply_is_refused(body: bytes) -> None:
    memory = mmap.mmap(-1, reply.SIZE)
    memory[: 8 + len(body)] = b"\0\0\0\1" + len(body).to_bytes(4, "big") + body
    assert reply.read(memory, 2) is None


@pytest.mark.parametrize(("levels", "sound"), [(MAX_DEPTH, True), (MAX_DEPTH + 1, False), (900, False)])
def test_values_have_bounds(levels: int, sound: bool) -> None:
    """As deep as a run's process lets values be, and no deeper; much deeper ones overflow no stack."""
    memory = mmap.mmap(-1, reply.SIZE)
    statement = json.dumps({"status": "finished", "parts": [PART | {"value": "DEEP"}] * 2})
    body = statement.replace('"DEEP"', "[" * (levels - 1) + "1" + "]" * (levels - 1)).encode()
    memory[: 8 + len(body)] = b"\0\0\0\1" + len(body).to_bytes(4, "big") + body
    assert (reply.read(memory, 2) is not None) == sound


@given(st.binary(min_size=8, max_size=200))
def test_garbage_never_disturbs_the_reader(garbage: bytes) -> None:
    memory = mmap.mmap(-1, reply.SIZE)
    memory[: len(garbage)] = garbage
    statement = reply.read(memory, 2)
    assert statement is None or statement["status"] in ("running", "finished", "raised", "syntax", "limit")


def test_death_within_a_part_leaves_the_parts_before_it() -> None:
    """A process that is killed while it writes: nothing is known of any part, and that is no forgery."""
    memory = mmap.mmap(-1, reply.SIZE)
    reply.leave(memory, {"status": "running", "parts": [PART]})
    memory[4:8] = bytes(4)  # as in the midst of `leave`
    assert reply.read(memory, 2) == {"status": "running", "parts": []}


def test_nothing_takes_back_that_a_program_has_begun() -> None:
    """A snippet that wipes its reply has tampered with it, and has not been lost by us."""
    memory = reply.Memory.new()
    assert not memory.begun[0]
    if (pid := os.fork()) == 0:
        memory.begin()
        memory.statement[:] = bytes(len(memory.statement))
        os._exit(0 if memory.begun.closed else 1)
    assert os.waitpid(pid, 0)[1] == 0
    assert bool(memory.begun[0])
    assert reply.read(memory.statement, 1) is None
    memory.close()
