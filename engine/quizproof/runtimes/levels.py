"""Sandbox levels by name. They are words that reports, locks and options use, also where nothing can be run."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias, get_args

Level: TypeAlias = Literal["namespaces", "landlock", "none"]
LEVELS: Final[tuple[Level, ...]] = get_args(Level)
"""Strongest first."""
