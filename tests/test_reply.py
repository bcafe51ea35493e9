"""What a run's process may state about its end, and what gives a forger away."""

from __future__ import annotations

import json
import mmap
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizproof.runtimes import reply

PART = {"out": 3, "err": -1, "assertions": 1, "value": [1.5, None, "é"], "dtype": "float32", "warned": ["W: é"]}
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
    assert reply.began(memory)
    assert reply.read(memory, 2) is None


@given(st.binary(min_size=8, max_size=200))
def test_garbage_never_disturbs_the_reader(garbage: bytes) -> None:
    memory = mmap.mmap(-1, reply.SIZE)
    memory[: len(garbage)] = garbage
    statement = reply.read(memory, 2)
    assert statement is None or statement["status"] in ("running", "finished", "raised", "syntax", "limit")


def test_nothing_left_is_told_apart_from_something_unfinished() -> None:
    memory = mmap.mmap(-1, reply.SIZE)
    assert not reply.began(memory)
    reply.leave(memory, {"status": "running", "parts": [PART]})
    memory[4:8] = bytes(4)  # as in the midst of `leave`
    assert reply.began(memory)
    assert reply.read(memory, 2) == {"status": "running", "parts": []}
