"""A run as its zygote sees it: a child that has not been reaped, and the outcome that its end gives."""

from __future__ import annotations

import os
import resource
import signal
import time
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from quizproof.outcome import ASKED_FOR_NETWORK, TAMPERED, Outcome, OutcomeData, PartData
from quizproof.runtimes import reply
from quizproof.runtimes.examined import Examined
from quizproof.runtimes.limits.amounts import MAX_FILES, MAX_FILES_SIZE, cpu_seconds
from quizproof.runtimes.prepared.workshop import Workshop
from quizproof.runtimes.wire import RequestLimits

_ENDLESS_BYTES = 300
"""Of the output of a program that never ends, which are kept: enough to show how it begins."""
_LIMIT_REACHED = {
    "time": "it ran longer than {seconds:g} s",
    "cpu": "it used more than {cpu:g} s of processor time",
    "memory": "it needed more than {memory_mib} MiB of memory",
    "output": "it printed more than {output_kib} KiB",
    "file": "it wrote a file of more than {file_mib} MiB",
    "files": f"its files were more than {{files_mib}} MiB together, or more than {MAX_FILES:,}",
    "network": ASKED_FOR_NETWORK,
    "processes": "it started more than {processes} processes",
}
"""By the names of limits, as they are used in this package; what readers get instead."""


class Used(NamedTuple):
    """What a process has used."""

    cpu: float
    """Seconds of processor time."""
    peak: int
    """The most memory that it ever had, in KiB."""

    @classmethod
    def of(cls, usage: resource.struct_rusage) -> Used:
        """As `os.wait4` gives it. On Linux the unit of ru_maxrss is KiB."""
        return cls(usage.ru_utime + usage.ru_stime, usage.ru_maxrss)

    def plus(self, later: Used) -> Used:
        """What one process used that did all of this before and then what another did after it was forked."""
        return Used(self.cpu + later.cpu, max(self.peak, later.peak))


@dataclass
class Run:
    """A child that has not been reaped yet."""

    id: int
    limits: RequestLimits
    count: int
    """How many parts the program has."""
    reply: reply.Memory
    """What the child states about its end."""
    out: int
    """A descriptor of all that it printed, on standard output."""
    err: int
    scratch: str
    started: float
    endless: bool
    """Whether its author says that it never ends."""
    is_trunk: bool = False
    """Whether it is no program, but what several begin with: see `sharing.tree`."""
    stopped: str = ""
    """The name of the limit for which we killed it."""
    workshop: Workshop | None = None
    """Of a step: where its files are taken out."""
    times: list[float] = field(default_factory=list, init=False)
    """How long each part took, in seconds, as far as it is known; once there is an outcome."""
    branch: Run | None = field(default=None, init=False)
    """The branch that goes on, of a trunk."""
    deadline: float = field(init=False)
    """When it is killed; of a trunk, when its branch is over its time."""

    def __post_init__(self) -> None:
        self.deadline = self.started + self.limits["seconds"]

    @property
    def printed(self) -> int:
        """Bytes on standard output or standard error, whichever has more."""
        return max(os.fstat(self.out).st_size, os.fstat(self.err).st_size)

    def has_printed_too_much(self) -> bool:
        """Whether it is to be stopped for it. What never ends may print for as long as it goes on."""
        max_bytes = self.limits["output_kib"] * 1024
        if self.printed <= max_bytes:
            return False
        if self.endless:
            for descriptor in (self.out, self.err):
                # The position is that of the run, too: it goes on from there.
                if os.fstat(descriptor).st_size > max_bytes:
                    os.ftruncate(descriptor, max_bytes)
                    os.lseek(descriptor, max_bytes, os.SEEK_SET)
        return not self.endless

    def close(self) -> None:
        """Let go of its memory and its output."""
        self.reply.close()
        self.close_output()

    def close_output(self) -> None:
        """Let go of its output, where its memory is that of its tree."""
        os.close(self.out)
        os.close(self.err)
        if self.workshop:
            self.workshop.close()

    def outcome(self, status: int, used: Used) -> OutcomeData:
        """The outcome of the run, which has ended, as JSON data.

        status  how it ended, as `os.wait4` gives it
        used    what it used

        What the process states is believed only where nothing contradicts it. In this order: too much output, a limit
        for which we killed it, a signal by which the kernel reports a limit, and last its own statement.
        """
        stated = self._stated()
        parts: list[dict[str, Any]] = stated["parts"]  # checked by `reply.read`
        self.times = [part["seconds"] for part in parts]
        raised = stated.get("raised")
        ending, limit, detail = stated["status"], "", stated.get("detail", "")
        max_bytes = self.limits["output_kib"] * 1024
        # The examination comes when all is stated, and what ends it says nothing about the program.
        examined = reply.examined(self.reply.statement, self.count)
        if ending == "running":  # it ended within the part that comes after these
            unknown: dict[str, Any] = {"out": -1, "err": -1, "assertions": 0, "value": None, "dtype": "", "warned": []}
            parts.append({**unknown, "seconds": 0.0})
        if self.endless and self.stopped == "time":
            ending, max_bytes = "endless", _ENDLESS_BYTES
            detail = _LIMIT_REACHED["time"].format(**self.limits)
        elif self.printed > max_bytes and not self.endless:
            ending, limit, raised = "limit", "output", None
            # Those after the part that printed too much did not happen, as far as readers can know.
            del parts[1 + sum(max(part["out"], part["err"]) <= max_bytes for part in parts[:-1]) :]
        elif self.stopped and not (ending == "finished" and examined is not None):
            ending, limit = "limit", self.stopped
        elif ending == "running":
            ending, limit, detail = self._death(status, used)
        elif ending == "limit":
            limit = detail
        return {
            "status": ending,
            "parts": self._printed_by_part(parts, max_bytes, examined if ending == "finished" else None),
            "raised": raised,
            "detail": self._limit_reached(limit) if limit else detail,
            # From before the fork, so that what a limit of time counts is what is reported.
            "seconds": round(time.monotonic() - self.started, 6),
            "peak_mib": round(used.peak / 1024, 1),
            "drew": bool(stated.get("drew")),
        }

    def waited(self, used: Used) -> bool:
        """Whether it was stopped for its time, most of which it had no processor.

        Most such programs wait for something. But where a machine is busy, or stands still for a while, it may be the
        machine that could not go on.
        """
        return self.stopped == "time" and not self.endless and used.cpu < self.limits["seconds"] / 2

    def _stated(self) -> dict[str, Any]:
        if not self.reply.has_begun:  # it never got as far as the snippet
            return {"status": "fault", "parts": []}
        return reply.read(self.reply.statement, self.count) or {"status": "died", "parts": [], "detail": TAMPERED}

    def _death(self, status: int, used: Used) -> tuple[str, str, str]:
        """Status, limit and detail of a run that ended by itself, but without stating so."""
        code = os.waitstatus_to_exitcode(status)
        # A run that ignores SIGXCPU is killed a moment later.
        if -code == signal.SIGXCPU or (-code == signal.SIGKILL and used.cpu >= cpu_seconds(self.limits)):
            return "limit", "cpu", ""
        # Python ignores this signal and raises OSError; a program that has restored it dies of it.
        if -code == signal.SIGXFSZ:
            return "limit", "file", ""
        return "died", "", _cause(code)

    def _limit_reached(self, name: str) -> str:
        return _LIMIT_REACHED[name].format(
            **self.limits,
            cpu=cpu_seconds(self.limits),
            files_mib=MAX_FILES_SIZE * self.limits["file_mib"],
        )

    def _printed_by_part(
        self, parts: list[dict[str, Any]], max_bytes: int, examined: list[Examined] | None
    ) -> list[PartData]:
        """The parts with their output, in place of the positions at which it ends."""
        texts: dict[str, list[str]] = {}
        for name, descriptor in (("out", self.out), ("err", self.err)):
            # From the start whatever the position is, and no more than the limit, however much was printed.
            content = os.pread(descriptor, max_bytes, 0)
            start = 0
            for part in parts:
                end = part[name] if part[name] >= start else len(content)  # the snippet closed or cut its output
                texts.setdefault(name, []).append(content[start:end].decode("utf-8", "backslashreplace"))
                start = end
        nothing: Examined = {"weak": [], "tried": 0, "noticed": 0, "missed": ""}
        return [
            {
                "stdout": out,
                "stderr": err,
                "assertions": part["assertions"],
                "value": part["value"],
                "dtype": part["dtype"],
                "warned": part["warned"],
                **found,
            }
            for part, out, err, found in zip(
                parts,
                texts.get("out", ()),
                texts.get("err", ()),
                examined or [nothing] * len(parts),
                strict=True,
            )
        ]


class Ended(NamedTuple):
    """A run whose process has been reaped."""

    run: Run
    status: int
    """How it ended, as `os.wait4` gives it."""
    used: Used


def lost(error: OSError) -> OutcomeData:
    """The outcome of a run that could not be started, because no process, descriptor or memory was left.

    error  what the system said; its text becomes the detail

    Its status is "fault", which says nothing about the snippet and is never kept.
    """
    return Outcome("fault", detail=str(error)).to_json()


def _cause(code: int) -> str:
    if code >= 0:
        return f"it left with exit status {code} before its end"
    try:
        return f"it was killed by {signal.Signals(-code).name}"
    # Real-time signals have no names.
    except ValueError:
        return f"it was killed by signal {-code}"
