"""Trees: the zygote's side of trunks and branches; `trunk` describes the messages.

A branch counts only if it came to its end as a program does: whatever else happens to it (a limit, a death, a reply
that cannot be true) is answered with {"alone": why}, and the program is run by itself, which decides.
"""

from __future__ import annotations

import json
import math
import os
import selectors
import socket
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from quizproof import json_forms
from quizproof.json_forms import amount, record, text, whole
from quizproof.runtimes.limits.amounts import cpu_seconds
from quizproof.runtimes.run import Run, Used
from quizproof.runtimes.wire import GONE, Request

_FORMS = {
    "ready": record({"ready": record({"cpu": amount, "peak": whole(0)})}),
    "alone": record({"alone": text}),
    "ended": record(
        {"ended": record({"code": whole(-256), "cpu": amount, "peak": whole(0)}), "still": json_forms.flag}
    ),
}
"""Of the messages of a trunk, by their first key."""
_MAX_MESSAGE = 1 << 12
_CLOSE_SECONDS = 2
"""How long a trunk that is no root may take to end when it is told to."""


@dataclass(eq=False)
class Trunk:
    """A process that has run, or is to run, what several programs begin with."""

    run: Run
    """The process as a run; its id is that of the trunk."""
    root: int
    """The process id of the first trunk of its tree, which is a child of the zygote."""
    channel: socket.socket
    parent: Trunk | None
    used: Used = field(default_factory=lambda: Used(0.0, 0))
    """What a program had used up that ended here."""
    seconds: float = 0.0
    """How long it had run, by the clock."""
    printed: tuple[bytes, bytes] = b"", b""
    ready: bool = False
    answered: bool = False
    """Whether the pool knows what became of it."""
    branch: Run | Trunk | None = None
    """What goes on from here: one at a time."""
    waiting: deque[Request] = field(default_factory=deque)


class Trees:
    """All trunks and branches of a zygote."""

    def __init__(
        self,
        runs: Mapping[int, Run],
        selector: selectors.BaseSelector,
        reply: Callable[[dict[str, Any]], None],
        kill: Callable[[int], None],
        is_alone: Callable[[int], bool],
    ) -> None:
        """`runs`: the children of the zygote, by process id. `is_alone`: whether a run has left no process behind."""
        self._runs = runs
        self._selector = selector
        self._reply = reply
        self._kill = kill
        self._is_alone = is_alone
        self._trunks: dict[int, Trunk] = {}

    def plant(self, run: Run, process: int, channel: socket.socket) -> None:
        """Take in a trunk that is a child of the zygote. `channel`: the zygote's end."""
        self._take_in(Trunk(run, process, channel, None))

    def _take_in(self, trunk: Trunk) -> None:
        trunk.channel.setblocking(False)
        self._trunks[trunk.run.id] = trunk
        self._selector.register(trunk.channel, selectors.EVENT_READ, trunk)

    def branch(self, request: Request) -> None:
        """Let a program go on from its trunk, or answer that it must be run alone."""
        trunk = self._trunks.get(cast("int", request["trunk"]))
        if trunk is None or not trunk.ready or self._runs[trunk.root].stopped:
            self._reply({"id": request["id"], "alone": GONE})
        elif trunk.branch is not None:
            trunk.waiting.append(request)
        else:
            self._fork(trunk, request)

    def close(self, id_: int) -> None:
        """End a trunk, from which no more programs go on."""
        trunk = self._trunks.get(id_)
        if trunk is None:
            return
        if trunk.parent is None:
            self._kill(trunk.root)
        else:
            # Its parent tells of its end.
            trunk.ready = False
            self._close_channel(trunk)
            self._runs[trunk.root].deadline = time.monotonic() + _CLOSE_SECONDS

    def _fork(self, trunk: Trunk, request: Request) -> None:
        root = self._runs[trunk.root]
        root.reply.clear()
        descriptors = [_memfd(json.dumps(request).encode()), *map(_memfd, trunk.printed)]
        ours = None
        if request["shared"]:
            ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            descriptors.append(theirs.detach())
        run = Run(
            request["id"],
            request["limits"],
            len(request["parts"]),
            root.reply,
            descriptors[1],
            descriptors[2],
            "",
            # As if it had begun when a run of its own would have.
            time.monotonic() - trunk.seconds,
            request["endless"],
        )
        try:
            socket.send_fds(trunk.channel, [json.dumps({"shared": request["shared"]}).encode()], descriptors)
        except OSError:  # it has ended, or does not listen
            self._kill(trunk.root)
        for descriptor in (descriptors[0], *descriptors[3:]):
            os.close(descriptor)
        root.deadline, root.branch = run.deadline, run
        if ours is None:
            trunk.branch = run
        else:
            nested = Trunk(run, trunk.root, ours, trunk, trunk.used)
            trunk.branch = nested
            self._take_in(nested)

    def hear(self, trunk: Trunk) -> None:
        """Deal with what a trunk says; with anything that none of ours would say, by killing it."""
        try:
            data = trunk.channel.recv(_MAX_MESSAGE)
            message = json.loads(data) if data else {}
            kind = next(iter(message), "")
            if kind not in _FORMS or _FORMS[kind](message):
                raise ValueError(kind)
        except BlockingIOError:
            return
        except (OSError, ValueError, RecursionError, TypeError):
            # The end of its process comes to the zygote, or to its parent, in another way.
            self._close_channel(trunk)
            if trunk.parent is None or trunk.answered:
                self._kill(trunk.root)
            return
        if kind == "ended":
            self._end_branch(trunk, Used(message["ended"]["cpu"], message["ended"]["peak"]), message)
        elif trunk.answered:
            self._kill(trunk.root)
        elif kind == "alone":
            self._answer(trunk, {"alone": message["alone"][:100]})
        else:
            self._ready(trunk, message["ready"])

    def _ready(self, trunk: Trunk, used: dict[str, Any]) -> None:
        run = trunk.run
        if run.has_printed_too_much():
            self._answer(trunk, {"alone": "output"})
            self._kill(trunk.root)
            return
        trunk.ready = True
        trunk.seconds = time.monotonic() - run.started
        trunk.used = trunk.used.plus(Used(used["cpu"], used["peak"]))
        trunk.printed = os.pread(run.out, run.printed, 0), os.pread(run.err, run.printed, 0)
        root = self._runs[trunk.root]
        root.deadline, root.branch = math.inf, None
        self._answer(trunk, {"shared": round(trunk.seconds, 6)})

    def _answer(self, trunk: Trunk, answer: dict[str, Any]) -> None:
        if not trunk.answered:
            trunk.answered = True
            self._reply({"id": trunk.run.id, **answer})

    def _end_branch(self, trunk: Trunk, used: Used, message: dict[str, Any]) -> None:
        root = self._runs[trunk.root]
        branch, trunk.branch = trunk.branch, None
        root.deadline, root.branch = math.inf, None
        is_still = message["still"] and self._is_alone(trunk.root)
        if isinstance(branch, Trunk):
            self._drop(branch)
        elif branch is not None:
            self._judge(branch, message["ended"]["code"], trunk.used.plus(used))
        if not is_still or branch is None:
            self._kill(trunk.root)
        elif trunk.waiting:
            self._fork(trunk, trunk.waiting.popleft())

    def _judge(self, run: Run, code: int, used: Used) -> None:
        """Answer with the outcome of a branch that came to its end, and within the limits that it had alone."""
        outcome = run.outcome(0, used)
        fits = used.cpu <= cpu_seconds(run.limits) and outcome["seconds"] <= run.limits["seconds"]
        if code == 0 and fits and outcome["status"] in ("finished", "raised"):
            self._reply({"id": run.id, "outcome": outcome, "times": run.times, "waited": False})
        else:
            self._reply({"id": run.id, "alone": outcome["status"]})
        run.close_output()

    def _fail(self, run: Run, stopped: str) -> None:
        """Answer for a branch that ended with its tree."""
        self._reply({"id": run.id, "alone": stopped or "died"})
        run.close_output()

    def _close_channel(self, trunk: Trunk) -> None:
        if trunk.channel.fileno() >= 0:
            self._selector.unregister(trunk.channel)
            trunk.channel.close()

    def _drop(self, trunk: Trunk) -> None:
        """Forget a trunk that has ended, with all that waits for it."""
        self._answer(trunk, {"alone": "an end"})
        self._close_channel(trunk)
        for request in trunk.waiting:
            self._reply({"id": request["id"], "alone": GONE})
        if isinstance(trunk.branch, Run):
            self._fail(trunk.branch, self._runs[trunk.root].stopped)
        if trunk.parent is not None:  # the zygote does it for a child of its own
            trunk.run.close_output()
        del self._trunks[trunk.run.id]

    def end(self, process: int) -> None:
        """A child of the zygote has ended: if it was a trunk, its tree is gone."""
        # Those in it first, so that none is left whose parent is gone.
        ids = [trunk.run.id for trunk in self._trunks.values() if trunk.root == process]
        for id_ in reversed(ids):
            self._drop(self._trunks[id_])
        if ids:
            self._reply({"gone": ids})


def _memfd(content: bytes) -> int:
    """A descriptor of a file in memory, at its end."""
    descriptor = os.memfd_create("quizproof")
    while content:
        content = content[os.write(descriptor, content) :]
    return descriptor
