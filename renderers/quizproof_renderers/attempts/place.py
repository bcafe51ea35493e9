"""Where attempts are kept: one file in the platform's data folder."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from quizproof.errors import UsageError

VARIABLE = "QUIZPROOF_DATA"
"""The environment variable that names another folder."""
FILE = "attempts.sqlite3"


def default_path() -> Path:
    """The file in QUIZPROOF_DATA, else below XDG_DATA_HOME, ~/Library/Application Support or LOCALAPPDATA.

    Raises UsageError when there is no home folder.
    """
    if given := os.environ.get(VARIABLE):
        return Path(given) / FILE
    try:
        return _platform_folder() / "quizproof" / FILE
    except RuntimeError as error:  # without HOME, and unknown to the system
        raise UsageError(f"there is no place to keep attempts: {error}; set {VARIABLE} to a folder") from None


def _platform_folder() -> Path:
    if given := os.environ.get("XDG_DATA_HOME"):
        return Path(given)
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home()))
    return Path.home() / ".local" / "share"
