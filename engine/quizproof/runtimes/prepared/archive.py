"""Archives: all files of a folder `prepared`, one after the other, in memory without a name.

The zygote makes one when a step has ended: only it can see the folder at level `namespaces`, where the folder goes away
with the run. With it goes a `Listing`, by which whoever has the descriptor divides it into files again.
"""

from __future__ import annotations

import errno
import os
import stat
from dataclasses import dataclass, field
from typing import TypeAlias

from quizproof.runtimes.prepared.contents import FOLDER, MAX_DEPTH, MAX_ENTRIES, MAX_MIB, is_sane_name

Listing: TypeAlias = dict[str, int] | str
"""The size of each file in bytes, by its path, in the order of the archive; or what is wrong with the folder, in words:
"`prepared` has more than 128 MiB in it"."""

_OPEN = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC
_MAX_QUOTED = 60


class _Refused(Exception):
    """The folder has something in it that is not kept."""


def archived(scratch: int) -> tuple[Listing, int]:
    """Everything in the folder `prepared` of a run that has ended, as a listing and the descriptor of an archive.

    scratch  a descriptor of its scratch folder

    Of a folder that is refused, the archive is empty. Raises OSError when there is no memory.
    """
    archive = _Archive(os.memfd_create(FOLDER, os.MFD_CLOEXEC))
    try:
        try:
            top = os.open(FOLDER, _OPEN | os.O_DIRECTORY, dir_fd=scratch)
        except OSError:
            raise _Refused(f"`{FOLDER}` is no folder any more") from None
        try:
            if not os.fstat(top).st_mode & stat.S_IRUSR:
                raise _Refused(f"`{FOLDER}` cannot be read: {os.strerror(errno.EACCES)}")
            archive.add(top, "", 1)
        finally:
            os.close(top)
    except _Refused as refused:
        os.ftruncate(archive.descriptor, 0)
        return str(refused), archive.descriptor
    except OSError:
        os.close(archive.descriptor)
        raise
    return archive.sizes, archive.descriptor


@dataclass
class _Archive:
    """An archive that is being made."""

    descriptor: int
    sizes: dict[str, int] = field(default_factory=dict)
    entries: int = 0
    room: int = MAX_MIB << 20
    """How many bytes more it takes."""

    def add(self, folder: int, prefix: str, depth: int) -> None:
        """Add what is in a folder. Raises _Refused for what is not kept.

        folder  a descriptor
        prefix  its path, with a slash after it; empty for `prepared` itself
        depth   the number of folders down to it
        """
        names = []
        with os.scandir(folder) as entries:
            for entry in entries:
                self.entries += 1
                # Counted while they are listed, because there may be millions.
                if self.entries > MAX_ENTRIES:
                    raise _Refused(f"`{FOLDER}` has more than {MAX_ENTRIES:,} files and folders in it")
                names.append(entry.name)
        for name in sorted(names):
            path = prefix + name
            if not is_sane_name(name):
                raise _Refused(
                    f"the name {_quoted(path)} in `{FOLDER}` is too long, or has characters that none should"
                )
            try:
                self._add_entry(folder, name, path, depth)
            except OSError as error:
                raise _Refused(f"{_quoted(path)} in `{FOLDER}` cannot be read: {error.strerror}") from None

    def _add_entry(self, folder: int, name: str, path: str, depth: int) -> None:
        found = os.stat(name, dir_fd=folder, follow_symlinks=False)
        # Root could read it all the same, and so could we at level `namespaces`: what is kept must not depend on that.
        if not found.st_mode & stat.S_IRUSR and not stat.S_ISLNK(found.st_mode):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        if stat.S_ISDIR(found.st_mode):
            if depth == MAX_DEPTH:
                raise _Refused(f"{_quoted(path)} is deeper in `{FOLDER}` than {MAX_DEPTH} folders")
            inner = os.open(name, _OPEN | os.O_DIRECTORY, dir_fd=folder)
            try:
                self.add(inner, path + "/", depth + 1)
            finally:
                os.close(inner)
        elif stat.S_ISREG(found.st_mode):
            # Before it is read: a sparse file is large at no cost.
            if found.st_size > self.room:
                raise _Refused(f"`{FOLDER}` has more than {MAX_MIB} MiB in it")
            # Without O_NONBLOCK a pipe that has taken its place since would let us wait for ever.
            file = os.open(name, _OPEN | os.O_NONBLOCK, dir_fd=folder)
            try:
                self.sizes[path] = self._copy(file, found.st_size)
            finally:
                os.close(file)
        else:
            what = "a link" if stat.S_ISLNK(found.st_mode) else "neither a file nor a folder"
            raise _Refused(f"{_quoted(path)} in `{FOLDER}` is {what}")

    def _copy(self, file: int, size: int) -> int:
        """Append a file; how many bytes it had: at most `size`."""
        left = size
        while left and (count := os.sendfile(self.descriptor, file, None, left)):
            left -= count
        self.room -= size - left
        return size - left


def _quoted(path: str) -> str:
    """A path in a message, whatever bytes it has."""
    return ascii(path if len(path) <= _MAX_QUOTED else f"{path[:_MAX_QUOTED]}...")
