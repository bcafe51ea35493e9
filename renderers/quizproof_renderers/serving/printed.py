"""What runs have printed so far, while they go on; and the end of a run that nobody wants any longer.

A runner gives an outcome when its run has ended. Until then a run prints into memory of its zygote, which
`/proc/<zygote>/fd` shows as `memfd:stdout`. A part before the learner's program writes a mark there, which tells
the memory of a run from that of others, and makes `print` give away each line when it is complete.

Only descriptors of zygotes are opened, and none of runs, which could have given their own any name. A run is found by
the memory that it prints into: it is the child of a zygote that has this memory open, or whose children have.
"""

from __future__ import annotations

import codecs
import contextlib
import os
import re
import secrets
import signal
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from quizproof.claims import OURS, Part, Program
from quizproof.outcome import Outcome

_MEMORY = "/memfd:stdout (deleted)"
_CHUNK = 1 << 16
"""Bytes that are read with one look."""


@dataclass
class Printed:
    """What one run has printed since its learner's program began."""

    max_bytes: int
    mark: bytes = field(default_factory=lambda: f"quizproof-{secrets.token_hex(16)}\n".encode())
    _memory: int | None = None
    _at: int = 0
    _decoder: codecs.IncrementalDecoder = field(
        default_factory=lambda: codecs.getincrementaldecoder("utf-8")("backslashreplace")
    )

    def marking(self, program: Program) -> Program:
        """A program that leaves the mark before its part "answer" begins.

        It binds no name. Processes that import the program as a script, as those of `multiprocessing` do, leave none.
        """
        write = f'__import__("os").write(1, {self.mark!r})'
        by_line = 'getattr(__import__("sys").stdout, "reconfigure", lambda **_: None)(line_buffering=True)'
        part = Part("setup", f'__name__ == "__main__" and ({write}, {by_line})', OURS)
        place = next(index for index, each in enumerate(program.parts) if each.role == "answer")
        return replace(program, parts=(*program.parts[:place], part, *program.parts[place:]))

    def unmarking(self, program: Program, outcome: Outcome) -> Outcome:
        """The outcome of a program that was run as `marking` gives it, as if it had been run without the mark.

        program  without the mark
        """
        place = next(index for index, each in enumerate(program.parts) if each.role == "answer")
        line = program.starts()[place]  # where the mark was, which has moved everything from there on by a line
        raised = outcome.raised
        if raised is not None:
            if raised.part == place:
                return Outcome("fault", detail=str(raised))
            frames = tuple(replace(frame, line=_before(frame.line, line)) for frame in raised.frames)
            message = raised.message
            if outcome.status == "syntax":  # the parser puts line numbers into its words
                message = re.sub(r"\bon line (\d+)", lambda m: f"on line {_before(int(m[1]), line)}", message)
            raised = replace(raised, part=raised.part - (raised.part > place), frames=frames, message=message)
        return replace(outcome, parts=(*outcome.parts[:place], *outcome.parts[place + 1 :]), raised=raised)

    def more(self, level: str) -> str:
        """What it has printed since the last look; empty while its memory is not found.

        level  of the sandbox that it runs in
        """
        if self._memory is None and not self._find(level):
            return ""
        assert self._memory is not None
        room = min(_CHUNK, self.max_bytes - self._at)
        data = os.pread(self._memory, room, self._at) if room > 0 else b""
        self._at += len(data)
        return self._decoder.decode(data)

    def end_run(self, level: str) -> None:
        """Kill the run, as soon as its memory is found. What it has started dies with it, as after its limit of time.

        A program that has closed all that it was given is not found; then its limit of time ends it.
        """
        if self._memory is None and not self._find(level):
            return
        assert self._memory is not None
        own = os.fstat(self._memory)
        for zygote in _zygotes(level):
            for run in _children(zygote):
                if any(_has_open(process, own) for process in (run, *_below(run))):
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(run, signal.SIGKILL)

    def close(self) -> None:
        """Let go of its memory."""
        if self._memory is not None:
            os.close(self._memory)
            self._memory = None

    def _find(self, level: str) -> bool:
        for memory in _memories(level):
            at = os.pread(memory, self.max_bytes, 0).find(self.mark)
            if at >= 0:
                self._memory, self._at = memory, at + len(self.mark)
                return True
            os.close(memory)
        return False


def _before(line: int, mark: int) -> int:
    """A line as it is counted without the line of the mark."""
    return line - 1 if line > mark else line


def _memories(level: str) -> Iterator[int]:
    """Descriptors, which the caller closes, of what the runs of all our zygotes print into."""
    for zygote in _zygotes(level):
        with contextlib.suppress(OSError):
            for descriptor in Path(f"/proc/{zygote}/fd").iterdir():
                with contextlib.suppress(OSError):
                    if str(descriptor.readlink()) == _MEMORY:
                        yield os.open(descriptor, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)


def _zygotes(level: str) -> Iterator[int]:
    """Our zygotes: our children; at level `namespaces` the children of these, which lend them folders."""
    children = _children(os.getpid())
    return (zygote for child in children for zygote in _children(child)) if level == "namespaces" else children


def _has_open(process: int, memory: os.stat_result) -> bool:
    """Whether a process has this memory open."""
    with contextlib.suppress(OSError):
        for descriptor in Path(f"/proc/{process}/fd").iterdir():
            with contextlib.suppress(OSError):
                if os.path.samestat(descriptor.stat(), memory):
                    return True
    return False


def _below(process: int) -> Iterator[int]:
    """All that a process has started."""
    for child in _children(process):
        yield child
        yield from _below(child)


def _children(process: int) -> Iterator[int]:
    # Each thread has those that it has started.
    for listed in Path(f"/proc/{process}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            yield from map(int, listed.read_text().split())
