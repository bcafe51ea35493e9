"""Removal of folders whose contents a stranger has written."""

from __future__ import annotations

import contextlib
import os
import stat


def remove(folder: str) -> None:
    """Delete a folder whose contents were made by a stranger, as far as the system allows. Raises nothing.

    `shutil.rmtree` cannot: folders may be nested deeper than Python recurses, or forbid their owner to look into them.
    So the folders within each folder are moved up before it is deleted. Links are never followed.

    folder  a path; nothing happens when there is none
    """
    with contextlib.suppress(OSError):
        top = _open(folder)
        try:
            # Folders that were moved up come in the next round. A round in which nothing could be deleted is the last.
            while sum(_remove_entry(name, top) for name in os.listdir(top)):
                pass
        finally:
            os.close(top)
        os.rmdir(folder)


def _remove_entry(name: str, top: int) -> bool:
    """Delete a file, or a folder but for the folders in it. Whether that worked."""
    try:
        if not stat.S_ISDIR(os.stat(name, dir_fd=top, follow_symlinks=False).st_mode):
            os.unlink(name, dir_fd=top)
            return True
        folder = _open(name, top)
        try:
            for inner in os.listdir(folder):
                if stat.S_ISDIR(os.stat(inner, dir_fd=folder, follow_symlinks=False).st_mode):
                    # Opening it makes it writable: a folder that is not cannot be moved, because its `..` changes.
                    os.close(_open(inner, folder))
                    # A random name, because two folders may have the same, and the stranger may have foreseen another.
                    os.rename(inner, os.urandom(16).hex(), src_dir_fd=folder, dst_dir_fd=top)
                else:
                    os.unlink(inner, dir_fd=folder)
        finally:
            os.close(folder)
        os.rmdir(name, dir_fd=top)
    except OSError:
        return False
    return True


def _open(name: str, folder: int | None = None) -> int:
    """Open a folder, whatever it forbids, so that its entries can be listed and moved."""
    # O_PATH needs no right to read, and by the descriptor the mode is changed of this folder, never of what a link
    # names.
    handle = os.open(name, os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=folder)
    try:
        path = f"/proc/self/fd/{handle}"
        os.chmod(path, 0o700)
        return os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    finally:
        os.close(handle)
