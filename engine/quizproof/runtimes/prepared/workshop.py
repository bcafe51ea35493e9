"""Workshops: the folder `prepared` of a step's run, which it may write to, and out of which its files are taken.

The run's process opens its scratch folder before it is closed off, and sends the descriptor to the zygote. At level
`namespaces` nothing else keeps the folder, which is a file system of the run alone, beyond the run's end.
"""

from __future__ import annotations

import contextlib
import os
import socket

from quizproof.outcome import OutcomeData
from quizproof.runtimes.prepared.archive import archived
from quizproof.runtimes.prepared.contents import FOLDER

_OPEN_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC


class Workshop:
    """The folder of one run, from before its fork to its end."""

    def __init__(self, earlier: int | None) -> None:
        """In the zygote, before the fork.

        earlier  a descriptor of the folder with the files of earlier steps; None when there are none
        """
        self._earlier = earlier
        self._ours, self._theirs = socket.socketpair()

    def begin(self) -> None:
        """In the run's process, in its scratch folder, before it is closed off: make the folder. Raises OSError."""
        os.mkdir(FOLDER, 0o700)
        if self._earlier is not None:
            _copy(self._earlier, FOLDER)
        scratch = os.open(".", _OPEN_FOLDER)
        socket.send_fds(self._theirs, [b"."], [scratch])
        os.close(scratch)

    def take(self, outcome: OutcomeData) -> int | None:
        """In the zygote, when the run has ended: a descriptor of the archive of its files, which the caller closes.

        outcome  of the run; the value of its last part becomes the archive's `Listing`

        None for a run that did not come to its end. Raises OSError when there is no memory.
        """
        if outcome["status"] != "finished":
            return None
        _, descriptors, _, _ = socket.recv_fds(self._ours, 1, 1, socket.MSG_DONTWAIT | socket.MSG_CMSG_CLOEXEC)
        if not descriptors:
            raise OSError(0, "the folder of the run is out of reach")
        try:
            outcome["parts"][-1]["value"], archive = archived(descriptors[0])
        finally:
            for descriptor in descriptors:
                os.close(descriptor)
        return archive

    def close(self) -> None:
        """In the zygote, at the end."""
        self._ours.close()
        self._theirs.close()


def _copy(source: int, target: str) -> None:
    """Copy what is in a folder of ours into another one. Raises OSError.

    source  a descriptor, with which files can at least be opened below it
    """
    for folder, folders, files, inside in os.fwalk(".", dir_fd=source):
        place = f"{target}/{folder}"
        for name in folders:
            os.mkdir(f"{place}/{name}", 0o700)
        for name in files:
            file = os.open(name, os.O_RDONLY | os.O_CLOEXEC, dir_fd=inside)
            copy = os.open(f"{place}/{name}", os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                while os.sendfile(copy, file, None, 1 << 30):
                    pass
            finally:
                os.close(file)
                os.close(copy)


def send_with(control: socket.socket, message: bytes, descriptor: int | None) -> None:
    """Send a message as a whole, and with it a descriptor, which is closed here. Raises OSError."""
    sent = 0
    if descriptor is not None:
        with contextlib.closing(os.fdopen(descriptor, "rb", buffering=0)):
            sent = socket.send_fds(control, [message], [descriptor])
    control.sendall(message[sent:])
