"""Templates: functions that make a snippet from three numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

Runtime = Literal["python", "torch", "tensorflow"]
Numbers = tuple[int, int, int]
Template = Callable[[Numbers], tuple[str, str, object, Sequence[object]]]
"""From three numbers to statements, an expression, what it prints, and what one may take it for."""
