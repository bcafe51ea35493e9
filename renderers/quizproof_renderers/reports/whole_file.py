"""A file that is written as a whole or not at all: a report that was interrupted replaces no earlier one."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO


@contextlib.contextmanager
def whole_file(path: Path) -> Iterator[TextIO]:
    """A stream of UTF-8 text, whose content is in the file when the block ends without an exception.

    path  the file; a pipe or a device cannot be replaced, and is written to as it comes

    Raises OSError when it cannot be written.
    """
    if path.exists() and not path.is_file():
        with path.open("w", encoding="utf-8") as stream:
            yield stream
        return
    target = path.resolve()  # of a link, the file that it leads to
    if target.exists() and not os.access(target, os.W_OK):
        target.open("a").close()  # which says why
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=".quizproof-")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            yield stream
        # A new file has the rights that the user's mask gives; of an old one they stay.
        mode = stat.S_IMODE(target.stat().st_mode) if target.exists() else 0o666 & ~_mask()
        Path(name).chmod(mode)
        Path(name).replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise


def _mask() -> int:
    """The user's mask, which can be read only by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
