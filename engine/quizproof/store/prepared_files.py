"""Prepared files: what steps left in their folder `prepared`, kept by content.

    OBJECTS/9f/86d0…    a file whose SHA-256 begins with 9f86d0

Whatever is in there can be made again by running the steps. So a file that is damaged is deleted when that is noticed,
and what was not used for longest goes when there is too much.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from quizproof.runtimes.prepared.contents import MAX_ENTRIES, Files, is_sane
from quizproof.store.fingerprints import digest

NAME = "prepared"
"""Of the folder, beside the cache."""
MAX_MIB = 1024
"""Of all files, above which `close` deletes some."""
_KEPT_WHEN_FULL = 0.8
"""The share of the maximum size that is left then."""
_CHUNK = 1 << 20
_TIME = 946_684_800
"""When all files were changed last, as runs see it: the start of the year 2000."""


class PreparedFiles:
    """Files by content, and folders that hold them for runs. Close it when nothing reads them any more."""

    def __init__(self, kept: Path | None) -> None:
        """Create nothing yet.

        kept  the folder to keep files in; None, or one that cannot be written to, for a temporary one
        """
        self._kept = kept
        self._own: Path | None = None
        """The temporary folder of this process."""
        self._folders: dict[str, Path] = {}
        """Those that were made, by the digest of what is in them."""

    def keep(self, sizes: object, archive: int) -> dict[str, str]:
        """Keep files, and give their digests by their paths.

        sizes    how many bytes of the archive each file has, by its path and in its order
        archive  a descriptor of all of them, one after the other

        Raises ValueError when the two do not belong together, and OSError when nothing can be written.
        """
        if not isinstance(sizes, dict) or len(sizes) > MAX_ENTRIES:
            raise ValueError("it is no listing")
        found, start = {}, 0
        for path, size in sizes.items():
            if not is_sane(path) or type(size) is not int or size < 0:
                raise ValueError("it is no listing")
            found[path] = self._put(archive, start, size)
            start += size
        if start != os.fstat(archive).st_size:
            raise ValueError("the archive has another size")
        return found

    def folder(self, files: Files) -> Path | None:
        """A folder with these files, which lasts until `close`; None when not all of them are at hand.

        files  their digests by their paths, as `contents.files_in` has found them to be

        Each is compared with its digest on the way, so what runs read is what the digest says.
        """
        name = digest(dict(files))
        if name not in self._folders:
            folder = Path(tempfile.mkdtemp(prefix="folder-", dir=self._temporary()))
            if not all(self._place(sum_, folder / path) for path, sum_ in files.items()):
                shutil.rmtree(folder)
                return None
            for inner, _, _ in os.walk(folder, topdown=False):
                os.utime(inner, (_TIME, _TIME))
                # A slip of a run without a sandbox must not change them for the next.
                Path(inner).chmod(0o555)
            self._folders[name] = folder
        return self._folders[name]

    def close(self) -> None:
        """Delete what was only for this process, and, of what is kept, the files that are too many. Raises nothing."""
        self._folders.clear()
        if self._own:
            for folder, _, _ in os.walk(self._own):
                Path(folder).chmod(0o700)
            shutil.rmtree(self._own, ignore_errors=True)
            self._own = None
        if self._kept:
            _shrink(self._kept)

    def _temporary(self) -> Path:
        self._own = self._own or Path(tempfile.mkdtemp(prefix="quizproof-prepared-"))
        return self._own

    def _put(self, archive: int, start: int, size: int) -> str:
        """Keep one file of an archive, and give its digest."""
        for root in (self._kept, self._temporary()):
            if root is None:
                continue
            try:
                root.mkdir(parents=True, exist_ok=True)
                # A name of its own, because other processes may keep the same.
                with tempfile.NamedTemporaryFile(dir=root, prefix=".new-", delete=False) as new:
                    try:
                        sum_ = _copied(_slice(archive, start, size), new)
                        new.flush()
                        place = _place(root, sum_)
                        place.parent.mkdir(exist_ok=True)
                        # In any case: one that is there may be damaged.
                        Path(new.name).replace(place)
                    except BaseException:
                        Path(new.name).unlink(missing_ok=True)
                        raise
            except OSError:
                if root == self._own:
                    raise
                self._kept = None  # a full or a read-only disk
            else:
                return sum_
        raise AssertionError("the temporary folder is always tried")

    def _place(self, sum_: str, place: Path) -> bool:
        """Copy a file to where runs find it; whether it is at hand and whole."""
        for root in (self._kept, self._own):
            source = root and _place(root, sum_)
            with contextlib.suppress(OSError):
                if source and self._is_copied(source, sum_, place):
                    return True
        return False

    def _is_copied(self, source: Path, sum_: str, place: Path) -> bool:
        place.parent.mkdir(parents=True, exist_ok=True)
        with source.open("rb") as old, place.open("wb") as new:
            whole = _copied(iter(lambda: old.read(_CHUNK), b""), new) == sum_
        if not whole:
            source.unlink()
            place.unlink()
            return False
        os.utime(source)  # it was used
        os.utime(place, (_TIME, _TIME))
        place.chmod(0o444)
        return True


def kept_beside(cache: Path) -> Path:
    """The folder in which files are kept beside a cache.

    cache  the path of its file
    """
    return cache.with_name(NAME)


def stats(kept: Path) -> tuple[int, int]:
    """How many files are kept in a folder, and how many bytes they have."""
    found = _found(kept)
    return len(found), sum(size for _, size, _ in found)


def clear(kept: Path) -> int:
    """Delete the files that are kept in a folder; how many there were. Raises nothing."""
    found = _found(kept)
    shutil.rmtree(kept, ignore_errors=True)
    return len(found)


def _shrink(kept: Path) -> None:
    """Delete the files that were not used for longest, where there are too many."""
    found = _found(kept)
    total = sum(size for _, size, _ in found)
    if total <= MAX_MIB << 20:
        return
    for path, size, _ in sorted(found, key=lambda each: each[2]):
        if total <= _KEPT_WHEN_FULL * (MAX_MIB << 20):
            return
        with contextlib.suppress(OSError):
            path.unlink()
            total -= size


def _found(kept: Path) -> list[tuple[Path, int, float]]:
    """The files in a folder, with their sizes and the times of their last use."""
    found = []
    for path in kept.glob("??/*"):
        with contextlib.suppress(OSError):  # another process may have deleted it
            status = path.stat()
            found.append((path, status.st_size, status.st_mtime))
    return found


def _place(root: Path, sum_: str) -> Path:
    return root / sum_[:2] / sum_[2:]


def _slice(archive: int, start: int, size: int) -> Iterator[bytes]:
    """The bytes of one file of an archive. Raises ValueError when it is cut off."""
    end = start + size
    while start < end:
        chunk = os.pread(archive, min(_CHUNK, end - start), start)
        if not chunk:
            raise ValueError("the archive is cut off")
        start += len(chunk)
        yield chunk


def _copied(chunks: Iterator[bytes], target: IO[bytes]) -> str:
    """Write some bytes, and give their SHA-256."""
    sum_ = hashlib.sha256()
    for chunk in chunks:
        sum_.update(chunk)
        target.write(chunk)
    return sum_.hexdigest()
