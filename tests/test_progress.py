"""Progress: on a terminal gone afterwards, and lines elsewhere."""

from __future__ import annotations

import io
import math
import os
import pty
import select
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

import pytest

from quizproof_renderers.progress import LINE_INTERVAL, Bar, Lines, progress_on


@pytest.fixture(autouse=True)
def _ordinary_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("COLUMNS", "NO_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")


class Clock:
    """Time that passes when it is told to."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


@contextmanager
def real_terminal() -> Iterator[tuple[TextIO, int]]:
    """A stream on a pseudo-terminal, and the other side of it."""
    master, slave = pty.openpty()
    with os.fdopen(slave, "w") as stream:
        yield stream, master
    os.close(master)


def received(master: int) -> str:
    """What has been written to the terminal so far."""
    text = b""
    while select.select([master], [], [], 0)[0]:
        text += os.read(master, 65536)
    return text.decode()


def test_progress_is_drawn_and_taken_away() -> None:
    clock = Clock()
    threads = threading.active_count()
    with real_terminal() as (stream, master):
        with Bar(stream, clock=clock) as bar:
            bar.show(0, 5, 0)
            assert received(master) == ""  # work that is soon done needs none
            clock.now += 0.5
            bar.show(2, 5, 1234)
            drawn = received(master)
            assert "2 of 5 questions, 1,234 runs" in drawn
            bar.show(3, 5, 1235)
            assert received(master) == ""  # not more often than eyes can follow
            clock.now += 0.5
            bar.show(4, 5, 1236)
            assert "4 of 5 questions, 1,236 runs" in received(master)
            assert threading.active_count() == threads  # the prover forks
        assert received(master).endswith("\x1b[2K")  # the line is erased


def test_progress_goes_away_when_work_fails() -> None:
    clock = Clock()

    def work(stream: TextIO) -> None:
        with Bar(stream, clock=clock) as bar:
            clock.now += 1
            bar.show(1, 2, 1)
            raise RuntimeError("work")

    with real_terminal() as (stream, master):
        with pytest.raises(RuntimeError, match="work"):
            work(stream)
        assert "\x1b[?25h" in received(master)  # the cursor is back


def test_quick_work_draws_nothing() -> None:
    with real_terminal() as (stream, master):
        with Bar(stream, clock=Clock()) as bar:
            bar.show(5, 5, 5)
        assert received(master) == ""


@pytest.mark.parametrize("quiet", [True, False])
def test_a_log_gets_a_line_now_and_then(quiet: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without control characters, whatever the environment asks for; and none at all where that is asked for."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    clock = Clock()
    stream = io.StringIO()
    with Lines(stream, math.inf if quiet else LINE_INTERVAL, clock) as lines:
        for done in range(4):
            lines.show(done, 1000, 3500)
            clock.now += LINE_INTERVAL * 0.6
    told = [f"Proving: {done} of 1,000 questions, 3,500 runs\n" for done in (2,)]
    assert stream.getvalue() == ("" if quiet else "".join(told))


def test_progress_suits_its_stream() -> None:
    with real_terminal() as (stream, _):
        assert isinstance(progress_on(stream), Bar)
        assert isinstance(progress_on(stream, quiet=True), Lines)
    assert isinstance(progress_on(io.StringIO()), Lines)
