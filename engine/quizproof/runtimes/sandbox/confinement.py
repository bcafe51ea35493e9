"""Confinement: where a run lives at each sandbox level, from the zygote's fork to its end.

The zygote calls, for each run and in this order: `open_folder` for each folder that it may read, `prepare`, `fork` (in
the child: `enter`), and when the run has ended `end` and `clear`.
"""

from __future__ import annotations

import os
import socket
import tempfile

from quizproof.runtimes.limits.amounts import MAX_FILES, MAX_FILES_SIZE
from quizproof.runtimes.prepared.placed import Placed
from quizproof.runtimes.sandbox import namespaces
from quizproof.runtimes.sandbox.folders import SCRATCH, open_folder, readable
from quizproof.runtimes.sandbox.keyring import leave_keyring
from quizproof.runtimes.sandbox.landlock import Landlock, landlock_filter
from quizproof.runtimes.sandbox.levels import Level
from quizproof.runtimes.sandbox.removal import remove
from quizproof.runtimes.sandbox.seccomp import Filter
from quizproof.runtimes.sandbox.system_calls import drop_privileges, inherit_orphans
from quizproof.runtimes.wire import RequestLimits


class Confinement:
    """Where a run lives, and how it is closed off there. This is the one for `none`: just a folder.

    The module lists its methods in the order in which the zygote calls them.
    """

    is_bounded = False
    """Whether the kernel keeps the scratch folder from growing beyond what a run may take."""

    def __init__(self, root: str, lender: socket.socket | None) -> None:
        """Created once, by the zygote, for all of its runs.

        root    the folder of all scratch folders
        lender  the socket that `enter_namespaces` returned; None at the other levels
        """
        self.root = root
        self.lender = lender

    def prepare(self, run: int) -> str:
        """In the zygote, before the fork: the path of the scratch folder of a run, which is empty.

        run  the number of the request
        """
        scratch = f"{self.root}/{run}"
        os.mkdir(scratch, 0o700)
        return scratch

    def open_folder(self, folder: str) -> int:
        """In the zygote, before the fork: a descriptor of a folder that a run may read, which the caller closes.

        folder  an absolute path

        Raises OSError when it is not a folder.
        """
        return open_folder(folder)

    def fork(self) -> int:
        """Fork as `os.fork` does: 0 in the child, the child's process id in the zygote.

        Raises OSError when there can be no other process.
        """
        return os.fork()

    def enter(self, scratch: str, limits: RequestLimits, placed: Placed) -> None:
        """In the child: close it off, and go to the scratch folder, with what is placed in it.

        scratch  what `prepare` returned
        limits   those of the run; a file system in memory is as large as its files may become
        placed   made of what `open_folder` returned

        Raises OSError.
        """
        leave_keyring()  # at the other levels, no run can use the one that it shares with others
        self._go(scratch, placed)

    def _go(self, scratch: str, placed: Placed) -> None:
        self._adopt()
        os.environ["HOME"] = os.environ["TMPDIR"] = tempfile.tempdir = scratch  # the last was set at warm-up
        os.chdir(scratch)
        for name, descriptor in placed.views.items():
            self._place(descriptor, name)
        if placed.workshop:
            placed.workshop.begin()

    def _adopt(self) -> None:
        """Let what the run starts descend from it for as long as it lives, whatever session that moves to."""
        inherit_orphans()

    def _place(self, folder: int, name: str) -> None:
        os.symlink(os.readlink(f"/proc/self/fd/{folder}"), name)

    def owners(self, run: int) -> tuple[int, ...]:
        """The processes that inherit what a run leaves behind, while it goes on."""
        return (run,)

    def end(self, run: int) -> int | None:
        """In the zygote, when the run has ended: let the kernel end what it left behind.

        Returns the child of the zygote whose end shows that all of that has ended; None when nothing has to end first.
        """
        return None

    def is_alone(self, run: int) -> bool:
        """In the zygote: whether nothing that a run has started was left to a process of ours, as far as is known."""
        return True

    def is_ours(self, process: int) -> bool:
        """Whether a child of the zygote, which is no run, is one that it needs itself."""
        return False

    def clear(self, scratch: str) -> None:
        """In the zygote, when no process is left there: delete the scratch folder."""
        try:
            # Most runs leave it empty, and then one system call is enough.
            os.rmdir(scratch)
        except OSError:
            remove(scratch)


class LandlockConfinement(Confinement):
    """The kernel refuses what is outside the interpreter and the scratch folder."""

    def __init__(self, root: str, lender: socket.socket | None) -> None:
        super().__init__(root, lender)
        self.landlock = Landlock(readable())
        self.filter = landlock_filter(self.landlock.version)

    def enter(self, scratch: str, limits: RequestLimits, placed: Placed) -> None:
        """As `Confinement` does, and then let the kernel refuse everything else."""
        self._go(scratch, placed)
        self.landlock.enter(scratch, tuple(placed.views.values()))
        self.filter.install()


class NamespaceConfinement(Confinement):
    """A run sees nothing but the interpreter, and its scratch folder is memory that goes away with it."""

    is_bounded = True

    def __init__(self, root: str, lender: socket.socket | None) -> None:
        super().__init__(root, lender)
        self.own_namespace = namespaces.open_pid_namespace()
        self.filter = Filter(shares_machine=False)
        self.inits: dict[int, namespaces.Init] = {}

    def prepare(self, run: int) -> str:
        """Every run has a file system of its own there, which `enter` mounts."""
        return SCRATCH

    def open_folder(self, folder: str) -> int:
        """A read-only view of the folder, borrowed from the lender: the zygote itself no longer sees it."""
        assert self.lender is not None, "the zygote is in namespaces"
        return namespaces.borrow(self.lender, folder)

    def fork(self) -> int:
        """Fork into a PID namespace of the run's own, which a new init holds."""
        init = namespaces.Init()
        try:
            pid = init.fork(self.own_namespace)
        except OSError:
            init.end()
            raise
        # In the child the table is a copy that nobody reads.
        if pid:
            self.inits[pid] = init
        return pid

    def enter(self, scratch: str, limits: RequestLimits, placed: Placed) -> None:
        """Mount the run's own file systems, go there, and give up every capability and the calls that it needs not."""
        namespaces.enter_run_namespaces(MAX_FILES_SIZE * limits["file_mib"], MAX_FILES)
        self._go(scratch, placed)
        drop_privileges()  # only now: the mounts above need them
        self.filter.install()

    def _adopt(self) -> None:
        """Nothing to do: the init of its namespace inherits, as that of a machine does."""

    def _place(self, folder: int, name: str) -> None:
        os.mkdir(name)
        namespaces.attach(folder, name)

    def owners(self, run: int) -> tuple[int, ...]:
        """The run, and its init: as number 1 of its namespace, it inherits what loses its parent."""
        return run, self.inits[run].pid

    def end(self, run: int) -> int | None:
        """Kill the init, and with it all that the run left behind."""
        init = self.inits.pop(run)
        was_alone = init.is_alone()
        init.end()
        # The kernel reports the end of an init only after that of all others in its namespace. Without others, it need
        # not be waited for.
        return None if was_alone else init.pid

    def is_alone(self, run: int) -> bool:
        """Whether its init has inherited no process."""
        return self.inits[run].is_alone()

    def is_ours(self, process: int) -> bool:
        """Whether it is the init of a run."""
        return any(init.pid == process for init in self.inits.values())

    def clear(self, scratch: str) -> None:
        """Nothing to do: the folder went away with its namespace."""


CONFINEMENTS: dict[Level, type[Confinement]] = {
    "namespaces": NamespaceConfinement,
    "landlock": LandlockConfinement,
    "none": Confinement,
}
