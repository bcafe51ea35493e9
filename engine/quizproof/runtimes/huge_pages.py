"""Huge pages: what a fork costs grows with the number of memory pages, so a zygote has few and large ones.

A fork copies an entry for each page that was written, and the end of the child gives each back: for an imported torch
some 37,000 pages of 4 KiB. Of these, 31,000 fit into 61 pages of 2 MiB. What a child writes to, or its zygote while a
child lives, is copied in pieces of 4 KiB as before.
"""

from __future__ import annotations

import ctypes
from pathlib import Path

_SIZE = 2 << 20
_COLLAPSE = 25  # MADV_COLLAPSE of asm-generic/mman-common.h, since Linux 6.1
# Of `mmap` objects Python can ask for this; of memory that malloc got, only the C library can.
_libc = ctypes.CDLL(None)
_libc.madvise.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]


def collapse() -> None:
    """Move the memory that this process has allocated into huge pages, where the kernel can.

    What it cannot move stays as it is: on older kernels, without free memory in one piece, and in regions that were
    never touched.
    """
    for line in Path("/proc/self/maps").read_text().splitlines():
        # A line is `7f00-7f20 rw-p 00000000 00:00 0  [heap]`; an anonymous region has no name, so one is added.
        place, access, *_, name = [*line.split(maxsplit=5), ""][:6]
        # Memory of its own that it can write. A mapped file is shared by all forks anyhow.
        if access == "rw-p" and name in ("", "[heap]"):
            start, end = (int(address, 16) for address in place.split("-"))
            # Inwards to whole huge pages: the kernel moves no other.
            start, end = -(-start // _SIZE) * _SIZE, end // _SIZE * _SIZE
            if start < end:  # a refusal is not an error: forks then cost what they cost before
                _libc.madvise(start, end - start, _COLLAPSE)
