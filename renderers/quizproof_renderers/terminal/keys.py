"""Keys: one at a time from the terminal. What is typed early is kept, and is the next key."""

from __future__ import annotations

import contextlib
import os
import select
import sys

import click

try:
    import termios
    import tty
except ImportError:  # Windows
    _IS_POSIX = False
else:
    _IS_POSIX = True

_MAX_SEQUENCE = 32
"""Bytes of a key that the terminal sends as several characters, such as `\\x1b[A` for the arrow up."""


def pressed() -> str:
    """Wait for one key; the character, or the sequence of a special key.

    `click.getchar` drops what was typed before it was called: of someone who types Enter and then quickly `b`, the `b`.

    Raises KeyboardInterrupt for Ctrl-C, and EOFError for Ctrl-D and where the terminal is gone. The process's own
    standard input must be a terminal.
    """
    if not _IS_POSIX:
        return click.getchar()
    descriptor = sys.stdin.fileno()
    before = termios.tcgetattr(descriptor)
    # Not the default, TCSAFLUSH, which drops what waits.
    tty.setraw(descriptor, termios.TCSADRAIN)
    try:
        key = _read(descriptor)
    except OSError:  # it is gone
        raise EOFError from None
    finally:
        with contextlib.suppress(termios.error):
            termios.tcsetattr(descriptor, termios.TCSADRAIN, before)
    if key == b"\x03":
        raise KeyboardInterrupt
    if key in (b"", b"\x04"):
        raise EOFError
    return key.decode("utf-8", "replace")


def _read(descriptor: int) -> bytes:
    """The bytes of one key, and no more: what comes after them stays where it is."""
    key = os.read(descriptor, 1)
    if key == b"\x1b":
        # The rest of a sequence is there at once; where nothing is, it was the key Esc.
        while len(key) < _MAX_SEQUENCE and select.select([descriptor], [], [], 0)[0]:
            key += os.read(descriptor, 1)
            # A sequence ends with a letter or `~`; the letters after which it goes on are `[` and `O`.
            if key[-1:] == b"~" or (key[-1:].isalpha() and key != b"\x1bO"):
                break
    while _is_cut(key):
        key += os.read(descriptor, 1)
    return key


def _is_cut(key: bytes) -> bool:
    """Whether bytes are the beginning of a character of UTF-8."""
    try:
        key.decode()
    except UnicodeDecodeError as error:
        return error.reason == "unexpected end of data" and len(key) < _MAX_SEQUENCE
    return False
