"""Connection: our client of a Dask scheduler, and whether the cluster is still there."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import queue
import re
import time
import warnings
from collections.abc import Iterable, Sequence
from concurrent.futures import Future as Watch
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import quizproof
from quizproof.errors import CannotVerify, UsageError
from quizproof.runners.dask import worker
from quizproof.runners.dask.agreement import agree, listed, one_line
from quizproof.runners.dask.machine import MACHINE, Machine
from quizproof.store.fingerprints import carrying

_CONNECT_SECONDS = 10
_PROBE_SECONDS = 120
"""How long workers may take to say what they are: each imports the engine and tries out its sandbox."""
_ANSWER_SECONDS = 10
"""How long the scheduler may take to answer."""
_WORKERS_SECONDS = 60
"""How long a cluster may be without any worker."""
_CHECK_SECONDS = 3
"""How often the scheduler is asked for its workers."""
_POLL_SECONDS = 0.2
"""How often it is asked for its first worker."""
_UNKNOWN = re.compile(r"\b(ModuleNotFound|Import|Attribute)Error\b")
"""What a worker raises that does not know our modules. Dask may report it as an exception of another type."""
_LOGGERS = ("distributed", "distributed.client", "tornado", "tornado.application", "asyncio")


class Sent(NamedTuple):
    """A batch that was sent."""

    future: Any
    watch: Watch[None]
    """Our own task that waits for the future."""


class Landed(NamedTuple):
    """A batch that came back."""

    number: int
    text: str
    """The answer; empty when there is an error instead."""
    error: BaseException | None


class Connection:
    """A client of the scheduler at an address.

    Everything that knows Dask is here and in `worker`. Answers come to `landed` from the client's own thread; all else
    is for one thread.
    """

    def __init__(self, address: str) -> None:
        """Connect, and wait for a first worker.

        address  where the scheduler listens, for example "tcp://127.0.0.1:8786"

        Raises UsageError when it is not an address or Dask is not installed, and CannotVerify when nothing answers or
        there is no worker.
        """
        self.address = address
        self.landed: queue.SimpleQueue[Landed] = queue.SimpleQueue()
        """What came back, in the order in which it did; filled by the client's own thread."""
        self._log_levels: dict[str, int] = {}
        try:
            self._client = self._connect()
        except BaseException:
            self._restore_logs()
            raise
        try:
            self.threads = self._await_workers()
            """How many runs each worker carries out at once, by its address."""
        except BaseException:
            self.close([], "")
            raise
        self._checked = self._answered = self._manned = time.monotonic()

    def _connect(self) -> Any:
        try:
            # Only here, because Dask is an extra that most users do without.
            import distributed
        except ImportError:
            raise UsageError('`--dask` needs Dask; pip install "quizproof[dask]"') from None
        self._log_levels = _quiet()
        try:
            # A client whose constructor fails cannot be closed properly, so we first see whether it would.
            with ThreadPoolExecutor(1) as executor:
                executor.submit(asyncio.run, _reach(self.address)).result()
            # It warns that its versions differ here and there; we compare what matters.
            with warnings.catch_warnings(action="ignore"):
                client: Any = distributed.Client
                return client(self.address, timeout=_CONNECT_SECONDS, set_as_default=False, name="quizproof")
        except (OSError, TimeoutError) as error:
            why = f": {one_line(error.__cause__)}" if error.__cause__ else f" within {_CONNECT_SECONDS} seconds"
            raise CannotVerify(f"no Dask scheduler answers at {self.address}{why}") from None
        except (ValueError, TypeError) as error:
            raise UsageError(f"{self.address!r} is not an address of a Dask scheduler: {one_line(error)}") from None
        except ImportError as error:
            raise CannotVerify(f"the cluster at {self.address} cannot be used: {one_line(error)}") from None

    def _await_workers(self) -> dict[str, int]:
        latest = time.monotonic() + _CONNECT_SECONDS
        while True:
            try:
                threads: dict[str, int] = self._client.nthreads(callback_timeout=_ANSWER_SECONDS)
            except Exception as error:
                raise CannotVerify(f"the Dask scheduler at {self.address} does not answer: {one_line(error)}") from None
            if threads:
                return threads
            if time.monotonic() > latest:
                raise CannotVerify(f"the cluster at {self.address} has no worker")
            time.sleep(_POLL_SECONDS)  # workers register one by one after the scheduler has started

    @property
    def running(self) -> bool:
        """Whether the scheduler can be reached; it may be reached again later."""
        return bool(self._client.status == "running")

    def machines(self) -> dict[str, Machine]:
        """What each worker is, by its address.

        Raises UsageError when they differ, or have no quizproof, and CannotVerify when they do not answer.
        """
        try:
            answers = self._client.run(worker.this_machine_json, on_error="return", callback_timeout=_PROBE_SECONDS)
        except Exception as error:
            if not self.running or isinstance(error, OSError):  # a lost connection is one
                raise CannotVerify(f"the Dask scheduler at {self.address} is gone") from None
            raise CannotVerify(f"the workers at {self.address} do not answer: {one_line(error)}") from None
        failed = {name: answer for name, answer in answers.items() if not isinstance(answer, str)}
        lacking = [name for name, error in failed.items() if _UNKNOWN.search(f"{type(error).__name__} {error}")]
        if lacking:
            have = "have" if len(lacking) > 1 else "has"
            raise UsageError(f"{listed(lacking)} {have} no quizproof, or another version than {quizproof.__version__}")
        if failed or not answers:
            name, why = next(iter(failed.items()), ("no worker", ""))
            raise CannotVerify(f"{name} cannot say what it is: {one_line(why)}")
        machines = {name: _machine(name, answer) for name, answer in answers.items()}
        # We only judge outcomes, so our Python and our packages may differ.
        ours = {"quizproof": quizproof.__version__, "code": carrying()}
        agree({"this machine": ours, **machines})
        agree(machines)
        return machines

    def send(self, number: int, order: str, key: str, workers: Sequence[str]) -> Sent:
        """Have a worker carry out an order; the answer comes to `landed` under this number.

        number   what tells this batch from others
        order    an `Order` as JSON text
        key      the name of the task on the cluster, where it must be the only one of its name
        workers  those to prefer, by address; any when empty

        Returns what `close` needs to end it.
        """
        future = self._client.submit(
            worker.work,
            order,
            key=key,
            pure=False,
            workers=list(workers) or None,
            # A preference, not a condition: a worker that died would never take it.
            allow_other_workers=bool(workers),
        )
        loop = self._client.loop.asyncio_loop
        return Sent(future, asyncio.run_coroutine_threadsafe(self._watch(number, future), loop))

    async def _watch(self, number: int, future: Any) -> None:
        """Wait, in the client's own thread, for the answer to a batch."""
        text = ""
        error: BaseException | None = None
        try:
            text = await self._client.gather(future, asynchronous=True)
        # CancelledError is no Exception, and an error that is raised here would be lost in the other thread.
        except (Exception, asyncio.CancelledError) as caught:
            error = caught
        self.landed.put(Landed(number, text, error))

    def check(self) -> None:
        """See which workers there are, if the last time was a while ago: call it as often as you like.

        Raises CannotVerify when the scheduler is gone or does not answer, or when there was no worker for a minute.
        """
        now = time.monotonic()
        if self._client.status == "closed":
            raise CannotVerify(f"the Dask scheduler at {self.address} is gone")
        if now - self._checked < _CHECK_SECONDS:
            return
        self._checked = now
        try:
            self.threads = self._client.nthreads(callback_timeout=_ANSWER_SECONDS)
            self._answered = time.monotonic()
            if self.threads:
                self._manned = self._answered
        except Exception:
            # A scheduler that is busy may miss one question.
            if time.monotonic() - self._answered > 2 * _ANSWER_SECONDS:
                raise CannotVerify(f"the Dask scheduler at {self.address} does not answer any more") from None
            return
        if now - self._manned > _WORKERS_SECONDS:
            raise CannotVerify(f"the cluster at {self.address} lost all its workers")

    def close(self, sent: Iterable[Sent], session: str) -> None:
        """End the batches of a session that have not come back, and leave the cluster. Raises nothing of Dask's.

        sent     those batches
        session  what their orders have in common
        """
        client, open_ = self._client, list(sent)
        try:
            if open_ and client.status == "running":
                with contextlib.suppress(Exception):
                    client.cancel([each.future for each in open_], force=True)
                with contextlib.suppress(Exception):  # a worker that has begun does not notice that it was cancelled
                    client.run(worker.stop, session, on_error="ignore", callback_timeout=_ANSWER_SECONDS)
            for each in open_:
                each.watch.cancel()
            with contextlib.suppress(Exception):
                client.close(timeout=_ANSWER_SECONDS)
        finally:
            self._restore_logs()

    def _restore_logs(self) -> None:
        for name, level in self._log_levels.items():
            logging.getLogger(name).setLevel(level)


def _machine(name: str, answer: str) -> Machine:
    """What a worker says that it is. Raises UsageError when it says anything else."""
    try:
        machine: Machine = json.loads(answer)
    except (ValueError, RecursionError):
        raise UsageError(f"{name} does not say what it is in JSON; is the same quizproof on all workers?") from None
    if wrong := MACHINE(machine):
        raise UsageError(f"{name} does not say what it is:{wrong}; is the same quizproof on all workers?")
    return machine


async def _reach(address: str) -> None:
    """Raises OSError or ValueError when there is no Dask to talk to."""
    from distributed.comm import core
    from distributed.security import Security

    comms: Any = core
    options: Any = Security
    comm = await comms.connect(address, timeout=_CONNECT_SECONDS, **options().get_connection_args("client"))
    await comm.close()


def _quiet() -> dict[str, int]:
    """Silence what Dask logs about lost connections, which we report ourselves; the levels as they were."""
    levels = {name: logging.getLogger(name).level for name in _LOGGERS}
    for name in _LOGGERS:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    return levels
