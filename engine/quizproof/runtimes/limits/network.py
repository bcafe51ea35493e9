"""The network: whether a program asked for one, even if it caught the exception that told it that there is none."""

from __future__ import annotations

import socket
import sys
from typing import Any

_HOST = {"socket.getaddrinfo": 0, "socket.gethostbyname": 0, "socket.connect": 1, "socket.sendto": 1}
"""Of events of Python's audit, which argument names the host; of the last two it is an address."""
_HERE = ("localhost", "127.", "::1", "0.0.0.0", "::")
"""How the names of this machine begin, which programs may talk to."""


class Network:
    """Watches what a run asks of the network, from now on until its end: hooks of the audit cannot be taken away.

    What a library asks in C, past Python's sockets, is not seen.
    """

    def __init__(self) -> None:
        self._asked = False
        self._own = socket.gethostname()
        sys.addaudithook(self._hear)

    def limit(self) -> str:
        """The name of the limit, "network", if another machine was asked for; empty otherwise."""
        return "network" if self._asked else ""

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event in _HOST and len(arguments) > _HOST[event]:
            host = arguments[_HOST[event]]
            host = host[0] if isinstance(host, tuple) and host else host
            # An address that is a path is of a socket in the file system.
            if isinstance(host, str) and host and "/" not in host and not self._is_here(host):
                self._asked = True

    def _is_here(self, host: str) -> bool:
        return host.startswith(_HERE) or host == self._own
