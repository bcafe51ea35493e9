"""The server: one loop that answers requests, until Ctrl-C ends it or the site cannot be rendered any longer."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from types import FrameType
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from quizproof_renderers.serving.app import State, application

HEAD_SECONDS = 10.0
"""How long a request may take until its head has arrived."""
MAX_CONNECTIONS = 256
_LATE = b"The request did not arrive in time."
_ANSWER = (
    b"HTTP/1.1 408 Request Timeout\r\ncontent-type: text/plain\r\nconnection: close\r\ncontent-length: %d\r\n\r\n%s"
)


class PatientProtocol(H11Protocol):
    """HTTP as uvicorn speaks it, but for clients that never come to the end of what they ask."""

    _late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Somebody has connected, and is to ask for something."""
        super().connection_made(transport)
        self._await_head()

    def data_received(self, data: bytes) -> None:
        """A piece of a request has arrived."""
        super().data_received(data)
        if self.cycle is not None and not self.cycle.response_complete:
            self._stop_awaiting()
        elif self._late is None:  # of the next one
            self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection has ended."""
        self._stop_awaiting()
        super().connection_lost(exc)

    def _await_head(self) -> None:
        self._late = self.loop.call_later(HEAD_SECONDS, self._give_up)

    def _stop_awaiting(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def _give_up(self) -> None:
        self._late = None
        if not self.transport.is_closing() and (self.cycle is None or self.cycle.response_complete):
            self.transport.write(_ANSWER % (len(_LATE), _LATE))
            self.transport.close()


class Server(uvicorn.Server):
    """Answers requests on one socket. Ends at SIGINT and SIGTERM, which are raised again once it has."""

    def __init__(self, state: State) -> None:
        """Nothing is answered yet. `state`: what is shown."""
        config = uvicorn.Config(
            application(state),
            loop="asyncio",
            http=PatientProtocol,
            ws="none",
            lifespan="off",
            log_config=None,
            log_level="critical",
            access_log=False,
            proxy_headers=False,
            server_header=False,
            limit_concurrency=MAX_CONNECTIONS,
            timeout_graceful_shutdown=2,
        )
        super().__init__(config)
        self._state = state
        self._loop: asyncio.AbstractEventLoop | None = None

    def serve_on(self, listener: socket.socket, ready: Callable[[], None]) -> None:
        """Answer requests until a signal comes, or `stop` is called.

        listener  a socket that listens
        ready     called once, in the loop, before the first request is answered
        """

        async def serve() -> None:
            self._loop = asyncio.get_running_loop()
            ready()
            await self.serve(sockets=[listener])

        asyncio.run(serve())

    def tell(self, what: Callable[..., Any], *arguments: Any) -> None:
        """Have something called in the loop, from another thread. Nothing happens where there is no loop any longer."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(what, *arguments)

    def stop(self) -> None:
        """Come to the end, from any thread."""
        self.should_exit = True
        self.tell(self._state.end)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """A signal has come."""
        super().handle_exit(sig, frame)
        self.tell(self._state.end)
