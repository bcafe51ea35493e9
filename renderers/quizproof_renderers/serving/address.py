"""Addresses: where the server listens, and by which names browsers may call it."""

from __future__ import annotations

import errno
import ipaddress
import socket
from dataclasses import dataclass

from quizproof.errors import UsageError

LOCALHOST = "localhost"


@dataclass(frozen=True)
class Address:
    """Where the server listens."""

    host: str
    """A loopback address: "127.0.0.1" or "::1"."""
    port: int

    @property
    def hosts(self) -> frozenset[str]:
        """What browsers on this machine send as `Host`.

        A page of another site whose name leads to this machine sends that name instead, and is told apart by it.
        """
        names = {self._bracketed, LOCALHOST}
        ports = {f"{name}:{self.port}" for name in names}
        return frozenset(ports | names if self.port == 80 else ports)

    @property
    def url(self) -> str:
        """The address of the first page: "http://127.0.0.1:8000/"."""
        return self.urls[0]

    @property
    def urls(self) -> tuple[str, str]:
        """The addresses of the first page: with its number, and with `localhost`."""
        return f"http://{self._bracketed}:{self.port}/", f"http://{LOCALHOST}:{self.port}/"

    @property
    def _bracketed(self) -> str:
        return f"[{self.host}]" if ":" in self.host else self.host


def loopback(host: str) -> str:
    """The loopback address that a host names.

    host  "127.0.0.1", "::1" or "localhost"

    Raises UsageError for any other: whoever reaches the server can have programs run.
    """
    if host == LOCALHOST:
        return "127.0.0.1"
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        raise UsageError(f"`--host {host}`: not an IP address; the server listens on 127.0.0.1 or ::1 only") from None
    if not address.is_loopback:
        raise UsageError(
            f"`--host {host}`: other machines could reach the server and have programs run on this one; "
            "it listens on 127.0.0.1 or ::1 only"
        )
    return str(address)


def listening(host: str, port: int) -> tuple[socket.socket, Address]:
    """A socket that listens, and its address.

    host  a loopback address, as `loopback` gives it
    port  0 lets the system choose one

    Raises UsageError when the port cannot be had.
    """
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    try:
        # So that it can be started again immediately; on Linux this takes no port from a server that is running.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(128)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            what = f"port {port} is in use; choose another with `--port`, or let the system choose with `--port 0`"
            raise UsageError(what) from None
        raise UsageError(f"{host}, port {port}: {error.strerror}; choose another port with `--port`") from None
    return listener, Address(host, listener.getsockname()[1])
